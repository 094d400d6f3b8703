// Vectors of LP_W floats for the kernel bodies. The including file defines LP_W, LP_MR and LP_NAME.
#include <math.h>
#include <string.h>

#include "lp_training.h"

#define LP_NR (2 * LP_W)
#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((vector_size(LP_W * 4)));
typedef int32_t vi __attribute__((vector_size(LP_W * 4)));
typedef float vf_memory __attribute__((vector_size(LP_W * 4), aligned(4), may_alias));
typedef float v4 __attribute__((vector_size(16)));
typedef float v4_memory __attribute__((vector_size(16), aligned(4), may_alias));

INLINE vf v_load(const float *p) { return *(const vf_memory *)p; }
INLINE void v_store(float *p, vf x) { *(vf_memory *)p = x; }
// x − 0 is x for every x, so this is a plain broadcast.
INLINE vf v_set(float x) { return x - (vf){}; }
INLINE v4 v4_load(const float *p) { return *(const v4_memory *)p; }
INLINE void v4_store(float *p, v4 x) { *(v4_memory *)p = x; }
INLINE vf v_min(vf a, vf b) { return __builtin_elementwise_min(a, b); }
INLINE vf v_max(vf a, vf b) { return __builtin_elementwise_max(a, b); }

INLINE float v_sum(vf x) {
  float s = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < LP_W / 2; i++) s += x[i] + x[i + LP_W / 2];
  return s;
}
INLINE double v_sum_double(vf x) {
  double s = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < LP_W; i++) s += x[i];
  return s;
}
INLINE float v_highest(vf x) {
  float s = x[0];
#pragma clang loop unroll(full)
  for (int i = 1; i < LP_W; i++) s = x[i] > s ? x[i] : s;
  return s;
}

// eˣ within 2 ulp on [−87.3, 88.3]; arguments beyond are clamped to it. Range reduction by ln 2 in two parts and the
// degree-six polynomial of the Cephes library's expf. Clamping would turn a NaN into a number, and a damaged weight would go
// unnoticed: a NaN stays one.
INLINE vf v_exp(vf x) {
  const vi odd = (vi)(x != x);
  x = v_min(v_max(x, v_set(-87.3f)), v_set(88.3f));
  const float magic = 12582912.0f;  // 1.5 · 2²³: adding it rounds to an integer
  vf t = x * 1.44269504088896341f + magic;
  vi exponent = ((vi)t - 0x4B400000 + 127) << 23;
  vf n = t - magic;
  vf r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vf p = v_set(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return (vf)((vi)(p * (vf)exponent) | odd);
}
// The same function on one number, so that the rest of a row rounds as its vectors do.
INLINE float s_exp(float x) { return v_exp(v_set(x))[0]; }

// tanh x: by its odd polynomial (Cephes tanhf) below 0.625, where the other form would cancel, else 1 − 2 / (e^2x + 1).
INLINE vf v_tanh(vf x) {
  vf z = x * x;
  vf p = v_set(-5.70498872745e-3f);
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  vf small = p * z * x + x;
  vf large = 1.0f - 2.0f / (v_exp(x + x) + 1.0f);
  vi is_small = (z < 0.390625f);
  return (vf)(((vi)small & is_small) | ((vi)large & ~is_small));
}
INLINE float s_tanh(float x) { return v_tanh(v_set(x))[0]; }

INLINE int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// dst[j·ld + i] = scale·src[i·lds + j] for a 4 × 4 block.
INLINE void transpose4(const float *s0, const float *s1, const float *s2, const float *s3, float scale, float *dst,
                       int64_t ld) {
  v4 a = v4_load(s0) * scale, b = v4_load(s1) * scale, c = v4_load(s2) * scale, d = v4_load(s3) * scale;
  v4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), AB = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  v4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  v4_store(dst, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
  v4_store(dst + ld, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
  v4_store(dst + 2 * ld, __builtin_shufflevector(AB, CD, 0, 1, 4, 5));
  v4_store(dst + 3 * ld, __builtin_shufflevector(AB, CD, 2, 3, 6, 7));
}
