// AVX-512: f16 by vcvtph2ps, nibbles by a table of 16 floats in one register (vpermps reads only 4 bits of an index).
#define LARGE_TILES 1
INLINE v16 v_f16(const uint8_t *p) {
  return (v16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
#define NIBBLE_TABLE(name, low)                                                                                        \
  const v16 name = {low, low + 1, low + 2, low + 3, low + 4, low + 5, low + 6, low + 7,                                \
                    low + 8, low + 9, low + 10, low + 11, low + 12, low + 13, low + 14, low + 15};
INLINE v16 v_nibble(u16v words, v16 table) {
  return (v16)_mm512_permutexvar_ps((__m512i)words, (__m512)table);
}
