// What lies between the products: norms, the activation, rotation, and exponentials of logits.
static void rmsnorm(const float *x, const float *w, size_t n, float eps, float *out) {
  v16 squares = v_all(0);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 v = v_load(x + i);
    squares = v_fma(v, v, squares);
  }
  float sum = v_sum(squares);
  for (; i < n; i++) sum += x[i] * x[i];
  float scale = 1.0f / __builtin_sqrtf(sum / (float)n + eps);
  for (i = 0; i + 16 <= n; i += 16) v_store(out + i, v_load(x + i) * v_all(scale) * v_load(w + i));
  for (; i < n; i++) out[i] = x[i] * scale * w[i];
}

// e^x to about 1 ulp: 2^n times a polynomial on [-ln2/2, ln2/2] (Cephes expf); zero below -87.3. Clamping would turn a NaN
// into a number, and a damaged weight would go unnoticed: a NaN stays one.
INLINE v16 v_exp(v16 x) {
  const v16 low = v_all(-87.33654f), high = v_all(88.37626f);
  i16v under = x < low, odd = x != x;
  x = __builtin_elementwise_min(__builtin_elementwise_max(x, low), high);
  v16 n = __builtin_elementwise_roundeven(x * v_all(1.44269504f));
  v16 r = v_fma(n, v_all(-0.693359375f), x);
  r = v_fma(n, v_all(2.12194440e-4f), r);
  v16 p = v_all(1.9875691500e-4f);
  p = v_fma(p, r, v_all(1.3981999507e-3f));
  p = v_fma(p, r, v_all(8.3334519073e-3f));
  p = v_fma(p, r, v_all(4.1665795894e-2f));
  p = v_fma(p, r, v_all(1.6666665459e-1f));
  p = v_fma(p, r, v_all(5.0000001201e-1f));
  p = v_fma(p, r * r, r + v_all(1.0f));
  i16v exponent = (__builtin_convertvector(n, i16v) + 127) << 23;
  v16 two;
  memcpy(&two, &exponent, 64);
  v16 e = p * two;
  i16v bits;
  memcpy(&bits, &e, 64);
  bits = (bits & ~under) | odd;
  memcpy(&e, &bits, 64);
  return e;
}

static void silu_mul(const float *gate_up, size_t pairs, float *out) {
  for (size_t i = 0; i < pairs; i++, gate_up += 32, out += 16) {
    v16 g = v_load(gate_up);
    v_store(out, g / (v_all(1.0f) + v_exp(-g)) * v_load(gate_up + 16));
  }
}

// gelu(x) = x / (1 + e^(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3), which is x/2 (1 + tanh u).
static void gelu_mul(const float *gate_up, size_t pairs, float *out) {
  for (size_t i = 0; i < pairs; i++, gate_up += 32, out += 16) {
    v16 g = v_load(gate_up);
    v16 t = g * (v_all(-1.5957691216057308f) - v_all(0.0713548162726f) * (g * g));
    v_store(out, g / (v_all(1.0f) + v_exp(t)) * v_load(gate_up + 16));
  }
}

// tanh x: by its odd polynomial (Cephes tanhf) below 0.625, where the other form would cancel, else 1 - 2 / (e^2x + 1).
INLINE v16 v_tanh(v16 x) {
  v16 z = x * x;
  v16 p = v_fma(v_all(-5.70498872745e-3f), z, v_all(2.06390887954e-2f));
  p = v_fma(p, z, v_all(-5.37397155531e-2f));
  p = v_fma(p, z, v_all(1.33314422036e-1f));
  p = v_fma(p, z, v_all(-3.33332819422e-1f));
  v16 small = v_fma(p * z, x, x);
  v16 large = v_all(1.0f) - v_all(2.0f) / (v_exp(x + x) + v_all(1.0f));
  i16v is_small = z < v_all(0.390625f), a, b;
  memcpy(&a, &small, 64);
  memcpy(&b, &large, 64);
  a = (a & is_small) | (b & ~is_small);
  memcpy(&small, &a, 64);
  return small;
}

static void soft_cap(float *x, size_t n, float cap) {
  const float inverse = 1.0f / cap;
  for (size_t i = 0; i + 16 <= n; i += 16) v_store(x + i, v_all(cap) * v_tanh(v_load(x + i) * v_all(inverse)));
}

static void rope(const float *x, const float *cosines, const float *sines, size_t n, float *out) {
  const size_t half = n / 2;
  for (size_t i = 0; i < half; i++) {
    float a = x[i], b = x[i + half], c = cosines[i], s = sines[i];
    out[i] = a * c - b * s;
    out[i + half] = b * c + a * s;
  }
}

static float maximum(const float *x, size_t n) {
  float best = -__builtin_inff();
  size_t i = 0;
  if (n >= 16) {
    v16 m = v_load(x);
    for (i = 16; i + 16 <= n; i += 16) m = __builtin_elementwise_max(m, v_load(x + i));
    float t[16];
    memcpy(t, &m, 64);
    for (int j = 0; j < 16; j++)
      if (t[j] > best) best = t[j];
  }
  for (; i < n; i++)
    if (x[i] > best) best = x[i];
  return best;
}

static double exponentials(float *x, size_t n, float max) {
  double sum = 0;
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 e = v_exp(v_load(x + i) - v_all(max));
    v_store(x + i, e);
    sum += v_sum(e);
  }
  if (i < n) {
    float t[16];
    for (size_t j = 0; j < 16; j++) t[j] = i + j < n ? x[i + j] - max : -__builtin_inff();
    v16 e = v_exp(v_load(t));
    memcpy(x + i, &e, (n - i) * 4);
    sum += v_sum(e);
  }
  return sum;
}
