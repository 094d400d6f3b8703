#!/usr/bin/env bash
# Generation beside llama.cpp on one machine and the same files, in one run: prints ratios.
#
#   Benchmarks/inference.sh MODEL.gguf          both sides alternately (q4_0, q8_0 and f16 files are made from MODEL)
#   Benchmarks/inference.sh --ours MODEL.gguf   ours alone, with the time from the start to the first token
#   Benchmarks/inference.sh --accuracy MODEL.gguf
#                                               how far quantised inputs move log-probabilities, beside llama.cpp's
#
# llama.cpp comes as llama-cpp-python, built into a virtual environment below ${LORAPIPE_PEERS:-~/.cache/lorapipe/peers}.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
ours=
accuracy=
if [ "${1:-}" = --ours ]; then ours=--ours; shift; fi
if [ "${1:-}" = --accuracy ]; then accuracy=--accuracy; shift; fi
model=${1:?usage: Benchmarks/inference.sh [--ours | --accuracy] MODEL.gguf}
swift build --package-path "$here" -c release --product InferenceBenchmark >&2
binary=$(swift build --package-path "$here" -c release --show-bin-path)/InferenceBenchmark
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
if [ -z "$ours" ]; then
  [ -x "$peers/venv/bin/python" ] || python3 -m venv "$peers/venv"
  "$peers/venv/bin/python" -c 'import llama_cpp' 2>/dev/null || "$peers/venv/bin/pip" install -q llama-cpp-python
  exec "$peers/venv/bin/python" "$here/Benchmarks/inference.py" $accuracy "$binary" "$model" "$peers/models"
fi
exec python3 "$here/Benchmarks/inference.py" --ours "$binary" "$model"
