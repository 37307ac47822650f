#!/usr/bin/env bash
# Kernels that are measured: a run records them and repeats them to the bit, after an interruption as well, and another run
# repeats them from the file. Bad tables are refused, and nothing is lost then.
#
#   kernels_test.sh WEFT_NMT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
nmt=$tool
weft=$(dirname "$nmt")/weft

settings=(--builtin --limit 300 --batch 16 --embedding 12 --units 40 --max-length 12 --valid-sentences 20 --samples 2
  --threads 2)

# same_weights RUN RUN: the same checkpoints. Those of a training that was told to stop have a name of their own.
same_weights() {
  for name in latest best; do
    same "$1/$name" "$2/$name"
    same "$1/$(<"$1/$name").safetensors" "$2/$(<"$2/$name").safetensors"
  done
}

# ---- Measured once, killed and stopped in the middle, and gone on with: the bits of an undisturbed training by the same
# table.

# interrupted SIGNAL STATUS WORDS ARGUMENT...: training gets the signal when it has said the words, and ends with the status.
interrupted() {
  local signal=$1 wanted=$2 words=$3 status=0
  shift 3
  rm -f err  # the words of the one before
  env --default-signal=INT "$nmt" train "$@" 2>err &
  local training=$!
  for ((i = 0; i < 1200; ++i)); do
    ! grep -qs "$words" err || break
    sleep 0.05
  done
  kill "-$signal" $training
  wait $training 2>killed || status=$?
  [[ $status == "$wanted" ]] || fail "a training that gets SIG$signal exits with $status" "$(<err)"
}
repeats_measured() {
  ! grep -q 'are measured' err || fail 'a run that goes on is measured anew'
  says 'products as in measured/kernels.json'
  same recorded.json measured/kernels.json
}

interrupted KILL 137 'are measured' "${settings[@]}" --epochs 400 --kernels measure --out measured
rm -f measured/kernels.json  # should it have been too quick to be killed before it was done
interrupted KILL 137 'Wrote measured/checkpoint' --resume --out measured
says 'products are measured, once'
cp measured/kernels.json recorded.json
interrupted INT 130 'Wrote measured/checkpoint' --resume --out measured
repeats_measured
epochs=$(($(grep -o '^Epoch [0-9]*' err | tail -n 1 | cut -d ' ' -f 2) + 3))
cp -r measured stopped
passes "$nmt" train --resume --epochs $epochs --out measured
repeats_measured
passes "$nmt" train "${settings[@]}" --epochs $epochs --kernels recorded.json --out undisturbed
same recorded.json undisturbed/kernels.json
same_weights measured undisturbed
grep -qF '"kernels": "measure"' measured/config.json || fail 'config.json does not say that kernels were measured'
grep -qF "\"kernels\": \"$PWD/recorded.json\"" undisturbed/config.json || fail 'config.json does not name the table'
# The run has the table itself.
mv recorded.json moved.json
cp -r undisturbed longer
passes "$nmt" train --resume --epochs $((epochs + 1)) --out longer
mv moved.json recorded.json

# By default nothing is measured, and no table is kept.
passes "$nmt" train "${settings[@]}" --epochs 1 --out plain
[[ ! -e plain/kernels.json ]] || fail 'a run by default has a table'
grep -qF '"kernels": "default"' plain/config.json || fail 'config.json does not say that kernels are the default ones'

# ---- The table is what runs, in training and in what it dumps; others evaluate by it.
sed '/transpose_a/!s/"kernel": "[a-z]*"/"kernel": "plain"/' recorded.json >all_plain.json
passes "$nmt" train "${settings[@]}" --epochs 1 --kernels all_plain.json --profile --dump-step 3 step --out all_plain
prints 'matmul:plain'
grep -q 'matmul:packed' out && fail 'a product is packed although the table says plain'
says '--kernels step/kernels.json'
same all_plain.json step/kernels.json
if [[ -x $weft ]]; then
  replay=(step/graph.json --inputs step/inputs.safetensors --weights step/weights.safetensors)
  passes "$weft" run "${replay[@]}" --tolerance 0 --expect step/outputs.safetensors \
    --expect-weights step/updated.safetensors --kernels step/kernels.json
  passes "$weft" profile "${replay[@]}" --runs 1 --kernels step/kernels.json
  grep -q 'matmul:packed' out && fail 'weft profile packs although the table says plain'
  passes "$weft" profile "${replay[@]}" --runs 1
  prints 'matmul:packed'
  tool=$weft
  refuses 1 "cannot read 'nothing.json'" run "${replay[@]}" --kernels nothing.json
  refuses 2 '--kernels are those of --backend onednn' run "${replay[@]}" --kernels recorded.json --backend reference
  tool=$nmt
fi
passes "$nmt" evaluate --run all_plain
passes "$nmt" average --run undisturbed
passes "$nmt" evaluate --run undisturbed --checkpoint averaged
passes "$nmt" evaluate --run undisturbed --run measured
passes "$nmt" attention --run undisturbed --out attention.svg 'Je suis fatigué.'
passes "$nmt" bench --measure padded,real "${settings[@]}" --batches 3 --rounds 1 --kernels all_plain.json
prints 'matmul:plain'
passes "$nmt" bench --measure padded "${settings[@]}" --rounds 1 --kernels measure
says 'Measuring the kernels of'

# A translation does not depend on the table.
cp -r all_plain other
passes "$nmt" translate --run all_plain 'Je suis fatigué.' 'Où est la gare ?'
cp out translated
rm other/kernels.json
passes "$nmt" translate --run other --batch 1 'Je suis fatigué.' 'Où est la gare ?'
same translated out

# ---- A table that is damaged, missing, or of other kernels.
refuses 1 "other/kernels.json': No such file or directory; the run was trained by that table" evaluate --run other
refuses 1 'put it back as it was, or train again' train --resume --epochs 9 --out other
# damaged TEXT: that is what is wrong with the run's own table, of which training and measuring tell alike.
damaged() {
  refuses 1 "$1; the run was trained by that table" train --resume --epochs 9 --out other
  refuses 1 "$1; the run was trained by that table" evaluate --run other
}
head -c 200 recorded.json >other/kernels.json
damaged 'unexpected end of input; expected string literal'
: >other/kernels.json
damaged 'it is empty'
head -c 1000 "$nmt" >other/kernels.json
damaged 'weft-nmt: other/kernels.json: it is no table of kernels: it holds a zero byte'
truncate -s 1G other/kernels.json
damaged "cannot read 'other/kernels.json': 1073741824 bytes, the limit is 16777216"
rm other/kernels.json
mkdir other/kernels.json
damaged "cannot read 'other/kernels.json': it is a directory, a file is needed"
sed '0,/"kernel": "[a-z]*"/s//"kernel": "fastest"/' recorded.json >bad.json
refuses 1 "bad.json: pick 1: there is no kernel 'fastest'; there are packed, plain, sgemm, vector" \
  train "${settings[@]}" --kernels bad.json --out bad
[[ ! -e bad ]] || fail 'a run with a bad table leaves a folder'
sed '0,/"m": /s//"rows": /' recorded.json >bad.json
refuses 1 "bad.json: pick 1: a pick has an unknown key 'rows'" train "${settings[@]}" --kernels bad.json --out bad
sed 's/"kernel": "[a-z]*"/"kernel": "sgemm"/' recorded.json >bad.json
refuses 1 'sgemm cannot run' train "${settings[@]}" --kernels bad.json --out bad
refuses 1 "'kernels' is default, measure, or the path of a table: cannot read '$PWD/mesure'" \
  train "${settings[@]}" --kernels mesure --out bad
: >empty.json
refuses 1 "is default, measure, or the path of a table: $PWD/empty.json: it is no table of kernels" \
  bench --measure padded --kernels empty.json
refuses 2 '--kernels cannot change on --resume: it is default in this run, not measure' \
  train --resume --kernels measure --out plain
# A bad table does not cost the run that was to be replaced; nor may its own table be given, which would be replaced.
refuses 1 'bad.json: pick' train "${settings[@]}" --kernels bad.json --overwrite --out stopped
passes "$nmt" train --resume --epochs $epochs --out stopped
same_weights stopped undisturbed
refuses 1 "kernels.json' is an input" \
  train "${settings[@]}" --epochs 1 --kernels stopped/kernels.json --overwrite --out stopped
cp stopped/kernels.json kept.json
passes "$nmt" train "${settings[@]}" --epochs 1 --kernels kept.json --overwrite --out stopped
same recorded.json stopped/kernels.json
passes "$nmt" train "${settings[@]}" --epochs 1 --overwrite --out stopped
[[ ! -e stopped/kernels.json ]] || fail 'a table of the run that was replaced is left'

finish
