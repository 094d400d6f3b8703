// Attention of rows of one sequence over a paged cache.
//
// For a row q that sees the positions first..<count, with keys k and values v as f32 numbers:
//
//     s[p] = cap(scale * chain of fma over the dimensions of k[p] q)       m = max of s
//     e[p] = exp(s[p] - m)                                                 sum of e: 16 lanes over the pages, then a tree
//     out  = chain of fma over the positions of v[p] e[p], times 1 / sum
//
// These chains are a row's own. So which rows go together, in what parts the positions are taken, and how many sums fit the
// registers changes no bit.
//
//     pages     ├─ stretch ─┤─ stretch ─┤ …        keys (or values) of a stretch stay in the second-level cache
//     rows      tile │ tile │ … of up to 48        while all tiles of rows are multiplied by them
//
// Legend: R rows of a tile; P pages or D vectors of 16 dimensions that go with them in registers.

// Pages of a stretch, and pages whose values are added before the next dimensions' turn.
#define STRETCH 16
#define VALUE_PAGES 4

typedef int8_t b16v __attribute__((vector_size(16)));

INLINE v16 v_i8(const uint8_t *p) {
  b16v v;
  memcpy(&v, p, 16);
  return __builtin_convertvector(__builtin_convertvector(v, i16v), v16);
}

// Rows of the next tile.
INLINE size_t tile_rows(size_t left, size_t most) {
  if (most == 6 && (left == 6 || left > 8)) return 6;
  return left >= 8 && most >= 8 ? 8 : left >= 4 ? 4 : left;
}

// Sums of R rows of which ATTENTION_SUMS fit the registers: how many go side by side.
INLINE int side_by_side(const int R) { return ATTENTION_SUMS / R >= 4 ? 4 : ATTENTION_SUMS / R >= 2 ? 2 : 1; }

// What all parts of one call share.
typedef struct {
  lp_cache_head cache;
  size_t head_pad, values;  // dimensions rounded up to 16; bytes from a head's keys to its values
  float scale, cap;
  size_t capacity;
  float *scores;   // [LP_ATTENTION_ROWS][capacity]
  float *largest;  // [LP_ATTENTION_ROWS][16]: largest scores by lane
  float *sums;     // [LP_ATTENTION_ROWS][16]: sums of exponentials by lane
  float *out;      // [LP_ATTENTION_ROWS][head_pad]: sums of values
} attention_call;

INLINE const uint8_t *page_of(const attention_call *a, const lp_attention_row *rows, size_t page) {
  return a->cache.base + (size_t)rows[0].pages[page] * a->cache.page_stride;
}

// MARK: scores

// out [P][R]: the chains of P pages that begin at `page`. The next P pages before `to` are asked for meanwhile: pages are too
// short for the processor to see them coming.
INLINE void score_chains(const int type, const int R, const int P, const attention_call *a,
                         const lp_attention_row *rows, size_t page, size_t to, v16 *out) {
  const size_t n = a->cache.head_dim;
  const uint8_t *k[4], *next[4];
  v16 s[MAX_TILE];
  UNROLL for (int p = 0; p < P; p++) {
    const size_t after = page + (size_t)(P + p);
    k[p] = page_of(a, rows, page + (size_t)p);
    next[p] = after < to ? page_of(a, rows, after) : k[p];
  }
  UNROLL for (int i = 0; i < R * P; i++) s[i] = v_all(0);
  if (type == LP_Q8_0) {
    for (size_t block = 0; block < n; block += 32) {
      const size_t here = n - block < 32 ? n - block : 32;
      v16 scale[4];
      UNROLL for (int p = 0; p < P; p++) scale[p] = v_f16(k[p]);
      for (size_t d = 0; d < here; d++) {
        UNROLL for (int p = 0; p < P; p++) {
          const v16 kv = v_i8(k[p] + 32 + d * 16) * scale[p];
          __builtin_prefetch(next[p] + d * 16);
          UNROLL for (int r = 0; r < R; r++) s[p * R + r] = v_fma(kv, v_all(rows[r].q[block + d]), s[p * R + r]);
        }
      }
      UNROLL for (int p = 0; p < P; p++) {
        k[p] += LP_CACHE_BLOCK_BYTES;
        next[p] += LP_CACHE_BLOCK_BYTES;
      }
    }
  } else {
    for (size_t d = 0; d < n; d++) {
      UNROLL for (int p = 0; p < P; p++) {
        const v16 kv = plain_weights(type, k[p] + d * plain_bytes(type));
        __builtin_prefetch(next[p] + d * plain_bytes(type));
        UNROLL for (int r = 0; r < R; r++) s[p * R + r] = v_fma(kv, v_all(rows[r].q[d]), s[p * R + r]);
      }
    }
  }
  UNROLL for (int i = 0; i < R * P; i++) out[i] = s[i];
}

// Scores of R rows, of which this is the first, in pages from..<to: -inf outside of what a row sees.
INLINE void attention_scores(const int type, const int R, const attention_call *a, const lp_attention_row *rows,
                             size_t row, size_t from, size_t to) {
  const int P = side_by_side(R);
  for (size_t page = from; page < to;) {
    v16 s[MAX_TILE];
    const size_t taken = P > 1 && page + (size_t)P <= to ? (size_t)P : 1;
    if (taken > 1) score_chains(type, R, P, a, rows, page, to, s);
    else score_chains(type, R, 1, a, rows, page, to, s);
    for (size_t i = 0; i < taken; i++, page++) {
      for (int r = 0; r < R; r++) {
        float *score = a->scores + (row + (size_t)r) * a->capacity + page * 16;
        v_store(score, s[i * (size_t)R + (size_t)r] * v_all(a->scale));
        if (a->cap != 0) soft_cap(score, 16, a->cap);
        const int all = page * 16 >= rows[r].first && page * 16 + 16 <= rows[r].count;
        for (size_t at = page * 16; !all && at < page * 16 + 16; at++)
          if (at >= rows[r].count || at < rows[r].first) score[at - page * 16] = -__builtin_inff();
        float *largest = a->largest + (row + (size_t)r) * 16;
        v_store(largest, __builtin_elementwise_max(v_load(largest), v_load(score)));
      }
    }
  }
}

// MARK: values

// Adds the values of positions from..<to of D vectors of dimensions, of which `at` is the first, to the sums of R rows. Pages
// that come VALUE_PAGES later, before `limit`, are asked for meanwhile.
INLINE void attention_values(const int type, const int R, const int D, const attention_call *a,
                             const lp_attention_row *rows, size_t row, size_t at, size_t from, size_t to,
                             size_t limit) {
  v16 o[MAX_TILE];
  float *sums = a->out + row * a->head_pad + at;
  const float *weights = a->scores + row * a->capacity;
  UNROLL for (int r = 0; r < R; r++) UNROLL for (int i = 0; i < D; i++) o[r * D + i] =
      v_load(sums + (size_t)r * a->head_pad + i * 16);
  for (size_t position = from; position < to;) {
    const size_t page = position / 16, end = page * 16 + 16 < to ? page * 16 + 16 : to;
    const uint8_t *v = page_of(a, rows, page) + a->values;
    const size_t after = page + VALUE_PAGES;
    const uint8_t *next = after * 16 < limit ? page_of(a, rows, after) + a->values : v;
    float scale[2][16];
    if (type == LP_Q8_0) {
      v += at / 32 * LP_CACHE_BLOCK_BYTES;
      next += at / 32 * LP_CACHE_BLOCK_BYTES;
      UNROLL for (int b = 0; b < (D + 1) / 2; b++) v_store(scale[b], v_f16(v + b * LP_CACHE_BLOCK_BYTES));
    }
    for (; position < end; position++) {
      const size_t j = position % 16;
      UNROLL for (int i = 0; i < D; i++) {
        const size_t place = type == LP_Q8_0
                                 ? (size_t)i / 2 * LP_CACHE_BLOCK_BYTES + 32 + j * 32 + (at + (size_t)i * 16) % 32
                                 : ((j * a->head_pad + at) / 16 + (size_t)i) * plain_bytes(type);
        const v16 value = type == LP_Q8_0 ? v_i8(v + place) * v_all(scale[i / 2][j]) : plain_weights(type, v + place);
        __builtin_prefetch(next + place);
        UNROLL for (int r = 0; r < R; r++) o[r * D + i] =
            v_fma(value, v_all(weights[(size_t)r * a->capacity + position]), o[r * D + i]);
      }
    }
  }
  UNROLL for (int r = 0; r < R; r++) UNROLL for (int i = 0; i < D; i++)
      v_store(sums + (size_t)r * a->head_pad + i * 16, o[r * D + i]);
}

// The same of all dimensions, some pages at a time.
INLINE void attention_all_values(const int type, const int R, const attention_call *a, const lp_attention_row *rows,
                                 size_t row, size_t from, size_t to) {
  const int D = side_by_side(R);
  while (from < to) {
    const size_t pages = from / 16 + VALUE_PAGES, end = pages * 16 < to ? pages * 16 : to;
    for (size_t at = 0; at < a->head_pad;) {
      const size_t vectors = (a->head_pad - at) / 16;
      // Widths never grow, so that two vectors begin where a block of 32 does.
      if (D >= 4 && vectors >= 4) {
        attention_values(type, R, 4, a, rows, row, at, from, end, to);
        at += 64;
      } else if (D >= 2 && vectors >= 2) {
        attention_values(type, R, 2, a, rows, row, at, from, end, to);
        at += 32;
      } else {
        attention_values(type, R, 1, a, rows, row, at, from, end, to);
        at += 16;
      }
    }
    from = end;
  }
}

// The same of one row.
static void attention_row_values(const attention_call *a, const lp_attention_row *rows, size_t row, size_t from,
                                 size_t to) {
  switch (a->cache.type) {
    case LP_F16: attention_all_values(LP_F16, 1, a, rows, row, from, to); break;
    case LP_Q8_0: attention_all_values(LP_Q8_0, 1, a, rows, row, from, to); break;
    default: attention_all_values(LP_F32, 1, a, rows, row, from, to); break;
  }
}

// Exponentials of the scores of positions from..<to (whole pages) of R rows, and their values added.
INLINE void attention_weighted(const int type, const int R, const attention_call *a, const lp_attention_row *rows,
                               size_t row, size_t from, size_t to, const float *maximum) {
  size_t common = to;
  for (int r = 0; r < R; r++) {
    float *score = a->scores + (row + (size_t)r) * a->capacity, *sum = a->sums + (row + (size_t)r) * 16;
    v16 total = v_load(sum);
    for (size_t at = from; at < to && at < rows[r].count; at += 16) {
      const v16 e = v_exp(v_load(score + at) - v_all(maximum[r]));
      v_store(score + at, e);
      total += e;
    }
    v_store(sum, total);
    if (rows[r].count < common) common = rows[r].count;
  }
  attention_all_values(type, R, a, rows, row, from, common);
  // A later row's own positions are nothing to an earlier one: not even a NaN there.
  for (size_t r = 0; r < (size_t)R; r++)
    attention_row_values(a, rows + r, row + r, common > from ? common : from, rows[r].count < to ? rows[r].count : to);
}

// MARK: rows

// Up to LP_ATTENTION_ROWS rows.
INLINE void attention_rows(const int type, const attention_call *a, const lp_attention_row *rows, size_t n) {
  size_t limit = 0, start = rows[0].first / 16;
  for (size_t r = 0; r < n; r++) {
    if (rows[r].count > limit) limit = rows[r].count;
    if (rows[r].first / 16 < start) start = rows[r].first / 16;
    v_store(a->largest + r * 16, v_all(-__builtin_inff()));
    v_store(a->sums + r * 16, v_all(0));
    memset(a->out + r * a->head_pad, 0, a->head_pad * 4);
  }
  const size_t pages = (limit + 15) / 16;
  float maximum[LP_ATTENTION_ROWS];
  // Both ways over the positions: a tile sees the pages from its first row's to its last row's that lie in the stretch.
  for (int way = 0; way < 2; way++) {
    for (size_t from = start; from < pages; from += STRETCH) {
      const size_t to = from + STRETCH < pages ? from + STRETCH : pages;
      for (size_t row = 0; row < n;) {
        const size_t step = tile_rows(n - row, way == 0 ? SCORE_ROWS : VALUE_ROWS);
        size_t first = to, last = from;
        for (size_t r = row; r < row + step; r++) {
          const size_t begins = rows[r].first / 16, ends = (rows[r].count + 15) / 16;
          if (begins < first) first = begins;
          if (ends > last) last = ends;
        }
        first = first > from ? first : from;
        last = last < to ? last : to;
#define TILE(R)                                                                                                        \
  if (step == R) {                                                                                                     \
    if (way == 0) attention_scores(type, R, a, rows + row, row, first, last);                                          \
    else attention_weighted(type, R, a, rows + row, row, first * 16, last * 16, maximum + row);                        \
  }
#if SCORE_ROWS >= 8
        if (step == 8) attention_scores(type, 8, a, rows + row, row, first, last);
#else
        TILE(6)
#endif
        TILE(4)
        TILE(3)
        TILE(2)
        TILE(1)
#undef TILE
        row += step;
      }
    }
    for (size_t r = 0; way == 0 && r < n; r++) {
      maximum[r] = a->largest[r * 16];
      for (int lane = 1; lane < 16; lane++)
        if (a->largest[r * 16 + (size_t)lane] > maximum[r]) maximum[r] = a->largest[r * 16 + (size_t)lane];
    }
  }
  for (size_t r = 0; r < n; r++) {
    const v16 inverse = v_all(1.0f / v_sum(v_load(a->sums + r * 16)));
    for (size_t at = 0; at < a->cache.head_dim; at += 16) {
      const size_t left = a->cache.head_dim - at;
      const v16 result = v_load(a->out + r * a->head_pad + at) * inverse;
      memcpy(rows[r].out + at, &result, (left < 16 ? left : 16) * 4);
    }
  }
}

static void attention_f32(const attention_call *a, const lp_attention_row *rows, size_t n) {
  attention_rows(LP_F32, a, rows, n);
}
static void attention_f16(const attention_call *a, const lp_attention_row *rows, size_t n) {
  attention_rows(LP_F16, a, rows, n);
}
static void attention_q8_0(const attention_call *a, const lp_attention_row *rows, size_t n) {
  attention_rows(LP_Q8_0, a, rows, n);
}

static void attention(const lp_attention_row *rows, size_t row_count, const lp_cache_head *cache, float scale,
                      float cap, float *scratch, size_t capacity) {
  // Rows of scores lie as close as they can, so that a short conversation touches little of a long context's scratch.
  size_t most = 0;
  for (size_t i = 0; i < row_count; i++) most = rows[i].count > most ? rows[i].count : most;
  most = (most + 15) / 16 * 16;
  if (most < capacity) capacity = most;
  attention_call a = {.cache = *cache,
                      .head_pad = (cache->head_dim + 15) / 16 * 16,
                      .values = lp_cache_bytes(cache->type, cache->head_dim),
                      .scale = scale,
                      .cap = cap,
                      .capacity = capacity,
                      .scores = scratch};
  a.largest = a.scores + LP_ATTENTION_ROWS * capacity;
  a.sums = a.largest + LP_ATTENTION_ROWS * 16;
  a.out = a.sums + LP_ATTENTION_ROWS * 16;
  for (size_t first = 0; first < row_count; first += LP_ATTENTION_ROWS) {
    const size_t n = row_count - first < LP_ATTENTION_ROWS ? row_count - first : LP_ATTENTION_ROWS;
    switch (cache->type) {
      case LP_F16: attention_f16(&a, rows + first, n); break;
      case LP_Q8_0: attention_q8_0(&a, rows + first, n); break;
      default: attention_f32(&a, rows + first, n); break;
    }
  }
}
