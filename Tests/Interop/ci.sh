#!/usr/bin/env bash
# Runs the steps of docs/ci.md as written, each with `bash -e` in a fresh clone as a CI service does, with a folder as the shared
# cache: a push that fills it, a pull request that is compared with its base, GitLab's script, a developer who only reads; then the
# exit statuses that the page promises. Needs git, and Python with PyYAML.
#
#   LORAPIPE   the program (default: the newest build below .build)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=${LORAPIPE:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1 || true)}
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-ci.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
unset CI LORAPIPE_REMOTE_CACHE LORAPIPE_REMOTE_PUSH || true
mkdir "$work/bin" "$work/share" "$work/home"
ln -s "$(realpath "$program")" "$work/bin/lorapipe"
export PATH=$work/bin:$PATH HOME=$work/home GIT_CONFIG_NOSYSTEM=1
git config --global user.name Ann; git config --global user.email ann@example.com; git config --global init.defaultBranch main

# A repository of a team: the recipe on main, and a branch that trains longer.
python3 "$here/tiny_model.py" "$work/team" 200 60
cd "$work/team"
echo "remote_caches: [ { url: \"file:$work/share\", push: ci } ]" > lorapipe.yaml
echo runs/ > .gitignore
git init -q; git add .; git commit -qm recipe
git checkout -qb change; sed -i 's/max_steps: 60/max_steps: 90/' recipes/train.yaml; git commit -qam longer
git checkout -q main

# The steps of a block of the page, a file each.
python3 - "$root/docs/ci.md" "$work" <<'P'
import re, sys, yaml
page, work = open(sys.argv[1]).read(), sys.argv[2]
blocks = {head: yaml.safe_load(re.search('```yaml\n(.*?)```', text, re.S).group(1))
          for head, text in zip(*[iter(re.split(r'^## (.*)\n', page, flags=re.M)[1:])] * 2) if head in ('GitHub', 'GitLab')}
def write(name, steps):
    for number, step in enumerate(steps):
        step = step.replace('${{ github.base_ref }}', 'main')
        assert '${{' not in step, step
        with open(f'{work}/{name}-{number}.sh', 'w') as file: file.write(step + '\n')
steps = [step for step in blocks['GitHub']['jobs']['train']['steps'] if 'run' in step]
assert len(steps) == 4 and all(step.get('if', '') in ('', "github.event_name == 'pull_request'") for step in steps)
write('push', [step['run'] for step in steps if 'if' not in step])
write('pull', [step['run'] for step in steps])
write('gitlab', blocks['GitLab']['train']['script'])
P
job() { # NAME BRANCH: the steps in a fresh clone
  git clone -q --branch "$2" "$work/team" "$work/$1-clone"
  cd "$work/$1-clone"
  for step in "$work/$1"-*.sh; do
    CI=true GITHUB_STEP_SUMMARY=$work/$1.summary bash -e "$step" > "$work/out" 2>&1 || { cat "$step" "$work/out"; fail "$1: a step ended with $?"; }
  done
  # Every line is JSON; the last of the run says how it went.
  python3 - events.jsonl "$3" <<'P'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
states = [event['state'] for event in events if event['event'] == 'stage.finished' and event['stage'] == 'train']
end = [event for event in events if event['event'] == 'run.finished'][-1]
assert end['status'] == 'succeeded' and states == [sys.argv[2]], (end, states)
P
}
job push main built
echo "GitHub, a push: trained, and sent to the cache"
job pull change built
grep -q "^|.*max_steps.*60.*90" "$work/pull.summary" || { cat "$work/pull.summary"; fail "the summary does not show the change"; }
echo "GitHub, a pull request: compared with its base, $(wc -l < "$work/pull.summary") lines of Markdown"
job gitlab main cached
echo "GitLab: the training is cached"

git clone -q "$work/team" "$work/developer"; cd "$work/developer"
before=$(cd "$work/share" && find . -type f | sort | sha256sum)
lorapipe run --json > events.jsonl 2> "$work/out" || fail "developer"
# What costs less to make than to send is made here, and nothing else.
python3 - <<'P' || { cat events.jsonl; fail "developer: the training was made again"; }
import json
ended = [event for event in map(json.loads, open('events.jsonl')) if event['event'] == 'stage.finished']
assert [event['state'] for event in ended if event['stage'] == 'train'] == ['cached']
assert all(event['state'] != 'built' or event['seconds'] < 5 for event in ended)
P
echo '# another value' >> recipes/train.yaml; sed -i 's/max_steps: 60/max_steps: 20/' recipes/train.yaml
lorapipe run > "$work/out" 2>&1 || fail "developer: a change"
[ "$before" = "$(cd "$work/share" && find . -type f | sort | sha256sum)" ] || fail "a developer wrote to the cache"
echo "developer: the training is cached, nothing is sent"

status() { # EXPECTED SED-COMMAND WORD
  git checkout -q -- recipes; sed -i "$2" recipes/train.yaml
  local got=0
  lorapipe run --locked --yes --json > events.jsonl 2> "$work/out" || got=$?
  [ "$got" = "$1" ] || { cat events.jsonl "$work/out"; fail "exit status $got in place of $1"; }
  cat events.jsonl "$work/out" | grep -q "$3" || { cat events.jsonl "$work/out"; fail "status $1: '$3' is not said"; }
}
status 1 's/    learning_rate: .*/    learning_rate: 1e30/' '"diagnostics"'
status 2 's/max_steps/max_stepz/' "max_steps"
git checkout -q -- recipes; sed -i 's/max_steps: 60/max_steps: 5000/' recipes/train.yaml
(exec lorapipe run --yes > "$work/out" 2>&1) & child=$!
for _ in $(seq 300); do ls runs/store/work/*/checkpoints/checkpoint-* > /dev/null 2>&1 && break; sleep 0.1; done
got=0; kill -TERM $child; wait $child || got=$?
[ "$got" = 130 ] || { cat "$work/out"; fail "a job's time limit: status $got"; }
echo "exit statuses: 1, 2 and 130 as the page says"
echo "docs/ci.md holds"
