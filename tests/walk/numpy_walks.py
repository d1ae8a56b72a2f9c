"""NumPy arrays through every walker, and what must be true before, during and after."""

import ctypes
import sys

import numpy as np

import arrays
from checks import Checks
from exchange import Exporter, lent_by
from step import VALUE
from walkers import Walked, Walker


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _target(dtype: np.dtype) -> str:
    if dtype.kind == "c":
        return "complex64" if dtype.itemsize == 16 else "complex128"
    return "float32" if dtype == np.float64 else "float64"


def _equal(left: np.ndarray, right: np.ndarray) -> bool:
    """Same dtype, shape and values, a NaN being itself and -0 not 0."""
    same = left.dtype == right.dtype and left.shape == right.shape
    return same and np.ascontiguousarray(left).tobytes() == np.ascontiguousarray(right).tobytes()


def _without_nan(array: np.ndarray) -> np.ndarray:
    """The array with every NaN alike, whatever its bits."""
    return np.where(np.isnan(array), array.dtype.type(np.nan), array)


def _same_steps(left: np.ndarray, right: np.ndarray) -> bool:
    """Same strides, where anybody steps along them."""
    if left.size == 0:
        return True
    pairs = zip(left.shape, left.strides, right.strides, strict=True)
    return all(mine == theirs for extent, mine, theirs in pairs if extent > 1)


def _after_the_walk(array: np.ndarray) -> np.ndarray:
    """What a walker leaves in an array that it may write to, computed without it."""
    expected = array.copy(order="K")
    if array.flags.writeable and array.size:
        twin = np.ndarray(
            array.shape, array.dtype, bytearray(_memory(array)), _offset(array), array.strides
        )
        twin[(0,) * array.ndim] = VALUE
        expected = twin
    return expected


def _span(array: np.ndarray) -> tuple[int, int]:
    steps = [(n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True)]
    return sum(s for s in steps if s < 0), sum(s for s in steps if s > 0) + array.itemsize


def _offset(array: np.ndarray) -> int:
    return -_span(array)[0]


def _memory(array: np.ndarray) -> bytes:
    low, high = _span(array)
    return ctypes.string_at(_address(array) + low, high - low)


def _came_back_shared(checks: Checks, row: str, array: np.ndarray, back: np.ndarray) -> None:
    # Without elements DLPack wants NULL, for which NumPy makes (writable) memory of its own.
    if array.size:
        checks.that(_address(back) == _address(array), f"{row}: the same memory")
        checks.that(back.flags.writeable == array.flags.writeable, f"{row}: as writable as before")
    checks.that(_same_steps(array, back), f"{row}: the same strides")
    checks.that(_equal(array, back), f"{row}: the same values")


def _came_back_converted(checks: Checks, row: str, array: np.ndarray, back: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        expected = array.astype(_target(array.dtype))
    checks.that(_equal(_without_nan(expected), _without_nan(back)), f"{row}: the right conversion")
    checks.that(not np.may_share_memory(array, back) or not array.size, f"{row}: memory of its own")
    checks.that(back.flags.writeable, f"{row}: the conversion is writable")


def _one(
    library: ctypes.CDLL, checks: Checks, row: str, array: np.ndarray, walker: Walker
) -> Walked:
    expected = _after_the_walk(array)
    before = sys.getrefcount(array)
    walked = walker(lent_by(library, array))
    if not checks.that(walked.step == 0, f"{row}: step {walked.step}"):
        return walked
    checks.that(
        _equal(array, expected), f"{row}: the producer sees what was written, and nothing else"
    )
    checks.that(sys.getrefcount(array) > before, f"{row}: the array is held")
    shared = np.from_dlpack(Exporter(library, walked.shared))
    converted = np.from_dlpack(Exporter(library, walked.converted))
    _came_back_shared(checks, row, array, shared)
    _came_back_converted(checks, row, array, converted)
    del shared
    checks.that(sys.getrefcount(array) == before, f"{row}: let go once, not less and not more")
    return walked


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """Every array through every walker; all say the same, word by word."""
    for name in arrays.everything():
        said = {}
        for language, walker in walkers.items():
            array = arrays.everything()[name]
            said[language] = _one(library, checks, f"{name} in {language}", array, walker).lines
        for language, lines in said.items():
            checks.that(lines == said["C"], f"{name}: {language} says what C says")
