// Products of inputs rounded to 8 bits: what inference_integer.h computes, with s = max |x| / 127 for a block of 32 columns.
// Sums of integers are exact and sums of floats have the same order there and here, so both give the same bits.
#ifdef LANES_BYTES
// One instruction multiplies 4 codes of 8 rows by 4 inputs, and adds neighbors in 16 bits. It takes the codes as unsigned
// bytes: what a type subtracts from them is subtracted from their sums.
//
// A block of a panel of M rows of X holds 32 columns of each row:
//
//     bytes  0                         32·M       36·M        40·M        44·M           48·M           52·M
//            +-------------------------+----------+-----------+-----------+--------------+--------------+
//            | 8 × M dwords: 4 columns | M scales | M sums of | M times   | M times −32  | M times −32  |
//            | of one row in each      |   f32    | 32 columns| −8 Σ q_x  | Σ of 0 to 15 | Σ of 16 to 31|
//            +-------------------------+----------+-----------+-----------+--------------+--------------+
//
// The last three are integers: what q4_0, and q6_k for its halves, add to the sums of their codes.
#define X_BYTES(M) ((size_t)(M) * 52)
_Static_assert(X_BYTES(1) <= X_BLOCK(1), "a row prepared takes no more than with 16 bits");

// Fours of columns whose sums fit 16 bits: 2 · 127 times the largest code, of each.
INLINE int chain_of(const int type) {
  switch (type) {
    case LP_Q4_0:
    case LP_Q4_1:
    case LP_Q4_K: return 8;  // 8 · 2 · 127 · 15 = 30,480
    default: return 2;       // 2 · 2 · 127 · 63 = 32,004
  }
}

// Codes of four columns as they lie in the stored block, or made before: 8 dwords to a block.
INLINE lanes_u codes_of(const int type, const int made, const row_dwords *q, uint32_t d, const uint32_t s, int at,
                        int lane) {
  return made ? lanes_load(q + at, lane) : codes(type, q, d, s, at / 4, at % 4, lane);
}

// The 16 rows of W take two registers.
enum { BYTE_REGISTERS = 2 };
#define EACH UNROLL for (int v = 0; v < BYTE_REGISTERS; v++) UNROLL for (int m = 0; m < R; m++)

// part [2][R] (+)= the products of the fours of columns [begin, end), whose sums fit 16 bits all together.
INLINE void byte_chain(const int type, const int made, const int R, const int M, const row_dwords *q, uint32_t d,
                       const uint32_t s, const int begin, const int end, const int32_t *fours, const int adds,
                       lanes_i *part) {
  lanes_s sum[BYTE_REGISTERS * 4];
  UNROLL for (int at = begin; at < end; at++) {
    lanes_u c[BYTE_REGISTERS];
    UNROLL for (int v = 0; v < BYTE_REGISTERS; v++) c[v] = codes_of(type, made, q, d, s, at, v * LANES);
    UNROLL for (int m = 0; m < R; m++) {
      const lanes_i x = lanes_all_int(fours[at * M + m]);
      UNROLL for (int v = 0; v < BYTE_REGISTERS; v++) {
        lanes_s *to = &sum[v * R + m];
        *to = at == begin ? bytes_dot(c[v], x) : *to + bytes_dot(c[v], x);
        LANES_KEEP(*to);
      }
    }
  }
  EACH part[v * R + m] = adds ? part[v * R + m] + halves_sum(sum[v * R + m]) : halves_sum(sum[v * R + m]);
}

// The same of two fours, in an order that needs fewer registers.
INLINE void byte_pair(const int type, const int made, const int R, const int M, const row_dwords *q, uint32_t d,
                      const uint32_t s, const int at, const int32_t *fours, const int adds, lanes_i *part) {
  lanes_u c[BYTE_REGISTERS][2];
  UNROLL for (int v = 0; v < BYTE_REGISTERS; v++) UNROLL for (int i = 0; i < 2; i++) c[v][i] =
      codes_of(type, made, q, d, s, at + i, v * LANES);
  UNROLL for (int m = 0; m < R; m++) {
    const lanes_i x0 = lanes_all_int(fours[at * M + m]), x1 = lanes_all_int(fours[(at + 1) * M + m]);
    UNROLL for (int v = 0; v < BYTE_REGISTERS; v++) {
      const lanes_i sum = halves_sum(bytes_dot(c[v][0], x0) + bytes_dot(c[v][1], x1));
      part[v * R + m] = adds ? part[v * R + m] + sum : sum;
      LANES_KEEP(part[v * R + m]);
    }
  }
}

// sums [M][16] = (sums +) `units` units of 16 rows (or blocks of codes made before) by M rows of X, up to 4 at a time.
INLINE void byte_tile(const int type, const int made, const int M, const row_dwords *q, const block_scales *scales,
                      size_t units, const uint8_t *x, float *sums, int start, ahead *next) {
  const int R = M < 4 ? M : 4, split = made ? 1 : split_of(type), blocks = made ? 1 : blocks_of(type);
  // Sums with a scale of their own, and fours in each.
  const int H = type == LP_Q6_K ? 2 : 1, each = 8 / H, minima = kind_of(type) == ONE_SCALE_MINIMUM;
  const int chain = chain_of(type), offset = offset_of(type) != 0;
  for (int first = 0; first < M; first += R, sums += R * 16) {
    lanes_f acc[BYTE_REGISTERS * 4];
    EACH acc[v * R + m] = start ? lanes_all(0) : lanes_floats(sums + m * 16 + v * LANES);
    const row_dwords *unit = q;
    const block_scales *w = scales;
    const uint8_t *xb = x;
    for (size_t left = units; left > 0; left--, unit += made ? 8 : dwords_of(type)) {
      for (uint32_t d = 0; d < (uint32_t)(blocks / split); d++) {
        UNROLL for (int s = 0; s < split; s++, w++, xb += X_BYTES(M)) {
          const int32_t *fours = (const int32_t *)xb + first, *less = fours + (H == 2 ? 11 : 10) * M;
          const float *x_scales = (const float *)(fours + 8 * M), *x_sums = x_scales + M;
          ask(next);
          UNROLL for (int h = 0; h < H; h++) {
            lanes_i part[BYTE_REGISTERS * 4];
            if (offset) EACH part[v * R + m] = lanes_all_int(less[h * M + m]);
            UNROLL for (int at = h * each; at < (h + 1) * each; at += chain) {
              const int adds = offset || at > h * each;
              if (chain == 2) byte_pair(type, made, R, M, unit, d, (uint32_t)s, at, fours, adds, part);
              else byte_chain(type, made, R, M, unit, d, (uint32_t)s, at, at + chain, fours, adds, part);
            }
            EACH acc[v * R + m] = lanes_fma(lanes_floats(w->scale[h] + v * LANES) * lanes_all(x_scales[m]),
                                            __builtin_convertvector(part[v * R + m], lanes_f), acc[v * R + m]);
          }
          if (minima)
            EACH acc[v * R + m] =
                lanes_fma(lanes_floats(w->minimum[0] + v * LANES), lanes_all(x_sums[m]), acc[v * R + m]);
        }
      }
    }
    EACH memcpy(sums + m * 16 + v * LANES, &acc[v * R + m], sizeof acc[0]);
  }
}
#undef EACH

// What is done with one type.
typedef struct {
  load_function load;
  void (*make)(const row_dwords *q, size_t units, row_dwords *to);
  // Of stored blocks, and of codes made before; by tile_index.
  integer_function tiles[2][5];
} byte_type;

// The codes of all blocks of `units` units.
INLINE void make_codes(const int type, const row_dwords *q, size_t units, row_dwords *to) {
  for (size_t unit = 0; unit < units; unit++, q += dwords_of(type))
    for (int d = 0; d < blocks_of(type) / split_of(type); d++)
      UNROLL for (int s = 0; s < split_of(type); s++, to += 8) UNROLL for (int at = 0; at < 8; at++)
          UNROLL for (int lane = 0; lane < 16; lane += LANES) {
        const lanes_u c = codes(type, q, (uint32_t)d, (uint32_t)s, at / 4, at % 4, lane);
        memcpy(&to[at][lane], &c, sizeof c);
      }
}

#define BYTE_TILE(NAME, TYPE, MADE, M)                                                                                 \
  static __attribute__((noinline)) void NAME(const row_dwords *q, const block_scales *scales, size_t units,            \
                                             const uint8_t *x, float *sums, int start, ahead *next) {                  \
    byte_tile(TYPE, MADE, M, q, scales, units, x, sums, start, next);                                                  \
  }
#define BYTE_TYPE(NAME, TYPE)                                                                                          \
  static void make_##NAME(const row_dwords *q, size_t units, row_dwords *to) { make_codes(TYPE, q, units, to); }       \
  BYTE_TILE(bytes_##NAME##_1, TYPE, 0, 1)                                                                              \
  BYTE_TILE(bytes_##NAME##_2, TYPE, 0, 2)                                                                              \
  BYTE_TILE(bytes_##NAME##_4, TYPE, 0, 4)                                                                              \
  BYTE_TILE(bytes_##NAME##_8, TYPE, 0, 8)                                                                              \
  BYTE_TILE(made_##NAME##_1, TYPE, 1, 1)                                                                               \
  BYTE_TILE(made_##NAME##_2, TYPE, 1, 2)                                                                               \
  BYTE_TILE(made_##NAME##_4, TYPE, 1, 4)                                                                               \
  BYTE_TILE(made_##NAME##_8, TYPE, 1, 8)
_Static_assert(PANEL_ROWS == 8, "a whole panel is the last tile");
#define BYTE_TYPES(X)                                                                                                  \
  X(q4_0, LP_Q4_0)                                                                                                     \
  X(q4_1, LP_Q4_1)                                                                                                     \
  X(q4_k, LP_Q4_K)                                                                                                     \
  X(q5_k, LP_Q5_K)                                                                                                     \
  X(q6_k, LP_Q6_K)
BYTE_TYPES(BYTE_TYPE)

static const byte_type byte_types[] = {
#define ENTRY(NAME, TYPE)                                                                                              \
  [TYPE] = {load_##NAME,                                                                                               \
            make_##NAME,                                                                                               \
            {{bytes_##NAME##_1, bytes_##NAME##_2, bytes_##NAME##_4, 0, bytes_##NAME##_8},                              \
             {made_##NAME##_1, made_##NAME##_2, made_##NAME##_4, 0, made_##NAME##_8}}},
    BYTE_TYPES(ENTRY)
#undef ENTRY
};

// From this many rows of X on, making the codes once pays.
INLINE size_t made_from(int type) { return type == LP_Q4_0 || type == LP_Q4_1 || type == LP_Q4_K ? 2 * PANEL_ROWS : 8; }

// The sums [m][16] of a group with a stretch of its columns.
static void add_bytes(const lp_weights *w, size_t group, stretch columns, int makes, const uint8_t *x, size_t row_bytes,
                      size_t m, float *sums, ahead *next, scratch *s) {
  const byte_type *type = &byte_types[w->type];
  size_t count;
  const uint8_t *row = group_rows(w, group, &count) + columns.offset;
  load_stretch(type->load, w, row, count, columns.units, s);
  if (makes) type->make(s->stored, columns.units, s->wide);
  for (size_t i = 0; i < m;) {
    const size_t some = panel_rows(m - i);
    type->tiles[makes][tile_index(some)](
        makes ? s->wide : s->stored, s->scales, makes ? columns.columns / 32 : columns.units,
        x + i * row_bytes + columns.column / 32 * X_BYTES(some), sums + i * 16, columns.column == 0, next);
    i += some;
  }
}

// As matmul cuts a product of quantized weights: a group after another of few rows of X, a stretch of some groups and then
// the next stretch of many.
static void matmul_bytes(const lp_weights *w, size_t begin, size_t end, const void *input, size_t m, float *y,
                         size_t ldy, int accumulate, void *panel) {
  // Rows that lie side by side would be read as other numbers.
  if (w->arranged) __builtin_trap();
  scratch *s = panel;
  const size_t row_bytes = lp_prepared_row_bytes(1, w->cols), bytes = 16 * w->row_bytes;
  const size_t parts = (m + INTEGER_ROWS - 1) / INTEGER_ROWS,
               chunk = ((m + parts - 1) / parts + PANEL_ROWS - 1) / PANEL_ROWS * PANEL_ROWS;
  for (size_t from = 0; from < m; from += chunk, y += chunk * ldy) {
    const size_t rows = m - from < chunk ? m - from : chunk;
    const uint8_t *x = (const uint8_t *)input + from * row_bytes;
    const int makes = rows >= made_from(w->type), is_few = rows < 2 * PANEL_ROWS;
    const size_t most = makes ? MANY_COLUMNS : FEW_COLUMNS, together = is_few ? 1 : INTEGER_GROUPS;
    for (size_t first = begin; first < end; first += together) {
      const size_t groups = end - first < together ? end - first : together;
      size_t count;
      const uint8_t *following = group_rows(w, first, &count) + bytes;
      ahead next = {following, is_few && first + 1 < end ? following + bytes : following, bytes / (w->cols / 32) + 1};
      for (size_t k = 0; k < w->cols; k += most) {
        const stretch columns = stretch_at(w, k, most);
        const int is_last = k + most >= w->cols;
        const stretch later = stretch_at(w, is_last ? 0 : k + most, most);
        for (size_t g = 0; g < groups; g++) {
          add_bytes(w, first + g, columns, makes, x, row_bytes, rows, s->sums + g * rows * 16, &next, s);
          const size_t after = first + g + (is_last ? together : 0);
          if (!is_few && after < end) ask_for_stretch(w, after, later);
        }
      }
      for (size_t g = 0; g < groups; g++)
        store_sums(s->sums + g * rows * 16, 1, rows, y + (first + g) * 16, ldy, accumulate);
    }
  }
}

// Quantizes 32 columns of row `i` of a panel of n rows.
INLINE void quantize_bytes(const float *x, size_t n, size_t i, uint8_t *out) {
  i16v integers[2];
  const float scale = round_block(x, 127, integers);
  const int32_t first = __builtin_reduce_add(integers[0]), second = __builtin_reduce_add(integers[1]);
  int8_t bytes[32];
  for (int half = 0; half < 2; half++) {
    const b16v narrow = __builtin_convertvector(integers[half], b16v);
    memcpy(bytes + half * 16, &narrow, 16);
  }
  for (size_t four = 0; four < 8; four++) memcpy(out + (four * n + i) * 4, bytes + four * 4, 4);
  const float floats[2] = {scale, scale * (float)(first + second)};
  const int32_t less[3] = {-8 * (first + second), -32 * first, -32 * second};
  for (size_t j = 0; j < 2; j++) memcpy(out + (32 + 4 * j) * n + i * 4, &floats[j], 4);
  for (size_t j = 0; j < 3; j++) memcpy(out + (40 + 4 * j) * n + i * 4, &less[j], 4);
}

static void prepare_bytes(const float *x, size_t ldx, size_t m, size_t cols, void *out) {
  for (size_t row = 0; row < m;) {
    const size_t n = panel_rows(m - row);
    uint8_t *to = (uint8_t *)out + row * lp_prepared_row_bytes(1, cols);
    for (size_t b = 0; b < cols / 32; b++)
      for (size_t i = 0; i < n; i++) quantize_bytes(x + (row + i) * ldx + b * 32, n, i, to + b * X_BYTES(n));
    row += n;
  }
}
#else
// By the kernels for 16 bits, whose integers are then small.
static void matmul_bytes(const lp_weights *w, size_t begin, size_t end, const void *input, size_t m, float *y,
                         size_t ldy, int accumulate, void *panel) {
  matmul(w, begin, end, input, m, y, ldy, accumulate, panel);
}
static void prepare_bytes(const float *x, size_t ldx, size_t m, size_t cols, void *out) {
  quantize_rows(x, ldx, 127, m, cols, out);
}
#endif
