// What the checks of kernels share: seeded numbers, guarded memory, and expectations.
//
// The program compares each kernel of each level of the processor with a plain loop in double precision that is written
// here a second time, from the formulas. It needs nothing but a C library, so that it also runs where Swift does not:
// scripts/check-arm64.sh runs it on this machine and, in an emulator, as a program for 64-bit ARM.
#pragma once
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lp_inference.h"
#include "lp_training.h"

// What the following expectations are about: printed with a failure. The memory of the case before is released.
void begin(const char *format, ...) __attribute__((format(printf, 1, 2)));
// The sequence of random numbers starts again, so that a case does not depend on those before it.
void seed(uint64_t number);
uint64_t random_bits(void);
// In (−1, 1).
float random_float(void);

// Memory that ends where a page begins that cannot be touched, so that a kernel that reads or writes past its operands
// crashes. Floats begin as NaN, so that what a kernel leaves out is found; doubles begin as 0.
void *memory(size_t bytes);
float *floats(size_t n);
double *doubles(size_t n);
// n random floats times `factor`.
float *random_floats(size_t n, float factor);

void expect(int condition, const char *what);
// |found − expected| ≤ tolerance · (1 + |expected|) for each.
void expect_close(const char *what, const float *found, const double *expected, size_t n, double tolerance);
void expect_near(const char *what, double found, double expected, double bound);
void expect_same(const char *what, const void *a, const void *b, size_t bytes);
// All n floats are NaN: a kernel wrote nothing there.
void expect_untouched(const char *what, const float *x, size_t n);

// Prints a digest of what a kernel of generation wrote, for comparing levels and machines.
void digest(const char *what, const void *data, size_t bytes);
// The name of the level that is being checked.
extern const char *level_name;
int failure_count(void);
int expectation_count(void);

// Stored weights (stored.c): random blocks with sane scales; element i of a block by the format's definition, and the sum of
// the magnitudes of its terms.
const char *type_name(int type);
size_t stored_bytes(int type, size_t elements);
uint8_t *random_weights(int type, size_t rows, size_t columns);
double stored_value(int type, const uint8_t *block, size_t element, double *magnitude);
double stored_element(int type, const uint8_t *row, size_t element);
double half_value(uint16_t bits);

void check_widening(const lp_isa *k);
void check_products(const lp_isa *k);
void check_attention(const lp_isa *k);
void check_elementwise(const lp_isa *k);
void check_delta(const lp_isa *k);
void check_generation_products(const lp_inference_kernels *k);
void check_generation(const lp_inference_kernels *k);
