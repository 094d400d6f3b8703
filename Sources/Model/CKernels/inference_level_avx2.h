#ifndef LP_LANES
// AVX2, FMA and F16C. Of plain weights two registers of 8 floats make a vector of 16.
#define UNROLL _Pragma("clang loop unroll(full)")
#define LANES 8
// Keeps integer sums in order: the compiler's own order needs more registers than there are.
#define LANES_KEEP(sum) __asm__("" : "+x"(sum))
#define PANEL_ROWS 8
// One row of X is multiplied without scratch where that is faster (inference_direct.h).
#define LANES_DIRECT
// Inputs of 8 bits are multiplied as bytes (inference_bytes.h).
#define LANES_BYTES
// Rows of X up to which two groups of plain weights go together, and rows whose sums fit the registers for one.
#define PAIR_ROWS 2
#define PLAIN_ROWS 4
// Rows of attention that go together, for scores and for values, and sums of 16 lanes that fit the registers.
#define SCORE_ROWS 6
#define VALUE_ROWS 6
#define ATTENTION_SUMS 6
#define PLAIN_AHEAD(M) 0
INLINE f8v f8_f16(h8v h) { return (f8v)_mm256_cvtph_ps((__m128i)h); }
INLINE v16 v_f16(const uint8_t *p) {
  __m256 low = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
  __m256 high = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 16)));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#else
INLINE lanes_i lanes_dot(lanes_i sum, lanes_i a, lanes_i b) {
  return sum + (lanes_i)_mm256_madd_epi16((__m256i)a, (__m256i)b);
}
INLINE lanes_u lanes_lookup(const int8_t *values, lanes_u codes) {
  return (lanes_u)_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)values)),
                                      (__m256i)codes);
}
// Per lane, two sums of products of two neighbors: 4 unsigned bytes by 4 signed ones.
INLINE lanes_s bytes_dot(lanes_u codes, lanes_i x) { return (lanes_s)_mm256_maddubs_epi16((__m256i)codes, (__m256i)x); }
// The sum of the two halves of each lane.
INLINE lanes_i halves_sum(lanes_s sums) { return (lanes_i)_mm256_madd_epi16((__m256i)sums, _mm256_set1_epi16(1)); }
#endif
