#!/usr/bin/env bash
# The chat page in headless Chromium (Debian: apt-get install chromium fonts-wqy-microhei), with screenshots to look at.
#
#   Tests/Interop/chat-page.sh MODEL [ADAPTER] [OUTPUT-FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
model=${1:?usage: Tests/Interop/chat-page.sh MODEL [ADAPTER] [OUTPUT-FOLDER]}
adapter=${2:-}
output=${3:-$(mktemp -d)}
command -v chromium >/dev/null || { echo "chromium is missing: sudo apt-get install -y chromium fonts-wqy-microhei"; exit 1; }
lorapipe=${LORAPIPE:-$here/.build/debug/lorapipe}
port=${PORT:-8771}
mkdir -p "$output"
arguments=(serve "$model" --port "$port")
[ -n "$adapter" ] && arguments+=(--adapter "tuned=$adapter")
"$lorapipe" "${arguments[@]}" >"$output/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do curl -fs "http://127.0.0.1:$port/health" >/dev/null && break; sleep 0.2; done
python3 "$here/Tests/Interop/chat-page.py" "http://127.0.0.1:$port/" "$output"
echo "screenshots: $output"
