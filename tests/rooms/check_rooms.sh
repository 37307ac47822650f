#!/usr/bin/env bash
# Every file of a room includes headers of its own room, and of rooms that this one links, directly or through others;
# and every room has a README.md that says what it is for.
#
#   check_rooms.sh TREE ROOMS     a line of ROOMS: the room's folder, its target, the targets that it links
set -euo pipefail
cd "$1"
status=0
while read -r folder _; do
  [[ -s $folder/README.md ]] || { echo "$folder has no README.md"; status=1; }
done <"$2"
mapfile -t folders < <(cut -d ' ' -f 1 "$2")
find "${folders[@]}" \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -zu |
  xargs -0 grep -H '^#include "' |
  awk -v rooms="$2" '
    # The room of a file is the one with the longest folder that it is in.
    function room_of(file) {
      while (sub(/\/[^\/]*$/, "", file)) if (file in target_of) return file
      return ""
    }
    function links(target, other,   i, parts, count) {
      if (target == other) return 1
      count = split(links_of[target], parts, " ")
      for (i = 1; i <= count; ++i) if (links(parts[i], other)) return 1
      return 0
    }
    function may_include(from, to) {
      if (!((from, to) in known)) known[from, to] = links(target_of[from], target_of[to])
      return known[from, to]
    }
    BEGIN {
      while ((getline line <rooms) > 0) {
        count = split(line, part, " ")
        target_of[part[1]] = part[2]
        for (i = 3; i <= count; ++i) links_of[part[2]] = links_of[part[2]] " " part[i]
      }
    }
    {
      file = substr($0, 1, index($0, ":") - 1)
      split($0, quoted, "\"")
      from = room_of(file)
      to = room_of(quoted[2])
      if (to == "" || may_include(from, to)) next
      print file " includes " quoted[2] ": " from " does not link " to
      wrong = 1
    }
    END { exit wrong }' || status=1
exit "$status"
