#!/usr/bin/env bash
# Runs a small hub that the real clients huggingface_hub and modelscope-hub read from and write to. Downloads the same
# repositories with them and with lorapipe, uploads the same folder with each, and compares every byte; uploads with faults.
# Needs python3 with pip, and a network once, to install the clients.
#
#   LORAPIPE        the program (default: the newest build below .build)
#   LORAPIPE_PEERS  where Python peers are installed (default: ~/.cache/lorapipe/peers)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
program=${LORAPIPE:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1 || true)}
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }

python=$peers/venv/bin/python
[ -x "$python" ] || python=$peers/bin/python
if ! "$python" -c 'import huggingface_hub, modelscope_hub' 2>/dev/null; then
  python3 -m venv "$peers/venv"
  python=$peers/venv/bin/python
  "$python" -m pip install -q huggingface_hub modelscope-hub
fi

work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
"$python" "$here/hub_server.py" "$work/port" "$work/log" &
server=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
address=http://127.0.0.1:$(cat "$work/port")

# The real client, and its bytes.
HF_ENDPOINT=$address HF_TOKEN=hf_test "$python" "$here/hub_client.py" download "$work/theirs"
rm -rf "$work/theirs"/*/.cache "$work/theirs/cache"
: > "$work/log"

# lorapipe, from both hubs.
mkdir -p "$work/space/recipes"
cat > "$work/space/recipes/hub.yaml" <<RECIPE
name: hub
stages:
  model:         { kind: fetch, source: "hf:lorapipe/tiny" }
  dataset:       { kind: fetch, source: "hf-dataset:lorapipe/tiny" }
  scope-model:   { kind: fetch, source: "modelscope:lorapipe/tiny" }
  scope-dataset: { kind: fetch, source: "modelscope-dataset:lorapipe/tiny" }
  rows:          { kind: mix, domain: [dataset], include: ["*.jsonl"] }
RECIPE
cd "$work/space"
HF_ENDPOINT=$address HF_TOKEN=hf_test MODELSCOPE_DOMAIN=$address MODELSCOPE_API_TOKEN=ms_test \
  "$program" run recipes/hub.yaml -j 1
for pair in model:model dataset:dataset model:scope-model dataset:scope-dataset; do
  diff -r "$work/theirs/${pair%%:*}" "runs/latest/${pair##*:}/" || { echo "DIFFERENT: ${pair##*:}"; exit 1; }
  echo "equal: ${pair##*:}"
done

# Continued where it was cut, and no token past the hub.
grep -q "GET /storage/.* bytes=[1-9]" "$work/log" || { echo "a cut download was not continued"; exit 1; }
! grep "/storage/.* token$" "$work/log" || { echo "a token went to the storage"; exit 1; }
! grep -rq "hf_test\|ms_test" runs || { echo "a token was recorded"; exit 1; }
echo "cut downloads were continued; no token left its hub or was recorded"

# Uploads: each client writes, and what another brings back is equal.
folder=$work/folder
mkdir -p "$folder/sub dir"
"$python" - "$folder" <<'PYTHON'
import random, sys
source, folder = random.Random(3), sys.argv[1]
open(folder + "/model.safetensors", "wb").write(source.randbytes(3_300_000))
open(folder + "/small.bin", "wb").write(source.randbytes(90_000))
open(folder + "/README.md", "w").write("---\nlicense: mit\n---\n# 小模型\n")
open(folder + "/config.json", "w").write('{"a": 1}\n' * 100)
open(folder + "/sub dir/中文.txt", "w").write("内容\n")
open(folder + "/empty.txt", "w")
PYTHON
export HF_ENDPOINT=$address MODELSCOPE_ENDPOINT=$address HF_HOME=$work/hf MODELSCOPE_HOME=$work/ms
push() { HF_TOKEN=${HF:-hf_test} MODELSCOPE_API_TOKEN=${MS:-ms_test} "$program" push "$@"; }
client() { HF_TOKEN=hf_test MODELSCOPE_API_TOKEN=ms_test "$python" "$here/hub_client.py" "$@" >"$work/client.log" 2>&1 || { cat "$work/client.log"; exit 1; }; }
same() { rm -rf "$1/.cache" "$1"/.ms*; diff -r "$folder" "$1" || { echo "DIFFERENT: $2"; exit 1; }; echo "equal: $2"; }

client hf-upload "$folder" me/theirs
client hf-download me/theirs "$work/hf-theirs" && same "$work/hf-theirs" "huggingface_hub to huggingface_hub"
push "$folder" hf:me/ours --create private --json > "$work/pushed.json"
client hf-download me/ours "$work/hf-ours" && same "$work/hf-ours" "lorapipe to huggingface_hub"
client ms-upload "$folder" me/theirs
client ms-download me/theirs "$work/ms-theirs" && same "$work/ms-theirs" "modelscope-hub to modelscope-hub"
push "$folder" modelscope:me/ours --create private --license mit
client ms-download me/ours "$work/ms-ours" && same "$work/ms-ours" "lorapipe to modelscope-hub"
push "$folder" hf:me/ours --json | grep -q '"committed":0' || { echo "an equal folder was sent again"; exit 1; }
push "$folder" modelscope:me/ours --json | grep -q '"committed":0' || { echo "an equal folder was sent again"; exit 1; }

# Faults. New bytes each time, so that they are sent.
expect() { # what, a pattern of the output, then the command
  local what=$1 pattern=$2; shift 2
  "$@" > "$work/out" 2>&1 || true
  grep -q "$pattern" "$work/out" || { echo "WRONG: $what"; cat "$work/out"; exit 1; }
  echo "right: $what"
}
fresh() { head -c 2500000 /dev/urandom > "$folder/model.safetensors"; head -c 90000 /dev/urandom > "$folder/small.bin"; }
for hub in hf modelscope; do
  fresh
  : > "$work/log"
  expect "$hub, a torn upload" "pushed 6 files" push "$folder" "$hub:me/torn" --create private --license mit
  fresh
  expect "$hub, a limit of requests" "pushed 6 files" push "$folder" "$hub:me/limited" --create private --license mit
  fresh
  expect "$hub, another commit between" "pushed 6 files" push "$folder" "$hub:me/raced" --create private --license mit
  expect "$hub, no such repository" "no repository" push "$folder" "$hub:me/nothing"
  HF=hf_read MS=ms_read expect "$hub, a token that only reads" "may not write" push "$folder" "$hub:me/ours"
  HF=hf_wrong MS=ms_wrong expect "$hub, a token nobody knows" "not accept the token\\|no repository" push "$folder" "$hub:me/ours"
  ! grep -q "hf_wrong\|ms_wrong" "$work/out" || { echo "a token was printed"; exit 1; }
done
HF_HOME=$work/stored; mkdir -p "$HF_HOME"; echo hf_test > "$HF_HOME/token"
expect "a token that hf auth login stored" "has these files already" env -u HF_TOKEN HF_HOME="$HF_HOME" "$program" push "$work/hf-ours" hf:me/ours
MODELSCOPE_HOME=$work/stored-ms "$python" -c 'from modelscope_hub.config import HubConfig; HubConfig().save_token("ms_test")'
expect "a token that modelscope login stored" "has these files already" \
  env -u MODELSCOPE_API_TOKEN MODELSCOPE_HOME="$work/stored-ms" "$program" push "$work/ms-ours" modelscope:me/ours
! grep "/upload/.* token$" "$work/log" || { echo "a token went to the storage"; exit 1; }
echo "uploads were continued, and no token went to the storage"
