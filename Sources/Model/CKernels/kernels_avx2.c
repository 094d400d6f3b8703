// The kernels for AVX2, FMA and F16C.
#if defined(__x86_64__)
#define LP_W 8
#define LP_MR 6
#define LP_HAS_F16C 1
#define LP_ISA_LABEL "AVX2+FMA"
#define LP_NAME(x) lp_avx2_##x

#include <math.h>
#include <string.h>

#include "lp_training.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "kernel_vectors.h"
#include "kernel_widen.h"
#include "kernel_gemm.h"
#include "kernel_attention.h"
#include "kernel_elementwise.h"
#include "kernel_delta.h"
#include "kernel_table.h"
#pragma clang attribute pop

const lp_isa *lp_avx2(void);
const lp_isa *lp_avx2(void) { return &lp_avx2_table; }
#endif
