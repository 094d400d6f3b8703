#!/usr/bin/env bash
# Trains the same recipe with lorapipe's own engine and with the real ms-swift on the CPU, and compares every update: losses,
# gradient norms, learning rates, validation losses, the adapter. Three epochs with a ragged last window; one process and two;
# killed with kill -9 and continued; stopped by Ctrl-C and continued; then engines that misbehave. Needs a virtual environment
# with ms-swift and torch (the CPU build serves).
#
#   LORAPIPE                    the program (default: the newest build below .build)
#   LORAPIPE_MS_SWIFT_PYTHON    the environment's Python (default: ~/.cache/lorapipe/ms-swift/bin/python, made when missing)
#   KINDS                       which tiny models (default: "llama qwen3")
#   BASE                        a real model, GGUF or folder: four updates of it are compared, and nothing else
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=${LORAPIPE:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1 || true)}
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }
python=${LORAPIPE_MS_SWIFT_PYTHON:-$HOME/.cache/lorapipe/ms-swift/bin/python}
if ! [ -x "$python" ]; then
  python3 -m venv "$(dirname "$(dirname "$python")")"
  "$python" -m pip install -q 'ms-swift>=4.3,<5' torch
fi
export LORAPIPE_MS_SWIFT_PYTHON=$python
work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-swift.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

"$program" doctor | grep -q "ok.*ms-swift" || { "$program" doctor; fail "doctor does not accept the environment"; }

# 39 rows, 31 to learn from: windows of 8, the last of each epoch of 7.
rows() {
  "$python" - "$1" <<'P'
import json, random, sys
random.seed(5)
words = "alpha beta gamma delta cat dog house the a is was not red blue green one two three".split()
with open(sys.argv[1], 'w') as file:
    for row in range(39):
        text = lambda low, high: ' '.join(random.choice(words) for _ in range(random.randint(low, high)))
        file.write(json.dumps({'query': f'{row} {text(2, 9)}?', 'response': text(2, 25)}) + '\n')
P
}
workspace() { # FOLDER MODEL
  mkdir -p "$1/recipes/data"; rows "$1/recipes/data/rows.jsonl"
  cat > "$1/recipes/train.yaml" <<RECIPE
name: train
seed: 42
stages:
  base:   { kind: fetch, source: "file:$2" }
  mixed:  { kind: mix, domain: [./data/rows.jsonl], validation: 0.2 }
  tokens: { kind: tokenize, model: base, data: mixed, max_length: 512 }
  train:
    kind: sft
    model: base
    data: tokens
    lora: { rank: 8, alpha: 16 }
    learning_rate: 2e-3
    schedule: { kind: cosine, warmup_steps: 2 }
    batch_size: 2
    gradient_accumulation: 4
    epochs: 3
    eval_every: 4
    save_every: 5
    keep_checkpoints: 3
RECIPE
}
run() { (cd "$1" && shift && "$program" run "$@"); }
# The program itself in the background's process, so that signals reach it: `start FOLDER … &`.
start() { cd "$1"; shift; exec "$program" run "$@"; }
newest() { ls -d "$1"/runs/2* | tail -1; }
with() { # FOLDER NAME ENGINE: runs it, and keeps the run's folder and adapter as NAME
  run "$1" -S "train.engine=$3" --json > "$work/$2.events" 2> "$work/$2.errors" || { tail -5 "$work/$2.events" "$work/$2.errors"; tail -30 "$(newest "$1")/logs/train.log"; fail "$2"; }
  ln -sfn "$(newest "$1")" "$work/$2"; ln -sfn "$(readlink -f "$1/runs/latest/train")" "$work/$2.adapter"
}
same() { # ONE TWO BOUND
  "$python" "$here/ms_swift.py" compare "$work/$1" "$work/$2" "$3"
  "$python" "$here/ms_swift.py" adapters "$work/$1.adapter" "$work/$2.adapter" "$3"
}

if [ -n "${BASE:-}" ]; then
  workspace "$work/real" "$(realpath "$BASE")"
  sed -i 's/^    epochs: 3/    max_steps: 4/; s/gradient_accumulation: 4/gradient_accumulation: 2/; s/learning_rate: .*/learning_rate: 1e-4/' "$work/real/recipes/train.yaml"
  with "$work/real" real-native native
  with "$work/real" real-swift ms-swift
  echo "$(basename "$BASE"): native and ms-swift, one process"; same real-native real-swift 1e-4
  exit 0
fi

for kind in ${KINDS:-llama qwen3}; do
  "$python" "$here/ms_swift.py" tiny "$kind" "$work/$kind-model" > /dev/null 2>&1
  space=$work/$kind-space; workspace "$space" "$work/$kind-model"
  with "$space" "$kind-native" native
  with "$space" "$kind-swift" ms-swift
  echo "$kind: native and ms-swift, one process"; same "$kind-native" "$kind-swift" 1e-4
done

kind=${KINDS:-llama}; kind=${kind%% *}; space=$work/$kind-space
with "$space" two '{ name: ms-swift, processes: 2 }'
echo "$kind: native and ms-swift, two processes"; same "$kind-native" two 1e-4

# The record says that it would not come out the same, and what made it.
"$program" -C "$space" show --json > "$work/show" 2>/dev/null || (cd "$space" && "$program" show --json > "$work/show")
key=$(grep -o '"stage":"train".*"key":"[0-9a-f]*"' "$work/two.events" | grep -o '"key":"[0-9a-f]*"' | head -1 | cut -d'"' -f4)
record=$space/runs/store/actions/${key:0:2}/$key.json
for word in '"reproducible":false' '"engine":"ms-swift"' '"ms_swift":"4' '"device":"cpu"'; do
  grep -q "$word" "$record" || { cat "$record"; fail "the record lacks $word"; }
done
echo "the record names engine, versions and device, and says that its bytes are not reproducible"

# Killed in the middle: the whole group, as a machine that is gone.
start "$space" -S 'train.engine={ name: ms-swift, micro_batch_size: 1 }' > "$work/killed.log" 2>&1 & child=$!
for _ in $(seq 3000); do
  events=$(ls -t "$space"/runs/store/work/*/engine/events.jsonl 2>/dev/null | head -1 || true)
  [ -n "$events" ] && grep -q '"event": "checkpoint"' "$events" && break
  sleep 0.1
done
pkill -9 -P "$child" || true; kill -9 "$child"; wait "$child" 2>/dev/null || true
for _ in $(seq 300); do pgrep -f "$space/runs/store/work" > /dev/null || break; sleep 0.1; done
pgrep -f "$space/runs/store/work" > /dev/null && fail "something of the killed training goes on"
with "$space" killed '{ name: ms-swift, micro_batch_size: 1 }'
grep -q "continuing from the checkpoint of step" "$work/killed.events" || fail "it began anew after kill -9"
echo "$kind: killed (nothing goes on) and continued"; same "$kind-native" killed 1e-4

# Ctrl-C stops after the next update, with a checkpoint.
start "$space" -S 'train.engine={ name: ms-swift, micro_batch_size: 4 }' > "$work/stopped.log" 2>&1 & child=$!
for _ in $(seq 3000); do
  events=$(ls -t "$space"/runs/store/work/*/engine/events.jsonl 2>/dev/null | head -1 || true)
  [ -n "$events" ] && grep -q '"event": "loading"' "$events" && break
  sleep 0.1
done
# While it loads: a run that is asked to stop waits until the engine can write a checkpoint.
kill -INT "$child"; wait "$child" && fail "a stopped run is no success" || true
grep -q '"event": "stopped"' "$events" || fail "it was not stopped by its file"
with "$space" stopped '{ name: ms-swift, micro_batch_size: 4 }'
grep -q "continuing from the checkpoint of step" "$work/stopped.events" || fail "it began anew after Ctrl-C"
echo "$kind: stopped by Ctrl-C and continued"; same "$kind-native" stopped 1e-4

# Killed here and continued in another workspace, which shares nothing with this one but a folder of checkpoints.
away=$work/away; elsewhere=$work/elsewhere; mkdir "$work/share"
for place in "$away" "$elsewhere"; do
  workspace "$place" "$work/$kind-model"; sed -i 's/epochs: 3/epochs: 40/' "$place/recipes/train.yaml"
  echo "remote_caches: [ { url: \"file:$work/share\", push: always, send_unreproducible: true, checkpoint_seconds: 1 } ]" > "$place/lorapipe.yaml"
done
start "$away" -S train.engine=ms-swift > "$work/away.log" 2>&1 & child=$!
for _ in $(seq 6000); do ls "$away"/runs/store/uploads/checkpoints/*.* > /dev/null 2>&1 && break; sleep 0.05; done
kill -9 "$child" $(cat /proc/$child/task/*/children); wait "$child" 2>/dev/null || true
for _ in $(seq 300); do pgrep -f "$away/runs/store/work" > /dev/null || break; sleep 0.1; done
mv "$away" "$away.gone"
with "$elsewhere" elsewhere-native native
with "$elsewhere" elsewhere ms-swift
grep -q "continuing from the checkpoint of step" "$work/elsewhere.events" || fail "it began anew in another workspace"
echo "$kind: killed here, continued elsewhere at step $(grep -o 'continuing from the checkpoint of step [0-9]*' "$work/elsewhere.events" | head -1 | grep -o '[0-9]*$') of 160"
same elsewhere-native elsewhere 1e-4

# Engines that misbehave.
refuses() { # CODE-OR-TEXT ENGINE
  if run "$space" -S "train.engine=$2" --json > "$work/bad.events" 2> "$work/bad.errors"; then fail "$1: a success"; fi
  cat "$work/bad.errors" >> "$work/bad.events"
  grep -q "$1" "$work/bad.events" || { tail -5 "$work/bad.events"; fail "$1 was not said"; }
  echo "refused: $1"
}
refuses engine-no-result '{ run: [/bin/true] }'
refuses engine-missing '{ run: [/no/such/program] }'
refuses engine-no-gpu '{ name: ms-swift, device: cuda }'
refuses engine-setup '{ name: ms-swift, arguments: { learning_rate: 1 } }'
cat > "$work/liar" <<'P'
#!/bin/sh
# Says that it is done, and leaves the adapter it was given with a NaN, or nothing.
events=$(sed -n 's/.*"events": "\(.*\)".*/\1/p' "$2"); adapter=$(sed -n 's/.*"adapter": "\(.*\)".*/\1/p' "$2")
checkpoints=$(sed -n 's/.*"checkpoints": "\(.*\)".*/\1/p' "$2"); mkdir -p "$checkpoints/checkpoint-1"
case $1 in
  nan) cp "$adapter"/* "$checkpoints/checkpoint-1/"; printf '\000\000\300\177' | dd of="$checkpoints/checkpoint-1/adapter_model.safetensors" bs=1 seek=$(($(stat -c %s "$adapter/adapter_model.safetensors") - 4)) conv=notrunc status=none ;;
  rank) cp "$adapter"/* "$checkpoints/checkpoint-1/"; sed -i 's/"lora_alpha": 16/"lora_alpha": 99/' "$checkpoints/checkpoint-1/adapter_config.json" ;;
esac
[ "$1" = none ] || printf '{"event": "checkpoint", "step": 1, "path": "%s"}\n' "$checkpoints/checkpoint-1" >> "$events"
printf '{"event": "ended", "step": 1}\n' >> "$events"
P
chmod +x "$work/liar"
refuses engine-no-adapter "{ run: [$work/liar, none] }"
refuses not-finite "{ run: [$work/liar, nan] }"
refuses engine-other-adapter "{ run: [$work/liar, rank] }"
LORAPIPE_MS_SWIFT_PYTHON=/no/python refuses "cannot be run" ms-swift
LORAPIPE_MS_SWIFT_PYTHON=/usr/bin/python3 refuses "ms-swift is not installed" ms-swift
echo "native and ms-swift agree"
