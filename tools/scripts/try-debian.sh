#!/usr/bin/env bash
# Tries the README's two commands on a Debian that need not be this machine's: in a tree made by debootstrap, with
# nothing in it but a fresh clone of this checkout's HEAD. Prints the hash of weights trained there, to be compared with
# another release's. Needs root rights; nothing outside of the tree is touched, and nothing stays mounted.
#
#   tools/scripts/try-debian.sh [OPTION...] RELEASE     # 12 or 13
#
#   --only WHAT      one of: test (./test.sh), demo (./demo.sh), weights (builds and trains); may be given repeatedly
#   --tree FOLDER    where the tree is (default: /var/tmp/weft-debian-RELEASE); one that is there already is used again
#   --keep-build     update the clone of an earlier try and build on what it built
#   --remove         remove the tree, and do nothing else
set -euo pipefail

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; }
stop() { printf 'try-debian: %s\n' "$1" >&2; exit "${2:-1}"; }
wrong_usage() { stop "$1; --help tells the rest" 2; }

release='' tree='' keep_build='' remove=''
steps=()
while (($# > 0)); do
  case $1 in
    --help) usage; exit ;;
    --only)
      [[ ${2:-} =~ ^(test|demo|weights)$ ]] || wrong_usage "--only takes test, demo or weights, not '${2:-}'"
      steps+=("$2"); shift ;;
    --tree) tree=${2:?a folder belongs to --tree}; shift ;;
    --keep-build) keep_build=yes ;;
    --remove) remove=yes ;;
    -*) wrong_usage "there is no option '$1'" ;;
    *) [[ -z $release ]] || wrong_usage "one release at a time, not '$release' and '$1'"; release=$1 ;;
  esac
  shift
done
case $release in
  12) name=bookworm ;;
  13) name=trixie ;;
  '') wrong_usage "a release is missing: 12 or 13" ;;
  *) wrong_usage "Weft supports Debian 12 and 13, not '$release'" ;;
esac
((${#steps[@]} > 0)) || steps=(test demo weights)
tree=${tree:-/var/tmp/weft-debian-$release}
checkout=$(cd "$(dirname "$0")/../.." && pwd)

((EUID == 0)) || stop "root rights are needed to make a tree and to enter it: sudo $0 $release"

if [[ -n $remove ]]; then
  [[ ! -e $tree || -e $tree/etc/debian_version ]] || stop "$tree is no Debian tree, so it is left alone"
  rm -rf --one-file-system "$tree" "$tree.unfinished"
  exit
fi

make_tree() {
  "$checkout/tools/scripts/setup.sh" debootstrap
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m 1 '/debian/\?$' || true)
  rm -rf --one-file-system "$tree.unfinished"
  echo "try-debian: making a tree of Debian $release in $tree" >&2
  debootstrap --variant=minbase --include=ca-certificates "$name" "$tree.unfinished" \
    "${mirror:-http://deb.debian.org/debian}" >&2 || stop "debootstrap failed (its reason stands above)"
  echo force-unsafe-io >"$tree.unfinished/etc/dpkg/dpkg.cfg.d/unsafe-io"  # a tree that is lost is made again
  mv "$tree.unfinished" "$tree"
}

# How this machine reaches the network is carried over: apt's settings, authorities of its own, names.
share_network() {
  apt-config dump Acquire | grep -E '^Acquire::((http|https|ftp)::|Check-|Retries|IndexTargets::.*DefaultEnabled)' \
    >"$tree/etc/apt/apt.conf.d/90machine" || true
  cp -L /etc/resolv.conf "$tree/etc/resolv.conf"
  mkdir -p "$tree/usr/local/share/ca-certificates"
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$tree/usr/local/share/ca-certificates/" \;
  inside / update-ca-certificates >/dev/null 2>&1 || stop "the tree's update-ca-certificates failed"
}

# inside FOLDER COMMAND...: runs the command in the tree's folder. Mounts and processes are of a namespace of their own,
# which ends with the command.
inside() {
  local variable environment=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [[ -z ${!variable:-} ]] || environment+=("$variable=${!variable}")
  done
  unshare --mount --propagation private --pid --fork --kill-child bash -c '
    set -e
    tree=$1 folder=$2
    shift 2
    mount --rbind /dev "$tree/dev"
    mount --rbind /sys "$tree/sys"
    mount -t proc proc "$tree/proc"
    exec chroot "$tree" env --ignore-environment --chdir="$folder" "$@"' inside "$tree" "$1" "${environment[@]}" "${@:2}"
}

clone=/root/weft
copy_checkout() {
  local head
  head=$(git -C "$checkout" rev-parse HEAD)
  git -C "$checkout" diff --quiet HEAD || echo "try-debian: what is not committed is left out" >&2
  [[ -n $keep_build && -d $tree$clone/.git ]] || rm -rf "$tree$clone"
  [[ -d $tree$clone/.git ]] || git clone --quiet --no-checkout --no-hardlinks "$checkout" "$tree$clone"
  git -C "$tree$clone" fetch --quiet "$checkout" "$head"
  git -C "$tree$clone" checkout --quiet --force --detach "$head"
}

[[ -e $tree/etc/debian_version ]] || make_tree
[[ $(<"$tree/etc/debian_version") == "$release"* ]] || stop "$tree holds Debian $(<"$tree/etc/debian_version"), not $release"
share_network
copy_checkout

failed=()
for step in "${steps[@]}"; do
  printf '\n==== Debian %s: %s\n' "$release" "$step"
  case $step in
    test | demo) inside $clone "./$step.sh" </dev/null || failed+=("$step") ;;
    weights)
      inside $clone bash -c '
        set -e
        tools/scripts/setup.sh
        cmake --preset release >/dev/null
        cmake --build --preset release --parallel "$(nproc)" --target weft-nmt
        rm -rf weights-run
        build/release/bin/weft-nmt train --builtin --preset small --epochs 1 --seed 1 --out weights-run' </dev/null ||
        { failed+=(weights); continue; }
      run=$tree$clone/weights-run
      printf 'Debian %s, GCC %s: weights after one epoch: ' "$(<"$tree/etc/debian_version")" \
        "$(inside / c++ -dumpfullversion)"
      sha256sum <"$run/$(<"$run/latest").safetensors" ;;
  esac
done
((${#failed[@]} == 0)) || stop "failed on Debian $release: ${failed[*]}"
