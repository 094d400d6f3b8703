#pragma once
#include <curl/curl.h>

// Swift cannot call C functions of variable arguments: one typed wrapper for each kind of option.

static inline CURLcode lp_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode lp_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode lp_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode lp_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*lp_curl_data_function)(char *bytes, size_t size, size_t count, void *context);
typedef int (*lp_curl_progress_function)(
    void *context, curl_off_t expected, curl_off_t received, curl_off_t to_send, curl_off_t sent);

static inline CURLcode lp_curl_set_data_function(CURL *handle, CURLoption option, lp_curl_data_function value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode lp_curl_set_progress_function(CURL *handle, lp_curl_progress_function value) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode lp_curl_get_string(CURL *handle, CURLINFO info, char **value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode lp_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
