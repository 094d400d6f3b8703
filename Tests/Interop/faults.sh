#!/usr/bin/env bash
# What breaks when several machines work on one store or share a cache: a file system without working locks, clocks that differ by
# hours, a full disk here and in the cache. Each is named or does no harm, and nothing is lost. Needs root (for small file systems
# in memory), cc and python3.
#
#   LORAPIPE   the program (default: the newest build below .build)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=${LORAPIPE:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1 || true)}
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-faults.XXXXXX")
trap 'umount "$work"/disk* 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
unset CI LORAPIPE_REMOTE_CACHE LORAPIPE_REMOTE_PUSH || true
${CC:-cc} -shared -fPIC -O1 -o "$work/shim.so" "$here/faults_shim.c" -ldl

space() { # NAME LORAPIPE.YAML
  mkdir -p "$work/$1/recipes"
  echo "$2" > "$work/$1/lorapipe.yaml"
  cat > "$work/$1/recipes/r.yaml" <<'Y'
name: r
stages:
  one: { kind: command, output: files, shell: "echo began >> ../../../../../began; sleep 1; head -c 2000000 /dev/urandom | tee {output}/big | sha256sum > {output}/sum" }
  two: { kind: command, output: files, inputs: { one: one }, shell: "cp {inputs.one}/sum {output}/sum" }
Y
}
run() { (cd "$work/$1" && shift && "$program" run "$@"); }
sum() { cat "$work/$1/runs/latest/two/sum"; }

# --- Locks.
for locks in none blind; do
  space "locks-$locks" 'launchers: { far: { kind: command, stages: [one], run: [sh, -c, "exec {command}"] } }'
  if FAULT_LOCKS=$locks LD_PRELOAD=$work/shim.so run "locks-$locks" > "$work/out" 2>&1; then fail "locks: $locks: a success"; fi
  grep -qi "lock" "$work/out" || { cat "$work/out"; fail "locks: $locks: the reason is not named"; }
  [ ! -e "$work/locks-$locks/began" ] || fail "locks: $locks: the stage was started"
  run "locks-$locks" > "$work/out" 2>&1 || { cat "$work/out"; fail "locks: $locks: not done where locks work"; }
  echo "locks: $locks: refused before anything is started; done where they work"
done

# --- Clocks. The stage's machine is five hours ahead, or behind; the result counts, and is still there for the next run.
for ahead in 18000 -18000; do
  space "clock$ahead" "launchers: { far: { kind: command, stages: [one], run: [env, LD_PRELOAD=$work/shim.so, \"FAULT_CLOCK=$ahead\", sh, -c, \"date +%s > $work/date; exec {command}\"] } }"
  run "clock$ahead" > "$work/out" 2>&1 || { cat "$work/out"; fail "clock $ahead"; }
  difference=$(( $(cat "$work/date") - $(date +%s) ))
  [ $((difference * (ahead > 0 ? 1 : -1))) -gt 17000 ] || fail "clock $ahead: the clock was right"
  run "clock$ahead" > "$work/out" 2>&1; grep -q "all 2 stages cached" "$work/out" || { cat "$work/out"; fail "clock $ahead: not cached"; }
  (cd "$work/clock$ahead" && "$program" cache gc --keep 1 > /dev/null && "$program" cache verify > /dev/null) || fail "clock $ahead: gc, verify"
  run "clock$ahead" > "$work/out" 2>&1; grep -q "all 2 stages cached" "$work/out" || fail "clock $ahead: lost by gc"
  # A machine with that clock fills a cache, and one with the right clock takes it, and the other way round.
  mkdir "$work/share$ahead"
  (cd "$work/clock$ahead" && FAULT_CLOCK=$ahead LD_PRELOAD=$work/shim.so LORAPIPE_REMOTE_CACHE=file:$work/share$ahead LORAPIPE_REMOTE_PUSH=always "$program" cache push --all > /dev/null)
  space "clock-reader$ahead" ""
  LORAPIPE_REMOTE_CACHE=file:$work/share$ahead run "clock-reader$ahead" > "$work/out" 2>&1 || fail "clock $ahead: the reader"
  [ "$(sum "clock-reader$ahead")" = "$(sum "clock$ahead")" ] && [ ! -e "$work/clock-reader$ahead/began" ] || { cat "$work/out"; fail "clock $ahead: not taken from the cache"; }
  echo "clock: $ahead s: a stage there, a collection, and a cache between the two"
done

# --- A full disk in the cache.
mkdir "$work/disk-cache"; mount -t tmpfs -o size=1M tmpfs "$work/disk-cache"
space "full-cache" "remote_caches: [ { url: \"file:$work/disk-cache\", push: always, send_unreproducible: true } ]"
run full-cache --json > "$work/out" 2>&1 || { cat "$work/out"; fail "a full cache failed the run"; }
[ "$(grep -c '"code":"remote-cache-refused"' "$work/out")" = 1 ] || { cat "$work/out"; fail "a full cache is not named, or more than once"; }
mount -o remount,size=20M "$work/disk-cache"
(cd "$work/full-cache" && "$program" cache push --all > "$work/out" 2>&1) || { cat "$work/out"; fail "not sent when there was room"; }
space "full-reader" "remote_caches: [ { url: \"file:$work/disk-cache\" } ]"
run full-reader > "$work/out" 2>&1; [ ! -e "$work/full-reader/began" ] || { cat "$work/out"; fail "what was sent later was not taken"; }
echo "full disk in the cache: named once, the run is done; sent when there is room"

# --- A full disk here.
mkdir "$work/disk-here"; mount -t tmpfs -o size=1M tmpfs "$work/disk-here"
space "full-here" "{ store: $work/disk-here/store, remote_caches: [ { url: \"file:$work/disk-cache\" } ] }"
if run full-here > "$work/out" 2>&1; then cat "$work/out"; fail "a full disk is no success"; fi
grep -qiE "disk|space" "$work/out" || { cat "$work/out"; fail "the full disk is not named"; }
mount -o remount,size=20M "$work/disk-here"
rm -f "$work/full-here/began"
run full-here > "$work/out" 2>&1 || { cat "$work/out"; fail "not done when there was room"; }
[ "$(sum full-here)" = "$(sum full-cache)" ] || fail "other bytes after a full disk"
(cd "$work/full-here" && "$program" cache verify > /dev/null) || fail "a full disk damaged the store"
echo "full disk here: named; done when there is room, nothing damaged"

# --- A disk that fills up while a training writes checkpoints.
python3 "$here/tiny_model.py" "$work/train" 400 600
(cd "$work/train" && "$program" run --until tokens > /dev/null 2>&1 && du -sm runs/store | cut -f1 > "$work/size") || fail "the stages before the training"
mkdir "$work/disk-train"; mount -t tmpfs -o size=$(( $(cat "$work/size") + 1 ))M tmpfs "$work/disk-train"
cp -a "$work/train/runs/store" "$work/disk-train/store"
echo "store: $work/disk-train/store" > "$work/train/lorapipe.yaml"
room=$(df --output=avail -B1 "$work/disk-train" | tail -1)
head -c $((room - 400000)) /dev/zero > "$work/disk-train/filler"
if (cd "$work/train" && "$program" run --yes > "$work/out" 2>&1); then cat "$work/out"; fail "a training on a full disk is no success"; fi
grep -qiE "no space|disk" "$work/out" || { cat "$work/out"; fail "the full disk is not named"; }
rm "$work/disk-train/filler"; mount -o remount,size=100M "$work/disk-train"
(cd "$work/train" && "$program" run > "$work/out" 2>&1) || { cat "$work/out"; fail "the training was not done when there was room"; }
python3 "$here/tiny_model.py" "$work/plain" 400 600
run plain > /dev/null 2>&1 || fail "the plain training"
[ "$(basename "$(readlink -f "$work/train/runs/latest/train")")" = "$(basename "$(readlink -f "$work/plain/runs/latest/train")")" ] || fail "other bytes after a full disk"
echo "full disk while training: named; the same bytes when there is room$(grep -o ', continuing.*' "$work/out" || true)"
echo "all faults are named or do no harm"
