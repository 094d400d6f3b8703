// AVX2, FMA and F16C: two registers of 8 floats make a vector of 16.
#define LARGE_TILES 0
INLINE v16 v_f16(const uint8_t *p) {
  __m256 low = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
  __m256 high = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 16)));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#define NIBBLE_TABLE(name, low) const i16v name = (i16v){0} + (low);
INLINE v16 v_nibble(u16v words, i16v low) { return __builtin_convertvector((i16v)(words & 15) + low, v16); }
