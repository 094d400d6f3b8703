#include "check.h"

const char *level_name = "";

// Denormals become zero, in and out, until the mode is restored.
static void check_denormals(void) {
  volatile float small = 1e-38f;
  const uint32_t mode = lp_flush_denormals();
  const float flushed = small * 0.1f;
  lp_restore_denormals(mode);
  const float kept = small * 0.1f;
  begin("denormals");
  expect(flushed == 0, "a denormal result is flushed");
  expect(kept > 0, "a denormal result is kept after restoring");
}

// kernels-check [LEVEL]: all levels of this processor, or one.
int main(int count, char **arguments) {
  const char *wanted = count > 1 ? arguments[1] : 0;
  int found = 0;
  setvbuf(stdout, 0, _IOLBF, 0);
  for (int level = 0; lp_inference_kernels_at(level); level++) {
    level_name = lp_inference_level_name(level);
    if (wanted && strcmp(wanted, level_name) != 0) continue;
    found = 1;
    const int before = expectation_count();
#if defined(__x86_64__) || defined(__aarch64__)
    check_denormals();
#endif
    const lp_isa *training = lp_isa_table(level);
    if (training) {
      check_widening(training);
      check_products(training);
      check_attention(training);
      check_elementwise(training);
      check_delta(training);
    }
    check_generation_products(lp_inference_kernels_at(level));
    check_generation(lp_inference_kernels_at(level));
    printf("%s: training %s, %d expectations\n", level_name, training ? training->name : "as the level below",
           expectation_count() - before);
  }
  if (!found) return fprintf(stderr, "this processor has no level %s\n", wanted), 2;
  printf("%d expectations, %d failed\n", expectation_count(), failure_count());
  return failure_count() > 0;
}
