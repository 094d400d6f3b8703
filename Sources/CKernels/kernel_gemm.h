// Matrix products from a register tile of LP_MR × LP_NR. The left operand is packed into panels of LP_MR rows, inner
// index outermost, in blocks of KC inner steps; the right operand, a stored weight, is widened and packed one panel of
// LP_NR columns at a time and used at once against every left panel, so widening costs about one per cent and no packed
// or transposed copy of a weight is ever held. (Loop structure after Goto and van de Geijn, and BLIS.)

enum { LP_KC = 256, LP_COLUMN_BLOCK = 256, LP_RESULT_FLOATS = 96 << 10 };

// Inner steps of a block: K cut into the fewest blocks of at most KC, evenly, in whole quantisation blocks of 32.
INLINE int64_t inner_block(int64_t k) {
  int64_t blocks = (k + LP_KC - 1) / LP_KC;
  if (blocks <= 1) return k > 0 ? k : 1;
  return round_up((k + blocks - 1) / blocks, 32);
}

static int64_t LP_NAME(packed_size)(int64_t m, int64_t k) { return round_up(m, LP_MR) * k; }

// One panel: rows src[0 … LP_MR), `k` steps.
INLINE void pack_panel(const float *const *rows, int64_t k, float scale, float *dst) {
  int64_t p = 0;
  for (; p + 4 <= k; p += 4) {
    int i = 0;
#pragma clang loop unroll(full)
    for (; i + 4 <= LP_MR; i += 4)
      transpose4(rows[i] + p, rows[i + 1] + p, rows[i + 2] + p, rows[i + 3] + p, scale, dst + p * LP_MR + i, LP_MR);
#pragma clang loop unroll(full)
    for (; i < LP_MR; i++)
      for (int q = 0; q < 4; q++) dst[(p + q) * LP_MR + i] = rows[i][p + q] * scale;
  }
  for (; p < k; p++)
    for (int i = 0; i < LP_MR; i++) dst[p * LP_MR + i] = rows[i][p] * scale;
}

static void LP_NAME(pack_rows)(int64_t m, int64_t k, const float *a, int64_t lda, float scale, float *dst) {
  const int64_t kc = inner_block(k);
  const float *rows[LP_MR];
  for (int64_t k0 = 0; k0 < k; k0 += kc) {
    const int64_t kb = minimum(kc, k - k0);
    for (int64_t i0 = 0; i0 < m; i0 += LP_MR, dst += kb * LP_MR) {
      const int64_t mb = minimum(LP_MR, m - i0);
      for (int64_t i = 0; i < LP_MR; i++) rows[i] = a + (i0 + minimum(i, mb - 1)) * lda + k0;
      pack_panel(rows, kb, scale, dst);
    }
  }
}

static void LP_NAME(pack_columns)(int64_t m, int64_t k, const float *a, int64_t lda, float scale, float *dst) {
  const int64_t kc = inner_block(k);
  for (int64_t k0 = 0; k0 < k; k0 += kc) {
    const int64_t kb = minimum(kc, k - k0);
    for (int64_t i0 = 0; i0 < m; i0 += LP_MR, dst += kb * LP_MR) {
      const int64_t mb = minimum(LP_MR, m - i0);
      for (int64_t p = 0; p < kb; p++) {
        const float *row = a + (k0 + p) * lda + i0;
        float *to = dst + p * LP_MR;
        if (mb == LP_MR) {
          for (int i = 0; i < LP_MR; i++) to[i] = row[i] * scale;
        } else {
          for (int64_t i = 0; i < LP_MR; i++) to[i] = i < mb ? row[i] * scale : 0;
        }
      }
    }
  }
}

// acc [mr][nv vectors] = a · b (+ a2 · b2), then written to or added to c, `mb` rows and `nb` columns of it. Left panels
// always have LP_MR rows; a last one that is mostly padding is taken at mr = two thirds or one third of them.
INLINE void tile(const int mr, const int nv, int64_t k, const float *a, const float *b, int64_t ldb, int64_t k2,
                 const float *a2, const float *b2, int64_t ldb2, float *c, int64_t ldc, int64_t mb, int64_t nb,
                 int accumulate) {
  vf acc[LP_MR][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++) {
    acc[i][0] = acc[i][1] = v_set(0);
    if (i < mb) __builtin_prefetch(c + i * ldc, 1), __builtin_prefetch(c + i * ldc + LP_W, 1);
  }
  for (int64_t p = 0; p < k; p++, a += LP_MR, b += ldb) {
    vf b0 = v_load(b), b1 = nv > 1 ? v_load(b + LP_W) : b0;
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++) {
      vf x = v_set(a[i]);
      acc[i][0] += x * b0;
      if (nv > 1) acc[i][1] += x * b1;
    }
  }
  for (int64_t p = 0; p < k2; p++, a2 += LP_MR, b2 += ldb2) {
    vf b0 = v_load(b2), b1 = nv > 1 ? v_load(b2 + LP_W) : b0;
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++) {
      vf x = v_set(a2[i]);
      acc[i][0] += x * b0;
      if (nv > 1) acc[i][1] += x * b1;
    }
  }
  if (mb == mr && nb == nv * LP_W) {
    if (accumulate) {
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++)
        for (int j = 0; j < nv; j++) v_store(c + i * ldc + j * LP_W, v_load(c + i * ldc + j * LP_W) + acc[i][j]);
    } else {
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++)
        for (int j = 0; j < nv; j++) v_store(c + i * ldc + j * LP_W, acc[i][j]);
    }
    return;
  }
  float edge[LP_MR * LP_NR];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
    for (int j = 0; j < nv; j++) v_store(edge + i * LP_NR + j * LP_W, acc[i][j]);
  for (int64_t i = 0; i < mb; i++)
    for (int64_t j = 0; j < nb; j++) c[i * ldc + j] = edge[i * LP_NR + j] + (accumulate ? c[i * ldc + j] : 0);
}

#define LP_TILE(name, mr, nv)                                                                                         \
  static __attribute__((noinline)) void name(int64_t k, const float *a, const float *b, int64_t ldb, int64_t k2,      \
                                             const float *a2, const float *b2, int64_t ldb2, float *c, int64_t ldc,   \
                                             int64_t mb, int64_t nb, int accumulate) {                                \
    tile(mr, nv, k, a, b, ldb, k2, a2, b2, ldb2, c, ldc, mb, nb, accumulate);                                         \
  }
LP_TILE(tile2, LP_MR, 2)
LP_TILE(tile2_most, LP_MR * 2 / 3, 2)
LP_TILE(tile2_few, LP_MR / 3, 2)
LP_TILE(tile1, LP_MR, 1)
LP_TILE(tile1_most, LP_MR * 2 / 3, 1)
LP_TILE(tile1_few, LP_MR / 3, 1)
#undef LP_TILE

typedef void (*tile_function)(int64_t, const float *, const float *, int64_t, int64_t, const float *, const float *,
                              int64_t, float *, int64_t, int64_t, int64_t, int);

// The smallest tile for `mb` rows of `nb` columns.
INLINE tile_function tile_for(int64_t mb, int64_t nb) {
  if (mb > LP_MR * 2 / 3) return nb <= LP_W ? tile1 : tile2;
  if (mb > LP_MR / 3) return nb <= LP_W ? tile1_most : tile2_most;
  return nb <= LP_W ? tile1_few : tile2_few;
}

// Bytes of n elements of a row; in blocks, about.
INLINE int64_t stored_bytes(int32_t type, int64_t n) {
  switch (type) {
    case LP_F32: return n * 4;
    case LP_F16:
    case LP_BF16: return n * 2;
    case LP_Q8_0: return n * 34 / 32;
    case LP_Q4_0: return n * 18 / 32;
    case LP_Q4_1: return n * 20 / 32;
    case LP_Q6_K: return n * 210 / 256;
    default: return n * 144 / 256;
  }
}

// Stored bytes that will be widened next, asked for from memory a few lines with each tile: they are read with a stride
// the hardware does not foresee, and asked for all at once they would keep the tile's own loads waiting.
typedef struct ahead {
  const char *row;
  int64_t row_bytes, rows;
  int64_t line, lines;   // of 64 bytes, in a row
  int64_t each;          // lines with each tile
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

// All left panels of one inner block against one right panel [kb][LP_NR].
INLINE void panel_product(int64_t m, int64_t kb, const float *a, const float *b, int64_t ldb, int64_t k2,
                          const float *a2, const float *b2, int64_t ldb2, float *c, int64_t ldc, int64_t nb,
                          int accumulate, ahead *next) {
  for (int64_t i0 = 0; i0 < m; i0 += LP_MR) {
    const int64_t mb = minimum(LP_MR, m - i0);
    ask(next);
    tile_for(mb, nb)(kb, a + i0 * kb, b, ldb, k2, a2 + i0 * k2, b2, ldb2, c + i0 * ldc, ldc, mb, nb, accumulate);
  }
}

// The extension's right panel, columns [j0, j0 + nb) of [k][n], zero-padded to LP_NR.
INLINE void pack_extension(const lp_extension *x, int64_t j0, int64_t nb, float *dst) {
  for (int64_t p = 0; p < x->k; p++) {
    const float *row = x->b + p * x->ldb + j0;
    for (int64_t j = 0; j < LP_NR; j++) dst[p * LP_NR + j] = j < nb ? row[j] : 0;
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
        int64_t j = 0;
        for (; j + 4 <= nb; j += 4) {
          const float *s = source + j * lds;
          int64_t p = 0;
          for (; p + 4 <= kb; p += 4)
            transpose4(s + p, s + lds + p, s + 2 * lds + p, s + 3 * lds + p, 1, panel + p * LP_NR + j, LP_NR);
          for (; p < kb; p++)
            for (int q = 0; q < 4; q++) panel[p * LP_NR + j + q] = s[q * lds + p];
        }
        for (; j < LP_NR; j++)
          for (int64_t p = 0; p < kb; p++) panel[p * LP_NR + j] = j < nb ? source[j * lds + p] : 0;
        if (extended) pack_extension(extension, j0, nb, ext);
        // Next comes the next panel, or the first of the next inner block, or of the next stretch.
        ahead next;
        if (j0 + LP_NR < end)
          next = ask_ahead(w, j0 + LP_NR, minimum(end - j0 - LP_NR, LP_NR), k0, kb, tiles);
        else if (k0 + kb < k)
          next = ask_ahead(w, n0, minimum(end - n0, LP_NR), k0 + kb, minimum(kc, k - k0 - kb), tiles);
        else
          next = ask_ahead(w, end, minimum(n - end, LP_NR), 0, minimum(kc, k), tiles);
        panel_product(m, kb, left, panel, LP_NR, extended ? k2 : 0, extended ? extension->a : left, ext, LP_NR, c + j0,
                      ldc, nb, accumulate || k0 > 0, &next);
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
      for (int64_t p = 0; p < kb; p++) {
        const char *row = (const char *)w->data + (k0 + p) * w->row_bytes;
        const float *source = (const float *)row + n0;
        if (w->type != LP_F32) {
          LP_NAME(widen)(w->type, row, n0, nc, wide);
          source = wide;
        }
        int64_t j = 0;
        for (; j + LP_NR <= nc; j += LP_NR) {
          float *to = panels + j * kb + p * LP_NR;
          v_store(to, v_load(source + j));
          v_store(to + LP_W, v_load(source + j + LP_W));
        }
        if (j < nc)
          for (int64_t q = 0; q < LP_NR; q++) panels[j * kb + p * LP_NR + q] = j + q < nc ? source[j + q] : 0;
      }
      // Next come the same rows' next columns, or the first columns of the next rows.
      const int64_t tiles = (nc + LP_NR - 1) / LP_NR * panel_tiles;
      ahead next = n0 + nc < n ? ask_ahead(w, k0, kb, n0 + nc, minimum(LP_COLUMN_BLOCK, n - n0 - nc), tiles)
                               : ask_ahead(w, k0 + kb, minimum(kc, k - k0 - kb), 0, minimum(LP_COLUMN_BLOCK, n), tiles);
      for (int64_t j = 0; j < nc; j += LP_NR) {
        const int64_t nb = minimum(LP_NR, nc - j);
        const int extended = last && k2 > 0;
        if (extended) pack_extension(extension, n0 + j, nb, ext);
        panel_product(m, kb, a, panels + j * kb, LP_NR, extended ? k2 : 0, extended ? extension->a : a, ext, LP_NR,
                      c + n0 + j, ldc, nb, accumulate || k0 > 0, &next);
      }
    }
    a += padded * kb;
  }
}

static void LP_NAME(gemm_tall)(int64_t m, int64_t n, int64_t k, const float *a, const float *b, int64_t ldb, float *c,
                               int64_t ldc) {
  enum { STEPS = 64 };  // rows of b kept near while every column panel passes over them
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
          tile_for(mb, LP_NR)(sb, a + i0 * kb + s0 * LP_MR, panel, ld, 0, a, panel, ld, c + i0 * ldc + j0, ldc, mb, nb, 1);
        }
      }
    }
    a += padded * kb;
  }
}

enum { LP_GEMM_SCRATCH = LP_KC * LP_COLUMN_BLOCK + LP_COLUMN_BLOCK + LP_KC * LP_NR * 2 + LP_EXTENSION_LIMIT * LP_NR };
