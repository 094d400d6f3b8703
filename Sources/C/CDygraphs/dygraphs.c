#include "CDygraphs.h"

#if !__has_include("/usr/share/javascript/dygraphs/dygraph.min.js") || !__has_include("/usr/share/doc/libjs-dygraphs/copyright")
#error "libjs-dygraphs is missing. Run: sudo apt-get install -y libjs-dygraphs"
#endif

// The assembler copies a file's bytes as they are, at no cost to the compiler.
#define LP_FILE(name, path)              \
  __asm__(".section .rodata\n"           \
          ".balign 16\n"                 \
          #name "_start:\n"              \
          ".incbin \"" path "\"\n"       \
          #name "_end:\n"                \
          ".byte 0\n"                    \
          ".previous\n");                \
  extern const unsigned char name##_start[], name##_end[];

LP_FILE(lp_dygraphs_js, "/usr/share/javascript/dygraphs/dygraph.min.js")
LP_FILE(lp_dygraphs_css, "/usr/share/javascript/dygraphs/dygraph.min.css")
// The MIT license asks that this text goes wherever the library goes.
LP_FILE(lp_dygraphs_text, "/usr/share/doc/libjs-dygraphs/copyright")

const unsigned char *lp_dygraphs_script(size_t *count) {
  *count = (size_t)(lp_dygraphs_js_end - lp_dygraphs_js_start);
  return lp_dygraphs_js_start;
}

const unsigned char *lp_dygraphs_style(size_t *count) {
  *count = (size_t)(lp_dygraphs_css_end - lp_dygraphs_css_start);
  return lp_dygraphs_css_start;
}

const unsigned char *lp_dygraphs_license(size_t *count) {
  *count = (size_t)(lp_dygraphs_text_end - lp_dygraphs_text_start);
  return lp_dygraphs_text_start;
}
