// Causal attention of one sequence through the register tile. The query heads that read one key head are folded into
// rows (position-major), so every product has enough rows, and a tile of LP_MR rows spans few positions, so causality
// cuts work in steps of that. Forward keeps log Σ exp; backward computes probabilities again from it.

//
// For one key head, with T keys (shared ones first, then the sequence's own), G query heads that read it and Q queries:
//
//     rows r = 0 … Q·G − 1:   r = query · G + head of the group
//
//                   keys j →
//                 0        first_key(r)     visible_keys(r)      T
//     row r       | not seen (window) |  s = q·k / √d  | not seen (future)  |
//                                     softmax over this
//
// Forward, rows in tiles of LP_MR (attention: Vaswani et al. 2017, arXiv 1706.03762):
//     s = scale · q Kᵀ          K packed in panels of LP_NR keys, [head_dim][LP_NR]
//     p = softmax(s), kept: lse[r] = max s + log Σ exp(s − max s)
//     o = p V                   V copied as [keys][hd]
// Backward, rows in spans of LP_MR · LP_ROW_TILES, which share one pass over the keys (FlashAttention, Dao et al. 2022,
// arXiv 2205.14135, appendix B.4):
//     p = exp(s − lse)          computed again, so that no [Q·G][T] matrix is kept
//     δ = Σ go ∘ o              over head_dim
//     ds = p ∘ (go Vᵀ − δ)      with a soft cap c: times 1 − (s / c)²
//     gq = scale · ds K,  gk = dsᵀ (scale · q),  gv = pᵀ go
//
// The scratch, in floats, with tkp = T rounded up to LP_NR plus LP_MR, and hd = head_dim rounded up to LP_NR:
//     forward:   keys [tkp·hd] | values [tkp·hd] | q [LP_MR·d] | s [LP_MR·tkp] | packed [LP_MR·tkp]
//     backward:  keys, values, plain, gk, gv [tkp·hd each] | p, ds [span·tkp each] | qs, gos [span·hd each]
//                | q, go [LP_MR·d each] | packed [LP_MR·tkp] | columns [span·LP_MR]

enum { LP_ROW_TILES = 8 };  // register tiles of rows that share one pass over the keys in backward

static int64_t LP_NAME(attention_scratch)(int64_t keys, int64_t head_dim, int32_t backward) {
  const int64_t tk = round_up(keys, LP_NR) + LP_MR, hd = round_up(head_dim, LP_NR);
  if (!backward) return 2 * tk * hd + LP_MR * head_dim + 2 * LP_MR * tk;
  const int64_t rows = LP_MR * LP_ROW_TILES;
  return 5 * tk * hd + 2 * rows * tk + 2 * rows * hd + 2 * LP_MR * head_dim + LP_MR * tk + rows * tk;
}

// The run of keys, shared or the sequence's own, that contains key number `*key`. `*key` becomes the index within that run.
INLINE lp_shared_keys keys_of(const lp_attention *x, int64_t *key) {
  for (int64_t i = 0; i < x->shared_count; *key -= x->shared[i++].length)
    if (*key < x->shared[i].length) return x->shared[i];
  return (lp_shared_keys){x->length, x->k, x->v, x->gk, x->gv};
}

enum { LP_KEY, LP_VALUE };

INLINE const float *key_row(const lp_attention *x, int which, int64_t key, int64_t head) {
  const lp_shared_keys keys = keys_of(x, &key);
  return (which == LP_KEY ? keys.k : keys.v) + key * x->ldkv + head * x->head_dim;
}

// dst: panels of LP_NR keys, [head_dim][LP_NR] each, zero-padded.
INLINE void pack_keys(const lp_attention *x, int which, int64_t head, float *dst) {
  const int64_t tk = x->prefix + x->length, d = x->head_dim;
  for (int64_t j0 = 0; j0 < tk; j0 += LP_NR, dst += LP_NR * d) {
    int64_t j = 0;
    for (; j + 4 <= LP_NR && j0 + j + 4 <= tk; j += 4) {
      const float *s[4];
      for (int q = 0; q < 4; q++) s[q] = key_row(x, which, j0 + j + q, head);
      int64_t p = 0;
      for (; p + 4 <= d; p += 4) transpose4(s[0] + p, s[1] + p, s[2] + p, s[3] + p, 1, dst + p * LP_NR + j, LP_NR);
      for (; p < d; p++)
        for (int q = 0; q < 4; q++) dst[p * LP_NR + j + q] = s[q][p];
    }
    for (; j < LP_NR; j++) {
      const float *s = j0 + j < tk ? key_row(x, which, j0 + j, head) : 0;
      for (int64_t p = 0; p < d; p++) dst[p * LP_NR + j] = s ? s[p] : 0;
    }
  }
}

// dst [keys][hd], zero-padded to hd columns.
INLINE void copy_keys(const lp_attention *x, int which, int64_t head, int64_t hd, float *dst) {
  const int64_t tk = x->prefix + x->length, d = x->head_dim;
  for (int64_t j = 0; j < tk; j++, dst += hd) {
    memcpy(dst, key_row(x, which, j, head), (size_t)d * 4);
    if (hd > d) memset(dst + d, 0, (size_t)(hd - d) * 4);
  }
}

// Row r of the folded rows of a key head: query r / group, head head·group + r % group.
INLINE int64_t query_offset(const lp_attention *x, int64_t head, int64_t row) {
  const int64_t group = x->heads / x->kv_heads;
  return (row / group) * x->ldq + (head * group + row % group) * x->head_dim;
}
INLINE int64_t visible_keys(const lp_attention *x, int64_t row) {
  const int64_t query = row / (x->heads / x->kv_heads);
  return x->prefix + (x->positions ? x->positions[query] : query) + 1;
}

// The first key a row sees.
INLINE int64_t first_key(const lp_attention *x, int64_t visible) {
  return x->window > 0 && visible > x->window ? visible - x->window : 0;
}

// Caps the scores [from, to) of a row; both bounds may be widened to whole vectors, since the scratch is long enough.
INLINE void cap_scores(const lp_attention *x, float *row, int64_t from, int64_t to) {
  const float cap = x->soft_cap, inverse = 1 / cap;
  for (int64_t j = from; j < to; j += LP_W) v_store(row + j, cap * v_tanh(v_load(row + j) * inverse));
}

INLINE void pack_queries(const lp_attention *x, const float *source, int64_t head, int64_t row0, int64_t rows,
                         float scale, float *dst) {
  const float *p[LP_MR];
  for (int64_t i = 0; i < LP_MR; i++) p[i] = source + query_offset(x, head, row0 + minimum(i, rows - 1));
  pack_panel(p, x->head_dim, scale, dst);
}

static void LP_NAME(attention_forward)(const lp_attention *x, float *scratch) {
  const int64_t tk = x->prefix + x->length, tkp = round_up(tk, LP_NR) + LP_MR, d = x->head_dim, hd = round_up(d, LP_NR);
  const int64_t group = x->heads / x->kv_heads, total = x->queries * group;
  float *keys = scratch, *values = keys + tkp * hd, *q = values + tkp * hd, *s = q + LP_MR * d,
        *packed = s + LP_MR * tkp;
  for (int64_t head = 0; head < x->kv_heads; head++) {
    pack_keys(x, LP_KEY, head, keys);
    copy_keys(x, LP_VALUE, head, hd, values);
    for (int64_t row0 = 0; row0 < total; row0 += LP_MR) {
      const int64_t rows = minimum(LP_MR, total - row0), bound = visible_keys(x, row0 + rows - 1);
      // Keys before the first row's window are seen by none of the rows.
      const int64_t begin = first_key(x, visible_keys(x, row0)) / LP_NR * LP_NR;
      pack_queries(x, x->q, head, row0, rows, x->scale, q);
      for (int64_t j = begin; j < bound; j += LP_NR)
        tile2(d, q, keys + j * d, LP_NR, 0, q, keys, LP_NR, s + j, tkp, LP_MR, LP_NR, 0);
      for (int64_t i = 0; i < LP_MR; i++) {
        float *row = s + i * tkp;
        const int64_t n = i < rows ? visible_keys(x, row0 + i) : 0, seen = n > 0 ? first_key(x, n) : begin;
        float highest = -INFINITY, sum = 0;
        if (x->soft_cap != 0) cap_scores(x, row, begin, n);
        for (int64_t j = begin; j < seen; j++) row[j] = -INFINITY;
        int64_t j = begin;
        if (n >= begin + LP_W) {
          vf m = v_load(row + begin);
          for (j = begin + LP_W; j + LP_W <= n; j += LP_W) m = v_max(m, v_load(row + j));
          highest = v_highest(m);
        }
        for (; j < n; j++) highest = row[j] > highest ? row[j] : highest;
        vf sums = v_set(0);
        for (j = begin; j + LP_W <= n; j += LP_W) {
          vf e = v_exp(v_load(row + j) - highest);
          v_store(row + j, e);
          sums += e;
        }
        if (j < n) {  // the rest through a full vector: the scratch is long enough
          vf e = v_exp(v_load(row + j) - highest);
          v_store(row + j, e);
          for (int64_t r = j; r < n; r++) sum += row[r];
        }
        sum += v_sum(sums);
        const float inverse = n > 0 ? 1 / sum : 0;
        for (j = begin; j < n; j += LP_W) v_store(row + j, v_load(row + j) * inverse);
        for (j = begin; j < seen; j++) row[j] = 0;
        for (j = n; j < bound; j++) row[j] = 0;
        if (i < rows) {
          const int64_t r = row0 + i;
          x->lse[(r / group) * x->heads + head * group + r % group] = highest + logf(sum);
        }
      }
      const float *p[LP_MR];
      for (int64_t i = 0; i < LP_MR; i++) p[i] = s + i * tkp + begin;
      pack_panel(p, bound - begin, 1, packed);
      float out[LP_MR * LP_NR];
      for (int64_t j = 0; j < d; j += LP_NR) {
        tile2(bound - begin, packed, values + begin * hd + j, hd, 0, packed, values, hd, out, LP_NR, LP_MR, LP_NR, 0);
        for (int64_t i = 0; i < rows; i++)
          memcpy(x->o + query_offset(x, head, row0 + i) + j, out + i * LP_NR, (size_t)minimum(LP_NR, d - j) * 4);
      }
    }
  }
}

INLINE void add_rows(const float *from, int64_t n, float *to) {
  for (int64_t i = 0; i < n; i++) to[i] += from[i];
}

static void LP_NAME(attention_backward)(const lp_attention *x, float *scratch) {
  const int64_t tk = x->prefix + x->length, tkp = round_up(tk, LP_NR) + LP_MR, d = x->head_dim, hd = round_up(d, LP_NR);
  const int64_t group = x->heads / x->kv_heads, total = x->queries * group, span = LP_MR * LP_ROW_TILES;
  float *keys = scratch, *values = keys + tkp * hd, *plain = values + tkp * hd;
  float *gk = plain + tkp * hd, *gv = gk + tkp * hd, *p = gv + tkp * hd, *ds = p + span * tkp;
  float *qs = ds + span * tkp, *gos = qs + span * hd, *q = gos + span * hd, *go = q + LP_MR * d,
        *packed = go + LP_MR * d;
  float *columns = packed + LP_MR * tkp;
  for (int64_t head = 0; head < x->kv_heads; head++) {
    pack_keys(x, LP_KEY, head, keys);
    pack_keys(x, LP_VALUE, head, values);
    copy_keys(x, LP_KEY, head, hd, plain);
    memset(gk, 0, (size_t)(tkp * hd) * 4);
    memset(gv, 0, (size_t)(tkp * hd) * 4);
    for (int64_t start = 0; start < total; start += span) {
      const int64_t rows = minimum(span, total - start), reach = visible_keys(x, start + rows - 1);
      const int64_t filled = round_up(rows, LP_MR);
      // Keys before the first row's window are seen by none of the rows.
      const int64_t origin = first_key(x, visible_keys(x, start)) / LP_NR * LP_NR;
      // The gradients of the keys take tiles of LP_MR keys from there on, the last of which may reach past what is seen.
      const int64_t end = origin + round_up(reach - origin, LP_MR);
      for (int64_t i = 0; i < rows; i++) {
        const int64_t offset = query_offset(x, head, start + i);
        for (int64_t j = 0; j < d; j++) qs[i * hd + j] = x->q[offset + j] * x->scale;
        memcpy(gos + i * hd, x->go + offset, (size_t)d * 4);
        if (hd > d) {
          memset(qs + i * hd + d, 0, (size_t)(hd - d) * 4);
          memset(gos + i * hd + d, 0, (size_t)(hd - d) * 4);
        }
      }
      for (int64_t row0 = 0; row0 < filled; row0 += LP_MR) {
        const int64_t mb = minimum(LP_MR, rows - row0), bound = visible_keys(x, start + row0 + mb - 1);
        float *pt = p + row0 * tkp, *dt = ds + row0 * tkp;
        pack_queries(x, x->q, head, start + row0, mb, x->scale, q);
        pack_queries(x, x->go, head, start + row0, mb, 1, go);
        const int64_t begin = first_key(x, visible_keys(x, start + row0)) / LP_NR * LP_NR;
        for (int64_t j = begin; j < bound; j += LP_NR) {
          tile2(d, q, keys + j * d, LP_NR, 0, q, keys, LP_NR, pt + j, tkp, LP_MR, LP_NR, 0);
          tile2(d, go, values + j * d, LP_NR, 0, go, values, LP_NR, dt + j, tkp, LP_MR, LP_NR, 0);
        }
        for (int64_t i = 0; i < LP_MR; i++) {
          float *pr = pt + i * tkp, *dr = dt + i * tkp;
          int64_t n = 0, seen = origin;
          if (i < mb) {
            const int64_t r = start + row0 + i, offset = query_offset(x, head, r);
            n = visible_keys(x, r);
            seen = first_key(x, n);
            const float lse = x->lse[(r / group) * x->heads + head * group + r % group];
            float delta = 0;
            int64_t j = 0;
            vf sums = v_set(0);
            for (; j + LP_W <= d; j += LP_W) sums += v_load(x->go + offset + j) * v_load(x->o + offset + j);
            for (; j < d; j++) delta += x->go[offset + j] * x->o[offset + j];
            delta += v_sum(sums);
            const int64_t from = seen / LP_W * LP_W;
            if (x->soft_cap != 0) {
              const float inverse = 1 / x->soft_cap;
              cap_scores(x, pr, from, n);
              for (j = from; j < n; j += LP_W) {
                vf l = v_load(pr + j), u = l * inverse, e = v_exp(l - lse);
                v_store(pr + j, e);
                v_store(dr + j, e * (v_load(dr + j) - delta) * (1.0f - u * u));
              }
            } else {
              for (j = from; j < n; j += LP_W) {
                vf e = v_exp(v_load(pr + j) - lse);
                v_store(pr + j, e);
                v_store(dr + j, e * (v_load(dr + j) - delta));
              }
            }
          }
          for (int64_t j = origin; j < seen; j++) pr[j] = dr[j] = 0;
          for (int64_t j = n > origin ? n : origin; j < end; j++) pr[j] = dr[j] = 0;
        }
        const float *source[LP_MR];
        for (int64_t i = 0; i < LP_MR; i++) source[i] = dt + i * tkp + begin;
        pack_panel(source, bound - begin, x->scale, packed);
        float out[LP_MR * LP_NR];
        for (int64_t j = 0; j < d; j += LP_NR) {
          tile2(bound - begin, packed, plain + begin * hd + j, hd, 0, packed, plain, hd, out, LP_NR, LP_MR, LP_NR, 0);
          for (int64_t i = 0; i < mb; i++)
            memcpy(x->gq + query_offset(x, head, start + row0 + i) + j, out + i * LP_NR,
                   (size_t)minimum(LP_NR, d - j) * 4);
        }
      }
      for (int64_t key = origin; key < reach; key += LP_MR) {
        for (int pass = 0; pass < 2; pass++) {
          const float *from = pass ? p : ds, *right = pass ? gos : qs;
          float *to = pass ? gv : gk;
          for (int64_t i = 0; i < rows; i++) memcpy(columns + i * LP_MR, from + i * tkp + key, LP_MR * 4);
          for (int64_t j = 0; j < d; j += LP_NR)
            tile2(rows, columns, right + j, hd, 0, columns, right, hd, to + key * hd + j, hd, LP_MR, LP_NR, 1);
        }
      }
    }
    for (int64_t key = 0; key < tk; key++) {
      int64_t place = key;
      const lp_shared_keys to = keys_of(x, &place);
      add_rows(gk + key * hd, d, to.gk + place * x->ldkv + head * d);
      add_rows(gv + key * hd, d, to.gv + place * x->ldkv + head * d);
    }
  }
}
