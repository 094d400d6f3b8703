// The gated delta rule of one sequence, by chunks of LP_CHUNK tokens, and what stands around it: a causal convolution, a
// gated norm and a gate. Formulas: Yang et al., Gated Delta Networks (arXiv 2412.06464), with the chunkwise form of
// Parallelizing Linear Transformers with the Delta Rule (arXiv 2406.06484).
//
// In a chunk, with S the state before it, G the sums of g from its start, E_ij = e^(G_i − G_j), W_j = e^(G_last − G_j):
//     A_ij = β_i (k_i·k_j) E_ij  for j < i        P_ij = (q_i·k_j) E_ij  for j ≤ i
//     y_i = Sᵀk_i     x_i = Sᵀq_i     u_i = β_i (v_i − e^G_i y_i) − Σ_j A_ij u_j
//     o_i = e^G_i x_i + Σ_j P_ij u_j              S ← e^G_last S + Σ_j W_j k_j u_jᵀ
// Legend: n tokens of a chunk; dk, dv widths of a key and of a value head; h value head.

enum { LP_CHUNK = 64 };

// Scratch of one head.
typedef struct delta_head {
  int64_t n, dk, dv;
  float *q, *k, *kt, *v;   // [n][dk], [n][dk], [dk][n], [n][dv]: q and k normalized, q scaled
  float *kk, *qk, *a, *p;  // [n][n]: products, then A and P
  float *y, *x, *u, *t;    // [n][dv]; t_i = v_i − e^G_i y_i
  float *s, *packed;       // [dk][dv]
  double g[LP_CHUNK];      // G, whose differences count
  float eg[LP_CHUNK], beta[LP_CHUNK], qr[LP_CHUNK], kr[LP_CHUNK];  // e^G, β, 1/norms
} delta_head;

INLINE int64_t delta_largest(int64_t dk, int64_t dv) {
  const int64_t d = dk > dv ? dk : dv;
  return d > LP_CHUNK ? d : LP_CHUNK;
}

static int64_t LP_NAME(delta_scratch)(int64_t length, int64_t dk, int64_t dv, int32_t backward) {
  const int64_t c = LP_CHUNK, most = delta_largest(dk, dv), chunks = (length + c - 1) / c;
  int64_t floats = 3 * c * dk + 5 * c * dv + 4 * c * c + dk * dv + (most + LP_MR) * most + LP_NR;
  if (backward) floats += chunks * dk * dv + 3 * dk * dv + 4 * c * c + 4 * c * dk + 5 * c * dv;
  return floats;
}

INLINE float *delta_place(delta_head *x, int64_t dk, int64_t dv, float *at) {
  const int64_t c = LP_CHUNK, most = delta_largest(dk, dv);
  x->dk = dk, x->dv = dv;
  x->q = at, at += c * dk;
  x->k = at, at += c * dk;
  x->kt = at, at += c * dk;
  x->v = at, at += c * dv;
  x->y = at, at += c * dv;
  x->x = at, at += c * dv;
  x->u = at, at += c * dv;
  x->t = at, at += c * dv;
  x->kk = at, at += c * c;
  x->qk = at, at += c * c;
  x->a = at, at += c * c;
  x->p = at, at += c * c;
  x->s = at, at += dk * dv;
  x->packed = at, at += (most + LP_MR) * most;
  return at;
}

// c [m][n] = (c +) a·b; a [m][k], or [k][m] when transposed; b [k][n].
INLINE void delta_product(const delta_head *x, int add, int transposed, int64_t m, int64_t n, int64_t k, const float *a,
                          int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc) {
  if (!add)
    for (int64_t i = 0; i < m; i++) memset(c + i * ldc, 0, (size_t)n * 4);
  if (transposed) LP_NAME(pack_columns)(m, k, a, lda, 1, x->packed);
  else LP_NAME(pack_rows)(m, k, a, lda, 1, x->packed);
  LP_NAME(gemm_tall)(m, n, k, x->packed, b, ldb, c, ldc);
}

INLINE void delta_transpose(int64_t rows, int64_t columns, const float *from, float *to) {
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
}

INLINE float delta_dot(int64_t n, const float *a, const float *b) {
  vf sums = v_set(0);
  float sum = 0;
  int64_t i = 0;
  for (; i + LP_W <= n; i += LP_W) sums += v_load(a + i) * v_load(b + i);
  for (; i < n; i++) sum += a[i] * b[i];
  return sum + v_sum(sums);
}

// y += factor·x
INLINE void delta_add(int64_t n, float factor, const float *x, float *y) {
  int64_t i = 0;
  for (; i + LP_W <= n; i += LP_W) v_store(y + i, v_load(y + i) + factor * v_load(x + i));
  for (; i < n; i++) y[i] += factor * x[i];
}

INLINE float delta_softplus(float x) { return x > 20 ? x : log1pf(expf(x)); }
INLINE float delta_sigmoid(float x) { return 1 / (1 + expf(-x)); }

// e^(G_i − G_j)
INLINE float delta_between(const delta_head *x, int64_t i, int64_t j) { return expf((float)(x->g[i] - x->g[j])); }

// One head's part of a chunk that begins at token `start`.
INLINE void delta_load(const lp_delta *z, int64_t h, int64_t start, delta_head *x) {
  const int64_t dk = x->dk, dv = x->dv, kw = z->key_heads * dk, kh = h / (z->value_heads / z->key_heads);
  const float scale = 1 / sqrtf((float)dk);
  x->n = minimum(LP_CHUNK, z->length - start);
  double sum = 0;
  for (int64_t i = 0; i < x->n; i++) {
    const float *row = z->x + (start + i) * z->ldx, *q = row + kh * dk, *k = row + kw + kh * dk;
    x->qr[i] = 1 / sqrtf(delta_dot(dk, q, q) + 1e-6f);
    x->kr[i] = 1 / sqrtf(delta_dot(dk, k, k) + 1e-6f);
    for (int64_t d = 0; d < dk; d++) {
      x->q[i * dk + d] = q[d] * (x->qr[i] * scale);
      x->k[i * dk + d] = k[d] * x->kr[i];
    }
    memcpy(x->v + i * dv, row + 2 * kw + h * dv, (size_t)dv * 4);
    const int64_t at = (start + i) * z->value_heads + h;
    sum += (double)z->decay[h] * delta_softplus(z->a[at] + z->bias[h]);
    x->g[i] = sum;
    x->eg[i] = expf((float)sum);
    x->beta[i] = delta_sigmoid(z->b[at]);
  }
  delta_transpose(x->n, dk, x->k, x->kt);
}

// u of a chunk from the state before it.
INLINE void delta_solve(delta_head *x) {
  const int64_t n = x->n, dk = x->dk, dv = x->dv;
  delta_product(x, 0, 0, n, n, dk, x->k, dk, x->kt, n, x->kk, n);
  delta_product(x, 0, 0, n, dv, dk, x->k, dk, x->s, dv, x->y, dv);
  for (int64_t i = 0; i < n; i++) {
    float *t = x->t + i * dv, *u = x->u + i * dv;
    for (int64_t d = 0; d < dv; d++) {
      t[d] = x->v[i * dv + d] - x->eg[i] * x->y[i * dv + d];
      u[d] = x->beta[i] * t[d];
    }
    for (int64_t j = 0; j < i; j++) {
      const float a = x->beta[i] * x->kk[i * n + j] * delta_between(x, i, j);
      x->a[i * n + j] = a;
      delta_add(dv, -a, x->u + j * dv, u);
    }
  }
}

// The state after a chunk.
INLINE void delta_advance(delta_head *x, float *scaled) {
  const int64_t n = x->n, dk = x->dk, dv = x->dv;
  for (int64_t i = 0; i < dk * dv; i++) x->s[i] *= x->eg[n - 1];
  for (int64_t j = 0; j < n; j++) {
    const float w = delta_between(x, n - 1, j);
    for (int64_t d = 0; d < dk; d++) scaled[j * dk + d] = w * x->k[j * dk + d];
  }
  delta_product(x, 1, 1, dk, dv, n, scaled, dk, x->u, dv, x->s, dv);
}

// P, and x = q·S.
INLINE void delta_read(delta_head *x) {
  const int64_t n = x->n, dk = x->dk, dv = x->dv;
  delta_product(x, 0, 0, n, n, dk, x->q, dk, x->kt, n, x->qk, n);
  delta_product(x, 0, 0, n, dv, dk, x->q, dk, x->s, dv, x->x, dv);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) x->p[i * n + j] = j <= i ? x->qk[i * n + j] * delta_between(x, i, j) : 0;
}

// Copies a head's part of a state, or zeros where there is none.
INLINE void delta_state(const float *from, int64_t h, int64_t n, float *to) {
  if (from) memcpy(to, from + h * n, (size_t)n * 4);
  else memset(to, 0, (size_t)n * 4);
}

static void LP_NAME(delta_forward)(const lp_delta *z, float *scratch) {
  delta_head x;
  delta_place(&x, z->key_dim, z->value_dim, scratch);
  const int64_t dv = x.dv, ldo = z->value_heads * dv, state = x.dk * dv;
  for (int64_t h = 0; h < z->value_heads; h++) {
    delta_state(z->initial, h, state, x.s);
    for (int64_t start = 0; start < z->length; start += LP_CHUNK) {
      delta_load(z, h, start, &x);
      delta_solve(&x);
      delta_read(&x);
      for (int64_t i = 0; i < x.n; i++)
        for (int64_t d = 0; d < dv; d++) x.x[i * dv + d] *= x.eg[i];
      delta_product(&x, 1, 0, x.n, dv, x.n, x.p, x.n, x.u, dv, x.x, dv);
      for (int64_t i = 0; i < x.n; i++) memcpy(z->o + (start + i) * ldo + h * dv, x.x + i * dv, (size_t)dv * 4);
      delta_advance(&x, x.q);
    }
    if (z->final) memcpy(z->final + h * state, x.s, (size_t)state * 4);
  }
}

static void LP_NAME(delta_backward)(const lp_delta *z, float *scratch) {
  delta_head x;
  const int64_t c = LP_CHUNK, dk = z->key_dim, dv = z->value_dim, ldo = z->value_heads * dv, kw = z->key_heads * dk;
  float *at = delta_place(&x, dk, dv, scratch);
  float *ds = at, *st = ds + dk * dv, *dst = st + dk * dv, *ut = dst + dk * dv, *go = ut + c * dv, *du = go + c * dv;
  float *dy = du + c * dv, *dx = dy + c * dv;
  float *dp = dx + c * dv, *da = dp + c * c, *m = da + c * c, *mn = m + c * c;
  float *dq = mn + c * c, *dkeys = dq + c * dk, *l = dkeys + c * dk, *scaled = l + c * dk, *states = scaled + c * dk;
  const int64_t chunks = (z->length + c - 1) / c;
  for (int64_t i = 0; i < z->length; i++) memset(z->gx + i * z->ldx, 0, (size_t)(2 * kw + ldo) * 4);
  for (int64_t h = 0; h < z->value_heads; h++) {
    const int64_t kh = h / (z->value_heads / z->key_heads);
    delta_state(z->initial, h, dk * dv, x.s);
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
      memcpy(states + chunk * dk * dv, x.s, (size_t)(dk * dv) * 4);
      if (chunk + 1 == chunks) break;
      delta_load(z, h, chunk * c, &x);
      delta_solve(&x);
      delta_advance(&x, scaled);
    }
    delta_state(z->gfinal, h, dk * dv, ds);
    for (int64_t chunk = chunks - 1; chunk >= 0; chunk--) {
      const int64_t start = chunk * c;
      memcpy(x.s, states + chunk * dk * dv, (size_t)(dk * dv) * 4);
      delta_load(z, h, start, &x);
      delta_solve(&x);
      delta_read(&x);
      const int64_t n = x.n;
      // Each term of dG is added once and subtracted once, and then all are summed up: in f32, little would be left.
      double dg[LP_CHUNK] = {0};
      float dbeta[LP_CHUNK], w[LP_CHUNK];
      for (int64_t i = 0; i < n; i++) {
        memcpy(go + i * dv, z->go + (start + i) * ldo + h * dv, (size_t)dv * 4);
        w[i] = delta_between(&x, n - 1, i);
      }
      delta_transpose(n, dv, x.u, ut);
      delta_transpose(dk, dv, x.s, st);
      delta_transpose(dk, dv, ds, dst);
      // du_j = Σ_i P_ij go_i + W_j dSᵀk_j, then back through the triangular system.
      delta_product(&x, 0, 0, n, dv, dk, x.k, dk, ds, dv, du, dv);
      for (int64_t i = 0; i < n; i++)
        for (int64_t d = 0; d < dv; d++) du[i * dv + d] *= w[i];
      delta_product(&x, 1, 1, n, dv, n, x.p, n, go, dv, du, dv);
      for (int64_t i = n - 1; i > 0; i--)
        for (int64_t j = 0; j < i; j++) delta_add(dv, -x.a[i * n + j], du + i * dv, du + j * dv);
      delta_product(&x, 0, 0, n, n, dv, go, dv, ut, n, dp, n);
      delta_product(&x, 0, 0, n, n, dv, du, dv, ut, n, da, n);
      for (int64_t i = 0; i < n; i++) {
        const float *r = du + i * dv;
        dbeta[i] = delta_dot(dv, r, x.t + i * dv);
        for (int64_t d = 0; d < dv; d++) {
          dy[i * dv + d] = -x.beta[i] * x.eg[i] * r[d];
          dx[i * dv + d] = x.eg[i] * go[i * dv + d];
          z->gx[(start + i) * z->ldx + 2 * kw + h * dv + d] = x.beta[i] * r[d];
        }
        dg[i] += delta_dot(dv, dy + i * dv, x.y + i * dv) + delta_dot(dv, dx + i * dv, x.x + i * dv);
        for (int64_t j = 0; j < n; j++) {
          if (j > i) {
            m[i * n + j] = mn[i * n + j] = 0;
            continue;
          }
          const float e = delta_between(&x, i, j), p = dp[i * n + j] * x.p[i * n + j];
          float a = 0;
          m[i * n + j] = 0;
          if (j < i) {
            a = -da[i * n + j] * x.a[i * n + j];
            dbeta[i] -= da[i * n + j] * x.kk[i * n + j] * e;
            m[i * n + j] = -da[i * n + j] * x.beta[i] * e;
          }
          mn[i * n + j] = dp[i * n + j] * e;
          dg[i] += a + p;
          dg[j] -= a + p;
        }
      }
      delta_product(&x, 0, 0, n, dk, n, mn, n, x.k, dk, dq, dk);
      delta_product(&x, 1, 0, n, dk, dv, dx, dv, st, dk, dq, dk);
      delta_product(&x, 0, 0, n, dk, n, m, n, x.k, dk, dkeys, dk);
      delta_product(&x, 1, 1, n, dk, n, m, n, x.k, dk, dkeys, dk);
      delta_product(&x, 1, 1, n, dk, n, mn, n, x.q, dk, dkeys, dk);
      delta_product(&x, 1, 0, n, dk, dv, dy, dv, st, dk, dkeys, dk);
      delta_product(&x, 0, 0, n, dk, dv, x.u, dv, dst, dk, l, dk);
      for (int64_t j = 0; j < n; j++) {
        const float pull = w[j] * delta_dot(dk, x.k + j * dk, l + j * dk);
        dg[n - 1] += pull;
        dg[j] -= pull;
        delta_add(dk, w[j], l + j * dk, dkeys + j * dk);
      }
      dg[n - 1] += x.eg[n - 1] * delta_dot(dk * dv, x.s, ds);
      for (int64_t i = 0; i < dk * dv; i++) ds[i] *= x.eg[n - 1];
      delta_product(&x, 1, 1, dk, dv, n, x.k, dk, dy, dv, ds, dv);
      delta_product(&x, 1, 1, dk, dv, n, x.q, dk, dx, dv, ds, dv);
      // Through the norms of queries and keys, and the functions of a and b.
      const float scale = 1 / sqrtf((float)dk);
      double sum = 0;
      for (int64_t i = n - 1; i >= 0; i--) {
        float *row = z->gx + (start + i) * z->ldx, *gq = row + kh * dk, *gk = row + kw + kh * dk;
        const float *q = x.q + i * dk, *k = x.k + i * dk;
        const float along = delta_dot(dk, q, dq + i * dk) / (scale * scale), across = delta_dot(dk, k, dkeys + i * dk);
        for (int64_t d = 0; d < dk; d++) {
          gq[d] += scale * x.qr[i] * (dq[i * dk + d] - q[d] * along);
          gk[d] += x.kr[i] * (dkeys[i * dk + d] - k[d] * across);
        }
        sum += dg[i];
        const int64_t place = (start + i) * z->value_heads + h;
        z->ga[place] = (float)sum * z->decay[h] * delta_sigmoid(z->a[place] + z->bias[h]);
        z->gb[place] = dbeta[i] * x.beta[i] * (1 - x.beta[i]);
      }
    }
    if (z->ginitial) delta_add(dk * dv, 1, ds, z->ginitial + h * dk * dv);
  }
}

// u of the convolution at a token: the taps that lie inside the sequence, and before them those that lie in `before`
// [taps − 1][channels], if there is such.
INLINE vf convolution_at(int64_t t, int64_t c, int64_t channels, int64_t taps, const float *x, const float *before,
                         const float *w) {
  const int64_t inside = t + 1 < taps ? taps - 1 - t : 0;
  vf u = v_set(0);
  if (before)
    for (int64_t j = 0; j < inside; j++) u += v_load(w + j * channels + c) * v_load(before + (t + j) * channels + c);
  for (int64_t j = inside; j < taps; j++)
    u += v_load(w + j * channels + c) * v_load(x + (t - (taps - 1) + j) * channels + c);
  return u;
}
INLINE float convolution_one(int64_t t, int64_t c, int64_t channels, int64_t taps, const float *x, const float *before,
                             const float *w) {
  const int64_t inside = t + 1 < taps ? taps - 1 - t : 0;
  float u = 0;
  if (before)
    for (int64_t j = 0; j < inside; j++) u += w[j * channels + c] * before[(t + j) * channels + c];
  for (int64_t j = inside; j < taps; j++) u += w[j * channels + c] * x[(t - (taps - 1) + j) * channels + c];
  return u;
}

static void LP_NAME(convolution)(int64_t length, int64_t channels, int64_t taps, const float *x, const float *before,
                                 const float *w, float *y) {
  for (int64_t t = 0; t < length; t++) {
    float *to = y + t * channels;
    int64_t c = 0;
    for (; c + LP_W <= channels; c += LP_W) {
      vf u = convolution_at(t, c, channels, taps, x, before, w);
      v_store(to + c, u / (1.0f + v_exp(-u)));
    }
    for (; c < channels; c++) {
      const float u = convolution_one(t, c, channels, taps, x, before, w);
      to[c] = u / (1.0f + s_exp(-u));
    }
  }
}

static void LP_NAME(convolution_backward)(int64_t length, int64_t channels, int64_t taps, const float *x,
                                          const float *before, const float *w, float *g, float *gbefore) {
  for (int64_t t = 0; t < length; t++) {
    float *row = g + t * channels;
    int64_t c = 0;
    for (; c + LP_W <= channels; c += LP_W) {
      vf u = convolution_at(t, c, channels, taps, x, before, w), s = 1.0f / (1.0f + v_exp(-u));
      v_store(row + c, v_load(row + c) * s * (1.0f + u * (1.0f - s)));
    }
    for (; c < channels; c++) {
      const float u = convolution_one(t, c, channels, taps, x, before, w), s = 1.0f / (1.0f + s_exp(-u));
      row[c] *= s * (1.0f + u * (1.0f - s));
    }
  }
  if (gbefore)
    for (int64_t r = 0; r + 1 < taps; r++)
      for (int64_t c = 0; c < channels; c++) {
        float sum = 0;
        for (int64_t t = 0; t <= r && t < length; t++) sum += w[(r - t) * channels + c] * g[t * channels + c];
        gbefore[r * channels + c] += sum;
      }
  // A token's gradient needs those of the tokens after it, which still stand.
  for (int64_t t = 0; t < length; t++)
    for (int64_t c = 0; c < channels; c++) {
      float sum = 0;
      for (int64_t j = 0; j < taps && t + j < length; j++)
        sum += w[(taps - 1 - j) * channels + c] * g[(t + j) * channels + c];
      g[t * channels + c] = sum;
    }
}

static void LP_NAME(gated_norm)(int64_t rows, int64_t n, float eps, const float *x, const float *gate, const float *w,
                                float *y) {
  for (int64_t r = 0; r < rows; r++, x += n, gate += n, y += n) {
    const float scale = (float)(1 / sqrt(row_square_sum(n, x) / (double)n + (double)eps));
    for (int64_t i = 0; i < n; i++) y[i] = x[i] * scale * w[i] * (gate[i] / (1 + s_exp(-gate[i])));
  }
}

static void LP_NAME(gated_norm_backward)(int64_t rows, int64_t n, float eps, const float *x, const float *gate,
                                         const float *w, const float *gy, float *gx, float *ggate) {
  for (int64_t r = 0; r < rows; r++, x += n, gate += n, gy += n, gx += n, ggate += n) {
    const double scale = 1 / sqrt(row_square_sum(n, x) / (double)n + (double)eps);
    const float a = (float)scale;
    double dot = 0;
    for (int64_t i = 0; i < n; i++) {
      const float s = 1 / (1 + s_exp(-gate[i])), silu = gate[i] * s, dy = gy[i];
      dot += (double)(dy * w[i] * silu * x[i]);
      ggate[i] = dy * x[i] * a * w[i] * s * (1 + gate[i] * (1 - s));
      gx[i] = dy * w[i] * silu;
    }
    const float b = (float)(dot * scale * scale * scale / (double)n);
    for (int64_t i = 0; i < n; i++) gx[i] = gx[i] * a - x[i] * b;
  }
}

static void LP_NAME(gate_multiply)(int64_t rows, int64_t n, const float *x, const float *gate, int64_t ldgate,
                                   float *y) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t i = 0; i < n; i++) y[r * n + i] = x[r * n + i] / (1 + s_exp(-gate[r * ldgate + i]));
}

static void LP_NAME(gate_multiply_backward)(int64_t rows, int64_t n, const float *x, const float *gate, int64_t ldgate,
                                            const float *gy, float *gx, float *ggate) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t i = 0; i < n; i++) {
      const float s = 1 / (1 + s_exp(-gate[r * ldgate + i])), dy = gy[r * n + i];
      ggate[r * ldgate + i] = dy * x[r * n + i] * s * (1 - s);
      gx[r * n + i] = dy * s;
    }
}
