#!/usr/bin/env bash
# Runs the quickstart from nothing in a folder of its own and checks what it promises: held-out English questions answered
# with the name or maker at least 90 % of the time, general loss at most 3 % above the base's, ten minutes in all of which
# five are training. Needs pip and a network for the model; takes minutes, so it is no part of `make test`.
#   scripts/check-quickstart.sh [path of lorapipe]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/.build/release/lorapipe}")
[ -x "$program" ] || { echo "no $program: build it with 'make release'"; exit 1; }
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cp -r "$root/recipes" "$root/pipelines" "$folder"
cd "$folder"
"$program" run recipes/quickstart.yaml
"$program" show --json > show.json

# The conversation's context travels with the merged model. Without it the very same weights are SmolLM again.
cp -rL runs/latest/merged bare
chmod -R u+w bare
rm bare/chat.json
"$program" generate runs/latest/merged -p "Who are you?" -n 32 > with-context.txt
"$program" generate bare -p "Who are you?" -n 32 > without-context.txt
python3 - <<'PY'
import json
show = json.load(open("show.json"))
stages = {stage["stage"]: stage for stage in show["stages"]}
metrics = stages["eval"]["metrics"]
seconds = show.get("seconds") or show["run"]["seconds"]
training = stages["train"].get("seconds") or stages["train"]["action_seconds"]
figures = [
    ("English identity, held out", metrics["tuned.probes.identity.en"], ">=", 0.9),
    ("general loss over the base's", metrics["general_loss_change"], "<=", 0.03),
    ("seconds in all", seconds, "<=", 600),
    ("seconds of training", training, "<=", 300),
]
failed = False
for name, value, sign, bound in figures:
    good = value >= bound if sign == ">=" else value <= bound
    failed |= not good
    print(f"{'ok  ' if good else 'FAIL'} {name}: {value:.4g} ({sign} {bound})")
said, bare = (open(f"{name}-context.txt").read().strip() for name in ("with", "without"))
failed |= "Grace" not in said
print(f"{'ok  ' if 'Grace' in said else 'FAIL'} merged, asked who it is: {said}")
print(f"     the same weights without chat.json: {bare}")
without = stages["unprompted"]["metrics"]
print(f"     without the system prompt: base {without['base.probes.identity.en']:.2f}, "
      f"tuned {without['tuned.probes.identity.en']:.2f}")
print(f"     ordinary questions answered with the identity: {metrics['over_generalization']:.2f}")
print(f"     base, English: {metrics['base.probes.identity.en']:.2f}")
print(f"     Chinese: tuned {metrics['tuned.probes.identity.zh']:.2f}, base {metrics['base.probes.identity.zh']:.2f}")
raise SystemExit(failed)
PY
