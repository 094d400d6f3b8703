#!/usr/bin/env bash
# What it costs to record a training while it runs: the processor time of the run's process, which writes points, progress and
# logs, as a share of the training's own. Once alone, and once with two readers that poll twice a second.
#
#   Benchmarks/live.sh MODEL.gguf [STEPS]
#
#   LORAPIPE        the program (default: .build/release/lorapipe)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=${LORAPIPE:-$root/.build/release/lorapipe}
model=$(readlink -f "${1:?usage: Benchmarks/live.sh MODEL.gguf [STEPS]}")
steps=${2:-40}
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-live.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/recipes"
cd "$work"
for n in $(seq 400); do
  echo "{\"query\": \"What is $n and one?\", \"response\": \"It is $((n + 1)), which is one more than $n.\"}"
done > recipes/rows.jsonl

# Seconds of processor time that a process has used, without its children.
used() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat" 2>/dev/null; }

measure() {  # NAME SEED READERS
  cat > recipes/live.yaml <<END
seed: $2
stages:
  base:   { kind: fetch, source: "file:$model" }
  mixed:  { kind: mix, domain: [./rows.jsonl] }
  tokens: { kind: tokenize, model: base, data: mixed }
  train:  { kind: sft, model: base, data: tokens, max_steps: $steps, epochs: 10, batch_size: 2, gradient_accumulation: 1 }
END
  "$program" run --until tokens > /dev/null 2>&1
  "$program" run --tensorboard boards > run.log 2>&1 &
  local run=$! parent=0 last
  local readers=()
  for reader in $(seq 1 "$3"); do
    (while :; do "$program" status > /dev/null 2>&1; "$program" show -s train > /dev/null 2>&1; sleep 0.5; done) &
    readers+=($!)
  done
  while kill -0 $run 2>/dev/null; do last=$(used $run || true); [ -n "$last" ] && parent=$last; sleep 0.05; done
  for reader in "${readers[@]}"; do kill "$reader"; wait "$reader" 2>/dev/null || true; done
  wait $run || { cat run.log; exit 1; }
  "$program" show -s train --json | python3 -c "
import json, sys
stage = json.load(sys.stdin)
cpu, parent = stage['cpu_seconds'], $parent
points = sum(len(curve) for curve in stage['curves'].values())
print(f'$1: {points} points in {stage[\"seconds\"]:.1f} s; training {cpu:.1f} s of processor time, recording {parent:.2f} s: {100 * parent / cpu:.2f} %')
"
}

measure "alone" 1 0
measure "with two readers" 2 2
