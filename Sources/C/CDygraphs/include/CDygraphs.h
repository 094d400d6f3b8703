// dygraphs (MIT, https://dygraphs.com), as the package libjs-dygraphs installs it: the charts of the dashboard. It becomes
// part of the program when that is built.
#pragma once
#include <stddef.h>

// The script, the style sheet and the license, `count` bytes of UTF-8 each, which live as long as the program.
const unsigned char *lp_dygraphs_script(size_t *count);
const unsigned char *lp_dygraphs_style(size_t *count);
const unsigned char *lp_dygraphs_license(size_t *count);
