// How weights are stored: the one table of element types. Numbers, names and block layouts are ggml's
// (https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h).
#pragma once
#include <stdint.h>

// X(constant, number, elements of a block, bytes of a block)
#define LP_WEIGHT_TYPES(X)                                                                                             \
  X(F32, 0, 1, 4)                                                                                                      \
  X(F16, 1, 1, 2)                                                                                                      \
  X(Q4_0, 2, 32, 18)                                                                                                   \
  X(Q4_1, 3, 32, 20)                                                                                                   \
  X(Q5_0, 6, 32, 22)                                                                                                   \
  X(Q5_1, 7, 32, 24)                                                                                                   \
  X(Q8_0, 8, 32, 34)                                                                                                   \
  X(Q2_K, 10, 256, 84)                                                                                                 \
  X(Q3_K, 11, 256, 110)                                                                                                \
  X(Q4_K, 12, 256, 144)                                                                                                \
  X(Q5_K, 13, 256, 176)                                                                                                \
  X(Q6_K, 14, 256, 210)                                                                                                \
  X(IQ4_NL, 20, 32, 18)                                                                                                \
  X(IQ4_XS, 23, 256, 136)                                                                                              \
  X(BF16, 30, 1, 2)                                                                                                    \
  X(MXFP4, 39, 32, 17)

enum lp_weight_type {
#define LP_CONSTANT(constant, number, elements, bytes) LP_##constant = number,
  LP_WEIGHT_TYPES(LP_CONSTANT)
#undef LP_CONSTANT
};

typedef struct lp_block {
  int32_t elements, bytes;
} lp_block;

// The block of a type; both 0 when no kernel reads the type.
static inline lp_block lp_block_of(int32_t type) {
  switch (type) {
#define LP_CASE(constant, number, elements, bytes)                                                                     \
  case number: return (lp_block){elements, bytes};
    LP_WEIGHT_TYPES(LP_CASE)
#undef LP_CASE
    default: return (lp_block){0, 0};
  }
}

// The types in the table's order; -1 past the last.
static inline int32_t lp_weight_type_at(int32_t index) {
#define LP_NUMBER(constant, number, elements, bytes) number,
  static const int32_t types[] = {LP_WEIGHT_TYPES(LP_NUMBER)};
#undef LP_NUMBER
  return index >= 0 && index < (int32_t)(sizeof types / sizeof types[0]) ? types[index] : -1;
}
