// AVX-512: one register a vector; with VNNI a multiplication of 32 pairs adds to its sums at once.
#define UNROLL _Pragma("clang loop unroll(full)")
#define PANEL_ROWS 12
// One row of X reads plain formats so fast that the processor's own prefetching is better (f16: 22 GB/s a core against 18).
#define PLAIN_AHEAD(M) ((M) >= 8 ? 1024 : 0)
INLINE v16 v_f16(const uint8_t *p) {
  return (v16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
// Adds to each lane the products of its two 16-bit halves.
INLINE i16v v_dot(i16v sum, i16v a, i16v b) {
#if LP_VNNI
  return (i16v)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#else
  return sum + (i16v)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#endif
}
