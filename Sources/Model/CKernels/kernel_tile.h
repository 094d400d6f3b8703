// The register tile: LP_MR × LP_NR sums that stay in registers over a block of inner steps.

// What a tile does about its right operand: reads a packed panel, or packs the panel from a stored weight while it
// multiplies by it. Multiplying keeps the multipliers busy and little else, so packing hides behind it; the tiles of the
// other left panels then read the panel.
enum { LP_PACKED, LP_COPYING, LP_TRANSPOSING };

// Four inner steps of a panel from LP_NR rows, `ld` apart.
INLINE void transpose_steps(const float *s, int64_t ld, float *panel) {
#pragma clang loop unroll(full)
  for (int j = 0; j < LP_NR; j += 4, s += 4 * ld) transpose4(s, s + ld, s + 2 * ld, s + 3 * ld, 1, panel + j, LP_NR);
}

// One inner step: acc += a · b.
INLINE void step(const int mr, const int nv, const float *a, vf b0, vf b1, vf acc[LP_MR][2]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++) {
    vf x = v_set(a[i]);
    acc[i][0] += x * b0;
    if (nv > 1) acc[i][1] += x * b1;
  }
}

// acc [mr][nv vectors] = a · b (+ a2 · b2), then written to or added to c, `mb` rows and `nb` columns of it. Left panels
// always have LP_MR rows; a last one that is mostly padding is taken at mr = two thirds or one third of them. When packing,
// b is written from `stored`: inner steps `stored_ld` apart (copying), or columns (transposing, k a multiple of 4).
INLINE void tile(const int packing, const int mr, const int nv, const float *stored, int64_t stored_ld, int64_t k,
                 const float *a, float *b, int64_t ldb, int64_t k2, const float *a2, const float *b2, int64_t ldb2,
                 float *c, int64_t ldc, int64_t mb, int64_t nb, int accumulate) {
  vf acc[LP_MR][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++) {
    acc[i][0] = acc[i][1] = v_set(0);
    if (i < mb) __builtin_prefetch(c + i * ldc, 1), __builtin_prefetch(c + i * ldc + LP_W, 1);
  }
  if (packing == LP_TRANSPOSING) {
    transpose_steps(stored, stored_ld, b);
    for (int64_t p = 0; p < k; p += 4) {
      // Four steps ahead: a load of what was just stored in smaller pieces would wait for it.
      if (p + 4 < k) transpose_steps(stored + p + 4, stored_ld, b + 4 * LP_NR);
      for (int q = 0; q < 4; q++, a += LP_MR, b += LP_NR) step(mr, nv, a, v_load(b), v_load(b + LP_W), acc);
    }
  } else if (packing == LP_COPYING) {
    for (int64_t p = 0; p < k; p++, a += LP_MR, b += LP_NR, stored += stored_ld) {
      vf b0 = v_load(stored), b1 = v_load(stored + LP_W);
      v_store(b, b0);
      v_store(b + LP_W, b1);
      step(mr, nv, a, b0, b1, acc);
    }
  } else {
    for (int64_t p = 0; p < k; p++, a += LP_MR, b += ldb) {
      vf b0 = v_load(b);
      step(mr, nv, a, b0, nv > 1 ? v_load(b + LP_W) : b0, acc);
    }
  }
  for (int64_t p = 0; p < k2; p++, a2 += LP_MR, b2 += ldb2) {
    vf b0 = v_load(b2);
    step(mr, nv, a2, b0, nv > 1 ? v_load(b2 + LP_W) : b0, acc);
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

#define LP_TILE(name, mr, nv)                                                                                          \
  static __attribute__((noinline)) void name(int64_t k, const float *a, const float *b, int64_t ldb, int64_t k2,       \
                                             const float *a2, const float *b2, int64_t ldb2, float *c, int64_t ldc,    \
                                             int64_t mb, int64_t nb, int accumulate) {                                 \
    tile(LP_PACKED, mr, nv, a, 0, k, a, (float *)b, ldb, k2, a2, b2, ldb2, c, ldc, mb, nb, accumulate);                \
  }
LP_TILE(tile2, LP_MR, 2)
LP_TILE(tile2_most, LP_MR * 2 / 3, 2)
LP_TILE(tile2_few, LP_MR / 3, 2)
LP_TILE(tile1, LP_MR, 1)
LP_TILE(tile1_most, LP_MR * 2 / 3, 1)
LP_TILE(tile1_few, LP_MR / 3, 1)
#undef LP_TILE

// A whole tile that packs its right panel.
#define LP_PACKING_TILE(name, packing)                                                                                 \
  static __attribute__((noinline)) void name(const float *stored, int64_t stored_ld, int64_t k, const float *a,        \
                                             float *b, int64_t k2, const float *a2, const float *b2, float *c,         \
                                             int64_t ldc, int accumulate) {                                            \
    tile(packing, LP_MR, 2, stored, stored_ld, k, a, b, LP_NR, k2, a2, b2, LP_NR, c, ldc, LP_MR, LP_NR, accumulate);   \
  }
LP_PACKING_TILE(tile_copying, LP_COPYING)
LP_PACKING_TILE(tile_transposing, LP_TRANSPOSING)
#undef LP_PACKING_TILE

typedef void (*tile_function)(int64_t, const float *, const float *, int64_t, int64_t, const float *, const float *,
                              int64_t, float *, int64_t, int64_t, int64_t, int);

// The smallest tile for `mb` rows of `nb` columns.
INLINE tile_function tile_for(int64_t mb, int64_t nb) {
  if (mb > LP_MR * 2 / 3) return nb <= LP_W ? tile1 : tile2;
  if (mb > LP_MR / 3) return nb <= LP_W ? tile1_most : tile2_most;
  return nb <= LP_W ? tile1_few : tile2_few;
}
