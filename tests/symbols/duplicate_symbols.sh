#!/usr/bin/env bash
# Fails when two objects of the archives define one function or variable of Weft. The linker does not see it: it takes
# what it finds first and leaves the other object out, or not, as the order of the archives has it.
#
#   duplicate_symbols.sh ARCHIVE...
set -euo pipefail

# What nm gives capital letters other objects see; V and W are inline, and may be in many.
nm --print-file-name --defined-only "$@" | awk '
  match($0, /:[0-9a-f]+ [A-UX-Z] /) {
    object = substr($0, 1, RSTART - 1)
    name = substr($0, RSTART + RLENGTH)
    if (name !~ /^_ZN?K?4weft/) next
    ++symbols
    if (name in place) {
      printf "%s\n  is defined in %s\n  and in %s\n", name, place[name], object
      ++duplicates
    }
    place[name] = object
  }
  END {
    printf "%d symbols, %d of them twice\n", symbols, duplicates
    exit symbols == 0 || duplicates > 0
  }' | c++filt
