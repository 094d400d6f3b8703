// From the layouts of files to groups of 16 rows side by side, and back.
#include "lp_inference.h"
#include "lp_training.h"
#include <string.h>

static float f16_to_f32(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 31, fraction = h & 1023, bits;
  if (exponent == 31) {
    bits = sign | 0x7F800000u | (fraction << 13);
  } else if (exponent) {
    bits = sign | ((exponent + 112) << 23) | (fraction << 13);
  } else {
    float tiny = (float)fraction * 0x1p-24f;
    memcpy(&bits, &tiny, 4);
    bits |= sign;
  }
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static uint16_t load16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return v;
}

size_t lp_packed_group_bytes(int format, size_t cols) {
  switch (format) {
  case LP_PACKED_F32: return cols * 64;
  case LP_PACKED_F16:
  case LP_PACKED_BF16: return cols * 32;
  case LP_PACKED_Q8_0: return cols % 32 ? 0 : cols / 32 * 544;
  case LP_PACKED_Q4_0: return cols % 32 ? 0 : cols / 32 * 288;
  case LP_PACKED_Q4_1: return cols % 32 ? 0 : cols / 32 * 320;
  case LP_PACKED_Q4_S: return cols % 256 ? 0 : cols / 32 * 384;
  case LP_PACKED_Q8_S: return cols % 256 ? 0 : cols / 16 * 320;
  default: return 0;
  }
}

// The 6-bit scale and minimum of sub-block j (0..7) of a q4_k super-block.
static void q4k_scale(const uint8_t *packed, int j, uint8_t *scale, uint8_t *minimum) {
  if (j < 4) {
    *scale = packed[j] & 63;
    *minimum = packed[j + 4] & 63;
  } else {
    *scale = (packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4);
    *minimum = (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4);
  }
}

// The signed 6-bit value (-32..31) of column c (0..255) of a q6_k super-block.
static int q6k_value(const uint8_t *block, size_t c) {
  const uint8_t *low = block, *high = block + 128;
  size_t half = c / 128, in = c % 128, quarter = in / 32, l = in % 32;
  uint8_t nibble = low[half * 64 + (quarter & 1) * 32 + l];
  nibble = quarter < 2 ? nibble & 15 : nibble >> 4;
  uint8_t top = (high[half * 32 + l] >> (quarter * 2)) & 3;
  return (int)(nibble | (top << 4)) - 32;
}

static uint8_t q4_nibble(const uint8_t *quants, size_t k) { return k < 16 ? quants[k] & 15 : quants[k - 16] >> 4; }

static void put_nibbles(uint8_t *words, size_t lane, size_t k, uint32_t nibble) {
  uint32_t word;
  uint8_t *at = words + (k / 8) * 64 + lane * 4;
  memcpy(&word, at, 4);
  word |= nibble << (k % 8 / 2 * 4 + k % 2 * 16);
  memcpy(at, &word, 4);
}

static void pack_block_q4(const uint8_t *row, size_t b, size_t lane, int source, uint8_t *out) {
  int with_minimum = source == LP_Q4_1;
  const uint8_t *block = row + b * (with_minimum ? 20 : 18);
  memcpy(out + lane * 2, block, 2);
  if (with_minimum) memcpy(out + 32 + lane * 2, block + 2, 2);
  const uint8_t *quants = block + (with_minimum ? 4 : 2);
  uint8_t *words = out + (with_minimum ? 64 : 32);
  for (size_t k = 0; k < 32; k++) put_nibbles(words, lane, k, q4_nibble(quants, k));
}

static void pack_block_q4k(const uint8_t *row, size_t b, size_t lane, uint8_t *out) {
  const uint8_t *block = row + b / 8 * 144;
  int j = (int)(b % 8);
  uint8_t scale, minimum;
  q4k_scale(block + 4, j, &scale, &minimum);
  float d = f16_to_f32(load16(block)) * scale, m = -(f16_to_f32(load16(block + 2)) * minimum);
  memcpy(out + lane * 4, &d, 4);
  memcpy(out + 64 + lane * 4, &m, 4);
  const uint8_t *quants = block + 16 + (j / 2) * 32;
  for (size_t k = 0; k < 32; k++) put_nibbles(out + 128, lane, k, j & 1 ? quants[k] >> 4 : quants[k] & 15);
}

static void pack_block_q6k(const uint8_t *row, size_t b, size_t lane, uint8_t *out) {
  const uint8_t *block = row + b / 16 * 210;
  size_t sub = b % 16;
  float d = f16_to_f32(load16(block + 208)) * (float)(int8_t)block[192 + sub];
  memcpy(out + lane * 4, &d, 4);
  for (size_t k = 0; k < 16; k++) out[64 + k / 2 * 32 + lane * 2 + k % 2] = (uint8_t)(int8_t)q6k_value(block, sub * 16 + k);
}

// `group` is where the group begins, `along` the bytes from one column of a plain format to the next.
static void pack_lane(int packed, int source, const uint8_t *row, size_t lane, size_t cols, uint8_t *group,
                      size_t along) {
  switch (packed) {
  case LP_PACKED_F32:
    for (size_t k = 0; k < cols; k++) {
      float value;
      if (source == LP_F32) memcpy(&value, row + 4 * k, 4);
      else if (source == LP_F16) value = f16_to_f32(load16(row + 2 * k));
      else {
        uint32_t bits = (uint32_t)load16(row + 2 * k) << 16;
        memcpy(&value, &bits, 4);
      }
      memcpy(group + k * along + lane * 4, &value, 4);
    }
    break;
  case LP_PACKED_F16:
  case LP_PACKED_BF16:
    for (size_t k = 0; k < cols; k++) memcpy(group + k * along + lane * 2, row + 2 * k, 2);
    break;
  case LP_PACKED_Q8_0:
    for (size_t b = 0; b < cols / 32; b++) {
      const uint8_t *block = row + b * 34;
      uint8_t *out = group + b * 544;
      memcpy(out + lane * 2, block, 2);
      for (size_t k = 0; k < 32; k++) out[32 + k / 2 * 32 + lane * 2 + k % 2] = block[2 + k];
    }
    break;
  case LP_PACKED_Q4_0:
    for (size_t b = 0; b < cols / 32; b++) pack_block_q4(row, b, lane, source, group + b * 288);
    break;
  case LP_PACKED_Q4_1:
    for (size_t b = 0; b < cols / 32; b++) pack_block_q4(row, b, lane, source, group + b * 320);
    break;
  case LP_PACKED_Q4_S:
    for (size_t b = 0; b < cols / 32; b++) pack_block_q4k(row, b, lane, group + b * 384);
    break;
  case LP_PACKED_Q8_S:
    for (size_t b = 0; b < cols / 16; b++) pack_block_q6k(row, b, lane, group + b * 320);
    break;
  default: break;
  }
}

void lp_pack_group(const lp_packed *w, size_t group, int source, const uint8_t *const rows[16], uint8_t *data) {
  size_t along;
  uint8_t *at = data + lp_group_offset(w, group, &along);
  for (size_t lane = 0; lane < 16; lane++)
    if (rows[lane]) pack_lane(w->format, source, rows[lane], lane, w->cols, at, along);
}

void lp_widen_row(int type, const uint8_t *row, size_t cols, float *out) {
  lp_isa_best()->widen(type, row, 0, (int64_t)cols, out);
}
