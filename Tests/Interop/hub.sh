#!/usr/bin/env bash
# Runs a small hub that the real huggingface_hub client accepts, downloads the same repositories with that client and with
# lorapipe, and compares every byte. Needs python3 with pip, and a network once, to install huggingface_hub.
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
if ! "$python" -c 'import huggingface_hub' 2>/dev/null; then
  python3 -m venv "$peers/venv"
  python=$peers/venv/bin/python
  "$python" -m pip install -q huggingface_hub
fi

work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
"$python" "$here/hub_server.py" "$work/port" "$work/log" &
server=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
address=http://127.0.0.1:$(cat "$work/port")

# The real client, and its bytes.
HF_ENDPOINT=$address HF_TOKEN=hf_test "$python" "$here/hub_client.py" "$work/theirs"
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
