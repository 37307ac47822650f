#!/usr/bin/env bash
# Measures two commands in turn, so that a noisy machine treats both alike, and prints the medians of their times and
# the ratio. A command's time is the number before "ms a batch" in what it prints last.
#
#   in_turn.sh ROUNDS "COMMAND A" "COMMAND B"
#
#   tools/bench/in_turn.sh 5 \
#     "build/release/bin/weft-nmt bench --train train.tsv --valid valid.tsv --batches 100" \
#     "tools/bench/pytorch_translator.py --train train.tsv --batches 100"
set -euo pipefail

if [[ $# -ne 3 || ! $1 =~ ^[1-9][0-9]*$ ]]; then
  sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2
  exit 2
fi
rounds=$1
commands=("$2" "$3")

milliseconds() {
  local printed
  printed=$(bash -c "$1" 2>&1 | grep -o '[0-9.]* ms a batch' | tail -n 1 | cut -d' ' -f1)
  [[ -n $printed ]] || { echo "in_turn.sh: no 'ms a batch' in what this prints: $1" >&2; return 1; }
  echo "$printed"
}

median() { sort -n | awk '{ t[NR] = $1 } END { print NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2 }'; }

times=("" "")
for ((round = 1; round <= rounds; ++round)); do
  for side in 0 1; do
    time=$(milliseconds "${commands[side]}")
    times[side]+="$time"$'\n'
    echo "round $round: $time ms a batch: ${commands[side]}" >&2
  done
done
a=$(printf '%s' "${times[0]}" | median)
b=$(printf '%s' "${times[1]}" | median)
awk -v a="$a" -v b="$b" 'BEGIN { printf "medians: %s ms and %s ms a batch; the first is %.2f times as fast\n", a, b, b / a }'
