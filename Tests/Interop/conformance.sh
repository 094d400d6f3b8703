#!/usr/bin/env bash
# Message shapes × chat templates × entry points against transformers' apply_chat_template: prints one table, and fails
# when any text or refusal differs.
#
#   Tests/Interop/conformance.sh [TEMPLATE…]
#
# A TEMPLATE is a .jinja file, a model's folder or a .gguf file, whose template is taken; without any, the project's own
# fixtures. transformers comes into a virtual environment below ${LORAPIPE_PEERS:-~/.cache/lorapipe/peers}, unless
# CONFORMANCE_PYTHON names a Python that has transformers 5, safetensors, numpy and gguf.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
export LORAPIPE=${LORAPIPE:-$here/.build/release/lorapipe}
python=${CONFORMANCE_PYTHON:-}
if [ -z "$python" ]; then
  venv=${LORAPIPE_PEERS:-$HOME/.cache/lorapipe/peers}/conformance
  mkdir -p "$(dirname "$venv")"
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/python" -c 'import transformers, safetensors, gguf' 2>/dev/null ||
    "$venv/bin/pip" install -q 'transformers>=5' safetensors numpy gguf
  python=$venv/bin/python
fi
exec "$python" "$here/Tests/Interop/conformance.py" "$here" "$@"
