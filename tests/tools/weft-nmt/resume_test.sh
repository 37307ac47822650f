#!/usr/bin/env bash
# Kills `weft-nmt train` at random moments, goes on each time, and compares the final weights with those of a training that
# nobody disturbed: the same bits. Stops others by the signals that must save and stop cleanly. A program that crashes
# leaves its core, in a folder that is then kept.
#
#   resume_test.sh WEFT_NMT [SEED [KILLS [STOPS]]]     (default: 1, 16 and 15)
set -euo pipefail
nmt=$(realpath "$1")
RANDOM=${2:-1}
kills=${3:-16}
stops=${4:-15}
folder=$(mktemp -d)
cleanup() {
  if compgen -G "$folder/core*" >/dev/null; then
    echo "The core of a crash, and what the program said, are kept in $folder"
  else
    rm -rf "$folder"
  fi
}
trap cleanup EXIT
cd "$folder"
ulimit -c unlimited

fail() {
  printf 'FAILED: %s\n' "$@"
  exit 1
}

# BLEU chooses the best, so that what is measured after an epoch must be the same again, too.
settings=(--builtin --limit 300 --batch 16 --embedding 12 --units 16 --max-length 12 --checkpoint-every 1
  --dropout-embedding 0.1 --dropout-context 0.1 --dropout-output 0.1 --dropout-recurrent 0.1
  --accumulate 3 --average 0.9 --weight-decay 0.01 --schedule plateau --warmup 20
  --valid-sentences 20 --samples 2 --best-by bleu --keep 2 --threads 2)
epochs=30

milliseconds() { echo $(($(date +%s%N) / 1000000)); }
# pause MILLISECONDS
pause() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

# train RUN: begins or goes on in the background, as $training. (The shell would have it ignore SIGINT, nohup SIGHUP.)
train() {
  if [[ -e $1/config.json ]]; then
    env --default-signal=INT,HUP "$nmt" train --resume --out "$1" 2>err &
  else
    env --default-signal=INT,HUP "$nmt" train "${settings[@]}" --epochs $epochs --overwrite --out "$1" 2>err &
  fi
  training=$!
}

# others RUN: its files but the checkpoints. A training that was told to stop keeps where it was as a checkpoint more.
others() { find "$1" -type f ! -name 'checkpoint-*.safetensors' -printf '%f\n' | sort; }

# same_as_undisturbed RUN: it has come to the same end.
same_as_undisturbed() {
  for name in latest best; do
    cmp "undisturbed/$name" "$1/$name" || fail "'$1/$name' is another checkpoint"
    cmp "undisturbed/$(<undisturbed/$name).safetensors" "$1/$(<"$1/$name").safetensors" ||
      fail "the weights of '$1/$name' are others"
  done
  [[ $(others undisturbed) == $(others "$1") ]] || fail "'$1' has other files" "$(ls "$1")"
  local checkpoints
  checkpoints=$(find "$1" -name 'checkpoint-*.safetensors' | wc -l)
  ((checkpoints <= 3)) || fail "'$1' keeps $checkpoints checkpoints, not the newest 2 and the best" "$(ls "$1")"
}

# The bits depend on the kernels, and which are measured depends on the clock: all trainings have those of one.
"$nmt" train "${settings[@]}" --kernels measure --epochs 1 --out measured 2>err || fail 'training fails' "$(<err)"
settings+=(--kernels measured/kernels.json)
start=$(milliseconds)
"$nmt" train "${settings[@]}" --epochs 1 --out first 2>err || fail 'training fails' "$(<err)"
one_epoch=$(($(milliseconds) - start))
start=$(milliseconds)
train undisturbed
wait $training || fail 'training fails' "$(<err)"
whole=$(($(milliseconds) - start))
# From nothing to the end of an epoch and some more: every part of starting, training, measuring and saving may be met.
longest=$((one_epoch + (whole > one_epoch ? (whole - one_epoch) / 20 : 0)))

# disturb RUN TIMES SIGNAL...: ends the training so often at random moments, by one of the signals each time, which its
# status must tell.
disturb() {
  local run=$1 times=$2 done=0 status signal wanted
  shift 2
  train "$run"
  while ((done < times)); do
    signal=$((RANDOM % $# + 1))
    signal=${!signal}
    wanted=$((128 + $(kill -l "$signal")))
    pause $((RANDOM % longest))
    kill "-$signal" $training 2>/dev/null || true
    status=0
    wait $training 2>/dev/null || status=$?
    ((status == 0 || status == wanted)) || fail "stopped by SIG$signal: status $status, not $wanted" "$(<err)"
    if ((status == 0)); then  # it had come to its end
      same_as_undisturbed "$run"
      rm -rf "$run"
    else
      done=$((done + 1))
    fi
    train "$run"
  done
  wait $training || fail "after $done times one of $* training does not end well" "$(<err)"
  same_as_undisturbed "$run"
  echo "$done times one of $*: the same bits"
}

disturb killed "$kills" KILL
disturb stopped "$stops" INT TERM HUP
disturb mixed "$(((kills + stops) / 4))" KILL INT TERM HUP
