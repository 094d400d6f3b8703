#pragma once
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

// Decompressors of Parquet pages. Few runs meet one, so each library is loaded when a page first needs it. The functions
// are declared here, as their libraries have declared them since their first stable version, so that building lorapipe
// needs no headers of five more packages.

enum {
  LP_CODEC_OK = 0,
  LP_CODEC_MISSING = 1,
  LP_CODEC_FAILED = 2,
};

static inline void *lp_codec_symbol(const char *library, const char *name) {
  void *loaded = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  return loaded ? dlsym(loaded, name) : 0;
}

/// Decompresses one Zstandard frame into exactly `size` bytes.
static inline int lp_zstd(const uint8_t *in, size_t count, uint8_t *out, size_t size) {
  size_t (*decompress)(void *, size_t, const void *, size_t) = lp_codec_symbol("libzstd.so.1", "ZSTD_decompress");
  if (!decompress) return LP_CODEC_MISSING;
  return decompress(out, size, in, count) == size ? LP_CODEC_OK : LP_CODEC_FAILED;
}

/// Decompresses a raw Snappy block into exactly `size` bytes.
static inline int lp_snappy(const uint8_t *in, size_t count, uint8_t *out, size_t size) {
  int (*decompress)(const char *, size_t, char *, size_t *) = lp_codec_symbol("libsnappy.so.1", "snappy_uncompress");
  int (*length)(const char *, size_t, size_t *) = lp_codec_symbol("libsnappy.so.1", "snappy_uncompressed_length");
  if (!decompress || !length) return LP_CODEC_MISSING;
  size_t written = 0;
  if (length((const char *)in, count, &written) != 0 || written != size) return LP_CODEC_FAILED;
  return decompress((const char *)in, count, (char *)out, &written) == 0 && written == size ? LP_CODEC_OK
                                                                                          : LP_CODEC_FAILED;
}

/// Decompresses a raw LZ4 block; returns the bytes written, or -1, or -2 without the library.
static inline int64_t lp_lz4(const uint8_t *in, size_t count, uint8_t *out, size_t size) {
  int (*decompress)(const char *, char *, int, int) = lp_codec_symbol("liblz4.so.1", "LZ4_decompress_safe");
  if (!decompress) return -2;
  if (count > INT32_MAX || size > INT32_MAX) return -1;
  int written = decompress((const char *)in, (char *)out, (int)count, (int)size);
  return written < 0 ? -1 : written;
}

/// Decompresses a Brotli stream into exactly `size` bytes.
static inline int lp_brotli(const uint8_t *in, size_t count, uint8_t *out, size_t size) {
  int (*decompress)(size_t, const uint8_t *, size_t *, uint8_t *) =
      lp_codec_symbol("libbrotlidec.so.1", "BrotliDecoderDecompress");
  if (!decompress) return LP_CODEC_MISSING;
  size_t written = size;
  return decompress(count, in, &written, out) == 1 && written == size ? LP_CODEC_OK : LP_CODEC_FAILED;
}

/// zlib's z_stream.
struct lp_z_stream {
  const uint8_t *next_in;
  unsigned avail_in;
  unsigned long total_in;
  uint8_t *next_out;
  unsigned avail_out;
  unsigned long total_out;
  const char *message;
  void *state;
  void *allocate, *release, *opaque;
  int data_type;
  unsigned long adler, reserved;
};

/// Decompresses gzip or zlib data, of several members if there are, into exactly `size` bytes.
static inline int lp_gzip(const uint8_t *in, size_t count, uint8_t *out, size_t size) {
  int (*begin)(struct lp_z_stream *, int, const char *, int) = lp_codec_symbol("libz.so.1", "inflateInit2_");
  int (*step)(struct lp_z_stream *, int) = lp_codec_symbol("libz.so.1", "inflate");
  int (*reset)(struct lp_z_stream *) = lp_codec_symbol("libz.so.1", "inflateReset");
  int (*end)(struct lp_z_stream *) = lp_codec_symbol("libz.so.1", "inflateEnd");
  if (!begin || !step || !reset || !end) return LP_CODEC_MISSING;
  if (count > UINT32_MAX || size > UINT32_MAX) return LP_CODEC_FAILED;
  struct lp_z_stream stream = {0};
  const int either_header = 32 + 15;
  if (begin(&stream, either_header, "1.2.11", (int)sizeof stream) != 0) return LP_CODEC_FAILED;
  stream.next_in = in;
  stream.avail_in = (unsigned)count;
  stream.next_out = out;
  stream.avail_out = (unsigned)size;
  const int finish = 4, stream_end = 1;
  int state = step(&stream, finish);
  while (state == stream_end && stream.avail_in > 0 && stream.avail_out > 0 && reset(&stream) == 0)
    state = step(&stream, finish);
  int whole = state == stream_end && stream.avail_out == 0;
  end(&stream);
  return whole ? LP_CODEC_OK : LP_CODEC_FAILED;
}
