// Attention of one token, or of some tokens of a prompt, over a cache of random numbers in each type: the best processor
// time of some turns, on one core. Started by Benchmarks/kernels.sh --attention.
//
//   attention LAYERS KEY_HEADS GROUP HEAD_DIM POSITIONS TOKENS TURNS      GROUP: query heads for each key head
#include "lp_inference.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

extern const lp_inference_kernels lp_after;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *memory(size_t bytes) {
  // Large pages where the system has them, as the program asks for them too.
  void *p = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) exit(1);
  madvise(p, bytes, MADV_HUGEPAGE);
  return p;
}

// Numbers below 1 in f32 and f16, and in q8_0 small scales and integers.
static void fill(uint8_t *data, size_t bytes, int type) {
  uint32_t state = 1;
  for (size_t at = 0; at < bytes; at += 4) {
    state = state * 1664525u + 1013904223u;
    const float number = (float)(int32_t)state * 0x1p-31f;
    uint32_t word = type == LP_F16 ? (state & 0x83FF83FFu) | 0x28002800u : state >> 4 & 0x1F1F1F1Fu;
    if (type == LP_F32) memcpy(&word, &number, 4);
    memcpy(data + at, &word, 4);
  }
}

int main(int count, char **arguments) {
  if (count != 8) return fprintf(stderr, "usage: attention LAYERS KEY_HEADS GROUP HEAD_DIM POSITIONS TOKENS TURNS\n"), 2;
  size_t n[7];
  for (int i = 0; i < 7; i++) n[i] = strtoul(arguments[i + 1], 0, 10);
  const size_t layers = n[0], heads = n[1], group = n[2], dim = n[3], positions = n[4] / 16 * 16, tokens = n[5];
  const size_t pages = positions / 16, rows = tokens * group, capacity = positions + 16;
  if (!layers || !heads || !group || !dim || !n[6] || !tokens || tokens > positions) return 2;

  int32_t *page_list = memory(pages * 4);
  for (size_t i = 0; i < pages; i++) page_list[i] = (int32_t)i;
  float *q = memory(rows * dim * 4), *out = memory(rows * dim * 4);
  for (size_t i = 0; i < rows * dim; i++) q[i] = (float)(i * 2654435761u % 1000) / 1000 - 0.5f;
  float *scratch = memory(lp_attention_scratch(capacity, dim) * 4);
  lp_attention_row *row = memory(rows * sizeof *row);
  for (size_t i = 0; i < rows; i++)
    row[i] = (lp_attention_row){q + i * dim, out + i * dim, page_list, 0, positions - tokens + i / group + 1};

  static const struct { int type; const char *name; } types[] = {{LP_F32, "f32"}, {LP_F16, "f16"}, {LP_Q8_0, "q8_0"}};
  printf("%zu tokens behind %zu positions:", tokens, positions);
  for (int t = 0; t < 3; t++) {
    const size_t head_bytes = lp_cache_bytes(types[t].type, dim), stride = layers * heads * 2 * head_bytes;
    uint8_t *cache = memory(stride * pages);
    fill(cache, stride * pages, types[t].type);
    double best = 1e30;
    for (size_t turn = 0; turn < n[6]; turn++) {
      const double began = seconds();
      for (size_t head = 0; head < layers * heads; head++) {
        const lp_cache_head at = {cache + head * 2 * head_bytes, stride, dim, types[t].type};
        for (size_t i = 0; i < rows; i += LP_ATTENTION_ROWS)
          lp_after.attention(row + i, rows - i < LP_ATTENTION_ROWS ? rows - i : LP_ATTENTION_ROWS, &at, 0.1f, 0, scratch,
                             capacity);
      }
      const double took = seconds() - began;
      if (took < best) best = took;
    }
    munmap(cache, stride * pages);
    printf("  %s %.1f ms a token", types[t].name, best * 1e3 / (double)tokens);
  }
  printf("\n");
}
