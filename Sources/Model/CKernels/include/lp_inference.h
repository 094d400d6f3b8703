// Kernels of generation: matrix products on packed weights, attention over a paged cache, and what lies between.
//
// Weights. A matrix W [rows, cols] is multiplied in groups of 16 rows side by side, so that a vector register holds one
// column, or a pair of columns, of 16 rows and no horizontal sum is ever needed.
//   f32, f16, bf16   lie packed so: per group cols x [16 values]; of two groups, side by side, cols x [2][16 values]; a
//                    last odd one, alone. Rows past the last are zero.
//   quantized types  lie as the file has them, row after row. A stretch of columns of a group is widened to 16-bit
//                    integers and f32 scales, transposed on the way, in memory that stays in the first-level cache, and
//                    multiplied from there: so there is no second copy of a model, and one way to multiply for all.
//
// Products read X [m, cols] prepared: cut into panels of a few rows whose columns lie side by side. For quantized types it
// is quantized, too, per row and block of 32 columns: s = max |x| / 32767 and q = x * (32767 / max |x|), rounded to the
// nearest even integer. A block of a row with an infinity or a NaN gets the scale NaN.
//
// What is computed. Whatever the number of rows of X, the tile, the thread and the instruction set, an output is
//   quantized types: acc = fma(w_scale * s, sum of w q, acc) block by block from zero, the sum being exact in integers. A
//                    block is 32 columns, or 16 where the type has a scale for 16. With minima, then
//                    acc = fma(w_minimum, s * sum of q, acc). A super-block's scale is multiplied with its blocks' first.
//   others:          a chain of fma over all columns from zero
// so that a reply does not depend on who else is served, nor on how a prompt was cut.
//
// On request, X is rounded to 8 bits instead: s = max |x| / 127. The rest of the definition is the same.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "lp_types.h"

typedef struct {
  const uint8_t *data;
  // Of a second quantized matrix of the same shape, whose groups take turns with the first's; else null.
  const uint8_t *other;
  size_t cols;
  // Of one quantized matrix.
  size_t rows, row_bytes;
  // In all, and the bytes of one of a plain matrix.
  size_t groups, group_bytes;
  int type;
  // Whether the rows of a quantized matrix lie as lp_arrange_group puts them; rows past the last are zero.
  int arranged;
} lp_weights;

static inline int lp_is_quantized(int type) { return lp_block_of(type).elements > 1; }

// Whether a type has products of inputs of 8 bits. Those left out gain nothing by them on AVX2: their integers fill a byte, so
// that no two products fit 16 bits (q8_0, iq4_nl, iq4_xs), or they are rare.
static inline int lp_takes_bytes(int type) {
  return type == LP_Q4_0 || type == LP_Q4_1 || type == LP_Q4_K || type == LP_Q5_K || type == LP_Q6_K;
}

// Bytes of a packed group of 16 rows of plain weights.
static inline size_t lp_packed_group_bytes(int type, size_t cols) {
  return cols * 16 * (size_t)lp_block_of(type).bytes;
}

// Where a packed group begins, and the bytes from one of its columns to the next.
static inline size_t lp_group_offset(const lp_weights *w, size_t group, size_t *along) {
  const size_t column = w->type == LP_F32 ? 64 : 32;
  *along = (group | 1) < w->groups ? 2 * column : column;
  return group / 2 * 2 * w->group_bytes + group % 2 * column;
}

// Packs up to 16 rows (null pointers stand for zero rows) of plain weights as group `group` into `data`, the zeroed memory
// of w.
void lp_pack_group(const lp_weights *w, size_t group, const uint8_t *const rows[16], uint8_t *data);

// Whether rows of `type` can lie side by side: q4_k and q6_k.
static inline int lp_can_arrange(int type) { return type == LP_Q4_K || type == LP_Q6_K; }

// Lays 16 rows (null pointers stand for zero rows) of `type` side by side, in as many bytes as they have: `cols` columns, a
// multiple of 256, into 16 * row_bytes at `out`. Layouts: inference_arrange.c.
void lp_arrange_group(int type, const uint8_t *const rows[16], size_t cols, uint8_t *out);

// Changes whenever lp_arrange_group writes other bytes.
enum { LP_ARRANGED_VERSION = 1 };

// Widens one row of `type` to f32.
void lp_widen_row(int type, const uint8_t *row, size_t cols, float *out);

// Bytes a row of X takes when prepared: for quantized weights or for others.
static inline size_t lp_prepared_row_bytes(int quantized, size_t cols) { return quantized ? cols / 32 * 80 : cols * 4; }

// The cache. A page holds 16 positions: for every head in turn its keys, and its values behind them, in one of three types.
//   f32, f16   keys [head_dim, rounded up to 16][16 positions], values [16 positions][head_dim, rounded up to 16]
//   q8_0       in blocks of 32 dimensions (the last one is filled up with zeros), each a scale in f16 per position, and 8-bit
//              integers: keys {scale [16 positions], [32][16 positions]}, values {scale [16 positions], [16 positions][32]}.
//              A position's scales and integers are those of ggml's q8_0 for the row of its head.
enum { LP_CACHE_BLOCK_BYTES = 16 * 2 + 16 * 32 };

// Bytes of the keys, or of the values, of one head in a page; 0 for a type that no cache has.
static inline size_t lp_cache_bytes(int type, size_t head_dim) {
  const size_t numbers = (head_dim + 15) / 16 * 16 * 16;
  return type == LP_F32    ? numbers * 4
         : type == LP_F16  ? numbers * 2
         : type == LP_Q8_0 ? (head_dim + 31) / 32 * LP_CACHE_BLOCK_BYTES
                           : 0;
}

// One head of one layer in all pages: page p of it begins at base + p * page_stride bytes.
typedef struct {
  const uint8_t *base;
  size_t page_stride, head_dim;
  int type;
} lp_cache_head;

// A query row of attention: one head of one token.
typedef struct {
  const float *q;        // [head_dim]
  float *out;            // [head_dim]
  const int32_t *pages;  // pages of the token's sequence
  size_t first, count;   // positions first..<count are attended to
} lp_attention_row;

// Rows of attention that are computed together: so often is a key or a value read once from far away.
enum { LP_ATTENTION_ROWS = 48 };

// Floats of scratch for attention to up to `capacity` positions, a multiple of 16.
static inline size_t lp_attention_scratch(size_t capacity, size_t head_dim) {
  return LP_ATTENTION_ROWS * (capacity + 32 + (head_dim + 15) / 16 * 16);
}

// Scratch of a product.
#define LP_PANEL_BYTES 81920

typedef struct {
  // Y[m, 16 g ...] (+)= W X[m, :] for groups [begin, end). `x` holds m prepared rows, `y` is [m, ldy] with
  // ldy >= 16 * groups. `panel` holds LP_PANEL_BYTES of scratch, aligned to 64.
  void (*matmul)(const lp_weights *w, size_t begin, size_t end, const void *x, size_t m, float *y, size_t ldy,
                 int accumulate, void *panel);
  // Prepares m rows of x [m, ldx] for products with plain and with quantized weights. Runs of rows may be prepared apart
  // when all but the last are multiples of `panel_rows`.
  void (*prepare_plain)(const float *x, size_t ldx, size_t m, size_t cols, void *out);
  void (*prepare_quantized)(const float *x, size_t ldx, size_t m, size_t cols, void *out);
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
  // Softmax attention of any number of rows of one sequence over one head's keys and values. It is computed in f32 over the
  // numbers that the cache stands for; all of them are exact in f32, so that for every type, a result is what attention
  // over those numbers stored as f32 would be, bit by bit.
  // With a soft cap that is not 0, scaled scores s become cap * tanh(s / cap).
  // `scratch` holds lp_attention_scratch(capacity, head_dim) floats, and `capacity` covers every row's count.
  void (*attention)(const lp_attention_row *rows, size_t row_count, const lp_cache_head *cache, float scale,
                    float soft_cap, float *scratch, size_t capacity);
  // In place: p = exp(x - max) for n logits; returns the sum.
  double (*exponentials)(float *x, size_t n, float maximum);
  float (*maximum)(const float *x, size_t n);
  // A token of a causal convolution, for n of the channels: out = silu(sum over taps of w ∘ inputs). The last input is x,
  // those before it lie in state [taps - 1][channels], which takes x in. w is [taps][channels].
  void (*convolve)(const float *x, float *state, const float *w, size_t n, size_t channels, size_t taps, float *out);
  // A token of the gated delta rule of one head, state [key_dim][value_dim]: S <- decay S; S += k (rate (v - S'k))'; out = S'q,
  // with q and k of length 1 and q scaled by 1 / sqrt(key_dim).
  void (*delta_step)(const float *q, const float *k, const float *v, size_t key_dim, size_t value_dim, float decay,
                     float rate, float *state, float *out);
  // out = x / sqrt(mean(x^2) + eps) * w * silu(gate).
  void (*gated_norm)(const float *x, const float *gate, const float *w, size_t n, float eps, float *out);
  // x *= sigmoid(gate).
  void (*gate_mul)(float *x, const float *gate, size_t n);
  // As matmul and prepare_quantized, with inputs rounded to 8 bits, for types of which lp_takes_bytes and rows as stored, not
  // arranged. What is prepared by one of both is read only by its own product.
  void (*matmul_bytes)(const lp_weights *w, size_t begin, size_t end, const void *x, size_t m, float *y, size_t ldy,
                       int accumulate, void *panel);
  void (*prepare_bytes)(const float *x, size_t ldx, size_t m, size_t cols, void *out);
} lp_inference_kernels;

// Levels count up by what a kind of processor has: one above another needs more of it.
enum lp_inference_level {
  LP_LEVEL_PORTABLE = 0,
#if defined(__aarch64__)
  LP_LEVEL_NEON = 1,
#else
  LP_LEVEL_AVX2 = 1,
  LP_LEVEL_AVX512 = 2,
  LP_LEVEL_VNNI = 3,
#endif
};

// The best level that the processor, the operating system and LORAPIPE_KERNELS allow.
int lp_inference_best_level(void);

// Kernels of a level; null when this build or processor lacks them.
const lp_inference_kernels *lp_inference_kernels_at(int level);

// The name of a level that lp_inference_kernels_at knows: portable, avx2, avx512, avx512-vnni or neon.
const char *lp_inference_level_name(int level);

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
