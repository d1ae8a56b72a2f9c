#!/bin/sh
# Compiles the package and runs its tests. JNA is the jar of Debian's libjna-java, or $JNA.
set -eu
jna=${JNA:-/usr/share/java/jna.jar}
rm -rf build
find src -name '*.java' > sources.txt
javac -Xlint:all -Werror --release 17 -cp "$jna" -d build @sources.txt
rm sources.txt
exec java -cp "build:$jna" "io.github.tarray.${1:-Tests}"
