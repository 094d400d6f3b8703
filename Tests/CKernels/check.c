#include "check.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

static char about[256];
static int failures, expectations;
static uint64_t state = 1;

int failure_count(void) { return failures; }
int expectation_count(void) { return expectations; }

// MARK: memory

typedef struct {
  void *start;
  size_t bytes;
} mapping;
static mapping mappings[4096];
static size_t mapping_count;

void *memory(size_t bytes) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page + page;
  char *start = mmap(0, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mapping_count == sizeof mappings / sizeof mappings[0]) {
    fprintf(stderr, "no memory for %zu bytes\n", bytes);
    exit(2);
  }
  mprotect(start + whole - page, page, PROT_NONE);
  mappings[mapping_count++] = (mapping){start, whole};
  return start + whole - page - bytes;
}

float *floats(size_t n) {
  float *p = memory(n * 4);
  for (size_t i = 0; i < n; i++) p[i] = NAN;
  return p;
}
double *doubles(size_t n) { return memory((n + 1) * 8); }

void begin(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(about, sizeof about, format, arguments);
  va_end(arguments);
  while (mapping_count > 0) {
    mapping_count--;
    munmap(mappings[mapping_count].start, mappings[mapping_count].bytes);
  }
  seed(7);
}

// MARK: numbers

void seed(uint64_t number) { state = number * 0x9E3779B97F4A7C15u + 1; }
uint64_t random_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 32;
}
float random_float(void) { return (float)(int32_t)(uint32_t)random_bits() * 0x1p-31f; }
float *random_floats(size_t n, float factor) {
  float *p = floats(n);
  for (size_t i = 0; i < n; i++) p[i] = random_float() * factor;
  return p;
}

// MARK: expectations

static void failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void failed(const char *format, ...) {
  va_list arguments;
  printf("%s: %s: ", level_name, about);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf("\n");
  if (++failures == 40) {
    printf("40 failed; the rest is not checked\n");
    exit(1);
  }
}

void expect(int condition, const char *what) {
  expectations++;
  if (!condition) failed("not so: %s", what);
}

void expect_near(const char *what, double found, double expected, double bound) {
  expectations++;
  if (!(found == expected || fabs(found - expected) <= bound)) failed("%s is %.9g, not %.9g", what, found, expected);
}

void expect_close(const char *what, const float *found, const double *expected, size_t n, double tolerance) {
  expectations++;
  for (size_t i = 0; i < n; i++)
    if (!(fabs((double)found[i] - expected[i]) <= tolerance * (1 + fabs(expected[i])))) {
      failed("%s[%zu] is %.9g, not %.9g", what, i, (double)found[i], expected[i]);
      return;
    }
}

void expect_same(const char *what, const void *a, const void *b, size_t bytes) {
  expectations++;
  if (memcmp(a, b, bytes) != 0) failed("%s: other bytes", what);
}

void expect_untouched(const char *what, const float *x, size_t n) {
  expectations++;
  for (size_t i = 0; i < n; i++)
    if (!isnan(x[i])) {
      failed("%s[%zu] was overwritten", what, i);
      return;
    }
}

void digest(const char *what, const void *data, size_t bytes) {
  uint64_t sum = 0xCBF29CE484222325u;  // FNV-1a
  for (size_t i = 0; i < bytes; i++) sum = (sum ^ ((const uint8_t *)data)[i]) * 0x100000001B3u;
  printf("digest %s %s %016llx\n", level_name, what, (unsigned long long)sum);
}
