"""One array through all languages in a row: what one walker lends, the next one takes."""

import ctypes
import sys

import numpy as np

import arrays
import dlpack_ctypes as dlpack
from checks import Checks
from exchange import Exporter, lent_by
from walkers import Walker


def passed_on(library: ctypes.CDLL, walkers: dict[str, Walker], array: np.ndarray):
    """Yields a language and where element 0 is in the tensor that it lends on; at the end the
    array that NumPy makes of the last one."""
    lent = lent_by(library, array)
    for language, walker in walkers.items():
        walked = walker(lent)
        dlpack.delete(walked.converted)
        lent = walked.shared
        yield language, dlpack.element_0(lent)
    yield "NumPy", np.from_dlpack(Exporter(library, lent)).__array_interface__["data"][0]


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """The same address at every stop, and one release at the end of the chain."""
    for name, array in arrays.all_layouts().items():
        if not array.size:
            continue
        before = sys.getrefcount(array)
        for language, address in passed_on(library, walkers, array):
            same = address == array.__array_interface__["data"][0]
            checks.that(same, f"{name}, passed on by {language}: the same memory")
        checks.that(sys.getrefcount(array) == before, f"{name}, passed on: let go once")
