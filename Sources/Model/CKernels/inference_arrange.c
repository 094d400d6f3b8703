// Lays rows of quantized weights side by side, so that few rows of inputs are multiplied without transposing them.
//
// A unit is 256 columns of 16 rows, in the bytes that the 16 blocks had. Multi-byte numbers are little-endian.
//
//     q4_k   16 f16 scales of scales, 16 f16 scales of minima
//            for each 64 columns: 3 × 16 bytes of 6-bit numbers: per row, of the two blocks of 32 columns, scale 0,
//            minimum 0 and scale 1 in the lower bits of the three bytes, and minimum 1, two bits at a time from its lowest
//            on, in their upper bits
//            for each 64 columns: 8 × 16 dwords: bytes 4 i … 4 i + 3 of the row's 32 bytes
//     q6_k   16 f16 scales
//            for each 16 columns: 16 8-bit scales
//            for each 16 columns: 3 × 16 dwords. Pairs of columns are those of the inputs: pair 2 l is (4 l, 4 l + 2), pair
//            2 l + 1 is (4 l + 1, 4 l + 3); the first of a pair is in the lower word of a dword. In a word of dword i are the
//            numbers of pairs 2 i (bits 0 to 5) and 2 i + 1 (bits 6 to 11). Bits 12 to 15 of dword 0 and of dword 1 are the
//            lower four bits of pairs 6 and 7, those of dword 2 the upper two bits of pair 6 and then of pair 7
#include "lp_inference.h"
#include <string.h>

static const uint8_t zeros[210];

// Number j of 8 scales and 8 minima in 12 bytes.
static uint8_t k_scale(const uint8_t *s, int j) {
  return j < 4 ? s[j] & 63 : (uint8_t)((s[j + 4] & 15) | (s[j - 4] >> 6) << 4);
}
static uint8_t k_minimum(const uint8_t *s, int j) {
  return j < 4 ? s[j + 4] & 63 : (uint8_t)(s[j + 4] >> 4 | (s[j] >> 6) << 4);
}

static void arrange_q4_k(const uint8_t *block, int row, uint8_t *out) {
  memcpy(out + 2 * row, block, 2);
  memcpy(out + 32 + 2 * row, block + 2, 2);
  uint8_t *scales = out + 64 + row;
  for (int j = 0; j < 8; j += 2, scales += 48) {
    const uint8_t last = k_minimum(block + 4, j + 1);
    scales[0] = (uint8_t)(k_scale(block + 4, j) | last << 6);
    scales[16] = (uint8_t)(k_minimum(block + 4, j) | last >> 2 << 6);
    scales[32] = (uint8_t)(k_scale(block + 4, j + 1) | last >> 4 << 6);
  }
  for (int i = 0; i < 32; i++) memcpy(out + 256 + i * 64 + row * 4, block + 16 + i * 4, 4);
}

static void arrange_q6_k(const uint8_t *block, int row, uint8_t *out) {
  memcpy(out + 2 * row, block + 208, 2);
  for (int j = 0; j < 16; j++) out[32 + 16 * j + row] = block[192 + j];
  uint8_t *to = out + 288 + row * 4;
  for (int half = 0; half < 16; half++, to += 192) {
    // Of 128 columns, half a block of 32 has its lower bits in one half of 64 bytes, its upper ones in a quarter of 32.
    const int part = half / 2 % 4, at = half % 2 * 16;
    const uint8_t *low = block + half / 8 * 64 + part % 2 * 32 + at, *top = block + 128 + half / 8 * 32 + at;
    uint16_t words[3][2] = {{0}};
    for (int column = 0; column < 16; column++) {
      const unsigned value = (part >= 2 ? low[column] >> 4 : low[column] & 15u) | (top[column] >> (2 * part) & 3u) << 4;
      const int pair = column / 4 * 2 + column % 2, word = column / 2 % 2;
      if (pair < 6) {
        words[pair / 2][word] |= (uint16_t)(value << (pair % 2 * 6));
      } else {
        words[pair - 6][word] |= (uint16_t)((value & 15u) << 12);
        words[2][word] |= (uint16_t)(value >> 4 << (pair == 6 ? 12 : 14));
      }
    }
    for (int i = 0; i < 3; i++) memcpy(to + i * 64, words[i], 4);
  }
}

void lp_arrange_group(int type, const uint8_t *const rows[16], size_t cols, uint8_t *out) {
  const lp_block block = lp_block_of(type);
  for (size_t unit = 0; unit < cols / 256; unit++, out += 16 * block.bytes)
    for (int row = 0; row < 16; row++) {
      const uint8_t *from = rows[row] ? rows[row] + unit * (size_t)block.bytes : zeros;
      if (type == LP_Q4_K) arrange_q4_k(from, row, out);
      else if (type == LP_Q6_K) arrange_q6_k(from, row, out);
    }
}
