// Kernels in C, where they were measured faster than Swift. Nothing here allocates, locks or reads global state other
// than the CPU's features, found once. Names begin with lp_.
#pragma once
#include <stddef.h>
#include <stdint.h>
