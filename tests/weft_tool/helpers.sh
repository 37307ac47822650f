# What the tests of the tool `weft` share. Sourced with the path of the tool as $1; goes to an empty folder, which is
# removed at the end.
weft=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

failures=0
fail() {
  printf 'FAILED: %s\n' "$@"
  failures=$((failures + 1))
}

# passes COMMAND...: exits with 0. Its output goes to the file `out`.
passes() {
  "$@" >out 2>err || fail "$*: status $?" "$(<err)"
}

# refuses STATUS TEXT ARGUMENT...: weft exits with the status, says one message with the text, and prints nothing.
refuses() {
  local wanted=$1 text=$2 status=0
  shift 2
  "$weft" "$@" >out 2>err || status=$?
  [[ $status == "$wanted" ]] || fail "weft $*: status $status, not $wanted"
  [[ $(grep -c '^weft: ' err) == 1 && $(head -c 6 err) == 'weft: ' ]] || fail "weft $*: not one message:" "$(<err)"
  grep -qF -- "$text" err || fail "weft $*: the message does not have '$text':" "$(<err)"
  [[ ! -s out ]] || fail "weft $*: prints although it fails"
}

# prints TEXT: the last command that passed printed it.
prints() {
  grep -qF -- "$1" out || fail "'$1' is not printed:" "$(<out)"
}

same() {
  cmp "$1" "$2" || fail "$1 and $2 differ"
}

# finish: the test's last line; fails when anything did.
finish() {
  if ((failures > 0)); then
    echo "$failures failed"
    exit 1
  fi
}
