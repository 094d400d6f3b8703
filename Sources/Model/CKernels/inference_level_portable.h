// Any processor: conversions by integer arithmetic, which the compiler vectorises as it can.
#define UNROLL
#define PANEL_ROWS 4
#define PLAIN_AHEAD(M) 0
INLINE v16 v_f16(const uint8_t *p) {
  h16v h;
  memcpy(&h, p, 32);
  u16v wide = __builtin_convertvector(h, u16v);
  u16v sign = (wide & 0x8000u) << 16, magnitude = wide & 0x7FFFu;
  // 2^112 moves the exponent's bias and makes subnormals exact; infinities and NaNs keep a full exponent.
  u16v shifted = magnitude << 13;
  v16 value;
  memcpy(&value, &shifted, 64);
  value *= v_all(0x1p112f);
  u16v bits;
  memcpy(&bits, &value, 64);
  bits |= ((u16v)(magnitude >= 0x7C00u) & 0x7F800000u) | sign;
  memcpy(&value, &bits, 64);
  return value;
}
// Adds to each lane the products of its two 16-bit halves.
INLINE i16v v_dot(i16v sum, i16v a, i16v b) {
  i16v low = ((i16v)((u16v)a << 16) >> 16) * ((i16v)((u16v)b << 16) >> 16), high = (a >> 16) * (b >> 16);
  return sum + low + high;
}
