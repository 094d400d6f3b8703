// Products of weights kept as small integers with scales. X is quantized too, to 16 bits per block of 32 columns, so
// that a block's sum is exact in 32-bit integers and hence the same in every order; between blocks the sums are f32.

// A block of a panel of M rows of X holds 32 columns of each row:
//
//     bytes  0                                    64·M       68·M        72·M           76·M          80·M
//            +------------------------------------+----------+-----------+--------------+-------------+
//            | 16 × M dwords: two 16-bit columns  | M scales | M sums of | M sums of    | M sums of   |
//            | of one row in each (pairs 0 … 15)  |   f32    | 32 columns| columns 0–15 | columns 16–31|
//            +------------------------------------+----------+-----------+--------------+-------------+
//
// Pair p of row m lies at dword p·M + m, so that one broadcast serves all rows of a weight's run. The sums are the
// integers' sums times the scale: what a format with minima multiplies its minimum by.
//
// What is computed for weight row n and row m of X, block by block:
//
//     y[m][n] += scale_w · scale_x · Σ q_w · q_x    (Σ exact in 32-bit integers)
//              + minimum_w · sum_x                  (formats with minima)
#define X_BLOCK(M) ((size_t)(M) * 80)

#include "inference_rows.h"

// part [V][R] += the products of the four columns l of a half, which begin at x, for V runs of LANES rows from `lane` on and
// R of M rows of X.
INLINE void add_four(const int type, const int V, const int R, const int M, const row_dwords *q, uint32_t d,
                     const uint32_t s, const int half, int l, int lane, const int32_t *x, lanes_i part[MAX_TILE]) {
  // Measured: q4_k alone is faster in the compiler's order.
  const int keep = type == WIDE || (M > 4 && type != LP_Q4_K);
  lanes_u w[2][2];
  UNROLL for (int v = 0; v < V; v++) pairs(type, q, d, s, half, l, lane + v * LANES, w[v]);
  UNROLL for (int i = 0; i < 2; i++) UNROLL for (int m = 0; m < R; m++) {
    const lanes_i xv = lanes_all_int(x[i * M + m]);
    UNROLL for (int v = 0; v < V; v++) {
      part[v * R + m] = lanes_dot(part[v * R + m], (lanes_i)w[v][i], xv);
      if (keep) LANES_KEEP(part[v * R + m]);
    }
  }
}

// The same of all four fours of a half.
INLINE void add_half(const int type, const int V, const int R, const int M, const row_dwords *q, uint32_t d,
                     const uint32_t s, const int half, int lane, const int32_t *x, lanes_i part[MAX_TILE]) {
  x += half * 8 * M;
  if (LANES < 16 && type == WIDE) {
    UNROLL for (int l = 0; l < 4; l++) add_four(type, V, R, M, q, d, s, half, l, lane, x + l * 2 * M, part);
  } else {
    // A loop that stays one: where pairs are made in between, a short loop is faster.
#pragma clang loop unroll(disable)
    for (int l = 0; l < 4; l++, x += 2 * M) add_four(type, V, R, M, q, d, s, half, l, lane, x, part);
  }
}

// What comes next in memory, asked for a few lines with each block: all at once they would keep each other waiting.
typedef struct {
  const uint8_t *line, *end;
  size_t each;  // bytes with each block
} ahead;

INLINE void ask(ahead *next) {
  const uint8_t *until = next->line + next->each < next->end ? next->line + next->each : next->end;
  for (; next->line < until; next->line += 64) __builtin_prefetch(next->line, 0, 2);
}

// sums [M][16] = (sums +) `units` units of 16 rows by M rows of X.
INLINE void integer_tile(const int type, const int kind, const int M, const row_dwords *q, const block_scales *scales,
                         size_t units, const uint8_t *x, float *sums, int start, ahead *next) {
  const int H = kind >= TWO_SCALES ? 2 : 1, minima = kind == ONE_SCALE_MINIMUM || kind == TWO_SCALES_MINIMA;
  // Rows of X that go together. All 16 rows of W where the sums of both fit the registers: an input is then loaded once
  // for them. Pairs that are made on the way are made once for all rows of X instead.
  const int R = LANES < 16 && type == WIDE && M > 4 ? 4 : M, V = LANES < 16 && R <= 4 ? 2 : 1;
  for (int first = 0; first < M; first += R, sums += R * 16) {
    for (int lane = 0; lane < 16; lane += V * LANES) {
      lanes_f acc[MAX_TILE];
#define EACH UNROLL for (int v = 0; v < V; v++) UNROLL for (int m = 0; m < R; m++)
      EACH acc[v * R + m] = start ? lanes_all(0) : lanes_floats(sums + m * 16 + lane + v * LANES);
      const row_dwords *unit = q;
      const block_scales *w = scales;
      const uint8_t *xb = x;
      for (size_t left = units; left > 0; left--, unit += dwords_of(type)) {
        for (int d = 0; d < blocks_of(type) / split_of(type); d++) {
          UNROLL for (int s = 0; s < split_of(type); s++, w++, xb += X_BLOCK(M)) {
            const int32_t *integers = (const int32_t *)xb + first;
            const float *x_scales = (const float *)(integers + 16 * M), *whole = x_scales + M, *parts = whole + M;
            lanes_i part[MAX_TILE];
            ask(next);
            UNROLL for (int half = 0; half < 2; half++) {
              if (half == 0 || H == 2) EACH part[v * R + m] = (lanes_i){0};
              add_half(type, V, R, M, unit, (uint32_t)d, (uint32_t)s, half, lane, integers, part);
              if (half == 1 || H == 2) {
                const float *by = w->scale[H == 2 ? half : 0] + lane;
                EACH acc[v * R + m] = lanes_fma(lanes_floats(by + v * LANES) * lanes_all(x_scales[m]),
                                                __builtin_convertvector(part[v * R + m], lanes_f), acc[v * R + m]);
              }
            }
            if (minima) {
              UNROLL for (int h = 0; h < H; h++) {
                const float *by = w->minimum[h] + lane, *sum = H == 2 ? parts + h * M : whole;
                EACH acc[v * R + m] = lanes_fma(lanes_floats(by + v * LANES), lanes_all(sum[m]), acc[v * R + m]);
              }
            }
          }
        }
      }
      EACH memcpy(sums + m * 16 + lane + v * LANES, &acc[v * R + m], sizeof acc[0]);
#undef EACH
    }
  }
}

// 32 columns as integers of at most `most` and their scale, which they are to be multiplied by. A block with an infinity or a
// NaN gets the scale NaN.
INLINE float round_block(const float *x, const float most, i16v integers[2]) {
  v16 a = v_load(x), c = v_load(x + 16);
  i16v ab, cb;
  memcpy(&ab, &a, 64);
  memcpy(&cb, &c, 64);
  // Floats without their sign compare like integers, and NaN above all.
  i16v largest = __builtin_elementwise_max(ab & 0x7FFFFFFF, cb & 0x7FFFFFFF);
  const int32_t bits = __builtin_reduce_max(largest);
  float top;
  memcpy(&top, &bits, 4);
  const int finite = bits < 0x7F800000, something = top > 1e-30f;
  const float inverse = finite && something ? most / top : 0;
  v16 zero = v_all(0);
  integers[0] = __builtin_convertvector(__builtin_elementwise_roundeven(finite ? a * inverse : zero), i16v);
  integers[1] = __builtin_convertvector(__builtin_elementwise_roundeven(finite ? c * inverse : zero), i16v);
  return finite ? (something ? top / most : 0) : __builtin_nanf("");
}

// Quantizes 32 columns of row `i` of a panel of n rows to integers of at most `most`.
INLINE void quantize_block(const float *x, const float most, size_t n, size_t i, uint8_t *out) {
  i16v integers[2];
  const float scale = round_block(x, most, integers);
  const int32_t first = __builtin_reduce_add(integers[0]), second = __builtin_reduce_add(integers[1]);
  s16v na = __builtin_convertvector(integers[0], s16v), nc = __builtin_convertvector(integers[1], s16v);
  // Pairs of columns as the weights have them: 0 and 2, 1 and 3.
  na = __builtin_shufflevector(na, na, 0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
  nc = __builtin_shufflevector(nc, nc, 0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
  int32_t pairs[16];
  memcpy(pairs, &na, 32);
  memcpy(pairs + 8, &nc, 32);
  int32_t *to = (int32_t *)out;
  for (int p = 0; p < 16; p++) to[(size_t)p * n + i] = pairs[p];
  const float sums[3] = {scale * (float)(first + second), scale * (float)first, scale * (float)second};
  memcpy(out + 64 * n + i * 4, &scale, 4);
  for (size_t j = 0; j < 3; j++) memcpy(out + (68 + 4 * j) * n + i * 4, &sums[j], 4);
}

INLINE void quantize_rows(const float *x, size_t ldx, const float most, size_t m, size_t cols, void *out) {
  uint8_t *to = out;
  for (size_t row = 0; row < m;) {
    const size_t n = panel_rows(m - row);
    for (size_t b = 0; b < cols / 32; b++)
      for (size_t i = 0; i < n; i++) quantize_block(x + (row + i) * ldx + b * 32, most, n, i, to + b * X_BLOCK(n));
    to += X_BLOCK(n) * (cols / 32);
    row += n;
  }
}

static void prepare_quantized(const float *x, size_t ldx, size_t m, size_t cols, void *out) {
  quantize_rows(x, ldx, 32767, m, cols, out);
}
