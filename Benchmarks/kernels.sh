#!/usr/bin/env bash
# The products of generation, on one core: the kernels of another commit and of this folder in turns, without a model.
#
#   Benchmarks/kernels.sh [COMMIT]     COMMIT (default: HEAD) is what this folder is compared with
#
# Prints the best rate of each and whether the outputs are the same bytes. LEVEL (avx2): avx2, avx512, vnni, portable or, on
# 64-bit ARM, neon.
# TYPES ("12 14 8 2"): ggml's numbers of weight types; these are q4_k, q6_k, q8_0 and q4_0.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
commit=${1:-HEAD} level=${LEVEL:-avx2} sources=Sources/Model/CKernels
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -C "$here" archive "$commit" "$sources" | tar -x -C "$work"

# build FOLDER NAME: the kernels of one level, whose table gets the name lp_NAME.
build() {
  clang -O3 -fno-math-errno -w -I"$1/include" -Dlp_inference_"$level"=lp_"$2" -c "$1/inference_$level.c" -o "$work/$2.o"
}
build "$work/$sources" before
build "$here/$sources" after
clang -O2 -I"$here/$sources/include" "$here/Benchmarks/kernels/kernels.c" "$work/before.o" "$work/after.o" -lm -o "$work/kernels"
for type in ${TYPES:-12 14 8 2}; do
  "$work/kernels" "$type" 512 1536 512 40
  "$work/kernels" "$type" 256 8960 512 15
  "$work/kernels" "$type" 1024 1536 8 150
  "$work/kernels" "$type" 1024 1536 1 150
done
