// The gated delta rule of training and what stands around it. The recurrence is written token by token here; gradients are
// compared with its central differences.
#include "check.h"

static const double step = 1e-5;
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

typedef struct {
  size_t length, key_heads, value_heads, dk, dv;
  const float *decay, *bias;
} shape;

// o [length][value_heads·dv]; x [length][channels], a and b [length][value_heads], all dense.
static void recurrence(const shape *s, const double *x, const double *a, const double *b, double *o) {
  const size_t kw = s->key_heads * s->dk, channels = 2 * kw + s->value_heads * s->dv;
  double state[32 * 32], seen[32], q[32], k[32];
  for (size_t h = 0; h < s->value_heads; h++) {
    const size_t kh = h / (s->value_heads / s->key_heads) * s->dk;
    memset(state, 0, sizeof state);
    for (size_t t = 0; t < s->length; t++) {
      const double *row = x + t * channels, *v = row + 2 * kw + h * s->dv;
      double qq = 1e-6, kk = 1e-6;
      for (size_t i = 0; i < s->dk; i++) qq += row[kh + i] * row[kh + i], kk += row[kw + kh + i] * row[kw + kh + i];
      for (size_t i = 0; i < s->dk; i++)
        q[i] = row[kh + i] / sqrt(qq) / sqrt((double)s->dk), k[i] = row[kw + kh + i] / sqrt(kk);
      const double keep = exp((double)s->decay[h] * log1p(exp(a[t * s->value_heads + h] + (double)s->bias[h])));
      const double rate = sigmoid(b[t * s->value_heads + h]);
      for (size_t j = 0; j < s->dv; j++) {
        seen[j] = 0;
        for (size_t i = 0; i < s->dk; i++) seen[j] += (state[i * s->dv + j] *= keep) * k[i];
        double out = 0;
        for (size_t i = 0; i < s->dk; i++) out += (state[i * s->dv + j] += k[i] * rate * (v[j] - seen[j])) * q[i];
        o[(t * s->value_heads + h) * s->dv + j] = out;
      }
    }
  }
}

static double *widened(const float *x, size_t rows, size_t n, size_t ld) {
  double *wide = doubles(rows * n);
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < n; i++) wide[r * n + i] = (double)x[r * ld + i];
  return wide;
}

static void check_rule(const lp_isa *kernels, size_t length, size_t dk, size_t dv) {
  begin("delta rule of %zu tokens, heads of %zu and %zu", length, dk, dv);
  float *decay = random_floats(4, 1);
  for (int h = 0; h < 4; h++) decay[h] = -0.3f - fabsf(decay[h]);
  const shape s = {length, 2, 4, dk, dv, decay, random_floats(4, 1)};
  const size_t channels = 4 * dk + 4 * dv, ldx = channels + 1, width = 4 * dv;
  const float *x = random_floats((length - 1) * ldx + channels, 1), *a = random_floats(length * 4, 1),
              *b = random_floats(length * 4, 1), *go = random_floats(length * width, 1);
  double *parts[3] = {widened(x, length, channels, ldx), widened(a, length, 4, 4), widened(b, length, 4, 4)};
  double *expected = doubles(length * width), *other = doubles(length * width);
  recurrence(&s, parts[0], parts[1], parts[2], expected);

  float *o = floats(length * width), *gx = floats((length - 1) * ldx + channels), *ga = floats(length * 4),
        *gb = floats(length * 4);
  const lp_delta call = {.length = (int64_t)length,
                         .key_heads = 2,
                         .value_heads = 4,
                         .key_dim = (int64_t)dk,
                         .value_dim = (int64_t)dv,
                         .ldx = (int64_t)ldx,
                         .x = x,
                         .a = a,
                         .b = b,
                         .decay = decay,
                         .bias = s.bias,
                         .o = o,
                         .go = go,
                         .gx = gx,
                         .ga = ga,
                         .gb = gb};
  kernels->delta_forward(&call, floats((size_t)kernels->delta_scratch((int64_t)length, (int64_t)dk, (int64_t)dv, 0)));
  expect_close("o", o, expected, length * width, 2e-5);
  if (length > 64) {
    // Cut between two chunks, where the state is handed on.
    float *state = floats(4 * dk * dv), *cut = floats(length * width);
    lp_delta head = call, tail = call;
    head.length = 64, head.final = state, head.o = cut;
    tail.length = (int64_t)length - 64, tail.initial = state, tail.o = cut + 64 * width;
    tail.x = x + 64 * ldx, tail.a = a + 64 * 4, tail.b = b + 64 * 4;
    kernels->delta_forward(&head, floats((size_t)kernels->delta_scratch(64, (int64_t)dk, (int64_t)dv, 0)));
    kernels->delta_forward(&tail, floats((size_t)kernels->delta_scratch(tail.length, (int64_t)dk, (int64_t)dv, 0)));
    expect_same("o of two parts", cut, o, length * width * 4);
  }
  kernels->delta_backward(&call, floats((size_t)kernels->delta_scratch((int64_t)length, (int64_t)dk, (int64_t)dv, 1)));
  const float *gradients[3] = {gx, ga, gb};
  const size_t widths[3] = {channels, 4, 4}, lds[3] = {ldx, 4, 4};
  for (int part = 0; part < 3; part++) {
    // Each of a short sequence's numbers; of a long one's, some.
    const size_t count = length * widths[part], stride = length < 8 ? 1 : part == 0 ? count / 60 + 1 : count / 20 + 1;
    for (size_t i = part == 0 ? 0 : 1; i < count; i += stride) {
      double moved[2];
      const double before = parts[part][i];
      for (int sign = 0; sign < 2; sign++) {
        parts[part][i] = before + (sign ? step : -step);
        recurrence(&s, parts[0], parts[1], parts[2], other);
        moved[sign] = 0;
        for (size_t j = 0; j < length * width; j++) moved[sign] += (double)go[j] * other[j];
      }
      parts[part][i] = before;
      const double slope = (moved[1] - moved[0]) / (2 * step);
      expect_near(part == 0   ? "gx"
                  : part == 1 ? "ga"
                              : "gb",
                  (double)gradients[part][i / widths[part] * lds[part] + i % widths[part]], slope,
                  2e-5 * (1 + fabs(slope)));
    }
  }
  if (length > 1) expect_untouched("gx", gx + channels, 1);
}

static void convolved(size_t length, size_t channels, size_t taps, const double *x, const float *w, double *y) {
  for (size_t t = 0; t < length; t++)
    for (size_t c = 0; c < channels; c++) {
      double u = 0;
      for (size_t j = 0; j < taps; j++)
        if (t + j + 1 >= taps) u += (double)w[j * channels + c] * x[(t + j + 1 - taps) * channels + c];
      y[t * channels + c] = u * sigmoid(u);
    }
}

static void check_convolution(const lp_isa *k, size_t length, size_t channels) {
  begin("convolution of %zu tokens of %zu channels", length, channels);
  const size_t taps = 4, n = length * channels;
  const float *x = random_floats(n, 1), *w = random_floats(taps * channels, 1), *g = random_floats(n, 1);
  float *y = floats(n), *gx = floats(n);
  memcpy(gx, g, n * 4);
  k->convolution((int64_t)length, (int64_t)channels, (int64_t)taps, x, NULL, w, y);
  k->convolution_backward((int64_t)length, (int64_t)channels, (int64_t)taps, x, NULL, w, gx, NULL);
  if (length > taps) {
    // A part behind a beginning sees the beginning's last inputs.
    const size_t first = taps, rest = length - first;
    float *behind = floats(rest * channels);
    k->convolution((int64_t)rest, (int64_t)channels, (int64_t)taps, x + first * channels,
                   x + (first - (taps - 1)) * channels, w, behind);
    expect_same("y behind a beginning", behind, y + first * channels, rest * channels * 4);
  }
  double *wide = widened(x, 1, n, n), *expected = doubles(n), *other = doubles(n);
  convolved(length, channels, taps, wide, w, expected);
  expect_close("y", y, expected, n, 2e-6);
  for (size_t i = 0; i < n; i += n / 50 + 1) {
    double moved[2] = {0};
    const double before = wide[i];
    for (int sign = 0; sign < 2; sign++) {
      wide[i] = before + (sign ? step : -step);
      convolved(length, channels, taps, wide, w, other);
      for (size_t j = 0; j < n; j++) moved[sign] += (double)g[j] * other[j];
    }
    wide[i] = before;
    expect_near("gx", (double)gx[i], (moved[1] - moved[0]) / (2 * step), 1e-5);
  }
}

static void check_gates(const lp_isa *k, size_t n) {
  begin("gated norm and gates of %zu", n);
  const size_t rows = 3, count = rows * n, ldgate = n + 2;
  const float *x = random_floats(count, 1), *gate = random_floats(count, 5), *gy = random_floats(count, 1);
  float *w = random_floats(n, 1), *y = floats(count), *gx = floats(count), *gg = floats(count);
  for (size_t i = 0; i < n; i++) w[i] += 1;
  double *expected = doubles(count), *by_x = doubles(count), *by_gate = doubles(count);
  k->gated_norm((int64_t)rows, (int64_t)n, 1e-5f, x, gate, w, y);
  k->gated_norm_backward((int64_t)rows, (int64_t)n, 1e-5f, x, gate, w, gy, gx, gg);
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * n, *g = gate + r * n, *d = gy + r * n;
    double squares = 0, dot = 0;
    for (size_t i = 0; i < n; i++) squares += (double)row[i] * (double)row[i];
    const double size = sqrt(squares / (double)n + 1e-5);
    for (size_t i = 0; i < n; i++) {
      const double s = sigmoid((double)g[i]), f = (double)w[i] * (double)g[i] * s;
      expected[r * n + i] = (double)row[i] / size * f;
      dot += (double)d[i] * f * (double)row[i];
      by_gate[r * n + i] = (double)d[i] * (double)row[i] / size * (double)w[i] * (s + (double)g[i] * s * (1 - s));
    }
    for (size_t i = 0; i < n; i++) {
      const double f = (double)w[i] * (double)g[i] * sigmoid((double)g[i]);
      by_x[r * n + i] = (double)d[i] * f / size - (double)row[i] * dot / (size * size * size * (double)n);
    }
  }
  expect_close("gated_norm", y, expected, count, 2e-5);
  expect_close("gx of gated_norm", gx, by_x, count, 2e-5);
  expect_close("ggate of gated_norm", gg, by_gate, count, 2e-5);

  float *apart = floats((rows - 1) * ldgate + n), *gapart = floats((rows - 1) * ldgate + n);
  for (size_t i = 0; i < count; i++) {
    apart[i / n * ldgate + i % n] = gate[i];
    const double s = sigmoid((double)gate[i]);
    expected[i] = (double)x[i] * s;
    by_x[i] = (double)gy[i] * s;
    by_gate[i] = (double)gy[i] * (double)x[i] * s * (1 - s);
  }
  k->gate_multiply((int64_t)rows, (int64_t)n, x, apart, (int64_t)ldgate, y);
  k->gate_multiply_backward((int64_t)rows, (int64_t)n, x, apart, (int64_t)ldgate, gy, gx, gapart);
  expect_close("gate_multiply", y, expected, count, 2e-6);
  expect_close("gx of gate_multiply", gx, by_x, count, 2e-6);
  for (size_t r = 0; r < rows; r++)
    expect_close("ggate of gate_multiply", gapart + r * ldgate, by_gate + r * n, n, 2e-6);
}

void check_delta(const lp_isa *k) {
  // Around the chunks of 64 tokens.
  static const size_t lengths[] = {1, 2, 5, 63, 64, 65, 150};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) check_rule(k, lengths[i], 8, 6);
  check_rule(k, 70, 13, 17);
  check_rule(k, 7, 3, 1);
  static const size_t sizes[][2] = {{1, 8}, {3, 5}, {4, 33}, {40, 16}, {40, 33}};
  for (size_t i = 0; i < 5; i++) check_convolution(k, sizes[i][0], sizes[i][1]);
  for (size_t n = 1; n < 50; n += 5) check_gates(k, n);
}
