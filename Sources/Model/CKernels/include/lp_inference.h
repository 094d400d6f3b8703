// Kernels of generation: matrix products on packed weights, attention over a paged cache, and what lies between.
//
// Packed weights. A matrix W [rows, cols] is cut into groups of 16 rows; within a group the 16 rows lie side by side, so
// that a vector register holds one column, or a pair of columns, of 16 rows and no horizontal sum is ever needed. Per
// group, by format:
//   F32, F16, BF16   cols x [16 values], where two groups lie side by side: cols x [2][16 values]; a last odd one, alone
//   Q8_0             cols/32 x { 16 f16 scales, 16 x [16 pairs of int8] }
//   Q4_0             cols/32 x { 16 f16 scales, 4 x [16 words] }
//   Q4_1             cols/32 x { 16 f16 scales, 16 f16 minima, 4 x [16 words] }
//   Q4_S             cols/32 x { 16 f32 scales, 16 f32 minima, 4 x [16 words] }   (q4_k)
//   Q8_S             cols/16 x { 16 f32 scales, 8 x [16 pairs of int8] }          (q6_k)
// A word holds 8 columns of a row, the even ones' nibbles in its lower half and the odd ones' in its upper half, so that
// shifting it by 0, 4, 8, 12 gives the four pairs. Rows past the last are zero.
//
// Products read X [m, cols] prepared: cut into panels of a few rows whose columns lie side by side. For the block formats
// it is also quantised, per row and block of 32 columns: s = max |x| / 32767 and q = x * (32767 / max |x|), rounded to
// the nearest even integer. A block of a row with an infinity or a NaN gets the scale NaN.
//
// What is computed. Whatever the number of rows of X, the tile, the thread and the instruction set, an output is
//   block formats: acc = fma(w_scale * s, sum of w q, acc) block by block from zero, the sum being exact in integers;
//                  with minima, then acc = fma(w_minimum, s * sum of q, acc)
//   others:        a chain of fma over all columns from zero
// so that a reply does not depend on who else is served, nor on how a prompt was cut.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "lp_types.h"

enum lp_packed_format {
  LP_PACKED_F32 = 0,
  LP_PACKED_F16 = 1,
  LP_PACKED_BF16 = 2,
  LP_PACKED_Q8_0 = 3,
  LP_PACKED_Q4_0 = 4,
  LP_PACKED_Q4_1 = 5,
  LP_PACKED_Q4_S = 6,
  LP_PACKED_Q8_S = 7,
};

typedef struct {
  const uint8_t *data;
  size_t cols;
  size_t groups;
  size_t group_bytes;
  int format;
} lp_packed;

// Bytes of a group of 16 rows; 0 when the format cannot hold that many columns.
size_t lp_packed_group_bytes(int format, size_t cols);

// Where a group begins, and for plain formats the bytes from one of its columns to the next.
static inline size_t lp_group_offset(const lp_packed *w, size_t group, size_t *along) {
  *along = 0;
  if (w->format >= LP_PACKED_Q8_0) return group * w->group_bytes;
  const size_t column = w->format == LP_PACKED_F32 ? 64 : 32;
  *along = (group | 1) < w->groups ? 2 * column : column;
  return group / 2 * 2 * w->group_bytes + group % 2 * column;
}

// Packs up to 16 rows of `type` (null pointers stand for zero rows) of `w->cols` columns as group `group` into `data`, the
// zeroed memory of w.
void lp_pack_group(const lp_packed *w, size_t group, int type, const uint8_t *const rows[16], uint8_t *data);

// Widens one row of `type` to f32.
void lp_widen_row(int type, const uint8_t *row, size_t cols, float *out);

// Bytes a row of X takes when prepared: for block formats (quantised) or for the others.
static inline size_t lp_prepared_row_bytes(int quantised, size_t cols) {
  return quantised ? cols / 32 * 76 : cols * 4;
}

// A query row of attention: one head of one token.
typedef struct {
  const float *q;       // [head_pad], zero past head_dim
  float *out;           // [head_dim]
  const int32_t *pages; // pages of the token's sequence
  size_t first, count;  // positions first..<count are attended to
} lp_attention_row;

// Scratch of a product: two groups in f32.
#define LP_PANEL_BYTES(cols) ((cols) * 128 + 4096)

typedef struct {
  // Y[m, 16 g ...] (+)= W X[m, :] for groups [begin, end). `x` holds m prepared rows, `y` is [m, ldy] with
  // ldy >= 16 * groups. `panel` holds LP_PANEL_BYTES(cols) of scratch, used when m is large; may be null.
  void (*matmul)(const lp_packed *w, size_t begin, size_t end, const void *x, size_t m, float *y, size_t ldy,
                 int accumulate, void *panel);
  // Prepares m rows of x [m, ldx] for products with plain and with block formats. Runs of rows may be prepared apart
  // when all but the last are multiples of `panel_rows`.
  void (*prepare_plain)(const float *x, size_t ldx, size_t m, size_t cols, void *out);
  void (*prepare_quantised)(const float *x, size_t ldx, size_t m, size_t cols, void *out);
  size_t panel_rows;
  // out = x / sqrt(mean(x^2) + eps) * w.
  void (*rmsnorm)(const float *x, const float *w, size_t n, float eps, float *out);
  // out = silu(gate) * up, element-wise, for `pairs` of 16 gates and 16 ups in turn.
  void (*silu_mul)(const float *gate_up, size_t pairs, float *out);
  // The same with gelu, by its approximation with tanh.
  void (*gelu_mul)(const float *gate_up, size_t pairs, float *out);
  // x = cap * tanh(x / cap), in place, for a multiple of 16 elements.
  void (*soft_cap)(float *x, size_t n, float cap);
  // Rotates pairs (i, i + n/2) of one head by angles with the given cosines and sines [n/2].
  void (*rope)(const float *x, const float *cosines, const float *sines, size_t n, float *out);
  // Softmax attention of up to any number of rows over one layer's and head's pages. K of a page is [head_pad][16
  // positions], V follows as [16 positions][head_pad]; a page lies at base + page * page_stride (floats).
  // With a soft cap that is not 0, scaled scores s become cap * tanh(s / cap).
  // `scores` holds 8 * (capacity rounded up to 16) floats.
  void (*attention)(const lp_attention_row *rows, size_t row_count, const float *base, size_t page_stride,
                    size_t head_dim, size_t head_pad, float scale, float soft_cap, float *scores, size_t capacity);
  // In place: p = exp(x - max) for n logits; returns the sum.
  double (*exponentials)(float *x, size_t n, float maximum);
  float (*maximum)(const float *x, size_t n);
} lp_inference_kernels;

enum lp_inference_level { LP_LEVEL_PORTABLE = 0, LP_LEVEL_AVX2 = 1, LP_LEVEL_AVX512 = 2, LP_LEVEL_VNNI = 3 };

// The best level this processor and operating system allow.
int lp_inference_best_level(void);

// Kernels of a level; null when this build or processor lacks them.
const lp_inference_kernels *lp_inference_kernels_at(int level);

// Blocks while *word == expected, at most `milliseconds` (negative: for ever). May return early.
void lp_futex_wait(const uint32_t *word, uint32_t expected, int milliseconds);
void lp_futex_wake_all(const uint32_t *word);
static inline uint32_t lp_load_acquire(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void lp_store_release(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
static inline uint32_t lp_fetch_add(uint32_t *word, uint32_t value) {
  return __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
}
static inline void lp_spin_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
