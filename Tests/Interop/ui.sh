#!/usr/bin/env bash
# Drives every page of `lorapipe ui` in headless Chromium, in both languages, light and dark, at the width of a desk and of a
# phone: contrast, names, widths, keyboard, the token, and the times it takes. Then plants texts that a page could take for
# HTML or script wherever a user or a model writes, and looks for them on every page, in reports and in a PDF; and asks as
# pages of other sites do. Screenshots are for people to look at.
#
#   Tests/Interop/ui.sh WORKSPACE
#
# WORKSPACE is one in which this program has run a recipe (`lorapipe run recipes/quickstart.yaml`). It is copied; the copy gets a
# thousand runs more, ten of them with curves of 100,000 points.
#
# OUTPUT    where the screenshots go (default: a new temporary folder)
# LORAPIPE  the program (default: .build/release/lorapipe)
# PART      pages, speed, hostile: only that part (default: all of them; hostile trains for a minute)
# Needs: apt-get install chromium fonts-noto-cjk nodejs; with pypdf, the text of the PDF is read too
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
# A workspace of an older version is brought up to date before rows are added to its database.
(cd "$work" && "$lorapipe" runs >/dev/null)
many=$(python3 "$here/Tests/Interop/ui-workspace.py" "$work" "${RUNS:-1000}" "${POINTS:-100000}")
cd "$work"
"$lorapipe" ui --port "$port" >"$output/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do curl -fs "http://127.0.0.1:$port/health" >/dev/null && break; sleep 0.1; done
part=${PART:-}
[ "$part" = hostile ] || python3 "$here/Tests/Interop/ui.py" "http://127.0.0.1:$port/" "$output" "$many" "$part" || failed=1

# A report is one file, made in less than a tenth of a second.
node "$here/Tests/Interop/recipe-text.mjs"
name=$(python3 -c "
import sqlite3
print(sqlite3.connect('runs/runs.db').execute(\"SELECT id FROM runs WHERE recipe <> 'team' AND status = 'succeeded' ORDER BY id LIMIT 1\").fetchone()[0])")
"$lorapipe" report "$name" -o "$output/report.html" >/dev/null
python3 - "$lorapipe" "$name" "$output/report.html" <<'PY' || failed=1
import os, resource, statistics, subprocess, sys, time
times = []
for _ in range(9):
    begin = time.time()
    subprocess.run([sys.argv[1], "report", sys.argv[2], "-o", sys.argv[3]], check=True, stdout=subprocess.DEVNULL)
    times.append((time.time() - begin) * 1000)
middle = statistics.median(times)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
work = (used.ru_utime + used.ru_stime) * 1000 / len(times)
print(f"{'ok  ' if middle < 100 else 'FAIL'} the report of {sys.argv[2]} is made in {middle:.0f} ms (< 100), best {min(times):.0f}, processor time {work:.0f}; load {os.getloadavg()[0]:.1f}")
sys.exit(middle >= 100)
PY
"$lorapipe" report "$name" -o "$output/report-zh.html" --lang zh >/dev/null
if [ -z "$part" ] || [ "$part" = hostile ]; then
  planted=$(python3 "$here/Tests/Interop/ui-hostile.py" plant "$work" "$lorapipe")
  python3 "$here/Tests/Interop/ui-hostile.py" look "$work" "$lorapipe" "http://127.0.0.1:$port/" "$output" "$planted" || failed=1
fi
echo "screenshots: $output"
exit $failed
