#!/bin/sh
# Packs the package, installs it into a project of its own, and runs a program with it; a program in
# TypeScript finds its types there.
set -eu
checkout=$PWD
project=$PWD/installed
rm -rf "$project"
mkdir "$project"
npm pack --silent --pack-destination "$project" > /dev/null
cp "$1" tests/types/usage.ts tests/types/tsconfig.json "$project"
cd "$project"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund ./tarray-*.tgz > /dev/null
"$checkout/node_modules/.bin/tsc" --project tsconfig.json
exec node "${1##*/}"
