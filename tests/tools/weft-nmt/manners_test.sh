#!/usr/bin/env bash
# What every command of a tool has in common: its help fits on a terminal, and a full disk is told.
#   manners_test.sh PROGRAM
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../helpers.sh"
export LC_ALL=C.UTF-8
name=${tool##*/}

# ---- Help: no line is longer than 80 columns.
mapfile -t commands < <("$tool" --help | awk '!NF { inside = 0 } inside && /^  [a-z]/ { print $1 } /^Subcommands:/ { inside = 1 }')
((${#commands[@]} > 5)) || fail "only these commands were found: ${commands[*]}"
for command in '' "${commands[@]}"; do
  passes "$tool" $command --help
  long=$(awk 'length($0) > 80' out)
  [[ -z $long ]] || fail "$name $command --help is wider than 80 columns:" "$long"
done

# ---- Standard output on a full disk: one message that says so.
if [[ -w /dev/full ]]; then
  printf 'Go.\tVa !\nGo.\tMarche.\n' >pairs
  for arguments in --help --version "${commands[0]} --help" \
    "$([[ $name == weft ]] && echo ops || echo vocab --data pairs)"; do
    status=0
    "$tool" $arguments >/dev/full 2>err || status=$?
    [[ $status == 1 ]] || fail "$name $arguments on a full disk: status $status, not 1"
    says "$name: cannot write to standard output: No space left on device"
  done
fi

# ---- The process has the program's name, although it starts itself once more.
mkfifo waiting
if [[ $name == weft ]]; then
  "$tool" info waiting >/dev/null 2>&1 &
else
  "$tool" vocab --data waiting >/dev/null 2>&1 &
fi
process=$!
for ((i = 0; i < 500; ++i)); do
  grep -qz '^GOMP_SPINCOUNT=' "/proc/$process/environ" 2>/dev/null && break
  sleep 0.01
done
[[ $(<"/proc/$process/comm") == "$name" ]] || fail "the process is called $(<"/proc/$process/comm")"
[[ $(tr '\0' '\n' <"/proc/$process/cmdline" | head -1) == "$tool" ]] || fail 'the process has another argv[0]'
: >waiting
wait "$process" || true

finish
