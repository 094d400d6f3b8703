#!/usr/bin/env bash
# What a KV cache of f32, f16 and q8_0 costs and gains; no other program is needed.
#
#   Benchmarks/kv_cache.sh MODEL                     tokens/s behind 1,024, 8,192 and 32,768 tokens; the cache is filled with
#                                                    repetitions, so that nobody waits for long prompts
#   Benchmarks/kv_cache.sh --accuracy MODEL          log-probabilities of real text, and greedy replies, against f32
#   Benchmarks/kv_cache.sh --activations MODEL       the same of --activations int8 against int16
#   Benchmarks/kv_cache.sh --conversation N MODEL    a real conversation of N tokens: time and peak memory
#
# TYPES ("f32 f16 q8_0"): which types; --conversation takes the last. CONTEXTS, DECODE (20), TOKENS (1024), REPLY (64): sizes.
# CONFIGURATION (release): debug builds have optimized arithmetic, too.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
configuration=${CONFIGURATION:-release}
build() {
  swift build --package-path "$here" -c "$configuration" --product "$1" >&2
  echo "$(swift build --package-path "$here" -c "$configuration" --show-bin-path)/$1"
}
usage="usage: Benchmarks/kv_cache.sh [--accuracy | --activations | --conversation N] MODEL"
case "${1:?$usage}" in
  --accuracy | --activations) exec python3 "$here/Benchmarks/kv_cache.py" "$1" "$(build lorapipe)" "${2:?$usage}" ;;
  --conversation) exec python3 "$here/Benchmarks/kv_cache.py" --conversation "$(build lorapipe)" "${3:?$usage}" "$2" ;;
  *) exec python3 "$here/Benchmarks/kv_cache.py" "$(build InferenceBenchmark)" "$1" ;;
esac
