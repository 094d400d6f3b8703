// The kernels of lp_inference.h over vectors of 16 floats. Each inference_<level>.c defines what differs (how f16 becomes
// f32, how pairs of integers are multiplied, which tiles fit the registers) and includes this file once.
//
// Legend: G groups of 16 rows of W and M rows of X in a tile; k column; g, m inside the tile.
#include "lp_inference.h"
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16v __attribute__((vector_size(64)));
typedef uint32_t u16v __attribute__((vector_size(64)));
typedef uint16_t h16v __attribute__((vector_size(32)));
typedef int16_t s16v __attribute__((vector_size(32)));
typedef int8_t b16v __attribute__((vector_size(16)));

// 4 bytes of 8 rows; f16 and f32 numbers of 8 rows.
typedef uint32_t u8v __attribute__((vector_size(32)));
typedef int32_t i8v __attribute__((vector_size(32)));
typedef float f8v __attribute__((vector_size(32)));
typedef uint16_t h8v __attribute__((vector_size(16)));
typedef uint32_t u4v __attribute__((vector_size(16)));

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

// LANES rows of 16 that integer products take at a time: as many as fill a register.
typedef uint32_t lanes_u __attribute__((vector_size(LANES * 4)));
typedef int32_t lanes_i __attribute__((vector_size(LANES * 4)));
typedef float lanes_f __attribute__((vector_size(LANES * 4)));
typedef uint16_t lanes_w __attribute__((vector_size(LANES * 4)));
typedef int16_t lanes_s __attribute__((vector_size(LANES * 4)));
typedef int8_t lanes_b __attribute__((vector_size(LANES * 4)));

INLINE lanes_f lanes_floats(const float *p) {
  lanes_f v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE lanes_f lanes_all(float x) { return x - (lanes_f){0}; }
INLINE lanes_i lanes_all_int(int32_t x) { return x - (lanes_i){0}; }
INLINE lanes_f lanes_fma(lanes_f a, lanes_f b, lanes_f c) { return __builtin_elementwise_fma(a, b, c); }
// values[code] of bytes that hold codes below 16.
INLINE lanes_u lanes_lookup(const int8_t *values, lanes_u codes);
// Adds to each lane the products of its two 16-bit halves with those of b, the same pair in every lane.
INLINE lanes_i lanes_dot(lanes_i sum, lanes_i a, lanes_i b);
#define LP_LANES
#include LP_LEVEL_HEADER
#undef LP_LANES

// A fixed tree, so that the sum does not depend on anything but the lanes.
INLINE float v_sum(v16 v) {
  float t[16];
  memcpy(t, &v, 64);
  for (int step = 8; step; step >>= 1)
    for (int i = 0; i < step; i++) t[i] += t[i + step];
  return t[0];
}

#include "inference_plain.h"
#include "inference_integer.h"
#include "inference_direct.h"
#include "inference_arranged.h"
#include "inference_matmul.h"
#include "inference_bytes.h"
#include "inference_between.h"
#include "inference_attention.h"
#include "inference_delta.h"

LP_FUNCTIONS_END

const lp_inference_kernels LP_TABLE = {matmul,       prepare_plain, prepare_quantized, PANEL_ROWS, rmsnorm,
                                       silu_mul,     gelu_mul,      soft_cap,          rope,       attention,
                                       exponentials, maximum,       convolve,          delta_step, gated_norm,
                                       gate_mul,     matmul_bytes,  prepare_bytes};
