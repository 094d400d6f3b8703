#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>

// libarchive and the compressors behind it are loaded when the first archive is opened, not before every command: what a
// program links to, the dynamic linker loads at each start.
#ifdef __APPLE__
#define LP_ARCHIVE_LIBRARY "libarchive.2.dylib"
#else
#define LP_ARCHIVE_LIBRARY "libarchive.so.13"
#endif

static inline void *lp_archive_library(void) {
  static void *library;
  void *loaded = __atomic_load_n(&library, __ATOMIC_ACQUIRE);
  if (loaded) return loaded;
  loaded = dlopen(LP_ARCHIVE_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  __atomic_store_n(&library, loaded, __ATOMIC_RELEASE);
  return loaded;
}

/// Whether the library is on this machine; nothing else here may be called before this has said so.
static inline int lp_archive_is_here(void) {
  void *library = lp_archive_library();
  return library && dlsym(library, "archive_read_new") != 0;
}

#define LP_ARCHIVE(name) ((__typeof__(&name))dlsym(lp_archive_library(), #name))

static inline struct archive *lp_archive_read_new(void) { return LP_ARCHIVE(archive_read_new)(); }
static inline int lp_archive_read_free(struct archive *archive) { return LP_ARCHIVE(archive_read_free)(archive); }
static inline const char *lp_archive_error_string(struct archive *archive) {
  return LP_ARCHIVE(archive_error_string)(archive);
}
static inline int lp_archive_read_open_filename(struct archive *archive, const char *path, size_t block) {
  return LP_ARCHIVE(archive_read_open_filename)(archive, path, block);
}
static inline int lp_archive_read_next_header(struct archive *archive, struct archive_entry **entry) {
  return LP_ARCHIVE(archive_read_next_header)(archive, entry);
}
static inline int lp_archive_read_data_block(struct archive *archive, const void **bytes, size_t *size, la_int64_t *offset) {
  return LP_ARCHIVE(archive_read_data_block)(archive, bytes, size, offset);
}
static inline la_ssize_t lp_archive_read_data(struct archive *archive, void *bytes, size_t count) {
  return LP_ARCHIVE(archive_read_data)(archive, bytes, count);
}
/// One stream without a name, such as a file that gzip wrote.
static inline int lp_archive_read_support_format_raw(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_format_raw)(archive);
}
static inline int lp_archive_read_support_format_zip(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_format_zip)(archive);
}
static inline int lp_archive_read_support_format_tar(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_format_tar)(archive);
}
static inline int lp_archive_read_support_format_7zip(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_format_7zip)(archive);
}
static inline int lp_archive_read_support_filter_gzip(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_filter_gzip)(archive);
}
static inline int lp_archive_read_support_filter_bzip2(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_filter_bzip2)(archive);
}
static inline int lp_archive_read_support_filter_xz(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_filter_xz)(archive);
}
static inline int lp_archive_read_support_filter_zstd(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_filter_zstd)(archive);
}
static inline int lp_archive_read_support_filter_lz4(struct archive *archive) {
  return LP_ARCHIVE(archive_read_support_filter_lz4)(archive);
}
static inline __LA_MODE_T lp_archive_entry_filetype(struct archive_entry *entry) {
  return LP_ARCHIVE(archive_entry_filetype)(entry);
}
static inline __LA_MODE_T lp_archive_entry_perm(struct archive_entry *entry) {
  return LP_ARCHIVE(archive_entry_perm)(entry);
}
static inline const char *lp_archive_entry_hardlink(struct archive_entry *entry) {
  return LP_ARCHIVE(archive_entry_hardlink)(entry);
}
static inline const char *lp_archive_entry_symlink(struct archive_entry *entry) {
  return LP_ARCHIVE(archive_entry_symlink)(entry);
}
static inline const char *lp_archive_entry_pathname(struct archive_entry *entry) {
  return LP_ARCHIVE(archive_entry_pathname)(entry);
}
static inline const char *lp_archive_entry_pathname_utf8(struct archive_entry *entry) {
  return LP_ARCHIVE(archive_entry_pathname_utf8)(entry);
}
static inline int lp_archive_entry_is_encrypted(struct archive_entry *entry) {
  return LP_ARCHIVE(archive_entry_is_encrypted)(entry);
}
