#!/usr/bin/env bash
# Replies with and without speculative decoding, in turns, in one run: prints tokens/s and ratios by kind of task.
#
#   Benchmarks/speculation.sh MODEL [--rounds N] [--tokens N] [--threads N]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${1:?usage: Benchmarks/speculation.sh MODEL [--rounds N] [--tokens N] [--threads N]}"
swift build --package-path "$here" -c release --product SpeculationBenchmark >&2
exec "$(swift build --package-path "$here" -c release --show-bin-path)/SpeculationBenchmark" "$@"
