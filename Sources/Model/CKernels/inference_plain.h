// Products of weights kept as floats: per output one chain of fma over all columns.

INLINE v16 v_bf16(const uint8_t *p) {
  h16v h;
  memcpy(&h, p, 32);
  u16v wide = __builtin_convertvector(h, u16v) << 16;
  v16 v;
  memcpy(&v, &wide, 64);
  return v;
}

INLINE v16 plain_weights(const int format, const uint8_t *at) {
  return format == LP_F16 ? v_f16(at) : format == LP_BF16 ? v_bf16(at) : v_load((const float *)at);
}
INLINE size_t plain_bytes(const int format) { return format == LP_F32 ? 64 : 32; }

// sums [M][16 G] = (sums +) n columns of G groups by M rows of X: [n][M]. `along` is the distance of two columns of the
// weights, in bytes. Rows are taken PLAIN_ROWS at a time.
INLINE void plain_tile(const int format, const int G, const int M, const uint8_t *w, size_t along, size_t n,
                       const float *x, float *sums, int start) {
  const int R = M < PLAIN_ROWS ? M : PLAIN_ROWS;
  for (int first = 0; first < M; first += R, x += R, sums += R * G * 16) {
    v16 acc[MAX_TILE];
    UNROLL for (int m = 0; m < R * G; m++) acc[m] = start ? v_all(0) : v_load(sums + m * 16);
    const float *xk = x;
    const uint8_t *wk = w;
#pragma clang loop unroll_count(2)
    for (size_t k = 0; k < n; k++, xk += M, wk += along) {
      v16 wv[2];
      UNROLL for (int g = 0; g < G; g++) wv[g] = plain_weights(format, wk + (size_t)g * plain_bytes(format));
      if (PLAIN_AHEAD(M)) __builtin_prefetch(wk + PLAIN_AHEAD(M));
      UNROLL for (int m = 0; m < R; m++) {
        v16 xv = v_all(xk[m]);
        UNROLL for (int g = 0; g < G; g++) acc[m * G + g] = v_fma(wv[g], xv, acc[m * G + g]);
      }
    }
    UNROLL for (int m = 0; m < R * G; m++) v_store(sums + m * 16, acc[m]);
  }
}

// Widens n columns of G groups to f32.
INLINE void widen_plain(const int format, const int G, const uint8_t *from, size_t along, size_t n, float *panel) {
  for (size_t k = 0; k < n; k++, from += along)
    for (int g = 0; g < G; g++, panel += 16)
      v_store(panel, plain_weights(format, from + (size_t)g * plain_bytes(format)));
}

// Rows of X that go into the next panel.
INLINE size_t panel_rows(size_t left) {
  return left >= PANEL_ROWS ? PANEL_ROWS : left >= 8 && PANEL_ROWS > 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

static void prepare_plain(const float *x, size_t ldx, size_t m, size_t cols, void *out) {
  float *to = out;
  for (size_t row = 0; row < m;) {
    const size_t n = panel_rows(m - row);
    const float *from = x + row * ldx;
    if (n == 1) {
      memcpy(to, from, cols * 4);
    } else {
      for (size_t k0 = 0; k0 < cols; k0 += 16)
        for (size_t i = 0; i < n; i++)
          for (size_t k = k0; k < cols && k < k0 + 16; k++) to[k * n + i] = from[i * ldx + k];
    }
    to += n * cols;
    row += n;
  }
}
