// Attention of rows of one sequence over a paged cache. How many rows and vectors go together depends on the registers
// and changes no bit.

// Rows of the next tile.
INLINE size_t tile_rows(size_t left, size_t most) {
  if (most == 6 && (left == 6 || left > 8)) return 6;
  return left >= 8 && most >= 8 ? 8 : left >= 4 ? 4 : left;
}

// Scores of R rows: s[r][position] = scale * q[r] . k[position], capped where asked for; -inf outside of what the row sees.
#define ATTENTION_ROWS 8
INLINE void attention_scores(const int R, const lp_attention_row *rows, const float *base, size_t page_stride,
                             size_t head_dim, float scale, float cap, size_t from, size_t pages, float *scores,
                             size_t capacity) {
  for (size_t page = from; page < pages; page++) {
    const float *k = base + (size_t)rows[0].pages[page] * page_stride;
    v16 s[ATTENTION_ROWS];
    UNROLL for (int r = 0; r < R; r++) s[r] = v_all(0);
    for (size_t d = 0; d < head_dim; d++) {
      v16 kv = v_load(k + d * 16);
      UNROLL for (int r = 0; r < R; r++) s[r] = v_fma(kv, v_all(rows[r].q[d]), s[r]);
    }
    UNROLL for (int r = 0; r < R; r++) {
      float *to = scores + r * capacity + page * 16;
      v_store(to, s[r] * v_all(scale));
      if (cap != 0) soft_cap(to, 16, cap);
      const int all = page * 16 >= rows[r].first && page * 16 + 16 <= rows[r].count;
      for (size_t at = page * 16; !all && at < page * 16 + 16; at++)
        if (at >= rows[r].count || at < rows[r].first) to[at - page * 16] = -__builtin_inff();
    }
  }
}

INLINE void attention_values(const int R, const int D, const lp_attention_row *rows, const float *base,
                             size_t page_stride, size_t head_dim, size_t head_pad, size_t from, size_t start,
                             size_t limit, const float *scores, size_t capacity, const float *inverse) {
  v16 o[VALUE_ROWS * VALUE_VECTORS];
  UNROLL for (int i = 0; i < R * D; i++) o[i] = v_all(0);
  for (size_t page = start; page * 16 < limit; page++) {
    const float *v = base + (size_t)rows[0].pages[page] * page_stride + head_pad * 16 + from;
    size_t here = limit - page * 16 < 16 ? limit - page * 16 : 16;
    for (size_t j = 0; j < here; j++) {
      v16 vv[VALUE_VECTORS];
      UNROLL for (int i = 0; i < D; i++) vv[i] = v_load(v + j * head_pad + i * 16);
      UNROLL for (int r = 0; r < R; r++) {
        v16 p = v_all(scores[r * capacity + page * 16 + j]);
        UNROLL for (int i = 0; i < D; i++) o[r * D + i] = v_fma(vv[i], p, o[r * D + i]);
      }
    }
  }
  UNROLL for (int r = 0; r < R; r++) UNROLL for (int i = 0; i < D; i++) {
    size_t at = from + i * 16, n = head_dim - at < 16 ? head_dim - at : 16;
    v16 result = o[r * D + i] * v_all(inverse[r]);
    memcpy(rows[r].out + at, &result, n * 4);
  }
}

static void attention_values_any(size_t row_count, const lp_attention_row *rows, const float *base, size_t page_stride,
                                 size_t head_dim, size_t head_pad, size_t start, size_t limit, const float *scores,
                                 size_t capacity, const float *inverse) {
  for (size_t r = 0; r < row_count;) {
    const size_t step = tile_rows(row_count - r, VALUE_ROWS);
    for (size_t from = 0; from < head_dim;) {
      const size_t vectors = (head_dim - from + 15) / 16;
      const size_t width = vectors >= 4 && VALUE_VECTORS >= 4 ? 4 : vectors >= 2 && VALUE_VECTORS >= 2 ? 2 : 1;
#define VALUES(R, D)                                                                                                   \
  if (step == R && width == D)                                                                                         \
    attention_values(R, D, rows + r, base, page_stride, head_dim, head_pad, from, start, limit, scores + r * capacity, \
                     capacity, inverse + r);
#if VALUE_VECTORS >= 4
      VALUES(4, 4)
      VALUES(4, 2)
      VALUES(3, 4)
      VALUES(3, 2)
      VALUES(2, 4)
      VALUES(2, 2)
      VALUES(1, 4)
      VALUES(1, 2)
#endif
#if VALUE_ROWS >= 6
      VALUES(6, 1)
#endif
      VALUES(4, 1)
      VALUES(3, 1)
      VALUES(2, 1)
      VALUES(1, 1)
#undef VALUES
      from += width * 16;
    }
    r += step;
  }
}

// Rows of one sequence only: all use rows[0].pages.
static void attention(const lp_attention_row *rows, size_t row_count, const float *base, size_t page_stride,
                      size_t head_dim, size_t head_pad, float scale, float cap, float *scores, size_t capacity) {
  for (size_t first = 0; first < row_count; first += ATTENTION_ROWS) {
    const lp_attention_row *these = rows + first;
    size_t n = row_count - first < ATTENTION_ROWS ? row_count - first : ATTENTION_ROWS, limit = 0,
           start = these[0].first / 16;
    for (size_t r = 0; r < n; r++) {
      if (these[r].count > limit) limit = these[r].count;
      if (these[r].first / 16 < start) start = these[r].first / 16;
    }
    size_t pages = (limit + 15) / 16, at = 0;
    while (at < n) {
      const size_t step = tile_rows(n - at, SCORE_ROWS);
#define SCORES(R)                                                                                                      \
  if (step == R)                                                                                                       \
    attention_scores(R, these + at, base, page_stride, head_dim, scale, cap, start, pages, scores + at * capacity,     \
                     capacity);
#if SCORE_ROWS >= 8
      SCORES(8)
#else
      SCORES(6)
#endif
      SCORES(4)
      SCORES(3)
      SCORES(2)
      SCORES(1)
#undef SCORES
      at += step;
    }
    float inverse[ATTENTION_ROWS];
    for (size_t r = 0; r < n; r++) {
      float *s = scores + r * capacity;
      v16 m = v_load(s + start * 16);
      for (size_t page = start + 1; page < pages; page++) m = __builtin_elementwise_max(m, v_load(s + page * 16));
      float t[16], max = -__builtin_inff();
      memcpy(t, &m, 64);
      for (int j = 0; j < 16; j++)
        if (t[j] > max) max = t[j];
      v16 sum = v_all(0);
      for (size_t page = start; page < pages; page++) {
        v16 e = v_exp(v_load(s + page * 16) - v_all(max));
        v_store(s + page * 16, e);
        sum += e;
      }
      inverse[r] = 1.0f / v_sum(sum);
    }
    attention_values_any(n, these, base, page_stride, head_dim, head_pad, start, limit, scores, capacity, inverse);
  }
}
