#pragma once
#include <sys/prctl.h>

/* Asks the kernel for a signal when the thread that started this process ends. */
static inline int lp_signal_on_parent_death(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
