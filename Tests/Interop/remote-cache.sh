#!/usr/bin/env bash
# Fills a remote cache from one workspace and runs the same recipe in a second one, where everything must be cached: over a
# folder, nginx with DAV, an HTTP cache that is as strict as bazel-remote (it parses every entry with Google's protobuf), and
# moto's S3 server with its signature check on. Then the same with poisoned, torn, evicted and slow entries, wrong
# credentials and a wrong clock. Needs nginx (Debian: nginx-light) and a virtual environment with moto[server], boto3 and
# protobuf.
#
#   LORAPIPE        the program (default: the newest build below .build)
#   LORAPIPE_PEERS  where Python peers are installed (default: ~/.cache/lorapipe/peers)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
program=${LORAPIPE:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1 || true)}
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }
command -v nginx >/dev/null || { echo "install nginx: apt-get install nginx-light"; exit 1; }

python=$peers/venv/bin/python
[ -x "$python" ] || python=$peers/bin/python
if ! "$python" -c 'import moto.server, boto3, google.protobuf' 2>/dev/null; then
  python3 -m venv "$peers/venv"
  python=$peers/venv/bin/python
  "$python" -m pip install -q 'moto[server]' boto3 protobuf
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-cache.XXXXXX")
chmod 755 "$work"
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
export HOME=$work/home
mkdir -p "$HOME"
unset CI AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_PROFILE LORAPIPE_CACHE_TOKEN || true

free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for() { for _ in $(seq 200); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.1; done; echo "no server on port $1"; exit 1; }
fail() { echo "FAILED: $*"; exit 1; }

# A workspace whose stages take long enough to be worth sending.
workspace() {
  mkdir -p "$1/recipes/data"
  cp "$here/remote_cache_rows.jsonl" "$1/recipes/data/rows.jsonl"
  cat > "$1/recipes/shared.yaml" <<'RECIPE'
name: shared
seed: 7
stages:
  persona: { kind: substitute, data: ./data/rows.jsonl, by: tag, values: { NAME: { zh: 小猫, en: Kit }, AUTHOR: Ann } }
  mixed:   { kind: mix, domain: [persona], validation: 0.2 }
  report:
    kind: command
    inputs: { rows: mixed }
    shell: "sleep 1; mkdir -p {output}/deep; cp -rL rows {output}/deep/rows; printf '#!/bin/sh\n' > {output}/tool; chmod +x {output}/tool; head -c 3000000 /dev/zero > {output}/big"
RECIPE
}
run() { (cd "$1" && shift && "$program" "$@"); }
digests() { (cd "$1/runs/latest" && for stage in persona mixed report; do basename "$(readlink -f $stage)"; done); }
all_cached() {
  run "$1" run --json > "$work/events" 2> "$work/errors" || { cat "$work/events" "$work/errors"; fail "$2: the run failed"; }
  [ "$(grep -c '"state":"cached"' "$work/events")" = 3 ] || { cat "$work/events"; fail "$2: not everything was cached"; }
}
# Removes a workspace's results, so that it has to ask again.
forget() { chmod -R u+w "$1/runs" 2>/dev/null || true; rm -rf "$1/runs"; }

exchange() { # NAME URL
  rm -rf "$work/one" "$work/two"; workspace "$work/one"; workspace "$work/two"
  LORAPIPE_REMOTE_CACHE= run "$work/one" run > /dev/null 2>&1
  LORAPIPE_REMOTE_CACHE=$2 LORAPIPE_REMOTE_PUSH=always run "$work/one" cache push --all > "$work/out" || { cat "$work/out"; [ ! -f "$work/moto.log" ] || tail -5 "$work/moto.log"; fail "$1: push"; }
  export LORAPIPE_REMOTE_CACHE=$2 LORAPIPE_REMOTE_PUSH=never
  run "$work/two" plan > "$work/plan"
  [ "$(grep -c 'fetch  in a remote cache' "$work/plan")" = 3 ] || { cat "$work/plan"; fail "$1: the plan does not see the cache"; }
  all_cached "$work/two" "$1"
  [ "$(digests "$work/one")" = "$(digests "$work/two")" ] || fail "$1: other artifacts"
  [ -x "$work/two/runs/latest/report/tool" ] || fail "$1: the mode was lost"
  (cd "$work/two" && "$program" cache verify > /dev/null) || fail "$1: what was fetched is damaged"
  LORAPIPE_REMOTE_PUSH=always run "$work/one" cache push --all > "$work/out"
  grep -q "nothing to do" "$work/out" || { cat "$work/out"; fail "$1: sent twice"; }
  echo "$1: one workspace filled it, the other had everything cached"
}

# A training that is killed in one workspace, run and stage, continues in another from the last checkpoint that was sent, and ends with
# the bytes of one that nobody killed. Nothing of the checkpoint stays in the cache, or it says that the work has ended.
checkpoints() { # NAME URL
  local space
  rm -rf "$work/kill" "$work/on"
  if ! [ -d "$work/whole" ]; then
    "$python" "$here/tiny_model.py" "$work/whole" 400 "${STEPS:-600}"
    LORAPIPE_REMOTE_CACHE= run "$work/whole" run > /dev/null 2>&1 || fail "the plain training"
  fi
  for space in kill on; do
    "$python" "$here/tiny_model.py" "$work/$space" 400 "${STEPS:-600}"
    echo "remote_caches: [ { url: \"$2\", push: always, checkpoint_seconds: 1 } ]" > "$work/$space/lorapipe.yaml"
  done
  (unset LORAPIPE_REMOTE_CACHE LORAPIPE_REMOTE_PUSH; cd "$work/kill"; exec "$program" run > "$work/out" 2>&1) & local child=$!
  for _ in $(seq 600); do ls "$work"/kill/runs/store/uploads/checkpoints/*.* > /dev/null 2>&1 && break; sleep 0.05; done
  kill -9 "$child" $(cat /proc/$child/task/*/children); wait "$child" 2>/dev/null || true
  (
    unset LORAPIPE_REMOTE_CACHE LORAPIPE_REMOTE_PUSH
    run "$work/kill" cache status --json > "$work/status"
    step=$("$python" -c 'import json, sys; [c] = json.load(open(sys.argv[1]))["checkpoints"]; assert c["is_there"]; print(c["step"])' "$work/status") \
      || { cat "$work/status" "$work/out"; fail "$1: no checkpoint was sent"; }
    if [ "${DAMAGE:-}" ]; then eval "$DAMAGE"; fi
    run "$work/on" run > "$work/out" 2>&1 || { cat "$work/out"; fail "$1: not continued"; }
    if [ "${DAMAGE:-}" ]; then
      grep -q "continuing from" "$work/out" && fail "$1: a damaged checkpoint was used"
      grep -q "checkpoint" "$work/out" || { cat "$work/out"; fail "$1: the damage is not named"; }
    else
      grep -q "continuing from the checkpoint of step $step" "$work/out" || { cat "$work/out"; fail "$1: begun anew"; }
    fi
    [ "$(readlink -f "$work/on/runs/latest/train" | xargs basename)" = "$(readlink -f "$work/whole/runs/latest/train" | xargs basename)" ] || fail "$1: other bytes"
    run "$work/on" cache status --json | grep -q '"checkpoints": \[\]' || fail "$1: the checkpoint was not dropped"
    echo "$1: killed at step $step$([ -z "${DAMAGE:-}" ] || echo ', its checkpoint damaged'), ended elsewhere with the same bytes"
  ) || exit 1
}

# What a reader must do with an entry that lies: a miss, named, and the right artifact made here.
heals() { # NAME EXPECTED-CODE
  forget "$work/two"
  run "$work/two" run --json > "$work/events" 2>&1 || { cat "$work/events"; fail "$1: the run failed"; }
  grep -q "remote-cache-$2" "$work/events" || { cat "$work/events"; fail "$1: not named"; }
  [ "$(digests "$work/one")" = "$(digests "$work/two")" ] || fail "$1: other artifacts"
  [ "$(grep -c "\"code\":\"remote-cache-$2\"" "$work/events")" = 1 ] || fail "$1: named more than once"
  echo "$1: a miss, named once as '$2', and the right artifact was made"
}

# --- A folder.
mkdir "$work/share"
exchange folder "file:$work/share"
mkdir "$work"/share{2,3,4}
checkpoints folder "file:$work/share2"
bundles() { for blob in "$1"/cas/*; do head -c 8 "$blob" | grep -q LPCHECK1 && echo "$blob"; done; }
DAMAGE='truncate -s -1000 "$(bundles "$work/share3")"' checkpoints folder "file:$work/share3"
DAMAGE='rm "$(bundles "$work/share4")"' checkpoints folder "file:$work/share4"

# --- nginx.
port=$(free_port)
mkdir -p "$work/nginx/root/team" "$work/nginx/tmp"
cat > "$work/nginx/conf" <<CONF
daemon off; pid $work/nginx/pid; error_log $work/nginx/error.log; user root;
events {}
http {
  access_log $work/nginx/access.log; client_body_temp_path $work/nginx/tmp; proxy_temp_path $work/nginx/tmp;
  fastcgi_temp_path $work/nginx/tmp; uwsgi_temp_path $work/nginx/tmp; scgi_temp_path $work/nginx/tmp;
  server {
    listen 127.0.0.1:$port; root $work/nginx/root; client_max_body_size 100m;
    location / { dav_methods PUT DELETE; create_full_put_path on; }
    location /readonly/ { alias $work/nginx/root/; limit_except GET { deny all; } }
    location /keeps/ { dav_methods PUT; create_full_put_path on; }
    location /small/ { dav_methods PUT; create_full_put_path on; client_max_body_size 100k; }
  }
}
CONF
nginx -c "$work/nginx/conf" & children+=($!)
wait_for "$port"
nginx_url=http://127.0.0.1:$port/team
exchange nginx "$nginx_url"
checkpoints nginx "http://127.0.0.1:$port/team2"
checkpoints "nginx without DELETE" "http://127.0.0.1:$port/keeps"
blob=$work/nginx/root/team/cas/$(cd "$work/one/runs/latest/report" && sha256sum big | cut -c1-64)
[ -f "$blob" ] || fail "the layout is not cas/<sha256>"
cp "$blob" "$work/blob"
printf x | dd of="$blob" bs=1 seek=1000000 conv=notrunc status=none;        heals "nginx, a poisoned blob" damaged
truncate -s 1000000 "$blob";                                              heals "nginx, a torn blob" damaged
(cat "$work/blob"; echo more) > "$blob";                                  heals "nginx, a blob that is too long" damaged
rm "$blob";                                                               heals "nginx, an evicted blob" incomplete
for entry in "$work"/nginx/root/team/ac/*; do head -c 200 "$entry" > "$work/torn"; cp "$work/torn" "$entry"; done
heals "nginx, torn records" damaged
forget "$work/two"
(cd "$work/two" && LORAPIPE_REMOTE_PUSH=always "$program" run > "$work/out" 2>&1 && LORAPIPE_REMOTE_PUSH=always "$program" cache push --all >> "$work/out" 2>&1) || { cat "$work/out"; fail "healing"; }
forget "$work/one"; LORAPIPE_REMOTE_CACHE=$nginx_url all_cached "$work/one" "nginx, healed"
echo "nginx: what was damaged was replaced by the machine that met it"
export LORAPIPE_REMOTE_PUSH=always
LORAPIPE_REMOTE_CACHE=http://127.0.0.1:$port/readonly/team run "$work/one" cache push --all > "$work/out" 2>&1 || true
LORAPIPE_REMOTE_CACHE=http://127.0.0.1:$port/small run "$work/one" cache push --all > "$work/out" 2>&1 && fail "nginx, a blob above its limit: no failure"
grep -q "it answers 413" "$work/out" || { cat "$work/out"; fail "nginx, a blob above its limit: not named"; }
echo "nginx: 413 is named"
export LORAPIPE_REMOTE_PUSH=never

# --- As strict as bazel-remote.
port=$(free_port)
"$python" "$here/remote_cache_server.py" "$port" "$work/strict" & children+=($!)
wait_for "$port"
exchange "strict HTTP cache" "http://127.0.0.1:$port"
checkpoints "strict HTTP cache, which removes nothing" "http://127.0.0.1:$port"
forget "$work/two"
LORAPIPE_REMOTE_CACHE=http://127.0.0.1:$port/slow run "$work/two" run --json > "$work/events" 2>&1 || fail "slow cache: the run failed"
grep -q 'remote-cache-unavailable' "$work/events" || { cat "$work/events"; fail "slow cache: not named"; }
echo "slow cache: given up after its time-out, and the run went on"
LORAPIPE_REMOTE_CACHE=http://127.0.0.1:$port/secret
forget "$work/two"; export LORAPIPE_REMOTE_CACHE
run "$work/two" run --json > "$work/events" 2>&1 || fail "no token: the run failed"
grep -q 'remote-cache-denied' "$work/events" || fail "no token: not named"
forget "$work/two"; LORAPIPE_CACHE_TOKEN=open-sesame all_cached "$work/two" "bearer token"
printf 'machine 127.0.0.1 login ann password open-sesame\n' > "$HOME/.netrc"; chmod 600 "$HOME/.netrc"
forget "$work/two"; all_cached "$work/two" "netrc"; rm "$HOME/.netrc"
echo "token and netrc: denied without, served with"

# --- Signed records.
run "$work/one" cache key --new "$work/key.pem" > "$work/public"
export LORAPIPE_REMOTE_PUSH=always
mkdir "$work/signed"
LORAPIPE_CACHE_SIGNING_KEY=$work/key.pem LORAPIPE_REMOTE_CACHE=file:$work/signed run "$work/one" cache push --all > /dev/null
"$python" "$here/remote_cache_server.py" --check-signatures "$work/signed" "$(cat "$work/public")"
export LORAPIPE_REMOTE_PUSH=never

# --- S3, with signatures checked.
port=$(free_port)
"$python" -m moto.server -p "$port" > "$work/moto.log" 2>&1 & children+=($!)
wait_for "$port"
credentials=$("$python" "$here/remote_cache_server.py" --prepare-s3 "http://127.0.0.1:$port")
eval "$credentials"
export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-west-1
exchange "S3 (signatures checked)" "s3://lorapipe-cache/team"
checkpoints "S3 (signatures checked)" "s3://lorapipe-cache/team2"
forget "$work/two"
AWS_SECRET_ACCESS_KEY=wrong run "$work/two" run --json > "$work/events" 2>&1 || fail "wrong secret: the run failed"
grep -q 'remote-cache-denied' "$work/events" || { cat "$work/events"; fail "wrong secret: not named"; }
grep -q 'SignatureDoesNotMatch' "$work/events" || { cat "$work/events"; fail "wrong secret: the server's reason is lost"; }
echo "S3: a wrong secret is denied (SignatureDoesNotMatch), named, and fails nothing"
echo "all remote caches agree"
