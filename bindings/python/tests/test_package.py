"""What a user gets by installing the package."""

import os
import subprocess
import sys

import tarray


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_import_leaves_numpy_alone():
    seen = run("import sys, tarray; tarray.asarray([1.0]); print('numpy' in sys.modules)")

    assert seen.strip() == "False"


def test_the_wheel_carries_headers_and_library():
    assert {"tarray.h", "tarray.hpp", "tarray_dlpack.h"} <= set(os.listdir(tarray.get_include()))
    assert os.path.isfile(tarray.get_library())


def test_the_process_runs_on_the_library_in_the_wheel():
    with open("/proc/self/maps") as maps:
        mapped = {line.split()[-1] for line in maps if "libtarray" in line}

    assert mapped == {os.path.realpath(tarray.get_library())}


def test_another_library_of_that_name_is_not_loaded(tmp_path):
    name = os.path.basename(tarray.get_library())
    (tmp_path / name).write_bytes(b"no library")
    code = "import tarray; print(tarray.asarray([1]).tolist())"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}

    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)

    assert (seen.stdout.strip(), seen.stderr) == ("[1]", "")


def test_every_public_name_has_a_docstring():
    missing = [name for name in tarray.__all__ if not getattr(tarray, name).__doc__]

    assert missing == []
