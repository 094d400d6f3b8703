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

// acc [LP_MR][nv vectors] = a · b (+ a2 · b2), then written to or added to c, `mb` rows and `nb` columns of it.
INLINE void tile(const int nv, int64_t k, const float *a, const float *b, int64_t ldb, int64_t k2, const float *a2,
                 const float *b2, int64_t ldb2, float *c, int64_t ldc, int64_t mb, int64_t nb, int accumulate) {
  vf acc[LP_MR][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < LP_MR; i++) {
    acc[i][0] = acc[i][1] = v_set(0);
    if (i < mb) __builtin_prefetch(c + i * ldc, 1), __builtin_prefetch(c + i * ldc + LP_W, 1);
  }
  for (int64_t p = 0; p < k; p++, a += LP_MR, b += ldb) {
    vf b0 = v_load(b), b1 = nv > 1 ? v_load(b + LP_W) : b0;
#pragma clang loop unroll(full)
    for (int i = 0; i < LP_MR; i++) {
      vf x = v_set(a[i]);
      acc[i][0] += x * b0;
      if (nv > 1) acc[i][1] += x * b1;
    }
  }
  for (int64_t p = 0; p < k2; p++, a2 += LP_MR, b2 += ldb2) {
    vf b0 = v_load(b2), b1 = nv > 1 ? v_load(b2 + LP_W) : b0;
#pragma clang loop unroll(full)
    for (int i = 0; i < LP_MR; i++) {
      vf x = v_set(a2[i]);
      acc[i][0] += x * b0;
      if (nv > 1) acc[i][1] += x * b1;
    }
  }
  if (mb == LP_MR && nb == nv * LP_W) {
    if (accumulate) {
#pragma clang loop unroll(full)
      for (int i = 0; i < LP_MR; i++)
        for (int j = 0; j < nv; j++) v_store(c + i * ldc + j * LP_W, v_load(c + i * ldc + j * LP_W) + acc[i][j]);
    } else {
#pragma clang loop unroll(full)
      for (int i = 0; i < LP_MR; i++)
        for (int j = 0; j < nv; j++) v_store(c + i * ldc + j * LP_W, acc[i][j]);
    }
    return;
  }
  float edge[LP_MR * LP_NR];
#pragma clang loop unroll(full)
  for (int i = 0; i < LP_MR; i++)
    for (int j = 0; j < nv; j++) v_store(edge + i * LP_NR + j * LP_W, acc[i][j]);
  for (int64_t i = 0; i < mb; i++)
    for (int64_t j = 0; j < nb; j++) c[i * ldc + j] = edge[i * LP_NR + j] + (accumulate ? c[i * ldc + j] : 0);
}

static __attribute__((noinline)) void tile2(int64_t k, const float *a, const float *b, int64_t ldb, int64_t k2,
                                            const float *a2, const float *b2, int64_t ldb2, float *c, int64_t ldc,
                                            int64_t mb, int64_t nb, int accumulate) {
  tile(2, k, a, b, ldb, k2, a2, b2, ldb2, c, ldc, mb, nb, accumulate);
}
static __attribute__((noinline)) void tile1(int64_t k, const float *a, const float *b, int64_t ldb, int64_t k2,
                                            const float *a2, const float *b2, int64_t ldb2, float *c, int64_t ldc,
                                            int64_t mb, int64_t nb, int accumulate) {
  tile(1, k, a, b, ldb, k2, a2, b2, ldb2, c, ldc, mb, nb, accumulate);
}

// All left panels of one inner block against one right panel [kb][LP_NR].
INLINE void panel_product(int64_t m, int64_t kb, const float *a, const float *b, int64_t ldb, int64_t k2,
                          const float *a2, const float *b2, int64_t ldb2, float *c, int64_t ldc, int64_t nb,
                          int accumulate) {
  for (int64_t i0 = 0; i0 < m; i0 += LP_MR) {
    const int64_t mb = minimum(LP_MR, m - i0);
    if (nb <= LP_W)
      tile1(kb, a + i0 * kb, b, ldb, k2, a2 + i0 * k2, b2, ldb2, c + i0 * ldc, ldc, mb, nb, accumulate);
    else
      tile2(kb, a + i0 * kb, b, ldb, k2, a2 + i0 * k2, b2, ldb2, c + i0 * ldc, ldc, mb, nb, accumulate);
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

// Asks for stored rows [first, end) of a weight, columns [column, column + n), ahead of their widening: they are read with
// a stride the hardware does not foresee.
INLINE void prefetch_rows(const lp_matrix *w, int64_t first, int64_t end, int64_t column, int64_t n) {
  const int64_t from = column * w->row_bytes / w->columns, bytes = n * w->row_bytes / w->columns;
  for (int64_t row = first; row < end; row++) {
    const char *p = (const char *)w->data + row * w->row_bytes + from;
    for (int64_t b = 0; b < bytes; b += 64) __builtin_prefetch(p + b, 0, 2);
  }
}

static void LP_NAME(gemm_nt)(int64_t m, const float *a, const lp_matrix *w, const lp_extension *extension, float *c,
                             int64_t ldc, int32_t accumulate, float *scratch) {
  const int64_t n = w->rows, k = w->columns, kc = inner_block(k), padded = round_up(m, LP_MR);
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
        if (j0 + LP_NR < end) prefetch_rows(w, j0 + LP_NR, minimum(end, j0 + 2 * LP_NR), k0, kb);
        panel_product(m, kb, left, panel, LP_NR, extended ? k2 : 0, extended ? extension->a : left, ext, LP_NR, c + j0,
                      ldc, nb, accumulate || k0 > 0);
      }
    }
  }
}

static void LP_NAME(gemm_nn)(int64_t m, const float *a, const lp_matrix *w, const lp_extension *extension, float *c,
                             int64_t ldc, int32_t accumulate, float *scratch) {
  const int64_t n = w->columns, k = w->rows, kc = inner_block(k), padded = round_up(m, LP_MR);
  float *panels = scratch, *wide = panels + LP_KC * LP_COLUMN_BLOCK, *ext = wide + LP_COLUMN_BLOCK;
  const int64_t k2 = extension ? extension->k : 0;
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
      for (int64_t j = 0; j < nc; j += LP_NR) {
        const int64_t nb = minimum(LP_NR, nc - j);
        const int extended = last && k2 > 0;
        if (extended) pack_extension(extension, n0 + j, nb, ext);
        if (n0 + LP_COLUMN_BLOCK < n) {  // a share of the next stretch's rows with each panel
          const int64_t share = kb * LP_NR / LP_COLUMN_BLOCK, at = k0 + j / LP_NR * share;
          prefetch_rows(w, at, at + share, n0 + LP_COLUMN_BLOCK, minimum(LP_COLUMN_BLOCK, n - n0 - LP_COLUMN_BLOCK));
        }
        panel_product(m, kb, a, panels + j * kb, LP_NR, extended ? k2 : 0, extended ? extension->a : a, ext, LP_NR,
                      c + n0 + j, ldc, nb, accumulate || k0 > 0);
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
        for (int64_t i0 = 0; i0 < m; i0 += LP_MR)
          tile2(sb, a + i0 * kb + s0 * LP_MR, panel, ld, 0, a, panel, ld, c + i0 * ldc + j0, ldc, minimum(LP_MR, m - i0),
                nb, 1);
      }
    }
    a += padded * kb;
  }
}

enum { LP_GEMM_SCRATCH = LP_KC * LP_COLUMN_BLOCK + LP_COLUMN_BLOCK + LP_KC * LP_NR * 2 + LP_EXTENSION_LIMIT * LP_NR };
