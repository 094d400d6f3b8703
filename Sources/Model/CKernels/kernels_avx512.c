// The kernels for AVX-512 (F, VL, BW, DQ): a 12 × 32 tile fills the register file.
#if defined(__x86_64__)
#define LP_W 16
#define LP_MR 12
#define LP_HAS_F16C 1
#define LP_ISA_LABEL "AVX-512"
#define LP_NAME(x) lp_avx512_##x

#include <math.h>
#include <string.h>

#include "lp_training.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c"))),              \
                             apply_to = function)
#include "kernel_vectors.h"
#include "kernel_widen.h"
#include "kernel_gemm.h"
#include "kernel_attention.h"
#include "kernel_elementwise.h"
#include "kernel_delta.h"
#include "kernel_table.h"
#pragma clang attribute pop

const lp_isa *lp_avx512(void);
const lp_isa *lp_avx512(void) { return &lp_avx512_table; }
#endif
