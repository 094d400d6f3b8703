// Norms, rotation, activation, loss and optimizer: one pass each over their operands.

INLINE double row_square_sum(int64_t n, const float *x) {
  vf a = v_set(0), b = v_set(0);
  int64_t i = 0;
  for (; i + 2 * LP_W <= n; i += 2 * LP_W) {
    vf s = v_load(x + i), t = v_load(x + i + LP_W);
    a += s * s;
    b += t * t;
  }
  double sum = v_sum_double(a) + v_sum_double(b);
  for (; i < n; i++) sum += (double)x[i] * x[i];
  return sum;
}

static void LP_NAME(rms_norm)(int64_t rows, int64_t channels, float eps, const float *x, int64_t ldx, const float *w,
                              float *y, int64_t ldy) {
  for (int64_t r = 0; r < rows; r++, x += ldx, y += ldy) {
    const float scale = (float)(1 / sqrt(row_square_sum(channels, x) / (double)channels + (double)eps));
    int64_t i = 0;
    for (; i + LP_W <= channels; i += LP_W) v_store(y + i, v_load(x + i) * scale * v_load(w + i));
    for (; i < channels; i++) y[i] = x[i] * scale * w[i];
  }
}

static void LP_NAME(rms_norm_backward)(int64_t rows, int64_t channels, float eps, const float *x, int64_t ldx,
                                       const float *w, const float *gy, int64_t ldgy, float *gx, int64_t ldgx,
                                       int32_t accumulate) {
  for (int64_t r = 0; r < rows; r++, x += ldx, gy += ldgy, gx += ldgx) {
    const double scale = 1 / sqrt(row_square_sum(channels, x) / (double)channels + (double)eps);
    vf sums = v_set(0);
    double dot = 0;
    int64_t i = 0;
    for (; i + LP_W <= channels; i += LP_W) sums += v_load(gy + i) * v_load(w + i) * v_load(x + i);
    for (; i < channels; i++) dot += (double)(gy[i] * w[i] * x[i]);
    dot += v_sum_double(sums);
    const float a = (float)scale, b = (float)(dot * scale * scale * scale / (double)channels);
    for (i = 0; i + LP_W <= channels; i += LP_W) {
      vf g = v_load(gy + i) * v_load(w + i) * a - v_load(x + i) * b;
      v_store(gx + i, accumulate ? v_load(gx + i) + g : g);
    }
    for (; i < channels; i++) {
      const float g = gy[i] * w[i] * a - x[i] * b;
      gx[i] = accumulate ? gx[i] + g : g;
    }
  }
}

static void LP_NAME(rope)(int64_t rows, int64_t heads, int64_t head_dim, const int32_t *positions, const float *cosine,
                          const float *sine, float sign, float *x, int64_t ldx) {
  const int64_t half = head_dim / 2;
  for (int64_t r = 0; r < rows; r++) {
    const float *c = cosine + positions[r] * half, *s = sine + positions[r] * half;
    for (int64_t h = 0; h < heads; h++) {
      float *a = x + r * ldx + h * head_dim, *b = a + half;
      for (int64_t i = 0; i < half; i++) {
        const float u = a[i], v = b[i], sn = s[i] * sign;
        a[i] = u * c[i] - v * sn;
        b[i] = v * c[i] + u * sn;
      }
    }
  }
}

static void LP_NAME(silu_multiply)(int64_t n, const float *gate, const float *up, float *y) {
  int64_t i = 0;
  for (; i + LP_W <= n; i += LP_W) {
    vf g = v_load(gate + i);
    v_store(y + i, g / (1.0f + v_exp(-g)) * v_load(up + i));
  }
  for (; i < n; i++) y[i] = gate[i] / (1.0f + s_exp(-gate[i])) * up[i];
}

static void LP_NAME(silu_multiply_backward)(int64_t n, const float *gate, const float *up, const float *gy,
                                            float *ggate, float *gup) {
  int64_t i = 0;
  for (; i + LP_W <= n; i += LP_W) {
    vf g = v_load(gate + i), u = v_load(up + i), dy = v_load(gy + i);
    vf s = 1.0f / (1.0f + v_exp(-g));
    v_store(ggate + i, dy * u * s * (1.0f + g * (1.0f - s)));
    v_store(gup + i, dy * g * s);
  }
  for (; i < n; i++) {
    const float g = gate[i], u = up[i], dy = gy[i], s = 1.0f / (1.0f + s_exp(-g));
    ggate[i] = dy * u * s * (1.0f + g * (1.0f - s));
    gup[i] = dy * g * s;
  }
}

// gelu(x) = x·s(x), s = 1 / (1 + e^(−2u)), u = √(2/π)·(x + 0.044715 x³), which is x/2·(1 + tanh u).
INLINE vf v_gelu_gate(vf x) { return 1.0f / (1.0f + v_exp(x * (-1.5957691216057308f + -0.0713548162726f * (x * x)))); }
// gelu′ = s + x·s·(1 − s)·2u′
INLINE vf v_gelu_slope(vf x, vf s) {
  return s + x * s * (1.0f - s) * (1.5957691216057308f + 0.2140644488178f * (x * x));
}

static void LP_NAME(gelu_multiply)(int64_t n, const float *gate, const float *up, float *y) {
  int64_t i = 0;
  for (; i + LP_W <= n; i += LP_W) {
    vf g = v_load(gate + i);
    v_store(y + i, g * v_gelu_gate(g) * v_load(up + i));
  }
  for (; i < n; i++) y[i] = gate[i] * v_gelu_gate(v_set(gate[i]))[0] * up[i];
}

static void LP_NAME(gelu_multiply_backward)(int64_t n, const float *gate, const float *up, const float *gy,
                                            float *ggate, float *gup) {
  int64_t i = 0;
  for (; i + LP_W <= n; i += LP_W) {
    vf g = v_load(gate + i), u = v_load(up + i), dy = v_load(gy + i), s = v_gelu_gate(g);
    v_store(ggate + i, dy * u * v_gelu_slope(g, s));
    v_store(gup + i, dy * g * s);
  }
  for (; i < n; i++) {
    const float g = gate[i], u = up[i], dy = gy[i], s = v_gelu_gate(v_set(g))[0];
    ggate[i] = dy * u * v_gelu_slope(v_set(g), v_set(s))[0];
    gup[i] = dy * g * s;
  }
}

static void LP_NAME(soft_cap)(int64_t n, float cap, float *x) {
  int64_t i = 0;
  const float inverse = 1 / cap;
  for (; i + LP_W <= n; i += LP_W) v_store(x + i, cap * v_tanh(v_load(x + i) * inverse));
  for (; i < n; i++) x[i] = cap * s_tanh(x[i] * inverse);
}

static void LP_NAME(cross_entropy)(int64_t rows, int64_t vocabulary, float *logits, int64_t ld, const int32_t *targets,
                                   float scale, float cap, double *losses, uint8_t *hits) {
  const int keeps = scale != 0 && cap == 0;  // exponentials take the logits' place, unless their slope is wanted later
  for (int64_t r = 0; r < rows; r++, logits += ld) {
    if (cap != 0) LP_NAME(soft_cap)(vocabulary, cap, logits);
    float highest = -INFINITY;
    int64_t i = 0;
    if (vocabulary >= LP_W) {
      vf m = v_load(logits);
      for (i = LP_W; i + LP_W <= vocabulary; i += LP_W) m = v_max(m, v_load(logits + i));
      highest = v_highest(m);
    }
    for (; i < vocabulary; i++) highest = logits[i] > highest ? logits[i] : highest;
    const float chosen = logits[targets[r]];
    double sum = 0;
    vf sums = v_set(0);
    int64_t since = 0;
    for (i = 0; i + LP_W <= vocabulary; i += LP_W) {
      vf e = v_exp(v_load(logits + i) - highest);
      if (keeps) v_store(logits + i, e);
      sums += e;
      if (++since == 256) {  // keeps the single-precision sums short
        sum += v_sum_double(sums);
        sums = v_set(0);
        since = 0;
      }
    }
    sum += v_sum_double(sums);
    int64_t first = 0;
    if (chosen == highest) {
      const float *row = logits;
      if (!keeps)
        while (first < targets[r] && row[first] < highest) first++;
      else
        while (first < targets[r] && (first < i ? row[first] < 1.0f : row[first] < highest)) first++;
    }
    hits[r] = chosen == highest && first == targets[r];
    for (; i < vocabulary; i++) {
      const float e = s_exp(logits[i] - highest);
      if (keeps) logits[i] = e;
      sum += e;
    }
    losses[r] = log(sum) + (double)highest - (double)chosen;
    if (scale != 0) {
      const float factor = (float)((double)scale / sum);
      if (cap != 0) {
        const float inverse = 1 / cap, t = chosen * inverse;
        for (i = 0; i + LP_W <= vocabulary; i += LP_W) {
          vf l = v_load(logits + i), u = l * inverse;
          v_store(logits + i, v_exp(l - highest) * factor * (1.0f - u * u));
        }
        for (; i < vocabulary; i++)
          logits[i] = s_exp(logits[i] - highest) * factor * (1.0f - logits[i] * inverse * (logits[i] * inverse));
        logits[targets[r]] -= scale * (1.0f - t * t);
        continue;
      }
      for (i = 0; i + LP_W <= vocabulary; i += LP_W) v_store(logits + i, v_load(logits + i) * factor);
      for (; i < vocabulary; i++) logits[i] *= factor;
      logits[targets[r]] -= scale;
    }
  }
}

static void LP_NAME(add)(int64_t n, const float *x, float *y) {
  for (int64_t i = 0; i < n; i++) y[i] += x[i];
}

static void LP_NAME(add_bias)(int64_t rows, int64_t n, const float *b, float *y, int64_t ldy) {
  for (int64_t r = 0; r < rows; r++, y += ldy)
    for (int64_t i = 0; i < n; i++) y[i] += b[i];
}

static double LP_NAME(square_sum)(int64_t n, const float *x) {
  double sums[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int j = 0; j < 8; j++) sums[j] += (double)x[i + j] * x[i + j];
  double sum = 0;
  for (int j = 0; j < 8; j++) sum += sums[j];
  for (; i < n; i++) sum += (double)x[i] * x[i];
  return sum;
}

static void LP_NAME(scale)(int64_t n, float factor, const float *x, float *y) {
  for (int64_t i = 0; i < n; i++) y[i] = x[i] * factor;
}

static void LP_NAME(adamw)(int64_t n, const lp_adamw *s, float gradient_scale, const float *g, float *p, float *m,
                           float *v) {
  const float keep = 1 - s->learning_rate * s->weight_decay, rate = s->learning_rate / s->correction1;
  const float b1 = s->beta1, b2 = s->beta2, eps = s->epsilon, root = s->correction2_sqrt;
  for (int64_t i = 0; i < n; i++) {
    const float gi = g[i] * gradient_scale;
    const float mi = b1 * m[i] + (1 - b1) * gi, vi_ = b2 * v[i] + (1 - b2) * (gi * gi);
    m[i] = mi;
    v[i] = vi_;
    p[i] = p[i] * keep - rate * (mi / (sqrtf(vi_) / root + eps));
  }
}
