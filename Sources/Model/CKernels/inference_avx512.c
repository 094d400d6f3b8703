// AVX-512 build of the generation kernels.
#if defined(__x86_64__)
#include <immintrin.h>
#define LP_VNNI 0
#define LP_LEVEL_HEADER "inference_level_avx512.h"
#define LP_TABLE lp_inference_avx512
#define LP_FUNCTIONS_BEGIN                                                                                             \
  _Pragma(                                                                                                             \
      "clang attribute push(__attribute__((target(\"avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c\"))), apply_to = function)")
#define LP_FUNCTIONS_END _Pragma("clang attribute pop")
#include "inference_template.h"
#endif
