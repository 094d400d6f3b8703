// Products of one kind of weights by the kernels of two builds in turns: the best rate of each, and whether their bytes
// agree. Started by Benchmarks/kernels.sh.
//
//   kernels TYPE ROWS COLUMNS M TURNS [arranged]      TYPE: a ggml number; M: rows of X
//
// With `arranged` the second build reads the same weights with 16 rows side by side.
#include "lp_inference.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef ACTIVATIONS
// The same kernels, with inputs of 16 and of 8 bits.
#define lp_before lp_after
enum { BYTES = 1 };
extern const lp_inference_kernels lp_after;
#else
enum { BYTES = 0 };
extern const lp_inference_kernels lp_before, lp_after;
#endif

static uint64_t state = 88172645463325252u;
static uint64_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static void *memory(size_t bytes) {
  void *p = aligned_alloc(4096, (bytes + 8191) / 4096 * 4096);
  if (!p) exit(1);
  memset(p, 0, bytes);
  return p;
}

// Seconds of processor time: other programs on the machine disturb the caches, but do not count.
static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

// Where the f16 scales of a block are; -1 for none.
static void scale_places(int type, int places[2]) {
  places[0] = 0, places[1] = -1;
  switch (type) {
    case LP_Q4_1: case LP_Q5_1: case LP_Q4_K: case LP_Q5_K: places[1] = 2; break;
    case LP_Q2_K: places[0] = 80, places[1] = 82; break;
    case LP_Q3_K: places[0] = 108; break;
    case LP_Q6_K: places[0] = 208; break;
    case LP_MXFP4: places[0] = -1; break;
  }
}

int main(int count, char **arguments) {
  const int arranged = count == 7 && strcmp(arguments[6], "arranged") == 0;
  if (count != 6 && !arranged)
    return fprintf(stderr, "usage: kernels TYPE ROWS COLUMNS M TURNS [arranged]\n"), 2;
  if (arranged && BYTES)
    return fprintf(stderr, "kernels: inputs of 8 bits are multiplied by weights as stored\n"), 2;
  const int type = atoi(arguments[1]), turns = atoi(arguments[5]);
  const size_t rows = strtoul(arguments[2], 0, 10), columns = strtoul(arguments[3], 0, 10),
               m = strtoul(arguments[4], 0, 10);
  const lp_block block = lp_block_of(type);
  if (block.elements < 2 || !rows || !m || !columns || columns % (size_t)block.elements)
    return fprintf(stderr, "kernels: TYPE must be quantized, and COLUMNS a multiple of its block\n"), 2;

  const size_t row_bytes = columns / (size_t)block.elements * (size_t)block.bytes;
  uint8_t *data = memory(row_bytes * rows);
  int places[2];
  scale_places(type, places);
  for (size_t at = 0; at < row_bytes * rows; at += (size_t)block.bytes) {
    for (int i = 0; i < block.bytes; i++) data[at + (size_t)i] = (uint8_t)(random_bits() >> 20);
    if (type == LP_MXFP4) data[at] = (uint8_t)(116 + random_bits() % 8);
    for (int i = 0; i < 2; i++) {
      const uint16_t scale = (uint16_t)(0x1C00 + random_bits() % 0x400);
      if (places[i] >= 0) memcpy(data + at + places[i], &scale, 2);
    }
  }
  const size_t groups = (rows + 15) / 16, width = groups * 16;
  uint8_t *side_by_side = data;
  if (arranged) {
    if (!lp_can_arrange(type)) return fprintf(stderr, "kernels: rows of TYPE cannot lie side by side\n"), 2;
    side_by_side = memory(row_bytes * width);
    for (size_t group = 0; group < groups; group++) {
      const uint8_t *of[16];
      for (size_t i = 0; i < 16; i++) of[i] = group * 16 + i < rows ? data + (group * 16 + i) * row_bytes : 0;
      lp_arrange_group(type, of, columns, side_by_side + group * 16 * row_bytes);
    }
  }
  const lp_weights w[2] = {{data, 0, columns, rows, row_bytes, groups, 0, type, 0},
                           {side_by_side, 0, columns, rows, row_bytes, groups, 0, type, arranged}};
  float *x = memory(m * columns * 4);
  for (size_t i = 0; i < m * columns; i++) x[i] = (float)(int32_t)random_bits() * 0x1p-31f;

  const lp_inference_kernels *kernels[2] = {&lp_before, &lp_after};
  float *y[2];
  void *prepared = memory(m * lp_prepared_row_bytes(1, columns)), *panel = memory(1 << 20);
  double best[2] = {1e30, 1e30};
  for (int side = 0; side < 2; side++) y[side] = memory(m * width * 4);
  for (int turn = 0; turn < turns; turn++)
    for (int side = 0; side < 2; side++) {
      (side && BYTES ? kernels[side]->prepare_bytes : kernels[side]->prepare_quantized)(x, columns, m, columns, prepared);
      const double began = seconds();
      (side && BYTES ? kernels[side]->matmul_bytes : kernels[side]->matmul)(&w[side], 0, groups, prepared, m, y[side],
                                                                            width, 0, panel);
      const double took = seconds() - began;
      if (took < best[side]) best[side] = took;
    }
  const double operations = 2e-9 * (double)rows * (double)columns * (double)m;
  const int same = BYTES || memcmp(y[0], y[1], m * width * 4) == 0;
  printf("type %2d%s, %zu x %zu by %3zu rows: %6.1f -> %6.1f GFLOP/s (%.2f), %s\n", type,
         arranged ? " arranged" : "", rows, columns, m,
         operations / best[0], operations / best[1], best[0] / best[1],
         BYTES ? "16 and 8 bits" : same ? "equal bytes" : "OTHER BYTES");
  return !same;
}
