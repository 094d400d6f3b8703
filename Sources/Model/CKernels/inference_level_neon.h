#ifndef LP_LANES
// NEON: 32 registers of 4 floats hold what 16 of AVX2 hold, so the tiles are the same.
#define UNROLL _Pragma("clang loop unroll(full)")
#define LANES 8
// As with AVX2: keeps integer sums in order, so that they stay in the registers.
#define LANES_KEEP(sum) lanes_keep(&sum)
#define PANEL_ROWS 8
// Rows of X up to which two groups of plain weights go together, and rows whose sums fit the registers for one.
#define PAIR_ROWS 2
#define PLAIN_ROWS 4
// Rows of attention that go together, for scores and for values, and sums of 16 lanes that fit the registers.
#define SCORE_ROWS 6
#define VALUE_ROWS 6
#define ATTENTION_SUMS 6
#define PLAIN_AHEAD(M) 0
INLINE f8v f8_f16(h8v h) {
  const float16x8_t halves = (float16x8_t)h;
  return __builtin_shufflevector(vcvt_f32_f16(vget_low_f16(halves)), vcvt_high_f32_f16(halves), 0, 1, 2, 3, 4, 5, 6, 7);
}
INLINE v16 v_f16(const uint8_t *p) {
  h8v low, high;
  memcpy(&low, p, 16);
  memcpy(&high, p + 16, 16);
  return __builtin_shufflevector(f8_f16(low), f8_f16(high), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#else
INLINE void lanes_keep(lanes_i *sum) {
  int32x4_t both[2];
  memcpy(both, sum, sizeof both);
  __asm__("" : "+w"(both[0]), "+w"(both[1]));
  memcpy(sum, both, sizeof both);
}
INLINE lanes_i lanes_dot(lanes_i sum, lanes_i a, lanes_i b) {
  // The lower halves of all 8 lanes and the upper halves, each multiplied by one number: that saves adding neighbors, and
  // taking halves apart is done once for all rows of X.
  const int16x8_t low = (int16x8_t)__builtin_shufflevector((lanes_s)a, (lanes_s)a, 0, 2, 4, 6, 8, 10, 12, 14);
  const int16x8_t high = (int16x8_t)__builtin_shufflevector((lanes_s)a, (lanes_s)a, 1, 3, 5, 7, 9, 11, 13, 15);
  const int16x4_t x = (int16x4_t)__builtin_shufflevector((lanes_s)b, (lanes_s)b, 0, 1, 2, 3);
  int32x4_t first = (int32x4_t)__builtin_shufflevector(sum, sum, 0, 1, 2, 3);
  int32x4_t second = (int32x4_t)__builtin_shufflevector(sum, sum, 4, 5, 6, 7);
  first = vmlal_lane_s16(vmlal_lane_s16(first, vget_low_s16(low), x, 0), vget_low_s16(high), x, 1);
  second = vmlal_high_lane_s16(vmlal_high_lane_s16(second, low, x, 0), high, x, 1);
  return __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7);
}
INLINE lanes_u lanes_lookup(const int8_t *values, lanes_u codes) {
  const int8x16_t table = vld1q_s8(values);
  uint8x16_t both[2];
  memcpy(both, &codes, sizeof both);
  const int8x16_t found[2] = {vqtbl1q_s8(table, both[0]), vqtbl1q_s8(table, both[1])};
  memcpy(&codes, found, sizeof codes);
  return codes;
}
#endif
