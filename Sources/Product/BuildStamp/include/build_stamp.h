// What this binary was built from.
#pragma once

/// The commit, as `git describe --always --dirty` writes it; "unknown" when the build did not say.
const char *lp_build_commit(void);
