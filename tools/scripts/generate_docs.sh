#!/usr/bin/env bash
# Writes the pages of docs/ that tell about ops and passes, from the program itself.
#
#   tools/scripts/generate_docs.sh [WEFT]      WEFT: the tool, otherwise build/release/bin/weft
#   tools/scripts/generate_docs.sh --check [WEFT]      only tells whether they are as they would be written
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

check=
if [[ ${1:-} == --check ]]; then
  check=yes
  shift
fi
weft=${1:-$root/build/release/bin/weft}

# Into an empty folder, so that the page of a family that is gone goes as well.
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
"$weft" ops --markdown "$pages/ops"
"$weft" passes --markdown "$pages/passes.md"

if [[ $check ]]; then
  if ! diff -r "$root/docs/ops" "$pages/ops" || ! diff "$root/docs/passes.md" "$pages/passes.md"; then
    echo "generate_docs: docs/ops and docs/passes.md are out of date; run tools/scripts/generate_docs.sh" >&2
    exit 1
  fi
else
  mkdir -p "$root/docs"
  rm -rf "$root/docs/ops"
  cp -r "$pages/ops" "$pages/passes.md" "$root/docs/"
fi
