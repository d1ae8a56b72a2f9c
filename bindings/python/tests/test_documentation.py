"""What the documentation shows is what happens: every example in a docstring is run."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import tarray

SEED = Path(__file__).parent.parent / "examples" / "seed.py"


def public():
    """Every public name of the package, and of its classes, with its docstring."""
    yield "tarray", tarray.__doc__
    for name in tarray.__all__:
        value = getattr(tarray, name)
        if isinstance(value, (tarray.dtype, str)):
            continue
        yield name, value.__doc__
        if isinstance(value, type) and not issubclass(value, Exception):
            for member in vars(value):
                if not member.startswith("_") and not member.startswith("n_"):
                    yield f"{name}.{member}", getattr(value, member).__doc__
    for member in ("_ta_handle", "_from_ta_handle", "__dlpack__", "__dlpack_device__", "__array__", "__reduce_ex__"):
        yield f"Tensor.{member}", getattr(tarray.Tensor, member).__doc__


DOCS = dict(public())


def test_the_search_finds_what_there_is():
    assert {"tarray", "asarray", "Tensor", "Tensor.shape", "Tensor.reshape", "device.index", "get_include"} <= set(DOCS)


@pytest.mark.parametrize("name", DOCS)
def test_has_an_example(name):
    text = DOCS[name]

    assert text
    # The attributes of small classes are in the example of their class.
    assert ">>> " in text or name.startswith(("dtype.", "device.", "Provenance.", "Node."))


@pytest.mark.parametrize("name", DOCS)
def test_examples_run(name):
    if name == "to_torch":
        pytest.importorskip("torch")
    test = doctest.DocTestParser().get_doctest(DOCS[name], {}, name, None, 0)

    told = []
    doctest.DocTestRunner(verbose=False).run(test, out=told.append)

    assert told == []


def test_the_examples_of_asarray():
    ran = subprocess.run([sys.executable, SEED], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout
    assert "tensor(0.5000, dtype=tarray.float64)\n" in ran.stdout
    assert ran.stdout.count("\ntensor([3., 4., 5.], grad_fn=<AddBackward0>)\n") == 2


def test_star_import_leaves_builtins_alone():
    names = {}
    exec("from tarray import *", names)

    assert "bool" not in names and "float32" in names
    assert tarray.bool is tarray.dtype("bool")
