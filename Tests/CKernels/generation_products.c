// Matrix products of generation. Whatever the rows of X together, the threads and the level, an output is the same bits.
#include "check.h"

// A matrix as the engine holds it: plain types packed in groups of 16 rows, quantized types as stored.
static lp_weights loaded(int type, size_t rows, size_t columns, const uint8_t *stored) {
  lp_weights w = {stored, 0, columns, rows, stored_bytes(type, columns), (rows + 15) / 16, 0, type, 0};
  if (lp_is_quantized(type)) return w;
  w.group_bytes = lp_packed_group_bytes(type, columns);
  uint8_t *packed = memory(w.groups * w.group_bytes);
  for (size_t group = 0; group < w.groups; group++) {
    const uint8_t *sources[16];
    for (size_t lane = 0; lane < 16; lane++)
      sources[lane] = group * 16 + lane < rows ? stored + (group * 16 + lane) * w.row_bytes : 0;
    lp_pack_group(&w, group, sources, packed);
  }
  w.data = packed;
  return w;
}

// Bits that inputs of quantized weights are rounded to.
static int bits = 16;

static void *prepared(const lp_inference_kernels *k, int type, const float *x, size_t ldx, size_t m, size_t columns) {
  const int quantized = lp_is_quantized(type);
  void *out = memory(m * lp_prepared_row_bytes(quantized, columns));
  (!quantized ? k->prepare_plain : bits == 8 ? k->prepare_bytes : k->prepare_quantized)(x, ldx, m, columns, out);
  return out;
}

static void product(const lp_inference_kernels *k, const lp_weights *w, size_t begin, size_t end, const void *x,
                    size_t m, float *y, size_t ldy, int accumulate) {
  // Aligned to 64, as a product asks for: its size is a multiple of 64, and so is that of a page.
  void *panel = memory(LP_PANEL_BYTES);
  (bits == 8 ? k->matmul_bytes : k->matmul)(w, begin, end, x, m, y, ldy, accumulate, panel);
}

// What a product reads of x: itself, or integers with a scale for 32 columns.
static double *read_as(int type, const float *x, size_t ldx, size_t m, size_t columns) {
  double *exact = doubles(m * columns);
  for (size_t i = 0; i < m; i++)
    for (size_t k = 0; k < columns; k++) {
      double value = (double)x[i * ldx + k];
      if (lp_is_quantized(type)) {
        float most = 0;
        for (size_t j = k / 32 * 32; j < k / 32 * 32 + 32; j++)
          if (fabsf(x[i * ldx + j]) > most) most = fabsf(x[i * ldx + j]);
        const float limit = bits == 8 ? 127 : 32767, inverse = limit / most, scale = most / limit;
        value = (double)rintf(x[i * ldx + k] * inverse) * (double)scale;
      }
      exact[i * columns + k] = value;
    }
  return exact;
}

static const size_t batches[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 24, 29};
enum { BATCHES = sizeof batches / sizeof batches[0], MOST = 29 };

static void check_type(const lp_inference_kernels *k, int type, size_t columns) {
  begin("generation product with %s, %zu columns, %d bits", type_name(type), columns, bits);
  // 13 groups of 16: pairs of groups and one alone, which is not whole.
  const size_t rows = 205, ldx = columns + 1, width = 13 * 16, ldy = width + 5;
  const uint8_t *stored = random_weights(type, rows, columns);
  const lp_weights w = loaded(type, rows, columns, stored);
  const float *x = random_floats((MOST - 1) * ldx + columns, 1);
  const double *exact_x = read_as(type, x, ldx, MOST, columns);
  double *exact = doubles(MOST * rows), *bound = doubles(MOST * rows), *row_values = doubles(columns);
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < columns; c++) row_values[c] = stored_element(type, stored + r * w.row_bytes, c);
    for (size_t i = 0; i < MOST; i++) {
      double sum = 0, size = 0;
      for (size_t c = 0; c < columns; c++) {
        const double term = row_values[c] * exact_x[i * columns + c];
        sum += term, size += fabs(term);
      }
      // A chain of roundings in f32, each relative to a partial sum no larger than the sum of magnitudes.
      exact[i * rows + r] = sum, bound[i * rows + r] = 1e-6 + 1.8e-6 * size;
    }
  }
  float *alone[MOST];
  for (size_t i = 0; i < MOST; i++) {
    alone[i] = floats(width);
    product(k, &w, 0, w.groups, prepared(k, type, x + i * ldx, ldx, 1, columns), 1, alone[i], width, 0);
  }
  for (size_t i = 0; i < MOST; i++)
    for (size_t r = 0; r < rows; r++)
      expect_near("an output", (double)alone[i][r], exact[i * rows + r], bound[i * rows + r]);
  float *all = floats(MOST * width);
  for (size_t i = 0; i < MOST; i++) memcpy(all + i * width, alone[i], width * 4);
  char name[64];
  snprintf(name, sizeof name, "product%s %s %zu", bits == 8 ? " of bytes" : "", type_name(type), columns);
  digest(name, all, MOST * width * 4);

  for (size_t at = 0; at < BATCHES; at++) {
    const size_t m = batches[at];
    float *y = floats((m - 1) * ldy + width);
    const void *input = prepared(k, type, x, ldx, m, columns);
    // As three threads would.
    static const size_t cuts[] = {0, 4, 9, 13};
    for (size_t part = 0; part < 3; part++) product(k, &w, cuts[part], cuts[part + 1], input, m, y, ldy, 0);
    for (size_t i = 0; i < m; i++) {
      expect_same("an output in a batch", y + i * ldy, alone[i], width * 4);
      if (i + 1 < m) expect_untouched("y", y + i * ldy + width, 5);
    }
    product(k, &w, 0, w.groups, input, m, y, ldy, 1);
    for (size_t i = 0; i < m; i++)
      for (size_t r = 0; r < rows; r++)
        expect((double)y[i * ldy + r] == 2 * (double)alone[i][r], "added, a product is twice itself");
  }
}

// Gate and up, group by group in turn, give what each gives alone.
static void check_interleaved(const lp_inference_kernels *k, int type) {
  begin("two matrices of %s in turn, %d bits", type_name(type), bits);
  const size_t rows = 40, columns = 512, m = 19;
  const uint8_t *stored[2] = {random_weights(type, rows, columns), random_weights(type, rows, columns)};
  const float *x = random_floats(m * columns, 1);
  const void *input = prepared(k, type, x, columns, m, columns);
  lp_weights both = loaded(type, rows, columns, stored[0]);
  both.other = stored[1];
  both.groups = 6;
  float *together = floats(m * 96);
  product(k, &both, 0, 6, input, m, together, 96, 0);
  for (size_t turn = 0; turn < 2; turn++) {
    const lp_weights one = loaded(type, rows, columns, stored[turn]);
    float *y = floats(m * 48);
    product(k, &one, 0, 3, input, m, y, 48, 0);
    for (size_t i = 0; i < m; i++)
      for (size_t group = 0; group < 3; group++)
        expect_same("a group", together + i * 96 + group * 32 + turn * 16, y + i * 48 + group * 16, 64);
  }
}

// So many rows that they do not stay in the cache together and are taken in parts.
static void check_many_rows(const lp_inference_kernels *k, int type) {
  begin("291 rows by %s, %d bits", type_name(type), bits);
  const size_t rows = 32, columns = 1536, m = 291;
  const lp_weights w = loaded(type, rows, columns, random_weights(type, rows, columns));
  const float *x = random_floats(m * columns, 1);
  float *y = floats(m * 32), alone[32];
  product(k, &w, 0, 2, prepared(k, type, x, columns, m, columns), m, y, 32, 0);
  static const size_t some[] = {0, 59, 60, 61, 95, 96, 239, 240, 263, 290};
  for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
    product(k, &w, 0, 2, prepared(k, type, x + some[i] * columns, columns, 1, columns), 1, alone, 32, 0);
    expect_same("a row", y + some[i] * 32, alone, sizeof alone);
  }
}

// A block with an infinity or a NaN poisons its row and no other.
static void check_poison(const lp_inference_kernels *k, int type, float poison) {
  begin("an input of %g, %d bits", (double)poison, bits);
  const lp_weights w = loaded(type, 16, 96, random_weights(type, 16, 96));
  float *x = floats(2 * 96), y[32];
  for (int i = 0; i < 192; i++) x[i] = i == 40 ? poison : i == 96;
  product(k, &w, 0, 1, prepared(k, type, x, 96, 2, 96), 2, y, 16, 0);
  for (int i = 0; i < 32; i++) expect(i < 16 ? isnan(y[i]) : isfinite(y[i]), "only the poisoned row is NaN");
}

// Codes and inputs of the largest size, of one sign: sums in 16 bits must hold them.
static void check_largest(const lp_inference_kernels *k, int type) {
  begin("the largest sums of %s, %d bits", type_name(type), bits);
  const size_t columns = 512, m = 9;
  const lp_block block = lp_block_of(type);
  for (int low = 0; low < 2; low++) {
    uint8_t *stored = random_weights(type, 16, columns);
    const size_t row_bytes = stored_bytes(type, columns);
    // All bits of the codes, where no scales lie.
    const size_t first = type == LP_Q4_0 ? 2 : type == LP_Q4_1 ? 4 : type == LP_Q6_K ? 0 : 16;
    const size_t end = type == LP_Q6_K ? 192 : (size_t)block.bytes;
    for (size_t at = 0; at < 16 * row_bytes; at += (size_t)block.bytes)
      memset(stored + at + first, low ? 0 : 0xFF, end - first);
    const lp_weights w = loaded(type, 16, columns, stored);
    float *x = floats(m * columns), *y = floats(m * 16);
    for (size_t i = 0; i < m * columns; i++) x[i] = i / columns % 2 ? -3 : 3;
    product(k, &w, 0, 1, prepared(k, type, x, columns, m, columns), m, y, 16, 0);
    for (size_t i = 0; i < m; i++)
      for (size_t r = 0; r < 16; r++) {
        double sum = 0, size = 0;
        for (size_t c = 0; c < columns; c++) {
          const double term = stored_element(type, stored + r * row_bytes, c) * (double)x[i * columns + c];
          sum += term, size += fabs(term);
        }
        // Terms are differences where a type has minima, so their size says less about the roundings.
        expect_near("an output", (double)y[i * 16 + r], sum, 1e-6 + 1e-5 * size);
      }
  }
}

void check_generation_products(const lp_inference_kernels *k) {
  for (int at = 0; lp_weight_type_at(at) >= 0; at++) {
    const int type = lp_weight_type_at(at);
    const size_t each = (size_t)lp_block_of(type).elements;
    for (bits = 16; bits == 16 || (bits == 8 && lp_takes_bytes(type)); bits -= 8) {
      check_type(k, type, each == 1 ? 37 : each == 32 ? 96 : 256);
      check_type(k, type, each == 1 ? 300 : each == 32 ? 160 : 768);
      if (lp_takes_bytes(type)) check_largest(k, type);
    }
  }
  for (bits = 16; bits >= 8; bits -= 8) {
    // More columns than are taken at a time.
    check_type(k, bits == 8 ? LP_Q4_0 : LP_Q8_0, 1184);
    check_type(k, LP_Q4_K, 1280);
    static const int interleaved[] = {LP_Q4_0, LP_Q4_K, LP_Q6_K, LP_Q8_0};
    for (int i = 0; i < (bits == 8 ? 3 : 4); i++) check_interleaved(k, interleaved[i]);
    static const int many[] = {LP_Q4_0, LP_Q4_K, LP_Q6_K, LP_F16};
    for (int i = 0; i < (bits == 8 ? 3 : 4); i++) check_many_rows(k, many[i]);
    const int poisoned = bits == 8 ? LP_Q4_0 : LP_Q8_0;
    check_poison(k, poisoned, NAN);
    check_poison(k, poisoned, INFINITY);
    check_poison(k, poisoned, -INFINITY);
  }
  bits = 16;
}
