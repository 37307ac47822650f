#!/usr/bin/env bash
# Builds Weft and runs its tests.
#
#   ./test.sh [--sanitize] [CTEST OPTION...]
#
# --sanitize builds with AddressSanitizer and UndefinedBehaviorSanitizer and runs the tests labelled `fast`. Further
# arguments go to ctest: ./test.sh -R nmt
set -euo pipefail
cd "$(dirname "$0")"

preset=release
selection=()
if [[ ${1:-} == --sanitize ]]; then
  preset=sanitize
  selection=(--label-regex fast --parallel "$(nproc)")  # most are of one thread, and slow here
  shift
fi

tools/scripts/setup.sh
[[ $preset == sanitize ]] || tools/scripts/setup-browser.sh
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(nproc)"
ctest --preset "$preset" --no-tests=error --timeout 600 "${selection[@]}" "$@"
