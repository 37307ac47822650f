#!/usr/bin/env bash
# Runs the searches of `weft-nmt translate`, `evaluate` and `score` as their users do, with tiny models, and checks what
# they print, write and refuse.
#
#   search_test.sh WEFT_NMT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
nmt=$tool

# holds MESSAGE PROGRAM FILE: awk finds no line for which the program exits with another status than 0.
holds() { awk -F '\t' "$2" "$3" || fail "$1:" "$(head -n 5 "$3")"; }

corpus=(--builtin --batch 16 --embedding 16 --units 24 --max-length 12 --epochs 3 --threads 2)
"$nmt" train "${corpus[@]}" --limit 600 --out a >out 2>err || fail 'training' "$(<err)"
"$nmt" train "${corpus[@]:1}" --preset small --train a/train.tsv --valid a/valid.tsv --test a/test.tsv --seed 2 --out b >out 2>err ||
  fail 'training' "$(<err)"
"$nmt" train "${corpus[@]}" --limit 300 --out other >out 2>err || fail 'training' "$(<err)"
cut -f 2 a/test.tsv >french
count=$(wc -l <french)

# ---- A beam of 1 is greedy search; scores do not change what is found.
passes "$nmt" translate --run a <french
cp out greedy
passes "$nmt" translate --run a --beam 1 --n-best 1 --length-penalty 0 <french
same <(cut -f 5 out) greedy
holds 'the number and the rank of a line' '$1 != NR || $2 != 1 || $3 != $4 || $4 > 0 { bad = 1 } END { exit bad }' out

# ---- Beams: n translations of each sentence, the best first, whatever the batch.
beam=(translate --run a --beam 5 --n-best 3 --length-penalty 0.8 --coverage-penalty 0.1)
passes "$nmt" "${beam[@]}" <french
lines out $((3 * count))
holds 'scores fall' '$2 > 1 && $3 > score { bad = 1 } { score = $3 } NF != 5 { bad = 1 } END { exit bad }' out
cp out beam
for batch in 1 3; do
  passes "$nmt" "${beam[@]}" --batch $batch <french
  same out beam
done
passes "$nmt" "${beam[@]}" --threads 1 <french
same out beam
passes "$nmt" "${beam[@]}" --program-memory 1kB <french
same out beam
refuses 2 '--program-memory' translate --run a --program-memory much bonjour
passes "$nmt" translate --run a --beam 5 --length-penalty 0.8 --coverage-penalty 0.1 <french
same out <(awk -F '\t' '$2 == 1 { print $5 }' beam)
for precision in bf16 int8; do
  passes "$nmt" translate --run a --beam 4 --precision $precision <french
  lines out "$count"
done
passes "$nmt" translate --run a --beam 2 --n-best 2 '' 'Je suis fatigué.'
[[ $(head -n 1 out) == $'1\t1\t0.000000\t0.000000\t' ]] || fail 'an empty sentence is not one empty line' "$(<out)"
lines out 3
# log P of a beam is the sum over all sentences; it is no worse than greedy search's.
sum() { awk -F '\t' '{ sum += $4 } END { print sum }' "$1"; }
"$nmt" translate --run a --n-best 1 <french >one 2>/dev/null
"$nmt" translate --run a --beam 10 --n-best 1 --length-penalty 0 <french >ten 2>/dev/null
awk -v one="$(sum one)" -v ten="$(sum ten)" 'BEGIN { exit !(ten > one) }' || fail 'a beam of 10 finds nothing better'

# ---- Lengths.
passes "$nmt" translate --run a --beam 3 --max-length 2 <french
holds 'at most two words' '{ if (split($0, words, " ") > 2) bad = 1 } END { exit bad }' out
passes "$nmt" translate --run a --max-length-ratio 0.1 <french
holds 'at most one word in ten' '{ if (split($0, words, " ") > 2) bad = 1 } END { exit bad }' out

# ---- Samples: of a seed and the sentence's number; of the best word alone they are greedy.
sample=(translate --run a --sample --seed 7)
passes "$nmt" "${sample[@]}" --n-best 4 <french
lines out $((4 * count))
cp out samples
passes "$nmt" "${sample[@]}" --n-best 4 --batch 2 --threads 1 <french
same out samples
passes "$nmt" "${sample[@]}" <french
same out <(awk -F '\t' '$2 == 1 { print $5 }' samples)
passes "$nmt" translate --run a --sample --seed 8 --n-best 4 <french
! cmp -s out samples || fail 'another seed draws the same'
passes "$nmt" translate --run a --sample --top-k 1 <french
same out greedy
passes "$nmt" translate --run a --sample --temperature 0.001 <french
same out greedy

# ---- Alignments and unknown words.
passes "$nmt" translate --run a --alignments aligned <french
same out greedy
lines aligned "$count"
paste greedy aligned >both
holds 'a link for each word' '{ if (split($1, w, " ") != split($2, l, " ")) bad = 1 } END { exit bad }' both
! grep -aqvE '^([0-9]+-[0-9]+( [0-9]+-[0-9]+)*)?$' aligned || fail 'no Pharaoh format' "$(<aligned)"
passes "$nmt" translate --run a --replace-unknown --sample --temperature 50 --n-best 20 <french
! grep -aq '<unk>' out || fail '--replace-unknown leaves <unk>'
passes "$nmt" translate --run a --sample --temperature 50 --n-best 20 <french
grep -aq '<unk>' out || fail 'there was no <unk> to replace'

# ---- Ensembles.
passes "$nmt" translate --run a --run b --beam 3 <french
cp out together
passes "$nmt" translate --run b --run a --beam 3 <french
same out together
passes "$nmt" translate --run a --run a --beam 3 --n-best 1 <french
cp out twice
passes "$nmt" translate --run a --beam 3 --n-best 1 <french
same <(cut -f 5 out) <(cut -f 5 twice)
refuses 1 "'a' and 'other' cannot translate together: their source vocabularies differ (" translate --run a --run other Bonjour
refuses 1 "there is no run directory 'nowhere'" translate --run a --run nowhere Bonjour

# ---- Scores of given translations: what the search said of what it found; the mean is evaluate's loss.
paste greedy french | awk -F '\t' '$1 != ""' >found.tsv
passes "$nmt" score --run a found.tsv
lines out "$(wc -l <found.tsv)"
paste <(cut -f 1 out) <(awk -F '\t' '$5 != "" { print $4 }' one) >both
holds 'the scores are those of the search' '$1 - $2 > 1e-6 || $2 - $1 > 1e-6 { bad = 1 } END { exit bad }' both
holds 'the tokens make the whole' \
  '{ n = split($3, t, " "); s = 0; for (i = 2; i <= n; i += 2) s += t[i]; d = s - $1; if (d * d > 1e-8) bad = 1
     if (t[n - 1] != "<end>") bad = 1 } END { exit bad }' out
passes "$nmt" evaluate --run a --json
loss=$(grep -ao '"loss": [0-9.]*' out | cut -d ' ' -f 2)
passes "$nmt" score --run a a/test.tsv
says 'log probability -'
awk -v loss="$loss" -v said="$(grep -ao 'probability -[0-9.]*' err | cut -c 14-)" \
  'BEGIN { d = loss - said; exit !(d < 2e-4 && d > -2e-4) }' || fail "the loss is $loss, and score says:" "$(<err)"
passes "$nmt" score --run a --run b a/test.tsv
lines out "$count"

# ---- Measuring: with the beam, by length, with an interval, and against all references.
passes "$nmt" evaluate --run a --beam 3 --bootstrap 200 --by-length
prints 'beam 3, length penalty 1'
prints 'with 95 %, by 200 samples of bootstrap'
prints 'source words'
cp out measured
passes "$nmt" evaluate --run a --beam 3 --length-penalty 1 --bootstrap 200 --by-length
same <(grep -v ^speed out) <(grep -v ^speed measured)
passes "$nmt" evaluate --run a --run b --beam 2 --json --by-length
prints '"ensemble": ['
prints '"by_length": ['
[[ $(grep -ao '"sentences": [0-9]*' out | awk '{ sum += $2 } END { print sum }') -ge $count ]] ||
  fail 'the table by length leaves out sentences' "$(<out)"
# Two pairs share a sentence, and the translation is one of its references alone.
read -r translation < <("$nmt" translate --run a 'Je suis fatigué.' 2>/dev/null)
printf '%s\tJe suis fatigué.\nzzz yyy\tJe suis fatigué.\nxxx\tTu dors.\n' "$translation" >shared.tsv
passes "$nmt" evaluate --run a --test shared.tsv
prints 'of 2 different sentences'
prints 'nrefs:var|'
prints 'exact matches   33.3 %'
prints 'exact matches   50.0 %'

# ---- Wrong usage.
refuses 2 '--beam' translate --run a --beam 0 Bonjour
refuses 2 '--beam' translate --run a --beam 1000 Bonjour
refuses 2 '--n-best 3 needs a beam as wide: --beam 3' translate --run a --n-best 3 Bonjour
refuses 2 'choose one' translate --run a --sample --beam 2 Bonjour
refuses 2 '--temperature is 0, it must be a positive number' translate --run a --sample --temperature 0 Bonjour
refuses 2 '--temperature is nan' translate --run a --sample --temperature nan Bonjour
refuses 2 '--sample' translate --run a --temperature 2 Bonjour
refuses 2 '--length-penalty is -1, it must be 0 or a positive number' translate --run a --length-penalty -1 Bonjour
refuses 2 '--coverage-penalty is inf' translate --run a --coverage-penalty inf Bonjour
refuses 2 '--max-length-ratio' translate --run a --max-length-ratio x Bonjour
refuses 2 'PAIRS' score --run a
refuses 2 '--bootstrap' evaluate --run a --bootstrap -1
refuses 1 "missing.tsv': No such file" score --run a missing.tsv
: >empty.tsv
refuses 1 'is empty' score --run a empty.tsv
refuses 1 'no pair (lines: 1,' score --run a <(printf 'no tab\n')
"$nmt" translate --run a --alignments nowhere/aligned Bonjour >out 2>err && fail 'alignments to nowhere pass'
says 'nowhere/aligned'

finish
