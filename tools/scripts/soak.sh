#!/usr/bin/env bash
# Loads the server, then training, with random lengths up to the limit, and says whether memory stayed within its bound
# and nothing that was accepted was lost. Exit status 1: something did not hold.
#
#   tools/scripts/soak.sh [--seconds N] [--only serve|train] [--run DIR] [--bin DIR] [--seed N]
#
# --seconds: how long each of the two is loaded (600). --run: what to serve (one that is trained first, small). --bin:
# where weft-nmt is (build/release/bin). The server's clients are soak_client.mjs, for Node: hundreds of sockets at once,
# each at its own pace, are a page of code there, and the tests of pages need Node already.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
seconds=600 only= run= bin=$here/../../build/release/bin seed=1
while (($# > 0)); do
  case $1 in
    --seconds) seconds=$2 ;;
    --only) only=$2 ;;
    --run) run=$(realpath "$2") ;;
    --bin) bin=$2 ;;
    --seed) seed=$2 ;;
    *) sed -n 's/^# \?//; 2,9p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
tool=$(realpath "$bin/weft-nmt")
folder=$(mktemp -d)
child=
cleanup() {
  [[ -z $child ]] || kill -KILL "$child" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"

program_memory=100  # megabytes
# Beyond the compiled graphs: the process with its libraries, weights, the arena, connections, and what the heap holds in
# pieces that are too small.
bound=$((3 * program_memory))
status=0
fail() {
  printf 'soak: %s\n' "$@" >&2
  status=1
}

megabytes() { awk '/^VmRSS/ { print int($2 / 1000) }' "/proc/$1/status" 2>/dev/null || echo 0; }

# pairs COUNT: lines of 1 to 60 words on each side.
pairs() {
  awk -v count="$1" -v seed="$seed" 'BEGIN {
    srand(seed)
    for (i = 0; i < count; ++i) {
      line = ""
      for (side = 0; side < 2; ++side) {
        words = 1 + int(60 * rand())
        for (w = 0; w < words; ++w) line = line (w ? " " : "") sprintf("%c%c", 97 + int(26 * rand()), 97 + int(4 * rand()))
        if (side == 0) line = line "\t"
      }
      print line
    }
  }'
}

small=(--units 32 --embedding 16 --valid-sentences 0 --samples 0)

soak_server() {
  if [[ -z $run ]]; then
    run=$folder/run
    "$tool" train --builtin --preset small "${small[@]}" --epochs 1 --out "$run" 2>train.log || { cat train.log >&2; exit 1; }
  fi
  "$tool" serve --run "$run" --port 0 --max-seconds 3 --program-memory ${program_memory}MB >address 2>serve.log &
  child=$!
  until [[ -s address ]]; do
    kill -0 "$child" 2>/dev/null || { cat serve.log >&2; exit 1; }
    sleep 0.1
  done
  node "$here/soak_client.mjs" "$(<address)" "$child" "$seconds" "$bound" "$seed" || status=1
  local ended=0
  wait "$child" || ended=$?
  child=
  ((ended == 0)) || fail "the server ended with status $ended:" "$(tail -3 serve.log)"
}

soak_training() {
  pairs 20000 >train.tsv
  pairs 64 >valid.tsv
  "$tool" train --train train.tsv --valid valid.tsv "${small[@]}" --batch 4 --epochs 100000 --out trained \
    --program-memory ${program_memory}MB 2>train.log &
  child=$!
  local begin=0 most=0 now=0 end=$((SECONDS + seconds))
  while ((SECONDS < end)); do
    sleep 1
    kill -0 "$child" 2>/dev/null || break
    now=$(megabytes "$child")
    ((begin > 0)) || begin=$now
    ((now <= most)) || most=$now
  done
  kill -TERM "$child" 2>/dev/null || true
  local ended=0
  wait "$child" || ended=$?
  child=
  ((ended == 143)) || fail "training ended with status $ended:" "$(tail -3 train.log)"
  echo "training: $(grep -a '^Batches' train.log | tr -s ' ')"
  echo "training: $(grep -a '^Programs' train.log | tr -s ' ')"
  echo "training: memory $begin MB at the beginning, $now MB at the end, at most $most MB (bound $bound MB)"
  ((most <= bound)) || fail "training took $most MB, more than $bound MB"
}

[[ $only == train ]] || soak_server
[[ $only == serve ]] || soak_training
((status > 0)) || echo 'soak: all held.'
exit $status
