#!/usr/bin/env bash
# Trains a small model with --tensorboard and reads the event files with TensorBoard's own reader while the run writes them:
# scalars with true times, hparams, answers as text. Then kills a run outright and tears a file. Needs a virtual
# environment with tensorboard.
#
#   Tests/Interop/tensorboard.sh MODEL.gguf
#
#   LORAPIPE        the program (default: the newest build below .build)
#   LORAPIPE_PEERS  where Python peers are installed (default: ~/.cache/lorapipe/peers)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}
program=${LORAPIPE:-$(ls -t "$root"/.build/{release,debug}/lorapipe 2>/dev/null | head -1 || true)}
model=$(readlink -f "${1:?usage: Tests/Interop/tensorboard.sh MODEL.gguf}")
[ -x "$program" ] || { echo "build lorapipe first: make build"; exit 1; }

python=$peers/venv/bin/python
[ -x "$python" ] || python=$peers/bin/python
if ! "$python" -c 'import tensorboard' 2>/dev/null; then
  [ -x "$python" ] || { python3 -m venv "$peers/venv"; python=$peers/venv/bin/python; }
  "$python" -m pip install -q tensorboard
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/lorapipe-tensorboard.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$python" "$here/tensorboard.py" --program "$program" --model "$model" --work "$work"
