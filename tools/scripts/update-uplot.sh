#!/usr/bin/env bash
# Fetches uPlot (github.com/leeoniya/uPlot), which draws the curves of `weft-nmt report`, from the npm registry into
# tools/web/assets. Its files are committed, so only a change of version needs this, and npm.
#
#   tools/scripts/update-uplot.sh
set -euo pipefail
version=1.6.32
assets=$(realpath "$(dirname "$0")/../web/assets")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm pack --silent "uplot@$version" >/dev/null
tar -xzf "uplot-$version.tgz"
cp package/dist/uPlot.iife.min.js "$assets/uplot.js"
cp package/dist/uPlot.min.css "$assets/uplot.css"
cp package/LICENSE "$assets/uplot.LICENSE.txt"
