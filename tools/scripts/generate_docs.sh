#!/usr/bin/env bash
# Writes the pages of docs/ that tell about ops, passes and commands, with their pictures and figures, from the programs,
# the sources of the passes and their tests:
#
#   docs/ops/          a page a family of ops
#   docs/passes.md     the list of passes; docs/passes/ has a page for each
#   docs/pictures/     what each pass does to the translator's training step
#   docs/pipeline.md, docs/architecture.md   their tables alone; the rest is written by hand
#   docs/commands/     a page for each program: its commands, with all their options
#
#   tools/scripts/generate_docs.sh [WEFT]      WEFT: the tool, otherwise build/release/bin/weft; weft-nmt is beside it
#   tools/scripts/generate_docs.sh --check [WEFT]      only tells whether they are as they would be written
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

check=
if [[ ${1:-} == --check ]]; then
  check=yes
  shift
fi
weft=${1:-$root/build/release/bin/weft}

# The training step of the tutorial's model, for sentences as long as most are: 19 steps of the encoder, 10 of the
# decoder.
model=(--model nmt --source-length 19 --target-length 11)

# Into an empty folder, so that what is gone goes as well.
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT

# source_comment FILE: the comment at the head of a source file, as Markdown. Graphs stand between fences.
source_comment() {
  awk '
    !/^\/\// { exit }
    { sub(/^\/\/ ?/, ""); text = text $0 "\n" }
    END {
      count = split(text, paragraphs, /\n\n+/)
      for (i = 1; i <= count; ++i) {
        sub(/\n+$/, "", paragraphs[i])
        is_graph = paragraphs[i] ~ /^ *(before|%)/
        if (is_graph) print "```"
        else gsub(/\n +/, "\n", paragraphs[i])
        print paragraphs[i]
        print is_graph ? "```\n" : ""
      }
    }' "$1"
}

# page_of PASS: what it does, how, what it does to the training step, and its cases.
page_of() {
  local pass=$1 source=passes/${1//-/_}.cpp summary picture case runs
  summary=$(sed -n "s/^| \[\`$pass\`\]([^)]*) | \(.*\) | .*/\1/p" "$pages/passes.md")
  printf '# %s\n\n<!-- Written by tools/scripts/generate_docs.sh from %s and tests/passes/%s: edit those. -->\n\n' \
    "\`$pass\`" "$source" "$pass"
  printf '%s: %s. All passes are in [the list](../passes.md).\n\n' "[$source](../../$source)" "$summary"
  printf '## How it works\n\n'
  source_comment "$root/$source"
  runs=$(awk -v pass="$pass" '$2 == pass' "$pages/table")
  printf '## On the translator\n\n'
  if [[ $runs ]]; then
    printf 'On the training step of the tutorial'"'"'s model, unrolled to 19 and 10 steps ([the whole pipeline](../pipeline.md)):\n\n'
    printf '```\n%s\n%s\n```\n\n' "$(head -1 "$pages/table")" "$runs"
    for picture in "$pages"/pictures/??_"$pass".svg; do
      [[ -e $picture ]] && printf '![Before and after %s](../pictures/%s)\n\n' "$pass" "$(basename "$picture")"
    done
  else
    printf 'It runs on demand alone: `weft opt GRAPH --passes compilation,%s` shows what it does.\n\n' "$pass"
  fi
  if [[ -d $root/tests/passes/$pass ]]; then
    printf '## Cases\n\nEach is a graph before and after the pass, and a test.\n\n'
    for case in "$root/tests/passes/$pass"/*.ir; do
      printf -- '- [%s](../../tests/passes/%s/%s): %s\n' "$(basename "$case" .ir)" "$pass" "$(basename "$case")" \
        "$(awk '!/^#/ { exit } { sub(/^# ?/, ""); printf "%s%s", separator, $0; separator = " " }' "$case")"
    done
  fi
}

# commands_of PROGRAM: what the program and each of its commands say of themselves.
commands_of() {
  local name command
  name=$(basename "$1")
  printf '# The commands of `%s`\n\n<!-- Written by tools/scripts/generate_docs.sh from --help: edit that. -->\n\n' "$name"
  printf '```\n%s\n```\n' "$("$1" --help)"
  for command in $("$1" --help | awk '!NF { inside = 0 } inside && /^  [a-z]/ { print $1 } /^Subcommands:/ { inside = 1 }'); do
    printf '\n## %s %s\n\n```\n%s\n```\n' "$name" "$command" "$("$1" "$command" --help)"
  done
}

# with_table FILE: the file with the table of stages between its marks.
with_table() {
  awk -v table="$pages/table" '
    /^<!-- end of the table -->/ { inside = 0 }
    !inside { print }
    /^<!-- table: / {
      inside = 1
      print "```"
      while ((getline line < table) > 0) print line
      print "```"
    }' "$1"
}

# rooms_of BUILD: the table of rooms, in their order, with the first line that each one's README.md says.
rooms_of() {
  local folder target
  printf '| room | target | holds |\n|---|---|---|\n'
  while read -r folder target _; do
    printf '| [`%s`](../%s) | `%s` | %s |\n' "$folder" "$folder" "$target" "$(sed -n 3p "$root/$folder/README.md")"
  done <"$1/rooms.txt"
}

# with_rooms FILE BUILD: the file with the table of rooms between its marks.
with_rooms() {
  sed '/^<!-- rooms: /,/^<!-- end of the table -->/{//!d}' "$1" | sed "/^<!-- rooms: /r "<(rooms_of "$2")
}

"$weft" ops --markdown "$pages/ops"
"$weft" passes --markdown "$pages/passes.md"
"$weft" explain "${model[@]}" --pictures "$pages/pictures" >"$pages/table"
mkdir "$pages/passes"
for pass in $(sed -n 's/^| \[`\([a-z0-9-]*\)`\].*/\1/p' "$pages/passes.md"); do
  page_of "$pass" >"$pages/passes/$pass.md"
done
with_table "$root/docs/pipeline.md" >"$pages/pipeline.md"
with_rooms "$root/docs/architecture.md" "$(dirname "$weft")/.." >"$pages/architecture.md"
mkdir "$pages/commands"
for program in "$weft" "$(dirname "$weft")/weft-nmt"; do
  commands_of "$program" >"$pages/commands/$(basename "$program").md"
done
rm "$pages/table"

for picture in $(grep -o 'pictures/[^)]*' "$pages/pipeline.md"); do
  [[ -e $pages/$picture ]] || {
    echo "generate_docs: docs/pipeline.md shows $picture, which no pass makes any more: edit it" >&2
    exit 1
  }
done

if [[ $check ]]; then
  for page in "$pages"/*; do
    diff -r "$root/docs/$(basename "$page")" "$page" && continue
    echo "generate_docs: docs/$(basename "$page") is out of date; run tools/scripts/generate_docs.sh" >&2
    exit 1
  done
else
  for page in "$pages"/*; do
    rm -rf "${root:?}/docs/$(basename "$page")"
    cp -r "$page" "$root/docs/"
  done
fi
