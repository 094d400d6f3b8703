#!/bin/sh
# Checks that what a kind of stage is called and what its parameters default to is said once, where the kind is declared.
cd "$(dirname "$0")/.." || exit 1

# The names of the kinds, from their declarations.
kinds=$(sed -n '/StageKind($/{n;s/^ *"\([a-z_-]*\)", version:.*/\1/p;}' Sources/Product/Stages/*Stage.swift)
[ "$(echo "$kinds" | wc -l)" -ge 9 ] || { echo "found no declarations of kinds"; exit 1; }
pattern=$(echo "$kinds" | paste -sd '|' -)

# ForeignConfigs writes recipes, so it names the kinds as a person would who writes one.
# The same words with another meaning: a command of the command line, a member of a JSON file, a name of
# a folder.
others='CommandLauncher.swift.*"command"|ExportCommand.swift.*"merge", help:|JinjaTemplates.*case "filter":|ServeCommand.swift.*"serve"|RunServing.swift.*Flag|"serve", help:|object\["command"\]|plan\["command"\]|object\["mix"\]|evaluationNames|case .remote: \("fetch"|"command": .text\(|MergeCommand.swift.*"merge", |GenerateCommand.swift.*"generate", .use|purpose: "generate"|Recipe.swift.*name == "merge"'

failed=0
found=$(grep -rnE "\"($pattern)\"" Sources --include='*.swift' | grep -v '^Sources/Product/Stages/' |
  grep -v '^Sources/Pipeline/ForeignConfigs/' | grep -vE "$others")
if [ -n "$found" ]; then
  echo "$found"
  echo "a kind is named outside its declaration: ask StageCatalog for what you need to know of it"
  failed=1
fi

found=$(grep -rnE '\b(parameters|verification)(\.[a-zA-Z]+)+\)? *\?\?' Sources/Product/Stages --include='*.swift')
if [ -n "$found" ]; then
  echo "$found"
  echo "a decoded parameter has a second default: its ParameterSet states the only one"
  failed=1
fi
exit $failed
