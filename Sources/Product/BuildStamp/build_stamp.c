// The only file that knows the commit, so a new commit compiles nothing else again. Package.swift defines LORAPIPE_COMMIT
// from the environment variable of that name, which `make release` sets.
#include "build_stamp.h"

#ifndef LORAPIPE_COMMIT
#define LORAPIPE_COMMIT unknown
#endif
#define LP_TEXT(x) #x
#define LP_EXPANDED_TEXT(x) LP_TEXT(x)

const char *lp_build_commit(void) { return LP_EXPANDED_TEXT(LORAPIPE_COMMIT); }
