#!/bin/sh
# Runs a program in a module of its own, which requires this one.
set -eu
module=$(sed -n 's/^module //p' go.mod)
checkout=$PWD
project=$PWD/installed
rm -rf "$project"
mkdir "$project"
cp "$1" "$project/main.go"
cd "$project"
cat > go.mod << END
module example.org/installed

$(sed -n '/^go /p' "$checkout/go.mod")

require $module v0.0.0

replace $module => $checkout
END
exec go run .
