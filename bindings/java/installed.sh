#!/bin/sh
# Makes the jar, and runs a program with it on the class path. JNA as in test.sh.
set -eu
jna=${JNA:-/usr/share/java/jna.jar}
folder=$PWD/installed
rm -rf "$folder"
find src/main -name '*.java' > sources.txt
javac --release 17 -cp "$jna" -d "$folder/classes" @sources.txt
rm sources.txt
jar --create --file "$folder/tarray.jar" -C "$folder/classes" .
cd /
exec java -cp "$folder/tarray.jar:$jna" "$1"
