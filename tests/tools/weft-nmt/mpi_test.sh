#!/usr/bin/env bash
# Trains by several processes under mpirun: 1, 2 and 4 come to the same bytes of checkpoints, log and samples; one that is
# killed or told to stop ends all, and another number goes on; what is wrong is said once.
#
#   mpi_test.sh WEFT_NMT [KILLS]     (default: 1) exits with 77 where MPI is missing
set -euo pipefail
nmt=$(realpath "$1")
kills=${2:-1}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

command -v mpirun >/dev/null || { echo 'there is no mpirun'; exit 77; }
# As root, more processes than processors, and none bound to one of them: Open MPI 4 and 5; MPICH does so anyway.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none

fail() {
  printf 'FAILED: %s\n' "$@"
  exit 1
}

settings=(--builtin --limit 300 --batch 16 --embedding 12 --units 16 --max-length 12 --checkpoint-every 1
  --dropout-embedding 0.1 --dropout-output 0.1 --average 0.9 --valid-sentences 20 --samples 2 --best-by bleu
  --accumulate 4 --threads 1)
short=("${settings[@]}" --epochs 3)
long=("${settings[@]}" --epochs 100)

# together COUNT ARGUMENT...: weft-nmt train in so many processes.
together() {
  local count=$1
  shift
  mpirun -n "$count" "$nmt" train "$@" >out 2>err
}

# timeless LOG: its lines without what the clock says, and what depends on how many compiled graphs a process needs.
timeless() {
  sed -E 's/"(seconds|valid_seconds|epoch_seconds|tokens_per_second|time)":[^,}]*/"\1":0/g; s/"program_memory":\{[^}]*\}/""/' "$1"
}

# same_run ALONE RUN: the run is as that of one process. (Where training was killed, samples of an epoch stand twice.)
same_run() {
  local name
  for name in latest best config.json vocab.source.txt vocab.target.txt graph.json train.tsv; do
    cmp "$1/$name" "$2/$name" || fail "'$2/$name' is not as that of one process"
  done
  for name in latest best; do
    name=$(<"$1/$name").safetensors
    cmp "$1/$name" "$2/$name" || fail "'$2/$name' is not as that of one process"
  done
}

"$nmt" train "${short[@]}" --out alone 2>err || fail 'training fails' "$(<err)"
if ! together 2 "${short[@]}" --out two; then
  grep -q 'built without MPI' err && { cat err; exit 77; }
  fail 'training by two processes fails' "$(<err)"
fi
same_run alone two
cmp alone/samples.jsonl two/samples.jsonl || fail 'two processes translate otherwise'
cmp <(timeless alone/log.jsonl) <(timeless two/log.jsonl) || fail 'the log of two processes tells something else'
[[ $(grep -c 'Epoch 3 Loss' err) == 1 ]] || fail 'not one process alone talks' "$(<err)"
together 4 "${short[@]}" --out four || fail 'training by four processes fails' "$(<err)"
same_run alone four
[[ ! -e four/lock ]] || fail 'the lock stays'

# ---- Large parameters are updated in shards: the moments of a checkpoint are whole, whoever goes on with them.

wide=(--builtin --limit 120 --batch 16 --embedding 12 --units 300 --max-length 12 --accumulate 4 --threads 1
  --valid-sentences 0 --samples 0 --checkpoint-every 1)
"$nmt" train "${wide[@]}" --epochs 2 --out wide 2>err || fail 'training a wide model fails' "$(<err)"
together 4 "${wide[@]}" --epochs 1 --out shards || fail 'training in shards fails' "$(<err)"
together 2 --resume --epochs 2 --out shards || fail 'two processes do not go on with the shards of four' "$(<err)"
same_run wide shards

# ---- One is killed, another one is told to stop; others go on.

# descendants PID: the processes below it that are weft-nmt.
descendants() {
  local stat line pid parent
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    pid=${line%% *}
    read -r _ parent _ <<<"${line##*)}"
    [[ $parent == "$1" ]] || continue
    [[ $(readlink "/proc/$pid/exe") == "$nmt" ]] && echo "$pid"
    descendants "$pid"
  done 2>/dev/null
}

epochs() { (cat disturbed/log.jsonl 2>/dev/null || true) | grep -ac '"event":"epoch"' || true; }

# disturb SIGNAL: sends it to one of the processes once they have ended an epoch, and sees all end soon.
disturb() {
  local waited=0 victims start status=0 before
  before=$(epochs)
  mpirun -n "$count" "$nmt" train "${how[@]}" >out 2>err &
  local run=$!
  until (($(epochs) > before)); do
    sleep 0.05
    ((++waited < 600)) || fail 'no epoch has ended after 30 seconds' "$(<err)"
  done
  sleep "0.$((RANDOM % 4))"
  mapfile -t victims < <(descendants $run)
  ((${#victims[@]} == count)) || fail "${#victims[@]} of $count processes are there to be disturbed"
  start=$SECONDS
  kill "-$1" "${victims[RANDOM % count]}"
  wait $run || status=$?
  ((status != 0)) || fail "SIG$1: the status is 0"
  ((SECONDS - start <= 10)) || fail "SIG$1: all have ended only after $((SECONDS - start)) seconds"
  if [[ $1 == KILL ]]; then
    # mpirun says it, of Open MPI by the rank, of MPICH by the process number.
    grep -q "\(rank\|PID\).*$(hostname)" out err ||
      fail 'nothing says which process was killed, and where' "$(<err)"
  else
    grep -q 'Stopped; ' err || fail 'nothing says that training was told to stop' "$(<err)"
  fi
}

"$nmt" train "${long[@]}" --out undisturbed 2>err || fail 'training fails' "$(<err)"
count=4
for ((i = 0; i < kills; ++i)); do
  rm -rf disturbed
  how=("${long[@]}" --out disturbed)
  disturb KILL
  how=(--resume --out disturbed)
  count=2
  disturb TERM
  "$nmt" train --resume --out disturbed 2>err || fail 'one process does not go on' "$(<err)"
  same_run undisturbed disturbed
  count=4
done

# While weights and gradients are on their way, too.
long=("${wide[@]}" --epochs 16)
"$nmt" train "${long[@]}" --out undisturbed --overwrite 2>err || fail 'training a wide model fails' "$(<err)"
for signal in KILL TERM; do
  rm -rf disturbed
  how=("${long[@]}" --out disturbed)
  count=2
  disturb $signal
  together 4 --resume --out disturbed || fail "four processes do not go on behind SIG$signal" "$(<err)"
  same_run undisturbed disturbed
done

# ---- What is wrong is said once, and ends all.

# refuses MESSAGE MPIRUN_ARGUMENT...
refuses() {
  local message=$1
  shift
  ! mpirun "$@" >out 2>err || fail "mpirun $* does not fail"
  [[ $(grep -cF -- "$message" err) == 1 ]] || fail "mpirun $*: '$message' is not said once" "$(<err)"
}
refuses '3 processes cannot share the 4 batches of an update (--accumulate)' -n 3 "$nmt" train "${short[@]}" --out other
# By a shell, not by mpirun's colon: the mpirun of Open MPI 5.0.7 crashes at that, whatever it is to run.
# shellcheck disable=SC2016  # each process puts in its own number
refuses 'the options of process 1 on' -n 2 bash -c 'exec "$@" --seed "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}"' process \
  "$nmt" train "${short[@]}" --out other
refuses 'not expected: --no-such-option' -n 2 "$nmt" train --no-such-option
refuses 'missing.txt' -n 2 "$nmt" train --data missing.txt --accumulate 2 --out other
[[ ! -e other ]] || fail 'what was refused leaves a run' "$(ls other)"
echo 'the same bytes by 1, 2 and 4 processes, and after each disturbance'
