// Headers of libmicrohttpd, and plain functions for its variadic ones.
#pragma once
#include <dlfcn.h>
#include <microhttpd.h>
#include <stdint.h>

// The library and the TLS library behind it are loaded when a server starts, not before every command: what a program
// links to, the dynamic linker loads at each start.
#ifdef __APPLE__
#define LP_MHD_LIBRARY "libmicrohttpd.12.dylib"
#else
#define LP_MHD_LIBRARY "libmicrohttpd.so.12"
#endif

static inline void *lp_mhd_library(void) {
  static void *library;
  void *loaded = __atomic_load_n(&library, __ATOMIC_ACQUIRE);
  if (loaded) return loaded;
  loaded = dlopen(LP_MHD_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  __atomic_store_n(&library, loaded, __ATOMIC_RELEASE);
  return loaded;
}

/// Whether the library is on this machine; nothing else here may be called before this has said so.
static inline int lp_mhd_is_here(void) {
  void *library = lp_mhd_library();
  return library && dlsym(library, "MHD_start_daemon") != 0;
}

// Looked up once for each function: some are called for each piece of a stream.
#define LP_MHD(name)                                                             \
  ({                                                                             \
    static __typeof__(&name) function;                                           \
    __typeof__(&name) found = __atomic_load_n(&function, __ATOMIC_ACQUIRE);      \
    if (!found) {                                                                \
      found = (__typeof__(&name))dlsym(lp_mhd_library(), #name);                 \
      __atomic_store_n(&function, found, __ATOMIC_RELEASE);                      \
    }                                                                            \
    found;                                                                       \
  })

static inline enum MHD_Result lp_mhd_add_response_header(
    struct MHD_Response *response, const char *header, const char *content) {
  return LP_MHD(MHD_add_response_header)(response, header, content);
}
static inline struct MHD_Response *lp_mhd_create_response_from_buffer(
    size_t size, void *buffer, enum MHD_ResponseMemoryMode mode) {
  return LP_MHD(MHD_create_response_from_buffer)(size, buffer, mode);
}
static inline struct MHD_Response *lp_mhd_create_response_from_callback(
    uint64_t size, size_t block, MHD_ContentReaderCallback reader, void *context,
    MHD_ContentReaderFreeCallback free) {
  return LP_MHD(MHD_create_response_from_callback)(size, block, reader, context, free);
}
static inline void lp_mhd_destroy_response(struct MHD_Response *response) {
  LP_MHD(MHD_destroy_response)(response);
}
static inline int lp_mhd_get_connection_values(
    struct MHD_Connection *connection, enum MHD_ValueKind kind, MHD_KeyValueIterator iterator, void *context) {
  return LP_MHD(MHD_get_connection_values)(connection, kind, iterator, context);
}
static inline const char *lp_mhd_lookup_connection_value(
    struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key) {
  return LP_MHD(MHD_lookup_connection_value)(connection, kind, key);
}
static inline enum MHD_Result lp_mhd_queue_response(
    struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response) {
  return LP_MHD(MHD_queue_response)(connection, status, response);
}
static inline void lp_mhd_resume_connection(struct MHD_Connection *connection) {
  LP_MHD(MHD_resume_connection)(connection);
}
static inline void lp_mhd_suspend_connection(struct MHD_Connection *connection) {
  LP_MHD(MHD_suspend_connection)(connection);
}
static inline void lp_mhd_stop_daemon(struct MHD_Daemon *daemon) {
  LP_MHD(MHD_stop_daemon)(daemon);
}

/// `MHD_start_daemon` with its options as an array that ends with `MHD_OPTION_END`.
static inline struct MHD_Daemon *lp_mhd_start(unsigned int flags, MHD_AccessHandlerCallback handler, void *context,
                                              struct MHD_OptionItem *options) {
  return LP_MHD(MHD_start_daemon)(flags, 0, 0, 0, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/// The connection's socket; -1 when it has none.
static inline int lp_mhd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = LP_MHD(MHD_get_connection_info)(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline struct MHD_OptionItem lp_mhd_option(enum MHD_OPTION option, intptr_t value, void *pointer) {
  struct MHD_OptionItem item = {option, value, pointer};
  return item;
}

// Callbacks as values of their own types, which a variadic option would lose.
static inline struct MHD_OptionItem lp_mhd_notify_completed(MHD_RequestCompletedCallback callback, void *context) {
  struct MHD_OptionItem item = {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)callback, context};
  return item;
}
static inline struct MHD_OptionItem lp_mhd_notify_connection(MHD_NotifyConnectionCallback callback, void *context) {
  struct MHD_OptionItem item = {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)callback, context};
  return item;
}
static const int64_t lp_mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const int64_t lp_mhd_broken_stream = MHD_CONTENT_READER_END_WITH_ERROR;
static const uint64_t lp_mhd_size_unknown = (uint64_t)-1;
