#!/usr/bin/env bash
# What docs/security.md says of how Weft meets what is around it, read from the sources.
#
#   outside_test.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
sources=(graph ops passes backends models tools)
failures=0

# found NAME PATTERN LINE...: the pattern stands in these files of the sources, and in no others.
found() {
  local name=$1 pattern=$2
  shift 2
  local where
  where=$(grep -rlE --include='*.cpp' --include='*.h' "$pattern" "${sources[@]}" | sort | tr '\n' ' ')
  [[ $where == "$* " ]] && return
  printf 'FAILED: %s: expected in %s, found in %s\n' "$name" "$*" "$where"
  failures=$((failures + 1))
}

found 'environment variables are read' '\b(secure_)?getenv\(' backends/mpi/mpi_communicator.cpp backends/onednn/openmp_wait.cpp models/training/terminal_progress.cpp
found 'programs are started' '\b(system|popen|fork|vfork|exec[lv]p?e?|posix_spawnp?|dlopen)\(' \
  backends/onednn/openmp_wait.cpp tools/weft/shell_check.cpp
found 'sockets are used' '#include <sys/socket\.h>' tools/serve/http_server.cpp

((failures == 0)) && echo 'All right.'
exit $((failures > 0))
