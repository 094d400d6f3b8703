#!/usr/bin/env bash
# The products of generation, on one core: the kernels of another commit and of this folder in turns, without a model.
#
#   Benchmarks/kernels.sh [COMMIT]     COMMIT (default: HEAD) is what this folder is compared with
#   Benchmarks/kernels.sh --activations
#                                      this folder alone: inputs of 8 bits after those of 16
#   Benchmarks/kernels.sh --attention  this folder alone: attention in the shape of Qwen2.5-1.5B, for each type of KV cache
#
# Prints the best rate of each and whether the outputs are the same bytes. LEVEL (avx2): avx2, avx512, vnni, portable or, on
# 64-bit ARM, neon.
# ARRANGED (none): with 1, this folder's kernels read rows that lie side by side; TYPES is "12 14" then.
# TYPES ("12 14 8 2"): ggml's numbers of weight types; these are q4_k, q6_k, q8_0 and q4_0.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
commit=${1:-HEAD} level=${LEVEL:-avx2} sources=Sources/Model/CKernels
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[[ $commit == --* ]] || git -C "$here" archive "$commit" "$sources" | tar -x -C "$work"

# build FOLDER NAME: the kernels of one level, whose table gets the name lp_NAME.
build() {
  clang -O3 -fno-math-errno -w -I"$1/include" -Dlp_inference_"$level"=lp_"$2" -c "$1/inference_$level.c" -o "$work/$2.o"
}
if [ "$commit" = --attention ]; then
  build "$here/$sources" after
  clang -O2 -I"$here/$sources/include" "$here/Benchmarks/kernels/attention.c" "$work/after.o" -lm -o "$work/attention"
  for positions in 1024 8192 32768; do "$work/attention" 28 2 6 128 "$positions" 1 3; done
  for positions in 8192 32768; do "$work/attention" 4 2 6 128 "$positions" 64 2; done
  exit
fi
build "$here/$sources" after
if [ "$commit" = --activations ]; then
  [ -z "${ARRANGED:-}" ] || { echo "$0: inputs of 8 bits are multiplied by weights as stored: leave ARRANGED out" >&2; exit 2; }
  usual="12 14 13 2 3" objects=(-DACTIVATIONS "$work/after.o")
else
  build "$work/$sources" before
  usual="12 14 8 2" objects=("$work/before.o" "$work/after.o")
fi
clang -O2 -I"$here/$sources/include" "$here/Benchmarks/kernels/kernels.c" "$here/$sources/inference_arrange.c" \
  "${objects[@]}" -lm -o "$work/kernels"
arranged=${ARRANGED:+arranged}
[ -z "$arranged" ] || usual="12 14"
for type in ${TYPES:-$usual}; do
  "$work/kernels" "$type" 512 1536 512 40 $arranged
  "$work/kernels" "$type" 256 8960 512 15 $arranged
  "$work/kernels" "$type" 1024 1536 8 150 $arranged
  "$work/kernels" "$type" 1024 1536 1 150 $arranged
  # So many rows that they come from memory.
  [ -z "$arranged" ] || "$work/kernels" "$type" 65536 1536 8 5 $arranged
  [ -z "$arranged" ] || "$work/kernels" "$type" 65536 1536 1 15 $arranged
done
