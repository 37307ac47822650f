#!/usr/bin/env bash
# Every rule of `weft lint` on its cases: tests/tools/weft/lint/RULE/acts*.weft, where it must act, and near*.weft, where
# it must not. The lines that are to be printed, of this and of all other rules, stand behind "#> " at a case's end.
#
#   lint_test.sh WEFT
#
# WEFT_UPDATE_GOLDEN=1 writes what is printed into the cases; read it before you believe it.
set -euo pipefail
weft=$(realpath "$1")
cd "$(dirname "$0")/lint"
out=$(mktemp)
trap 'rm -f "$out" "$out.err"' EXIT

failures=0
fail() {
  printf 'FAILED: %s\n' "$@"
  failures=$((failures + 1))
}

for rule in $("$weft" lint --rules | awk 'NR > 1 {print $1}'); do
  for kind in acts near; do
    compgen -G "$rule/$kind*.weft" >/dev/null || fail "$rule has no case $kind*.weft"
  done
done

for case in */*.weft; do
  rule=${case%%/*}
  status=0
  "$weft" lint "$case" >"$out" 2>"$out.err" || status=$?
  if [[ ${WEFT_UPDATE_GOLDEN:-} ]]; then
    sed -i '/^#> /d' "$case"
    sed 's/^/#> /' "$out" >>"$case"
  fi
  diff <(sed -n 's/^#> //p' "$case") "$out" || fail "$case: other findings"
  [[ $status == $([[ -s $out ]] && echo 1 || echo 0) ]] || fail "$case: status $status" "$(<"$out.err")"
  case ${case##*/} in
    acts*) grep -q "^$rule: " "$out" || fail "$case: $rule does not act" ;;
    near*) ! grep -q "^$rule: " "$out" || fail "$case: $rule acts" ;;
    *) fail "$case is neither acts*.weft nor near*.weft" ;;
  esac
  # Without the rule it is silent, and alone it says the same.
  "$weft" lint "$case" --disable "$rule" 2>/dev/null | grep "^$rule: " && fail "$case: --disable $rule is not heeded"
  diff <("$weft" lint "$case" --only "$rule" 2>/dev/null) <(grep "^$rule: " "$out") || fail "$case: --only $rule"
done

if ((failures > 0)); then
  echo "$failures failed"
  exit 1
fi
