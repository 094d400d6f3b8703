// Cuts a product into tiles. Which tile computes an output changes none of its bits.
//
// Columns are taken in stretches whose weights, widened, stay in the first-level cache; the f32 sums of a group of 16
// outputs are kept between stretches, so that an output is one chain over all columns.

// Columns of a stretch, of integers for few and for many rows of X, and of floats.
enum { FEW_COLUMNS = 512, MANY_COLUMNS = 256, PLAIN_COLUMNS = 256, MOST_ROWS = 360 };
// From this many rows of X on, widening plain weights once pays.
#define WIDE_FROM (2 * PANEL_ROWS)
_Static_assert(MOST_ROWS % PANEL_ROWS == 0, "parts are whole panels");
// Bytes of X that stay near while the weights pass by.
#define NEAR_BYTES (384 << 10)

// Scratch of a product.
typedef struct {
  union {
    struct {
      row_dwords stored[FEW_COLUMNS / 32 * 8];
      row_dwords wide[MANY_COLUMNS / 2];
      block_scales scales[FEW_COLUMNS / 32];
      // Rows of a last group that is not whole, and room to load past them.
      uint8_t rows[16][FEW_COLUMNS / 32 * 34 + 32];
    };
    float plain[PLAIN_COLUMNS * 32];
  };
  float sums[MOST_ROWS * 32];
} scratch;
_Static_assert(sizeof(scratch) <= LP_PANEL_BYTES, "the panel holds the scratch");

// y [m, 16 n] (+)= sums.
INLINE void store_sums(const float *sums, size_t n, size_t m, float *y, size_t ldy, int accumulate) {
  for (size_t row = 0; row < m; row++, y += ldy)
    for (size_t i = 0; i < n; i++, sums += 16)
      v_store(y + i * 16, accumulate ? v_load(y + i * 16) + v_load(sums) : v_load(sums));
}

INLINE size_t tile_index(size_t rows) {
  return rows == PANEL_ROWS ? 4 : rows == 8 ? 3 : rows == 4 ? 2 : rows == 2 ? 1 : 0;
}

// MARK: integers

typedef void (*integer_function)(const row_dwords *q, const block_scales *scales, size_t units, const uint8_t *x,
                                 float *sums, int start, ahead *next);
#define INTEGER_TILE(NAME, TYPE, KIND, M)                                                                              \
  static __attribute__((noinline)) void NAME(const row_dwords *q, const block_scales *scales, size_t units,            \
                                             const uint8_t *x, float *sums, int start, ahead *next) {                  \
    integer_tile(TYPE, KIND, M, q, scales, units, x, sums, start, next);                                               \
  }
#if PANEL_ROWS > 8
#define INTEGER_TILES(NAME, TYPE, KIND)                                                                                \
  INTEGER_TILE(NAME##_1, TYPE, KIND, 1)                                                                                \
  INTEGER_TILE(NAME##_2, TYPE, KIND, 2)                                                                                \
  INTEGER_TILE(NAME##_4, TYPE, KIND, 4)                                                                                \
  INTEGER_TILE(NAME##_8, TYPE, KIND, 8)                                                                                \
  INTEGER_TILE(NAME##_all, TYPE, KIND, PANEL_ROWS)                                                                     \
  static const integer_function NAME[5] = {NAME##_1, NAME##_2, NAME##_4, NAME##_8, NAME##_all};
#else
#define INTEGER_TILES(NAME, TYPE, KIND)                                                                                \
  INTEGER_TILE(NAME##_1, TYPE, KIND, 1)                                                                                \
  INTEGER_TILE(NAME##_2, TYPE, KIND, 2)                                                                                \
  INTEGER_TILE(NAME##_4, TYPE, KIND, 4)                                                                                \
  INTEGER_TILE(NAME##_all, TYPE, KIND, PANEL_ROWS)                                                                     \
  static const integer_function NAME[5] = {NAME##_1, NAME##_2, NAME##_4, 0, NAME##_all};
#endif
INTEGER_TILES(scale_tiles, WIDE, ONE_SCALE)
INTEGER_TILES(minimum_tiles, WIDE, ONE_SCALE_MINIMUM)
INTEGER_TILES(scales_tiles, WIDE, TWO_SCALES)
INTEGER_TILES(minima_tiles, WIDE, TWO_SCALES_MINIMA)
static const integer_function *const wide_tiles[] = {
    [ONE_SCALE] = scale_tiles,
    [ONE_SCALE_MINIMUM] = minimum_tiles,
    [TWO_SCALES] = scales_tiles,
    [TWO_SCALES_MINIMA] = minima_tiles,
};

// What is done with one type.
typedef struct {
  void (*load)(const uint8_t *row, size_t next, size_t units, row_dwords *q, block_scales *scales);
  void (*widen)(const row_dwords *q, size_t units, row_dwords *to);
  const integer_function *tiles;
} stored_type;
#define STORED_TYPE(NAME, TYPE)                                                                                        \
  static void load_##NAME(const uint8_t *row, size_t next, size_t units, row_dwords *q, block_scales *scales) {        \
    load_units(TYPE, row, next, units, q, scales);                                                                     \
  }                                                                                                                    \
  static void widen_##NAME(const row_dwords *q, size_t units, row_dwords *to) { widen_units(TYPE, q, units, to); }     \
  INTEGER_TILES(tiles_##NAME, TYPE, kind_of(TYPE))
#define STORED_TYPES(X)                                                                                                \
  X(q4_0, LP_Q4_0)                                                                                                     \
  X(q4_1, LP_Q4_1)                                                                                                     \
  X(q5_0, LP_Q5_0)                                                                                                     \
  X(q5_1, LP_Q5_1)                                                                                                     \
  X(q8_0, LP_Q8_0)                                                                                                     \
  X(q2_k, LP_Q2_K)                                                                                                     \
  X(q3_k, LP_Q3_K)                                                                                                     \
  X(q4_k, LP_Q4_K)                                                                                                     \
  X(q5_k, LP_Q5_K)                                                                                                     \
  X(q6_k, LP_Q6_K)                                                                                                     \
  X(iq4_nl, LP_IQ4_NL)                                                                                                 \
  X(iq4_xs, LP_IQ4_XS)                                                                                                 \
  X(mxfp4, LP_MXFP4)
STORED_TYPES(STORED_TYPE)

static const stored_type stored_types[] = {
#define ENTRY(NAME, TYPE) [TYPE] = {load_##NAME, widen_##NAME, tiles_##NAME},
    STORED_TYPES(ENTRY)
#undef ENTRY
};

// From this many rows of X on, making the pairs once pays: early where making them takes many steps.
INLINE size_t wide_from(int type) { return type == LP_Q4_K || type == LP_Q2_K ? 2 * PANEL_ROWS : 8; }

static void matmul_integers(const lp_weights *w, size_t begin, size_t end, const uint8_t *x, size_t m, float *y,
                            size_t ldy, int accumulate, scratch *s) {
  const stored_type type = stored_types[w->type];
  const int many = m >= wide_from(w->type);
  const integer_function *tiles = many ? wide_tiles[kind_of(w->type)] : type.tiles;
  const lp_block block = lp_block_of(w->type);
  const size_t stretch = many ? MANY_COLUMNS : FEW_COLUMNS, unit = (size_t)block.elements;
  const size_t row_bytes = lp_prepared_row_bytes(1, w->cols);
  const size_t bytes = 16 * w->row_bytes;
  for (size_t at = begin; at < end; at++) {
    const size_t first = (w->other ? at / 2 : at) * 16, count = w->rows - first < 16 ? w->rows - first : 16;
    const uint8_t *row = (w->other && at % 2 ? w->other : w->data) + first * w->row_bytes;
    // The next group of the same matrix, in the order of its addresses.
    const uint8_t *following = row + bytes;
    ahead next = {following, at + 1 < end ? following + bytes : following, bytes / (w->cols / 32) + 1};
    for (size_t k = 0; k < w->cols; k += stretch) {
      const size_t n = w->cols - k < stretch ? w->cols - k : stretch, some_bytes = n / unit * (size_t)block.bytes;
      if (count == 16) {
        type.load(row, w->row_bytes, n / unit, s->stored, s->scales);
      } else {
        // Rows past the last are zero.
        memset(s->rows, 0, sizeof s->rows);
        for (size_t i = 0; i < count; i++) memcpy(s->rows[i], row + i * w->row_bytes, some_bytes);
        type.load(s->rows[0], sizeof s->rows[0], n / unit, s->stored, s->scales);
      }
      row += some_bytes;
      if (many) type.widen(s->stored, n / unit, s->wide);
      for (size_t i = 0; i < m;) {
        const size_t some = panel_rows(m - i);
        tiles[tile_index(some)](many ? s->wide : s->stored, s->scales, many ? n / 32 : n / unit,
                                x + i * row_bytes + k / 32 * X_BLOCK(some), s->sums + i * 16, k == 0, &next);
        i += some;
      }
    }
    store_sums(s->sums, 1, m, y + at * 16, ldy, accumulate);
  }
}

// MARK: floats

typedef void (*plain_function)(const uint8_t *w, size_t along, size_t n, const float *x, float *sums, int start);
#define PLAIN_TILE(NAME, FORMAT, G, M)                                                                                 \
  static __attribute__((noinline)) void NAME(const uint8_t *w, size_t along, size_t n, const float *x, float *sums,    \
                                             int start) {                                                              \
    plain_tile(FORMAT, G, M, w, along, n, x, sums, start);                                                             \
  }
#define PLAIN_TILES(NAME, FORMAT, G)                                                                                   \
  PLAIN_TILE(NAME##_1, FORMAT, G, 1)                                                                                   \
  PLAIN_TILE(NAME##_2, FORMAT, G, 2)                                                                                   \
  PLAIN_TILE(NAME##_4, FORMAT, G, 4)                                                                                   \
  PLAIN_TILE(NAME##_8, FORMAT, G, 8)                                                                                   \
  PLAIN_TILE(NAME##_all, FORMAT, G, PANEL_ROWS)                                                                        \
  static const plain_function NAME[5] = {NAME##_1, NAME##_2, NAME##_4, NAME##_8, NAME##_all};
PLAIN_TILES(f32_tiles, LP_F32, 1)
PLAIN_TILES(f16_tiles, LP_F16, 1)
PLAIN_TILES(bf16_tiles, LP_BF16, 1)
PLAIN_TILES(f32_pair_tiles, LP_F32, 2)
PLAIN_TILES(f16_pair_tiles, LP_F16, 2)
PLAIN_TILES(bf16_pair_tiles, LP_BF16, 2)

INLINE const plain_function *plain_tiles(int type, size_t groups) {
  switch (type) {
    case LP_F16: return groups == 2 ? f16_pair_tiles : f16_tiles;
    case LP_BF16: return groups == 2 ? bf16_pair_tiles : bf16_tiles;
    default: return groups == 2 ? f32_pair_tiles : f32_tiles;
  }
}

static void widen_plain_columns(int type, size_t groups, const uint8_t *from, size_t along, size_t n, float *panel) {
#define CASE(TYPE, G)                                                                                                  \
  if (type == TYPE && groups == G) widen_plain(TYPE, G, from, along, n, panel);
  CASE(LP_F32, 1)
  CASE(LP_F16, 1)
  CASE(LP_BF16, 1)
  CASE(LP_F32, 2)
  CASE(LP_F16, 2)
  CASE(LP_BF16, 2)
#undef CASE
}

// Two groups that lie side by side are taken together where the sums of a whole panel fit the registers.
static void matmul_floats(const lp_weights *w, size_t begin, size_t end, const float *x, size_t m, float *y, size_t ldy,
                          int accumulate, scratch *s) {
  const int widens = m >= WIDE_FROM, pairs = m <= PAIR_ROWS || PAIR_ROWS >= PANEL_ROWS;
  for (size_t at = begin; at < end;) {
    const size_t groups = pairs && at % 2 == 0 && at + 1 < end ? 2 : 1;
    size_t along;
    const uint8_t *weights = w->data + lp_group_offset(w, at, &along);
    const plain_function *tiles = plain_tiles(widens ? LP_F32 : w->type, groups);
    for (size_t k = 0; k < w->cols; k += PLAIN_COLUMNS, weights += PLAIN_COLUMNS * along) {
      const size_t n = w->cols - k < PLAIN_COLUMNS ? w->cols - k : PLAIN_COLUMNS;
      if (widens) widen_plain_columns(w->type, groups, weights, along, n, s->plain);
      for (size_t row = 0; row < m;) {
        const size_t some = panel_rows(m - row);
        tiles[tile_index(some)](widens ? (const uint8_t *)s->plain : weights, widens ? groups * 64 : along, n,
                                x + row * w->cols + k * some, s->sums + row * groups * 16, k == 0);
        row += some;
      }
    }
    store_sums(s->sums, groups, m, y + at * 16, ldy, accumulate);
    at += groups;
  }
}

static void matmul(const lp_weights *w, size_t begin, size_t end, const void *input, size_t m, float *y, size_t ldy,
                   int accumulate, void *panel) {
  const int is_integer = lp_is_quantized(w->type);
  const size_t row_bytes = lp_prepared_row_bytes(is_integer, w->cols);
  size_t most = NEAR_BYTES / (row_bytes + 1);
  if (most < 96) most = 96;
  if (most > MOST_ROWS) most = MOST_ROWS;
  most = most / PANEL_ROWS * PANEL_ROWS;
  // Parts of about equal size, of whole panels.
  const size_t parts = (m + most - 1) / most,
               chunk = ((m + parts - 1) / parts + PANEL_ROWS - 1) / PANEL_ROWS * PANEL_ROWS;
  for (size_t first = 0; first < m; first += chunk) {
    const size_t rows = m - first < chunk ? m - first : chunk;
    const uint8_t *x = (const uint8_t *)input + first * row_bytes;
    if (is_integer) matmul_integers(w, begin, end, x, rows, y + first * ldy, ldy, accumulate, panel);
    else matmul_floats(w, begin, end, (const float *)x, rows, y + first * ldy, ldy, accumulate, panel);
  }
}
