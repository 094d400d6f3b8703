#!/usr/bin/env bash
# Drives every page of `lorapipe ui` in headless Chromium, in both languages, light and dark, at the width of a desk and of a
# phone: contrast, names, widths, keyboard, hostile texts, the token, and the times it takes. Screenshots are for people to
# look at.
#
#   Tests/Interop/ui.sh WORKSPACE
#
# WORKSPACE is one in which this program has run a recipe (`lorapipe run recipes/quickstart.yaml`). It is copied; the copy gets a
# thousand runs more, ten of them with curves of 100,000 points.
#
# OUTPUT    where the screenshots go (default: a new temporary folder)
# LORAPIPE  the program (default: .build/release/lorapipe)
# Needs: apt-get install chromium fonts-noto-cjk nodejs
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
source=$(realpath "${1:?usage: Tests/Interop/ui.sh WORKSPACE}")
lorapipe=${LORAPIPE:-$here/.build/release/lorapipe}
output=${OUTPUT:-$(mktemp -d)}
port=${PORT:-8766}
command -v chromium >/dev/null || { echo "chromium is missing: sudo apt-get install -y chromium fonts-noto-cjk"; exit 1; }
mkdir -p "$output"
work=$(mktemp -d)
server=
failed=0
finish() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; chmod -R u+w "$work"; rm -rf "$work"; }
trap finish EXIT
cp -a "$source/." "$work"
many=$(python3 "$here/Tests/Interop/ui-workspace.py" "$work" "${RUNS:-1000}" "${POINTS:-100000}")
cd "$work"
"$lorapipe" ui --port "$port" >"$output/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do curl -fs "http://127.0.0.1:$port/health" >/dev/null && break; sleep 0.1; done
python3 "$here/Tests/Interop/ui.py" "http://127.0.0.1:$port/" "$output" "$many" || failed=1

# A report is one file, made in less than a tenth of a second.
node "$here/Tests/Interop/recipe-text.mjs"
name=$(python3 -c "
import sqlite3
print(sqlite3.connect('runs/runs.db').execute(\"SELECT id FROM runs WHERE recipe <> 'team' AND status = 'succeeded' ORDER BY id LIMIT 1\").fetchone()[0])")
"$lorapipe" report "$name" -o "$output/report.html" >/dev/null
python3 - "$lorapipe" "$name" "$output/report.html" <<'PY' || failed=1
import subprocess, sys, time
times = []
for _ in range(5):
    begin = time.time()
    subprocess.run([sys.argv[1], "report", sys.argv[2], "-o", sys.argv[3]], check=True, stdout=subprocess.DEVNULL)
    times.append((time.time() - begin) * 1000)
print(f"{'ok  ' if min(times) < 100 else 'FAIL'} report of {sys.argv[2]}: {min(times):.0f} ms (< 100)")
sys.exit(min(times) >= 100)
PY
"$lorapipe" report "$name" -o "$output/report-zh.html" --lang zh >/dev/null
echo "screenshots: $output"
exit $failed
