#!/bin/sh
# Builds the gem, installs it into a folder of its own, and runs a program with it.
set -eu
home=$PWD/installed
rm -rf "$home"
gem build --quiet tarray.gemspec --output tarray.gem > /dev/null
gem install --local --no-document --install-dir "$home" tarray.gem > /dev/null
rm tarray.gem
cd /
GEM_HOME=$home GEM_PATH=$home exec ruby -w "$1"
