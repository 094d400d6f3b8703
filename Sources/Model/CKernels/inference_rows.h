// Stored blocks of 16 rows, side by side.
//
// Rows lie one after another in the file, so a register that loads a row holds columns. Dwords of the rows are transposed:
// afterward a register holds the same 4 bytes of several rows, and shifts and masks make pairs of columns (4 l, 4 l + 2)
// and (4 l + 1, 4 l + 3) of them, as 16-bit integers. X has its pairs in the same order.
//
// Legend: a unit is a block of the type, of 32 or 256 columns; j counts its blocks of 32, half their halves of 16, l the
// fours of columns in a half. Of j, s is the part known when compiling and d the rest: j = d * split + s.

// 4 bytes of each of 16 rows.
typedef uint32_t row_dwords[16];

// Scales and minima of 32 columns of 16 rows: of columns 0 to 15 and 16 to 31, or of all in the first.
typedef struct {
  float scale[2][16];
  float minimum[2][16];
} block_scales;

enum { ONE_SCALE, ONE_SCALE_MINIMUM, TWO_SCALES, TWO_SCALES_MINIMA };

// Weights as pairs already, 16 to a block: what many rows of X are multiplied by.
enum { WIDE = -1 };

INLINE int kind_of(const int type) {
  switch (type) {
    case LP_Q4_1:
    case LP_Q5_1:
    case LP_Q4_K:
    case LP_Q5_K: return ONE_SCALE_MINIMUM;
    case LP_Q3_K:
    case LP_Q6_K: return TWO_SCALES;
    case LP_Q2_K: return TWO_SCALES_MINIMA;
    default: return ONE_SCALE;
  }
}

// Blocks of 32 in a unit.
INLINE int blocks_of(const int type) { return type == WIDE ? 1 : lp_block_of(type).elements / 32; }
// Blocks whose place in the unit the code knows when it is compiled.
INLINE int split_of(const int type) {
  switch (type) {
    case LP_Q4_K:
    case LP_Q5_K: return 2;
    case LP_Q2_K:
    case LP_Q3_K:
    case LP_Q6_K: return 4;
    default: return 1;
  }
}

// The bytes of a unit that hold its integers, in dwords, and where they begin. (q5_0 and q5_1: and their fifth bits.)
INLINE int dwords_of(const int type) {
  switch (type) {
    case WIDE: return 16;
    case LP_Q8_0: return 8;
    case LP_Q5_0:
    case LP_Q5_1: return 5;
    case LP_Q2_K: return 16;
    case LP_Q3_K: return 24;
    case LP_Q4_K:
    case LP_IQ4_XS: return 32;
    case LP_Q5_K: return 40;
    case LP_Q6_K: return 48;
    default: return 4;
  }
}
INLINE int first_byte(const int type) {
  switch (type) {
    case LP_Q8_0:
    case LP_Q4_0:
    case LP_IQ4_NL: return 2;
    case LP_MXFP4: return 1;
    case LP_Q4_1: return 4;
    case LP_Q5_0: return 6;
    case LP_Q5_1:
    case LP_IQ4_XS: return 8;
    case LP_Q2_K:
    case LP_Q4_K:
    case LP_Q5_K: return 16;
    default: return 0;
  }
}

// MARK: transposing

INLINE u4v u4_load(const uint8_t *p) {
  u4v v;
  memcpy(&v, p, 16);
  return v;
}
INLINE f8v f8_of(u8v x) { return __builtin_convertvector((i8v)x, f8v); }
INLINE void f8_store(float *p, f8v x) { memcpy(p, &x, 32); }

// Dwords 0 to 3 of 8 rows that lie `next` bytes apart.
INLINE void dwords4(const uint8_t *row, size_t next, u8v out[4]) {
  const uint8_t *fourth = row + 4 * next;
  u8v q[4];
  UNROLL for (size_t r = 0; r < 4; r++) q[r] =
      __builtin_shufflevector(u4_load(row + r * next), u4_load(fourth + r * next), 0, 1, 2, 3, 4, 5, 6, 7);
  u8v a = __builtin_shufflevector(q[0], q[1], 0, 8, 1, 9, 4, 12, 5, 13);
  u8v b = __builtin_shufflevector(q[0], q[1], 2, 10, 3, 11, 6, 14, 7, 15);
  u8v c = __builtin_shufflevector(q[2], q[3], 0, 8, 1, 9, 4, 12, 5, 13);
  u8v d = __builtin_shufflevector(q[2], q[3], 2, 10, 3, 11, 6, 14, 7, 15);
  out[0] = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
  out[1] = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
  out[2] = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
  out[3] = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
}
INLINE uint32_t u32_load(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}
INLINE u8v dword(const uint8_t *row, size_t next) {
  const uint8_t *fourth = row + 4 * next;
  const u4v low = {u32_load(row), u32_load(row + next), u32_load(row + 2 * next), u32_load(row + 3 * next)};
  const u4v high = {u32_load(fourth), u32_load(fourth + next), u32_load(fourth + 2 * next),
                    u32_load(fourth + 3 * next)};
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
// The lower halves of dwords as f16 numbers.
INLINE f8v f8_halves(u8v x) { return f8_f16(__builtin_convertvector(x & 0xFFFFu, h8v)); }

// MARK: scales

// 6-bit scales and minima, 8 of each, in 12 bytes: of q4_k and q5_k.
INLINE void k_scales(const uint8_t *row, size_t next, int lane, block_scales *to) {
  u8v q[4];
  dwords4(row, next, q);
  const f8v d = f8_halves(q[0]), low = -f8_halves(q[0] >> 16);
  UNROLL for (uint32_t j = 0; j < 4; j++) {
    f8_store(&to[j].scale[0][lane], d * f8_of((q[1] >> (8 * j)) & 63u));
    f8_store(&to[j].minimum[0][lane], low * f8_of((q[2] >> (8 * j)) & 63u));
    const u8v last = q[3] >> (8 * j);
    f8_store(&to[j + 4].scale[0][lane], d * f8_of((last & 15u) | (((q[1] >> (8 * j + 6)) & 3u) << 4)));
    f8_store(&to[j + 4].minimum[0][lane], low * f8_of(((last >> 4) & 15u) | (((q[2] >> (8 * j + 6)) & 3u) << 4)));
  }
}

// Scales of a unit of 8 rows, for the lanes from `lane` on.
INLINE void unit_scales(const int type, const uint8_t *row, size_t next, int lane, block_scales *to) {
  switch (type) {
    case LP_Q4_K:
    case LP_Q5_K: k_scales(row, next, lane, to); break;
    case LP_Q6_K: {
      u8v s[4];
      dwords4(row + 192, next, s);
      const f8v d = f8_halves(dword(row + 206, next) >> 16);
      UNROLL for (uint32_t j = 0; j < 16; j++)
          f8_store(&to[j / 2].scale[j % 2][lane], d * f8_of((u8v)((i8v)(s[j / 4] << (24 - 8 * (j % 4))) >> 24)));
      break;
    }
    case LP_Q3_K: {
      const u8v s[2] = {dword(row + 96, next), dword(row + 100, next)}, top = dword(row + 104, next);
      const f8v d = f8_halves(dword(row + 106, next) >> 16);
      UNROLL for (uint32_t j = 0; j < 16; j++) {
        const u8v low = (s[j % 8 / 4] >> (8 * (j % 4) + 4 * (j / 8))) & 15u,
                  high = (top >> (8 * (j % 4) + 2 * (j / 4))) & 3u;
        f8_store(&to[j / 2].scale[j % 2][lane], d * f8_of((low | high << 4) - 32u));
      }
      break;
    }
    case LP_Q2_K: {
      u8v s[4], both = dword(row + 80, next);
      dwords4(row, next, s);
      const f8v d = f8_halves(both), low = -f8_halves(both >> 16);
      UNROLL for (uint32_t j = 0; j < 16; j++) {
        const u8v byte = s[j / 4] >> (8 * (j % 4));
        f8_store(&to[j / 2].scale[j % 2][lane], d * f8_of(byte & 15u));
        f8_store(&to[j / 2].minimum[j % 2][lane], low * f8_of((byte >> 4) & 15u));
      }
      break;
    }
    case LP_IQ4_XS: {
      const u8v both = dword(row, next), top = both >> 16, s = dword(row + 4, next);
      const f8v d = f8_halves(both);
      UNROLL for (uint32_t j = 0; j < 8; j++)
          f8_store(&to[j].scale[0][lane], d * f8_of((((s >> (4 * j)) & 15u) | ((top >> (2 * j)) & 3u) << 4) - 32u));
      break;
    }
    case LP_MXFP4: {
      // Half of 2^(e - 127), subnormal for the two smallest exponents, because the values are doubled.
      const u8v e = dword(row, next) & 0xFFu, small = (u8v)(e < 2u);
      const u8v bits = (small & (0x00200000u << (e & 1u))) | (~small & ((e - 1u) << 23));
      memcpy(&to->scale[0][lane], &bits, 32);
      break;
    }
    default: {
      const u8v both = dword(row, next);
      f8_store(&to->scale[0][lane], f8_halves(both));
      if (kind_of(type) == ONE_SCALE_MINIMUM) f8_store(&to->minimum[0][lane], f8_halves(both >> 16));
    }
  }
}

// MARK: integers

// Values of 4-bit codes.
static const int8_t q4_0_values[16] = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};
static const int8_t iq4_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
static const int8_t mxfp4_values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

INLINE lanes_u lanes_load(const row_dwords *p, int lane) {
  lanes_u v;
  memcpy(&v, &(*p)[lane], sizeof v);
  return v;
}
// 4 nibbles, each in the lower half of a byte.
INLINE lanes_u nibbles(lanes_u x, int high) { return (high ? x >> 4 : x) & 0x0F0F0F0Fu; }

// What is subtracted from a type's codes.
INLINE int offset_of(const int type) {
  switch (type) {
    case LP_Q4_0: return 8;
    case LP_Q5_0: return 16;
    case LP_Q3_K: return 4;
    case LP_Q6_K: return 32;
    default: return 0;
  }
}

// The codes of columns 4 l … 4 l + 3 of a half of block j as unsigned bytes, for the lanes from `lane` on. `q` is the unit's
// dwords. For types whose bytes hold several codes.
INLINE lanes_u codes(const int type, const row_dwords *q, uint32_t d, const uint32_t s, const int half, int l,
                     int lane) {
  const int at = half * 4 + l;
  switch (type) {
    case LP_Q4_K: return nibbles(lanes_load(q + d * 8 + at, lane), s);
    case LP_IQ4_XS: return nibbles(lanes_load(q + d * 4 + l, lane), half);
    case LP_Q5_0:
    case LP_Q5_1: {
      // Bit i of dword 4 is the fifth bit of column i. Four of them, multiplied, move to the fifth bits of four bytes.
      const lanes_u top = (lanes_load(q + 4, lane) >> (uint32_t)(4 * at)) & 15u;
      return nibbles(lanes_load(q + l, lane), half) | (top * 0x00204081u & 0x01010101u) << 4;
    }
    case LP_Q5_K: {
      const lanes_u top = (lanes_load(q + at, lane) >> (2 * d + s)) & 0x01010101u;
      return nibbles(lanes_load(q + 8 + d * 8 + at, lane), s) | top << 4;
    }
    case LP_Q6_K: {
      const lanes_u low = nibbles(lanes_load(q + d * 16 + s % 2 * 8 + at, lane), s >= 2);
      const lanes_u top = lanes_load(q + 32 + d * 8 + at, lane);
      const lanes_u high = s < 3 ? top << (4 - 2 * s) : top >> 2;
      return low | (high & 0x30303030u);
    }
    case LP_Q2_K: return (lanes_load(q + d * 8 + at, lane) >> (2 * s)) & 0x03030303u;
    case LP_Q3_K: {
      const lanes_u low = (lanes_load(q + 8 + d * 8 + at, lane) >> (2 * s)) & 0x03030303u;
      const lanes_u top = (lanes_load(q + at, lane) >> (4 * d + s)) & 0x01010101u;
      return low | top << 2;
    }
    default: return nibbles(lanes_load(q + l, lane), half);
  }
}

// The two pairs of columns 4 l … 4 l + 3 of a half of block j, for the lanes from `lane` on. `q` is the unit's dwords.
INLINE void pairs(const int type, const row_dwords *q, uint32_t d, const uint32_t s, const int half, int l, int lane,
                  lanes_u out[2]) {
  lanes_u bytes;
  int is_signed = 1;
  const int at = half * 4 + l;
  switch (type) {
    case WIDE:
      out[0] = lanes_load(q + at * 2, lane);
      out[1] = lanes_load(q + at * 2 + 1, lane);
      return;
    case LP_Q4_K: {
      const lanes_u x = lanes_load(q + d * 8 + at, lane);
      out[0] = (s ? x >> 4 : x) & 0x000F000Fu;
      out[1] = (s ? x >> 12 : x >> 8) & 0x000F000Fu;
      return;
    }
    case LP_Q8_0: bytes = lanes_load(q + at, lane); break;
    case LP_Q4_0: bytes = lanes_lookup(q4_0_values, codes(type, q, d, s, half, l, lane)); break;
    case LP_IQ4_NL:
    case LP_IQ4_XS: bytes = lanes_lookup(iq4_values, codes(type, q, d, s, half, l, lane)); break;
    case LP_MXFP4: bytes = lanes_lookup(mxfp4_values, codes(type, q, d, s, half, l, lane)); break;
    default:
      is_signed = offset_of(type) != 0;
      bytes = codes(type, q, d, s, half, l, lane);
      if (is_signed) bytes = (lanes_u)((lanes_b)bytes - (int8_t)offset_of(type));
  }
  out[0] = is_signed ? (lanes_u)((lanes_s)((lanes_s)bytes << 8) >> 8) : bytes & 0x00FF00FFu;
  out[1] = is_signed ? (lanes_u)((lanes_s)bytes >> 8) : (bytes >> 8) & 0x00FF00FFu;
}

// MARK: whole units

// `units` units of 16 rows that lie `next` bytes apart: their dwords, and the scales of their blocks.
INLINE void load_units(const int type, const uint8_t *row, size_t next, size_t units, row_dwords *q,
                       block_scales *scales) {
  for (; units > 0; units--, row += lp_block_of(type).bytes, q += dwords_of(type), scales += blocks_of(type)) {
    for (int lane = 0; lane < 16; lane += 8) {
      const uint8_t *from = row + (size_t)lane * next, *quants = from + first_byte(type);
      for (int i = 0; i + 4 <= dwords_of(type); i += 4) {
        u8v out[4];
        dwords4(quants + i * 4, next, out);
        UNROLL for (int k = 0; k < 4; k++) memcpy(&q[i + k][lane], &out[k], 32);
      }
      if (type == LP_Q5_0 || type == LP_Q5_1) {
        const u8v top = dword(quants - 4, next);
        memcpy(&q[4][lane], &top, 32);
      }
      unit_scales(type, from, next, lane, scales);
    }
  }
}

// The pairs of all blocks of `units` units.
INLINE void widen_units(const int type, const row_dwords *q, size_t units, row_dwords *to) {
  for (size_t unit = 0; unit < units; unit++, q += dwords_of(type))
    for (int d = 0; d < blocks_of(type) / split_of(type); d++)
      UNROLL for (int s = 0; s < split_of(type); s++, to += 16)
          UNROLL for (int half = 0; half < 2; half++) for (int l = 0; l < 4; l++) for (int lane = 0; lane < 16;
                                                                                       lane += LANES) {
        lanes_u out[2];
        pairs(type, q, (uint32_t)d, (uint32_t)s, half, l, lane, out);
        UNROLL for (int i = 0; i < 2; i++) memcpy(&to[half * 8 + l * 2 + i][lane], &out[i], sizeof out[i]);
      }
}
