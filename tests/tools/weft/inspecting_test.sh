#!/usr/bin/env bash
# Runs the commands of `weft` that look into a graph and its compiling (opt, info, lint, explain) as their users do.
#
#   inspecting_test.sh WEFT
set -euo pipefail
source "$(dirname "$0")/../helpers.sh"
weft=$tool

nmt=(--model nmt --preset small --rows 3 --source-length 4 --target-length 5
  --source-vocabulary 23 --target-vocabulary 19 --embedding 6 --units 8)
"$weft" dump "${nmt[@]}" --format json -o training.json

# finds ARGUMENT...: weft exits with 1, having printed what it found.
finds() {
  local status=0
  "$weft" "$@" >out 2>err || status=$?
  [[ $status == 1 ]] || fail "weft $*: status $status, not 1"
}

# ---- opt: the pipeline, parts of it, and lists of one's own; text, JSON and standard input give the same.
same <("$weft" opt training.json) <("$weft" dump training.json --after compilation)
same <("$weft" opt training.json --stop-after cse) <("$weft" dump training.json --after cse)
same <("$weft" opt training.json --stop-after 3) <("$weft" dump training.json --after 3)
same <("$weft" opt training.json --passes compilation) <("$weft" opt training.json)
same <("$weft" opt "${nmt[@]}") <("$weft" dump "${nmt[@]}" --stage after)
same <("$weft" opt training.json --passes '') <("$weft" dump training.json)
same <("$weft" dump training.json | "$weft" opt - --passes simplify,dce --format json) \
  <("$weft" opt training.json --passes simplify --passes dce --format json)
same <("$weft" opt training.json --disable-pass cse) <("$weft" dump training.json --stage after --disable-pass cse)
cmp -s <("$weft" opt training.json --passes cse,simplify) <("$weft" opt training.json --passes simplify,cse) &&
  fail "the order of --passes changes nothing"
passes "$weft" opt training.json --passes compilation,rematerialise --memory-budget 14000 --check-passes
cmp -s out <("$weft" opt training.json) && fail "--memory-budget changes nothing"

pass_count=$("$weft" passes | grep -c '^ *[0-9]')

# What is printed after a pass is the graph after that pass, on standard error or in files, and standard output has the
# end alone.
passes "$weft" opt training.json --print-after 10 -o end.weft
[[ ! -s out ]] || fail "opt -o prints to standard output"
same <(tail -n +2 err) <("$weft" dump training.json --after cse)
grep -q '^# after pass 10, cse: ' err || fail "no line tells which pass it was:" "$(head -1 err)"
passes "$weft" opt training.json --print-before all --print-after all --print-dir steps -o end.weft
[[ $(ls steps | wc -l) == $((2 * pass_count)) ]] || fail "not two files a pass:" "$(ls steps)"
same steps/${pass_count}_rematerialise_after.weft end.weft
same steps/01_dce_before.weft <("$weft" dump training.json)
same steps/08_simplify_after.weft steps/09_constant-fold_before.weft
passes "$weft" opt training.json --print-changed --print-dir changed --format json -o end.json
same changed/${pass_count}_rematerialise_after.json end.json
for file in changed/*.json; do
  number=${file#changed/}
  cmp -s "$file" <("$weft" dump "steps/${number%_after.json}_before.weft" --format json) &&
    fail "--print-changed prints $file, where nothing changed"
done
passes "$weft" opt training.json --time-passes -o end.weft
grep -q "^$pass_count passes, " err || fail "--time-passes:" "$(<err)"
refuses 1 "did you mean 'cse'" opt training.json --passes dce,csee
refuses 1 "there is no pass 'nothing-like-it'; the passes are" opt training.json --print-after nothing-like-it
refuses 1 'the pass cse does not run here' opt training.json --passes dce --stop-after cse
refuses 1 "passes 1 to $pass_count" opt training.json --stop-after $((pass_count + 1))
refuses 1 'training.json' opt training.json --print-after cse --print-dir training.json/steps
refuses 2 'graph file' opt
printf 'graph' >cut.weft
refuses 1 '/dev/stdin' opt - <cut.weft

# ---- info: sums agree with each other and with what is known of the model.
passes "$weft" info "${nmt[@]}"
prints 'parameters  18 ('
for word in 'encoder' 'step*' 'x 4' 'gradient' 'at the peak' 'matmul'; do prints "$word"; done
passes "$weft" info training.json --depth 0
! grep -qF 'step*' out || fail "--depth 0 tells scopes apart"
passes "$weft" info training.json --stage after --json
python=$(command -v python3 || true)
[[ -z $python ]] || "$python" - out <<'PYTHON' || fail "info --json does not add up"
import json, sys
info = json.load(open(sys.argv[1]))
top = [scope for scope in info["scopes"] if "/" not in scope["scope"]]
ops = info["ops"]
assert sum(op["nodes"] for op in ops) == info["nodes"]
assert abs(sum(op["flops"] for op in ops) - info["flops"]) < 1e-6 * info["flops"]
assert sum(op["peak_bytes"] for op in ops) == info["arena"]["lower_bound_bytes"] == info["peak_bytes"]
assert info["arena"]["lower_bound_bytes"] <= info["arena"]["bytes"] <= info["arena"]["naive_bytes"]
assert info["parameters"]["count"] == 18 and info["states"]["count"] == 37
assert [scope["copies"] for scope in info["scopes"] if scope["scope"] == "encoder/step*"] == [4]
assert all(scope["nodes"] <= info["nodes"] for scope in top)
PYTHON
refuses 2 '--depth' info training.json --depth 99

# ---- lint: the rules' cases are in lint_test.sh. The translator's graphs share one list of parameters and one function
# for the decoder, of which each uses a part; beside that there is nothing to find.
for graph in forward loss training encoder decoder; do
  passes "$weft" lint "${nmt[@]}" --graph $graph --disable dead-parameter,dead-node
  [[ ! -s out ]] || fail "lint prints although it finds nothing:" "$(<out)"
done
cat >wrong.weft <<'GRAPH'
graph "wrong" {
  %x = input() : f32[5,1]
  %y = input() : f32[5]
  %step0/z = sub(%x, %y) : f32[5,5]
  %step1/z = mul(%x, %y) : f32[5,5]
  %step2/z = mul(%x, %y) : f32[5,5]
  output "0" = %step0/z
  output "1" = %step1/z
  output "2" = %step2/z
}
GRAPH
finds lint wrong.weft
prints 'outer-broadcast: sub "step0/z": "x" [5,1] and "y" [5]'
prints '... and 1 more in "step*"'
grep -qF 'weft: graph "wrong": 3 findings' err || fail "lint:" "$(<err)"
finds lint wrong.weft --every
[[ $(wc -l <out) == 3 ]] || fail "lint --every:" "$(<out)"
finds lint wrong.weft --json
prints '"rule": "outer-broadcast"'
passes "$weft" lint wrong.weft --disable outer-broadcast
finds lint "${nmt[@]}" --graph encoder
[[ $(wc -l <out) == 11 && $(grep -c '^dead-parameter: ' out) == 11 ]] || fail "the encoder's dead parameters:" "$(<out)"
prints 'parameter "output/kernel"'
refuses 1 "did you mean 'outer-broadcast'" lint wrong.weft --disable outer-broadcas

# ---- explain: a table, JSON, pictures and a page.
passes "$weft" explain training.json
for word in '(as declared)' 'batch-over-time' products arena; do prints "$word"; done
! grep -qF 'median ms' out || fail "explain times what it was not asked to"
passes "$weft" explain training.json --reasons
grep -qE "fuse-elementwise: '.*' is not fused with '.*': " out || fail "no reason why nodes are not fused:" "$(head -3 out)"
passes "$weft" explain training.json --time 1
prints 'median ms'
same <("$weft" explain training.json --json) <("$weft" dump training.json | "$weft" explain - --json)
passes "$weft" explain training.json --pictures pictures -o page.html
[[ -s pictures/17_batch-over-time.svg && ! -e pictures/19_layout.svg ]] ||
  fail "not a picture for each pass that changes anything:" "$(ls pictures)"
if [[ $python ]]; then
  "$python" -c 'import sys, xml.dom.minidom as xml; [xml.parse(file) for file in sys.argv[1:]]' pictures/*.svg ||
    fail "a picture is no XML"
fi
grep -q '^<!doctype html>' page.html || fail "the page is no HTML"
passes "$weft" explain training.json --passes '' -o empty.html
refuses 1 "did you mean 'cse'" explain training.json --passes csee

# ---- Names that are markup stay text, and names that are no UTF-8 are shown by their bytes.
printf 'graph "<script>alert(1)</script>\\xff" {
  %%"</title><img src=x onerror=alert(1)>\\xff/a" = input() : f32[2]
  %%"</title><img src=x onerror=alert(1)>\\xff/b" = exp(%%"</title><img src=x onerror=alert(1)>\\xff/a") : f32[2]
  %%"</title><img src=x onerror=alert(1)>\\xff/c" = exp(%%"</title><img src=x onerror=alert(1)>\\xff/a") : f32[2]
  output "b" = %%"</title><img src=x onerror=alert(1)>\\xff/b"
}\n' >hostile.weft
passes "$weft" explain hostile.weft --pictures hostile -o hostile.html
for file in hostile.html hostile/*.svg; do ! grep -qF '<img' "$file" || fail "$file has markup from a name"; done
if [[ $python ]]; then
  "$python" -c 'import sys, xml.dom.minidom as xml; [xml.parse(file) for file in sys.argv[1:]]' hostile/*.svg ||
    fail "a picture of hostile names is no XML"
fi
passes "$weft" info hostile.weft --json
finds lint hostile.weft --json

# ---- Bad graphs are refused by all of them.
: >empty
printf '\x00\xff\x7fgarbage\x00' >binary
mkdir a_folder
for bad in empty binary a_folder missing; do
  for command in opt info lint explain; do refuses 1 "$bad" $command $bad; done
done
for command in opt info lint explain; do
  refuses 2 'graph file' $command
  passes "$weft" $command --help
  prints 'Examples:'
done
# A scope of a hundred thousand parts costs no more than any other.
printf 'graph "deep" {\n  %%x = input() @"%s" : f32[2]\n  output "x" = %%x\n}\n' "$(printf 'a/%.0s' {1..100000})" >deep.weft
passes "$weft" info deep.weft --depth 16
passes timeout 20 "$weft" explain deep.weft -o deep.html

# ---- report: a page of any training, by its log.
mkdir run
refuses 1 "there is no 'run/log.jsonl': a Trainer writes it" report run -o page.html
echo '{"event":"epoch","step":8,"epoch":1,"loss":1.5,"valid_loss":1.25,"best":true}' >run/log.jsonl
passes "$weft" report run -o page.html
says 'Wrote page.html'
grep -aq '"valid_loss":1.25' page.html || fail 'page.html does not hold the training'

finish
