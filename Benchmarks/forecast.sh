#!/usr/bin/env bash
# What `plan` forecast for sft and eval, and what they took, on real models.
#
#   Benchmarks/forecast.sh MODEL.gguf…
#
#   STEPS=4         updates of each training
#   LOADS="0 2"     busy programs beside it, one round for each number
#   LORAPIPE=…      the program; .build/release/lorapipe unless given
#   ROWS=120        domain rows; twice as many general ones go with them
#   QUESTIONS=1000  questions for eval, at most
#   NAMES=…         folder of the data; recipes/data unless given
#
# Each round forecasts twice: before anything has run, when the rows' tokens are a guess, and when the tokens are there.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$top/Benchmarks/forecast.py" "$@"
