#!/usr/bin/env bash
# Installs what the tests of tests/browser need: Chromium, Node (one that is there already will do) and playwright-core.
# Silent when all of it is there already.
#
#   tools/scripts/setup-browser.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(chromium)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
tools/scripts/setup.sh "${packages[@]}"

cd tests/browser
# npm notes here what it installed; it is newer than the list of what is wanted unless that has changed since.
[[ node_modules/.package-lock.json -nt package-lock.json ]] && exit 0
echo "setup-browser: installing tests/browser/node_modules" >&2
npm ci --no-audit --no-fund --loglevel=error </dev/null >&2
