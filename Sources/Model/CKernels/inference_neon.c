// NEON build of the generation kernels, for 64-bit ARM.
#if defined(__aarch64__)
#include <arm_neon.h>
#define LP_LEVEL_HEADER "inference_level_neon.h"
#define LP_TABLE lp_inference_neon
#define LP_FUNCTIONS_BEGIN
#define LP_FUNCTIONS_END
#include "inference_template.h"
#endif
