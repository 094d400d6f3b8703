#include "lp_kernels.h"
