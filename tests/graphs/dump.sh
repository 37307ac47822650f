#!/usr/bin/env bash
# Writes the graphs of this folder anew: the translator's, in small sizes, as it declares them. Tests of the compiler
# read them, so that they need no model; each has something that no other has.
#
#   tests/graphs/dump.sh [WEFT]      WEFT: the tool, otherwise build/release/bin/weft
set -euo pipefail
cd "$(dirname "$0")"
weft=$(realpath "${1:-../../build/release/bin/weft}")

# dump NAME OPTION...
dump() { "$weft" dump --model nmt --preset small --format text -o "$1.weft" "${@:2}"; }

sizes=(--rows 3 --source-length 5 --target-length 4 --source-vocabulary 7 --target-vocabulary 5 --embedding 6 --units 9)
for variant in masked tutorial; do
  for graph in training loss encoder decoder; do
    dump "$variant-$graph" "${sizes[@]}" --variant $variant --graph $graph
  done
done
sizes=(--rows 2 --source-length 3 --target-length 3 --source-vocabulary 7 --target-vocabulary 5 --embedding 4 --units 6)
system() {
  dump "$1-training" "${sizes[@]}" "${@:2}"
  [[ $1 == dot ]] || dump "$1-decoder" "${sizes[@]}" --graph decoder "${@:2}"
}
system deep --attention general --cell lstm --layers 2 --bidirectional --dropout 0.25
system hard --attention hard --monte-carlo-samples 2
system dot --attention dot --tied-embeddings --accumulate 2
system self-attention --cell lstm --self-attention
