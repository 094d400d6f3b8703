// Chooses kernels by what the processor has, and waits on a word in memory.
#include "lp_inference.h"
#include "lp_training.h"

#if defined(__linux__)
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#else
#include <time.h>
#endif

extern const lp_inference_kernels lp_inference_portable;
#if defined(__x86_64__)
extern const lp_inference_kernels lp_inference_avx2;
extern const lp_inference_kernels lp_inference_avx512;
extern const lp_inference_kernels lp_inference_vnni;
#elif defined(__aarch64__)
extern const lp_inference_kernels lp_inference_neon;
#endif

// The levels of this kind of processor, from LP_LEVEL_PORTABLE up.
static const struct {
  const char *name;
  const lp_inference_kernels *kernels;
} levels[] = {
    {"portable", &lp_inference_portable},
#if defined(__x86_64__)
    {"avx2", &lp_inference_avx2},
    {"avx512", &lp_inference_avx512},
    {"avx512-vnni", &lp_inference_vnni},
#elif defined(__aarch64__)
    {"neon", &lp_inference_neon},
#endif
};

static int processor_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return __builtin_cpu_supports("avx512vnni") ? LP_LEVEL_VNNI : LP_LEVEL_AVX512;
  return avx2 ? LP_LEVEL_AVX2 : LP_LEVEL_PORTABLE;
#elif defined(__aarch64__)
  return LP_LEVEL_NEON;
#else
  return LP_LEVEL_PORTABLE;
#endif
}

int lp_inference_best_level(void) {
  const int processor = processor_level(), limit = lp_level_limit();
  return processor < limit ? processor : limit;
}

const lp_inference_kernels *lp_inference_kernels_at(int level) {
  return level < 0 || level > processor_level() ? 0 : levels[level].kernels;
}

const char *lp_inference_level_name(int level) {
  return level < 0 || level > processor_level() ? "none" : levels[level].name;
}

void lp_futex_wait(const uint32_t *word, uint32_t expected, int milliseconds) {
#if defined(__linux__)
  struct timespec limit = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000L};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, milliseconds < 0 ? (void *)0 : &limit, (void *)0, 0);
#else
  struct timespec brief = {0, 50000};
  if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == expected) nanosleep(&brief, 0);
  (void)milliseconds;
#endif
}

void lp_futex_wake_all(const uint32_t *word) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, (void *)0, (void *)0, 0);
#else
  (void)word;
#endif
}
