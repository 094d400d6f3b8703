#pragma once
#include <curl/curl.h>
#include <dlfcn.h>

// libcurl brings two dozen libraries of its own with it, which the dynamic linker would load before every command, also
// before those that never open a connection. So it is loaded when it is first called, through the wrappers below.
#ifdef __APPLE__
#define LP_CURL_LIBRARY "libcurl.4.dylib"
#else
#define LP_CURL_LIBRARY "libcurl.so.4"
#endif

static inline void *lp_curl_library(void) {
  static void *library;
  void *loaded = __atomic_load_n(&library, __ATOMIC_ACQUIRE);
  if (loaded) return loaded;
  loaded = dlopen(LP_CURL_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  __atomic_store_n(&library, loaded, __ATOMIC_RELEASE);
  return loaded;
}

#undef curl_easy_setopt
#undef curl_easy_getinfo
#define LP_CURL(name) ((__typeof__(&name))dlsym(lp_curl_library(), #name))

/// Whether the library is on this machine; nothing else here may be called before this has said so.
static inline int lp_curl_is_here(void) {
  void *library = lp_curl_library();
  return library && dlsym(library, "curl_easy_init") != 0;
}

static inline CURLcode lp_curl_global_init(void) { return LP_CURL(curl_global_init)(CURL_GLOBAL_DEFAULT); }
static inline CURL *lp_curl_easy_init(void) { return LP_CURL(curl_easy_init)(); }
static inline void lp_curl_easy_cleanup(CURL *handle) { LP_CURL(curl_easy_cleanup)(handle); }
static inline void lp_curl_easy_reset(CURL *handle) { LP_CURL(curl_easy_reset)(handle); }
static inline CURLcode lp_curl_easy_perform(CURL *handle) { return LP_CURL(curl_easy_perform)(handle); }
static inline const char *lp_curl_easy_strerror(CURLcode code) { return LP_CURL(curl_easy_strerror)(code); }
static inline struct curl_slist *lp_curl_slist_append(struct curl_slist *list, const char *text) {
  return LP_CURL(curl_slist_append)(list, text);
}
static inline void lp_curl_slist_free_all(struct curl_slist *list) { LP_CURL(curl_slist_free_all)(list); }

// Swift cannot call C functions of variable arguments: one typed wrapper for each kind of option.

static inline CURLcode lp_curl_set_long(CURL *handle, CURLoption option, long value) {
  return LP_CURL(curl_easy_setopt)(handle, option, value);
}

static inline CURLcode lp_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return LP_CURL(curl_easy_setopt)(handle, option, value);
}

static inline CURLcode lp_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return LP_CURL(curl_easy_setopt)(handle, option, value);
}

static inline CURLcode lp_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return LP_CURL(curl_easy_setopt)(handle, option, value);
}

static inline CURLcode lp_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return LP_CURL(curl_easy_setopt)(handle, option, value);
}

typedef size_t (*lp_curl_data_function)(char *bytes, size_t size, size_t count, void *context);
typedef int (*lp_curl_progress_function)(
    void *context, curl_off_t expected, curl_off_t received, curl_off_t to_send, curl_off_t sent);

static inline CURLcode lp_curl_set_data_function(CURL *handle, CURLoption option, lp_curl_data_function value) {
  return LP_CURL(curl_easy_setopt)(handle, option, value);
}

static inline CURLcode lp_curl_set_progress_function(CURL *handle, lp_curl_progress_function value) {
  return LP_CURL(curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode lp_curl_get_string(CURL *handle, CURLINFO info, char **value) {
  return LP_CURL(curl_easy_getinfo)(handle, info, value);
}
