// Weights whose 16 rows lie side by side in memory already (lp_inference.h): what the multiplication wants is loaded, with
// no transposing. What is summed, and in which order, is as in integer_tile.
//
// Measured (Zen 3): one row of q4_k is 1.3 times as fast, of q6_k 1.5 times; 64 rows are hardly faster.

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));

// Where the integers of 16 rows of a unit begin.
INLINE size_t arranged_integers(const int type) { return type == LP_Q4_K ? 256 : 288; }
INLINE size_t arranged_unit(const int type) { return 16 * (size_t)lp_block_of(type).bytes; }

INLINE bytes16 bytes_load(const uint8_t *p) {
  bytes16 v;
  memcpy(&v, p, 16);
  return v;
}
INLINE v16 v_bytes(bytes16 b) { return __builtin_convertvector(__builtin_convertvector(b, i16v), v16); }
INLINE v16 v_signed(bytes16 b) { return __builtin_convertvector(__builtin_convertvector((signed16)b, i16v), v16); }
INLINE lanes_u lanes_at(const uint8_t *p) {
  lanes_u v;
  memcpy(&v, p, sizeof v);
  return v;
}

// Scales and minima of a unit, all 16 rows.
INLINE void arranged_scales(const int type, const uint8_t *unit, block_scales to[8]) {
  const v16 d = v_f16(unit);
  if (type == LP_Q4_K) {
    const v16 low = -v_f16(unit + 32);
    unit += 64;
    UNROLL for (int j = 0; j < 8; j += 2, unit += 48) {
      // Three 6-bit numbers in the lower bits of three bytes; their upper bits are the fourth.
      const bytes16 a = bytes_load(unit), b = bytes_load(unit + 16), c = bytes_load(unit + 32);
      v_store(to[j].scale[0], d * v_bytes(a & 63));
      v_store(to[j].minimum[0], low * v_bytes(b & 63));
      v_store(to[j + 1].scale[0], d * v_bytes(c & 63));
      v_store(to[j + 1].minimum[0], low * v_bytes(a >> 6 | (b >> 4 & 12) | (c >> 2 & 48)));
    }
  } else {
    unit += 32;
    UNROLL for (int j = 0; j < 16; j++, unit += 16) v_store(to[j / 2].scale[j % 2], d * v_signed(bytes_load(unit)));
  }
}

// Pairs 4 of a block of q4_k: of 8 dwords that two blocks share, those of the s-th. As they lie in their 16 bits (`in_place`)
// the first is 1 or 16 times itself, and the second 256 or 1 times.
INLINE void nibble_pairs(const lanes_u x, const int s, const int in_place, lanes_u out[2]) {
  if (s == 0) {
    out[0] = x & 0x000F000Fu;
    out[1] = in_place ? x & 0x0F000F00u : x >> 8 & 0x000F000Fu;
  } else {
    out[0] = in_place ? x & 0x00F000F0u : x >> 4 & 0x000F000Fu;
    out[1] = (lanes_u)((lanes_w)x >> 12);
  }
}

// The 8 pairs of a half of a block of q6_k, from three dwords, unsigned. `in_place`: pairs 1, 3 and 5 are 64 times themselves.
INLINE void six_bit_pairs(const uint8_t *half, const int in_place, lanes_u out[8]) {
  lanes_u three[3];
  UNROLL for (int i = 0; i < 3; i++) {
    three[i] = lanes_at(half + i * 64);
    out[2 * i] = three[i] & 0x003F003Fu;
    out[2 * i + 1] = in_place ? three[i] & 0x0FC00FC0u : three[i] >> 6 & 0x003F003Fu;
  }
  out[6] = (lanes_u)((lanes_w)three[0] >> 12) | (three[2] >> 8 & 0x00300030u);
  out[7] = (lanes_u)((lanes_w)three[1] >> 12) | (three[2] >> 10 & 0x00300030u);
}

// sums [M][16] = (sums +) `units` units of 16 rows by M rows of X. `less` [halves][M] is -32 times the sums of X's integers:
// of q6_k, whose integers are stored as 32 more than they are.
INLINE void arranged_tile(const int type, const int M, const uint8_t *unit, size_t units, const uint8_t *x,
                          const int32_t *less, float *sums, int start, ahead *next) {
  // Rows of X, and runs of rows of W, whose sums fit the registers.
  const int V = LANES < 16 ? 2 : 1, R = LANES < 16 && M > 4 ? 4 : M;
  // Two sums for each output where they fit: of integers as they are, and of integers as they lie.
  const int in_place = LANES < 16 ? V * R <= 4 : R <= 8, H = type == LP_Q6_K ? 2 : 1;
#define EACH UNROLL for (int v = 0; v < V; v++) UNROLL for (int m = 0; m < R; m++)
  for (; units > 0; units--, unit += arranged_unit(type), x += 8 * X_BLOCK(M), less += 16 * M, start = 0) {
    block_scales scales[8];
    arranged_scales(type, unit, scales);
    for (int first = 0; first < M; first += R) {
      for (int lane = 0; lane < 16; lane += V * LANES) {
        float *to = sums + first * 16 + lane;
        lanes_f acc[MAX_TILE];
        EACH acc[v * R + m] = start ? lanes_all(0) : lanes_floats(to + m * 16 + v * LANES);
        const uint8_t *q = unit + arranged_integers(type) + 4 * lane, *xb = x;
#pragma clang loop unroll(disable)
        for (int d = 0; d < 4; d++) {
          UNROLL for (int s = 0; s < 2; s++, xb += X_BLOCK(M)) {
            const int32_t *integers = (const int32_t *)xb + first;
            const float *x_scales = (const float *)(integers + 16 * M), *x_sums = x_scales + M;
            const block_scales *w = &scales[2 * d + s];
            if (first == 0) ask(next);
            UNROLL for (int half = 0; half < H; half++) {
              lanes_i part[2][MAX_TILE];
              EACH {
                part[0][v * R + m] =
                    H == 2 ? lanes_all_int(less[(4 * d + 2 * s + half) * M + first + m]) : (lanes_i){0};
                part[1][v * R + m] = (lanes_i){0};
              }
              if (type == LP_Q4_K) {
                UNROLL for (int i = 0; i < 8; i++) {
                  lanes_u w2[2][2];
                  UNROLL for (int v = 0; v < V; v++)
                      nibble_pairs(lanes_at(q + i * 64 + v * LANES * 4), s, in_place, w2[v]);
                  UNROLL for (int p = 0; p < 2; p++) UNROLL for (int m = 0; m < R; m++) {
                    const lanes_i xv = lanes_all_int(integers[(2 * i + p) * M + m]);
                    const int in = in_place && p != s;
                    UNROLL for (int v = 0; v < V; v++) {
                      part[in][v * R + m] = lanes_dot(part[in][v * R + m], (lanes_i)w2[v][p], xv);
                      if (V * R > 4) LANES_KEEP(part[in][v * R + m]);
                    }
                  }
                }
              } else {
                lanes_u w8[2][8];
                UNROLL for (int v = 0; v < V; v++) six_bit_pairs(q + v * LANES * 4, in_place, w8[v]);
                UNROLL for (int p = 0; p < 8; p++) UNROLL for (int m = 0; m < R; m++) {
                  const lanes_i xv = lanes_all_int(integers[(8 * half + p) * M + m]);
                  const int in = in_place && p < 6 && p % 2;
                  UNROLL for (int v = 0; v < V; v++) {
                    part[in][v * R + m] = lanes_dot(part[in][v * R + m], (lanes_i)w8[v][p], xv);
                    if (V * R > 4) LANES_KEEP(part[in][v * R + m]);
                  }
                }
                q += 192;
              }
              // Exact: a sum of integers as they lie is a multiple, and no sum reaches 2^31 (63 · 64 · 32767 · 16).
              const int shift = type == LP_Q6_K ? 6 : s == 0 ? 8 : 4;
              const float *by = w->scale[half] + lane;
              EACH {
                const lanes_i whole = part[0][v * R + m] + (in_place ? part[1][v * R + m] >> shift : (lanes_i){0});
                acc[v * R + m] = lanes_fma(lanes_floats(by + v * LANES) * lanes_all(x_scales[m]),
                                           __builtin_convertvector(whole, lanes_f), acc[v * R + m]);
              }
            }
            if (H == 1)
              EACH acc[v * R + m] =
                  lanes_fma(lanes_floats(w->minimum[0] + lane + v * LANES), lanes_all(x_sums[m]), acc[v * R + m]);
          }
          if (type == LP_Q4_K) q += 512;
        }
        EACH memcpy(to + m * 16 + v * LANES, &acc[v * R + m], sizeof acc[0]);
      }
    }
  }
#undef EACH
}

// The pairs of all blocks of `units` units, and the scales of these.
INLINE void arranged_widen(const int type, const uint8_t *unit, size_t units, row_dwords *to, block_scales *scales) {
  for (; units > 0; units--, unit += arranged_unit(type), scales += 8) {
    arranged_scales(type, unit, scales);
    const uint8_t *q = unit + arranged_integers(type);
    for (int j = 0; j < 8; j++, to += 16) {
      for (int lane = 0; lane < 16; lane += LANES) {
        lanes_u out[16];
        if (type == LP_Q4_K) {
          UNROLL for (int i = 0; i < 8; i++) {
            const lanes_u x = lanes_at(q + j / 2 * 512 + i * 64 + lane * 4);
            const uint32_t by = 4 * (uint32_t)(j % 2);
            out[2 * i] = x >> by & 0x000F000Fu;
            out[2 * i + 1] = x >> (by + 8) & 0x000F000Fu;
          }
        } else {
          UNROLL for (int half = 0; half < 2; half++) {
            six_bit_pairs(q + (2 * j + half) * 192 + lane * 4, 0, out + 8 * half);
            UNROLL for (int p = 0; p < 8; p++) out[8 * half + p] = (lanes_u)((lanes_s)out[8 * half + p] - 32);
          }
        }
        UNROLL for (int p = 0; p < 16; p++) memcpy(&to[p][lane], &out[p], sizeof out[p]);
      }
    }
  }
}

// -32 times the sums of the integers of each half block of a panel of n rows: [halves][n].
static void sums_of_integers(const uint8_t *x, size_t n, size_t blocks, int32_t *less) {
  for (size_t b = 0; b < blocks; b++, x += X_BLOCK(n))
    for (size_t half = 0; half < 2; half++)
      for (size_t i = 0; i < n; i++) {
        int32_t sum = 0;
        for (size_t p = 0; p < 8; p++) {
          const uint8_t *pair = x + ((half * 8 + p) * n + i) * 4;
          int16_t both[2];
          memcpy(both, pair, 4);
          sum += both[0] + both[1];
        }
        *less++ = -32 * sum;
      }
}

typedef void (*arranged_function)(const uint8_t *unit, size_t units, const uint8_t *x, const int32_t *less, float *sums,
                                  int start, ahead *next);
#define ARRANGED_TILE(NAME, TYPE, M)                                                                                   \
  static __attribute__((noinline)) void NAME(const uint8_t *unit, size_t units, const uint8_t *x, const int32_t *less, \
                                             float *sums, int start, ahead *next) {                                    \
    arranged_tile(TYPE, M, unit, units, x, less, sums, start, next);                                                   \
  }
#define ARRANGED_TILES(NAME, TYPE)                                                                                     \
  ARRANGED_TILE(NAME##_1, TYPE, 1)                                                                                     \
  ARRANGED_TILE(NAME##_2, TYPE, 2)                                                                                     \
  ARRANGED_TILE(NAME##_4, TYPE, 4)                                                                                     \
  ARRANGED_TILE(NAME##_8, TYPE, 8)                                                                                     \
  ARRANGED_TILE(NAME##_all, TYPE, PANEL_ROWS)                                                                          \
  static const arranged_function NAME[5] = {NAME##_1, NAME##_2, NAME##_4, NAME##_8, NAME##_all};

// What is done with one type.
typedef struct {
  void (*widen)(const uint8_t *unit, size_t units, row_dwords *to, block_scales *scales);
  const arranged_function *tiles;
} arranged_type;
#define ARRANGED_TYPE(NAME, TYPE)                                                                                      \
  static void widen_arranged_##NAME(const uint8_t *unit, size_t units, row_dwords *to, block_scales *scales) {         \
    arranged_widen(TYPE, unit, units, to, scales);                                                                     \
  }                                                                                                                    \
  ARRANGED_TILES(arranged_##NAME, TYPE)
ARRANGED_TYPE(q4_k, LP_Q4_K)
ARRANGED_TYPE(q6_k, LP_Q6_K)

INLINE const arranged_type *arranged_of(int type) {
  static const arranged_type q4_k = {widen_arranged_q4_k, arranged_q4_k}, q6_k = {widen_arranged_q6_k, arranged_q6_k};
  return type == LP_Q4_K ? &q4_k : &q6_k;
}
