// Matrix products from a register tile of LP_MR × LP_NR. The left operand is packed into panels of LP_MR rows, inner
// index outermost, in blocks of KC inner steps; the right operand, a stored weight, is widened and packed one panel of
// LP_NR columns at a time and used at once against every left panel, so no packed or transposed copy of a weight is ever
// held. A panel of f32 is packed by the first tile that multiplies by it. (Loop structure after Goto and van de Geijn,
// Anatomy of High-Performance Matrix Multiplication, 2008, and BLIS: https://github.com/flame/blis.)
//
// C [m][n] = A [m][k] · B [k][n]. What one step of the loops multiplies, and where it lies:
//
//                      B: one panel at a time,           C
//                      LP_NR columns, KC rows          n →
//                        +----+                    +--------+----+-------+
//                     KC |    |  first-level       |        |    |       |
//                      ↓ |    |  cache             |        |    |       |
//                        +----+                    |        |    |       |
//        A, packed                                 |        |    |       |
//      +----------------+                          |        |    |       |
//  m   | panel of LP_MR |  second-level cache      |        |tile|       |  LP_MR × LP_NR sums stay in registers
//  ↓   +----------------+                          |        +----+       |  while KC inner steps are added
//      | next panel     |                          |        |    |       |
//      +----------------+                          +--------+----+-------+
//        k in blocks of KC →
//
//     for each stretch of columns of C           (gemm_nt: its results stay in the second-level cache)
//       for each block of KC inner steps
//         for each panel of LP_NR columns        pack B's panel once …
//           for each panel of LP_MR rows         … and use it against every panel of A:  panel_product
//             add KC products to the tile        in the order of k, whatever the sizes above:  tile
//
// A tile is stored after each inner block and loaded again at the next. Storing and loading f32 changes no bit, so the
// order of additions for one element of C is the order of k alone.
//
//     gemm_nt    B is a stored weight W [n][k], used transposed: y = x Wᵀ, the forward pass
//     gemm_nn    B is a stored weight W [k][n]:                  gx = gy W, the backward pass
//     gemm_tall  B is f32 rows with few rows of A:               gradients of low-rank factors
#include "kernel_pack.h"
#include "kernel_tile.h"

enum { LP_COLUMN_BLOCK = 256, LP_RESULT_FLOATS = 96 << 10 };

// Bytes of n elements of a row; approximate for types that are stored in blocks.
INLINE int64_t stored_bytes(int32_t type, int64_t n) {
  const lp_block block = lp_block_of(type);
  return block.elements > 1 ? n * block.bytes / block.elements : n * block.bytes;
}

// The stored bytes that will be widened next. Each tile prefetches a few of their cache lines: the hardware does not predict
// their stride, and prefetching all of them at once would delay the tile's own loads.
typedef struct ahead {
  const char *row;
  int64_t row_bytes, rows;
  int64_t line, lines;  // of 64 bytes, in a row
  int64_t each;         // lines with each tile
} ahead;

// Rows [first, first + rows), columns [column, column + n) of w over `tiles` tiles.
INLINE ahead ask_ahead(const lp_matrix *w, int64_t first, int64_t rows, int64_t column, int64_t n, int64_t tiles) {
  const int64_t bytes = stored_bytes(w->type, n);
  ahead x = {(const char *)w->data + first * w->row_bytes + stored_bytes(w->type, column), w->row_bytes, rows, 0, 0, 0};
  x.lines = (bytes + 63) / 64 + ((uintptr_t)x.row % 64 != 0 && bytes > 0);
  x.each = rows > 0 && tiles > 0 ? (rows * x.lines + tiles - 1) / tiles : 0;
  return x;
}

INLINE void ask(ahead *x) {
  for (int64_t i = 0; i < x->each && x->rows > 0; i++) {
    __builtin_prefetch(x->row + x->line * 64, 0, 2);
    if (++x->line == x->lines) x->line = 0, x->row += x->row_bytes, x->rows--;
  }
}

// A right panel [k][LP_NR] at `panel`, and what is added to its product with a left one.
typedef struct right {
  float *panel;
  int64_t k, k2;
  const float *a2, *b2;  // left [m][k2] packed, right [k2][LP_NR]
  // What the first tile packs the panel from, as `tile` says; LP_PACKED when it is packed already.
  int packing;
  const float *stored;
  int64_t stored_ld;
} right;

// All left panels of one inner block against one right panel.
INLINE void panel_product(int64_t m, const float *a, right x, float *c, int64_t ldc, int64_t nb, int accumulate,
                          ahead *next) {
  for (int64_t i0 = 0; i0 < m; i0 += LP_MR, a += LP_MR * x.k, x.a2 += LP_MR * x.k2, c += LP_MR * ldc) {
    const int64_t mb = minimum(LP_MR, m - i0);
    ask(next);
    if (i0 == 0 && x.packing == LP_COPYING)
      tile_copying(x.stored, x.stored_ld, x.k, a, x.panel, x.k2, x.a2, x.b2, c, ldc, accumulate);
    else if (i0 == 0 && x.packing == LP_TRANSPOSING)
      tile_transposing(x.stored, x.stored_ld, x.k, a, x.panel, x.k2, x.a2, x.b2, c, ldc, accumulate);
    else tile_for(mb, nb)(x.k, a, x.panel, LP_NR, x.k2, x.a2, x.b2, LP_NR, c, ldc, mb, nb, accumulate);
  }
}

enum { LP_EXTENSION_LIMIT = 1024 };

static void LP_NAME(gemm_nt)(int64_t m, const float *a, const lp_matrix *w, const lp_extension *extension, float *c,
                             int64_t ldc, int32_t accumulate, float *scratch) {
  const int64_t n = w->rows, k = w->columns, kc = inner_block(k), padded = round_up(m, LP_MR);
  const int64_t tiles = (m + LP_MR - 1) / LP_MR;
  float *panel = scratch, *wide = panel + LP_KC * LP_NR, *ext = wide + LP_KC * LP_NR;
  const int64_t k2 = extension ? extension->k : 0;
  // Columns in stretches whose results stay in the second-level cache over all inner blocks.
  const int64_t stretch = round_up(LP_RESULT_FLOATS / (m > 0 ? m : 1) + 1, LP_NR);
  for (int64_t n0 = 0; n0 < n; n0 += stretch) {
    const int64_t end = minimum(n, n0 + stretch);
    for (int64_t k0 = 0; k0 < k; k0 += kc) {
      const int64_t kb = minimum(kc, k - k0);
      const float *left = a + padded * k0;
      const int extended = k0 + kb == k && k2 > 0;
      for (int64_t j0 = n0; j0 < end; j0 += LP_NR) {
        const int64_t nb = minimum(LP_NR, end - j0);
        const float *source;
        int64_t lds;
        if (w->type == LP_F32) {
          source = (const float *)((const char *)w->data + j0 * w->row_bytes) + k0;
          lds = w->row_bytes / 4;
        } else {
          for (int64_t j = 0; j < nb; j++)
            LP_NAME(widen)(w->type, (const char *)w->data + (j0 + j) * w->row_bytes, k0, kb, wide + j * LP_KC);
          source = wide;
          lds = LP_KC;
        }
        // A tile packs whole panels in steps of four; the rest is packed here.
        const int packs = m >= LP_MR && nb == LP_NR && kb % 4 == 0;
        if (!packs) pack_transposed(source, lds, nb, kb, panel);
        if (extended) pack_extension(extension, j0, nb, ext);
        // Next comes the next panel, or the first of the next inner block, or of the next stretch.
        ahead next;
        if (j0 + LP_NR < end) next = ask_ahead(w, j0 + LP_NR, minimum(end - j0 - LP_NR, LP_NR), k0, kb, tiles);
        else if (k0 + kb < k)
          next = ask_ahead(w, n0, minimum(end - n0, LP_NR), k0 + kb, minimum(kc, k - k0 - kb), tiles);
        else next = ask_ahead(w, end, minimum(n - end, LP_NR), 0, minimum(kc, k), tiles);
        const right x = {
            panel,  kb, extended ? k2 : 0, extended ? extension->a : left, ext, packs ? LP_TRANSPOSING : LP_PACKED,
            source, lds};
        panel_product(m, left, x, c + j0, ldc, nb, accumulate || k0 > 0, &next);
      }
    }
  }
}

static void LP_NAME(gemm_nn)(int64_t m, const float *a, const lp_matrix *w, const lp_extension *extension, float *c,
                             int64_t ldc, int32_t accumulate, float *scratch) {
  const int64_t n = w->columns, k = w->rows, kc = inner_block(k), padded = round_up(m, LP_MR);
  float *panels = scratch, *wide = panels + LP_KC * LP_COLUMN_BLOCK, *ext = wide + LP_COLUMN_BLOCK;
  const int64_t k2 = extension ? extension->k : 0, panel_tiles = (m + LP_MR - 1) / LP_MR;
  for (int64_t k0 = 0; k0 < k; k0 += kc) {
    const int64_t kb = minimum(kc, k - k0);
    const int last = k0 + kb == k;
    for (int64_t n0 = 0; n0 < n; n0 += LP_COLUMN_BLOCK) {
      const int64_t nc = minimum(LP_COLUMN_BLOCK, n - n0);
      // A tile packs whole panels of f32; the rest is packed here.
      const int packs = w->type == LP_F32 && m >= LP_MR && nc % LP_NR == 0;
      for (int64_t p = 0; p < kb && !packs; p++) {
        const char *row = (const char *)w->data + (k0 + p) * w->row_bytes;
        const float *source = (const float *)row + n0;
        if (w->type != LP_F32) {
          LP_NAME(widen)(w->type, row, n0, nc, wide);
          source = wide;
        }
        for (int64_t j = 0; j < nc; j += LP_NR)
          pack_step(source + j, minimum(LP_NR, nc - j), panels + j * kb + p * LP_NR);
      }
      // Next come the same rows' next columns, or the first columns of the next rows.
      const int64_t tiles = (nc + LP_NR - 1) / LP_NR * panel_tiles;
      ahead next = n0 + nc < n ? ask_ahead(w, k0, kb, n0 + nc, minimum(LP_COLUMN_BLOCK, n - n0 - nc), tiles)
                               : ask_ahead(w, k0 + kb, minimum(kc, k - k0 - kb), 0, minimum(LP_COLUMN_BLOCK, n), tiles);
      for (int64_t j = 0; j < nc; j += LP_NR) {
        const int64_t nb = minimum(LP_NR, nc - j);
        const int extended = last && k2 > 0;
        if (extended) pack_extension(extension, n0 + j, nb, ext);
        right x = {panels + j * kb, kb, extended ? k2 : 0, extended ? extension->a : a, ext, LP_PACKED, 0, 0};
        if (packs) {
          x.packing = LP_COPYING;
          x.stored = (const float *)((const char *)w->data + k0 * w->row_bytes) + n0 + j;
          x.stored_ld = w->row_bytes / 4;
        }
        panel_product(m, a, x, c + n0 + j, ldc, nb, accumulate || k0 > 0, &next);
      }
    }
    a += padded * kb;
  }
}

static void LP_NAME(gemm_tall)(int64_t m, int64_t n, int64_t k, const float *a, const float *b, int64_t ldb, float *c,
                               int64_t ldc) {
  enum { STEPS = 64 };  // rows of b that stay in the cache while every column panel passes over them
  const int64_t kc = inner_block(k), padded = round_up(m, LP_MR);
  float edge[STEPS * LP_NR];
  for (int64_t k0 = 0; k0 < k; k0 += kc) {
    const int64_t kb = minimum(kc, k - k0);
    for (int64_t s0 = 0; s0 < kb; s0 += STEPS) {
      const int64_t sb = minimum(STEPS, kb - s0);
      for (int64_t j0 = 0; j0 < n; j0 += LP_NR) {
        const int64_t nb = minimum(LP_NR, n - j0);
        const float *panel = b + (k0 + s0) * ldb + j0;
        int64_t ld = ldb;
        if (nb < LP_NR) {
          for (int64_t p = 0; p < sb; p++)
            for (int64_t j = 0; j < LP_NR; j++) edge[p * LP_NR + j] = j < nb ? panel[p * ldb + j] : 0;
          panel = edge;
          ld = LP_NR;
        }
        for (int64_t i0 = 0; i0 < m; i0 += LP_MR) {
          const int64_t mb = minimum(LP_MR, m - i0);
          tile_for(mb, LP_NR)(sb, a + i0 * kb + s0 * LP_MR, panel, ld, 0, a, panel, ld, c + i0 * ldc + j0, ldc, mb, nb,
                              1);
        }
      }
    }
    a += padded * kb;
  }
}

enum { LP_GEMM_SCRATCH = LP_KC * LP_COLUMN_BLOCK + LP_COLUMN_BLOCK + LP_KC * LP_NR * 2 + LP_EXTENSION_LIMIT * LP_NR };
