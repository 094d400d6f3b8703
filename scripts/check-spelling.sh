#!/bin/sh
# Refuses British spellings in text and in names: the repository writes American English, as the API of Swift does.
# (Swift writes `cancelled`, so that word is allowed.) Rows of data are what people wrote, so *.jsonl is not checked.
cd "$(dirname "$0")/.." || exit 1

our='[a-z]*(colour|behaviour|favour|neighbour|honour|flavour|labour|rumour|humour|endeavour)'
doubled='(label|model|travel|signal|channel|total|level|fuel)l(ed|ing)\b'
stems='normal|optim|quant|token|serial|initial|organ|real|recogn|summar|general|special|minim|maxim|random|synchron|author'
stems="$stems|categor|character|custom|emphas|final|local|memor|parallel|penal|prior|stabil|standard|util|visual|vector"
stems="$stems|regular|harmon|apolog|critic|equal|factor|ideal|item|modern|neutral|popular|sanit|symbol|canonical|capital"
ise="($stems)is(e|ed|es|er|ers|ing|able|ation|ations)\\b|analys(e|ed|ing)\\b"
others='centre|licence|artefact|judgement|catalogue|dialogue|cheque|practis(e|ed|ing)\b|per cent'
others="$others|\\b((kilo|centi|milli)?(metre|litre)s?|fibres?|defences?|grey|learnt|spelt|misspelt|burnt|whilst|amongst|programme|fulfil|towards|afterwards)\\b"

# A camelCase name is checked like a word, so the patterns above have no word boundary in front. The names that records of
# older versions hold stay readable, and the list of changes says how they are called now.
found=$( (git ls-files | grep -iE "$our|$doubled|$ise|$others"
  git grep -niE "$our|$doubled|$ise|$others" -- . ':!*.jsonl' ':!scripts/check-spelling.sh') |
  grep -vE '"rows.dropped.unlabelled"|CHANGELOG.md:.*`unlabelled`')
if [ -n "$found" ]; then
  echo "$found" | cut -c 1-200
  echo "a British spelling: write color, labeled, quantized, behavior, center …"
  exit 1
fi
