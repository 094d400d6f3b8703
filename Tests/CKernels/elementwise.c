// Norms, rotation, activations, loss and optimizer of training. Gradients are compared with central differences of the
// formulas in double precision.
#include "check.h"

static const double step = 1e-5;

static double silu(double x) { return x / (1 + exp(-x)); }
static double gelu(double x) { return x / 2 * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }
static double slope(double (*f)(double), double x) { return (f(x + step) - f(x - step)) / (2 * step); }

static void check_norm(const lp_isa *k, size_t rows, size_t n) {
  begin("rms_norm of %zu rows of %zu", rows, n);
  const size_t ldx = n + 2, ldy = n + 3;
  const double eps = 1e-5;
  const float *x = random_floats((rows - 1) * ldx + n, 1), *gy = random_floats((rows - 1) * ldy + n, 1);
  float *w = random_floats(n, 1), *y = floats((rows - 1) * ldy + n);
  for (size_t i = 0; i < n; i++) w[i] += 1;
  k->rms_norm((int64_t)rows, (int64_t)n, 1e-5f, x, (int64_t)ldx, w, y, (int64_t)ldy);
  float *gx[2];
  for (int accumulate = 0; accumulate < 2; accumulate++) {
    gx[accumulate] = floats((rows - 1) * ldx + n);
    for (size_t r = 0; accumulate && r < rows; r++)
      for (size_t i = 0; i < n; i++) gx[1][r * ldx + i] = 1;
    k->rms_norm_backward((int64_t)rows, (int64_t)n, 1e-5f, x, (int64_t)ldx, w, gy, (int64_t)ldy, gx[accumulate],
                         (int64_t)ldx, accumulate);
  }
  double *expected = doubles(n), *gradient = doubles(n);
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * ldx, *g = gy + r * ldy;
    double squares = 0;
    for (size_t i = 0; i < n; i++) squares += (double)row[i] * (double)row[i];
    const double size = sqrt(squares / (double)n + eps);
    for (size_t i = 0; i < n; i++) expected[i] = (double)row[i] / size * (double)w[i];
    // What ⟨g, norm(x)⟩ gains when x[i] moves.
    for (size_t i = 0; i < n; i++) {
      double moved[2];
      for (int sign = 0; sign < 2; sign++) {
        const double xi = (double)row[i] + (sign ? step : -step);
        const double other = sqrt((squares - (double)row[i] * (double)row[i] + xi * xi) / (double)n + eps);
        moved[sign] = (double)g[i] * (double)w[i] * xi / other;
        for (size_t j = 0; j < n; j++)
          if (j != i) moved[sign] += (double)g[j] * (double)w[j] * (double)row[j] / other;
      }
      gradient[i] = (moved[1] - moved[0]) / (2 * step);
    }
    expect_close("y", y + r * ldy, expected, n, 2e-5);
    expect_close("gx", gx[0] + r * ldx, gradient, n, 2e-5);
    for (size_t i = 0; i < n; i++) gradient[i] += 1;
    expect_close("gx added", gx[1] + r * ldx, gradient, n, 2e-5);
    if (r + 1 < rows) expect_untouched("y", y + r * ldy + n, ldy - n), expect_untouched("gx", gx[0] + r * ldx + n, 2);
  }
}

static void check_rope(const lp_isa *k) {
  begin("rope");
  const size_t rows = 5, heads = 3, dim = 22, half = dim / 2, ld = heads * dim + 1;
  const int32_t positions[5] = {0, 3, 1, 6, 2};
  float *x = random_floats((rows - 1) * ld + heads * dim, 1), *cosine = floats(7 * half), *sine = floats(7 * half);
  float *before = floats((rows - 1) * ld + heads * dim);
  memcpy(before, x, ((rows - 1) * ld + heads * dim) * 4);
  for (size_t i = 0; i < 7 * half; i++) {
    const double angle = (double)(i / half) * pow(100, -(double)(i % half) / (double)half);
    cosine[i] = (float)cos(angle), sine[i] = (float)sin(angle);
  }
  k->rope((int64_t)rows, (int64_t)heads, (int64_t)dim, positions, cosine, sine, 1, x, (int64_t)ld);
  for (size_t r = 0; r < rows; r++)
    for (size_t h = 0; h < heads; h++)
      for (size_t i = 0; i < half; i++) {
        const size_t at = r * ld + h * dim + i, p = (size_t)positions[r] * half + i;
        const double a = (double)before[at], b = (double)before[at + half], c = (double)cosine[p], s = (double)sine[p];
        expect_near("the first of a pair", (double)x[at], a * c - b * s, 3e-7);
        expect_near("the second of a pair", (double)x[at + half], b * c + a * s, 3e-7);
      }
  k->rope((int64_t)rows, (int64_t)heads, (int64_t)dim, positions, cosine, sine, -1, x, (int64_t)ld);
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < heads * dim; i++)
      expect_near("rotated back", (double)x[r * ld + i], (double)before[r * ld + i], 6e-7);
}

static void check_gated(const lp_isa *k, size_t n, int is_gelu) {
  begin("%s_multiply of %zu", is_gelu ? "gelu" : "silu", n);
  double (*f)(double) = is_gelu ? gelu : silu;
  const float *gate = random_floats(n, 9), *up = random_floats(n, 1), *gy = random_floats(n, 1);
  float *y = floats(n), *ggate = floats(n), *gup = floats(n);
  (is_gelu ? k->gelu_multiply : k->silu_multiply)((int64_t)n, gate, up, y);
  (is_gelu ? k->gelu_multiply_backward : k->silu_multiply_backward)((int64_t)n, gate, up, gy, ggate, gup);
  double *expected = doubles(n), *by_gate = doubles(n), *by_up = doubles(n);
  for (size_t i = 0; i < n; i++) {
    expected[i] = f((double)gate[i]) * (double)up[i];
    by_gate[i] = (double)gy[i] * (double)up[i] * slope(f, (double)gate[i]);
    by_up[i] = (double)gy[i] * f((double)gate[i]);
  }
  expect_close("y", y, expected, n, 2e-6);
  expect_close("ggate", ggate, by_gate, n, 4e-6);
  expect_close("gup", gup, by_up, n, 2e-6);
  // The gradient may take the place of what it is computed from.
  float *both = floats(n);
  memcpy(both, gy, n * 4);
  (is_gelu ? k->gelu_multiply_backward : k->silu_multiply_backward)((int64_t)n, gate, up, both, both, gup);
  expect_same("ggate in the place of gy", both, ggate, n * 4);
}

static void check_soft_cap(const lp_isa *k, size_t n) {
  begin("soft_cap of %zu", n);
  float *x = random_floats(n, 60);
  double *expected = doubles(n);
  for (size_t i = 0; i < n; i++) expected[i] = 20 * tanh((double)x[i] / 20);
  k->soft_cap((int64_t)n, 20, x);
  expect_close("x", x, expected, n, 1e-6);
}

static void check_loss(const lp_isa *k, size_t vocabulary, double cap, double scale) {
  begin("cross_entropy over %zu, cap %g, scale %g", vocabulary, cap, scale);
  const size_t rows = 5, ld = vocabulary + 1;
  float *logits = random_floats((rows - 1) * ld + vocabulary, 30), *before = floats((rows - 1) * ld + vocabulary);
  int32_t targets[5];
  double losses[5], *expected = doubles(vocabulary);
  uint8_t hits[5] = {9, 9, 9, 9, 9};
  for (size_t r = 0; r < rows; r++) {
    if (r > 0) logits[r * ld - 1] = NAN;
    targets[r] = (int32_t)(r * 7 % vocabulary);
    if (r == 1) logits[ld + (size_t)targets[1]] = 40;                       // a hit
    if (r == 2) logits[2 * ld] = logits[2 * ld + (size_t)targets[2]] = 45;  // a tie with the first
  }
  memcpy(before, logits, ((rows - 1) * ld + vocabulary) * 4);
  k->cross_entropy((int64_t)rows, (int64_t)vocabulary, logits, (int64_t)ld, targets, (float)scale, (float)cap, losses,
                   hits);
  for (size_t r = 0; r < rows; r++) {
    const float *row = before + r * ld;
    const size_t target = (size_t)targets[r];
    double most = -(double)INFINITY, sum = 0;
    size_t first = 0;
#define LOGIT(i) (cap != 0 ? cap * tanh((double)row[i] / cap) : (double)row[i])
    for (size_t i = 0; i < vocabulary; i++)
      if (LOGIT(i) > most) most = LOGIT(i), first = i;
    for (size_t i = 0; i < vocabulary; i++) sum += exp(LOGIT(i) - most);
    const double loss = log(sum) + most - LOGIT(target);
    expect_near("a loss", losses[r], loss, 1e-5 * (1 + loss));
    // With a cap, logits that differ may become equal in f32.
    if (cap == 0) expect(hits[r] == (first == target), "a hit is the first largest logit");
    for (size_t i = 0; scale != 0 && i < vocabulary; i++) {
      const double u = cap != 0 ? tanh((double)row[i] / cap) : 0;
      expected[i] = scale * (exp(LOGIT(i) - most) / sum - (i == target)) * (1 - u * u);
    }
#undef LOGIT
    if (scale != 0) expect_close("the gradient", logits + r * ld, expected, vocabulary, 2e-6);
    if (r + 1 < rows) expect_untouched("logits", logits + r * ld + vocabulary, 1);
  }
}

static void check_optimizer(const lp_isa *k) {
  begin("adamw");
  enum { COUNT = 37 };
  float *p = random_floats(COUNT, 1), *m = floats(COUNT), *v = floats(COUNT);
  double exact_p[COUNT], exact_m[COUNT] = {0}, exact_v[COUNT] = {0};
  for (int i = 0; i < COUNT; i++) m[i] = v[i] = 0, exact_p[i] = (double)p[i];
  for (int t = 1; t <= 5; t++) {
    const double c1 = 1 - pow(0.9, t), c2 = 1 - pow(0.95, t);
    const lp_adamw s = {1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, (float)c1, (float)sqrt(c2)};
    const float *g = random_floats(COUNT, 1);
    k->adamw(COUNT, &s, 0.5f, g, p, m, v);
    for (int i = 0; i < COUNT; i++) {
      const double gi = (double)g[i] / 2;
      exact_m[i] = 0.9 * exact_m[i] + 0.1 * gi;
      exact_v[i] = 0.95 * exact_v[i] + 0.05 * gi * gi;
      exact_p[i] -= 1e-2 * 0.1 * exact_p[i] + 1e-2 * (exact_m[i] / c1) / (sqrt(exact_v[i] / c2) + 1e-8);
    }
  }
  expect_close("p", p, exact_p, COUNT, 2e-6);
}

static void check_simple(const lp_isa *k) {
  for (size_t n = 1; n < 70; n += 11) {
    begin("add, add_bias, scale and square_sum of %zu", n);
    const size_t rows = 3, ld = n + 1;
    const float *x = random_floats(n, 1), *b = random_floats(n, 1);
    float *y = random_floats(n, 1), *z = floats(n), *sums = floats((rows - 1) * ld + n), *product = floats(n);
    double squares = 0;
    for (size_t i = 0; i < n; i++) z[i] = y[i] + x[i];
    k->add((int64_t)n, x, y);
    expect_same("add", y, z, n * 4);
    for (size_t r = 0; r < rows; r++)
      for (size_t i = 0; i < n; i++) sums[r * ld + i] = x[i];
    k->add_bias((int64_t)rows, (int64_t)n, b, sums, (int64_t)ld);
    for (size_t i = 0; i < n; i++) z[i] = x[i] + b[i];
    for (size_t r = 0; r < rows; r++) expect_same("add_bias", sums + r * ld, z, n * 4);
    k->scale((int64_t)n, 0.3f, x, product);
    for (size_t i = 0; i < n; i++) z[i] = x[i] * 0.3f, squares += (double)x[i] * (double)x[i];
    expect_same("scale", product, z, n * 4);
    expect_near("square_sum", k->square_sum((int64_t)n, x), squares, 1e-13 * squares);
  }
  begin("dropout");
  const size_t n = 20000;
  float *ones = floats(n), *first = floats(n);
  for (size_t i = 0; i < n; i++) ones[i] = 1;
  lp_dropout(5, (int64_t)n, 0.25f, ones, first);
  size_t dropped = 0;
  for (size_t i = 0; i < n; i++) dropped += first[i] == 0;
  expect_near("what was dropped", (double)dropped, 5000, 300);
}

void check_elementwise(const lp_isa *k) {
  static const size_t counts[] = {1, 3, 4, 7, 8, 15, 16, 33, 100};
  static const size_t norms[][2] = {{1, 1}, {3, 5}, {4, 32}, {5, 379}};
  static const size_t vocabularies[] = {3, 16, 33, 5000};
  for (size_t i = 0; i < 4; i++) check_norm(k, norms[i][0], norms[i][1]);
  check_rope(k);
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    check_gated(k, counts[i], 0);
    check_gated(k, counts[i], 1);
    check_soft_cap(k, counts[i]);
  }
  for (size_t i = 0; i < 4; i++) {
    check_loss(k, vocabularies[i], 0, 0.25);
    check_loss(k, vocabularies[i], 20, 0.25);
    check_loss(k, vocabularies[i], 0, 0);
  }
  check_optimizer(k);
  check_simple(k);
}
