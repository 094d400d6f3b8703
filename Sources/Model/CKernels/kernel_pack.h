// Operands of a product in the order a register tile reads them.

enum { LP_KC = 256 };

// Inner steps of a block: K cut into the fewest blocks of at most KC, evenly, in whole quantization blocks of 32.
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

// A right panel from `nb` rows of k, `ld` apart, as its columns; zero-padded to LP_NR.
INLINE void pack_transposed(const float *rows, int64_t ld, int64_t nb, int64_t k, float *panel) {
  int64_t j = 0;
  for (; j + 4 <= nb; j += 4) {
    const float *s = rows + j * ld;
    int64_t p = 0;
    for (; p + 4 <= k; p += 4)
      transpose4(s + p, s + ld + p, s + 2 * ld + p, s + 3 * ld + p, 1, panel + p * LP_NR + j, LP_NR);
    for (; p < k; p++)
      for (int q = 0; q < 4; q++) panel[p * LP_NR + j + q] = s[q * ld + p];
  }
  for (; j < LP_NR; j++)
    for (int64_t p = 0; p < k; p++) panel[p * LP_NR + j] = j < nb ? rows[j * ld + p] : 0;
}

// One inner step of a right panel, `nb` columns; zero-padded to LP_NR.
INLINE void pack_step(const float *row, int64_t nb, float *panel) {
  if (nb == LP_NR) {
    v_store(panel, v_load(row));
    v_store(panel + LP_W, v_load(row + LP_W));
  } else {
    for (int64_t j = 0; j < LP_NR; j++) panel[j] = j < nb ? row[j] : 0;
  }
}

// The extension's right panel, columns [j0, j0 + nb) of [k][n], zero-padded to LP_NR.
INLINE void pack_extension(const lp_extension *x, int64_t j0, int64_t nb, float *dst) {
  for (int64_t p = 0; p < x->k; p++) pack_step(x->b + p * x->ldb + j0, nb, dst + p * LP_NR);
}
