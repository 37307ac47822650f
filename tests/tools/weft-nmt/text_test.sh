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

# ---- Languages: corpora of templates, as real ones look.
# corpus NAME SUBJECTS VERBS OBJECTS: all sentences, one a line, of words with commas between; the last is what ends them.
corpus() {
  local -a subjects verbs objects
  IFS=, read -ra subjects <<<"$2"
  IFS=, read -ra verbs <<<"$3"
  IFS=, read -ra objects <<<"$4"
  local subject verb object
  for subject in "${subjects[@]}"; do
    for verb in "${verbs[@]}"; do
      for object in "${objects[@]}"; do printf '%s\n' "$subject$5$verb$5$object$6"; done
    done
  done >"$1"
}
corpus english 'the cat,the king,Anna,my sister,nobody' 'sees,buys,hears,finds,wants' 'a house,the tree,some bread,water' ' ' .
corpus german 'die Katze,der König,Anna,meine Schwester,niemand' 'sieht,kauft,hört,findet,möchte' \
  'ein Haus,den Baum,etwas Brot,Wasser' ' ' .
corpus chinese '猫,国王,安娜,我的姐姐,没有人' '看见,买,听见,找到,想要' '一所房子,那棵树,一些面包,水' '' 。
corpus russian 'кошка,король,Анна,моя сестра,никто' 'видит,покупает,слышит,находит,хочет' 'дом,дерево,хлеб,воду' ' ' .
corpus arabic 'القطة,الملك,آنا,أختي,لا أحد' 'ترى,يشتري,تسمع,تجد,تريد' 'بيتا,الشجرة,بعض الخبز,ماء' ' ' .
for language in german chinese russian arabic; do paste english $language >$language.tsv; done
quick=(--preset small --embedding 8 --units 8 --batch 8 --epochs 1 --valid-sentences 4 --samples 2)

passes "$nmt" train --data german.tsv --source-language de "${quick[@]}" --out de
says '80 to train on, 10 to validate with, 10 to test with'
says 'German ids, '
says '% German, '
! grep -q 'French\|warning' err || fail 'a German corpus is called French, or warned of' "$(<err)"
grep -q '"source-language": "de"' de/config.json || fail 'config.json lacks the language'
grep -q '"normaliser": "reversible"' de/config.json || fail 'German is not read with the reversible normaliser'
passes "$nmt" translate --run de 'der König hört Wasser.'
passes "$nmt" evaluate --run de
passes "$nmt" evaluate --run de --test <(paste german english) --columns 1,2
! grep -q warning err || fail 'columns that are chosen are complained of' "$(<err)"
passes "$nmt" evaluate --run de --test <(paste german english)
says 'the sides look interchanged: letters of German alone stand in the English sentences, such as line 1: "die Katze'
passes "$nmt" report de -o report.html
grep -q '"name":"German"' report.html || fail 'the report does not say German'
"$nmt" serve --run de --port 0 >address 2>err &
server=$!
until [[ -s address ]]; do kill -0 $server && sleep 0.02; done
exec 3<>"/dev/tcp/127.0.0.1/$(grep -o '[0-9]*/$' address | tr -d /)"
printf 'GET / HTTP/1.0\r\n\r\n' >&3
cat <&3 >page
exec 3>&-
kill $server
wait $server || fail "the server's status is $?" "$(<err)"
grep -aqF '{"code":"de","name":"German"}' page || fail 'the page that is served does not say German'
passes "$nmt" vocab --data german.tsv --source-language de
prints '"sha256_german_normalised_joined_by_newline"'
prints ' "english": {'
refuses 2 "--source-language cannot change on --resume: it is de in this run, not fr" \
  train --resume --out de --source-language fr
passes "$nmt" train --resume --out de --source-language DE --epochs 2

for language in russian:ru arabic:ar; do
  name=${language%:*} code=${language#*:}
  passes "$nmt" train --data $name.tsv --source-language $code "${quick[@]}" --out $code
  says '80 to train on, 10 to validate with, 10 to test with'
  ! grep -q warning err || fail "$name is warned of" "$(<err)"
  passes "$nmt" attention --run $code --out $code.svg "$(head -n 1 $name)"
  [[ -s $code.svg ]] || fail "no picture of $name"
  refuses 1 "$name.tsv: the normaliser 'tutorial' leaves nothing of 100 of 100 French sentences (100.0 %), line 1: " \
    train --data $name.tsv "${quick[@]}" --out none
done
passes "$nmt" train --data chinese.tsv --source-language zh "${quick[@]}" --out zh-words
says '/chinese.tsv: Chinese is written without blanks between words'
passes "$nmt" train --data chinese.tsv --source-language zh "${quick[@]}" --subwords 60 --out zh
! grep -q 'warning' err || fail 'pieces of Chinese are warned of' "$(<err)"
says '80 to train on, 10 to validate with, 10 to test with'
passes "$nmt" translate --run zh '国王买水。'
passes "$nmt" attention --run zh --out zh.png '国王买水。'
passes "$nmt" vocab --data chinese.tsv --source-language zh
prints ' "chinese": {'
[[ ! -e none ]] || fail 'a refused corpus leaves a run'

refuses 2 "'source-language' is \"german\", it must be a language's code (BCP 47 or ISO 639), such as fr, de or zh-Hant; did you mean 'de' (German)?" \
  train --data german.tsv --source-language german --out none
refuses 2 "'builtin' is the built-in corpus, which is French and English (fr, en), but 'source-language' is de" \
  train --builtin --source-language de --out none
refuses 2 "'source-language' and 'target-language' are both en" train --data german.tsv --source-language en --out none

# ---- Columns, headers, files with a side each, gzip and standard input give the same run.
paste -d '\t' <(seq 100) german english >numbered.tsv
(printf 'id\tde\ten\n' && cat numbered.tsv) >named.tsv
(printf 'English\tGerman\n' && cat german.tsv) >headed.tsv
cp german side.de && cp english side.en
gzip -c german >packed.de.gz && gzip -c english >packed.en.gz && gzip -c german.tsv >german.tsv.gz
german=(--source-language de "${quick[@]}")
same_as_de() {
  local name=$1
  shift
  passes "$nmt" train "$@" "${german[@]}" --out "$name"
  for file in train.tsv valid.tsv test.tsv vocab.source.txt; do same de/$file "$name/$file"; done
}
same_as_de numbers --data numbered.tsv --columns 2,3
same_as_de names --data named.tsv --columns de,en
says 'named.tsv: a header, skipped: id\tde\ten'
same_as_de header --data headed.tsv
says 'headed.tsv: a header, skipped: English\tGerman'
same_as_de sides --data side.de,side.en
same_as_de prefix --data side
same_as_de packed-sides --data packed
same_as_de packed --data german.tsv.gz
same_as_de input --data - <german.tsv
same_as_de packed-input --data - < <(cat german.tsv.gz)
head -n 40 german.tsv | gzip -c >first.gz && tail -n +41 german >second.de && tail -n +41 english >second.en
same_as_de several --data 'first.gz;second'
says '40 pairs'
says '60 pairs'
same_as_de little-memory --data german.tsv --data-memory 1KB
refuses 1 "third': No such file" train --data 'first.gz;third' "${german[@]}" --out none
refuses 1 'is an input' train --data 'first.gz;several/train.tsv' "${german[@]}" --out several --overwrite
passes "$nmt" train --train de/train.tsv --valid side --test packed "${german[@]}" --out parts
lines parts/valid.tsv 100
passes "$nmt" score --run de 'first.gz;second'
lines out 100
passes "$nmt" vocab --data side --source-language de
passes "$nmt" evaluate --run de --test side
passes "$nmt" score --run de side
lines out 100
passes "$nmt" score --run de - <german.tsv
lines out 100
refuses 1 'numbered.tsv' train --data numbered.tsv --columns 2,9 "${german[@]}" --out none
refuses 2 "'columns' is \"2\", it must be two columns" train --data numbered.tsv --columns 2 "${german[@]}" --out none
refuses 1 'by the header column 1 is German and column 2 is English' \
  train --data <(printf 'German\tEnglish\n' && paste german english) "${german[@]}" --out none
head -n 99 english >short.en && cp german short.de
refuses 1 'its German side has 100 lines, its English side 99' train --data short "${german[@]}" --out none
head -c 100 german.tsv.gz >cut.gz
refuses 1 "cannot read 'cut.gz': the gzip data are cut off" vocab --data cut.gz
passes "$nmt" train --data <(paste english <(seq 100)) "${german[@]}" --out ids
says 'the German side looks like numbers, ids or references'
passes "$nmt" train --data <(for _ in {1..30}; do printf 'Yes.\tJa.\n'; done) "${german[@]}" --out alike
says 'warning: no pair is left to validate with: pairs that share a sentence stay together'

finish
