#!/usr/bin/env bash
# Does to a copy of HEAD what docs/adding-an-op.md says, builds it, and runs the checks that the page names; then says
# how many places an op takes. So that the page stays true.
#
#   tools/scripts/try-adding-op.sh
set -euo pipefail
checkout=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git clone --quiet --shared "$checkout" "$copy"
cd "$copy"

# Every block of code that begins with "cpp new FILE" becomes that file; one that begins with "cpp behind FILE: LINE" is
# put behind the first line of that file that begins with LINE.
awk '
  function put(   text, line, found) {
    if (how == "new") { printf "%s", block >file; close(file); return }
    while ((getline line <file) > 0) {
      text = text line "\n"
      if (!found && index(line, behind) == 1) { found = 1; text = text block }
    }
    close(file)
    if (!found) { print file " has no line that begins with " behind >"/dev/stderr"; exit 1 }
    printf "%s", text >file
    close(file)
  }
  /^```cpp (new|behind) / {
    how = $2; file = $3; block = ""; inside = 1
    if (how == "behind") { sub(/:$/, "", file); behind = $0; sub(/^[^:]*: /, "", behind) }
    next
  }
  /^```$/ && inside { put(); inside = 0; next }
  inside { block = block $0 "\n" }' docs/adding-an-op.md

cmake --preset release >/dev/null
cmake --build --preset release --parallel "$(nproc)" --target weft weft_test_ops
build/release/bin/weft check-gradients --op softsign
build/release/bin/weft_test_ops
mapfile -t places < <(git status --short --untracked-files=all | cut -c 4-)
printf '%d places:\n' "${#places[@]}"
printf '  %s\n' "${places[@]}"
((${#places[@]} == 6)) || { echo "docs/adding-an-op.md says six" >&2; exit 1; }
