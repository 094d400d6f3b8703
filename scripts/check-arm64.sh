#!/usr/bin/env bash
# Compares the kernels with plain loops in double precision: on this machine, and as a program for 64-bit ARM in an emulator.
#
#   scripts/check-arm64.sh            builds and runs both, and compares what generation's kernels wrote
#   scripts/check-arm64.sh --faults   plants faults in copies of the kernels; the checks must find each of them
#
# On x86-64 it needs a cross compiler's libraries and the emulator: apt-get install gcc-aarch64-linux-gnu qemu-user. The
# compiler is the clang that comes with Swift. On 64-bit ARM it needs nothing and runs NEON without an emulator.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernels=Sources/Model/CKernels
jobs=$(getconf _NPROCESSORS_ONLN)
[ "$(uname -m)" = aarch64 ] && cross="" || cross="--target=aarch64-linux-gnu"
if [ -n "$cross" ] && ! { command -v qemu-aarch64 && [ -d /usr/aarch64-linux-gnu/include ]; } >/dev/null; then
  echo "the cross compiler or the emulator is missing; run: sudo apt-get install -y gcc-aarch64-linux-gnu qemu-user" >&2
  exit 1
fi

# compile SOURCES OUT FLAGS…: every kernel below SOURCES and every check.
compile() {
  local sources=$1 out=$2
  shift 2
  mkdir -p "$out"
  { for file in "$sources"/*.c "$here"/Tests/CKernels/*.c; do echo "$file"; done; } |
    xargs -P "$jobs" -I{} sh -c '"$0" "$@" -c "{}" -o "'"$out"'/$(basename "{}" .c).o"' \
      "$clang" "$@" -O3 -fno-math-errno -std=gnu11 -Wall -Wextra -Werror -I"$sources/include"
}
link() { "$clang" "${@:2}" -fuse-ld=lld -static "$1"/*.o -lm -o "$1/check"; }
# start OUT LEVEL…: the program of that folder, in the emulator where it is not of this machine.
start() {
  local program=$1/check
  shift
  if [ "${program%/arm64/check}" != "$program" ] && [ -n "$cross" ]; then qemu-aarch64 "$program" "$@"; else "$program" "$@"; fi
}
digests() { grep "^digest $2 " "$1" | cut -d' ' -f3-; }

echo "building for this machine"
compile "$here/$kernels" "$work/native"
link "$work/native"
if [ -n "$cross" ]; then
  echo "building for 64-bit ARM"
  compile "$here/$kernels" "$work/arm64" $cross
  link "$work/arm64" $cross
fi

if [ "${1:-}" != --faults ]; then
  start "$work/native" >"$work/native.txt" || { grep -v '^digest' "$work/native.txt"; exit 1; }
  grep -v '^digest' "$work/native.txt"
  [ -n "$cross" ] || exit 0
  echo "in the emulator:"
  start "$work/arm64" >"$work/arm64.txt" || { grep -v '^digest' "$work/arm64.txt"; exit 1; }
  grep -v '^digest' "$work/arm64.txt"
  # Of generation's kernels NEON and the portable ones on ARM write the same bytes, and so does AVX2 where there is one.
  digests "$work/arm64.txt" neon >"$work/neon"
  digests "$work/arm64.txt" portable | diff "$work/neon" - || { echo "portable and NEON differ"; exit 1; }
  if grep -q '^digest avx2 ' "$work/native.txt"; then
    digests "$work/native.txt" avx2 | diff "$work/neon" - || { echo "AVX2 and NEON differ"; exit 1; }
    echo "AVX2 here and NEON in the emulator: equal bytes in $(wc -l <"$work/neon") results of generation's kernels"
  fi
  exit 0
fi

# Where (a: 64-bit ARM only, b: AVX2 too, c: AVX2 only), the file, what is replaced in it and by what, as sed reads it, and which source
# is compiled again.
faults='
a|inference_level_neon.h|high, x, 1)|high, x, 0)|inference
a|inference_level_neon.h|vcvt_high_f32_f16(halves)|vcvt_f32_f16(vget_low_f16(halves))|inference
a|inference_level_neon.h|both\[1\])}|both[0])}|inference
b|inference_plain.h|acc\[m \* G + g\] = v_fma(wv\[g\], xv, acc\[m \* G + g\])|acc[m * G + g] = M > 2 ? v_fma(wv[g], xv, acc[m * G + g]) : acc[m * G + g] + v_fma(wv[g], xv, v_all(0))|inference
b|inference_rows.h|case LP_Q6_K: return 32;|case LP_Q6_K: return 31;|inference
c|inference_bytes.h|-32 \* second|-32 * first|inference
c|inference_bytes.h|default: return 2;|default: return 8;|inference
b|inference_attention.h|at < rows\[r\].first|at < rows[r].first - 1|inference
b|inference_attention.h|v_i8(k\[p\] + 32 + d \* 16) \* scale\[p\]|v_i8(k[p] + 32 + d * 16) * scale[0]|inference
b|inference_attention.h|32 + j \* 32 + (at + (size_t)i \* 16) % 32|32 + j * 32|inference
b|inference_attention.h|rows\[r\].count < to ? rows\[r\].count : to|to|inference
b|inference_between.h|4.1665795894e-2f|4.2665795894e-2f|inference
b|kernel_tile.h|acc\[i\]\[1\] += x \* b1|acc[i][1] += x * b0|kernels
b|kernel_tile.h|edge\[i \* LP_NR + j\] + (accumulate|edge[i * LP_NR + j] + 1 + (accumulate|kernels
b|kernel_widen.h|(top\[i\] >> j \& 1) << 4|(top[i] >> j \& 1) << 3|kernels
b|kernel_attention.h|visible > x->window ? visible - x->window|visible > x->window ? visible - x->window + 1|kernels
b|kernel_elementwise.h|- v_load(x + i) \* b;|+ v_load(x + i) * b;|kernels
b|kernel_pack.h|rows\[i\]\[p\] \* scale|rows[i][p]|kernels
b|kernel_delta.h|(1 - x.beta\[i\])|(1 + x.beta[i])|kernels
'
missed=0
plant() { # TARGET LEVEL FILE FROM TO SOURCE FLAGS…
  local target=$1 level=$2 file=$3 from=$4 to=$5 source=$6
  shift 6
  local copy=$work/faulty
  rm -rf "$copy" && mkdir -p "$copy/$target" && cp -r "$here/$kernels" "$copy/sources" && cp "$work/$target"/*.o "$copy/$target"
  sed -i "s~$from~$to~" "$copy/sources/$file"
  if cmp -s "$here/$kernels/$file" "$copy/sources/$file"; then
    echo "NOT PLANTED  $file: $from"
    missed=$((missed + 1))
    return
  fi
  "$clang" "$@" -O1 -fno-math-errno -std=gnu11 -w -I"$copy/sources/include" -c "$copy/sources/${source}_$level.c" \
    -o "$copy/$target/${source}_$level.o"
  link "$copy/$target" "$@"
  if start "$copy/$target" "$level" >"$copy/text" 2>&1; then
    echo "MISSED  $level, $file: $from -> $to"
    missed=$((missed + 1))
  else
    echo "found   $level, $file: $(grep -v '^digest' "$copy/text" | head -1)"
  fi
}
while IFS='|' read -r where file from to source; do
  [ -n "$where" ] || continue
  if [ "$where" != c ]; then
    if [ -n "$cross" ]; then plant arm64 neon "$file" "$from" "$to" "$source" $cross; else plant native neon "$file" "$from" "$to" "$source"; fi
  fi
  if [ "$where" != a ] && [ -n "$cross" ] && "$work/native/check" avx2 >/dev/null 2>&1; then
    plant native avx2 "$file" "$from" "$to" "$source"
  fi
done <<<"$faults"
[ "$missed" = 0 ] && echo "every planted fault was found"
exit "$((missed > 0))"
