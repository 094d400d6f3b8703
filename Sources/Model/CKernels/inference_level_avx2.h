// AVX2, FMA and F16C: two registers of 8 floats make a vector of 16, so that tiles are small.
#define UNROLL _Pragma("clang loop unroll(full)")
#define PANEL_ROWS 6
#define PLAIN_AHEAD(M) 0
INLINE v16 v_f16(const uint8_t *p) {
  __m256 low = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
  __m256 high = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 16)));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
// Adds to each lane the products of its two 16-bit halves.
INLINE i16v v_dot(i16v sum, i16v a, i16v b) {
  __m256i low = _mm256_madd_epi16((__m256i)__builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7),
                                  (__m256i)__builtin_shufflevector(b, b, 0, 1, 2, 3, 4, 5, 6, 7));
  __m256i high = _mm256_madd_epi16((__m256i)__builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15),
                                   (__m256i)__builtin_shufflevector(b, b, 8, 9, 10, 11, 12, 13, 14, 15));
  typedef int32_t i8v __attribute__((vector_size(32)));
  return sum + __builtin_shufflevector((i8v)low, (i8v)high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
