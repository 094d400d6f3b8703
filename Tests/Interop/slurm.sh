#!/usr/bin/env bash
# Runs stages as jobs of a real Slurm on this machine: munged, slurmctld and slurmd in a folder of their own.
# Shows: success; cancellation; a time limit, with and without a second submission; a memory limit; a node that dies and a
# requeue, with work that continues; a controller that is down; Ctrl-C; a job that a second run finds again; real trainings
# that are stopped, requeued and submitted again and end with the bytes of one that was not.
#
#   LORAPIPE   the program (default: the newest build below .build)
#   CASES      which cases (default: all)
#   STEPS      updates of the real trainings (default 5000: about a minute on two quick cores)
#   LORAPIPE_MS_SWIFT_PYTHON   when set, a training with ms-swift runs as a job too
# Needs root and the Debian packages slurm-wlm and munge.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/slurm_cluster.sh"
program=${LORAPIPE:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1 || true)}
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }
for word in sbatch squeue scancel; do command -v $word > /dev/null || { echo "needs slurm-wlm and munge"; exit 1; }; done
work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-slurm.XXXXXX")
trap 'cluster_stop; chmod -R u+w "$work"; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; tail -n 20 "$work/out" "$CLUSTER/ctld.log" "$CLUSTER/d.log" 2>/dev/null; exit 1; }
cluster_start "$work/cluster"
echo "$(slurmctld -V), accounting off"

# Each case is a workspace with one stage that counts in its work folder as a training does: a step per 0.2 s, a checkpoint per
# step, continued after a stop.
space() { # NAME RESOURCES LAUNCHER-KEYS
  mkdir -p "$work/$1/recipes"
  cat > "$work/$1/lorapipe.yaml" <<Y
launchers: { cluster: { kind: slurm, settle_seconds: 5, stages: [count] $3 } }
Y
  cat > "$work/$1/recipes/r.yaml" <<Y
name: r
stages:
  count:
    kind: command
    output: files
    resources: { cpus: 1 $2 }
    shell: 'cp $work/count.py . && exec python3 count.py $work/$1/steps {output}'
Y
}
cat > "$work/count.py" <<'P'
import os, signal, sys, time
steps, output = sys.argv[1:]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
done = int(open(steps).read()) if os.path.exists(steps) else 0
print('counting from', done, flush=True)
limit = int(os.environ.get('COUNT', 40))
if os.path.exists(steps + '.eat'):
    os.remove(steps + '.eat')
    eaten = bytearray(2500 << 20)
    for at in range(0, len(eaten), 4096): eaten[at] = 1
    time.sleep(20)
while done < limit:
    time.sleep(0.2); done += 1
    with open(steps + '.new', 'w') as file: file.write(str(done))
    os.replace(steps + '.new', steps)
open(output + '/count', 'w').write(str(done))
P
run() { (cd "$work/$1" && shift && timeout 300 "$program" run "$@"); }
start() { (cd "$work/$1" && shift && exec "$program" run "$@") > "$work/out" 2>&1 & child=$!; }
says() { for _ in $(seq 600); do grep -q "$1" "$work/out" && return; sleep 0.1; done; fail "it did not say: $1"; }
counts() { for _ in $(seq 600); do [ "$(cat "$work/$1/steps" 2>/dev/null || echo 0)" -ge "$2" ] && return; sleep 0.1; done; fail "$1 does not count"; }
jobs_of() { squeue -h -t all -o %i | wc -l; }
job() { grep -o 'Slurm job [0-9]*' "$work/out" | head -1 | grep -o '[0-9]*$'; }
wanted() { [ -z "${CASES:-}" ] || [[ " $CASES " == *" $1 "* ]]; }

if wanted success; then
  space success "" ""; begun=$(date +%s)
  COUNT=5 run success > "$work/out" 2>&1 || fail "success"
  [ "$(cat "$work/success/runs/latest/count/count")" = 5 ] || fail "the output is not there"
  echo "success: $(( $(date +%s) - begun )) s in all, $(grep -o 'Slurm job [0-9]*' "$work/out" | head -1)"
fi
if wanted cancel; then
  space cancel "" ""; start cancel; counts cancel 3; scancel "$(job)"
  wait $child && fail "a cancelled job is no success"
  grep -q 'was cancelled' "$work/out" || fail "cancellation is not named"
  run cancel > "$work/out" 2>&1 || fail "cancel: not continued"
  echo "cancelled from outside: named, then continued"
fi
if wanted ctrlc; then
  space ctrlc "" ""; start ctrlc; counts ctrlc 3; kill -INT $child
  wait $child && fail "a stopped run is no success"
  for _ in $(seq 100); do [ -z "$(squeue -h -t RUNNING,PENDING -o %i)" ] && break; sleep 0.2; done
  [ -z "$(squeue -h -t RUNNING,PENDING -o %i)" ] || fail "Ctrl-C left a job"
  echo "Ctrl-C: no job is left"
fi
if wanted again; then
  space again "" ""; start again --detach; counts again 3; before=$(jobs_of); kill -INT $child
  wait $child && fail "a run that was left is no success"
  start again; says 'waiting for Slurm job'
  wait $child || fail "the second run failed"
  [ "$(jobs_of)" -le "$before" ] || fail "submitted twice"
  echo "left with --detach: found again by a second run, submitted once"
fi
if wanted killed; then
  space killed "" ""; start killed; counts killed 3; before=$(jobs_of); kill -9 $child; wait $child 2>/dev/null || true
  start killed; says 'waiting for Slurm job'
  wait $child || fail "the run after kill -9 failed"
  [ "$(jobs_of)" -le "$before" ] || fail "submitted twice after kill -9"
  echo "run killed with -9: the job went on, a second run found it"
fi
if wanted down; then
  space down "" ""; start down; counts down 3; controller_stop
  for _ in $(seq 100); do squeue > /dev/null 2>&1 || break; sleep 0.2; done
  says 'does not answer'; sleep "${DOWN:-60}"; controller_start
  wait $child || fail "the run did not outlive the controller's absence"
  space down2 "" ""; controller_stop; COUNT=5 start down2; says 'does not answer'; sleep 5; controller_start
  wait $child || fail "a job was not submitted after the controller came back"
  echo "controller down for ${DOWN:-60} s: said once, then done; a submission waits for it too"
fi
if wanted time; then
  space time ", time: 1m" ", warning_seconds: 30"; COUNT=800 start time
  wait $child && fail "a time limit is no success"
  grep -q 'reached its time limit' "$work/out" || fail "the time limit is not named"
  at=$(cat "$work/time/steps"); COUNT=$((at + 5)) run time > "$work/out" 2>&1 || fail "not continued after the time limit"
  grep -q "counting from $at" "$work"/time/runs/2*/logs/count.log || fail "not continued where it stopped"
  echo "time limit: warned, stopped at step $at, named, then continued from there"
fi
if wanted memory; then
  space memory ", memory: 300M" ""; touch "$work/memory/steps.eat"; start memory
  wait $child && fail "a memory limit is no success"
  grep -q 'ran out of memory' "$work/out" || fail "the memory limit is not named"
  run memory > "$work/out" 2>&1 || fail "memory: not continued"
  echo "memory limit: named"
fi
if wanted requeue; then
  space requeue "" ""; COUNT=60 start requeue; counts requeue 10; id=$(job); scontrol requeue "$id"
  # Slurm lets a requeued job wait for two minutes, unless told otherwise.
  for _ in $(seq 50); do [ "$(squeue -h -j "$id" -o %T)" = PENDING ] && break; sleep 0.2; done
  # Not in the same second: the node still refuses what it was told to end.
  sleep 3; scontrol update JobId="$id" StartTime=now
  says 'started again'
  wait $child || fail "a requeued job did not end well"
  grep -q 'counting from [1-9]' "$work"/requeue/runs/2*/logs/count.log || fail "the requeued job began anew"
  echo "requeue: the same job began again and continued"
fi
if wanted node; then
  space node "" ""; COUNT=100 start node; counts node 5; id=$(job); node_kill
  # The step goes on without its daemon; what is done is done.
  sleep 5; node_start
  wait $child || fail "the run did not outlive the kill of slurmd"
  echo "slurmd killed and started again: done"
fi
# A real training: TERM and USR1 make it write a checkpoint, from which the next start continues; the adapter has the bytes of a
# training on this machine.
training() { # NAME RESOURCES LAUNCHER-KEYS
  python3 "$here/tiny_model.py" "$work/$1" 400 "${STEPS:-5000}" "resources: { cpus: 1 $2 }"
  echo "launchers: { cluster: { kind: slurm, settle_seconds: 5, stages: [sft] $3 } }" > "$work/$1/lorapipe.yaml"
}
trained() { basename "$(readlink -f "$work/$1/runs/latest/train")"; }
checkpoint() { for _ in $(seq 600); do ls "$work/$1"/runs/store/work/*/checkpoints/checkpoint-* > /dev/null 2>&1 && return; sleep 0.1; done; fail "$1: no checkpoint"; }
continued() { grep -h -o 'continuing from the checkpoint of step [0-9]*' "$work/$1"/runs/2*/logs/train.log | tail -1 | grep -o '[0-9]*$'; }
if wanted sft; then
  training local "" ""; run local --launcher local > "$work/out" 2>&1 || fail "sft: here"
  training sft "" ""; start sft; checkpoint sft; id=$(job); scontrol requeue "$id"
  for _ in $(seq 50); do [ "$(squeue -h -j "$id" -o %T)" = PENDING ] && break; sleep 0.2; done
  sleep 3; scontrol update JobId="$id" StartTime=now
  says 'started again'
  wait $child || fail "a requeued training did not end well"
  [ -n "$(continued sft)" ] || fail "the requeued training began anew"
  [ "$(trained sft)" = "$(trained local)" ] || fail "the requeued training has other bytes"
  echo "sft: TERM, checkpoint, requeue, continued at step $(continued sft), the same bytes as here"
  training warned ", time: 1m" ", warning_seconds: 55, resubmit: 20"; start warned
  wait $child || fail "a training with a short time limit did not end well"
  [ -n "$(continued warned)" ] || fail "it did not reach its time limit: raise STEPS"
  [ "$(trained warned)" = "$(trained local)" ] || fail "the training in parts has other bytes"
  echo "sft: USR1 before the time limit, checkpoint, submitted again, continued at step $(continued warned), the same bytes"
fi
# The same with ms-swift, where its environment is there.
if wanted ms-swift && [ -x "${LORAPIPE_MS_SWIFT_PYTHON:-}" ]; then
  training swift "" ", environment: { LORAPIPE_MS_SWIFT_PYTHON: $LORAPIPE_MS_SWIFT_PYTHON }"
  sed -i 's/^    max_steps: .*/    max_steps: 40\n    engine: ms-swift/; s/eval_every: 50/eval_every: 10/' "$work/swift/recipes/train.yaml"
  start swift
  for _ in $(seq 1200); do grep -qs '"event": "checkpoint"' "$work"/swift/runs/store/work/*/engine/events.jsonl && break; sleep 0.1; done
  id=$(job); scancel --batch --signal=TERM "$id"
  wait $child || true
  run swift > "$work/out" 2>&1 || fail "the ms-swift training was not continued"
  [ -n "$(continued swift)" ] || fail "the ms-swift training began anew"
  echo "ms-swift as a job: TERM, checkpoint, continued at step $(continued swift)"
fi
echo "slurm: all cases hold"
