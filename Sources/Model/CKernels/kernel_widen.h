// Widening of stored rows to f32. Block layouts and arithmetic are those of ggml's reference dequantization; each product
// and sum rounds on its own, in the same order, so results equal it bit for bit.

INLINE float widen_half(const uint8_t *p) {
  uint16_t h;
  memcpy(&h, p, 2);
#if LP_HAS_F16C
  return (float)__builtin_bit_cast(_Float16, h);
#else
  const uint32_t sign = (uint32_t)(h & 0x8000) << 16;
  uint32_t exponent = h >> 10 & 31, mantissa = h & 1023;
  if (exponent == 31) return __builtin_bit_cast(float, sign | 0x7F800000u | mantissa << 13);
  if (exponent == 0) {
    const float small = (float)mantissa * 0x1p-24f;
    return sign ? -small : small;
  }
  return __builtin_bit_cast(float, sign | (exponent + 112) << 23 | mantissa << 13);
#endif
}

INLINE void widen_q4_scales(int j, const uint8_t *q, uint8_t *scale, uint8_t *minimum) {
  if (j < 4) {
    *scale = q[j] & 63;
    *minimum = q[j + 4] & 63;
  } else {
    *scale = (uint8_t)((q[j + 4] & 0xF) | (q[j - 4] >> 6) << 4);
    *minimum = (uint8_t)((q[j + 4] >> 4) | (q[j] >> 6) << 4);
  }
}

// Values of the 4-bit codes of iq4_nl and iq4_xs, and of mxfp4.
static const int8_t LP_NAME(iq4_values)[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                               1,    13,   25,  38,  53,  69,  89,  113};
static const int8_t LP_NAME(mxfp4_values)[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// 32 codes, the first 16 in the lower halves of 16 bytes, as d · values[code].
INLINE void widen_codes(const uint8_t *restrict q, const int8_t *values, float d, float *restrict dst) {
#pragma clang fp contract(off)
  for (int i = 0; i < 16; i++) dst[i] = d * (float)values[q[i] & 15];
  for (int i = 0; i < 16; i++) dst[i + 16] = d * (float)values[q[i] >> 4];
}

// The signed scale (−32 … 31) number j of 16 of a q3_k block.
INLINE int widen_q3_scale(int j, const uint8_t *q) {
  const int low = j < 8 ? q[j] & 15 : q[j - 8] >> 4, high = q[8 + j % 4] >> (2 * (j / 4)) & 3;
  return (low | high << 4) - 32;
}

// `restrict` matters: bytes may alias floats, and loops that might overlap are not vectorized.
static void LP_NAME(widen)(int32_t type, const void *row, int64_t first, int64_t n, float *restrict dst) {
#pragma clang fp contract(off)
  const uint8_t *restrict b = row;
  switch (type) {
    case LP_F32: memcpy(dst, b + first * 4, (size_t)n * 4); break;
    case LP_F16:
      for (int64_t i = 0; i < n; i++) dst[i] = widen_half(b + (first + i) * 2);
      break;
    case LP_BF16:
      for (int64_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, b + (first + i) * 2, 2);
        dst[i] = __builtin_bit_cast(float, (uint32_t)h << 16);
      }
      break;
    case LP_Q8_0:
      for (b += first / 32 * 34; n > 0; n -= 32, b += 34, dst += 32) {
        const float d = widen_half(b);
        const int8_t *q = (const int8_t *)b + 2;
        for (int i = 0; i < 32; i++) dst[i] = (float)q[i] * d;
      }
      break;
    case LP_Q4_0:
      for (b += first / 32 * 18; n > 0; n -= 32, b += 18, dst += 32) {
        const float d = widen_half(b);
        for (int i = 0; i < 16; i++) dst[i] = (float)((int)(b[2 + i] & 15) - 8) * d;
        for (int i = 0; i < 16; i++) dst[i + 16] = (float)((int)(b[2 + i] >> 4) - 8) * d;
      }
      break;
    case LP_Q4_1:
      for (b += first / 32 * 20; n > 0; n -= 32, b += 20, dst += 32) {
        const float d = widen_half(b), m = widen_half(b + 2);
        for (int i = 0; i < 16; i++) dst[i] = (float)(b[4 + i] & 15) * d + m;
        for (int i = 0; i < 16; i++) dst[i + 16] = (float)(b[4 + i] >> 4) * d + m;
      }
      break;
    case LP_Q4_K:
      for (b += first / 256 * 144; n > 0; n -= 256, b += 144, dst += 256) {
        const float d = widen_half(b), low = widen_half(b + 2);
        for (int pair = 0; pair < 4; pair++) {
          uint8_t s1, m1, s2, m2;
          widen_q4_scales(2 * pair, b + 4, &s1, &m1);
          widen_q4_scales(2 * pair + 1, b + 4, &s2, &m2);
          const float d1 = d * (float)s1, l1 = low * (float)m1, d2 = d * (float)s2, l2 = low * (float)m2;
          const uint8_t *q = b + 16 + 32 * pair;
          float *to = dst + 64 * pair;
          for (int i = 0; i < 32; i++) to[i] = d1 * (float)(q[i] & 15) - l1;
          for (int i = 0; i < 32; i++) to[32 + i] = d2 * (float)(q[i] >> 4) - l2;
        }
      }
      break;
    case LP_Q6_K:
      for (b += first / 256 * 210; n > 0; n -= 256, b += 210, dst += 256) {
        const float d = widen_half(b + 208);
        for (int half = 0; half < 2; half++) {
          const uint8_t *low = b + 64 * half, *high = b + 128 + 32 * half;
          const int8_t *s = (const int8_t *)b + 192 + 8 * half;
          float *to = dst + 128 * half;
          for (int i = 0; i < 32; i++) {
            const int g = i / 16;
            to[i] = d * (float)s[g] * (float)((int)((low[i] & 15) | (high[i] & 3) << 4) - 32);
            to[32 + i] = d * (float)s[g + 2] * (float)((int)((low[i + 32] & 15) | (high[i] >> 2 & 3) << 4) - 32);
            to[64 + i] = d * (float)s[g + 4] * (float)((int)((low[i] >> 4) | (high[i] >> 4 & 3) << 4) - 32);
            to[96 + i] = d * (float)s[g + 6] * (float)((int)((low[i + 32] >> 4) | (high[i] >> 6) << 4) - 32);
          }
        }
      }
      break;
    case LP_Q5_0:
    case LP_Q5_1: {
      const int minima = type == LP_Q5_1, quants = minima ? 8 : 6;
      for (b += first / 32 * (quants + 16); n > 0; n -= 32, b += quants + 16, dst += 32) {
        const float d = widen_half(b), m = minima ? widen_half(b + 2) : 0;
        uint32_t top;
        memcpy(&top, b + quants - 4, 4);
        for (int i = 0; i < 16; i++) {
          const int low = (b[quants + i] & 15) | (int)(top >> i & 1) << 4;
          const int high = b[quants + i] >> 4 | (int)(top >> (i + 16) & 1) << 4;
          dst[i] = minima ? (float)low * d + m : (float)(low - 16) * d;
          dst[i + 16] = minima ? (float)high * d + m : (float)(high - 16) * d;
        }
      }
      break;
    }
    case LP_Q2_K:
      for (b += first / 256 * 84; n > 0; n -= 256, b += 84, dst += 256) {
        const float d = widen_half(b + 80), low = widen_half(b + 82);
        for (int j = 0; j < 16; j++) {
          const uint8_t *q = b + 16 + j / 8 * 32 + j % 2 * 16;
          const float dj = d * (float)(b[j] & 15), lj = low * (float)(b[j] >> 4);
          const int shift = j % 8 / 2 * 2;
          for (int i = 0; i < 16; i++) dst[16 * j + i] = dj * (float)(q[i] >> shift & 3) - lj;
        }
      }
      break;
    case LP_Q3_K:
      for (b += first / 256 * 110; n > 0; n -= 256, b += 110, dst += 256) {
        const float d = widen_half(b + 108);
        for (int j = 0; j < 16; j++) {
          const uint8_t *top = b + j % 2 * 16, *q = b + 32 + j / 8 * 32 + j % 2 * 16;
          const float dj = d * (float)widen_q3_scale(j, b + 96);
          const int shift = j % 8 / 2 * 2, bit = j / 2;
          for (int i = 0; i < 16; i++)
            dst[16 * j + i] = dj * (float)((q[i] >> shift & 3) + (top[i] >> bit & 1) * 4 - 4);
        }
      }
      break;
    case LP_Q5_K:
      for (b += first / 256 * 176; n > 0; n -= 256, b += 176, dst += 256) {
        const float d = widen_half(b), low = widen_half(b + 2);
        const uint8_t *top = b + 16;
        for (int j = 0; j < 8; j++) {
          uint8_t s, m;
          widen_q4_scales(j, b + 4, &s, &m);
          const float dj = d * (float)s, lj = low * (float)m;
          const uint8_t *q = b + 48 + 32 * (j / 2);
          const int shift = j % 2 * 4;
          for (int i = 0; i < 32; i++)
            dst[32 * j + i] = dj * (float)((q[i] >> shift & 15) | (top[i] >> j & 1) << 4) - lj;
        }
      }
      break;
    case LP_IQ4_NL:
      for (b += first / 32 * 18; n > 0; n -= 32, b += 18, dst += 32)
        widen_codes(b + 2, LP_NAME(iq4_values), widen_half(b), dst);
      break;
    case LP_IQ4_XS:
      for (b += first / 256 * 136; n > 0; n -= 256, b += 136, dst += 256) {
        const float d = widen_half(b);
        for (int j = 0; j < 8; j++) {
          const int low = b[4 + j / 2] >> (j % 2 * 4) & 15, high = (b[2 + j / 4] >> (j % 4 * 2)) & 3;
          widen_codes(b + 8 + 16 * j, LP_NAME(iq4_values), d * (float)((low | high << 4) - 32), dst + 32 * j);
        }
      }
      break;
    case LP_MXFP4:
      // The values are doubled, so that they are whole, and the scale 2^(e − 127) is halved.
      for (b += first / 32 * 17; n > 0; n -= 32, b += 17, dst += 32)
        widen_codes(b + 1, LP_NAME(mxfp4_values),
                    __builtin_bit_cast(float, b[0] < 2 ? 0x00200000u << b[0] : (uint32_t)(b[0] - 1) << 23), dst);
      break;
    default: memset(dst, 0, (size_t)n * 4);
  }
}
