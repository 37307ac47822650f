#!/usr/bin/env bash
# Bundles the JavaScript libraries that the pages use into tools/web/assets/layout.bundle.js, with their licences. The
# result is committed, so that building and using Weft needs no Node; run this only to take newer versions, after
# changing tools/web/bundle/package.json.
#
#   tools/web/bundle.sh
set -euo pipefail
cd "$(dirname "$0")/bundle"

npm ci --no-audit --no-fund --loglevel=error

licences=../assets/layout.bundle.LICENSE.txt
{
  echo "layout.bundle.js holds the following libraries, unchanged but for bundling."
  for package in node_modules/@dagrejs/* node_modules/d3-*; do
    printf '\n==== %s %s\n\n' "${package#node_modules/}" "$(node -p "require('./$package/package.json').version")"
    cat "$package/LICENSE"
  done
} >"$licences"

bundle=../assets/layout.bundle.js
{
  echo '/*!'
  sed 's,\*/,* /,g' "$licences"
  echo '*/'
  node_modules/.bin/esbuild layout.js --bundle --minify --format=iife --global-name=weftLayout --target=es2020 \
    --charset=utf8 --legal-comments=none --log-level=warning
} >"$bundle"
echo "bundle: wrote $(wc -c <"$bundle") bytes" >&2
