#!/usr/bin/env bash
# Runs the fuzzers of tests/fuzz with libFuzzer (clang), AddressSanitizer and UndefinedBehaviorSanitizer, and installs
# and builds what that needs. docs/testing.md explains the net.
#
#   tools/scripts/fuzz.sh [--seconds N | --runs N] [--jobs N] [HARNESS...]
#
# Each harness (json, ...; all, if none is named) runs for N seconds (10) or N inputs, from its seeds and from what
# earlier calls found to be of interest (build/fuzz/corpus); as many at a time as there are processors, or --jobs. For
# each one line is printed: inputs, inputs a second, coverage in edges and in features, and inputs that reached something
# new. What is found is kept in build/fuzz/findings, and told with the commands that repeat it and make it smaller; the
# status is 1 then.
set -euo pipefail
cd "$(dirname "$0")/../.."

limit=(-max_total_time=10)
jobs=$(nproc)
harnesses=()
while (($# > 0)); do
  case $1 in
    --seconds) limit=(-max_total_time="${2:?}") && shift 2 ;;
    --runs) limit=(-runs="${2:?}") && shift 2 ;;
    --jobs) jobs="${2:?}" && shift 2 ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" && exit ;;
    -*) echo "fuzz.sh: there is no option $1" >&2 && exit 2 ;;
    *) harnesses+=("$1") && shift ;;
  esac
done

for name in "${harnesses[@]}"; do
  [[ -f tests/fuzz/${name}_fuzz.cpp ]] || { echo "fuzz.sh: there is no harness '$name'" >&2 && exit 2; }
done
tools/scripts/setup.sh clang lld libclang-rt-dev libomp-dev
[[ -f build/sanitize/build.ninja ]] || cmake --preset sanitize >&2
if ((${#harnesses[@]} == 0)); then
  for source in tests/fuzz/*_fuzz.cpp; do harnesses+=("$(basename "$source" _fuzz.cpp)"); done
fi
nice cmake --build --preset sanitize --parallel "$(nproc)" --target "${harnesses[@]/#/weft_fuzz_}" >&2

export OMP_NUM_THREADS=1
[[ ! -d /dev/shm ]] || export TMPDIR=/dev/shm  # in memory: files are written thousands of times
export ASAN_OPTIONS=quarantine_size_mb=16  # what is freed counts as memory of the process
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0

# of LOG NAME: a figure of libFuzzer's at the end of the log.
of() { sed -n "s/^stat::$2: *//p" "$1"; }

# fuzz NAME: runs the harness and prints its line, and what it found.
fuzz() {
  local name=$1 result=0
  local binary=build/sanitize/bin/weft_fuzz_$name corpus=build/fuzz/corpus/$name findings=build/fuzz/findings/$name
  local prepared=build/fuzz/prepared/$name log=build/fuzz/$name.log
  rm -rf "$prepared"
  mkdir -p "$corpus" "$findings"
  "$binary" --prepare="$prepared"
  local folders=("$corpus" "$prepared/seeds")
  [[ ! -d tests/fuzz/crashes/$name ]] || folders+=("tests/fuzz/crashes/$name")
  local dictionary=()
  [[ ! -s $prepared/words ]] || dictionary=(-dict="$prepared/words")
  nice -n 19 "$binary" "${limit[@]}" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 \
    "${dictionary[@]}" -artifact_prefix="$findings/" "${folders[@]}" >"$log" 2>&1 || result=$?
  local edges features
  read -r edges features < <(sed -n 's/.*cov: \([0-9]*\) ft: \([0-9]*\).*/\1 \2/p' "$log" | tail -1) || true
  printf '%-16s %12s %9s %7s %8s %7s\n' "$name" "$(of "$log" number_of_executed_units)" \
    "$(of "$log" average_exec_per_sec)" "$edges" "$features" "$(of "$log" new_units_added)"
  ((result != 0)) || return 0
  grep -E '^(FINDING|SUMMARY|==[0-9]+==|.*runtime error)' "$log" | head -5 || true
  local kept
  kept=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
  printf '  %s found something (%s). Again:\n    OMP_NUM_THREADS=1 %s %s\n  Smaller:\n    %s -minimize_crash=1 -runs=100000 %s\n' \
    "$name" "$log" "$binary" "$kept" "$binary" "$kept"
  [[ ! -s $kept || $(stat -c %s "$kept") -gt 1000 ]] || printf '  The input: base64 -d <<< %s\n' "$(base64 -w 0 "$kept")"
  return 1
}

status=0
running=0
printf '%-16s %12s %9s %7s %8s %7s\n' harness inputs 'a second' edges features new
for name in "${harnesses[@]}"; do
  if ((running == jobs)); then
    wait -n || status=1
    ((running--)) || true
  fi
  fuzz "$name" &
  ((++running))
done
for ((; running > 0; --running)); do wait -n || status=1; done
exit $status
