"""What a consumer may ask of an exporter: a copy or none, a device, an older DLPack."""

import ctypes
from collections.abc import Callable

import numpy as np

import arrays
import dlpack_ctypes as dlpack
from checks import Checks
from exchange import Exporter, lent_by


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _refused(checks: Checks, row: str, attempt: Callable[[], object]) -> None:
    try:
        attempt()
        checks.that(False, row)
    except BufferError:
        checks.that(True, row)


def run(library: ctypes.CDLL, checks: Checks) -> None:
    """Each request is met or refused, never ignored."""
    array = arrays.counted(2, 3)
    exporter = Exporter(library, lent_by(library, array))
    for copy, same in ((None, True), (False, True), (True, False)):
        made = np.from_dlpack(exporter, copy=copy)
        checks.that((_address(made) == _address(array)) == same, f"copy={copy} is obeyed")
        checks.that(np.array_equal(made, array), f"copy={copy}: the values")
    on_cpu = np.from_dlpack(exporter, device="cpu")
    checks.that(_address(on_cpu) == _address(array), "the CPU is where it is")
    old, new = exporter.__dlpack__(), exporter.__dlpack__(max_version=(1, 0))
    checks.that(dlpack.kind_of(old) is dlpack.Legacy, "without a version: the old struct")
    checks.that(dlpack.kind_of(new) is dlpack.Managed, "version 1: the new struct")
    gpu = {"dl_device": (2, 0), "max_version": (1, 3)}
    _refused(checks, "another device is refused", lambda: exporter.__dlpack__(**gpu))
    _refused(checks, "and without a copy", lambda: exporter.__dlpack__(**gpu, copy=False))
