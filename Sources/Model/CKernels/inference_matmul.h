// Cuts a product into tiles. Which tile computes an output changes none of its bits.
//
// Columns are taken in stretches whose weights, widened, stay in the first-level cache; the f32 sums of a group of 16
// outputs are kept between stretches, so that an output is one chain over all columns. Of integers, a stretch of many
// rows of X serves several groups before the next: so it is in the second-level cache, however many columns there are.

// Columns of a stretch, of integers for few and for many rows of X, and of floats.
enum { FEW_COLUMNS = 512, MANY_COLUMNS = 256, PLAIN_COLUMNS = 256, MOST_ROWS = 360 };
// From this many rows of X on, widening plain weights once pays.
#define WIDE_FROM (2 * PANEL_ROWS)
_Static_assert(MOST_ROWS % PANEL_ROWS == 0, "parts are whole panels");
// Bytes of X that stay near while the weights pass by.
#define NEAR_BYTES (384 << 10)
// How far ahead arranged weights are asked for: measured, 2 KiB are better than 4, 8, a group or nothing.
enum { ARRANGED_AHEAD = 2048 };
// Rows of X that integers are multiplied by together, and groups of 16 rows of W that a stretch of X serves.
enum { INTEGER_ROWS = 96, INTEGER_GROUPS = 8 };
_Static_assert(INTEGER_ROWS % PANEL_ROWS == 0, "parts are whole panels");

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
    int32_t less[PLAIN_COLUMNS * 32];  // of rows that lie side by side
    float plain[PLAIN_COLUMNS * 32];
  };
  float sums[INTEGER_ROWS * 16 * INTEGER_GROUPS];
} scratch;
_Static_assert(INTEGER_ROWS *INTEGER_GROUPS >= MOST_ROWS * 2, "the sums of two groups of floats fit");
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

typedef void (*load_function)(const uint8_t *row, size_t next, size_t units, row_dwords *q, block_scales *scales);
// What is done with one type.
typedef struct {
  load_function load;
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

// From this many rows of X on, making the pairs once pays: early where making them takes many steps. Where a register
// holds 8 of the 16 rows, pairs of some types are made faster than they are loaded.
INLINE size_t wide_from(int type) {
  switch (type) {
    case LP_Q4_K:
    case LP_Q2_K: return 2 * PANEL_ROWS;
    case LP_Q4_0:
    case LP_Q4_1:
    case LP_Q8_0:
    case LP_IQ4_NL:
    case LP_IQ4_XS:
    case LP_MXFP4: return LANES < 16 ? 2 * PANEL_ROWS : 8;
    default: return 8;
  }
}

// A stretch of columns of a matrix: how many of its units, and where they begin in a row.
typedef struct {
  size_t column, columns, units, offset;
} stretch;

INLINE stretch stretch_at(const lp_weights *w, size_t column, size_t most) {
  const lp_block block = lp_block_of(w->type);
  const size_t columns = w->cols - column < most ? w->cols - column : most;
  return (stretch){column, columns, columns / (size_t)block.elements,
                   column / (size_t)block.elements * (size_t)block.bytes};
}

// The first of a group's rows, and how many there are.
INLINE const uint8_t *group_rows(const lp_weights *w, size_t group, size_t *count) {
  const size_t first = (w->other ? group / 2 : group) * 16;
  *count = w->rows - first < 16 ? w->rows - first : 16;
  return (w->other && group % 2 ? w->other : w->data) + first * w->row_bytes;
}

// Loads `units` units of the `count` rows of a group; rows past the last are zero.
INLINE void load_stretch(load_function load, const lp_weights *w, const uint8_t *row, size_t count, size_t units,
                         scratch *s) {
  if (count == 16) {
    load(row, w->row_bytes, units, s->stored, s->scales);
    return;
  }
  const size_t bytes = units * (size_t)lp_block_of(w->type).bytes;
  memset(s->rows, 0, sizeof s->rows);
  for (size_t i = 0; i < count; i++) memcpy(s->rows[i], row + i * w->row_bytes, bytes);
  load(s->rows[0], sizeof s->rows[0], units, s->stored, s->scales);
}

// Asks for a stretch of a group that is multiplied later.
static void ask_for_stretch(const lp_weights *w, size_t group, stretch columns) {
  const size_t bytes = columns.units * (size_t)lp_block_of(w->type).bytes;
  size_t count;
  const uint8_t *row = group_rows(w, group, &count) + columns.offset * (w->arranged ? 16 : 1);
  if (w->arranged) {
    for (size_t at = 0; at < 16 * bytes; at += 64) __builtin_prefetch(row + at, 0, 2);
    return;
  }
  for (size_t i = 0; i < count; i++, row += w->row_bytes)
    for (size_t at = 0; at < bytes + 63; at += 64) __builtin_prefetch(row + at, 0, 2);
}

// The sums [m][16] of a group with a stretch of its columns, where the 16 rows lie side by side.
INLINE void add_arranged(const lp_weights *w, size_t group, stretch columns, int widens, const uint8_t *x,
                         size_t row_bytes, size_t m, float *sums, ahead *next, scratch *s) {
  size_t count;
  const uint8_t *unit = group_rows(w, group, &count) + columns.offset * 16;
  const arranged_type *type = arranged_of(w->type);
  if (widens) type->widen(unit, columns.units, s->wide, s->scales);
  for (size_t i = 0; i < m;) {
    const size_t some = panel_rows(m - i), tile = tile_index(some);
    const uint8_t *from = x + i * row_bytes + columns.column / 32 * X_BLOCK(some);
    if (widens) {
      wide_tiles[kind_of(w->type)][tile](s->wide, s->scales, columns.columns / 32, from, sums + i * 16,
                                         columns.column == 0, next);
    } else {
      const int32_t *less = s->less + i * (w->cols / 16) + columns.column / 16 * some;
      type->tiles[tile](unit, columns.units, from, less, sums + i * 16, columns.column == 0, next);
    }
    i += some;
  }
}

// The sums [m][16] of a group with a stretch of its columns.
INLINE void add_stretch(const lp_weights *w, size_t group, stretch columns, int widens, const uint8_t *x,
                        size_t row_bytes, size_t m, float *sums, ahead *next, scratch *s) {
  if (w->arranged) {
    add_arranged(w, group, columns, widens, x, row_bytes, m, sums, next, s);
    return;
  }
  const stored_type *type = &stored_types[w->type];
  const integer_function *tiles = widens ? wide_tiles[kind_of(w->type)] : type->tiles;
  size_t count;
  const uint8_t *row = group_rows(w, group, &count) + columns.offset;
  const direct_function direct = direct_of(w->type);
  if (m == 1 && count == 16 && direct) {
    const uint8_t *from = x + columns.column / 32 * X_BLOCK(1);
    direct(row, w->row_bytes, columns.units, from, sums, columns.column == 0, next);
    return;
  }
  load_stretch(type->load, w, row, count, columns.units, s);
  if (widens) type->widen(s->stored, columns.units, s->wide);
  for (size_t i = 0; i < m;) {
    const size_t some = panel_rows(m - i);
    tiles[tile_index(some)](widens ? s->wide : s->stored, s->scales, widens ? columns.columns / 32 : columns.units,
                            x + i * row_bytes + columns.column / 32 * X_BLOCK(some), sums + i * 16, columns.column == 0,
                            next);
    i += some;
  }
}

// Whether weights that lie side by side are widened for m rows of X.
INLINE int widens_arranged(const lp_weights *w, size_t m) {
  // Where a register holds all 16 rows, widening 8 rows or more pays as it does for rows as stored.
  if (m >= 2 * PANEL_ROWS) return 1;
  return w->type == LP_Q6_K && m * (w->cols / 16) > sizeof(((scratch *)0)->less) / sizeof(int32_t);
}

// A group at a time, so that the weights are read in the order of their addresses.
static void matmul_groups(const lp_weights *w, size_t begin, size_t end, const uint8_t *x, size_t m, float *y,
                          size_t ldy, int accumulate, scratch *s) {
  const int widens = w->arranged ? widens_arranged(w, m) : m >= wide_from(w->type);
  const size_t row_bytes = lp_prepared_row_bytes(1, w->cols), bytes = 16 * w->row_bytes;
  const size_t most = widens ? MANY_COLUMNS : FEW_COLUMNS;
  if (w->arranged && !widens && w->type == LP_Q6_K)
    for (size_t i = 0; i < m; i += panel_rows(m - i))
      sums_of_integers(x + i * row_bytes, panel_rows(m - i), w->cols / 32, s->less + i * (w->cols / 16));
  for (size_t at = begin; at < end; at++) {
    // The next group of the same matrix; of rows that are read in the order of their addresses, a little ahead.
    size_t count;
    const uint8_t *group = group_rows(w, at, &count), *following = group + (w->arranged ? ARRANGED_AHEAD : bytes);
    ahead next = {following, w->arranged || at + 1 < end ? following + bytes : following, bytes / (w->cols / 32) + 1};
    for (size_t k = 0; k < w->cols; k += most)
      add_stretch(w, at, stretch_at(w, k, most), widens, x, row_bytes, m, s->sums, &next, s);
    store_sums(s->sums, 1, m, y + at * 16, ldy, accumulate);
  }
}

// Many rows of X: a stretch of some groups, then the next stretch of them.
static void matmul_blocks(const lp_weights *w, size_t begin, size_t end, const uint8_t *x, size_t m, float *y,
                          size_t ldy, int accumulate, scratch *s) {
  const size_t row_bytes = lp_prepared_row_bytes(1, w->cols);
  ahead nothing = {0};
  for (size_t first = begin; first < end; first += INTEGER_GROUPS) {
    const size_t groups = end - first < INTEGER_GROUPS ? end - first : INTEGER_GROUPS;
    for (size_t k = 0; k < w->cols; k += MANY_COLUMNS) {
      const stretch columns = stretch_at(w, k, MANY_COLUMNS);
      const int is_last = k + MANY_COLUMNS >= w->cols;
      const stretch following = stretch_at(w, is_last ? 0 : k + MANY_COLUMNS, MANY_COLUMNS);
      for (size_t g = 0; g < groups; g++) {
        add_stretch(w, first + g, columns, 1, x, row_bytes, m, s->sums + g * m * 16, &nothing, s);
        const size_t later = first + g + (is_last ? INTEGER_GROUPS : 0);
        if (later < end) ask_for_stretch(w, later, following);
      }
    }
    for (size_t g = 0; g < groups; g++) store_sums(s->sums + g * m * 16, 1, m, y + (first + g) * 16, ldy, accumulate);
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
  // Measured where a register holds 8 of 16 rows; with AVX-512, groups go one by one as they did.
  const int in_blocks = is_integer && LANES < 16;
  most = in_blocks ? INTEGER_ROWS : most / PANEL_ROWS * PANEL_ROWS;
  // Parts of about equal size, of whole panels.
  const size_t parts = (m + most - 1) / most,
               chunk = ((m + parts - 1) / parts + PANEL_ROWS - 1) / PANEL_ROWS * PANEL_ROWS;
  for (size_t first = 0; first < m; first += chunk) {
    const size_t rows = m - first < chunk ? m - first : chunk;
    const uint8_t *x = (const uint8_t *)input + first * row_bytes;
    if (in_blocks && rows >= 2 * PANEL_ROWS)
      matmul_blocks(w, begin, end, x, rows, y + first * ldy, ldy, accumulate, panel);
    else if (is_integer) matmul_groups(w, begin, end, x, rows, y + first * ldy, ldy, accumulate, panel);
    else matmul_floats(w, begin, end, (const float *)x, rows, y + first * ldy, ldy, accumulate, panel);
  }
}
