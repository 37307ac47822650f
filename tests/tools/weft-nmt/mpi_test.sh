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
  --accumulate 4 --epochs 12 --threads 1)

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

# same_run RUN: it is as that of one process.
same_run() {
  local name
  for name in latest best config.json samples.jsonl vocab.source.txt vocab.target.txt graph.json train.tsv; do
    cmp "alone/$name" "$1/$name" || fail "'$1/$name' is not as that of one process"
  done
  for name in alone/checkpoint-*.safetensors; do
    cmp "$name" "$1/${name#alone/}" || fail "'$1/${name#alone/}' is not as that of one process"
  done
}

"$nmt" train "${settings[@]}" --out alone 2>err || fail 'training fails' "$(<err)"
if ! together 2 "${settings[@]}" --out two; then
  grep -q 'built without MPI' err && { cat err; exit 77; }
  fail 'training by two processes fails' "$(<err)"
fi
same_run two
cmp <(timeless alone/log.jsonl) <(timeless two/log.jsonl) || fail 'the log of two processes tells something else'
[[ $(grep -c 'Epoch 12 Loss' err) == 1 ]] || fail 'not one process alone talks' "$(<err)"
together 4 "${settings[@]}" --out four || fail 'training by four processes fails' "$(<err)"
same_run four
[[ ! -e four/lock ]] || fail 'the lock stays'

# ---- One is killed, another one is told to stop; others go on.

# descendants PID: the processes below it that are weft-nmt.
descendants() {
  local stat pid parent
  for stat in /proc/[0-9]*/stat; do
    read -r pid _ _ parent _ < <(sed 's/(.*)/x/' "$stat" 2>/dev/null) || continue
    [[ $parent == "$1" ]] || continue
    [[ $(readlink "/proc/$pid/exe") == "$nmt" ]] && echo "$pid"
    descendants "$pid"
  done
}

# disturb SIGNAL: sends it to one of three processes once there is a checkpoint, and sees all end soon.
disturb() {
  local waited=0 victims start status=0
  mpirun -n "$count" "$nmt" train "${how[@]}" >out 2>err &
  local run=$!
  until compgen -G 'disturbed/checkpoint-*' >/dev/null; do
    sleep 0.05
    ((++waited < 400)) || fail 'there is no checkpoint after 20 seconds' "$(<err)"
  done
  sleep "0.$((RANDOM % 4))"
  mapfile -t victims < <(descendants $run)
  if ((${#victims[@]} == 0)); then  # it has come to its end
    wait $run || fail 'training by several processes fails' "$(<err)"
    return
  fi
  start=$SECONDS
  kill "-$1" "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null || true
  wait $run || status=$?
  ((SECONDS - start <= 10)) || fail "SIG$1: all have ended only after $((SECONDS - start)) seconds"
  echo "SIG$1: status $status"
  [[ $1 != KILL || $status == 0 ]] || grep -q "rank.*$(hostname)\|RANK" err ||
    fail 'nothing says which process was killed, and where' "$(<err)"
}

count=4
for ((i = 0; i < kills; ++i)); do
  how=("${settings[@]}" --out disturbed --overwrite)
  disturb KILL
  how=(--resume --out disturbed)
  count=2
  disturb TERM
  "$nmt" train --resume --out disturbed 2>err || fail 'one process does not go on' "$(<err)"
  same_run disturbed
  count=4
done

# ---- What is wrong is said once, and ends all.

# refuses MESSAGE MPIRUN_ARGUMENT...
refuses() {
  local message=$1
  shift
  ! mpirun "$@" >out 2>err || fail "mpirun $* does not fail"
  [[ $(grep -cF -- "$message" err) == 1 ]] || fail "mpirun $*: '$message' is not said once" "$(<err)"
}
refuses '3 processes cannot share the 4 batches of an update (--accumulate)' -n 3 "$nmt" train "${settings[@]}" --out other
refuses 'the options of process 1 on' -n 1 "$nmt" train "${settings[@]}" --out other : -n 1 "$nmt" train "${settings[@]}" --seed 2 --out other
refuses 'not expected: --no-such-option' -n 2 "$nmt" train --no-such-option
refuses 'missing.txt' -n 2 "$nmt" train --data missing.txt --accumulate 2 --out other
[[ ! -e other ]] || fail 'what was refused leaves a run' "$(ls other)"
echo 'the same bytes by 1, 2 and 4 processes, and after each disturbance'
