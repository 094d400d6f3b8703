// The kernels of lp_inference.h over vectors of 16 floats. Each inference_<level>.c defines what differs (how f16 and
// nibbles become floats, which tiles fit the registers) and includes this file once.
//
// Legend: G groups of 16 rows and M columns of X in a tile; b block, k column inside it; g, m inside the tile.
#include "lp_inference.h"
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16v __attribute__((vector_size(64)));
typedef uint32_t u16v __attribute__((vector_size(64)));
typedef int8_t b16v __attribute__((vector_size(16)));
typedef uint16_t h16v __attribute__((vector_size(32)));

#define INLINE static inline __attribute__((always_inline))
#define MAX_TILE 24

LP_FUNCTIONS_BEGIN

INLINE v16 v_load(const float *p) {
  v16 v;
  memcpy(&v, p, 64);
  return v;
}
INLINE void v_store(float *p, v16 v) { memcpy(p, &v, 64); }
INLINE v16 v_all(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
INLINE v16 v_fma(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }

#include LP_LEVEL_HEADER

INLINE v16 v_int8(const uint8_t *p) {
  b16v bytes;
  memcpy(&bytes, p, 16);
  return __builtin_convertvector(bytes, v16);
}
INLINE v16 v_bf16(const uint8_t *p) {
  h16v h;
  memcpy(&h, p, 32);
  u16v wide = __builtin_convertvector(h, u16v) << 16;
  v16 v;
  memcpy(&v, &wide, 64);
  return v;
}

// A fixed tree, so that the sum does not depend on anything but the lanes.
INLINE float v_sum(v16 v) {
  float t[16];
  memcpy(t, &v, 64);
  for (int step = 8; step; step >>= 1)
    for (int i = 0; i < step; i++) t[i] += t[i + step];
  return t[0];
}

// One fma of every accumulator of the tile with the weights w[G] and column `k` of X, whose row m starts at xr + m * ld.
#define TILE_FMA(wv, xr, ld, k)                                                                                        \
  _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) {                                                     \
    v16 xb = v_all((xr)[(size_t)m * (ld) + (k)]);                                                                      \
    _Pragma("clang loop unroll(full)") for (int g = 0; g < G; g++) part[g * M + m] = v_fma(wv[g], xb, part[g * M + m]);  \
  }
#define FOR_G _Pragma("clang loop unroll(full)") for (int g = 0; g < G; g++)
#define FOR_TILE _Pragma("clang loop unroll(full)") for (int i = 0; i < G * M; i++)
// `acc` is memory of the caller's, so that the registers are left to one block's sums.
#define TILE_ARGUMENTS                                                                                                 \
  const int G, const int M, const uint8_t *w, const size_t stride, const size_t cols, const float *x,                  \
      const size_t ldx, const float *sums, v16 *acc
#define TILE_ZERO                                                                                                      \
  v16 part[MAX_TILE];                                                                                                  \
  FOR_TILE part[i] = v_all(0);
#define TILE_KEEP FOR_TILE acc[i] = part[i];
// acc = fma(scale, part, acc) for the whole tile.
#define TILE_SCALE(scale)                                                                                              \
  FOR_G {                                                                                                              \
    v16 d = (scale);                                                                                                   \
    _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) acc[g * M + m] =                                    \
        v_fma(d, part[g * M + m], acc[g * M + m]);                                                                     \
  }
#define TILE_MINIMUM(minimum)                                                                                          \
  FOR_G {                                                                                                              \
    v16 d = (minimum);                                                                                                 \
    _Pragma("clang loop unroll(full)") for (int m = 0; m < M; m++) acc[g * M + m] =                                    \
        v_fma(d, v_all(sums[(size_t)m * blocks + b]), acc[g * M + m]);                                                 \
  }
// With few columns of X the weights come straight from memory: ask for them a little early. Plain formats read so fast
// that the processor's own prefetching is better (f16: 22 GB/s a core against 18).
#define PREFETCH(address)                                                                                              \
  if (M <= 2) FOR_G __builtin_prefetch((address) + g * stride + PREFETCH_AHEAD);
#define PREFETCH_AHEAD 512

// Plain formats: `step` columns share a cache line of a group.
#define TILE_PLAIN(load, bytes, step)                                                                                  \
  (void)sums;                                                                                                          \
  TILE_ZERO                                                                                                            \
  size_t k = 0;                                                                                                        \
  for (; k + step <= cols; k += step) {                                                                                \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < step; i++) {                                             \
      v16 wv[8];                                                                                                       \
      FOR_G wv[g] = load(w + g * stride + (k + i) * bytes);                                                            \
      TILE_FMA(wv, x, ldx, k + i)                                                                                      \
    }                                                                                                                  \
  }                                                                                                                    \
  for (; k < cols; k++) {                                                                                              \
    v16 wv[8];                                                                                                         \
    FOR_G wv[g] = load(w + g * stride + k * bytes);                                                                    \
    TILE_FMA(wv, x, ldx, k)                                                                                            \
  }                                                                                                                    \
  TILE_KEEP

INLINE v16 v_f32(const uint8_t *p) { return v_load((const float *)p); }
INLINE void tile_f32(TILE_ARGUMENTS) { TILE_PLAIN(v_f32, 64, 1) }
INLINE void tile_f16(TILE_ARGUMENTS) { TILE_PLAIN(v_f16, 32, 2) }
INLINE void tile_bf16(TILE_ARGUMENTS) { TILE_PLAIN(v_bf16, 32, 2) }

// Blocks of `size` bytes-as-integers after `head` bytes of scales.
#define TILE_BYTES(size, head, bytes, scale)                                                                           \
  (void)sums;                                                                                                          \
  FOR_TILE acc[i] = v_all(0);                                                                                          \
  for (size_t b = 0; b < cols / size; b++) {                                                                           \
    const uint8_t *block = w + b * bytes;                                                                              \
    TILE_ZERO                                                                                                          \
    for (size_t k = 0; k < size; k += 4) {                                                                             \
      PREFETCH(block + k * 16)                                                                                         \
      _Pragma("clang loop unroll(full)") for (size_t i = 0; i < 4; i++) {                                              \
        v16 wv[8];                                                                                                     \
        FOR_G wv[g] = v_int8(block + g * stride + head + (k + i) * 16);                                                \
        TILE_FMA(wv, x + b * size, ldx, k + i)                                                                         \
      }                                                                                                                \
    }                                                                                                                  \
    TILE_SCALE(scale(block + g * stride))                                                                              \
  }
INLINE void tile_q8_0(TILE_ARGUMENTS) { TILE_BYTES(32, 32, 544, v_f16) }
INLINE void tile_q8_s(TILE_ARGUMENTS) { TILE_BYTES(16, 64, 320, v_f32) }

// Blocks of 32 nibbles after `head` bytes of scales and minima.
#define TILE_NIBBLES(head, bytes, low, scale)                                                                          \
  const size_t blocks = cols / 32;                                                                                     \
  NIBBLE_TABLE(table, low)                                                                                             \
  FOR_TILE acc[i] = v_all(0);                                                                                          \
  for (size_t b = 0; b < blocks; b++) {                                                                                \
    const uint8_t *block = w + b * bytes;                                                                              \
    TILE_ZERO                                                                                                          \
    for (size_t q = 0; q < 4; q++) {                                                                                   \
      u16v words[8];                                                                                                   \
      FOR_G memcpy(&words[g], block + g * stride + head + q * 64, 64);                                                 \
      PREFETCH(block + q * (bytes / 4))                                                                                \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < 8; k++) {                                                 \
        v16 wv[8];                                                                                                     \
        FOR_G wv[g] = v_nibble(words[g] >> (4 * k), table);                                                            \
        TILE_FMA(wv, x + b * 32, ldx, q * 8 + k)                                                                       \
      }                                                                                                                \
    }                                                                                                                  \
    TILE_SCALE(scale(block + g * stride))
INLINE void tile_q4_0(TILE_ARGUMENTS) {
  (void)sums;
  TILE_NIBBLES(32, 288, -8, v_f16)
  }
}
INLINE void tile_q4_1(TILE_ARGUMENTS) {
  TILE_NIBBLES(64, 320, 0, v_f16)
    TILE_MINIMUM(v_f16(block + g * stride + 32))
  }
}
INLINE void tile_q4_s(TILE_ARGUMENTS) {
  TILE_NIBBLES(128, 384, 0, v_f32)
    TILE_MINIMUM(v_f32(block + g * stride + 64))
  }
}

// A panel of widened, unscaled values: [cols][G][16], then the scales [cols / size][G][16] and minima likewise. X's
// block is copied so that its rows lie at constant distances.
INLINE void tile_panel(TILE_ARGUMENTS, const float *scales, const float *minima, const size_t size) {
  (void)stride;
  const size_t blocks = cols / size;
  FOR_TILE acc[i] = v_all(0);
  for (size_t b = 0; b < blocks; b++) {
    const float *at = (const float *)w + b * size * G * 16;
    float xl[MAX_TILE * 32];
    for (int m = 0; m < M; m++)
      for (size_t k = 0; k < size; k += 16) v_store(xl + m * 32 + k, v_load(x + (size_t)m * ldx + b * size + k));
    TILE_ZERO
    _Pragma("clang loop unroll(disable)") for (size_t k = 0; k < size; k++) {
      v16 wv[8];
      FOR_G wv[g] = v_load(at + (k * G + g) * 16);
      TILE_FMA(wv, xl, 32, k)
    }
    TILE_SCALE(v_load(scales + (b * G + g) * 16))
    if (minima) TILE_MINIMUM(v_load(minima + (b * G + g) * 16))
  }
}

INLINE void tile_panel_plain(TILE_ARGUMENTS) {
  (void)stride;
  (void)sums;
  TILE_ZERO
  size_t done = 0;
  for (; done + 16 <= cols; done += 16) {
    const float *at = (const float *)w + done * G * 16;
    float xl[MAX_TILE * 16];
    for (int m = 0; m < M; m++) v_store(xl + m * 16, v_load(x + (size_t)m * ldx + done));
    _Pragma("clang loop unroll(disable)") for (size_t k = 0; k < 16; k++) {
      v16 wv[8];
      FOR_G wv[g] = v_load(at + (k * G + g) * 16);
      TILE_FMA(wv, xl, 16, k)
    }
  }
  for (; done < cols; done++) {
    v16 wv[8];
    FOR_G wv[g] = v_load((const float *)w + (done * G + g) * 16);
    TILE_FMA(wv, x, ldx, done)
  }
  TILE_KEEP
}

#define RUN_TILE(NAME, G_, M_)                                                                                         \
  {                                                                                                                    \
    const int G = G_, M = M_;                                                                                          \
    v16 acc[MAX_TILE];                                                                                                 \
    NAME##_##G_##_##M_(w, stride, cols, x, ldx, sums, acc);                                                            \
    for (int g = 0; g < G; g++)                                                                                        \
      for (int m = 0; m < M; m++) {                                                                                    \
        float *to = y + (size_t)m * ldy + g * 16;                                                                      \
        v_store(to, accumulate ? v_load(to) + acc[g * M + m] : acc[g * M + m]);                                        \
      }                                                                                                                \
    x += M * ldx;                                                                                                      \
    y += M * ldy;                                                                                                      \
    if (sums) sums += M * (cols / 32);                                                                                 \
    left -= M;                                                                                                         \
  }
#define DEFINE_TILE(NAME, TILE, G_, M_)                                                                                \
  static __attribute__((noinline)) void NAME##_##G_##_##M_(const uint8_t *w, size_t stride, size_t cols,               \
                                                           const float *x, size_t ldx, const float *sums, v16 *acc) {  \
    TILE(G_, M_, w, stride, cols, x, ldx, sums, acc);                                                                  \
  }
#define ROW_ARGUMENTS                                                                                                  \
  const uint8_t *w, size_t stride, size_t cols, const float *x, size_t ldx, size_t m, float *y, size_t ldy,            \
      int accumulate, const float *sums

// For groups at `w`, all m columns of X. Where the registers allow it, bytes are read from 8 groups at once (`WIDE`):
// 20 GB/s a core against 16.
#define DEFINE_ROWS(NAME, WIDE)                                                                                        \
  DEFINE_TILE(NAME, tile_##NAME, 8, 1)                                                                                 \
  DEFINE_TILE(NAME, tile_##NAME, 4, 1)                                                                                 \
  DEFINE_TILE(NAME, tile_##NAME, 1, 1)                                                                                 \
  DEFINE_TILE(NAME, tile_##NAME, 2, 2)                                                                                 \
  DEFINE_TILE(NAME, tile_##NAME, 2, 4)                                                                                 \
  DEFINE_TILE(NAME, tile_##NAME, 2, 8)                                                                                 \
  DEFINE_TILE(NAME, tile_##NAME, 1, 2)                                                                                 \
  DEFINE_TILE(NAME, tile_##NAME, 1, 4)                                                                                 \
  static void NAME##_8(ROW_ARGUMENTS) {                                                                                \
    size_t left = m;                                                                                                   \
    while (left) RUN_TILE(NAME, 8, 1)                                                                                  \
  }                                                                                                                    \
  static void NAME##_4(ROW_ARGUMENTS) {                                                                                \
    size_t left = m;                                                                                                   \
    while (left) RUN_TILE(NAME, 4, 1)                                                                                  \
  }                                                                                                                    \
  static void NAME##_2(ROW_ARGUMENTS) {                                                                                \
    size_t left = m;                                                                                                   \
    if (LARGE_TILES)                                                                                                   \
      while (left >= 8) RUN_TILE(NAME, 2, 8)                                                                           \
    if (LARGE_TILES)                                                                                                   \
      while (left >= 4) RUN_TILE(NAME, 2, 4)                                                                           \
    while (left >= 2) RUN_TILE(NAME, 2, 2)                                                                             \
    if (left) {                                                                                                        \
      NAME##_1(w, stride, cols, x, ldx, 1, y, ldy, accumulate, sums);                                                  \
      NAME##_1(w + stride, stride, cols, x, ldx, 1, y + 16, ldy, accumulate, sums);                                    \
    }                                                                                                                  \
  }                                                                                                                    \
  static void NAME##_rows(const lp_packed *p, size_t begin, size_t end, const float *x, size_t ldx, size_t m,          \
                          float *y, size_t ldy, int accumulate, const float *sums) {                                   \
    size_t at = begin;                                                                                                 \
    const size_t stride = p->group_bytes;                                                                              \
    if (WIDE && m == 1)                                                                                                \
      for (; at + 8 <= end; at += 8)                                                                                   \
        NAME##_8(p->data + at * stride, stride, p->cols, x, ldx, m, y + at * 16, ldy, accumulate, sums);               \
    if (m == 1)                                                                                                        \
      for (; at + 4 <= end; at += 4)                                                                                   \
        NAME##_4(p->data + at * stride, stride, p->cols, x, ldx, m, y + at * 16, ldy, accumulate, sums);               \
    if (m > 1)                                                                                                         \
      for (; at + 2 <= end; at += 2)                                                                                   \
        NAME##_2(p->data + at * stride, stride, p->cols, x, ldx, m, y + at * 16, ldy, accumulate, sums);               \
    for (; at < end; at++)                                                                                             \
      NAME##_1(p->data + at * stride, stride, p->cols, x, ldx, m, y + at * 16, ldy, accumulate, sums);                 \
  }
#define DEFINE_SINGLE(NAME, WIDE)                                                                                      \
  static void NAME##_1(ROW_ARGUMENTS);                                                                                 \
  DEFINE_ROWS(NAME, WIDE)                                                                                              \
  static void NAME##_1(ROW_ARGUMENTS) {                                                                                \
    size_t left = m;                                                                                                   \
    while (left >= 4) RUN_TILE(NAME, 1, 4)                                                                             \
    while (left >= 2) RUN_TILE(NAME, 1, 2)                                                                             \
    while (left) RUN_TILE(NAME, 1, 1)                                                                                  \
  }

DEFINE_SINGLE(f32, 0)
DEFINE_SINGLE(f16, 0)
DEFINE_SINGLE(bf16, 0)
DEFINE_SINGLE(q8_0, LARGE_TILES)
DEFINE_SINGLE(q4_0, 0)
DEFINE_SINGLE(q4_1, 0)
DEFINE_SINGLE(q4_s, 0)
DEFINE_SINGLE(q8_s, 0)

// Panels of two groups.
typedef struct {
  const float *values, *scales, *minima;
  size_t cols, size;
} panel_view;
#define PANEL_TILE(M_)                                                                                                 \
  static __attribute__((noinline)) void panel_scaled_##M_(const panel_view *p, const float *x, size_t ldx,             \
                                                          const float *sums, v16 *acc) {                               \
    tile_panel(2, M_, (const uint8_t *)p->values, 0, p->cols, x, ldx, sums, acc, p->scales, p->minima, p->size);       \
  }                                                                                                                    \
  static __attribute__((noinline)) void panel_plain_##M_(const panel_view *p, const float *x, size_t ldx,              \
                                                         const float *sums, v16 *acc) {                                \
    tile_panel_plain(2, M_, (const uint8_t *)p->values, 0, p->cols, x, ldx, sums, acc);                                \
  }
PANEL_TILE(1)
PANEL_TILE(3)
#if LARGE_TILES
PANEL_TILE(6)
PANEL_TILE(12)
#endif
#define RUN_PANEL(M_)                                                                                                  \
  {                                                                                                                    \
    v16 acc[MAX_TILE];                                                                                                 \
    if (p->scales) panel_scaled_##M_(p, x, ldx, sums, acc);                                                            \
    else panel_plain_##M_(p, x, ldx, sums, acc);                                                                       \
    for (int g = 0; g < 2; g++)                                                                                        \
      for (int i = 0; i < M_; i++) {                                                                                   \
        float *to = y + (size_t)i * ldy + g * 16;                                                                      \
        v_store(to, accumulate ? v_load(to) + acc[g * M_ + i] : acc[g * M_ + i]);                                      \
      }                                                                                                                \
    x += M_ * ldx;                                                                                                     \
    y += M_ * ldy;                                                                                                     \
    if (sums) sums += M_ * (p->cols / 32);                                                                             \
    left -= M_;                                                                                                        \
  }
static void panel_rows(const panel_view *p, const float *x, size_t ldx, size_t m, float *y, size_t ldy, int accumulate,
                       const float *sums) {
  size_t left = m;
#if LARGE_TILES
  while (left >= 12) RUN_PANEL(12)
  while (left >= 6) RUN_PANEL(6)
#endif
  while (left >= 3) RUN_PANEL(3)
  while (left) RUN_PANEL(1)
}

// Widens group `g` of 2 into the panel.
static void widen_group(const lp_packed *p, const uint8_t *group, int g, float *panel, float *scales, float *minima) {
  const size_t cols = p->cols;
  NIBBLE_TABLE(signed_table, -8)
  NIBBLE_TABLE(unsigned_table, 0)
#define PUT(k, value) v_store(panel + ((k)*2 + g) * 16, value)
#define PUT_NIBBLES(offset, table)                                                                                     \
  for (size_t q = 0; q < 4; q++) {                                                                                     \
    u16v words;                                                                                                        \
    memcpy(&words, block + (offset) + q * 64, 64);                                                                     \
    for (size_t k = 0; k < 8; k++) PUT(b * 32 + q * 8 + k, v_nibble(words >> (uint32_t)(4 * k), table));               \
  }
  switch (p->format) {
  case LP_PACKED_F32:
    for (size_t k = 0; k < cols; k++) PUT(k, v_load((const float *)(group + k * 64)));
    break;
  case LP_PACKED_F16:
    for (size_t k = 0; k < cols; k++) PUT(k, v_f16(group + k * 32));
    break;
  case LP_PACKED_BF16:
    for (size_t k = 0; k < cols; k++) PUT(k, v_bf16(group + k * 32));
    break;
  case LP_PACKED_Q8_0:
    for (size_t b = 0; b < cols / 32; b++) {
      const uint8_t *block = group + b * 544;
      v_store(scales + (b * 2 + g) * 16, v_f16(block));
      for (size_t k = 0; k < 32; k++) PUT(b * 32 + k, v_int8(block + 32 + k * 16));
    }
    break;
  case LP_PACKED_Q4_0:
    for (size_t b = 0; b < cols / 32; b++) {
      const uint8_t *block = group + b * 288;
      v_store(scales + (b * 2 + g) * 16, v_f16(block));
      PUT_NIBBLES(32, signed_table)
    }
    break;
  case LP_PACKED_Q4_1:
    for (size_t b = 0; b < cols / 32; b++) {
      const uint8_t *block = group + b * 320;
      v_store(scales + (b * 2 + g) * 16, v_f16(block));
      v_store(minima + (b * 2 + g) * 16, v_f16(block + 32));
      PUT_NIBBLES(64, unsigned_table)
    }
    break;
  case LP_PACKED_Q4_S:
    for (size_t b = 0; b < cols / 32; b++) {
      const uint8_t *block = group + b * 384;
      v_store(scales + (b * 2 + g) * 16, v_load((const float *)block));
      v_store(minima + (b * 2 + g) * 16, v_load((const float *)(block + 64)));
      PUT_NIBBLES(128, unsigned_table)
    }
    break;
  case LP_PACKED_Q8_S:
    for (size_t b = 0; b < cols / 16; b++) {
      const uint8_t *block = group + b * 320;
      v_store(scales + (b * 2 + g) * 16, v_load((const float *)block));
      for (size_t k = 0; k < 16; k++) PUT(b * 16 + k, v_int8(block + 64 + k * 16));
    }
    break;
  default: break;
  }
#undef PUT
#undef PUT_NIBBLES
}

// From this many columns of X on, widening the weights once pays.
#define PANEL_FROM 16

static void matmul(const lp_packed *w, size_t begin, size_t end, const float *x, size_t ldx, size_t m, float *y,
                   size_t ldy, int accumulate, const float *sums, float *panel) {
  if (m == 0 || begin >= end) return;
  size_t at = begin;
  if (panel && m >= PANEL_FROM) {
    const size_t size = w->format == LP_PACKED_Q8_S ? 16 : 32;
    const int scaled = w->format >= LP_PACKED_Q8_0;
    const int with_minima = w->format == LP_PACKED_Q4_1 || w->format == LP_PACKED_Q4_S;
    float *scales = panel + w->cols * 32, *minima = scales + w->cols / size * 32;
    const panel_view view = {panel, scaled ? scales : 0, with_minima ? minima : 0, w->cols, size};
    for (; at + 2 <= end; at += 2) {
      widen_group(w, w->data + at * w->group_bytes, 0, panel, scales, minima);
      widen_group(w, w->data + (at + 1) * w->group_bytes, 1, panel, scales, minima);
      panel_rows(&view, x, ldx, m, y + at * 16, ldy, accumulate, with_minima ? sums : 0);
    }
  }
  switch (w->format) {
  case LP_PACKED_F32: f32_rows(w, at, end, x, ldx, m, y, ldy, accumulate, 0); break;
  case LP_PACKED_F16: f16_rows(w, at, end, x, ldx, m, y, ldy, accumulate, 0); break;
  case LP_PACKED_BF16: bf16_rows(w, at, end, x, ldx, m, y, ldy, accumulate, 0); break;
  case LP_PACKED_Q8_0: q8_0_rows(w, at, end, x, ldx, m, y, ldy, accumulate, 0); break;
  case LP_PACKED_Q4_0: q4_0_rows(w, at, end, x, ldx, m, y, ldy, accumulate, 0); break;
  case LP_PACKED_Q4_1: q4_1_rows(w, at, end, x, ldx, m, y, ldy, accumulate, sums); break;
  case LP_PACKED_Q4_S: q4_s_rows(w, at, end, x, ldx, m, y, ldy, accumulate, sums); break;
  case LP_PACKED_Q8_S: q8_s_rows(w, at, end, x, ldx, m, y, ldy, accumulate, 0); break;
  default: break;
  }
}

static void block_sums(const float *x, size_t ldx, size_t m, size_t cols, float *sums) {
  for (size_t i = 0; i < m; i++)
    for (size_t b = 0; b < cols / 32; b++)
      sums[i * (cols / 32) + b] = v_sum(v_load(x + i * ldx + b * 32) + v_load(x + i * ldx + b * 32 + 16));
}

static void rmsnorm(const float *x, const float *w, size_t n, float eps, float *out) {
  v16 squares = v_all(0);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 v = v_load(x + i);
    squares = v_fma(v, v, squares);
  }
  float sum = v_sum(squares);
  for (; i < n; i++) sum += x[i] * x[i];
  float scale = 1.0f / __builtin_sqrtf(sum / (float)n + eps);
  for (i = 0; i + 16 <= n; i += 16) v_store(out + i, v_load(x + i) * v_all(scale) * v_load(w + i));
  for (; i < n; i++) out[i] = x[i] * scale * w[i];
}

// e^x to about 1 ulp: 2^n times a polynomial on [-ln2/2, ln2/2] (Cephes expf); zero below -87.3.
INLINE v16 v_exp(v16 x) {
  const v16 low = v_all(-87.33654f), high = v_all(88.37626f);
  i16v under = x < low;
  x = __builtin_elementwise_min(__builtin_elementwise_max(x, low), high);
  v16 n = __builtin_elementwise_roundeven(x * v_all(1.44269504f));
  v16 r = v_fma(n, v_all(-0.693359375f), x);
  r = v_fma(n, v_all(2.12194440e-4f), r);
  v16 p = v_all(1.9875691500e-4f);
  p = v_fma(p, r, v_all(1.3981999507e-3f));
  p = v_fma(p, r, v_all(8.3334519073e-3f));
  p = v_fma(p, r, v_all(4.1665795894e-2f));
  p = v_fma(p, r, v_all(1.6666665459e-1f));
  p = v_fma(p, r, v_all(5.0000001201e-1f));
  p = v_fma(p, r * r, r + v_all(1.0f));
  i16v exponent = (__builtin_convertvector(n, i16v) + 127) << 23;
  v16 two;
  memcpy(&two, &exponent, 64);
  v16 e = p * two;
  i16v bits;
  memcpy(&bits, &e, 64);
  bits &= ~under;
  memcpy(&e, &bits, 64);
  return e;
}

static void silu_mul(const float *gate, const float *up, size_t n, float *out) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 g = v_load(gate + i);
    v_store(out + i, g / (v_all(1.0f) + v_exp(-g)) * v_load(up + i));
  }
  if (i < n) {
    float a[16] = {0}, b[16] = {0};
    memcpy(a, gate + i, (n - i) * 4);
    memcpy(b, up + i, (n - i) * 4);
    v16 g = v_load(a);
    v_store(a, g / (v_all(1.0f) + v_exp(-g)) * v_load(b));
    memcpy(out + i, a, (n - i) * 4);
  }
}

static void rope(const float *x, const float *cosines, const float *sines, size_t n, float *out) {
  const size_t half = n / 2;
  for (size_t i = 0; i < half; i++) {
    float a = x[i], b = x[i + half], c = cosines[i], s = sines[i];
    out[i] = a * c - b * s;
    out[i + half] = b * c + a * s;
  }
}

static float maximum(const float *x, size_t n) {
  float best = -__builtin_inff();
  size_t i = 0;
  if (n >= 16) {
    v16 m = v_load(x);
    for (i = 16; i + 16 <= n; i += 16) m = __builtin_elementwise_max(m, v_load(x + i));
    float t[16];
    memcpy(t, &m, 64);
    for (int j = 0; j < 16; j++)
      if (t[j] > best) best = t[j];
  }
  for (; i < n; i++)
    if (x[i] > best) best = x[i];
  return best;
}

static double exponentials(float *x, size_t n, float max) {
  double sum = 0;
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 e = v_exp(v_load(x + i) - v_all(max));
    v_store(x + i, e);
    sum += v_sum(e);
  }
  if (i < n) {
    float t[16];
    for (size_t j = 0; j < 16; j++) t[j] = i + j < n ? x[i + j] - max : -__builtin_inff();
    v16 e = v_exp(v_load(t));
    memcpy(x + i, &e, (n - i) * 4);
    sum += v_sum(e);
  }
  return sum;
}

// Scores of R rows: s[r][position] = scale * q[r] . k[position], -inf from the row's count on.
#define ATTENTION_ROWS 8
INLINE void attention_scores(const int R, const lp_attention_row *rows, const float *base, size_t page_stride,
                             size_t head_dim, float scale, size_t pages, float *scores, size_t capacity) {
  for (size_t page = 0; page < pages; page++) {
    const float *k = base + (size_t)rows[0].pages[page] * page_stride;
    v16 s[ATTENTION_ROWS];
    for (int r = 0; r < R; r++) s[r] = v_all(0);
    for (size_t d = 0; d < head_dim; d++) {
      v16 kv = v_load(k + d * 16);
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) s[r] = v_fma(kv, v_all(rows[r].q[d]), s[r]);
    }
    for (int r = 0; r < R; r++) {
      float *to = scores + r * capacity + page * 16;
      v_store(to, s[r] * v_all(scale));
      for (size_t at = page * 16; at < page * 16 + 16; at++)
        if (at >= rows[r].count) to[at - page * 16] = -__builtin_inff();
    }
  }
}

INLINE void attention_values(const int R, const int D, const lp_attention_row *rows, const float *base,
                             size_t page_stride, size_t head_dim, size_t head_pad, size_t from, size_t limit,
                             const float *scores, size_t capacity, const float *inverse) {
  v16 o[4 * 4];
  for (int i = 0; i < R * D; i++) o[i] = v_all(0);
  for (size_t page = 0; page * 16 < limit; page++) {
    const float *v = base + (size_t)rows[0].pages[page] * page_stride + head_pad * 16 + from;
    size_t here = limit - page * 16 < 16 ? limit - page * 16 : 16;
    for (size_t j = 0; j < here; j++) {
      v16 vv[4];
      for (int i = 0; i < D; i++) vv[i] = v_load(v + j * head_pad + i * 16);
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {
        v16 p = v_all(scores[r * capacity + page * 16 + j]);
        _Pragma("clang loop unroll(full)") for (int i = 0; i < D; i++) o[r * D + i] = v_fma(vv[i], p, o[r * D + i]);
      }
    }
  }
  for (int r = 0; r < R; r++)
    for (int i = 0; i < D; i++) {
      size_t at = from + i * 16, n = head_dim - at < 16 ? head_dim - at : 16;
      v16 result = o[r * D + i] * v_all(inverse[r]);
      memcpy(rows[r].out + at, &result, n * 4);
    }
}

static void attention_values_any(size_t row_count, const lp_attention_row *rows, const float *base, size_t page_stride,
                                 size_t head_dim, size_t head_pad, size_t limit, const float *scores, size_t capacity,
                                 const float *inverse) {
  for (size_t r = 0; r < row_count;) {
    size_t left = row_count - r, step = left >= 4 ? 4 : left >= 3 ? 3 : left >= 2 ? 2 : 1;
    for (size_t from = 0; from < head_dim;) {
      size_t vectors = (head_dim - from + 15) / 16, width = vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
#define VALUES(R, D)                                                                                                   \
  if (step == R && width == D)                                                                                         \
    attention_values(R, D, rows + r, base, page_stride, head_dim, head_pad, from, limit, scores + r * capacity,        \
                     capacity, inverse + r);
      VALUES(4, 4) VALUES(4, 2) VALUES(4, 1) VALUES(3, 4) VALUES(3, 2) VALUES(3, 1)
      VALUES(2, 4) VALUES(2, 2) VALUES(2, 1) VALUES(1, 4) VALUES(1, 2) VALUES(1, 1)
      from += width * 16;
    }
    r += step;
  }
}

// Rows of one sequence only: all use rows[0].pages.
static void attention(const lp_attention_row *rows, size_t row_count, const float *base, size_t page_stride,
                      size_t head_dim, size_t head_pad, float scale, float *scores, size_t capacity) {
  for (size_t first = 0; first < row_count; first += ATTENTION_ROWS) {
    const lp_attention_row *these = rows + first;
    size_t n = row_count - first < ATTENTION_ROWS ? row_count - first : ATTENTION_ROWS, limit = 0;
    for (size_t r = 0; r < n; r++)
      if (these[r].count > limit) limit = these[r].count;
    size_t pages = (limit + 15) / 16, at = 0;
    while (at < n) {
      size_t left = n - at;
#define SCORES(R)                                                                                                      \
  attention_scores(R, these + at, base, page_stride, head_dim, scale, pages, scores + at * capacity, capacity);        \
  at += R;
      if (left >= 8) { SCORES(8) }
      else if (left >= 4) { SCORES(4) }
      else if (left >= 3) { SCORES(3) }
      else if (left >= 2) { SCORES(2) }
      else { SCORES(1) }
    }
    float inverse[ATTENTION_ROWS];
    for (size_t r = 0; r < n; r++) {
      float *s = scores + r * capacity;
      v16 m = v_load(s);
      for (size_t page = 1; page < pages; page++) m = __builtin_elementwise_max(m, v_load(s + page * 16));
      float t[16], max = -__builtin_inff();
      memcpy(t, &m, 64);
      for (int j = 0; j < 16; j++)
        if (t[j] > max) max = t[j];
      v16 sum = v_all(0);
      for (size_t page = 0; page < pages; page++) {
        v16 e = v_exp(v_load(s + page * 16) - v_all(max));
        v_store(s + page * 16, e);
        sum += e;
      }
      inverse[r] = 1.0f / v_sum(sum);
    }
    attention_values_any(n, these, base, page_stride, head_dim, head_pad, limit, scores, capacity, inverse);
  }
}

LP_FUNCTIONS_END

const lp_inference_kernels LP_TABLE = {matmul, block_sums, rmsnorm, silu_mul, rope, attention, exponentials, maximum};
