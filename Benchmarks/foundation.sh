#!/usr/bin/env bash
# What Foundation costs a program that starts often. Three tiny programs do the same work (read a file, print its length
# and the time) with Glibc alone, with FoundationEssentials and with Foundation; a fourth also prints the date for people,
# which brings in Foundation's tables of the world's languages. All are linked as the release is: -O, static standard
# library. Prints size, stripped size, shared libraries, and the median and fastest time from start to end.
#   Benchmarks/foundation.sh [STARTS]
set -euo pipefail
starts=${1:-200}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > glibc.swift <<'SWIFT'
import Glibc

let path = CommandLine.arguments[1]
let file = open(path, O_RDONLY)
var bytes = [UInt8](repeating: 0, count: 1 << 16)
let count = read(file, &bytes, bytes.count)
close(file)
var now = timespec()
clock_gettime(CLOCK_REALTIME, &now)
print(count, now.tv_sec)
SWIFT

body='
let path = CommandLine.arguments[1]
let data = try Data(contentsOf: URL(filePath: path))
print(data.count, Int(Date().timeIntervalSince1970))'
{ echo "import FoundationEssentials"; echo "$body"; } > essentials.swift
{ echo "import Foundation"; echo "$body"; } > foundation.swift
{ cat foundation.swift; echo 'print(Date().formatted(date: .long, time: .omitted))'; } > formatting.swift
echo '{"name": "Grace"}' > input.json

for program in glibc essentials foundation formatting; do
  swiftc -O -swift-version 6 -static-stdlib "$program.swift" -o "$program" > "$program.log" 2>&1 ||
    { cat "$program.log"; echo "$program does not build"; exit 1; }
  strip -o "$program.stripped" "$program"
done

python3 - "$starts" <<'PY'
import os, subprocess, statistics, sys, time

starts = int(sys.argv[1])
programs = ["glibc", "essentials", "foundation", "formatting"]
seconds = {program: [] for program in programs}
for _ in range(starts):  # in turns, so that all meet the same load
    for program in programs:
        begin = time.perf_counter()
        subprocess.run(["./" + program, "input.json"], stdout=subprocess.DEVNULL, check=True)
        seconds[program].append(time.perf_counter() - begin)

print(f"{'program':12} {'size':>10} {'stripped':>10} {'libraries':>10} {'median start':>13} {'fastest':>9}")
for program in programs:
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.count("=>")
    times = [1000 * value for value in seconds[program]]
    size, stripped = (os.path.getsize(name) / 1e6 for name in (program, program + ".stripped"))
    print(f"{program:12} {size:7.1f} MB {stripped:7.1f} MB {linked:10} {statistics.median(times):10.2f} ms {min(times):6.2f} ms")
PY
