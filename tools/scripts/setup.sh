#!/usr/bin/env bash
# Installs what building Weft needs on Debian 12 or newer and Ubuntu, and any further packages that are named as
# arguments. Silent when all of it is there already; nothing else of the system is touched.
#
#   tools/scripts/setup.sh [PACKAGE...]
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config
  libdnnl-dev           # oneDNN: the fast kernels
  ocl-icd-opencl-dev    # which Debian's oneDNN asks CMake for
  libxbyak-dev          # an assembler for generated kernels
  libfmt-dev            # formatting
  nlohmann-json3-dev    # JSON
  libcli11-dev          # command lines
  libicu-dev            # Unicode
  libsentencepiece-dev  # pieces of words
  zlib1g-dev libzstd-dev  # packed corpora
  libcairo2-dev         # pictures
  fonts-dejavu-core     # the letters in them
  libopenmpi-dev openmpi-bin  # several processes; can be left out, as may MPICH take its place
  doctest-dev           # tests
  "$@"
)

stop() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  for tool in c++ cmake ninja pkg-config; do
    command -v "$tool" >/dev/null || missing_tool=yes
  done
  [[ -n ${missing_tool:-} ]] || exit 0  # a system of another kind, set up by hand: CMake will say what it lacks
  stop "this system has no apt-get, so nothing was installed. Weft needs, by their Debian names:" "  ${packages[*]}" \
    "Install their counterparts (C++20 compiler, CMake 3.25, oneDNN 2.6 or newer) and run this again."
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == *installed* && $status != *not-installed* ]] || missing+=("$package")
done
((${#missing[@]} > 0)) || exit 0

echo "setup: installing ${missing[*]}" >&2
as_root=(env DEBIAN_FRONTEND=noninteractive)
if ((EUID != 0)); then
  command -v sudo >/dev/null || stop "root rights are needed and there is no sudo. As root, run:" \
    "  apt-get update && apt-get install ${missing[*]}"
  sudo=(sudo)
  [[ -t 0 ]] || sudo+=(--non-interactive)  # nobody is there to type a password
  as_root=("${sudo[@]}" "${as_root[@]}")
fi
apt() { "${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" </dev/null >&2; }

apt update || echo "setup: the package lists could not be renewed; trying with those that are there" >&2
apt install --yes --no-install-recommends "${missing[@]}" ||
  stop "apt-get could not install ${missing[*]} (its reason stands above: rights, network or package names)." \
    "Install them by hand and run this again:  apt-get update && apt-get install ${missing[*]}"
