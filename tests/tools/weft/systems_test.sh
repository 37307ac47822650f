#!/usr/bin/env bash
# Dumps the graphs of the translator's systems, by the options of `weft dump --model nmt`, and looks at what each option
# puts into the graph. Each graph is the same read back, and it is run with its memory plan proven.
#
#   systems_test.sh WEFT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
weft=$tool

nmt=(--model nmt --preset small --rows 2 --source-length 4 --target-length 3
  --source-vocabulary 11 --target-vocabulary 9 --embedding 5 --units 6)

# dumps GRAPH OPTION...: writes graph.weft, as declared.
dumps() {
  passes "$weft" dump "${nmt[@]}" --graph "$@" -o graph.weft
  passes "$weft" dump "${nmt[@]}" --graph "$@" --format json -o graph.json
  same graph.weft <("$weft" dump graph.json)
  passes "$weft" run graph.json --random-inputs 1 --check-memory
}
# has TEXT, lacks TEXT: the last graph does so. count TEXT: in how many lines.
has() { grep -qF -- "$1" graph.weft || fail "the graph has no '$1'"; }
lacks() { ! grep -qF -- "$1" graph.weft || fail "the graph has '$1'"; }
count() { grep -cF -- "$1" graph.weft || true; }

# ---- Attention: its parameters, and what a step of the decoder is given of the source.
dumps training
has '%attention/w1 = parameter()'
has '%decoder_gru/kernel = parameter()'
dumps decoder --attention dot
lacks '%attention/'
has '%values = input()'
dumps decoder --attention general
has '%keys = input() : f32[2,4,6]'
has 'attention_weights'
dumps decoder --attention location --attention-positions 3
has ': f32[3,6]'
dumps decoder --attention none
has '%context = input() : f32[2,6]'
lacks 'attention_weights'
dumps training --attention hard --monte-carlo-samples 3
has 'random_uniform('
has 'shape = [2, 6, 4]'  # of steps, three samples of two rows, positions
has '%sampling/baseline = state()'
dumps decoder --attention hard
lacks 'random_uniform('

# ---- Cells, layers, directions, self-attention, tied embeddings.
dumps training --cell lstm
has 'lstm_cell('
has '%decoder_lstm/kernel = parameter()'
lacks 'gru_cell('
dumps decoder --layers 3
has '%state/layer2 = input()'
lacks '%state/layer3'
dumps training --layers 2 --bidirectional --attention general
has '%encoder_gru/layer1/backward/kernel = parameter()'
has '%bridge/layer1/h_kernel = parameter()'
dumps training --cell lstm --self-attention
has '%encoder_lstm/memory/w1 = parameter()'
dumps training --tied-embeddings
has '%output/projection = parameter()'
lacks '%output/kernel'

# ---- What training alone has: dropout, and the gradients of several batches.
dumps training --dropout 0.25 --layers 2
has '%dropout/step = state()'
for place in encoder/embedding decoder/embedding encoder/layer1 decoder/layer1 context output decoder/1/recurrent; do
  has "stream = \"$place"
done
has 'rate = 0.25'
dumps training --dropout 0.25
lacks 'stream = "decoder/layer1'
for graph in forward loss encoder decoder; do
  dumps $graph --dropout 0.25
  lacks 'dropout('
done
dumps training
lacks '%accumulated/'
updates=$(count '= adam(')
[[ $updates -gt 10 ]] || fail "the training graph has $updates updates"
dumps training --accumulate 4
has '%accumulated/weight = state()'
has '%accumulated/output/kernel = state()'
lacks 'adam('
lacks '%learning_rate'
dumps update --accumulate 4
[[ $(count '= adam(') == "$updates" ]] || fail "the update's graph has other updates than the training graph"
has '%learning_rate = input()'
lacks '%source = input()'
lacks 'all_reduce('
dumps update --accumulate 4 --after data-parallel --processes 2
has '%data_parallel/all_reduce:0'
lacks 'div(%accumulated/'
dumps training --accumulate 4 --after data-parallel --processes 2
lacks 'all_reduce('
# The page has the memory as well, of kernels of four processes.
passes "$weft" view --model nmt --graph update --accumulate 4 --processes 4 -o update.html
grep -q reduce_scatter update.html || fail 'the page of four processes has no reduce_scatter'

# ---- What makes no sense.
refuses 2 "'attention' is" dump "${nmt[@]}" --attention soft
refuses 2 "'cell' is" dump "${nmt[@]}" --cell rnn
refuses 2 "'layers' is" dump "${nmt[@]}" --layers 0
refuses 2 "'layers' is" dump "${nmt[@]}" --layers 17
refuses 2 "'attention-positions' is" dump "${nmt[@]}" --attention-positions 0
refuses 2 "'monte-carlo-samples' is" dump "${nmt[@]}" --attention hard --monte-carlo-samples 0
refuses 2 '--dropout' dump "${nmt[@]}" --dropout -0.5
refuses 2 "'accumulate' is" dump "${nmt[@]}" --accumulate 0
refuses 1 '--dropout is 1: a number below 1 is needed' dump "${nmt[@]}" --dropout 1
refuses 1 'give --accumulate, more than 1' dump "${nmt[@]}" --graph update
refuses 1 "'self-attention' is over the memory cells of an LSTM" dump "${nmt[@]}" --self-attention
refuses 1 "'attention' dot needs values as wide" dump "${nmt[@]}" --attention dot --bidirectional
refuses 1 "only 'attention' hard draws samples" dump "${nmt[@]}" --monte-carlo-samples 3
refuses 1 "'variant' tutorial is the tutorial's model" dump "${nmt[@]}" --variant tutorial --cell lstm
for option in '--attention dot' '--cell lstm' '--layers 2' --bidirectional --self-attention --tied-embeddings '--dropout 0.5' \
  '--accumulate 2'; do
  # shellcheck disable=SC2086  # some are two words
  refuses 2 "${option%% *}" dump $option graph.json
done

finish
