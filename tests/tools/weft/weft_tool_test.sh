#!/usr/bin/env bash
# Runs the tool `weft` as its users do and checks what it prints, writes and refuses.
#
#   weft_tool_test.sh WEFT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
weft=$tool

model=(dump --model nmt --preset small --rows 3 --source-length 4 --target-length 5
  --source-vocabulary 23 --target-vocabulary 19 --embedding 6 --units 8)

# ---- dump within a memory budget: what it costs is said, the same is computed; what cannot be met is refused.
passes "$weft" "${model[@]}" --graph training --memory-budget 14kB --format json -o small.json
grep -qE 'weft: [0-9.]+ KiB of working memory with .* saved by [1-9][0-9]* nodes more' err || fail "no cost:" "$(<err)"
passes "$weft" "${model[@]}" --graph training --format json -o plain.json
passes "$weft" run plain.json --random-inputs 3 --outputs plain.safetensors
passes "$weft" run small.json --random-inputs 3 --outputs small.safetensors --check-memory
same plain.safetensors small.safetensors
refuses 1 "the memory budget of 1000 bytes cannot be met" "${model[@]}" --graph training --memory-budget 1kB
refuses 2 "--memory-budget" "${model[@]}" --memory-budget much

# ---- dump: every graph, before and after compiling, is the same read back from JSON and from text.
for graph in forward loss training encoder decoder; do
  for stage in before after; do
    passes "$weft" "${model[@]}" --graph $graph --stage $stage --format json -o $graph.json
    passes "$weft" "${model[@]}" --graph $graph --stage $stage -o $graph.weft
    passes "$weft" dump $graph.json -o from_json.weft
    passes "$weft" dump --file $graph.weft --format json -o from_text.json
    same $graph.weft from_json.weft
    same $graph.json from_text.json
  done
  same <("$weft" "${model[@]}" --graph $graph --stage before) <("$weft" "${model[@]}" --graph $graph)
done
same <("$weft" "${model[@]}" --after compilation) <("$weft" "${model[@]}" --stage after)
same <("$weft" "${model[@]}" --after 10) <("$weft" "${model[@]}" --stop-after cse)
cmp -s <("$weft" "${model[@]}" --after dce) <("$weft" "${model[@]}" --after compilation) &&
  fail "compilation does nothing after its first pass"
cmp -s <("$weft" "${model[@]}" --variant masked) <("$weft" "${model[@]}" --variant tutorial) &&
  fail "the variants are one graph"
passes "$weft" "${model[@]}" --graph encoder --format dot
prints 'digraph'
passes "$weft" "${model[@]}" --graph encoder --after compilation --summary
prints 'parameters  18 ('
prints 'gru_gates'

# ---- run: both backends agree on a whole training step, its outputs and the weights after it.
passes "$weft" "${model[@]}" --graph training --format json -o training.json
passes "$weft" run training.json --random-inputs 7 --save-inputs in.safetensors --outputs out.safetensors \
  --save-weights after.safetensors
prints 'loss'
passes "$weft" run training.json --inputs in.safetensors --backend reference --expect out.safetensors \
  --tolerance 1e-5 --save-weights after_reference.safetensors
passes "$weft" run training.json --random-inputs 7 --save-inputs in_again.safetensors --outputs out_again.safetensors
same in.safetensors in_again.safetensors
same out.safetensors out_again.safetensors
# The weights come back: the same step from the trained weights has another loss.
"$weft" run training.json --inputs in.safetensors --weights after.safetensors --expect out.safetensors >out 2>err &&
  fail "a training step leaves the loss as it is"
grep -qF '"loss" differs' err || fail "the difference is not named:" "$(<err)"
"$weft" run training.json --inputs in.safetensors --seed 2 --expect out.safetensors >out 2>err &&
  fail "another seed makes the same weights"

# ---- A step replays to the bit, its weights too; a change of one bit is noticed.
passes "$weft" run training.json --inputs in.safetensors --expect out.safetensors \
  --expect-weights after.safetensors --tolerance 0
refuses_bits() {
  "$weft" run training.json --inputs in.safetensors --tolerance 0 "$@" >out 2>err && fail "other bits pass: $*"
  grep -qF 'has other bits' err || fail "other bits are not named: $*" "$(<err)"
}
refuses_bits --disable-pass cse --disable-pass batch-over-time --expect-weights after.safetensors
refuses_bits --backend reference --expect-weights after.safetensors
refuses 2 '--tolerance' run training.json --inputs in.safetensors --tolerance 0
passes "$weft" run training.json --inputs in.safetensors --check-memory --check-numerics --expect out.safetensors --tolerance 0

# ---- profile: a table by kind and by node, JSON, and a timeline.
passes "$weft" profile training.json --runs 3 --top 2 --trace trace.json
for word in 'kind ' 'node ' 'GFLOP/s' 'roofline' '... and'; do prints "$word"; done
head -c 50 trace.json | grep -qF '{"displayTimeUnit": "ms", "traceEvents": [' || fail 'the trace does not begin as one'
[[ $(grep -c '"cat":"run","ph":"X"' trace.json) == 3 ]] || fail 'the trace does not have three runs'
passes "$weft" profile "${model[@]:1}" --runs 2 --json
prints '"roofline_share"'
passes "$weft" profile training.json --runs 3 --overhead
prints 'with --check-numerics'
refuses 1 'no-folder' profile training.json --runs 1 --trace no-folder/trace.json
refuses 1 'missing' profile missing
refuses 2 'either a graph file or --model' profile
refuses 2 '--runs' profile training.json --runs 0

# ---- compare: backends and pipelines agree on a training step; rounded weights part from full ones, and are named.
passes "$weft" compare training.json --inputs in.safetensors --weights after.safetensors
prints 'they agree'
passes "$weft" compare training.json --inputs in.safetensors --backend reference --against onednn
passes "$weft" compare training.json --inputs in.safetensors --disable-pass factor-sums --against onednn --json
prints '"first": null'
passes "$weft" dump --model nmt --preset small --graph forward --rows 3 --format json -o forward_only.json
"$weft" compare forward_only.json --random-inputs 1 --precision bf16 --against onednn >out 2>err &&
  fail "rounded weights are as good as full ones"
prints 'the first that parts is'
grep -qF 'weft: onednn and onednn part at' err || fail "where they part is not said:" "$(<err)"
passes "$weft" compare forward_only.json --random-inputs 1 --precision bf16 --against onednn --tolerance 0.05
refuses 1 'give them with --inputs' compare training.json
refuses 1 'missing' compare missing --random-inputs 1
refuses 2 '--against' compare training.json --random-inputs 1 --against nothing

# ---- reduce: a failing graph shrinks to the node that fails, whole after every step; the check's own failures are told.
cat >planted.weft <<'GRAPH'
graph "planted" {
  %x = input() : f32[4,6]
  %w = parameter() {initializer = "ones", initializer_arguments = numbers[]} : f32[6,8]
  %a = matmul(%x, %w) {transpose_a = false, transpose_b = false} : f32[4,8]
  %b = tanh(%a) : f32[4,8]
  %bad = log(%b) : f32[4,8]
  %d = exp(%bad) : f32[4,8]
  %e = add(%d, %a) : f32[4,8]
  output "e" = %e
  output "b" = %b
}
GRAPH
passes "$weft" reduce planted.weft -o small.weft \
  --check "\"$weft\" run {} --random-inputs 1 --low -1 --check-numerics 2>&1 | grep -q \"log 'bad' is the first\""
grep -qF 'from 5 nodes to 1 with' err || fail "the reduction does not say what it did:" "$(<err)"
[[ $(grep -c ' = log(' small.weft) == 1 && $(wc -l <small.weft) -le 6 ]] || fail 'it is not small:' "$(<small.weft)"
"$weft" run small.weft --random-inputs 1 --check-numerics >out 2>err && fail 'the small graph does not fail any more'
passes "$weft" reduce planted.weft --check "grep -q tanh"
prints 'tanh'
passes "$weft" reduce planted.weft -o small.json --check "grep -q '\"op\": \"tanh\"'"
passes "$weft" dump small.json
refuses_after() {
  local text=$1
  shift
  "$weft" reduce "$@" >out 2>err && fail "weft reduce $*: status 0"
  grep -qF -- "$text" err || fail "weft reduce $*: the message does not have '$text':" "$(<err)"
}
refuses_after 'the check does not hold' planted.weft --check false
refuses_after 'within 1 seconds' planted.weft --timeout 1 --check 'sleep 60 #'
refuses_after 'missing' missing --check true
refuses_after 'no-folder' planted.weft --check 'grep -q tanh' -o no-folder/small.weft
refuses 2 '--check' reduce planted.weft
[[ -z $(ls -d "${TMPDIR:-/tmp}"/weft-reduce-* 2>/dev/null) ]] || fail 'reducing leaves folders behind'

cat >classify.weft <<'GRAPH'
graph "classify" {
  %x = input() : f32[2,3]
  %kernel = parameter() {initializer = "glorot_uniform", initializer_arguments = numbers[]} : f32[3,4]
  %product = matmul(%x, %kernel) {transpose_a = false, transpose_b = false} : f32[2,4]
  %y = tanh(%product) : f32[2,4]
  output "y" = %y
}
GRAPH
passes "$weft" run classify.weft --random-inputs 1 --save-inputs x.safetensors --check-numerics
prints 'f32[2,4]'
refuses 1 '"x" f32[2,3] is missing' run classify.weft --inputs in.safetensors
refuses 1 '"source" is no input of the graph' run classify.weft --inputs in.safetensors
sed 's/\[2,3\]/[5,3]/; s/f32\[2,4\]/f32[5,4]/' classify.weft >taller.weft
refuses 1 '"x" is f32[5,3], the file has f32[2,3]' run taller.weft --inputs x.safetensors
refuses 1 '"kernel" f32[3,4] is missing' run classify.weft --inputs x.safetensors --weights in.safetensors
refuses 1 'give them with --inputs' run classify.weft
refuses 1 'classify.weft' run classify.weft --inputs classify.weft
refuses 1 'no-folder' run classify.weft --random-inputs 1 --save-inputs no-folder/x.safetensors

# ---- check-gradients: right gradients pass, wrong ones and those that are no numbers are found.
passes "$weft" check-gradients --op tanh
prints 'ok'
passes "$weft" check-gradients --all
prints ', 0 failed'
prints 'no gradient, because'
passes "$weft" check-gradients - <classify.weft
passes "$weft" check-passes - <classify.weft
passes "$weft" run - --random-inputs 1 <classify.weft
passes "$weft" check-gradients classify.weft
prints 'kernel'
# Below 0 the logarithm and its differences are no numbers.
cat >log.weft <<'GRAPH'
graph "log" {
  %x = input() : f32[7]
  %y = log(%x) : f32[7]
  output "y" = %y
}
GRAPH
passes "$weft" check-gradients log.weft --low 0.5
finds() {
  local status=0
  "$weft" "$@" >out 2>err || status=$?
  [[ $status == 1 ]] || fail "weft $*: status $status, not 1"
  grep -qF FAILED out || fail "weft $*: no line says FAILED:" "$(<out)"
  grep -qF 'weft: 1 of 1 gradients differ' err || fail "weft $*:" "$(<err)"
}
finds check-gradients log.weft
# Steps as wide as the numbers themselves make differences that no gradient equals.
finds check-gradients log.weft --low 1 --high 2 --step 0.5
refuses 1 "did you mean 'tanh'" check-gradients --op tanhh
refuses 1 "log 'y' is the first node that makes a NaN" run log.weft --random-inputs 1 --check-numerics
grep -qF "operand  'x' f32[7], an input: -0.9" err || fail "the operand's range is not told:" "$(<err)"

# ---- check-passes, and compiling with the check; passes that are left out by name.
passes "$weft" check-passes --op gru_cell --op matmul
prints ', 0 failed'
passes "$weft" check-passes training.json
prints '1 graph, 0 failed'
passes "$weft" check-passes log.weft --low 0.5
"$weft" check-passes log.weft --low -2 --high -1 >out 2>err && fail "passes are checked on no finite number"
prints 'FAILED: log: the passes cannot be checked'
passes "$weft" run training.json --random-inputs 7 --check-passes --expect out.safetensors
same <("$weft" dump training.json --after compilation --check-passes) <("$weft" dump training.json --after compilation)
passes "$weft" run training.json --inputs in.safetensors --disable-pass cse --disable-pass batch-over-time \
  --expect out.safetensors --tolerance 1e-5
cmp -s <("$weft" dump training.json --stage after --disable-pass cse) <("$weft" dump training.json --stage after) &&
  fail "--disable-pass cse changes nothing"
refuses 1 'there is no pass' run training.json --random-inputs 7 --disable-pass nothing
refuses 1 'cannot be left out' run training.json --random-inputs 7 --disable-pass decompose

# ---- ops and passes
passes "$weft" ops
prints 'masked_cross_entropy'
passes "$weft" ops matmul
prints 'transpose_a'
passes "$weft" passes
prints 'batch-over-time'
passes "$weft" passes --effect
prints '(all passes)'
prints 'factor-sums'
passes "$weft" passes --effect --json
prints '"without": "batch-over-time"'
passes "$weft" passes --effect training.json --time 1
prints 'batch-over-time'
passes "$weft" passes --effect --model mlp-small
prints 'fuse-elementwise'
prints 'find nothing to do: batch-over-time'
refuses 2 '--effect' passes --time 3
refuses 2 '--effect' passes training.json
passes "$weft" info --model lstm
prints '9 (4.3 M elements, 16.3 MiB)'
refuses 2 'need --model nmt' info --model lstm --rows 3
refuses 1 "did you mean 'tanh'" ops tanhh

# ---- bench-compile: every stage of every family, as table and as JSON.
passes "$weft" bench-compile --nodes 200,400 --backend reference
for word in translator gru deep wide differentiate verify batch-over-time plan prepare us/node; do prints "$word"; done
passes "$weft" bench-compile --nodes 200 --family gru,wide --backend reference --json
prints '"microseconds_per_node"'
refuses 2 '--nodes' bench-compile --nodes 1
refuses 2 '--family' bench-compile --family none

# ---- bad graphs are refused with the reason and the place.
: >empty
printf '\x00\xff\x7fgarbage\x00' >binary
head -c 2000 training.json >cut.json
mkdir a_folder
cat >cycle.weft <<'GRAPH'
graph "cycle" {
  %a = exp(%b) : f32[2]
  %b = log(%a) : f32[2]
  output "b" = %b
}
GRAPH
cat >cycle.json <<'GRAPH'
{"format": "weft-graph", "version": 1, "name": "cycle",
 "nodes": [
  {"name": "a", "op": "exp", "scope": "", "operands": ["b"], "attributes": {},
   "results": [{"dtype": "f32", "shape": [2]}]},
  {"name": "b", "op": "log", "scope": "", "operands": ["a"], "attributes": {},
   "results": [{"dtype": "f32", "shape": [2]}]}],
 "outputs": [{"name": "b", "value": "b"}],
 "updates": []}
GRAPH
sed 's/f32\[3,4\]/f32[5,4]/' classify.weft >mismatch.weft
sed 's/f32\[2,3\]/f32[1099511627776,1099511627776]/' classify.weft >overflow.weft
sed 's/tanh/tanhh/' classify.weft >unknown.weft
for bad in empty binary cut.json a_folder missing cycle.weft cycle.json mismatch.weft overflow.weft unknown.weft; do
  refuses 1 "$bad" dump $bad
  refuses 1 "$bad" run $bad --random-inputs 1
  refuses 1 "$bad" check-gradients $bad
done
refuses 1 "exp 'a'" dump cycle.json
refuses 1 "no node 'b' stands above" dump cycle.weft
refuses 1 'more than 1099511627776 elements' dump overflow.weft
refuses 1 "did you mean 'tanh'" dump unknown.weft
refuses 1 'inner' dump mismatch.weft
cat >huge.weft <<'GRAPH'
graph "huge" {
  %x = input() : f32[1000000,1000000]
  output "y" = %x
}
GRAPH
passes "$weft" dump huge.weft --summary
refuses 1 '"x" f32[1000000,1000000]' run huge.weft --random-inputs 1
refuses 1 '"x" f32[1000000,1000000]' check-gradients huge.weft
passes "$weft" dump --model nmt --rows 1000000 --summary

# ---- a file that cannot be written is an error, and the one before it stays.
echo before >kept
refuses 1 'missing' dump missing -o kept
[[ $(<kept) == before ]] || fail "a failed dump changed its output file"
refuses 1 'a_folder' dump classify.weft -o a_folder
if [[ -w /dev/full ]]; then
  status=0
  "$weft" passes >/dev/full 2>err || status=$?
  [[ $status == 1 ]] && grep -qF 'standard output' err || fail "a full disk is not noticed: status $status" "$(<err)"
fi

# ---- wrong usage
refuses 2 "did you mean 'dump'" dumpp
refuses 2 'command' --
refuses 2 '--model' dump
refuses 2 'graph' run
refuses 2 '--all' check-gradients
refuses 2 '--all' check-passes
refuses 2 '--format' dump classify.weft --format xml
refuses 2 '--preset' dump classify.weft --preset small
refuses 2 '--rows' dump --model nmt --rows 0
refuses 2 '--source-length' dump --model nmt --source-length 1000000000
refuses 2 '--low' run classify.weft --random-inputs 1 --low 2 --high 1
refuses 2 '--inputs' run classify.weft --random-inputs 1 --inputs x.safetensors
refuses 1 'there is no pass' dump classify.weft --after nothing
refuses 1 'passes 1 to' dump classify.weft --after 99
for command in '' dump run profile compare reduce check-gradients check-passes ops passes; do
  passes "$weft" $command --help
  prints 'Examples:'
done

finish
