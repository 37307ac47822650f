#!/usr/bin/env bash
# Runs the tool `weft-nmt` as its users do, with a tiny model, and checks what it prints, writes and refuses.
#
#   weft_nmt_test.sh WEFT_NMT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
nmt=$tool

# weights FILE: what a checkpoint holds behind its header, which tells how far training had come.
weights() { tail -c "+$((9 + $(od -An -tu8 -N8 "$1")))" "$1"; }

tiny=(--batch 16 --embedding 6 --units 8 --max-length 12 --threads 2)
corpus=(--builtin --limit 120 "${tiny[@]}")

# ---- Help, on standard output, with examples.
passes "$nmt" --help
prints 'weft-nmt train --builtin'
for command in train average translate evaluate score attention serve info vocab bench; do
  passes "$nmt" $command --help
  prints "Examples:"
  prints "weft-nmt $command --"
done
passes "$nmt" report --help
prints 'weft-nmt report runs/small -o report.html'
passes "$nmt" --version

# ---- Training: four epochs at once, and two and then two more, give the same files.
passes "$nmt" train "${corpus[@]}" --epochs 4 --out whole
says 'Epoch 4 Loss'
says 'Time taken for 1 epoch'
says 'perplexity'
says ', BLEU '
says ', chrF '
says 'padding'
says 'parameters'
grep -aqE '^Programs +[0-9]+ programs, .* of at most 1.* 0 had to make room' err || fail 'what programs take is not said' "$(<err)"
passes "$nmt" train "${corpus[@]}" --epochs 2 --out halves
passes "$nmt" train --resume --epochs 4 --out halves
says 'Going on from'
for file in whole/checkpoint-*; do same "$file" "halves/${file#whole/}"; done
same <(cd whole && ls) <(cd halves && ls)
for file in latest best config.json vocab.source.txt vocab.target.txt test.tsv graph.json; do
  same "whole/$file" "halves/$file"
done
[[ $(grep -ac '"event":"epoch"' whole/log.jsonl) == 4 ]] || fail 'the log does not have a line for each epoch'
for key in valid_loss valid_perplexity valid_bleu valid_chrf; do
  [[ $(grep -ac "\"$key\":[0-9]" whole/log.jsonl) == 4 ]] || fail "the log does not have $key for each epoch"
done
grep -aq '"valid_sentences":12,' whole/log.jsonl || fail 'not all 12 validation sentences are translated'
lines whole/samples.jsonl 4
[[ $(tail -n 1 whole/samples.jsonl | grep -ao '"source_words"' | wc -l) == 6 ]] || fail 'there are not six samples'
same whole/samples.jsonl halves/samples.jsonl
passes "$nmt" train --resume --out halves
says 'All 4 epochs are done'
# What one that was killed after its last checkpoint had not cleared away goes.
before=$(ls halves)
cp "halves/$(<halves/latest).safetensors" halves/checkpoint-1.safetensors
touch "halves/$(<halves/latest).safetensors.tmp-1-1"
passes "$nmt" train --resume --out halves
[[ $(ls halves) == "$before" ]] || fail 'old checkpoints stay where training goes on' "$(ls halves)"
# What the run has already may be said once more.
passes "$nmt" train "${corpus[@]}" --epochs 4 --resume --out halves
says 'All 4 epochs are done'
passes "$nmt" train --config whole/config.json --resume --out halves
same whole/config.json halves/config.json

# ---- What is measured and kept beside training changes nothing of it.
passes "$nmt" train "${corpus[@]}" --epochs 4 --valid-sentences 0 --samples 0 --out silent
same <(weights "whole/$(<whole/latest).safetensors") <(weights "silent/$(<silent/latest).safetensors")
[[ ! -e silent/samples.jsonl ]] || fail '--samples 0 keeps samples'
! grep -aq valid_bleu silent/log.jsonl || fail '--valid-sentences 0 measures BLEU'

# ---- Three batches an update, or fewer at the end of an epoch. Stopped and resumed, the bits are the same.
passes "$nmt" train "${corpus[@]}" --accumulate 3 --dropout-output 0.2 --average 0.9 --epochs 4 --out grouped
batches=$(sed -nE 's/.*Batches +([0-9]+) an epoch.*/\1/p' err)
says "Updates     $(((batches + 2) / 3)) an epoch, each by the gradients of 3 batches"
[[ $(<grouped/latest) == "checkpoint-$((4 * ((batches + 2) / 3)))" ]] || fail 'steps do not count updates'
passes "$nmt" train "${corpus[@]}" --accumulate 3 --dropout-output 0.2 --average 0.9 --epochs 3 --out grouped_halves
passes "$nmt" train --resume --epochs 4 --out grouped_halves
same "grouped/$(<grouped/latest).safetensors" "grouped_halves/$(<grouped_halves/latest).safetensors"
passes "$nmt" train "${corpus[@]}" --accumulate 3 --epochs 1 --profile --trace grouped.json --dump-step 2 group2 --out looked
grep -q '"name":"update of step 1"' grouped.json || fail 'the trace has no update'
refuses 2 '--accumulate cannot change on --resume' train --resume --accumulate 2 --out grouped
refuses 2 '--accumulate goes with --measure real' bench --accumulate 2 --measure padded
rm -r looked

# ---- Early stopping: with a learning rate of next to nothing, no epoch after the first one is better.
passes "$nmt" train "${corpus[@]}" --epochs 50 --learning-rate 1e-9 --best-by bleu --patience 2 --out patient
says 'No epoch since the 1. was better (--patience 2)'
[[ $(grep -ac '"event":"epoch"' patient/log.jsonl) == 3 ]] || fail '--patience 2 does not stop after three epochs'
passes "$nmt" train --resume --out patient
says 'No epoch since the 1. was better (--patience 2)'
passes "$nmt" train --resume --out patient --epochs 5 --patience 0
passes "$nmt" info --run patient
prints 'epochs finished     5'
prints 'best epoch          1'
passes "$nmt" train "${corpus[@]}" --epochs 4 --best-by bleu --patience 4 --out by_bleu
same <(weights "whole/$(<whole/latest).safetensors") <(weights "by_bleu/$(<by_bleu/latest).safetensors")

# ---- The same settings from files; the command line wins. The number of threads changes nothing.
cat >run.toml <<'END'
builtin = true
limit = 120
batch = 16
embedding = 6
units = 8
max-length = 12
epochs = 9
END
passes "$nmt" train --config run.toml --epochs 4 --threads 1 --out from_toml
same whole/config.json from_toml/config.json
same "whole/$(<whole/latest).safetensors" "from_toml/$(<from_toml/latest).safetensors"
passes "$nmt" train --config whole/config.json --epochs 1 --out from_json
passes "$nmt" train "${corpus[@]}" --epochs 1 --variant tutorial --label-smoothing 0.1 --split random --out tutorial
grep -aq '"loss-normalisation": "batch-mean"' tutorial/config.json || fail 'the tutorial variant has another loss'

# ---- The other systems: one of each kind, trained, described, translated with.
passes "$nmt" train "${corpus[@]}" --epochs 1 --attention general --cell lstm --layers 2 --bidirectional \
  --self-attention --out deep
passes "$nmt" info --run deep
prints 'bidirectional LSTM encoder with self-attention and LSTM decoder of 2 layers, general attention'
prints 'decoder_lstm/layer1/kernel'
passes "$nmt" translate --run deep --precision int8 'Je suis fatigué.'
lines out 1
passes "$nmt" attention --run deep --out deep.svg 'Je suis fatigué.'
passes "$nmt" attention --run deep --self --out reading.svg 'Je suis fatigué.'
prints '<start> je suis fatigue . <end>'
[[ -s reading.svg ]] || fail 'no picture of self-attention'
passes "$nmt" train "${corpus[@]}" --epochs 1 --attention none --out fixed
lines fixed/samples.jsonl 1
passes "$nmt" translate --run fixed 'Je suis fatigué.'
passes "$nmt" report fixed -o fixed.html
refuses 1 "fixed: this run's model has no attention to draw ('attention' is none)" \
  attention --run fixed --out fixed.svg 'Je suis fatigué.'
refuses 1 "fixed: this run's encoder has no self-attention to draw" \
  attention --run fixed --self --out fixed.svg 'Je suis fatigué.'
[[ ! -e fixed.svg ]] || fail 'a picture of no attention'
hard=(--builtin --limit 120 --batch 16 --embedding 6 --units 8 --max-length 12 --attention hard --monte-carlo-samples 2)
passes "$nmt" train "${hard[@]}" --epochs 2 --threads 1 --out hard
passes "$nmt" train "${hard[@]}" --epochs 1 --threads 2 --out hard_halves
passes "$nmt" train --resume --epochs 2 --out hard_halves
same "hard/$(<hard/latest).safetensors" "hard_halves/$(<hard_halves/latest).safetensors"
refuses 2 "'attention' dot needs values as wide" train "${corpus[@]}" --attention dot --bidirectional --out senseless
refuses 2 "'self-attention' is over the memory cells" train "${corpus[@]}" --self-attention --out senseless
refuses 2 "'attention' is \"soft\", it must be one of" train "${corpus[@]}" --attention soft --out senseless
refuses 2 "'dropout-layers' is 0.2, but 'layers' is 1" train "${corpus[@]}" --dropout-layers 0.2 --out senseless
refuses 2 "'layers' is 0, it must be a whole number from 1 to 16" train "${corpus[@]}" --layers 0 --out senseless
[[ ! -e senseless ]] || fail 'a refused training leaves a run directory'

# ---- What is kept out of training; gradients as they are.
parts=("${corpus[@]}" --split random --valid-fraction 0.2 --test-fraction 0.3 --epochs 1)
passes "$nmt" train "${parts[@]}" --clip 0 --out parts
# Of 115: five are longer than --max-length.
lines parts/valid.tsv 23
lines parts/test.tsv 35
passes "$nmt" train "${parts[@]}" --clip 0.01 --out clipped
same parts/test.tsv clipped/test.tsv
! cmp -s "parts/$(<parts/latest).safetensors" "clipped/$(<clipped/latest).safetensors" || fail '--clip changes nothing'

# ---- A run of split files; --overwrite.
passes "$nmt" train --train whole/train.tsv --valid whole/valid.tsv --test whole/test.tsv "${tiny[@]}" --epochs 1 \
  --preset small --out split
same whole/test.tsv split/test.tsv
refuses 1 'holds a run already' train "${corpus[@]}" --out split
passes "$nmt" train --train whole/train.tsv --valid whole/valid.tsv "${tiny[@]}" --epochs 1 --preset small \
  --overwrite --out split
[[ ! -e split/test.tsv ]] || fail '--overwrite leaves files of the run before'
refuses 1 'keeps no test sentences' evaluate --run split

# What a run is made from must not be among the files that it replaces, by whatever name.
cp -r split mine
{ echo no pair && cat split/train.tsv; } >mine/train.tsv
cp mine/train.tsv before
ln -s mine/train.tsv symbolic.tsv
ln mine/train.tsv hard.tsv
for file in mine/train.tsv ./symbolic.tsv hard.tsv mine/../mine/train.tsv; do
  for overwrite in --overwrite ''; do
    # shellcheck disable=SC2086  # it may be none
    refuses 1 "is an input, and as 'mine/train.tsv' a file of the run" \
      train --train $file --valid whole/valid.tsv "${tiny[@]}" --epochs 1 $overwrite --out mine
  done
done
refuses 1 "'mine/config.json' is an input" train --config mine/config.json --epochs 2 --overwrite --out mine
same before mine/train.tsv
[[ -e mine/$(<mine/latest).safetensors ]] || fail 'a refused --overwrite removes the run'
rm -r mine symbolic.tsv hard.tsv
passes "$nmt" evaluate --run split --test whole/test.tsv

# ---- Stopped by a signal while its sentences are being read, it leaves nothing behind.
mkfifo endless
{ yes $'Go.\tVa !' | head -n 300000 && sleep 60; } >endless 2>/dev/null &
writing=$!
"$nmt" train --train endless --valid whole/valid.tsv --preset small --out interrupted >out 2>err &
training=$!
until compgen -G 'interrupted/train.tsv.tmp-*' >/dev/null; do kill -0 $training && sleep 0.02; done
kill -TERM $training
wait $training && fail 'a training that is stopped while it reads succeeds'
[[ $(ls interrupted) == lock ]] || fail "a training that is stopped while it reads leaves $(ls interrupted)"
kill $writing 2>/dev/null || true  # which may have ended with its reader

# ---- Stopped by a signal: a checkpoint is written, and what comes after is as if nothing had happened.
long=(--builtin --limit 400 --batch 16 --embedding 16 --units 24 --max-length 12 --epochs 25 --keep 99)
passes "$nmt" train "${long[@]}" --checkpoint-every 25 --out undisturbed
: >err
"$nmt" train "${long[@]}" --checkpoint-every 25 --out stopped >out 2>err &
training=$!
until grep -aq 'Epoch 2 Loss' err; do kill -0 $training && sleep 0.02; done
# No handler may run on a thread that computes (stop_signals.h).
caught=$(awk '/^SigCgt/ { print $2 }' "/proc/$training/status")
(((0x$caught & 0x4003) == 0)) || fail "a training has handlers for SIGHUP, SIGINT or SIGTERM: $caught"
open=$(grep -lE '^SigBlk:.*[0-389ab][0-9a-f]{3}$' /proc/"$training"/task/*/status | wc -l)  # which do not block 15
((open == 1)) || fail "$open threads of a training may get SIGTERM, not the one that waits for it alone"
kill -STOP $training  # so that it is not over before the others have asked
mv err training_err  # which it goes on writing to
for arguments in '--resume' '--builtin --overwrite'; do
  # shellcheck disable=SC2086  # they are several
  refuses 1 "another weft-nmt train (process $training) is writing to 'stopped'" train $arguments --out stopped
done
mv training_err err
kill -CONT $training
kill -TERM $training
status=0
wait $training || status=$?
[[ $status == 143 ]] || fail "stopped by SIGTERM: status $status, not 143" "$(<err)"
says 'Go on with: weft-nmt train --resume --out stopped'
passes "$nmt" train --resume --out stopped
same "undisturbed/$(<undisturbed/latest).safetensors" "stopped/$(<stopped/latest).safetensors"

# SIGHUP is as SIGTERM, but ignored where the program was started so.
env --default-signal=HUP "$nmt" train "${long[@]}" --checkpoint-every 25 --out hung >out 2>err &
training=$!
until grep -aq 'Epoch 1 Loss' err; do kill -0 $training && sleep 0.02; done
kill -HUP $training
status=0
wait $training || status=$?
[[ $status == 129 ]] || fail "stopped by SIGHUP: status $status, not 129" "$(<err)"
says 'Go on with: weft-nmt train --resume --out hung'
rm err
nohup "$nmt" train "${corpus[@]}" --epochs 4 --out ignoring >out 2>err &
training=$!
until grep -aqs '^Sentences' err; do kill -0 $training && sleep 0.02; done
while kill -HUP $training 2>/dev/null; do sleep 0.02; done
wait $training || fail "a training under nohup ends by SIGHUP" "$(<err)"
same "whole/$(<whole/latest).safetensors" "ignoring/$(<ignoring/latest).safetensors"

# ---- A standard error that is closed, or that nobody reads any more, stops nothing and gets into no file.
"$nmt" train "${corpus[@]}" --epochs 4 --out closed 2>&- || fail "a training without standard error: status $?"
{ "$nmt" train "${corpus[@]}" --epochs 4 --out unread 2>&1 >out || echo "status $?" >failed; } | true
[[ ! -e failed ]] || fail "a training whose talk nobody reads: $(<failed)"
for run in closed unread; do
  for file in whole/*; do
    [[ $file == */log.jsonl ]] || same "$file" "$run/${file#whole/}"
  done
done
! grep -aq Epoch closed/* || fail 'talk gets into a file of the run'
# Nor does it while the training goes on: the first file that stays open is the run's lock, which tells who holds it.
"$nmt" train "${long[@]}" --checkpoint-every 1 --out unheard 2>&- &
training=$!
until [[ -e unheard/latest ]]; do kill -0 $training && sleep 0.02; done
refuses 1 "another weft-nmt train (process $training) is writing to 'unheard'" train --resume --out unheard
kill -KILL $training
wait $training 2>/dev/null || true
[[ $(<unheard/lock) == "$training" ]] || fail 'talk gets into the lock of the run' "$(<unheard/lock)"
status=0
"$nmt" translate --run whole 'Là.' 2>err >&- || status=$?
[[ $status == 1 ]] || fail "a closed standard output: status $status, not 1"
says 'cannot write to standard output'

# ---- Killed while it writes: `latest` names a whole checkpoint, and the rest is done anew.
"$nmt" train "${long[@]}" --checkpoint-every 1 --out killed >out 2>err &
training=$!
until compgen -G 'killed/checkpoint-*.safetensors' >found; do kill -0 $training && sleep 0.02; done
kill -KILL $training
wait $training 2>/dev/null || true
passes "$nmt" translate --run killed --checkpoint latest 'Je suis fatigué.'
passes "$nmt" train --resume --out killed
same "undisturbed/$(<undisturbed/latest).safetensors" "killed/$(<killed/latest).safetensors"

# ---- A loss that is no number stops training, and leaves the checkpoint before it. The first of Adam's moments
# gets a NaN by hand, and the checkpoint loses the checksum that would tell.
cp -r whole poisoned
latest=$(<whole/latest).safetensors
checksum=$(LC_ALL=C grep -aoE ',"weft.checksum":"[^"]*"' "poisoned/$latest")
LC_ALL=C sed -i "s/$checksum/${checksum//?/ }/" "poisoned/$latest"
passes "$nmt" translate --run poisoned --checkpoint latest Bonjour
header=$(od -An -tu8 -N8 "poisoned/$latest")
printf '\0\0\300\177' | dd of="poisoned/$latest" bs=1 seek=$((8 + header)) conv=notrunc status=none
cp "poisoned/$latest" before
refuses 1 'training diverged: in epoch 5, batch 1 (step' train --resume --epochs 6 --out poisoned
# It is named where it came in: in the moments as they were read, one step before the one that shows it.
says 'training diverged: in epoch 5, batch 2'
says 'holds a NaN or an infinity before the first node runs'
grep -aq '"event":"diverged"' poisoned/log.jsonl || fail 'the log does not tell of the divergence'
[[ $(<poisoned/latest) == $(<whole/latest) ]] || fail 'a diverged training leaves a checkpoint'
same before "poisoned/$latest"

# The cause is named when that is asked for: here the moment, elsewhere the node; the checkpoint stays as well.
refuses 1 'training diverged: in epoch 5, batch 1 (step' train --resume --epochs 6 --check-numerics --out poisoned
says 'holds a NaN or an infinity before the first node runs'
[[ $(<poisoned/latest) == $(<whole/latest) ]] || fail 'a diverged training leaves a checkpoint'
same before "poisoned/$latest"
printf '\346\261\141\177' | dd of="poisoned/$latest" bs=1 seek=$((8 + header)) conv=notrunc status=none # 3e38
cp "poisoned/$latest" before
refuses 1 'is the first node that makes a NaN or an infinity' train --resume --epochs 6 --check-numerics --out poisoned
says '  result  '
says '  operand  '
[[ $(<poisoned/latest) == $(<whole/latest) ]] || fail 'a diverged training leaves a checkpoint'
same before "poisoned/$latest"

# ---- Looking inside: a profile with a timeline, and a step that `weft run` repeats; neither changes the training.
passes "$nmt" train "${corpus[@]}" --epochs 4 --profile --trace trace.json --check-numerics --dump-step 9 step9 --out looked
prints 'GFLOP/s'
prints 'roofline'
says 'Wrote step 9. Run it again with: weft run step9/graph.json'
[[ $(grep -c '"cat":"run","ph":"X"' trace.json) == 10 ]] || fail 'the trace does not have ten steps'
for file in whole/checkpoint-*; do same "$file" "looked/${file#whole/}"; done
weft=$(dirname "$nmt")/weft
replay=(run step9/graph.json --inputs step9/inputs.safetensors --weights step9/weights.safetensors --tolerance 0)
if [[ -x $weft ]]; then
  passes "$weft" "${replay[@]}" --expect step9/outputs.safetensors --expect-weights step9/updated.safetensors
  "$weft" "${replay[@]}" --expect-weights step9/weights.safetensors >out 2>err && fail 'a step changes no weights'
fi
if [[ -x $weft ]]; then
  passes "$weft" run group2/graph.json --inputs group2/inputs.safetensors --weights group2/weights.safetensors \
    --tolerance 0 --expect group2/outputs.safetensors --expect-weights group2/updated.safetensors
fi
refuses 1 'this run does the steps 1 to' train "${corpus[@]}" --epochs 1 --dump-step 100000 far --out far
refuses 2 'steps count from 1' train "${corpus[@]}" --epochs 1 --dump-step 0 zero --out zero

# ---- Translating: arguments and lines give the same; nothing but translations on standard output.
passes "$nmt" translate --run whole 'Je suis fatigué.' '' 'Où est la gare ?'
lines out 3
[[ -z $(sed -n 2p out) ]] || fail 'an empty sentence is translated to something'
cp out arguments
printf 'Je suis fatigué.\r\n\nOù est la gare ?' >french
passes "$nmt" translate --run whole --batch 1 <french
same arguments out
passes "$nmt" translate --run whole --checkpoint latest --max-length 1 'Je suis fatigué.'
[[ $(wc -w <out) -le 1 ]] || fail '--max-length 1 gives more than one word'
for precision in f32 bf16 int8; do
  passes "$nmt" translate --run whole --precision $precision <french
  lines out 3
  [[ $precision != f32 ]] || same arguments out
done
passes "$nmt" translate --run whole 'zzz qqq' 'zzz'
says '3 words of the input are not in'
says ': "zzz", "qqq"'
[[ $(grep -ac warning err) == 1 ]] || fail 'unknown words are warned of more than once'
cut -f 2 whole/train.tsv >many
for _ in 1 2 3 4 5 6 7; do cat many many >more && mv more many; done
passes "$nmt" translate --run whole <many
lines out "$(wc -l <many)"
same <(head -n 40 out) <(head -n 40 many | "$nmt" translate --run whole 2>/dev/null)

# A program that waits for each answer gets it.
coproc "$nmt" translate --run whole 2>/dev/null
answering=$COPROC_PID  # bash forgets it when the program ends
for _ in 1 2; do
  echo 'Je suis fatigué.' >&"${COPROC[1]}"
  read -r -t 60 answer <&"${COPROC[0]}" || fail 'a line is not answered before the next one'
  [[ $answer == "$(head -n 1 arguments)" ]] || fail "a line is answered with '$answer'"
done
exec {COPROC[1]}>&-
wait "$answering" || true

# ---- The mean of several checkpoints, which all that translates can read.
cp -r whole mean
passes "$nmt" average --run mean
says 'Wrote mean/averaged.safetensors, the mean of checkpoint-'
cp mean/averaged.safetensors all
passes "$nmt" translate --run mean --checkpoint averaged 'Je suis fatigué.'
lines out 1
passes "$nmt" evaluate --run mean --checkpoint averaged
passes "$nmt" info --run mean
prints '  averaged  '
mapfile -t kept < <(cd mean && ls -v checkpoint-*.safetensors)
passes "$nmt" average --run mean "${kept[@]}"
same all mean/averaged.safetensors
passes "$nmt" average --run mean --last 2
says "the mean of ${kept[-2]%.safetensors}, ${kept[-1]%.safetensors}"
cp mean/averaged.safetensors two
refuses 1 '--last is 99, but' average --run mean --last 99
refuses 1 'there is no checkpoint "checkpoint-1"' average --run mean checkpoint-1 latest
refuses 1 'an average is of two checkpoints at least, there is one' average --run mean latest
refuses 2 '--last' average --run mean --last 2 latest best
refuses 2 '--last' average --run mean --last 1
refuses 1 'has no average of checkpoints' translate --run whole --checkpoint averaged Bonjour
refuses 1 'training cannot go on from it' train --resume --checkpoint averaged --epochs 9 --out mean
truncate -s 100 "mean/${kept[-1]}"
refuses 1 "mean/${kept[-1]}" average --run mean
same two mean/averaged.safetensors  # as it was

# ---- The other commands.
passes "$nmt" evaluate --run whole --output hypotheses
prints BLEU
prints 'nrefs:1|case:mixed|eff:no|tok:none|smooth:exp|version:weft-'
prints 'nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:weft-'
lines hypotheses "$(wc -l <whole/test.tsv)"
passes "$nmt" evaluate --run whole --json --precision int8
prints '"bleu": '
passes "$nmt" evaluate --run whole --json --tokenize 13a
prints '"bleu_signature": "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:weft-'
passes "$nmt" report whole -o report.html
[[ ! -s out ]] || fail 'report prints something'
says 'Wrote report.html'
grep -aq '"valid_loss":' report.html || fail 'report.html does not hold the run'
for format in png svg pdf; do
  passes "$nmt" attention --run whole --out picture.$format 'Je suis fatigué.'
  lines out 1
  [[ -s picture.$format ]] || fail "no picture.$format"
done
passes "$nmt" attention --run whole --out picture.svg 'Zzz est qqq.'
says '2 words of the input are not in'
refuses 1 'picture.gif' attention --run whole --out picture.gif 'Je suis fatigué.'
passes "$nmt" info --run whole
prints 'encoder_gru/recurrent_kernel'
prints 'epochs finished     4'
passes "$nmt" info --run whole --json
prints '"parameter_count": '
passes "$nmt" vocab --data whole/train.tsv --limit 10
prints '"pairs": 10'

# ---- Measuring, at sizes at which nothing takes time.
measured=(--rounds 2 --source-vocabulary 50 --target-vocabulary 40 --source-length 5 --target-length 4)
passes "$nmt" bench --builtin --limit 120 --batch 8 --embedding 6 --units 8 --threads 2 "${measured[@]}" --batches 4 \
  --measure peak,padded,real,decoding,latency,compile,threads --decoding-precision f32,int8 --batches-file batches.jsonl --json
for key in threads peak padded real decoding latency compile scaling; do
  grep -aq "^  \"$key\": " out || fail "bench --json has no '$key':" "$(<out)"
done
for key in gflop_per_second share_of_peak arena_lower_bound_bytes peak_resident_bytes kinds sentences_per_second \
  build_milliseconds worst_arena_ratio gain; do
  prints "\"$key\": "
done
# Encoder 26880, keys 5120, three steps of 1024 + 640 + 5376 + 3072 + 5120 for query, context, input, state and logits:
# 77696 operations, three times.
prints '"gflop": 0.000233088'
[[ $(grep -ac '"int8": ' out) == 2 ]] || fail 'int8 is not measured in decoding and latency' "$(<out)"
lines batches.jsonl 8
grep -aq '^{"source":\[\[1,' batches.jsonl || fail 'the batches are not written as ids'
passes "$nmt" bench --batch 8 --embedding 6 --units 8 "${measured[@]}"
prints 'padded training step, 8 x 5 x 4'
prints 'of the peak'
passes "$nmt" bench --run whole --measure decoding --rounds 1
prints "for $(wc -l <whole/test.tsv)"
refuses 1 'the sentences make' bench "${corpus[@]}" --measure real --batches 100000
refuses 1 'nowhere' bench --run nowhere --measure decoding

# ---- Bad input: one message that names the file, status 1.
train_on() { printf '%s\0' train --data "$1" "${tiny[@]}" --epochs 1 --out bad; }
refuses_corpus() {
  local -a arguments
  mapfile -d '' arguments < <(train_on "$2")
  refuses 1 "$1" "${arguments[@]}"
  refuses 1 "$1" vocab --data "$2"
  refuses 1 "$1" evaluate --run whole --test "$2"
  [[ ! -e bad ]] || fail "a failed training on $2 leaves a run directory"
}
: >empty.txt
printf 'no tab here\n' >no_tab.txt
head -c 100000 /dev/zero | tr '\0' '\377' >invalid.txt
printf '\0\1\2\3\tx\n' >binary.txt
{ printf 'a\t' && head -c 1000000 /dev/zero | tr '\0' x && printf '\n'; } >long_line.txt
refuses_corpus "missing.txt': No such file" missing.txt
refuses_corpus 'is empty' empty.txt
refuses_corpus 'it is a directory' .
refuses_corpus 'no pair (lines: 1,' no_tab.txt
refuses_corpus 'no pair (lines: 1,' invalid.txt
refuses_corpus 'no pair (lines: 1,' binary.txt
refuses_corpus 'no pair (lines: 1,' long_line.txt
cat long_line.txt no_tab.txt binary.txt whole/train.tsv >mixed.txt
passes "$nmt" train --data mixed.txt "${tiny[@]}" --epochs 1 --out mixed
says 'mixed.txt:2: skipped: no tab'
says '3 malformed'

printf 'units = "many"\n' >bad.toml
refuses 1 "bad.toml: 'units' is \"many\", it must be a whole number" train --config bad.toml
printf 'unit = 8\n' >bad.toml
refuses 1 "did you mean 'units'?" train --config bad.toml
printf '[model]\nunits = 8\n' >bad.toml
refuses 1 'bad.toml: the section [model]' train --config bad.toml
printf '{"units": 0}' >bad.json
refuses 1 "bad.json: 'units' is 0, it must be a whole number from 1 to 16384" train --config bad.json
refuses 1 'bad.json' train --config /nowhere/bad.json
: >empty.json
refuses 1 'empty.json: it is empty' train --config empty.json

refuses 1 'there is no run directory' translate --run nowhere Bonjour
refuses 1 'it has no config.json' translate --run . Bonjour
refuses 1 'there is no run directory' train --resume --out nowhere
refuses 1 'there are: latest, best, checkpoint-' translate --run whole --checkpoint checkpoint-9999 Bonjour
refuses 1 'there is no run directory' report nowhere -o report.html
refuses 1 'nowhere/report.html' report whole -o nowhere/report.html
refuses 1 'cannot write' evaluate --run whole --output nowhere/hypotheses
refuses 1 'sentence 1: byte 3 is not UTF-8' translate --run whole $'Ou\xff'
refuses 1 'no word to translate' attention --run whole --out picture.png '123'

# A bad line is told with its number and stands as such in the output; those before and behind it are translated.
bad_line() {
  local status=0
  "$nmt" translate --run whole <input >out 2>err || status=$?
  [[ $status == 1 ]] || fail "a bad line: status $status, not 1"
  says "$1"
  says 'standard input: 1 bad line; "<bad line>" stands in the place of each'
  same <(printf '%s\n' "$good" "$good" '<bad line>' "$good") out
  passes "$nmt" translate --run whole --skip-bad <input
  lines out 4
}
passes "$nmt" translate --run whole 'Là.'
good=$(<out)
printf 'Là.\nLà.\n\377\nLà.\n' >input
bad_line 'standard input: line 3: byte 1 is not UTF-8'
passes "$nmt" translate --run whole --skip-bad --beam 2 --n-best 2 --alignments aligned <input
lines aligned "$(wc -l <out)"
at=$(grep -anxF $'3\t1\tnan\tnan\t<bad line>' out | cut -d : -f 1)
[[ -n $at && -z $(sed -n "${at}p" aligned) ]] || fail 'a bad line is not one in columns, or aligned' "$(<out)"
printf 'Là.\nLà.\na\0b\nLà.\n' >input
bad_line 'line 3: it has a NUL byte'
{ printf 'Là.\nLà.\n' && head -c 1000000 /dev/zero | tr '\0' x && printf '\nLà.'; } >input
bad_line 'line 3: it has more than 65536 bytes'
{ printf 'Là.\nLà.\n' && printf 'a %.0s' {1..1023} && printf '\r\nLà.\n'; } >input
bad_line 'line 3: it has 1025 tokens'
head -c 5000 /dev/zero | tr '\0' '\n' | tr '\n' '\200' | fold -w 10 >input
status=0
"$nmt" translate --run whole <input >out 2>err || status=$?
[[ $status == 1 && $(grep -ac 'is not UTF-8' err) == 10 ]] || fail 'not ten bad lines are told' "$(<err)"
says '500 bad lines, the first of which are named'
same <(yes '<bad line>' | head -n 500) out

# Scores stand in the lines of the pairs that they are of, whatever is between these.
{ printf "There.\tLà.\n\nno pair\nThere.\tLà.\n" && printf 'a %.0s' {1..1025} && printf '\tLà.\n'; } >pairs
status=0
"$nmt" score --run whole pairs >out 2>err || status=$?
[[ $status == 1 ]] || fail "scores of bad lines: status $status, not 1" "$(<err)"
says 'pairs: 2 bad lines; "<bad line>" stands in the place of each'
scored=$(head -n 1 out)
same <(printf '%s\n' "$scored" '' $'nan\tnan\t<bad line>' "$scored" $'nan\tnan\t<bad line>') out
[[ $scored != *nan* ]] || fail "a good pair is not scored: $scored"
passes "$nmt" score --run whole --skip-bad pairs
lines out 5

if [[ -e /dev/full ]]; then
  status=0
  "$nmt" translate --run whole 'Là.' >/dev/full 2>err || status=$?
  [[ $status == 1 ]] || fail "a full disk under standard output: status $status, not 1"
  says 'cannot write to standard output'
fi

# ---- Damaged runs.
damage() {
  rm -rf damaged
  cp -r whole damaged
  rm damaged/best
}
damage
passes "$nmt" translate --run damaged Bonjour
refuses 1 "damaged/best' is missing" translate --run damaged --checkpoint best Bonjour
for size in 0 7 100 5000; do
  damage
  truncate -s $size "damaged/$latest"
  refuses 1 "damaged/$latest" translate --run damaged --checkpoint latest Bonjour
  grep -aq 'use another checkpoint: checkpoint-' err || fail "the message does not say what to do:" "$(<err)"
  refuses 1 "damaged/$latest" train --resume --epochs 9 --out damaged
done

# Training goes on from another checkpoint than the damaged one, to the same end.
damage
truncate -s 100 "damaged/$latest"
other=$(cd damaged && ls -v checkpoint-*.safetensors | head -n 1)
passes "$nmt" train --resume --checkpoint "${other%.safetensors}" --out damaged
says "Going on from damaged/$other"
same "whole/$latest" "damaged/$latest"
refuses 1 'there is no checkpoint "checkpoint-1"' train --resume --checkpoint checkpoint-1 --out damaged
refuses 2 '--checkpoint' train --checkpoint latest "${corpus[@]}" --out unwanted

for offset in 3 20 4000 10000; do
  damage
  printf '\x99' | dd of="damaged/$latest" bs=1 seek=$offset conv=notrunc status=none
  refuses 1 "damaged/$latest" translate --run damaged --checkpoint latest Bonjour
done
damage
cp "tutorial/$(<tutorial/latest).safetensors" "damaged/$latest"
refuses 1 "damaged/$latest: it was trained with 'variant' tutorial" info --run damaged

# ---- Settings, vocabularies and subwords that a checkpoint was not trained with: told before anything is allocated.
# changed SETTING IS WANTED: config.json says so, and the checkpoint does not.
changed() {
  damage
  sed -i "s/\"$1\": [^,]*/\"$1\": $3/" damaged/config.json
  local message="damaged/$latest: it was trained with '$1' $2, 'damaged/config.json' has ${3//\"/}"
  refuses 1 "$message" translate --run damaged Bonjour
  refuses 1 "$message" score --run damaged whole/test.tsv
  refuses 1 "$message" train --resume --epochs 9 --out damaged
  refuses 1 "it was trained with '$1' $2" average --run damaged
}
changed units 8 16384
changed embedding 6 5
changed attention additive '"general"'
changed variant masked '"tutorial"'
changed normaliser tutorial '"reversible"'
damage
sed -i 's/^je$/ja/' damaged/vocab.source.txt
refuses 1 "damaged/$latest: it was trained with another 'damaged/vocab.source.txt'" translate --run damaged Bonjour
refuses 1 "another 'damaged/vocab.source.txt': its checksum was sha256:" train --resume --epochs 9 --out damaged

# without_words FILE: a checkpoint as version 0.1 wrote it, in place of the present one.
without_words() {
  python3 - "$1" <<'END'
import json, struct, sys
content = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", content[:8])[0]
header = json.loads(content[8 : 8 + size])
words = header["__metadata__"]
header["__metadata__"] = {k: v for k, v in words.items() if not k.startswith(("trained.", "weft.checksum"))}
header["__metadata__"]["format"] = "weft-nmt checkpoint 1"
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
open(sys.argv[1], "wb").write(struct.pack("<Q", len(text)) + text + content[8 + size :])
END
}
damage
for file in damaged/checkpoint-*; do without_words "$file"; done
passes "$nmt" translate --run damaged --checkpoint latest Bonjour
says "warning: 'damaged/$latest' is of an earlier version and does not say what it was trained with"
passes "$nmt" train --resume --checkpoint "$(cd damaged && ls -v checkpoint-*.safetensors | head -n 1)" --out damaged
says 'is of an earlier version'
same "whole/$latest" "damaged/$latest"
damage
for file in damaged/checkpoint-*; do without_words "$file"; done
sed -i 's/"units": 8/"units": 16384/' damaged/config.json
for arguments in 'translate Bonjour --run' 'train --resume --epochs 9 --out'; do
  status=0
  # shellcheck disable=SC2086  # they are several
  (ulimit -v 1000000 && exec "$nmt" $arguments damaged) >out 2>err || status=$?
  [[ $status == 1 ]] || fail "$arguments of a model that is too large: status $status, not 1" "$(<err)"
  says 'it is of another model'
done
damage
sed -i 's/"units"/"unite"/' damaged/config.json
refuses 1 'damaged/config.json: there is no setting "unite"' info --run damaged
damage
sed -i 1d damaged/vocab.source.txt
refuses 1 'damaged/vocab.source.txt' translate --run damaged Bonjour

# ---- Memory that runs out, wherever it does: one message, no crash.
for kibibytes in {220..420..25}; do
  rm -rf scarce
  status=0
  (ulimit -v ${kibibytes}000 && exec "$nmt" train --builtin --limit 300 --units 128 --epochs 1 --out scarce) >out 2>err || status=$?
  [[ $status == 0 || ($status == 1 && $(grep -ac 'out of memory\|Thread creation failed' err) == 1) ]] ||
    fail "with $kibibytes MB of addresses: status $status" "$(<err)"
done

# ---- A full disk: a message, no half-written checkpoint, and the run can be resumed when there is room.
disk=$folder/disk
mkdir disk
if [[ $(id -u) == 0 ]] && mount -t tmpfs -o size=4m weft-nmt-test disk 2>/dev/null; then
  mounted=$disk
  passes "$nmt" train "${corpus[@]}" --epochs 1 --out disk/run
  head -c 10m /dev/zero >disk/filler 2>/dev/null || true
  refuses 1 'No space left on device' train --resume --epochs 4 --out disk/run
  rm disk/filler
  passes "$nmt" train --resume --epochs 4 --keep 1 --out disk/run
  same "whole/$latest" "disk/run/$latest"
  umount disk
  mounted=
else
  echo 'Skipped: a full disk (needs root, to mount a small tmpfs)'
fi

# ---- Wrong usage: status 2, and a pointer to the help.
misused() {
  refuses 2 "$@"
  says "--help\` shows how it is used"
}
misused 'A subcommand is required'
misused "there is no command 'trains'; did you mean 'train'?" trains
misused '--run' translate
misused '--nonsense' translate --run whole --nonsense
misused '--batch' translate --run whole --batch 0 Bonjour
misused '--threads' translate --run whole --threads many Bonjour
misused '--precision' translate --run whole --precision f16 Bonjour
misused '--tokenize' evaluate --run whole --tokenize intl
misused '--normaliser' evaluate --run whole --normaliser moses
misused '--out' report whole
misused 'RUN_DIR' report -o report.html
misused '--best-by bleu needs' train "${corpus[@]}" --best-by bleu --valid-sentences 0 --out unmeasured
misused '--best-by bleu needs' train "${corpus[@]}" --best-by bleu --valid-fraction 0 --out unmeasured
misused '--patience needs' train "${corpus[@]}" --patience 1 --valid-fraction 0 --out unmeasured
[[ ! -e unmeasured ]] || fail 'wrong usage of train leaves a run directory'
misused 'SENTENCE' attention --run whole --out picture.png
misused '--data' vocab
misused 'nothing to train on' train
misused 'only one of' train --builtin --data fra.txt
misused '--train and --valid go together' train --train fra.txt
misused 'nothing to train on' bench --measure real
misused 'nonsense' bench --measure padded,nonsense
misused '--rounds' bench --rounds 0
misused '--threads 2' bench --measure threads --threads 1
misused '--decoding-precision' bench --measure latency --decoding-precision f16
misused "'units' is 0, it must be a whole number from 1 to 16384" train --builtin --units 0
misused "'units' is \"x\"" train --builtin --units x
misused "'variant' is \"x\", it must be one of masked, tutorial" train --builtin --variant x
misused '--resume needs --out' train --resume
misused '--units cannot change on --resume: it is 8 in this run, not 9' train --resume --out whole --units 9
misused '--data cannot change on --resume: it is not given in this run, not' train --resume --out whole --data fra.txt
misused '--overwrite' train --resume --overwrite --out whole

finish
