#!/bin/sh
# Installs the rock into a tree of its own, and runs a program with nothing else on its path.
set -eu
tree=$PWD/installed
rm -rf "$tree"
(cd ../.. && luarocks --lua-version=5.1 --tree="$tree" make --deps-mode=none \
    bindings/luajit/tarray-0.1.0-1.rockspec) > /dev/null
share=$tree/share/lua/5.1
cd /
exec luajit -e "package.path = '$share/?.lua;$share/?/init.lua'" "$1"
