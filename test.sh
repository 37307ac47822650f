#!/usr/bin/env bash
# Builds Weft and runs its tests.
#
#   ./test.sh [--sanitize] [CTEST OPTION...]
#
# --sanitize builds with clang's AddressSanitizer and UndefinedBehaviorSanitizer and runs the tests labelled `fast`.
# Further arguments go to ctest: ./test.sh -R models
set -euo pipefail
cd "$(dirname "$0")"

preset=release
selection=(--parallel "$(($(nproc) + 1))")  # some wait more than they compute
if [[ ${1:-} == --sanitize ]]; then
  preset=sanitize
  selection+=(--label-regex fast)
  shift
fi

tools/scripts/setup.sh
if [[ $preset == sanitize ]]; then
  tools/scripts/setup.sh clang lld libclang-rt-dev libomp-dev
else
  tools/scripts/setup-browser.sh
fi
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(nproc)"
ctest --preset "$preset" --no-tests=error --timeout 600 "${selection[@]}" "$@"
