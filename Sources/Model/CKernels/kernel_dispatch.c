// Which kernels this CPU runs, the floating-point mode, and kernels that need no vectors.
#include <stdlib.h>
#include <string.h>

#include "lp_training.h"

#if defined(__x86_64__)
#include <immintrin.h>
const lp_isa *lp_avx2(void);
const lp_isa *lp_avx512(void);
#elif defined(__aarch64__)
const lp_isa *lp_neon(void);
#endif
const lp_isa *lp_portable(void);

const lp_isa *lp_isa_table(int32_t level) {
  if (level == 0) return lp_portable();
#if defined(__x86_64__)
  if (level == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
    return lp_avx2();
  if (level == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && lp_isa_table(1))
    return lp_avx512();
#elif defined(__aarch64__)
  if (level == 1) return lp_neon();
#endif
  return 0;
}

static const char *const level_names[] = {
#if defined(__aarch64__)
    "portable",
    "neon",
#else
    "portable",
    "avx2",
    "avx512",
    "vnni",
#endif
};
static const int32_t level_count = sizeof level_names / sizeof level_names[0];

const char *lp_level_name(int32_t level) { return level < 0 || level >= level_count ? 0 : level_names[level]; }

const char *lp_level_wanted(void) {
  const char *wanted = getenv(LP_LEVEL_VARIABLE);
  return wanted && *wanted ? wanted : 0;
}

int32_t lp_level_limit(void) {
  const char *wanted = lp_level_wanted();
  for (int32_t level = 0; wanted && level < level_count; level++)
    if (strcmp(wanted, level_names[level]) == 0) return level;
  return level_count - 1;
}

const lp_isa *lp_isa_best(void) {
  for (int32_t level = lp_level_limit() < 2 ? lp_level_limit() : 2; level > 0; level--) {
    const lp_isa *table = lp_isa_table(level);
    if (table) return table;
  }
  return lp_portable();
}

#if defined(__x86_64__)
uint32_t lp_flush_denormals(void) {
  const uint32_t mode = _mm_getcsr();
  _mm_setcsr(mode | 0x8040);  // flush to zero, denormals are zero
  return mode;
}
void lp_restore_denormals(uint32_t mode) { _mm_setcsr(mode); }
#elif defined(__aarch64__)
uint32_t lp_flush_denormals(void) {
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  const uint64_t flushing = mode | 1u << 24;  // FZ: both ways
  __asm__ volatile("msr fpcr, %0" : : "r"(flushing));
  return (uint32_t)mode;
}
void lp_restore_denormals(uint32_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)mode)); }
#else
uint32_t lp_flush_denormals(void) { return 0; }
void lp_restore_denormals(uint32_t mode) { (void)mode; }
#endif

// The finalizer of SplitMix64.
static inline uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void lp_dropout(uint64_t key, int64_t n, float p, const float *x, float *y) {
  const float keep = 1 / (1 - p);
  const uint32_t limit = (uint32_t)(p * 16777216.0f);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t draw = (uint32_t)(mix(key + (uint64_t)(i + 1) * 0x9E3779B97F4A7C15u) >> 40);
    y[i] = draw < limit ? 0 : x[i] * keep;
  }
}
