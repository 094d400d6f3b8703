// The kernels for 64-bit ARM, every one of which has NEON: a 12 × 8 tile takes 24 of its 32 registers.
#if defined(__aarch64__)
#define LP_W 4
#define LP_MR 12
#define LP_HAS_F16C 1
#define LP_ISA_LABEL "NEON"
#define LP_NAME(x) lp_neon_##x

#include <math.h>
#include <string.h>

#include "lp_training.h"
#include "kernel_vectors.h"
#include "kernel_widen.h"
#include "kernel_gemm.h"
#include "kernel_attention.h"
#include "kernel_elementwise.h"
#include "kernel_delta.h"
#include "kernel_table.h"

const lp_isa *lp_neon(void);
const lp_isa *lp_neon(void) { return &lp_neon_table; }
#endif
