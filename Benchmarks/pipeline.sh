#!/usr/bin/env bash
# Compares no-op runs with ninja and DVC, and times the hashing of a large input. Builds the release binary first.
set -euo pipefail
cd "$(dirname "$0")/.."
peers="${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}/pipeline"
if [ ! -x "$peers/bin/dvc" ] || [ ! -x "$peers/bin/ninja" ]; then
  python3 -m venv "$peers"
  "$peers/bin/pip" install -q dvc ninja
fi
make -s release
PATH="$peers/bin:$PATH" python3 Benchmarks/pipeline.py --lorapipe .build/release/lorapipe "$@"
