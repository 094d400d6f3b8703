// The kernels for any CPU with 128-bit vectors.
#define LP_W 4
#define LP_MR 6
#define LP_HAS_F16C 0
#define LP_ISA_LABEL "portable"
#define LP_NAME(x) lp_portable_##x

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

const lp_isa *lp_portable(void);
const lp_isa *lp_portable(void) { return &lp_portable_table; }
