#ifndef LP_LANES
// AVX-512: one register a vector; with VNNI a multiplication of 32 pairs adds to its sums at once.
#define UNROLL _Pragma("clang loop unroll(full)")
#define LANES_KEEP(sum)
#define LANES 16
#define PANEL_ROWS 12
// Rows of X up to which two groups of plain weights go together, and rows whose sums fit the registers for one.
#define PAIR_ROWS 12
#define PLAIN_ROWS 12
// Rows of attention that go together, for scores and for values, and sums of 16 lanes that fit the registers.
#define SCORE_ROWS 8
#define VALUE_ROWS 4
#define ATTENTION_SUMS 16
// One row of X reads plain formats so fast that the processor's own prefetching is better (f16: 22 GB/s a core against 18).
#define PLAIN_AHEAD(M) ((M) >= 8 ? 1024 : 0)
INLINE f8v f8_f16(h8v h) { return (f8v)_mm256_cvtph_ps((__m128i)h); }
INLINE v16 v_f16(const uint8_t *p) { return (v16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
#else
INLINE lanes_i lanes_dot(lanes_i sum, lanes_i a, lanes_i b) {
#if LP_VNNI
  return (lanes_i)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#else
  return sum + (lanes_i)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#endif
}
INLINE lanes_u lanes_lookup(const int8_t *values, lanes_u codes) {
  return (lanes_u)_mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)values)), (__m512i)codes);
}
#endif
