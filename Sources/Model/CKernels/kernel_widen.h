// Widening of stored rows to f32. Block layouts and arithmetic are those of ggml's reference dequantisation; each product
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

// `restrict` matters: bytes may alias floats, and loops that might overlap are not vectorised.
static void LP_NAME(widen)(int32_t type, const void *row, int64_t first, int64_t n, float *restrict dst) {
#pragma clang fp contract(off)
  const uint8_t *restrict b = row;
  switch (type) {
    case LP_F32:
      memcpy(dst, b + first * 4, (size_t)n * 4);
      break;
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
    default:
      memset(dst, 0, (size_t)n * 4);
  }
}
