# What the tests of the command line tools share. Sourced with the path of the tool as $1; goes to an empty folder, which
# is removed at the end.
tool=$(realpath "$1")
folder=$(mktemp -d)
mounted=  # a file system within the folder, to be taken off first
cleanup() {
  [[ -z $mounted ]] || umount "$mounted"
  rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"

failures=0
fail() {
  printf 'FAILED: %s\n' "$@"
  failures=$((failures + 1))
}

# passes COMMAND...: exits with 0. Its output goes to the file `out`, its talk to `err`.
passes() {
  "$@" >out 2>err || fail "$*: status $?" "$(<err)"
}

# refuses STATUS TEXT ARGUMENT...: the tool exits with the status, says one message with the text, and prints nothing.
refuses() {
  local wanted=$1 text=$2 status=0 name=${tool##*/}
  shift 2
  "$tool" "$@" </dev/null >out 2>err || status=$?
  [[ $status == "$wanted" ]] || fail "$name $*: status $status, not $wanted" "$(<err)"
  [[ $(grep -ac "^$name: " err) == 1 ]] || fail "$name $*: not one message:" "$(<err)"
  sed -n "/^$name: /,\$p" err | grep -aqF -- "$text" || fail "$name $*: the message does not have '$text':" "$(<err)"
  [[ ! -s out ]] || fail "$name $*: prints although it fails"
}

# prints TEXT, says TEXT: the last command did so.
prints() { grep -aqF -- "$1" out || fail "'$1' is not printed:" "$(<out)"; }
says() { grep -aqF -- "$1" err || fail "'$1' is not said:" "$(<err)"; }
same() { cmp "$1" "$2" || fail "$1 and $2 differ"; }
lines() { [[ $(wc -l <"$1") == "$2" ]] || fail "$1 has $(wc -l <"$1") lines, not $2"; }

# finish: the test's last line; fails when anything did.
finish() {
  if ((failures > 0)); then
    echo "$failures checks failed"
    exit 1
  fi
  echo 'All right.'
}
