#!/usr/bin/env bash
# Names every dependency that Package.swift declares and no file of the target imports. The other direction, an import
# that is not declared, is an error of the build (--explicit-target-dependency-import-check).
set -euo pipefail
cd "$(dirname "$0")/.."
unset ROOM

description=$(swift package describe --type text)
# One line per declared dependency: target, its folder, dependency. Programs are run, not imported: their names are
# listed first, so that a test may depend on one.
programs=$(awk '/^    Name: /{name=$2} /^    Type: executable/{print name}' <<<"$description")
declared=$(awk '
  /^    Name: /{name=$2; list=0}
  /^    Path: /{path=$2}
  /^    Target dependencies:/{list=1; next}
  list && /^        /{print name, path, $1; next}
  {list=0}' <<<"$description")

unused=0
while read -r target folder dependency; do
  grep -qx "$dependency" <<<"$programs" && continue
  pattern="^(@testable )?(public |package |internal |private )?import (struct |class |enum |func |var )?$dependency\$"
  if ! grep -rqE "$pattern" --include='*.swift' "$folder"; then
    echo "Package.swift: error: $target declares $dependency and never imports it; remove it from the list"
    unused=1
  fi
done <<<"$declared"
exit $unused
