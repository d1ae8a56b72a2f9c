"""Every row of the table of differences holds on both sides, and the page says so."""

import array
import collections
import ctypes
import math
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
import tarray
import torch

import differences
from differences import DIFFERENCES
from drawn import Interface, Lender
from outcome import TORCH_DTYPES

_PAGE = Path(__file__).parents[4] / "docs" / "differences.md"


class Both(bytearray):
    """A buffer of bytes that lends int64 elements."""

    def __init__(self, size):
        super().__init__(size)
        self.lent = np.arange(3)

    __dlpack__ = Lender.__dlpack__
    __dlpack_device__ = Lender.__dlpack_device__


def names_of(library) -> dict:
    """What an example may use."""
    functions = ("asarray", "tensor", "frombuffer", "from_dlpack", *TORCH_DTYPES)
    return {
        **{name: getattr(library, name) for name in functions},
        **{kind.__name__: kind for kind in (Lender, Interface, Both)},
        "array": array,
        "collections": collections,
        "ctypes": ctypes,
        "math": math,
        "ml_dtypes": ml_dtypes,
        "np": np,
    }


def told(example: str, library) -> str:
    """The example's warnings, and its value or the class of its error."""
    *statements, expression = example.splitlines()
    names = names_of(library)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec("\n".join(statements), names)
            end = repr(eval(expression, names))
        except Exception as error:  # noqa: BLE001
            return type(error).__name__
    return ", ".join([*(each.category.__name__ for each in caught), end])


def told_apart(example: str, library) -> str:
    """The signal that kills a process which runs the example."""
    code = f"import numpy as np\nfrom {library.__name__} import asarray\n{example}"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    return signal.Signals(-finished.returncode).name if finished.returncode < 0 else "no crash"


@pytest.fixture(autouse=True)
def _every_warning():
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row.name)
def test_both_sides_do_what_the_row_says(row):
    assert (told_apart if row.crashes else told)(row.example, torch) == row.torch
    assert told(row.example, tarray) == row.tarray


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row.name)
def test_a_row_is_a_difference(row):
    assert row.torch != row.tarray


def test_the_rows_have_names_of_their_own():
    assert len({row.name for row in DIFFERENCES}) == len(DIFFERENCES)


def test_the_page_is_what_the_table_says():
    assert _PAGE.read_text() == differences.page(), (
        f"run `python {Path(differences.__file__).name} --write docs/differences.md`"
    )
