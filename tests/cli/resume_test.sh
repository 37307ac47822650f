#!/usr/bin/env bash
# Kills `weft-nmt train` at 20 random moments, goes on each time, and compares the final weights with those of a training
# that nobody disturbed: the same bits. Then stops others by SIGINT at random moments, which must save and stop cleanly.
#
#   resume_test.sh WEFT_NMT [SEED]
set -euo pipefail
nmt=$(realpath "$1")
RANDOM=${2:-1}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

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

# train RUN: begins or goes on in the background, as $training. (The shell would have it ignore SIGINT.)
train() {
  if [[ -e $1/config.json ]]; then
    env --default-signal=INT "$nmt" train --resume --out "$1" 2>err &
  else
    env --default-signal=INT "$nmt" train "${settings[@]}" --epochs $epochs --overwrite --out "$1" 2>err &
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

start=$(milliseconds)
"$nmt" train "${settings[@]}" --epochs 1 --out first 2>err || fail 'training fails' "$(<err)"
one_epoch=$(($(milliseconds) - start))
start=$(milliseconds)
train undisturbed
wait $training || fail 'training fails' "$(<err)"
whole=$(($(milliseconds) - start))
# From nothing to the end of an epoch and some more: every part of starting, training, measuring and saving may be met.
longest=$((one_epoch + (whole > one_epoch ? (whole - one_epoch) / 20 : 0)))

# disturb RUN SIGNAL STATUS TIMES: stops the training so often at random moments, each time with that status.
disturb() {
  local done=0 status
  train "$1"
  while ((done < $4)); do
    pause $((RANDOM % longest))
    kill "-$2" $training 2>/dev/null || true
    status=0
    wait $training 2>/dev/null || status=$?
    ((status == 0 || status == $3)) || fail "stopped by SIG$2: status $status, not $3" "$(<err)"
    if ((status == 0)); then  # it had come to its end
      same_as_undisturbed "$1"
      rm -rf "$1"
    else
      done=$((done + 1))
    fi
    train "$1"
  done
  wait $training || fail "after $done times SIG$2 training does not end well" "$(<err)"
  same_as_undisturbed "$1"
  echo "$done times SIG$2: the same bits"
}

disturb killed KILL 137 20
disturb stopped INT 130 10
