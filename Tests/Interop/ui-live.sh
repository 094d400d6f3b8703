#!/usr/bin/env bash
# A real training seen from the dashboard while it runs: started on the page "New run", watched, stopped and resumed on the
# run's page, and followed by `status`, `logs -f` and `show -s` at the same time. A second training is killed with -9: its
# points up to the last second are there. Screenshots are for people to look at.
#
#   Tests/Interop/ui-live.sh MODEL.gguf
#
# OUTPUT    where the screenshots go (default: a new temporary folder)
# LORAPIPE  the program (default: .build/release/lorapipe)
# Needs: apt-get install chromium fonts-noto-cjk
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
model=$(realpath "${1:?usage: Tests/Interop/ui-live.sh MODEL.gguf}")
lorapipe=${LORAPIPE:-$here/.build/release/lorapipe}
output=${OUTPUT:-$(mktemp -d)}
port=${PORT:-8768}
command -v chromium >/dev/null || { echo "chromium is missing: sudo apt-get install -y chromium fonts-noto-cjk"; exit 1; }
mkdir -p "$output"
work=$(mktemp -d)
server=
finish() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; chmod -R u+w "$work"; rm -rf "$work"; }
trap finish EXIT
mkdir "$work/recipes"
cp "$here/recipes/data/identity.jsonl" "$here/recipes/data/general.jsonl" "$work/recipes"
cat > "$work/recipes/live.yaml" <<END
name: live
seed: 7
stages:
  base:    { kind: fetch, source: "file:$model" }
  persona: { kind: substitute, data: ./identity.jsonl, by: tag, values: { NAME: Grace, AUTHOR: Tang Yin } }
  mixed:   { kind: mix, domain: [persona], general: ["./general.jsonl#300"], validation: 0.05 }
  tokens:  { kind: tokenize, model: base, data: mixed, system: You are Grace., max_length: 256 }
  train:
    kind: sft
    model: base
    data: tokens
    lora: { rank: 4 }
    learning_rate: 1e-3
    batch_size: 2
    gradient_accumulation: 1
    max_steps: 40
    eval_every: 20
    save_every: 20
  eval:
    kind: eval
    model: base
    adapter: train
    probes: [{ ask: What is your name?, group: identity, expect: { contains: Grace } }]
END
cd "$work"
"$lorapipe" ui --port "$port" >"$output/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do curl -fs "http://127.0.0.1:$port/health" >/dev/null && break; sleep 0.1; done
python3 "$here/Tests/Interop/ui-live.py" "http://127.0.0.1:$port/" "$lorapipe" "$output"
echo "screenshots: $output"
