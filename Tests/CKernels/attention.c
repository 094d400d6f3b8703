// Attention of training: the output, log Σ exp, and the gradients, against the formulas in double precision.
#include "check.h"

typedef struct {
  size_t heads, kv_heads, dim, length, prefix;
  int sparse;
  size_t window;
  double cap;
} shape;

typedef struct {
  double *o, *lse, *gq, *gk, *gv;
} results;

// Keys [prefix + length][kv_heads·dim], rows ldkv apart; queries and their gradients ldq apart; the results lie dense.
static results reference(const shape *s, size_t queries, const int32_t *positions, const float *q, size_t ldq,
                         const float *k, const float *v, size_t ldkv, const float *go) {
  const size_t width = s->heads * s->dim, keys = s->prefix + s->length, kv_width = s->kv_heads * s->dim;
  const double scale = 1 / sqrt((double)s->dim);
  results r = {doubles(queries * width), doubles(queries * s->heads), doubles(queries * width),
               doubles(keys * kv_width), doubles(keys * kv_width)};
  double *p = doubles(keys), *slope = doubles(keys), *pull = doubles(keys);
  for (size_t i = 0; i < queries; i++)
    for (size_t h = 0; h < s->heads; h++) {
      const size_t kh = h / (s->heads / s->kv_heads) * s->dim, end = s->prefix + (size_t)positions[i] + 1;
      const size_t start = s->window > 0 && end > s->window ? end - s->window : 0;
      const float *qi = q + i * ldq + h * s->dim, *gi = go + i * ldq + h * s->dim;
      double most = -(double)INFINITY, sum = 0, mean = 0;
      for (size_t j = start; j < end; j++) {
        double score = 0;
        for (size_t d = 0; d < s->dim; d++) score += (double)qi[d] * (double)k[j * ldkv + kh + d];
        score *= scale;
        slope[j] = 1;
        if (s->cap != 0) {
          const double t = tanh(score / s->cap);
          score = s->cap * t;
          slope[j] = 1 - t * t;
        }
        p[j] = score;
        if (score > most) most = score;
      }
      for (size_t j = start; j < end; j++) sum += p[j] = exp(p[j] - most);
      r.lse[i * s->heads + h] = most + log(sum);
      for (size_t j = start; j < end; j++) {
        p[j] /= sum;
        pull[j] = 0;
        for (size_t d = 0; d < s->dim; d++) {
          r.o[i * width + h * s->dim + d] += p[j] * (double)v[j * ldkv + kh + d];
          r.gv[j * kv_width + kh + d] += p[j] * (double)gi[d];
          pull[j] += (double)gi[d] * (double)v[j * ldkv + kh + d];
        }
        mean += p[j] * pull[j];
      }
      for (size_t j = start; j < end; j++) {
        const double g = scale * slope[j] * p[j] * (pull[j] - mean);
        for (size_t d = 0; d < s->dim; d++) {
          r.gq[i * width + h * s->dim + d] += g * (double)k[j * ldkv + kh + d];
          r.gk[j * kv_width + kh + d] += g * (double)qi[d];
        }
      }
    }
  return r;
}

static void take(const char *what, const float *found, size_t ld, size_t rows, size_t n, const double *expected) {
  for (size_t i = 0; i < rows; i++) {
    expect_close(what, found + i * ld, expected + i * n, n, 2e-5);
    if (i + 1 < rows && ld > n) expect_untouched(what, found + i * ld + n, ld - n);
  }
}

// Rows of n numbers `value`, ld apart, NaN between them.
static float *rows_of(float value, size_t rows, size_t n, size_t ld) {
  float *x = floats(rows > 0 ? (rows - 1) * ld + n : 0);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < n; j++) x[i * ld + j] = value;
  return x;
}

static void check_case(const lp_isa *kernels, shape s) {
  begin("attention of %zu/%zu heads of %zu, %zu tokens after %zu%s, window %zu, cap %g", s.heads, s.kv_heads, s.dim,
        s.length, s.prefix, s.sparse ? ", one in three" : "", s.window, s.cap);
  int32_t *positions = memory(s.length * 4);
  size_t queries = 0;
  for (size_t i = 0; i < s.length; i++)
    if (!s.sparse || i % 3 == 1) positions[queries++] = (int32_t)i;
  const size_t keys = s.prefix + s.length, width = s.heads * s.dim, ldq = width + 3, kv_width = s.kv_heads * s.dim,
               ldkv = kv_width + 2;
  const float *q = random_floats((queries - 1) * ldq + width, 3), *k = random_floats((keys - 1) * ldkv + kv_width, 1);
  const float *v = random_floats((keys - 1) * ldkv + kv_width, 1), *go = random_floats((queries - 1) * ldq + width, 1);
  const results expected = reference(&s, queries, positions, q, ldq, k, v, ldkv, go);

  float *o = floats((queries - 1) * ldq + width), *lse = floats(queries * s.heads),
        *gq = floats((queries - 1) * ldq + width);
  float *gk = rows_of(1, keys, kv_width, ldkv), *gv = rows_of(1, keys, kv_width, ldkv);
  // A stem and its branch, one behind the other.
  const size_t stem = s.prefix / 3;
  const lp_shared_keys shared[2] = {
      {(int64_t)stem, k, v, gk, gv},
      {(int64_t)(s.prefix - stem), k + stem * ldkv, v + stem * ldkv, gk + stem * ldkv, gv + stem * ldkv},
  };
  const size_t own = s.prefix * ldkv;
  const lp_attention call = {.queries = (int64_t)queries,
                             .length = (int64_t)s.length,
                             .prefix = (int64_t)s.prefix,
                             .heads = (int64_t)s.heads,
                             .kv_heads = (int64_t)s.kv_heads,
                             .head_dim = (int64_t)s.dim,
                             .positions = s.sparse ? positions : 0,
                             .scale = 1 / sqrtf((float)s.dim),
                             .window = (int64_t)s.window,
                             .soft_cap = (float)s.cap,
                             .ldq = (int64_t)ldq,
                             .ldkv = (int64_t)ldkv,
                             .q = q,
                             .k = k + own,
                             .v = v + own,
                             .shared = shared,
                             .shared_count = s.prefix > 0 ? 2 : 0,
                             .o = o,
                             .lse = lse,
                             .go = go,
                             .gq = gq,
                             .gk = gk + own,
                             .gv = gv + own};
  kernels->attention_forward(&call, floats((size_t)kernels->attention_scratch((int64_t)keys, (int64_t)s.dim, 0)));
  take("the output", o, ldq, queries, width, expected.o);
  expect_close("log sum exp", lse, expected.lse, queries * s.heads, 2e-5);
  kernels->attention_backward(&call, floats((size_t)kernels->attention_scratch((int64_t)keys, (int64_t)s.dim, 1)));
  for (size_t i = 0; i < keys * kv_width; i++) expected.gk[i] += 1, expected.gv[i] += 1;
  take("gq", gq, ldq, queries, width, expected.gq);
  take("gk", gk, ldkv, keys, kv_width, expected.gk);
  take("gv", gv, ldkv, keys, kv_width, expected.gv);
}

void check_attention(const lp_isa *k) {
  static const shape cases[] = {
      {1, 1, 8, 1, 0, 0, 0, 0},      {6, 2, 16, 29, 0, 0, 0, 0}, {4, 1, 34, 50, 21, 0, 0, 0},
      {9, 3, 64, 70, 37, 1, 0, 0},   {6, 2, 16, 29, 0, 0, 1, 0}, {4, 1, 34, 150, 61, 0, 40, 0},
      {9, 3, 64, 170, 37, 1, 33, 2}, {2, 2, 8, 130, 5, 0, 0, 5}, {3, 1, 20, 13, 0, 0, 0, 0},
      {5, 5, 4, 97, 11, 0, 12, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check_case(k, cases[i]);
  // Windows whose first key lies anywhere among the tiles of rows and of keys.
  static const size_t windows[] = {6, 17, 20}, prefixes[] = {0, 5, 20, 38};
  for (size_t w = 0; w < 3; w++)
    for (size_t p = 0; p < 4; p++) check_case(k, (shape){3, 3, 8, 140, prefixes[p], p == 2, windows[w], 0});
}
