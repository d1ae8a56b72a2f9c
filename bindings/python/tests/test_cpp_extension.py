"""The extension in `examples/cpp_extension`: built by its one command, and used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tarray

EXAMPLE = Path(__file__).parent.parent / "examples" / "cpp_extension"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cpp_extension")
    environment = os.environ | {"PYTHON": sys.executable}
    ran = subprocess.run(["sh", EXAMPLE / "build.sh"], cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    return folder


def run(folder, *arguments):
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-B", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_tensors_go_to_cpp_and_back(built):
    assert run(built, EXAMPLE / "use.py").splitlines() == [
        "tensor([ 6., 15.], dtype=tarray.float64)",
        "tensor([5., 7., 9.], dtype=tarray.float64)",
        "tarray.Provenance(source='memory', aliased=True, reason=None)",
        "ValueError: the tensor is float32, not float64",
    ]


def test_there_is_one_library_in_the_process(built):
    mapped = run(built, "-c", "import rows; print(*{line.split()[-1] for line in open('/proc/self/maps') if 'libtarray' in line})")

    assert mapped.split() == [os.path.realpath(tarray.get_library())]


def test_nothing_is_left_behind(built):
    counts = run(built, "-c", """
import rows, tarray
matrix = tarray.asarray([[1.0, 2.0]], dtype=tarray.float64)
wrong = tarray.asarray([1, 2])
def call():
    rows.sums(matrix)
    try:
        rows.sums(wrong)
    except ValueError:
        pass
    try:
        rows.sums(None)
    except TypeError:
        pass
call()
before = tarray.live_tensors()
for _ in range(10_000):
    call()
print(before, tarray.live_tensors())
""")

    before, after = counts.split()
    assert before == after
