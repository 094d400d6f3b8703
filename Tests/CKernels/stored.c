// How weights are stored, element by element and from the formats' definitions: slow, and independent of the kernels.
#include "check.h"

const char *type_name(int type) {
  switch (type) {
#define NAME(constant, number, elements, bytes)                                                                        \
  case number: return #constant;
    LP_WEIGHT_TYPES(NAME)
#undef NAME
    default: return "?";
  }
}

size_t stored_bytes(int type, size_t elements) {
  const lp_block block = lp_block_of(type);
  return elements / (size_t)block.elements * (size_t)block.bytes;
}

double half_value(uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const double size = exponent == 31 ? (mantissa ? (double)NAN : (double)INFINITY)
                      : exponent     ? ldexp(1024 + mantissa, exponent - 25)
                                     : ldexp(mantissa, -24);
  return bits & 0x8000 ? -size : size;
}

static double half_at(const uint8_t *p) { return half_value((uint16_t)(p[0] | p[1] << 8)); }

// The 6-bit scale and minimum number j of 8 that q4_k and q5_k keep in 12 bytes.
static void six_bits(const uint8_t *s, size_t j, int *scale, int *minimum) {
  if (j < 4) {
    *scale = s[j] % 64;
    *minimum = s[j + 4] % 64;
  } else {
    *scale = s[j + 4] % 16 + s[j - 4] / 64 * 16;
    *minimum = s[j + 4] / 16 + s[j] / 64 * 16;
  }
}

static const int nonlinear[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
static const double four_bit_floats[8] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};

static double terms(double first, double second, double *magnitude) {
  if (magnitude) *magnitude = fabs(first) + fabs(second);
  return first + second;
}

double stored_value(int type, const uint8_t *b, size_t i, double *magnitude) {
  const size_t k = i % 32, in_half = i % 128, half = i / 128, sub = i / 32;
  // Of types with 32 columns a block: the nibble of column i in 16 bytes at q.
#define NIBBLE(q) (i < 16 ? (q)[i] % 16 : (q)[i - 16] / 16)
  switch (type) {
    case LP_F32: {
      float f;
      memcpy(&f, b, 4);
      return terms((double)f, 0, magnitude);
    }
    case LP_F16: return terms(half_at(b), 0, magnitude);
    case LP_BF16: {
      const uint32_t bits = (uint32_t)(b[0] | b[1] << 8) << 16;
      float f;
      memcpy(&f, &bits, 4);
      return terms((double)f, 0, magnitude);
    }
    case LP_Q8_0: return terms(half_at(b) * (int8_t)b[2 + i], 0, magnitude);
    case LP_Q4_0: return terms(half_at(b) * (NIBBLE(b + 2) - 8), 0, magnitude);
    case LP_Q4_1: return terms(half_at(b) * NIBBLE(b + 4), half_at(b + 2), magnitude);
    case LP_Q5_0: return terms(half_at(b) * (NIBBLE(b + 6) + (b[2 + i / 8] >> i % 8 & 1) * 16 - 16), 0, magnitude);
    case LP_Q5_1:
      return terms(half_at(b) * (NIBBLE(b + 8) + (b[4 + i / 8] >> i % 8 & 1) * 16), half_at(b + 2), magnitude);
    case LP_Q2_K: {
      const int q = b[16 + half * 32 + k] >> in_half / 32 * 2 & 3, scales = b[i / 16];
      return terms(half_at(b + 80) * (scales % 16) * q, -half_at(b + 82) * (scales / 16), magnitude);
    }
    case LP_Q3_K: {
      const uint8_t *s = b + 96;
      const size_t j = i / 16;
      const int scale = (j < 8 ? s[j] % 16 : s[j - 8] / 16) + (s[8 + j % 4] >> j / 4 * 2 & 3) * 16 - 32;
      const int q = (b[32 + half * 32 + k] >> in_half / 32 * 2 & 3) - (b[k] >> sub & 1 ? 0 : 4);
      return terms(half_at(b + 108) * scale * q, 0, magnitude);
    }
    case LP_Q4_K:
    case LP_Q5_K: {
      const uint8_t *quants = b + (type == LP_Q4_K ? 16 : 48) + sub / 2 * 32;
      int scale, minimum, q = sub % 2 ? quants[k] / 16 : quants[k] % 16;
      if (type == LP_Q5_K) q += (b[16 + k] >> sub & 1) * 16;
      six_bits(b + 4, sub, &scale, &minimum);
      return terms(half_at(b) * scale * q, -half_at(b + 2) * minimum, magnitude);
    }
    case LP_Q6_K: {
      const size_t quarter = in_half / 32;
      const uint8_t low = b[half * 64 + quarter % 2 * 32 + k];
      const int q = (quarter < 2 ? low % 16 : low / 16) + (b[128 + half * 32 + k] >> quarter * 2 & 3) * 16 - 32;
      return terms(half_at(b + 208) * (int8_t)b[192 + i / 16] * q, 0, magnitude);
    }
    case LP_IQ4_NL: return terms(half_at(b) * nonlinear[NIBBLE(b + 2)], 0, magnitude);
    case LP_IQ4_XS: {
      const uint8_t byte = b[8 + sub * 16 + k % 16];
      const int high = (b[2] | b[3] << 8) >> sub * 2 & 3, low = b[4 + sub / 2] >> sub % 2 * 4 & 15;
      return terms(half_at(b) * (low + high * 16 - 32) * nonlinear[k < 16 ? byte % 16 : byte / 16], 0, magnitude);
    }
    case LP_MXFP4: {
      const int code = NIBBLE(b + 1);
      return terms(ldexp(code < 8 ? four_bit_floats[code] : -four_bit_floats[code - 8], b[0] - 127), 0, magnitude);
    }
    default: return (double)NAN;
  }
#undef NIBBLE
}

double stored_element(int type, const uint8_t *row, size_t element) {
  const lp_block block = lp_block_of(type);
  const size_t each = (size_t)block.elements;
  return stored_value(type, row + element / each * (size_t)block.bytes, element % each, 0);
}

// Where the f16 scales of a block are; −1 for none.
static void scale_places(int type, int places[2]) {
  places[0] = 0, places[1] = -1;
  switch (type) {
    case LP_Q4_1:
    case LP_Q5_1:
    case LP_Q4_K:
    case LP_Q5_K: places[1] = 2; break;
    case LP_Q2_K: places[0] = 80, places[1] = 82; break;
    case LP_Q3_K: places[0] = 108; break;
    case LP_Q6_K: places[0] = 208; break;
    case LP_MXFP4: places[0] = -1; break;
  }
}

uint8_t *random_weights(int type, size_t rows, size_t columns) {
  const lp_block block = lp_block_of(type);
  const size_t bytes = stored_bytes(type, rows * columns);
  uint8_t *data = memory(bytes);
  int places[2];
  scale_places(type, places);
  for (size_t at = 0; at < bytes; at += (size_t)block.bytes) {
    if (type == LP_F32) {
      const float f = random_float();
      memcpy(data + at, &f, 4);
      continue;
    }
    for (int i = 0; i < block.bytes; i++) data[at + (size_t)i] = (uint8_t)random_bits();
    const uint16_t sign = (uint16_t)(random_bits() % 2 << 15);
    uint16_t number = (uint16_t)(0x2C00 + random_bits() % 0xC00);
    if (type == LP_BF16) number = (uint16_t)(0x3E00 + random_bits() % 0x100);
    number |= sign;
    if (block.elements == 1) memcpy(data + at, &number, 2);
    else if (type == LP_MXFP4) data[at] = (uint8_t)(116 + random_bits() % 8);
    else
      for (int i = 0; i < 2; i++) {
        const uint16_t scale = (uint16_t)(0x1C00 + random_bits() % 0x400);
        if (places[i] >= 0) memcpy(data + at + places[i], &scale, 2);
      }
  }
  return data;
}

void check_widening(const lp_isa *k) {
  for (int at = 0; lp_weight_type_at(at) >= 0; at++) {
    const int type = lp_weight_type_at(at);
    const lp_block block = lp_block_of(type);
    const size_t each = (size_t)block.elements, columns = each == 1 ? 37 : 3 * each;
    begin("widen %s", type_name(type));
    const uint8_t *row = random_weights(type, 1, columns);
    // From a later block on, too.
    for (size_t first = 0; first < columns; first += each == 1 ? 13 : each) {
      float *found = floats(columns - first);
      k->widen(type, row, (int64_t)first, (int64_t)(columns - first), found);
      for (size_t i = first; i < columns; i++) {
        double magnitude;
        const double exact = stored_value(type, row + i / each * (size_t)block.bytes, i % each, &magnitude);
        // Two products and a sum, each rounded to 2⁻²⁴ of itself.
        expect_near("a value", (double)found[i - first], exact, 2.4e-7 * magnitude);
      }
    }
  }
  begin("widen every f16");
  uint16_t *all = memory(65536 * 2);
  float *found = floats(65536);
  for (int i = 0; i < 65536; i++) all[i] = (uint16_t)i;
  k->widen(LP_F16, all, 0, 65536, found);
  int wrong = 0;
  for (int i = 0; i < 65536; i++) {
    const double exact = half_value((uint16_t)i);
    wrong += isnan(exact) ? !isnan(found[i]) : (double)found[i] != exact || !signbit(found[i]) != !signbit(exact);
  }
  expect(wrong == 0, "each of 65536 halves is exact");
  begin("widen mxfp4 at every scale");
  for (int e = 0; e < 255; e++) {
    uint8_t block[17] = {(uint8_t)e};
    for (int i = 0; i < 16; i++) block[i + 1] = (uint8_t)(i * 17);
    float values[32];
    k->widen(LP_MXFP4, block, 0, 32, values);
    for (size_t i = 0; i < 32; i++)
      expect_near("a value", (double)values[i], (double)(float)stored_value(LP_MXFP4, block, i, 0), 0);
  }
}
