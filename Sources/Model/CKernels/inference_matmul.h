// Cuts a product into tiles. Which tile computes an output changes none of its bits.

typedef void (*tile_function)(TILE_ARGUMENTS);
#define TILE(KIND, FORMAT, NAME, G, M)                                                                                 \
  static __attribute__((noinline)) void NAME(TILE_ARGUMENTS) {                                                         \
    KIND##_tile(FORMAT, G, M, w, along, cols, x, y, ldy, accumulate);                                                  \
  }
// Tiles over G groups for panels of 1, 2, 4, 8 and PANEL_ROWS rows of X.
#define TILES(KIND, FORMAT, NAME, G)                                                                                   \
  TILE(KIND, FORMAT, NAME##_1, G, 1)                                                                                   \
  TILE(KIND, FORMAT, NAME##_2, G, 2)                                                                                   \
  TILE(KIND, FORMAT, NAME##_4, G, 4)                                                                                   \
  TILE(KIND, FORMAT, NAME##_8, G, 8)                                                                                   \
  TILE(KIND, FORMAT, NAME##_all, G, PANEL_ROWS)                                                                        \
  static const tile_function NAME[5] = {NAME##_1, NAME##_2, NAME##_4, NAME##_8, NAME##_all};

TILES(plain, LP_PACKED_F32, f32_tiles, 1)
TILES(plain, LP_PACKED_F32, f32_pair_tiles, 2)
TILES(plain, LP_PACKED_F16, f16_tiles, 1)
TILES(plain, LP_PACKED_F16, f16_pair_tiles, 2)
TILES(plain, LP_PACKED_BF16, bf16_tiles, 1)
TILES(plain, LP_PACKED_BF16, bf16_pair_tiles, 2)
TILES(plain, WIDE_PLAIN, wide_plain_tiles, 2)
TILES(integer, LP_PACKED_Q8_0, q8_0_tiles, 1)
TILES(integer, LP_PACKED_Q4_0, q4_0_tiles, 1)
TILES(integer, LP_PACKED_Q4_1, q4_1_tiles, 1)
TILES(integer, LP_PACKED_Q4_S, q4_s_tiles, 1)
TILES(integer, LP_PACKED_Q8_S, q8_s_tiles, 1)
TILES(integer, WIDE_INTEGER, wide_integer_tiles, 1)
TILES(integer, WIDE_INTEGER_MINIMA, wide_minima_tiles, 1)
TILES(integer, WIDE_INTEGER_HALVES, wide_halves_tiles, 1)

static const struct {
  const tile_function *one, *pair, *wide;
} tiles_of[] = {
    [LP_PACKED_F32] = {f32_tiles, f32_pair_tiles, wide_plain_tiles},
    [LP_PACKED_F16] = {f16_tiles, f16_pair_tiles, wide_plain_tiles},
    [LP_PACKED_BF16] = {bf16_tiles, bf16_pair_tiles, wide_plain_tiles},
    [LP_PACKED_Q8_0] = {q8_0_tiles, 0, wide_integer_tiles},
    [LP_PACKED_Q4_0] = {q4_0_tiles, 0, wide_integer_tiles},
    [LP_PACKED_Q4_1] = {q4_1_tiles, 0, wide_minima_tiles},
    [LP_PACKED_Q4_S] = {q4_s_tiles, 0, wide_minima_tiles},
    [LP_PACKED_Q8_S] = {q8_s_tiles, 0, wide_halves_tiles},
};

INLINE size_t tile_index(size_t rows) {
  return rows == PANEL_ROWS ? 4 : rows == 8 ? 3 : rows == 4 ? 2 : rows == 2 ? 1 : 0;
}
// From this many rows of X on, widening the weights once pays.
#define WIDE_FROM (2 * PANEL_ROWS)
// Bytes of X that stay in the second-level cache while the weights pass by.
#define NEAR_BYTES (384 << 10)

// m rows of X, prepared at `x`, by groups [begin, end), straight from the packed weights. Two groups pass over all rows
// before the next are read.
static void matmul_direct(const lp_packed *w, size_t begin, size_t end, const uint8_t *x, size_t row_bytes, size_t m,
                          float *y, size_t ldy, int accumulate) {
  for (size_t at = begin; at < end;) {
    const int pair = tiles_of[w->format].pair && at % 2 == 0 && at + 1 < end;
    const tile_function *tiles = pair ? tiles_of[w->format].pair : tiles_of[w->format].one;
    size_t along;
    const uint8_t *weights = w->data + lp_group_offset(w, at, &along);
    for (size_t row = 0; row < m;) {
      const size_t n = panel_rows(m - row);
      tiles[tile_index(n)](weights, along, w->cols, x + row * row_bytes, y + row * ldy + at * 16, ldy, accumulate);
      row += n;
    }
    at += pair ? 2 : 1;
  }
}

static void matmul(const lp_packed *w, size_t begin, size_t end, const void *input, size_t m, float *y, size_t ldy,
                   int accumulate, void *panel) {
  const uint8_t *x = input;
  const int is_integer = w->format >= LP_PACKED_Q8_0;
  const size_t row_bytes = lp_prepared_row_bytes(is_integer, w->cols), together = is_integer ? 1 : 2;
  size_t chunk = NEAR_BYTES / (row_bytes + 1) / PANEL_ROWS * PANEL_ROWS;
  if (chunk < WIDE_FROM) chunk = WIDE_FROM;
  for (size_t first = 0; first < m;) {
    // A chunk too short to widen for joins the one before it.
    size_t rows = m - first;
    if (rows >= chunk + WIDE_FROM) rows = chunk;
    size_t at = begin;
    if (panel && rows >= WIDE_FROM) {
      const tile_function *tiles = tiles_of[w->format].wide;
      if (!is_integer && at % 2 && at < end) {
        matmul_direct(w, at, at + 1, x + first * row_bytes, row_bytes, rows, y + first * ldy, ldy, accumulate);
        at++;
      }
      for (; at + together <= end; at += together) {
        if (is_integer) widen_integer(w, at, panel);
        else widen_plain(w, at, panel);
        for (size_t row = first; row < first + rows;) {
          const size_t n = panel_rows(first + rows - row);
          tiles[tile_index(n)](panel, 0, w->cols, x + row * row_bytes, y + row * ldy + at * 16, ldy, accumulate);
          row += n;
        }
      }
    }
    if (at < end) matmul_direct(w, at, end, x + first * row_bytes, row_bytes, rows, y + first * ldy, ldy, accumulate);
    first += rows;
  }
}
