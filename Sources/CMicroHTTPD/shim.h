// Headers of libmicrohttpd, and plain functions for its variadic ones.
#pragma once
#include <microhttpd.h>
#include <stdint.h>

/// `MHD_start_daemon` with its options as an array that ends with `MHD_OPTION_END`.
static inline struct MHD_Daemon *lp_mhd_start(unsigned int flags, MHD_AccessHandlerCallback handler, void *context,
                                              struct MHD_OptionItem *options) {
  return MHD_start_daemon(flags, 0, 0, 0, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/// The connection's socket; -1 when it has none.
static inline int lp_mhd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
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
