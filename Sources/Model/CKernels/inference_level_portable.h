#ifndef LP_LANES
// Any processor: conversions by integer arithmetic, which the compiler vectorizes as it can.
#define UNROLL
#define LANES_KEEP(sum)
#define LANES 8
#define PANEL_ROWS 4
// Rows of X up to which two groups of plain weights go together, and rows whose sums fit the registers for one.
#define PAIR_ROWS 1
#define PLAIN_ROWS 4
// Rows of attention that go together, for scores and for values, and sums of 16 lanes that fit the registers.
#define SCORE_ROWS 6
#define VALUE_ROWS 6
#define ATTENTION_SUMS 6
#define PLAIN_AHEAD(M) 0
INLINE f8v f8_f16(h8v h) {
  u8v wide = __builtin_convertvector(h, u8v);
  u8v sign = (wide & 0x8000u) << 16, magnitude = wide & 0x7FFFu;
  // 2^112 moves the exponent's bias and makes subnormals exact; infinities and NaNs keep a full exponent.
  u8v shifted = magnitude << 13;
  f8v value;
  memcpy(&value, &shifted, 32);
  value *= 0x1p112f;
  u8v bits;
  memcpy(&bits, &value, 32);
  bits |= ((u8v)(magnitude >= 0x7C00u) & 0x7F800000u) | sign;
  memcpy(&value, &bits, 32);
  return value;
}
INLINE v16 v_f16(const uint8_t *p) {
  h8v low, high;
  memcpy(&low, p, 16);
  memcpy(&high, p + 16, 16);
  return __builtin_shufflevector(f8_f16(low), f8_f16(high), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#else
INLINE lanes_i lanes_dot(lanes_i sum, lanes_i a, lanes_i b) {
  lanes_i low = ((lanes_i)((lanes_u)a << 16) >> 16) * ((lanes_i)((lanes_u)b << 16) >> 16), high = (a >> 16) * (b >> 16);
  return sum + low + high;
}
INLINE lanes_u lanes_lookup(const int8_t *values, lanes_u codes) {
  uint8_t bytes[LANES * 4];
  memcpy(bytes, &codes, sizeof bytes);
  for (int i = 0; i < LANES * 4; i++) bytes[i] = (uint8_t)values[bytes[i] & 15];
  memcpy(&codes, bytes, sizeof bytes);
  return codes;
}
#endif
