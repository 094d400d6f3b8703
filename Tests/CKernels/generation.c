// What generation computes between its products.
#include "check.h"

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

// MARK: attention

// More rows than go together, and more pages than are taken at a time.
enum { ROWS = 57, STEP = 7, PAGES = (ROWS * STEP) / 16 + 1 };

// Number d of the keys (or of the values) of a position, from the layouts that lp_inference.h describes.
static double cached(const lp_cache_head *cache, const int32_t *pages, size_t position, size_t d, int of_values) {
  const uint8_t *page = cache->base + (size_t)pages[position / 16] * cache->page_stride;
  const size_t j = position % 16, pad = (cache->head_dim + 15) / 16 * 16;
  if (of_values) page += lp_cache_bytes(cache->type, cache->head_dim);
  uint16_t half;
  if (cache->type == LP_Q8_0) {
    const uint8_t *block = page + d / 32 * LP_CACHE_BLOCK_BYTES;
    memcpy(&half, block + 2 * j, 2);
    const int8_t q = (int8_t)block[32 + (of_values ? j * 32 + d % 32 : d % 32 * 16 + j)];
    return half_value(half) * q;
  }
  const size_t at = of_values ? j * pad + d : d * 16 + j;
  float value;
  if (cache->type == LP_F32) return memcpy(&value, page + 4 * at, 4), (double)value;
  return memcpy(&half, page + 2 * at, 2), half_value(half);
}

// A cache of random numbers. Each page has room behind it that no kernel may read as a number.
static lp_cache_head random_cache(int type, size_t head_dim) {
  const size_t bytes = 2 * lp_cache_bytes(type, head_dim), stride = bytes + 96;
  uint8_t *base = memory((PAGES - 1) * stride + bytes);
  memset(base, 0xFF, (PAGES - 1) * stride + bytes);
  for (size_t page = 0; page < PAGES; page++) {
    uint8_t *at = base + page * stride;
    for (size_t i = 0; i < bytes;) {
      // In q8_0, scales of 2^-8 … 2^-6 and any integers; in f16 numbers of ±2^-4 … ±1.
      const uint16_t half = (uint16_t)(type == LP_Q8_0 ? 0x1C00 + random_bits() % 0x800
                                                       : (random_bits() & 0x8000) + 0x2C00 + random_bits() % 0x1000);
      const float value = random_float();
      if (type == LP_F32) {
        memcpy(at + i, &value, 4);
        i += 4;
      } else if (type == LP_F16 || i % LP_CACHE_BLOCK_BYTES < 32) {
        memcpy(at + i, &half, 2);
        i += 2;
      } else {
        at[i++] = (uint8_t)random_bits();
      }
    }
  }
  return (lp_cache_head){base, stride, head_dim, type};
}

// The same numbers as f32.
static lp_cache_head widened(const lp_cache_head *cache, const int32_t *pages) {
  const size_t pad = (cache->head_dim + 15) / 16 * 16, stride = 2 * 16 * pad * 4;
  uint8_t *base = memory(PAGES * stride);
  for (size_t position = 0; position < PAGES * 16; position++)
    for (size_t d = 0; d < cache->head_dim; d++) {
      float *page = (float *)(base + (size_t)pages[position / 16] * stride);
      page[d * 16 + position % 16] = (float)cached(cache, pages, position, d, 0);
      page[16 * pad + position % 16 * pad + d] = (float)cached(cache, pages, position, d, 1);
    }
  return (lp_cache_head){base, stride, cache->head_dim, LP_F32};
}

static void check_attention_case(const lp_inference_kernels *k, int type, size_t head_dim, size_t window, double cap) {
  begin("attention over pages of %s, heads of %zu, window %zu, cap %g", type_name(type), head_dim, window, cap);
  static int32_t pages[PAGES];
  for (size_t page = 0; page < PAGES; page++) pages[page] = (int32_t)((page * 7 + 4) % PAGES);
  const lp_cache_head cache = random_cache(type, head_dim);
  lp_attention_row rows[ROWS];
  float *outputs[ROWS];
  for (size_t r = 0; r < ROWS; r++) {
    outputs[r] = floats(head_dim);
    const size_t count = r * STEP + 1;
    rows[r] = (lp_attention_row){random_floats(head_dim, 2), outputs[r], pages,
                                 window > 0 && count > window ? count - window : 0, count};
  }
  const float scale = 1 / sqrtf((float)head_dim);
  const size_t capacity = PAGES * 16;
  float *scratch = floats(lp_attention_scratch(capacity, head_dim));
  k->attention(rows, ROWS, &cache, scale, (float)cap, scratch, capacity);
  double *p = doubles(capacity), *expected = doubles(head_dim);
  float *all = floats(ROWS * head_dim);
  for (size_t r = 0; r < ROWS; r++) {
    double most = -(double)INFINITY, sum = 0;
    for (size_t j = rows[r].first; j < rows[r].count; j++) {
      double s = 0;
      for (size_t d = 0; d < head_dim; d++) s += (double)rows[r].q[d] * cached(&cache, pages, j, d, 0);
      s *= (double)scale;
      p[j] = cap != 0 ? cap * tanh(s / cap) : s;
      if (p[j] > most) most = p[j];
    }
    for (size_t j = rows[r].first; j < rows[r].count; j++) sum += p[j] = exp(p[j] - most);
    for (size_t d = 0; d < head_dim; d++) {
      expected[d] = 0;
      for (size_t j = rows[r].first; j < rows[r].count; j++) expected[d] += p[j] / sum * cached(&cache, pages, j, d, 1);
    }
    expect_close("a row", outputs[r], expected, head_dim, 6e-6);
    memcpy(all + r * head_dim, outputs[r], head_dim * 4);
  }
  char name[64];
  snprintf(name, sizeof name, "attention %s %zu %zu %g", type_name(type), head_dim, window, cap);
  digest(name, all, ROWS * head_dim * 4);
  // Alone, and with fewer others, a row is the same.
  for (size_t n = 1; n < 8; n++)
    for (size_t first = 0; first + n <= ROWS; first += n) {
      k->attention(rows + first, n, &cache, scale, (float)cap, scratch, capacity);
      for (size_t r = first; r < first + n; r++)
        expect_same("a row among others", outputs[r], all + r * head_dim, head_dim * 4);
    }
  // Over the same numbers stored as f32, too.
  const lp_cache_head wide = widened(&cache, pages);
  k->attention(rows, ROWS, &wide, scale, (float)cap, scratch, capacity);
  for (size_t r = 0; r < ROWS; r++) expect_same("a row over f32", outputs[r], all + r * head_dim, head_dim * 4);
}

// MARK: norms and activations

static void check_norms(const lp_inference_kernels *k, size_t n) {
  begin("generation's norms of %zu", n);
  const float *x = random_floats(n, 1), *gate = random_floats(n, 5), *w = random_floats(n, 2);
  float *y = floats(n), *z = floats(n), *gated = floats(n);
  k->rmsnorm(x, w, n, 1e-5f, y);
  k->gated_norm(x, gate, w, n, 1e-5f, z);
  memcpy(gated, x, n * 4);
  k->gate_mul(gated, gate, n);
  double squares = 0, *norm = doubles(n), *with_gate = doubles(n), *product = doubles(n);
  for (size_t i = 0; i < n; i++) squares += (double)x[i] * (double)x[i];
  for (size_t i = 0; i < n; i++) {
    const double g = (double)gate[i];
    norm[i] = (double)x[i] / sqrt(squares / (double)n + 1e-5) * (double)w[i];
    with_gate[i] = norm[i] * g * sigmoid(g);
    product[i] = (double)x[i] * sigmoid(g);
  }
  expect_close("rmsnorm", y, norm, n, 1e-6);
  expect_close("gated_norm", z, with_gate, n, 2e-6);
  expect_close("gate_mul", gated, product, n, 1e-6);
  char name[32];
  snprintf(name, sizeof name, "rmsnorm %zu", n);
  digest(name, y, n * 4);
  snprintf(name, sizeof name, "gated_norm %zu", n);
  digest(name, z, n * 4);
  snprintf(name, sizeof name, "gate_mul %zu", n);
  digest(name, gated, n * 4);
  // The largest of them, wherever it lies.
  for (size_t i = 0; i < n; i += n / 5 + 1) {
    float *some = random_floats(n, 1);
    some[i] = 2;
    expect(k->maximum(some, n) == 2, "the maximum");
  }
}

static void check_activations(const lp_inference_kernels *k, size_t pairs) {
  begin("generation's activations of %zu", pairs * 16);
  const size_t n = pairs * 16;
  const float *both = random_floats(2 * n, 9);
  float *silu = floats(n), *gelu = floats(n), *capped = random_floats(n, 60);
  double *by_silu = doubles(n), *by_gelu = doubles(n), *by_cap = doubles(n);
  for (size_t i = 0; i < n; i++) {
    const double g = (double)both[i / 16 * 32 + i % 16], u = (double)both[i / 16 * 32 + 16 + i % 16];
    by_silu[i] = g * sigmoid(g) * u;
    by_gelu[i] = g / 2 * (1 + tanh(sqrt(2 / M_PI) * (g + 0.044715 * g * g * g))) * u;
    by_cap[i] = 30 * tanh((double)capped[i] / 30);
  }
  k->silu_mul(both, pairs, silu);
  k->gelu_mul(both, pairs, gelu);
  k->soft_cap(capped, n, 30);
  expect_close("silu_mul", silu, by_silu, n, 2e-6);
  expect_close("gelu_mul", gelu, by_gelu, n, 4e-6);
  expect_close("soft_cap", capped, by_cap, n, 1e-6);
  digest(pairs == 1 ? "silu_mul 16" : "silu_mul 112", silu, n * 4);
  digest(pairs == 1 ? "gelu_mul 16" : "gelu_mul 112", gelu, n * 4);
  digest(pairs == 1 ? "soft_cap 16" : "soft_cap 112", capped, n * 4);
}

static void check_rotation(const lp_inference_kernels *k, size_t n) {
  begin("generation's rope of %zu", n);
  const float *x = random_floats(n, 1), *c = random_floats(n / 2, 1), *s = random_floats(n / 2, 1);
  float *y = floats(n);
  double *expected = doubles(n);
  for (size_t i = 0; i < n / 2; i++) {
    expected[i] = (double)x[i] * (double)c[i] - (double)x[i + n / 2] * (double)s[i];
    expected[i + n / 2] = (double)x[i + n / 2] * (double)c[i] + (double)x[i] * (double)s[i];
  }
  k->rope(x, c, s, n, y);
  expect_close("y", y, expected, n, 2e-7);
  char name[32];
  snprintf(name, sizeof name, "rope %zu", n);
  digest(name, y, n * 4);
}

static void check_exponentials(const lp_inference_kernels *k) {
  begin("exponentials");
  float *x = floats(1001);
  double exact = 0;
  for (int i = 0; i < 1001; i++) x[i] = (float)i * -0.1f;
  const double sum = k->exponentials(x, 1001, 0);
  for (int i = 0; i < 1001; i++) {
    const double expected = exp((double)((float)i * -0.1f));
    exact += expected;
    expect_near("a value", (double)x[i], expected, 3e-7 * expected + 1.2e-38);
  }
  expect_near("the sum", sum, exact, 1e-5 * exact);
  digest("exponentials", x, 1001 * 4);
  float poisoned[20] = {0};
  poisoned[3] = NAN;
  k->exponentials(poisoned, 20, 0);
  for (int i = 0; i < 20; i++) expect(isnan(poisoned[i]) == (i == 3), "a NaN stays one");
}

// MARK: gated delta nets

static void check_convolve(const lp_inference_kernels *k, size_t n) {
  begin("convolve %zu channels", n);
  const size_t taps = 4, channels = n + 3, tokens = 6;
  float *state = random_floats(2 * channels + n, 1);
  const float *w = random_floats((taps - 1) * channels + n, 1);
  double *past = doubles(3 * channels), *expected = doubles(n);
  for (size_t i = 0; i < 2 * channels + n; i++) past[i] = (double)state[i];
  for (size_t t = 0; t < tokens; t++) {
    const float *x = random_floats(n, 1);
    float *out = floats(n);
    for (size_t c = 0; c < n; c++) {
      double u = (double)w[3 * channels + c] * (double)x[c];
      for (size_t j = 0; j < 3; j++) u += (double)w[j * channels + c] * past[j * channels + c];
      for (size_t j = 0; j < 2; j++) past[j * channels + c] = past[(j + 1) * channels + c];
      past[2 * channels + c] = (double)x[c];
      expected[c] = u * sigmoid(u);
    }
    k->convolve(x, state, w, n, channels, taps, out);
    expect_close("a token", out, expected, n, 1e-6);
    for (size_t j = 0; j < 3; j++)
      for (size_t c = 0; c < n; c++)
        expect((double)state[j * channels + c] == past[j * channels + c], "the state holds the last inputs");
    if (t + 1 == tokens) digest(n == 5 ? "convolve 5" : n == 16 ? "convolve 16" : "convolve 39", out, n * 4);
  }
}

static void check_delta_step(const lp_inference_kernels *k, size_t dk, size_t dv) {
  begin("delta_step of %zu by %zu", dk, dv);
  float *state = random_floats(dk * dv, 1), *out = floats(dv);
  double *exact = doubles(dk * dv), *expected = doubles(dv);
  for (size_t i = 0; i < dk * dv; i++) exact[i] = (double)state[i];
  for (int t = 0; t < 5; t++) {
    const float *q = random_floats(dk, 1), *key = random_floats(dk, 1), *v = random_floats(dv, 1);
    const double decay = 0.9, rate = 0.4;
    double qq = 1e-6, kk = 1e-6;
    for (size_t i = 0; i < dk; i++) qq += (double)q[i] * (double)q[i], kk += (double)key[i] * (double)key[i];
    for (size_t j = 0; j < dv; j++) {
      double seen = 0;
      for (size_t i = 0; i < dk; i++) seen += (exact[i * dv + j] *= decay) * (double)key[i] / sqrt(kk);
      expected[j] = 0;
      for (size_t i = 0; i < dk; i++) {
        exact[i * dv + j] += (double)key[i] / sqrt(kk) * rate * ((double)v[j] - seen);
        expected[j] += exact[i * dv + j] * (double)q[i] / sqrt(qq) / sqrt((double)dk);
      }
    }
    k->delta_step(q, key, v, dk, dv, (float)decay, (float)rate, state, out);
    expect_close("a token", out, expected, dv, 2e-6);
    expect_close("the state", state, exact, dk * dv, 2e-6);
  }
  char name[32];
  snprintf(name, sizeof name, "delta_step %zu %zu", dk, dv);
  digest(name, state, dk * dv * 4);
}

void check_generation(const lp_inference_kernels *k) {
  static const int types[] = {LP_F32, LP_F16, LP_Q8_0};
  static const size_t dims[] = {16, 40, 64, 128}, windows[] = {0, 21}, sizes[] = {1, 5, 16, 37, 64, 579};
  for (size_t t = 0; t < 3; t++)
    for (size_t d = 0; d < 4; d++)
      for (size_t w = 0; w < 2; w++) check_attention_case(k, types[t], dims[d], windows[w], w == 1 ? 3 : 0);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) check_norms(k, sizes[i]);
  check_activations(k, 1);
  check_activations(k, 7);
  check_rotation(k, 2);
  check_rotation(k, 46);
  check_rotation(k, 128);
  check_exponentials(k);
  check_convolve(k, 5);
  check_convolve(k, 16);
  check_convolve(k, 39);
  check_delta_step(k, 16, 16);
  check_delta_step(k, 13, 37);
}
