#!/usr/bin/env bash
# Two people of one group share a store, each with a workspace of his own: what one made is cached for the other, one continues a
# training of the other, both build at once, collections by both take nothing from anybody, each record names who ran it, and a
# third person outside the group is refused. Needs root, makes three users and a group for its time, and takes half a minute.
#   scripts/check-team.sh [path of lorapipe]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1)}")
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }
[ "$(id -u)" = 0 ] || { echo "this check needs root"; exit 1; }
folder=$(mktemp -d)
people=(lp-ann lp-bob lp-eve)
cleanup() {
  for person in "${people[@]}"; do userdel "$person" 2>/dev/null || true; done
  groupdel lp-team 2>/dev/null || true
  chmod -R u+w "$folder"; rm -rf "$folder"
}
trap cleanup EXIT
chmod 755 "$folder"
cp "$program" "$folder/lorapipe"
groupadd lp-team
for person in "${people[@]}"; do
  useradd --home-dir "$folder/$person" --no-create-home --shell /bin/sh "$person"
  mkdir -p "$folder/$person"
  python3 "$root/Tests/Interop/tiny_model.py" "$folder/$person" 200 800
  echo "store: $folder/store" > "$folder/$person/lorapipe.yaml"
  cat > "$folder/$person/recipes/r.yaml" <<'YAML'
name: r
stages:
  rows: { kind: command, shell: "seq 40 | sed 's/.*/{\"query\": \"q&\", \"response\": \"a&\"}/' > {output}/rows.jsonl", output: dataset }
  mixed: { kind: mix, domain: [rows] }
YAML
  chown -R "$person:" "$folder/$person"
done
usermod -aG lp-team lp-ann; usermod -aG lp-team lp-bob
mkdir "$folder/store"; chgrp lp-team "$folder/store"; chmod 2775 "$folder/store"
fail() { echo "FAIL $1"; exit 1; }
# Everybody has the usual umask, which gives a group nothing to write.
as() { # PERSON COMMAND…
  local person=$1; shift
  (umask 022; cd "$folder/$person"; setpriv --reuid "$person" --regid "$person" --init-groups env -i PATH="$PATH" HOME="$folder/$person" LANG=C.UTF-8 "$@")
}
lorapipe() { # PERSON NAME ARGUMENTS… : its output goes to NAME
  local person=$1 name=$2; shift 2
  as "$person" "$folder/lorapipe" "$@" > "$folder/$name" 2>&1 || { cat "$folder/$name"; fail "$name: $person: $*"; }
}
adapter() { basename "$(readlink -f "$folder/$1/runs/latest/train")"; }

lorapipe lp-ann one run r
lorapipe lp-bob two run r
grep -q "all 2 stages cached" "$folder/two" || { cat "$folder/two"; fail "what one made is not cached for the other"; }
echo "ok   what one made is cached for the other"

key=$(ls "$folder"/store/actions/*/*.json | grep -v series | head -1)
grep -q '"user":"lp-ann"' "$key" || { cat "$key"; fail "the record does not say who ran it"; }
[ "$(stat -c %U "$key")" = lp-ann ] || fail "the record's file is another's"
echo "ok   records name who ran the stage"

# Ann's training is killed; Bob continues it in the same work folder.
as lp-ann "$folder/lorapipe" run train > "$folder/killed" 2>&1 & child=$!
for _ in $(seq 600); do ls "$folder"/store/work/*/checkpoints/checkpoint-* > /dev/null 2>&1 && break; sleep 0.05; done
kill -9 $(pgrep -u lp-ann); wait $child 2>/dev/null || true
lorapipe lp-bob on run train
grep -q "continuing from the checkpoint" "$folder/on" || { cat "$folder/on"; fail "Bob began anew"; }
lorapipe lp-ann back run train
grep -q "all 4 stages cached" "$folder/back" || { cat "$folder/back"; fail "Ann does not have what Bob finished"; }
[ "$(adapter lp-ann)" = "$(adapter lp-bob)" ] || fail "other artifacts"
echo "ok   a training that one began the other finished"

as lp-ann "$folder/lorapipe" run r -f rows > "$folder/four" 2>&1 & child=$!
lorapipe lp-bob five run r -f rows
wait $child || { cat "$folder/four"; fail "both at once"; }
echo "ok   both at once"

lorapipe lp-bob six run r -S mixed.validation=0.25
for person in lp-ann lp-bob; do lorapipe $person "gc-$person" cache gc --keep 1; done
lorapipe lp-ann verify cache verify
for person in lp-ann lp-bob; do
  lorapipe $person again run train
  grep -q "all 4 stages cached" "$folder/again" || { cat "$folder"/gc-* "$folder/again"; fail "$person lost a training to a collection"; }
done
lorapipe lp-bob again run r -S mixed.validation=0.25
grep -q "all 2 stages cached" "$folder/again" || { cat "$folder"/gc-* "$folder/again"; fail "Bob lost a mix to a collection"; }
echo "ok   collections by both take nothing from anybody"

# What no run needs: Ann's collection leaves Bob's artifact and says so; Bob's removes it.
lorapipe lp-bob extra run r -S mixed.validation=0.5
as lp-bob rm -rf "$folder/lp-bob/runs/$(ls "$folder/lp-bob/runs" | grep '^2' | tail -1)"
lorapipe lp-ann gc-ann cache gc --keep 1
grep -q "belong to other users" "$folder/gc-ann" || { cat "$folder/gc-ann"; fail "a collection does not say what it leaves"; }
lorapipe lp-bob gc-bob cache gc --keep 20
grep -q "removed [1-9]" "$folder/gc-bob" || { cat "$folder/gc-bob"; fail "its owner's collection removes nothing"; }
echo "ok   a collection removes its owner's artifacts only"

chmod 700 "$folder/lp-bob"
if as lp-ann "$folder/lorapipe" cache gc > "$folder/closed" 2>&1; then fail "a collection ran although Bob's runs could not be read"; fi
grep -q "its runs cannot be read" "$folder/closed" || { cat "$folder/closed"; fail "the reason is not named"; }
echo "ok   nothing is removed while a colleague's runs cannot be read"

if as lp-eve "$folder/lorapipe" run r -S mixed.validation=0.75 > "$folder/eve" 2>&1; then fail "a person outside the group wrote to the store"; fi
grep -qi "cannot write to the store" "$folder/eve" || { cat "$folder/eve"; fail "the reason is not named"; }
echo "ok   a person outside the group is refused, with the reason"
