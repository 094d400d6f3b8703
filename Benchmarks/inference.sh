#!/usr/bin/env bash
# Generation beside llama.cpp and ik_llama.cpp on one machine and the same file, in one run: prints ratios.
#
#   Benchmarks/inference.sh MODEL.gguf          all sides in turns on the file as it is
#   Benchmarks/inference.sh --kinds MODEL.gguf  the same on f16, q8_0 and q4_0 files that are made from MODEL
#   Benchmarks/inference.sh --ours MODEL.gguf   ours alone, with the time from the start to the first token
#   Benchmarks/inference.sh --accuracy MODEL.gguf
#                                               how far quantized inputs move log-probabilities, beside a peer's
#
# ROUNDS (3): turns; medians and spread are printed. PEERS ("llama.cpp ik"): which peers; ik_llama.cpp is measured as it
# stores weights and with its repacking. LEVELS (none): kernel levels that ours is forced to, such as "avx2 vnni".
# ACTIVATIONS (int16): how ours rounds the inputs of products; "int16 int8" measures both.
# ARRANGED (none): a folder; ours with int16 is measured with arranged weights too, which are written there once for the model.
#
# The peers come as llama-cpp-python, which is compiled, and ik-llama-cpp-python, in a virtual environment below
# ${LORAPIPE_PEERS:-~/.cache/lorapipe/peers}.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
mode=
case "${1:-}" in --ours | --kinds | --accuracy) mode=$1; shift ;; esac
model=${1:?usage: Benchmarks/inference.sh [--kinds | --ours | --accuracy] MODEL.gguf}
swift build --package-path "$here" -c release --product InferenceBenchmark >&2
binary=$(swift build --package-path "$here" -c release --show-bin-path)/InferenceBenchmark
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
[ "$mode" = --ours ] && exec python3 "$here/Benchmarks/inference.py" --ours "$binary" "$model"
[ -x "$peers/venv/bin/python" ] || python3 -m venv "$peers/venv"
need() { "$peers/venv/bin/python" -c "import $1" 2>/dev/null || "$peers/venv/bin/pip" install -q "$2"; }
need gguf gguf
for peer in ${PEERS:-llama.cpp ik}; do
  case $peer in llama.cpp) need llama_cpp llama-cpp-python ;; ik) need ik_llama_cpp ik-llama-cpp-python ;; esac
done
exec "$peers/venv/bin/python" "$here/Benchmarks/inference.py" $mode "$binary" "$model" "$peers/models"
