#!/usr/bin/env bash
# Checks the rule of names and a short list of faults (.clang-tidy) with clang-tidy.
#
#   tools/scripts/tidy.sh            all headers, as one file: less than a minute
#   tools/scripts/tidy.sh --all      every source file as well: half an hour
#   tools/scripts/tidy.sh FILE...    these
set -euo pipefail
cd "$(dirname "$0")/../.."

# Given here, not taken from a build: what GCC has compiled before, clang cannot read.
flags=(-std=c++20 -I. -Wno-unknown-pragmas -DWEFT_TEST_DIR='"tests"')

# files HEADERS_OR_SOURCES: of the product and its tests, but for what is built elsewhere, or wrong on purpose.
files() {
  find graph ops passes backends models tools tests -name "$1" -not -path '*/consumer/*' -not -path '*/planted/*' -not -path '*/template/*' | sort
}

tidy() { clang-tidy --config-file=.clang-tidy --quiet --warnings-as-errors='*' "$1" -- "${flags[@]}" 2> >(grep -v ' warnings generated\.$' >&2); }

# Together they cost little more than one of them: most of the time goes into what they include.
headers() {
  local all
  all=$(mktemp --suffix=.cpp)
  files '*.h' | sed 's/.*/#include "&"/' >"$all"
  tidy "$all"
  rm "$all"
}

case ${1-} in
  "" | --all) tools/scripts/setup.sh clang-tidy libomp-dev && headers ;;&
  --all) files '*.cpp' | xargs -P "$(nproc)" -n 1 tools/scripts/tidy.sh ;;
  "") ;;
  *) for file in "$@"; do tidy "$file"; done ;;
esac
