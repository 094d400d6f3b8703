// Portable build of the generation kernels.
#define LP_LEVEL_HEADER "inference_level_portable.h"
#define LP_TABLE lp_inference_portable
#define LP_FUNCTIONS_BEGIN
#define LP_FUNCTIONS_END
#include "inference_template.h"
