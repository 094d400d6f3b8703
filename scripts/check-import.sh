#!/usr/bin/env bash
# Imports every configuration below the folders given, lints each recipe, and counts what became of the keys.
# Usage: scripts/check-import.sh FOLDER…      LORAPIPE names the program; a debug build unless set.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,3p' "$0" | cut -c3-; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
lorapipe=${LORAPIPE:-$root/.build/debug/lorapipe}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for folder in "$@"; do
  imported=0 refused=0 bad=0
  : > "$out/report"
  while IFS= read -r file; do
    recipe="$out/recipe.yaml"
    if (cd "$folder" && "$lorapipe" import "$file" --as-lora --force --json -o "$recipe") > "$out/json" 2> "$out/error"; then
      imported=$((imported + 1))
      cat "$out/json" >> "$out/report"
      # Data and models are not here; everything else of the recipe must hold.
      if ! "$lorapipe" lint "$recipe" > /dev/null 2> "$out/lint" && grep 'error:' "$out/lint" | grep -qv 'there is no file'; then
        bad=$((bad + 1))
        echo "$folder/$file: $(grep -m 1 'error:' "$out/lint")"
      fi
    else
      refused=$((refused + 1))
    fi
  done < <(cd "$folder" && find . -type f \( -name '*.sh' -o -name '*.yaml' -o -name '*.yml' -o -name '*.py' \) | sort)
  count() { awk -v list="\"$1\"" 'index($0, list ": [") { on = 1 } on && /"key"|^      "/ { n++ } /\]/ { on = 0 } END { print n + 0 }' "$out/report"; }
  echo "$folder: $imported imported, $refused refused; keys: $(count translated) translated, $(count not_needed) not needed," \
    "$(count differing) that change the result, $(count unknown) not understood; $bad recipes do not lint"
done
