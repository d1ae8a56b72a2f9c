"""The table of cases that every binding runs (tests/cases), with Python's own arrays, numbers and lists."""

import csv
import ctypes
import json
import re
from contextlib import contextmanager
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import tarray

# What a status is in Python: the classes that the exception must be of.
EXCEPTIONS = {
    "TA_ERR_INVALID_ARGUMENT": (ValueError,), "TA_ERR_DTYPE": (tarray.DtypeError,), "TA_ERR_OVERFLOW": (tarray.RangeError,),
    "TA_ERR_RAGGED": (ValueError,), "TA_ERR_KIND": (TypeError,), "TA_ERR_GRAD": (tarray.RequestError,),
    "TA_ERR_CANNOT_ALIAS": (tarray.RequestError, ValueError), "TA_ERR_DEVICE": (tarray.RequestError,),
    "TA_ERR_EXPORT": (BufferError,),
}


def table():
    with open(Path(__file__).parents[3] / "tests/cases/cases.tsv", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [{column: "" if field == "-" else field for column, field in row.items()} for row in rows]


CASES = table()


def numpy_dtype(name):
    """NumPy's dtype of that name; complex32 has none."""
    return np.dtype(getattr(ml_dtypes, name, None) or name)


def is_possible(row):
    return row["source_dtype"] != "complex32"


def numbers(text):
    """The numbers and lists of a field, as Python's own."""
    text = re.sub(r"\((.*?),(.*?)\)", r"complex(\1,\2)", text)
    text = re.sub(r"(?<![a-z])-?(inf|nan)(?![a-z])", lambda found: f"float('{found[0]}')", text)
    return eval(text.replace("true", "True").replace("false", "False"))


def request(row):
    options = {}
    for word in row["request"].split():
        key, _, value = word.partition("=")
        if key == "copy":
            options[key] = value == "always"
        elif key == "requires_grad":
            options[key] = True if value == "yes" else None
        elif key == "accept":
            options[key] = value.replace("memory", "numpy").split(",")
        else:
            options[key] = value or True
    return options


@contextmanager
def default_dtype(name):
    """Python has a setting for what is an option elsewhere."""
    before = tarray.get_default_dtype()
    tarray.set_default_dtype(name or before)
    try:
        yield
    finally:
        tarray.set_default_dtype(before)


def strided(row, block):
    """The memory that a case describes, as an ndarray over the block."""
    dtype = numpy_dtype(row["source_dtype"])
    if "swapped" in row["traits"]:
        dtype = dtype.newbyteorder(">")
    shape, strides = json.loads(row["source_shape"]), json.loads(row["strides"] or "null")
    array = np.ndarray(tuple(shape), dtype, block, int(row["start"]), strides)
    array.flags.writeable = "read_only" not in row["traits"]
    return array


def given(row, block):
    """What `asarray` is given; raises what lending it as DLPack raises."""
    kind = row["kind"]
    if kind in ("scalar", "complex", "big", "list", "complex_list"):
        return numbers(row["value"])
    if kind == "buffer":
        return memoryview(block).toreadonly() if row["traits"] else block
    array = strided(row, block)
    if kind in ("array", "strided"):
        return array
    if kind == "typed_scalar":
        return array[()]
    if kind == "rows":
        return list(array)
    tensor = tarray.asarray(array)
    if kind == "tensor":
        return tensor
    return tensor.__dlpack__(max_version=(1, 3) if kind == "dlpack" else None)


def as_python_says(row):
    """The origin that the table calls memory, and typed scalars, are NumPy's here."""
    is_numpys = row["origin"] == "memory" or row["kind"] == "typed_scalar"
    return "numpy" if is_numpys else row["origin"]


def check(tensor, row, block):
    assert tensor.dtype.name == row["dtype"]
    assert list(tensor.shape) == json.loads(row["shape"])
    assert elements(tensor) == bytes.fromhex(row["data"])
    holds = {"read_only": tensor.read_only, "contiguous": tensor.is_contiguous(), "requires_grad": tensor.requires_grad}
    assert [flag for flag in holds if holds[flag]] == row["flags"].split()
    assert tensor.provenance == (as_python_says(row), row["aliased"] == "1", row["reason"] or None)
    if block and tensor.numel():
        first = np.frombuffer(block, "uint8").ctypes.data
        if row["aliased"] == "1":
            assert tensor.data_ptr() == first + int(row["start"])
        else:
            assert not first <= tensor.data_ptr() < first + len(block)


def elements(tensor):
    """The bytes of the elements in C order."""
    tensor = tarray.asarray(tensor, copy=True, contiguous=True)
    return ctypes.string_at(tensor.data_ptr(), tensor.nbytes) if tensor.nbytes else b""


@pytest.mark.parametrize("row", [row for row in CASES if is_possible(row)], ids=lambda row: row["name"])
def test_case(row):
    before = tarray.live_tensors()
    block = None if row["kind"] in ("scalar", "complex", "big", "list", "complex_list") else bytearray.fromhex(row["value"])
    options = request(row)
    with default_dtype(options.pop("default_dtype", None)):
        if row["status"] == "TA_OK":
            check(tarray.asarray(given(row, block), **options), row, block)
        else:
            with pytest.raises(EXCEPTIONS[row["status"]]) as raised:
                tarray.asarray(given(row, block), **options)
            assert row["says"] in str(raised.value)
            del raised
    assert tarray.live_tensors() == before


def test_nothing_else_is_skipped():
    assert len(CASES) >= 279
    assert [row["name"] for row in CASES if not is_possible(row)] == ["memory of complex32 is shared"]
