#!/bin/sh
# Builds the extension `rows` in the current folder, for the `python` on the path (or $PYTHON).
set -eu
python=${PYTHON:-python}
ask() { "$python" -c "import os, sysconfig, tarray; print($1)"; }
library=$(ask 'tarray.get_library()')
c++ -std=c++17 -O2 -Wall -Wextra -shared -fPIC "$(dirname "$0")/rows.cpp" \
    -I"$(ask 'sysconfig.get_path("include")')" -I"$(ask 'tarray.get_include()')" \
    "$library" -Wl,-rpath,"$(dirname "$library")" -o "rows$(ask 'sysconfig.get_config_var("EXT_SUFFIX")')"
