#!/usr/bin/env bash
# From a fresh clone to a translator in a few minutes: builds Weft, trains a small model on the built-in sentences,
# measures it, translates, draws where it looked, and writes its training graph down. Everything goes to demo-run/.
set -euo pipefail
cd "$(dirname "$0")"

bin=build/release/bin
run_folder=demo-run

section() {
  if [[ -t 1 ]]; then printf '\n\033[1m== %s\033[0m\n' "$1"; else printf '\n== %s\n' "$1"; fi
}

# Prints a command as one would type it, then runs it.
run() {
  local argument line=''
  for argument in "$@"; do
    if [[ $argument =~ ^[[:alnum:]_./=-]+$ ]]; then line+=" $argument"; else line+=" \"$argument\""; fi
  done
  printf '\n$%s\n' "$line"
  "$@"
}

section "Build"
run tools/scripts/setup.sh
run cmake --preset release
run cmake --build --preset release --parallel "$(nproc)" --target weft weft-nmt

section "Train on the built-in sentences (two minutes at most)"
run rm -rf "$run_folder"
run $bin/weft-nmt train --builtin --preset small --out $run_folder

section "Measure on sentences it has not seen"
run $bin/weft-nmt evaluate --run $run_folder

section "Translate"
run $bin/weft-nmt translate --run $run_folder \
  "Elle n'aime pas le café." "Je suis fatigué." "Où est la gare ?" "Nous avons un chien."

section "Draw the attention"
run $bin/weft-nmt attention --run $run_folder --out $run_folder/attention.png "Elle n'aime pas le café."
run $bin/weft-nmt attention --run $run_folder --out $run_folder/attention.svg "Elle n'aime pas le café."

section "Write the training graph down"
for format in text json dot; do
  run $bin/weft dump --model nmt --preset small --graph training --format $format -o $run_folder/training.$format
done

run ls -l $run_folder

section "Done in $((SECONDS / 60)) min $((SECONDS % 60)) s"
cat <<END

Look at
  $run_folder/attention.png   which French words each English word came from (attention.svg to zoom in)
  $run_folder/log.jsonl       the losses of the training, one object a line
  $run_folder/training.text   the training graph as text: forward, backward and Adam
  $run_folder/training.json   the same for programs; training.dot for Graphviz

Next
  echo "Bonjour !" | $bin/weft-nmt translate --run $run_folder      it stands in a pipe
  $bin/weft-nmt train --help                                   train on sentences of your own
END
