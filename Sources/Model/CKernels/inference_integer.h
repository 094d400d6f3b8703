// Products of weights kept as small integers with scales. X is quantised too, to 16 bits per block of 32 columns, so
// that a block's sum is exact in 32-bit integers and hence the same in every order; between blocks the sums are f32.

// A block of a panel of M rows of X: [16][M] pairs of columns, [M] scales, [M] sums of the integers, [M] sums in f32.
#define X_BLOCK(M) ((size_t)(M) * 76)

// A group widened once for many rows of X, block by block: [16][16] pairs, then f32 scales (two for blocks of 16
// columns), then minima.
enum { WIDE_INTEGER = 9, WIDE_INTEGER_MINIMA = 10, WIDE_INTEGER_HALVES = 11 };

INLINE int has_minima(const int format) {
  return format == LP_PACKED_Q4_1 || format == LP_PACKED_Q4_S || format == WIDE_INTEGER_MINIMA;
}
INLINE int is_nibbles(const int format) {
  return format == LP_PACKED_Q4_0 || format == LP_PACKED_Q4_1 || format == LP_PACKED_Q4_S;
}
INLINE int is_wide(const int format) { return format >= WIDE_INTEGER; }
// Scales in 32 columns.
INLINE int halves(const int format) { return format == LP_PACKED_Q8_S || format == WIDE_INTEGER_HALVES ? 2 : 1; }
// Bytes of 32 columns of a group.
INLINE size_t block_bytes(const int format) {
  switch (format) {
  case LP_PACKED_Q8_0: return 544;
  case LP_PACKED_Q4_0: return 288;
  case LP_PACKED_Q4_1: return 320;
  case LP_PACKED_Q4_S: return 384;
  case LP_PACKED_Q8_S: return 640;
  case WIDE_INTEGER: return 1088;
  default: return 1152;
  }
}
INLINE v16 block_scale(const int format, const uint8_t *block, int half) {
  switch (format) {
  case LP_PACKED_Q4_S: return v_load((const float *)block);
  case LP_PACKED_Q8_S: return v_load((const float *)(block + half * 320));
  case WIDE_INTEGER:
  case WIDE_INTEGER_MINIMA:
  case WIDE_INTEGER_HALVES: return v_load((const float *)(block + 1024 + half * 64));
  default: return v_f16(block);
  }
}
INLINE v16 block_minimum(const int format, const uint8_t *block) {
  return format == LP_PACKED_Q4_1   ? v_f16(block + 32)
         : format == LP_PACKED_Q4_S ? v_load((const float *)(block + 64))
                                    : v_load((const float *)(block + 1088));
}
// The 16 rows' pairs of columns 2 (4 q + i) and the next, as 16-bit integers; `words` are those of `block_words`.
INLINE i16v block_words(const int format, const uint8_t *block, int q) {
  i16v words = {0};
  if (is_nibbles(format))
    memcpy(&words, block + (format == LP_PACKED_Q4_0 ? 32 : format == LP_PACKED_Q4_1 ? 64 : 128) + q * 64, 64);
  return words;
}
INLINE i16v block_pairs(const int format, const uint8_t *block, i16v words, int q, int i) {
  i16v pairs;
  if (is_wide(format)) {
    memcpy(&pairs, block + (q * 4 + i) * 64, 64);
  } else if (is_nibbles(format)) {
    pairs = (i16v)(((u16v)words >> (4 * (uint32_t)i)) & 0x000F000Fu);
  } else {
    const int pair = q * 4 + i;
    const uint8_t *at = format == LP_PACKED_Q8_0 ? block + 32 + pair * 32 : block + pair / 8 * 320 + 64 + pair % 8 * 32;
    b32v bytes;
    memcpy(&bytes, at, 32);
    s32v wide = __builtin_convertvector(bytes, s32v);
    memcpy(&pairs, &wide, 64);
  }
  return pairs;
}

// One group at a time: weights are then read in one sequence of addresses, which is what the processor's own prefetching
// is best at (one row of X, two cores: 35 to 55 GB/s where four groups at once gave 21 to 30).
INLINE void integer_tile(const int format, const int G, const int M, TILE_ARGUMENTS) {
  (void)along;
  v16 acc[MAX_TILE];
  UNROLL for (int m = 0; m < M; m++) acc[m] = v_all(0);
  const size_t bytes = block_bytes(format);
  // A tile of few rows keeps several chains, so that a multiplication need not wait for the one before it.
  const int H = halves(format), S = M >= 4 ? 1 : 4 / M;
  for (size_t b = 0; b < cols / 32; b++) {
    const uint8_t *block = w + b * bytes;
    const uint8_t *xb = (const uint8_t *)x + b * X_BLOCK(M);
    const int32_t *pairs = (const int32_t *)xb, *integers = pairs + 17 * M;
    const float *scales = (const float *)(pairs + 16 * M), *sums = (const float *)(pairs + 18 * M);
    UNROLL for (int h = 0; h < H; h++) {
      i16v part[MAX_TILE];
      UNROLL for (int at = 0; at < S * M; at++) {
        // Nibbles of q4_0 stand for n - 8.
        part[at] = format == LP_PACKED_Q4_0 && at < M ? v_all_int(integers[at]) * -8 : (i16v){0};
      }
      UNROLL for (int q = 4 / H * h; q < 4 / H * (h + 1); q++) {
        i16v words = block_words(format, block, q);
        UNROLL for (int i = 0; i < 4; i++) {
          i16v wv = block_pairs(format, block, words, q, i);
          UNROLL for (int m = 0; m < M; m++) {
            const int at = i % S * M + m;
            part[at] = v_dot(part[at], wv, v_all_int(pairs[(q * 4 + i) * M + m]));
          }
        }
      }
      UNROLL for (int at = M; at < S * M; at++) part[at % M] += part[at];
      v16 d = block_scale(format, block, h);
      UNROLL for (int m = 0; m < M; m++)
        acc[m] = v_fma(d * v_all(scales[m]), __builtin_convertvector(part[m], v16), acc[m]);
    }
    if (has_minima(format)) {
      v16 d = block_minimum(format, block);
      UNROLL for (int m = 0; m < M; m++) acc[m] = v_fma(d, v_all(sums[m]), acc[m]);
    }
  }
  STORE_TILE
}

INLINE void widen_integer_format(const int format, const lp_packed *w, size_t group, uint8_t *panel) {
  const int wide = has_minima(format) ? WIDE_INTEGER_MINIMA : halves(format) == 2 ? WIDE_INTEGER_HALVES : WIDE_INTEGER;
  const s32v eights = (s32v){0} + 8;
  for (size_t b = 0; b < w->cols / 32; b++) {
    const uint8_t *block = w->data + group * w->group_bytes + b * block_bytes(format);
    uint8_t *to = panel + b * block_bytes(wide);
    UNROLL for (int q = 0; q < 4; q++) {
      i16v words = block_words(format, block, q);
      UNROLL for (int i = 0; i < 4; i++) {
        i16v pairs = block_pairs(format, block, words, q, i);
        s32v values;
        memcpy(&values, &pairs, 64);
        if (format == LP_PACKED_Q4_0) values -= eights;
        memcpy(to + (q * 4 + i) * 64, &values, 64);
      }
    }
    UNROLL for (int h = 0; h < halves(format); h++)
      v_store((float *)(to + 1024 + h * 64), block_scale(format, block, h));
    if (has_minima(format)) v_store((float *)(to + 1088), block_minimum(format, block));
  }
}

static void widen_integer(const lp_packed *w, size_t group, uint8_t *panel) {
  switch (w->format) {
  case LP_PACKED_Q8_0: widen_integer_format(LP_PACKED_Q8_0, w, group, panel); break;
  case LP_PACKED_Q4_0: widen_integer_format(LP_PACKED_Q4_0, w, group, panel); break;
  case LP_PACKED_Q4_1: widen_integer_format(LP_PACKED_Q4_1, w, group, panel); break;
  case LP_PACKED_Q4_S: widen_integer_format(LP_PACKED_Q4_S, w, group, panel); break;
  default: widen_integer_format(LP_PACKED_Q8_S, w, group, panel); break;
  }
}

// Quantises 32 columns of row `i` of a panel of n rows. A block with an infinity or a NaN gets the scale NaN.
INLINE void quantise_block(const float *x, size_t n, size_t i, uint8_t *out) {
  v16 a = v_load(x), c = v_load(x + 16);
  i16v ab, cb;
  memcpy(&ab, &a, 64);
  memcpy(&cb, &c, 64);
  // Floats without their sign compare like integers, and NaN above all.
  i16v largest = __builtin_elementwise_max(ab & 0x7FFFFFFF, cb & 0x7FFFFFFF);
  const int32_t bits = __builtin_reduce_max(largest);
  float most;
  memcpy(&most, &bits, 4);
  const int finite = bits < 0x7F800000, something = most > 1e-30f;
  const float inverse = finite && something ? 32767.0f / most : 0, scale = finite ? (something ? most / 32767.0f : 0) : __builtin_nanf("");
  v16 zero = v_all(0);
  i16v qa = __builtin_convertvector(__builtin_elementwise_roundeven(finite ? a * inverse : zero), i16v);
  i16v qc = __builtin_convertvector(__builtin_elementwise_roundeven(finite ? c * inverse : zero), i16v);
  const int32_t sum = __builtin_reduce_add(qa + qc);
  s16v na = __builtin_convertvector(qa, s16v), nc = __builtin_convertvector(qc, s16v);
  int32_t pairs[16];
  memcpy(pairs, &na, 32);
  memcpy(pairs + 8, &nc, 32);
  int32_t *to = (int32_t *)out;
  for (int p = 0; p < 16; p++) to[(size_t)p * n + i] = pairs[p];
  memcpy(out + 64 * n + i * 4, &scale, 4);
  memcpy(out + 68 * n + i * 4, &sum, 4);
  const float whole = scale * (float)sum;
  memcpy(out + 72 * n + i * 4, &whole, 4);
}

static void prepare_quantised(const float *x, size_t ldx, size_t m, size_t cols, void *out) {
  uint8_t *to = out;
  for (size_t row = 0; row < m;) {
    const size_t n = panel_rows(m - row);
    for (size_t b = 0; b < cols / 32; b++)
      for (size_t i = 0; i < n; i++) quantise_block(x + (row + i) * ldx + b * 32, n, i, to + b * X_BLOCK(n));
    to += X_BLOCK(n) * (cols / 32);
    row += n;
  }
}
