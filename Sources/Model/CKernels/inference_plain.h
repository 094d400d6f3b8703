// Products of weights kept as floats: per output one chain of fma over all columns.

INLINE v16 v_bf16(const uint8_t *p) {
  h16v h;
  memcpy(&h, p, 32);
  u16v wide = __builtin_convertvector(h, u16v) << 16;
  v16 v;
  memcpy(&v, &wide, 64);
  return v;
}

// Two groups widened once for many rows of X: [cols][2][16].
enum { WIDE_PLAIN = 8 };

// `along` is the distance of two columns of plain weights, in bytes.
#define TILE_ARGUMENTS                                                                                                 \
  const uint8_t *w, const size_t along, const size_t cols, const void *x, float *y, const size_t ldy,                  \
      const int accumulate

// Writes a tile: y[m, 16 g ...] (+)= acc[g, m].
#define STORE_TILE                                                                                                     \
  UNROLL for (int g = 0; g < G; g++) UNROLL for (int m = 0; m < M; m++) {                                              \
    float *to = y + (size_t)m * ldy + g * 16;                                                                          \
    v_store(to, accumulate ? v_load(to) + acc[g * M + m] : acc[g * M + m]);                                            \
  }

INLINE v16 plain_weights(const int format, const uint8_t *at) {
  return format == LP_PACKED_F16 ? v_f16(at) : format == LP_PACKED_BF16 ? v_bf16(at) : v_load((const float *)at);
}

// `x` is a panel of M rows: [cols][M].
INLINE void plain_tile(const int format, const int G, const int M, TILE_ARGUMENTS) {
  v16 acc[MAX_TILE];
  UNROLL for (int g = 0; g < G; g++) UNROLL for (int m = 0; m < M; m++) acc[g * M + m] = v_all(0);
  const size_t column = format == LP_PACKED_F16 || format == LP_PACKED_BF16 ? 32 : 64;
  const size_t step = format == WIDE_PLAIN ? 128 : along;
  const float *xk = x;
#pragma clang loop unroll_count(2)
  for (size_t k = 0; k < cols; k++, xk += M) {
    v16 wv[2];
    UNROLL for (int g = 0; g < G; g++) wv[g] = plain_weights(format, w + k * step + (size_t)g * column);
    if (format != WIDE_PLAIN && PLAIN_AHEAD(M)) __builtin_prefetch(w + k * step + PLAIN_AHEAD(M));
    UNROLL for (int m = 0; m < M; m++) {
      v16 xv = v_all(xk[m]);
      UNROLL for (int g = 0; g < G; g++) acc[g * M + m] = v_fma(wv[g], xv, acc[g * M + m]);
    }
  }
  STORE_TILE
}

// Widens two groups.
static void widen_plain(const lp_packed *w, size_t group, uint8_t *panel) {
  size_t along;
  const uint8_t *from = w->data + lp_group_offset(w, group, &along);
  for (size_t k = 0; k < w->cols; k++)
    for (size_t g = 0; g < 2; g++) {
      const uint8_t *at = from + k * along + g * (along / 2);
      v_store((float *)panel + (k * 2 + g) * 16,
              w->format == LP_PACKED_F16 ? v_f16(at) : w->format == LP_PACKED_BF16 ? v_bf16(at) : v_load((const float *)at));
    }
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
