// Dense float kernels for training: matrix products over weights of any stored type, attention, norms, loss, optimizer.
//
// Every kernel is written once over vectors of W floats and compiled for each instruction set; `lp_isa` is the table
// of one of them. Matrices are row-major; `ld…` is the distance between rows in elements. A product's accumulation order
// depends only on its inner length, never on the number of rows or columns or on where a row lies, so a token's result
// does not depend on what it is computed together with.
//
// Legend: m, n, k rows, columns and inner length of a product; T tokens; C channels; P shared-prefix keys.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "lp_types.h"

// A stored matrix [rows][columns]; quantized types need columns to be a multiple of their block.
typedef struct lp_matrix {
  const void *_Nonnull data;
  int64_t rows, columns;
  int64_t row_bytes;
  int32_t type;
} lp_matrix;

// Adds extension_a [m][extension_k] · extension_b [extension_k][n] to a product while its sums are still in registers.
// extension_a is packed by pack_rows. extension_k = 0: nothing is added.
typedef struct lp_extension {
  const float *_Nullable a;
  const float *_Nullable b;
  int64_t k, ldb;
} lp_extension;

// Keys and values of a beginning that several sequences share, rows lp_attention.ldkv apart, and their gradients.
typedef struct lp_shared_keys {
  int64_t length;
  const float *_Nonnull k;  // [length][kv_heads·head_dim], as the others
  const float *_Nonnull v;
  float *_Nullable gk;
  float *_Nullable gv;
} lp_shared_keys;

// Attention of `queries` positions of one sequence over its own `length` keys and, before them, `prefix` keys shared with
// others: those of shared[0], shared[1] and so on. Query i stands at positions[i] (i when null) and sees all prefix keys
// and own keys 0 … positions[i]; with a window, of these only the last `window`. With a soft cap c, scaled scores s become
// c·tanh(s/c).
// Query head h reads key head h / (heads / kv_heads). lse [queries][heads] holds log Σ exp of the scaled scores.
typedef struct lp_attention {
  int64_t queries, length, prefix;
  int64_t heads, kv_heads, head_dim;
  const int32_t *_Nullable positions;
  float scale;
  int64_t window;  // 0: none
  float soft_cap;  // 0: none
  int64_t ldq, ldkv;
  const float *_Nonnull q;  // [queries][heads·head_dim], rows ldq apart; as o and their gradients
  const float *_Nonnull k;  // [length][kv_heads·head_dim], rows ldkv apart; as v and their gradients
  const float *_Nonnull v;
  const lp_shared_keys *_Nullable shared;  // lengths add up to prefix
  int64_t shared_count;
  float *_Nonnull o;
  float *_Nonnull lse;
  // Backward only. gq is overwritten; gk and gv, the shared ones too, are added to.
  const float *_Nullable go;
  float *_Nullable gq;
  float *_Nullable gk;
  float *_Nullable gv;
} lp_attention;

// The gated delta rule of one sequence. Value head h reads key head h / (value_heads / key_heads). Queries and keys are
// normalized to length 1 and queries scaled by key_dim^-½. A token's decay is e^(decay·softplus(a + bias)), its rate is
// σ(b). States are [value_heads][key_dim][value_dim].
typedef struct lp_delta {
  int64_t length, key_heads, value_heads, key_dim, value_dim;
  int64_t ldx;
  // [length][2·key_heads·key_dim + value_heads·value_dim], rows ldx apart: queries, keys, values.
  const float *_Nonnull x;
  const float *_Nonnull a;  // [length][value_heads], as b
  const float *_Nonnull b;
  const float *_Nonnull decay;  // [value_heads], below 0; as bias
  const float *_Nonnull bias;
  float *_Nonnull o;               // [length][value_heads·value_dim]
  const float *_Nullable initial;  // the state before the first token; 0 when null
  float *_Nullable final;          // takes the state after the last
  // Backward only; gx (rows ldx apart), ga and gb are overwritten.
  const float *_Nullable go;
  float *_Nullable gx;
  float *_Nullable ga;
  float *_Nullable gb;
  const float *_Nullable gfinal;  // 0 when null
  float *_Nullable ginitial;      // added to
} lp_delta;

typedef struct lp_adamw {
  float learning_rate, beta1, beta2, epsilon, weight_decay;
  float correction1, correction2_sqrt;  // 1 − β1ᵗ and √(1 − β2ᵗ)
} lp_adamw;

typedef struct lp_isa {
  const char *_Nonnull name;
  // Rows and columns of a register tile, and floats in a vector.
  int32_t mr, nr, width;

  // Floats that pack_rows and pack_columns write for an [m][k] operand.
  int64_t (*_Nonnull packed_size)(int64_t m, int64_t k);
  // dst = packed scale·a, a [m][k].
  void (*_Nonnull pack_rows)(int64_t m, int64_t k, const float *_Nonnull a, int64_t lda, float scale,
                             float *_Nonnull dst);
  // dst = packed scale·aᵀ, a [k][m].
  void (*_Nonnull pack_columns)(int64_t m, int64_t k, const float *_Nonnull a, int64_t lda, float scale,
                                float *_Nonnull dst);
  // Floats of scratch that gemm_nt and gemm_nn need.
  int64_t gemm_scratch;
  // c [m][w.rows] = (c +) a · wᵀ + extension; a packed [m][w.columns].
  void (*_Nonnull gemm_nt)(int64_t m, const float *_Nonnull a, const lp_matrix *_Nonnull w,
                           const lp_extension *_Nullable extension, float *_Nonnull c, int64_t ldc, int32_t accumulate,
                           float *_Nonnull scratch);
  // c [m][w.columns] = (c +) a · w + extension; a packed [m][w.rows].
  void (*_Nonnull gemm_nn)(int64_t m, const float *_Nonnull a, const lp_matrix *_Nonnull w,
                           const lp_extension *_Nullable extension, float *_Nonnull c, int64_t ldc, int32_t accumulate,
                           float *_Nonnull scratch);
  // c [m][n] += a · b, b [k][n] read in place; a packed [m][k]. For few rows and a long inner dimension.
  void (*_Nonnull gemm_tall)(int64_t m, int64_t n, int64_t k, const float *_Nonnull a, const float *_Nonnull b,
                             int64_t ldb, float *_Nonnull c, int64_t ldc);

  // dst = n elements of a stored row from element `first` (a multiple of the type's block) on.
  void (*_Nonnull widen)(int32_t type, const void *_Nonnull row, int64_t first, int64_t n, float *_Nonnull dst);

  // Floats of scratch that attention_forward and attention_backward need.
  int64_t (*_Nonnull attention_scratch)(int64_t keys, int64_t head_dim, int32_t backward);
  void (*_Nonnull attention_forward)(const lp_attention *_Nonnull x, float *_Nonnull scratch);
  void (*_Nonnull attention_backward)(const lp_attention *_Nonnull x, float *_Nonnull scratch);

  // y = x / √(mean(x²) + eps) ∘ w, each of `rows` rows of C channels.
  void (*_Nonnull rms_norm)(int64_t rows, int64_t channels, float eps, const float *_Nonnull x, int64_t ldx,
                            const float *_Nonnull w, float *_Nonnull y, int64_t ldy);
  // gx (+)= the gradient of rms_norm with respect to x, given gy.
  void (*_Nonnull rms_norm_backward)(int64_t rows, int64_t channels, float eps, const float *_Nonnull x, int64_t ldx,
                                     const float *_Nonnull w, const float *_Nonnull gy, int64_t ldgy,
                                     float *_Nonnull gx, int64_t ldgx, int32_t accumulate);
  // Rotates in place `heads` heads of each row by the angles of its position: pairs (i, i + head_dim/2). cosine and sine
  // are [positions][head_dim/2]; sign −1 rotates back.
  void (*_Nonnull rope)(int64_t rows, int64_t heads, int64_t head_dim, const int32_t *_Nonnull positions,
                        const float *_Nonnull cosine, const float *_Nonnull sine, float sign, float *_Nonnull x,
                        int64_t ldx);
  // y = silu(gate) ∘ up.
  void (*_Nonnull silu_multiply)(int64_t n, const float *_Nonnull gate, const float *_Nonnull up, float *_Nonnull y);
  // From gy: ggate and gup; either may alias gy, gate or up.
  void (*_Nonnull silu_multiply_backward)(int64_t n, const float *_Nonnull gate, const float *_Nonnull up,
                                          const float *_Nonnull gy, float *_Nonnull ggate, float *_Nonnull gup);
  // The same with GELU, by its approximation with tanh.
  void (*_Nonnull gelu_multiply)(int64_t n, const float *_Nonnull gate, const float *_Nonnull up, float *_Nonnull y);
  void (*_Nonnull gelu_multiply_backward)(int64_t n, const float *_Nonnull gate, const float *_Nonnull up,
                                          const float *_Nonnull gy, float *_Nonnull ggate, float *_Nonnull gup);
  // x = cap·tanh(x/cap).
  void (*_Nonnull soft_cap)(int64_t n, float cap, float *_Nonnull x);
  // For each row of logits [rows][vocabulary]: losses[i] = −log softmax(row)[target]; the row becomes its gradient,
  // scale·(softmax − onehot), when scale is not 0; hits[i] = 1 when the target is the (first) largest logit. With a soft cap
  // that is not 0 the logits are capped first, and the gradient is that of the uncapped ones.
  void (*_Nonnull cross_entropy)(int64_t rows, int64_t vocabulary, float *_Nonnull logits, int64_t ld,
                                 const int32_t *_Nonnull targets, float scale, float soft_cap, double *_Nonnull losses,
                                 uint8_t *_Nonnull hits);
  // Floats of scratch that delta_forward and delta_backward need.
  int64_t (*_Nonnull delta_scratch)(int64_t length, int64_t key_dim, int64_t value_dim, int32_t backward);
  void (*_Nonnull delta_forward)(const lp_delta *_Nonnull x, float *_Nonnull scratch);
  void (*_Nonnull delta_backward)(const lp_delta *_Nonnull x, float *_Nonnull scratch);
  // y = silu(Σ_j w[j] ∘ x[t − taps + 1 + j]) for each token t of a sequence, channel by channel; x and y [length][channels],
  // w [taps][channels]. Before x stands `before` [taps − 1][channels], or 0 when it is null.
  void (*_Nonnull convolution)(int64_t length, int64_t channels, int64_t taps, const float *_Nonnull x,
                               const float *_Nullable before, const float *_Nonnull w, float *_Nonnull y);
  // g, the gradient of y, becomes that of x; that of `before` is added to gbefore.
  void (*_Nonnull convolution_backward)(int64_t length, int64_t channels, int64_t taps, const float *_Nonnull x,
                                        const float *_Nullable before, const float *_Nonnull w, float *_Nonnull g,
                                        float *_Nullable gbefore);
  // y = x / √(mean(x²) + eps) ∘ w ∘ silu(gate), each of `rows` rows of n.
  void (*_Nonnull gated_norm)(int64_t rows, int64_t n, float eps, const float *_Nonnull x, const float *_Nonnull gate,
                              const float *_Nonnull w, float *_Nonnull y);
  // gx may take the place of gy.
  void (*_Nonnull gated_norm_backward)(int64_t rows, int64_t n, float eps, const float *_Nonnull x,
                                       const float *_Nonnull gate, const float *_Nonnull w, const float *_Nonnull gy,
                                       float *_Nonnull gx, float *_Nonnull ggate);
  // y = x ∘ σ(gate); rows of gate, and of its gradient, are ldgate apart.
  void (*_Nonnull gate_multiply)(int64_t rows, int64_t n, const float *_Nonnull x, const float *_Nonnull gate,
                                 int64_t ldgate, float *_Nonnull y);
  // gx may take the place of gy.
  void (*_Nonnull gate_multiply_backward)(int64_t rows, int64_t n, const float *_Nonnull x, const float *_Nonnull gate,
                                          int64_t ldgate, const float *_Nonnull gy, float *_Nonnull gx,
                                          float *_Nonnull ggate);
  // y += x
  void (*_Nonnull add)(int64_t n, const float *_Nonnull x, float *_Nonnull y);
  // y += b for each of the rows
  void (*_Nonnull add_bias)(int64_t rows, int64_t n, const float *_Nonnull b, float *_Nonnull y, int64_t ldy);
  // Σ x², in double precision.
  double (*_Nonnull square_sum)(int64_t n, const float *_Nonnull x);
  // y = factor·x
  void (*_Nonnull scale)(int64_t n, float factor, const float *_Nonnull x, float *_Nonnull y);
  // One AdamW update of n parameters; the gradient is multiplied by `gradient_scale` as it is read.
  void (*_Nonnull adamw)(int64_t n, const lp_adamw *_Nonnull s, float gradient_scale, const float *_Nonnull g,
                         float *_Nonnull p, float *_Nonnull m, float *_Nonnull v);
} lp_isa;

// The table of an instruction set: 0 portable; on x86-64 1 AVX2+FMA, 2 AVX-512; on 64-bit ARM 1 NEON. Null when this CPU or
// build lacks it.
const lp_isa *_Nullable lp_isa_table(int32_t level);
// The environment variable that lowers the instruction set of all kernels, for measurements.
#define LP_LEVEL_VARIABLE "LORAPIPE_KERNELS"
// The words it may hold, by level: portable (0), avx2, avx512, vnni (3); on 64-bit ARM portable (0), neon (1). Null for a
// level that there is not.
const char *_Nullable lp_level_name(int32_t level);
// What it holds; null when it is not set or empty.
const char *_Nullable lp_level_wanted(void);
// The highest level that it allows; every level when it holds no level's name.
int32_t lp_level_limit(void);
// The fastest table that this CPU runs and the limit allows.
const lp_isa *_Nonnull lp_isa_best(void);
// Flushes denormals to zero in the calling thread, in and out; returns the earlier mode.
uint32_t lp_flush_denormals(void);
void lp_restore_denormals(uint32_t mode);
// y = keep ∘ x / (1 − p): element i is kept by the counter-based generator at (key, i).
void lp_dropout(uint64_t key, int64_t n, float p, const float *_Nonnull x, float *_Nonnull y);
