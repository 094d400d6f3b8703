#!/usr/bin/env bash
# Real clients and hostile ones against a running server, all on loopback: curl, the openai package, Prometheus' own
# parser, LangChain, LiteLLM, lm-evaluation-harness, transformers (where MODEL is a folder and the package is there), odd and 10,000
# malformed requests, 500 idle connections, slow senders, readers that do not read, and a shutdown beneath a stream.
#
#   Tests/Interop/clients.sh MODEL [ADAPTER]
#
# The Python clients live in a virtual environment below ${LORAPIPE_PEERS:-~/.cache/lorapipe/peers}. Without
# PyPI, or with SKIP_EVAL=1, the evaluation harness is left out, and the last line says so.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
model=${1:?usage: Tests/Interop/clients.sh MODEL [ADAPTER]}
adapter=${2:-}
lorapipe=${LORAPIPE:-$here/.build/release/lorapipe}
port=${PORT:-8772}
work=$(mktemp -d)
venv=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}/venv
mkdir -p "$(dirname "$venv")"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import openai, prometheus_client, jsonschema, langchain_openai, litellm' 2>/dev/null ||
  "$venv/bin/pip" install -q openai prometheus_client jsonschema langchain-openai litellm
arguments=(serve "$model" --port "$port" --api-key secret)
[ -n "$adapter" ] && arguments+=(--adapter "tuned=$adapter")
"$lorapipe" "${arguments[@]}" >"$work/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$work"' EXIT
url=http://127.0.0.1:$port
for _ in $(seq 100); do curl -fs "$url/health" >/dev/null && break; sleep 0.2; done

echo "curl"
curl -fs "$url/health" | grep -q healthy
[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/v1/models")" = 401 ]
curl -fs -H 'Authorization: Bearer secret' "$url/metrics" | grep -q lorapipe_generated_tokens_total
curl -fs -H 'Authorization: Bearer secret' -H 'Content-Type: application/json' "$url/chat" \
  -d '{"message":"What is the capital of France?","history":[],"max_tokens":16,"temperature":0}' | grep -q '"response"'
curl -fsN -H 'Authorization: Bearer secret' "$url/v1/chat/completions" \
  -d '{"messages":[{"role":"user","content":"hi"}],"max_tokens":8,"stream":true}' | tail -n 2 | grep -q 'data: \[DONE\]'

"$venv/bin/python" "$here/Tests/Interop/clients.py" "$url/v1" secret ${adapter:+tuned}

echo "tools and JSON"
name_of() { curl -fs "$1/health" | "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["model"])'; }
status=0
"$venv/bin/python" "$here/Tests/Interop/tools.py" "$url/v1" secret "$(name_of "$url")" || status=$?
if [ "$status" = 3 ]; then
  echo "tools, with a template that takes them"
  "$lorapipe" export "$model" -o "$work/model" --dtype bfloat16 >"$work/export.log" 2>&1
  cp "$here/Tests/Interop/templates/tools.jinja" "$work/model/chat_template.jinja"
  there=http://127.0.0.1:$((port + 2))
  "$lorapipe" serve "$work/model" --port $((port + 2)) --api-key secret >"$work/third.log" 2>&1 &
  third=$!
  trap 'kill $server $third 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
  for _ in $(seq 100); do curl -fs "$there/health" >/dev/null && break; sleep 0.2; done
  "$venv/bin/python" "$here/Tests/Interop/tools.py" "$there/v1" secret "$(name_of "$there")"
  kill -TERM $third
  wait $third
elif [ "$status" != 0 ]; then
  exit "$status"
fi

if [ -f "$model/config.json" ] && "$venv/bin/python" -c 'import torch, transformers' 2>/dev/null; then
  echo "transformers"
  "$venv/bin/python" "$here/Tests/Interop/logprobs.py" "$url/v1" secret "$model"
fi

if [ -z "${SKIP_EVAL:-}" ] && { "$venv/bin/python" -c 'import lm_eval, tenacity' 2>/dev/null ||
  "$venv/bin/pip" install -q 'lm_eval[api]'; }; then
  echo "lm-evaluation-harness"
  # Its tokenizer client sends no key: a second server without one.
  "$lorapipe" serve "$model" --port $((port + 1)) >"$work/second.log" 2>&1 &
  second=$!
  trap 'kill $server $second 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
  for _ in $(seq 100); do curl -fs "http://127.0.0.1:$((port + 1))/health" >/dev/null && break; sleep 0.2; done
  "$venv/bin/python" "$here/Tests/Interop/evaluate.py" "http://127.0.0.1:$((port + 1))/v1/completions" "$work"
else
  echo "lm-evaluation-harness: left out"
fi

echo "hostile clients"
python3 "$here/Tests/Interop/hostile.py" "$port" secret
curl -fs "$url/health" | grep -q healthy

echo "shutdown"
# A stream begun before SIGTERM is finished; what comes after is refused or not heard.
curl -fsN -H 'Authorization: Bearer secret' "$url/v1/chat/completions" \
  -d '{"messages":[{"role":"user","content":"Count to one hundred."}],"max_tokens":150,"temperature":0,"stream":true}' \
  >"$work/stream" &
stream=$!
for _ in $(seq 100); do [ -s "$work/stream" ] && break; sleep 0.05; done
kill -TERM $server
sleep 0.3
[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/health")" != 200 ]
wait $stream
tail -n 2 "$work/stream" | grep -q 'data: \[DONE\]'
wait $server
echo "all clients served"
