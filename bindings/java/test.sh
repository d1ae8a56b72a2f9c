#!/bin/sh
# Compiles the package and runs its tests, or another class (Bench). JNA is the jar of Debian's libjna-java, or $JNA.
set -eu
jna=${JNA:-/usr/share/java/jna.jar}
rm -rf build
find src -name '*.java' > sources.txt
javac -Xlint:all -Werror --release 17 -cp "$jna" -d build @sources.txt
rm sources.txt
main=${1:-Tests}
[ $# -eq 0 ] || shift
exec java -cp "build:$jna" "io.github.tarray.$main" "$@"
