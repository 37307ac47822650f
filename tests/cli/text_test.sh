#!/usr/bin/env bash
# What `weft-nmt` makes of text: the reversible normaliser and subwords, from training to what is printed, and what
# becomes of a run whose subword models are damaged.
#
#   text_test.sh WEFT_NMT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
nmt=$tool

# ---- A sentence learnt by heart is printed as it was written, in words and in pieces.
english="\"Don't,\" said Tom at 10:30..."
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do printf '%s\t%s\n' "$english" "« L'ami d'ici dit : non ! »"; done >one.tsv
by_heart=(--train one.tsv --valid one.tsv --test one.tsv --preset small --embedding 24 --units 24 --batch 4 --epochs 40
  --learning-rate 0.01 --max-length 200 --normaliser reversible --valid-sentences 0 --samples 0)
for pieces in 0 60; do
  for model in unigram bpe; do
    run=heart-$pieces-$model
    passes "$nmt" train "${by_heart[@]}" --subwords $pieces --subword-model $model --out "$run"
    passes "$nmt" translate --run "$run" "« L'ami d'ici dit : non ! »"
    [[ $(<out) == "$english" ]] || fail "$run writes: $(<out)"
    passes "$nmt" evaluate --run "$run" --output written
    [[ $(sort -u written) == "$english" ]] || fail "evaluate of $run writes: $(<written)"
    prints 'BLEU            100.00'
    passes "$nmt" evaluate --run "$run" --tokenize 13a
    prints 'BLEU            100.00'
    passes "$nmt" attention --run "$run" --out "$run.svg" "« L'ami d'ici dit : non ! »"
    [[ $(<out) == "$english" && -s $run.svg ]] || fail "attention of $run prints: $(<out)"
  done
done

# ---- Searches of pieces: lengths, alignments and probabilities are of pieces, what is printed of words.
french="« L'ami d'ici dit : non ! »"
for run in heart-0-unigram heart-60-unigram; do
  passes "$nmt" score --run $run <(head -n 1 one.tsv)
  read -ra scored < <(cut -f 3 out)  # a token, its log probability, ... <end>, its own
  passes "$nmt" translate --run $run --beam 3 --replace-unknown --alignments aligned "$french"
  [[ $(<out) == "$english" ]] || fail "a beam of $run writes: $(<out)"
  [[ $(wc -w <aligned) == $((${#scored[@]} / 2 - 1)) ]] || fail "not a link for each token: ${scored[*]}" "$(<aligned)"
  passes "$nmt" translate --run $run --run $run --beam 2 --n-best 1 "$french"
  [[ $(cut -f 5 out) == "$english" ]] || fail "an ensemble of $run writes: $(<out)"
  passes "$nmt" evaluate --run $run --beam 2 --tokenize 13a --by-length --bootstrap 20 --output written
  [[ $(sort -u written) == "$english" ]] || fail "evaluate of $run writes: $(<written)"
  prints 'of 1 different sentences'
  prints 'nrefs:1|case:mixed|eff:no|tok:13a'
  # The words of « L'￭ ami d'￭ ici dit : non ! », whatever the pieces.
  grep -aq '^9 to 10  *12  *100.00' out || fail 'the table by length' "$(<out)"
  passes "$nmt" evaluate --run $run --normaliser tutorial --json
  prints '"exact_match": 1.0'
done
refuses 1 'cannot translate together: their source vocabularies differ' \
  translate --run heart-0-unigram --run heart-60-unigram "$french"
# Models that have the same pieces, of single letters, and find them in another way.
for _ in 1 2 3 4; do printf 'a aa b\ta aa b\n'; done >letters.tsv
for model in unigram bpe; do
  passes "$nmt" train --train letters.tsv --valid letters.tsv --preset small --embedding 4 --units 4 --epochs 1 \
    --normaliser reversible --subwords 4 --subword-model $model --valid-sentences 0 --samples 0 --out letters-$model
done
same letters-unigram/vocab.source.txt letters-bpe/vocab.source.txt
refuses 1 'the pieces are the same, the subword models are not' \
  translate --run letters-unigram --run letters-bpe a
cp -r letters-unigram swapped
cp letters-bpe/subwords.* swapped
refuses 1 "it was trained with another 'swapped/subwords.source.model': its checksum was sha256:" translate --run swapped a

# ---- Pieces: learnt from the training part alone, the same whatever the threads, and resumed to the same bits.
tiny=(--builtin --limit 200 --batch 16 --embedding 6 --units 8 --max-length 99 --subwords 120 --normaliser reversible)
passes "$nmt" train "${tiny[@]}" --epochs 2 --threads 1 --out whole
says 'Vocabulary  123 French ids, 123 English ids'
passes "$nmt" train "${tiny[@]}" --epochs 1 --threads 2 --out halves
passes "$nmt" train --resume --epochs 2 --out halves
for file in whole/*; do
  [[ $file == */log.jsonl || $file == */lock ]] || same "$file" "halves/${file#whole/}"
done
passes "$nmt" train --train whole/train.tsv --valid whole/train.tsv "${tiny[@]:3}" --preset small --epochs 1 --out part
for file in subwords.source.model subwords.target.model; do same whole/$file part/$file; done
awk -F '\t' 'length($0) > 0' whole/test.tsv whole/valid.tsv >held_out
[[ -s held_out ]] || fail 'nothing is held out'
passes "$nmt" train --config whole/config.json --epochs 1 --out again
same whole/subwords.source.model again/subwords.source.model
(cd whole && sha256sum --check --quiet subwords.sha256) || fail 'the checksums are not those of the models'
passes "$nmt" report whole -o report.html
passes "$nmt" info --run whole
for command in translate evaluate; do passes "$nmt" $command --run whole </dev/null; done

# ---- What cannot be.
refuses 2 '--subwords and --vocabulary-limit' train "${tiny[@]}" --vocabulary-limit 50 --out no
refuses 1 'ask for at least' train --builtin --limit 200 --subwords 7 --out no
refuses 2 "'subword-model' is \"word\"" train "${tiny[@]}" --subword-model word --out no
refuses 2 'subwords' train --resume --subwords 50 --out whole
[[ ! -e no/config.json ]] || fail 'a run that could not be made looks like one'
damaged() {
  cp -r whole damaged
  "${@:2}"
  refuses 1 "$1" translate --run damaged 'Oui.'
  rm -r damaged
}
damaged 'subwords.source.model' rm damaged/subwords.source.model
damaged "subwords.target.model' is damaged" cp whole/subwords.source.model damaged/subwords.target.model
damaged "subwords.source.model' is damaged" truncate -s 100 damaged/subwords.source.model
damaged "subwords.source.model' is damaged" truncate -s 0 damaged/subwords.source.model
damaged 'subwords.sha256' rm damaged/subwords.sha256
damaged 'vocab.source.txt' sed -i 5d damaged/vocab.source.txt

finish
