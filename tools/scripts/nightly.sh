#!/usr/bin/env bash
# What takes too long for every merge: run it over night, on a tree that passes .ci/run. Every step runs even when an
# earlier one failed.
#
#   tools/scripts/nightly.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

failed=()

# step NAME COMMAND...: runs the command, notes the name if it fails, and tells the time it took.
step() {
  local name=$1 begin=$SECONDS result=passed
  shift
  printf '\n==== %s\n' "$name"
  "$@" || { result=FAILED && failed+=("$name"); }
  printf '==== %s: %s in %d s\n' "$name" "$result" $((SECONDS - begin))
}

# Builds a preset and runs its tests.
try_preset() {
  cmake --preset "$1" && cmake --build --preset "$1" --parallel "$(nproc)" &&
    ctest --preset "$1" --no-tests=error --timeout 600
}

# The programs, which .ci/run tests without sanitizers alone.
try_programs() {
  cmake --preset sanitize && cmake --build --preset sanitize --parallel "$(nproc)" --target weft weft-nmt &&
    ctest --preset sanitize --no-tests=error --timeout 1200 -R '^(manners_weft|manners_weft-nmt|check_passes)$' &&
    tests/tools/weft-nmt/resume_test.sh build/sanitize/bin/weft-nmt "$RANDOM" 20 20
}

tools/scripts/setup.sh clang lld libclang-rt-dev libomp-dev
cmake --preset release
cmake --build --preset release --parallel "$(nproc)" --target weft-nmt

step "training ended 250 times" tests/tools/weft-nmt/resume_test.sh build/release/bin/weft-nmt "$RANDOM" 100 100
step "processes ended 40 times" tests/tools/weft-nmt/mpi_test.sh build/release/bin/weft-nmt 20
step "programs under sanitizers" try_programs
step "threads under ThreadSanitizer" try_preset tsan
step "compiled by clang" try_preset clang
step "fuzzers, two minutes each" tools/scripts/fuzz.sh --seconds 120
step "names and faults, by clang-tidy" tools/scripts/tidy.sh --all
step "an op is added as the page says" tools/scripts/try-adding-op.sh

if ((${#failed[@]} > 0)); then
  printf 'FAILED: %s\n' "${failed[@]}"
  exit 1
fi
