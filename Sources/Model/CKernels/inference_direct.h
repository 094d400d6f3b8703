// One row of X by 16 rows of W, as decoding one stream does it all the time: dwords of the rows are transposed and
// multiplied in registers, with nothing stored in between. What is summed, and in which order, is as in integer_tile.
//
// Measured (Zen 3): 8 to 18 % faster for q4_k. Of q6_k, whose pairs take more steps to make, it is not.

// A row's first byte, how far the next of 16 is, units of the stretch; x, sums [16] and start as of integer_tile.
typedef void (*direct_function)(const uint8_t *row, size_t next, size_t units, const uint8_t *x, float *sums, int start,
                                ahead *following);

#ifdef LANES_DIRECT
static void direct_q4_k(const uint8_t *row, size_t next, size_t units, const uint8_t *x, float *sums, int start,
                        ahead *following) {
  for (int lane = 0; lane < 16; lane += 8, row += 8 * next) {
    lanes_f acc = start ? lanes_all(0) : lanes_floats(sums + lane);
    const int32_t *x0 = (const int32_t *)x;
    const uint8_t *unit = row;
    for (size_t left = units; left > 0; left--, unit += 144) {
      block_scales scales[8];
      k_scales(unit, next, 0, scales);
      for (int d = 0; d < 4; d++, x0 += 40) {
        const int32_t *x1 = x0 + 20;
        lanes_u q[8];
        ask(following);
        dwords4(unit + 16 + 32 * d, next, q);
        dwords4(unit + 32 + 32 * d, next, q + 4);
        // Nibbles stay where they lie in their 16 bits: sums of 16 products are at most 16 · 15 · 256 · 32767 < 2^31, so
        // 16 and 256 times the sums are exact too.
        lanes_i low = {0}, low_256 = {0}, high_16 = {0}, high = {0};
        UNROLL for (int i = 0; i < 8; i++) {
          low = lanes_dot(low, (lanes_i)(q[i] & 0x000F000Fu), lanes_all_int(x0[2 * i]));
          low_256 = lanes_dot(low_256, (lanes_i)(q[i] & 0x0F000F00u), lanes_all_int(x0[2 * i + 1]));
          high_16 = lanes_dot(high_16, (lanes_i)(q[i] & 0x00F000F0u), lanes_all_int(x1[2 * i]));
          high = lanes_dot(high, (lanes_i)((lanes_w)q[i] >> 12), lanes_all_int(x1[2 * i + 1]));
        }
        const lanes_i part[2] = {low + (low_256 >> 8), high + (high_16 >> 4)};
        UNROLL for (int s = 0; s < 2; s++) {
          const block_scales *w = &scales[2 * d + s];
          // Behind its 16 pairs a block of X has its scale and its sum.
          const float *x_scale = (const float *)(x0 + 20 * s) + 16, *x_sum = x_scale + 1;
          acc = lanes_fma(lanes_floats(w->scale[0]) * lanes_all(*x_scale), __builtin_convertvector(part[s], lanes_f),
                          acc);
          acc = lanes_fma(lanes_floats(w->minimum[0]), lanes_all(*x_sum), acc);
        }
      }
    }
    memcpy(sums + lane, &acc, sizeof acc);
  }
}

INLINE direct_function direct_of(int type) { return type == LP_Q4_K ? direct_q4_k : 0; }
#else
INLINE direct_function direct_of(int type) {
  (void)type;
  return 0;
}
#endif
