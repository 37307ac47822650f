#!/usr/bin/env bash
# Runs the fuzzers of tests/fuzz with libFuzzer (clang), AddressSanitizer and UndefinedBehaviorSanitizer, one after the
# other on one core, and installs and builds what that needs. docs/testing.md explains the net.
#
#   tools/scripts/fuzz.sh [--seconds N | --runs N] [HARNESS...]
#
# Each harness (json, ...; all, if none is named) runs for N seconds (10) or N inputs, from its seeds and from what
# earlier calls found to be of interest (build/fuzz/corpus). For each one line is printed: inputs, inputs a second,
# coverage in edges and in features, and inputs that reached something new. What is found is kept in
# build/fuzz/findings, and told with the commands that repeat it and make it smaller; the status is 1 then.
set -euo pipefail
cd "$(dirname "$0")/../.."

limit=(-max_total_time=10)
harnesses=()
while (($# > 0)); do
  case $1 in
    --seconds) limit=(-max_total_time="${2:?}") && shift 2 ;;
    --runs) limit=(-runs="${2:?}") && shift 2 ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" && exit ;;
    -*) echo "fuzz.sh: there is no option $1" >&2 && exit 2 ;;
    *) harnesses+=("$1") && shift ;;
  esac
done

tools/scripts/setup.sh clang libclang-rt-14-dev
[[ -f build/fuzz/build.ninja ]] || cmake --preset fuzz >&2
nice cmake --build --preset fuzz --parallel "$(nproc)" >&2
if ((${#harnesses[@]} == 0)); then
  for binary in build/fuzz/bin/weft_fuzz_*; do harnesses+=("${binary##*/weft_fuzz_}"); done
fi

export OMP_NUM_THREADS=1
[[ ! -d /dev/shm ]] || export TMPDIR=/dev/shm  # in memory: files are written thousands of times
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0

# of NAME: a figure of libFuzzer's at the end of the log.
of() { sed -n "s/^stat::$1: *//p" "$log"; }

status=0
printf '%-16s %12s %9s %7s %8s %7s\n' harness inputs 'a second' edges features new
for name in "${harnesses[@]}"; do
  binary=build/fuzz/bin/weft_fuzz_$name corpus=build/fuzz/corpus/$name findings=build/fuzz/findings/$name
  log=build/fuzz/$name.log
  [[ -x $binary ]] || { echo "fuzz.sh: there is no harness '$name'" >&2 && exit 2; }
  rm -rf "build/fuzz/prepared/$name"
  mkdir -p "$corpus" "$findings"
  "$binary" --prepare="build/fuzz/prepared/$name"
  folders=("$corpus" "build/fuzz/prepared/$name/seeds")
  [[ ! -d tests/fuzz/crashes/$name ]] || folders+=("tests/fuzz/crashes/$name")
  result=0
  nice -n 19 "$binary" "${limit[@]}" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 \
    -dict="build/fuzz/prepared/$name/words" -artifact_prefix="$findings/" "${folders[@]}" >"$log" 2>&1 || result=$?
  coverage=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -1)
  printf '%-16s %12s %9s %7s %8s %7s\n' "$name" "$(of number_of_executed_units)" "$(of average_exec_per_sec)" \
    $(sed 's/[a-z:]*//g' <<<"${coverage:-- -}") "$(of new_units_added)"
  ((result != 0)) || continue
  status=1
  grep -E '^(FINDING|SUMMARY|==[0-9]+==|.*runtime error)' "$log" | head -5
  kept=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
  printf '  %s found something (%s). Again:\n    OMP_NUM_THREADS=1 %s %s\n  Smaller:\n    %s -minimize_crash=1 -runs=100000 %s\n' \
    "$name" "$log" "$binary" "$kept" "$binary" "$kept"
done
exit $status
