// What a gated delta net needs for one token: the convolution's channels, a step of the state, the gated norm; and the gate
// of attention's output.

// Up to 16 floats from p; the rest is 0.
INLINE v16 v_some(const float *p, size_t n) {
  if (n >= 16) return v_load(p);
  v16 v = v_all(0);
  memcpy(&v, p, n * 4);
  return v;
}
INLINE void v_put(float *p, v16 v, size_t n) { memcpy(p, &v, (n < 16 ? n : 16) * 4); }
INLINE v16 v_sigmoid(v16 x) { return v_all(1.0f) / (v_all(1.0f) + v_exp(-x)); }

static void convolve(const float *x, float *state, const float *w, size_t n, size_t channels, size_t taps, float *out) {
  for (size_t c = 0; c < n; c += 16) {
    const size_t left = n - c;
    v16 u = v_all(0), now = v_some(x + c, left);
    for (size_t j = 0; j + 1 < taps; j++) {
      v16 past = v_some(state + j * channels + c, left);
      u = v_fma(v_some(w + j * channels + c, left), past, u);
      if (j > 0) v_put(state + (j - 1) * channels + c, past, left);
    }
    u = v_fma(v_some(w + (taps - 1) * channels + c, left), now, u);
    if (taps > 1) v_put(state + (taps - 2) * channels + c, now, left);
    v_put(out + c, u * v_sigmoid(u), left);
  }
}

static float inverse_length(const float *x, size_t n) {
  v16 squares = v_all(0);
  for (size_t i = 0; i < n; i += 16) {
    v16 v = v_some(x + i, n - i);
    squares = v_fma(v, v, squares);
  }
  return 1.0f / __builtin_sqrtf(v_sum(squares) + 1e-6f);
}

static void delta_step(const float *q, const float *k, const float *v, size_t key_dim, size_t value_dim, float decay,
                       float rate, float *state, float *out) {
  const float qs = inverse_length(q, key_dim) / __builtin_sqrtf((float)key_dim), ks = inverse_length(k, key_dim);
  for (size_t j = 0; j < value_dim; j += 16) {
    const size_t left = value_dim - j;
    v16 seen = v_all(0), o = v_all(0);
    for (size_t i = 0; i < key_dim; i++) seen = v_fma(v_some(state + i * value_dim + j, left), v_all(k[i] * ks), seen);
    const v16 change = v_all(rate) * (v_some(v + j, left) - v_all(decay) * seen);
    for (size_t i = 0; i < key_dim; i++) {
      float *s = state + i * value_dim + j;
      v16 next = v_fma(change, v_all(k[i] * ks), v_some(s, left) * v_all(decay));
      v_put(s, next, left);
      o = v_fma(next, v_all(q[i] * qs), o);
    }
    v_put(out + j, o, left);
  }
}

static void gated_norm(const float *x, const float *gate, const float *w, size_t n, float eps, float *out) {
  v16 squares = v_all(0);
  for (size_t i = 0; i < n; i += 16) {
    v16 v = v_some(x + i, n - i);
    squares = v_fma(v, v, squares);
  }
  const float scale = 1.0f / __builtin_sqrtf(v_sum(squares) / (float)n + eps);
  for (size_t i = 0; i < n; i += 16) {
    v16 g = v_some(gate + i, n - i);
    v_put(out + i, v_some(x + i, n - i) * v_all(scale) * v_some(w + i, n - i) * g * v_sigmoid(g), n - i);
  }
}

static void gate_mul(float *x, const float *gate, size_t n) {
  for (size_t i = 0; i < n; i += 16) v_put(x + i, v_some(x + i, n - i) * v_sigmoid(v_some(gate + i, n - i)), n - i);
}
