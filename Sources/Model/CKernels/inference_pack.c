// Packs plain weights in groups of 16 rows side by side.
#include "lp_inference.h"
#include "lp_training.h"
#include <string.h>

void lp_pack_group(const lp_weights *w, size_t group, const uint8_t *const rows[16], uint8_t *data) {
  size_t along;
  uint8_t *at = data + lp_group_offset(w, group, &along);
  const size_t bytes = (size_t)lp_block_of(w->type).bytes;
  for (size_t lane = 0; lane < 16; lane++)
    for (size_t k = 0; rows[lane] && k < w->cols; k++)
      memcpy(at + k * along + lane * bytes, rows[lane] + k * bytes, bytes);
}

void lp_widen_row(int type, const uint8_t *row, size_t cols, float *out) {
  lp_isa_best()->widen(type, row, 0, (int64_t)cols, out);
}
