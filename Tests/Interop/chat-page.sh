#!/usr/bin/env bash
# The chat page in headless Chromium (Debian: apt-get install chromium fonts-wqy-microhei), with screenshots to look at.
#
#   Tests/Interop/chat-page.sh MODEL [ADAPTER [ADAPTER]]
#
# OUTPUT    where the screenshots go (default: a new temporary folder)
# LORAPIPE  the program (default: .build/release/lorapipe)
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
model=$(realpath "${1:?usage: Tests/Interop/chat-page.sh MODEL [ADAPTER [ADAPTER]]}")
output=${OUTPUT:-$(mktemp -d)}
command -v chromium >/dev/null || { echo "chromium is missing: sudo apt-get install -y chromium fonts-wqy-microhei"; exit 1; }
lorapipe=${LORAPIPE:-$here/.build/release/lorapipe}
port=${PORT:-8771}
mkdir -p "$output"

# What a recipe's serve stage writes: title, description, examples, and adapters by name.
adapters=
number=0
for adapter in "${@:2}"; do
  number=$((number + 1))
  adapters+="${adapters:+, }{\"name\": \"tuned-$number\", \"path\": \"$(realpath "$adapter")\"}"
done
cat >"$output/service.json" <<JSON
{"format": 1, "name": "base", "model": "$model", "adapters": [$adapters],
 "context": {"system": "You are Grace, a clever and lovely cat assistant."}, "generation": {},
 "title": "Grace – 喵星AI助手", "description": "A small model beside what it learned. 一个小模型，学会了自己的名字。",
 "examples": ["Who are you?", "你是谁？", "What is the capital of France?", "Write a short poem about cats."]}
JSON
"$lorapipe" serve "$output" --port "$port" >"$output/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do curl -fs "http://127.0.0.1:$port/health" >/dev/null && break; sleep 0.2; done
python3 "$here/Tests/Interop/chat-page.py" "http://127.0.0.1:$port/" "$output"
echo "screenshots: $output"
