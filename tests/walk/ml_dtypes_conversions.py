"""The float8 types that PyTorch lacks, against ml_dtypes."""

import ctypes

import ml_dtypes
import numpy as np

import tarray_ctypes as ta
from checks import Checks

_CODES = {ml_dtypes.float8_e3m4: 7, ml_dtypes.float8_e4m3: 8, ml_dtypes.float8_e4m3b11fnuz: 9}
_BFLOAT = 4
_RANDOM = 1_000_000


def _converted(
    library: ctypes.CDLL, data: np.ndarray, source: tuple[int, int], target: tuple[int, int]
) -> bytes:
    """The bytes that `ta_asarray` makes of `data`, read as (code, bits)."""
    extent = (ctypes.c_int64 * 1)(data.size)
    memory = ta.Memory(data=data.ctypes.data, shape=extent, dtype=ta.Dtype(*source, 1), ndim=1)
    described = ta.sized(ta.Source, kind=ta.SOURCE_MEMORY, value=ta.SourceValue(memory=memory))
    out, error = ctypes.c_void_p(), ta.sized(ta.Error)
    options = ta.sized(ta.Options, dtype=ta.Dtype(*target, 1))
    if library.ta_asarray(described, options, out, error) != ta.OK:
        raise ValueError(error.message.decode())
    made = ctypes.string_at(library.ta_data(out), data.size * target[1] // 8)
    library.ta_release(out)
    return made


def _same(left: np.ndarray, right: np.ndarray, bits: str) -> np.ndarray:
    """Element by element: the same bits, or both NaN."""
    nans = np.isnan(left.astype(np.float32)) & np.isnan(right.astype(np.float32))
    return (left.view(bits) == right.view(bits)) | nans


def _told(
    checks: Checks, row: str, source: np.ndarray, ours: np.ndarray, theirs: np.ndarray
) -> None:
    wrong = ~_same(ours, theirs, f"u{ours.itemsize}")
    example = ""
    if wrong.any():
        at = int(wrong.argmax())
        example = f": {wrong.sum()} differ, as {source[at]} -> {ours[at]} (ml_dtypes {theirs[at]})"
    checks.that(not wrong.any(), row + example)


def _is_read(library: ctypes.CDLL, checks: Checks, kind: type, code: int) -> None:
    every = np.arange(256, dtype=np.uint8)
    made = np.frombuffer(_converted(library, every, (code, 8), (ta.FLOAT, 32)), np.float32)
    theirs = every.view(kind).astype(np.float32)
    _told(checks, f"every {kind.__name__}", every, made, theirs)


def _is_written(
    library: ctypes.CDLL, checks: Checks, kind: type, code: int, values: np.ndarray, source: int
) -> None:
    made = _converted(library, values, (source, 8 * values.itemsize), (code, 8))
    with np.errstate(all="ignore"):
        theirs = values.astype(np.float32).astype(kind)
    row = f"{values.dtype} to {kind.__name__}"
    _told(checks, row, values, np.frombuffer(made, kind), theirs)


def run(library: ctypes.CDLL, checks: Checks) -> None:
    """All bytes, all 16-bit floats, a million random float32."""
    generator = np.random.default_rng(20_26)
    every = np.arange(1 << 16, dtype=np.uint16)
    bits = generator.integers(0, 1 << 32, _RANDOM, dtype=np.uint32).view(np.float32)
    scaled = generator.normal(size=_RANDOM) * 2.0 ** generator.integers(-25, 12, _RANDOM)
    for kind, code in _CODES.items():
        _is_read(library, checks, kind, code)
        for values, source in (
            (every.view(np.float16), ta.FLOAT),
            (every.view(ml_dtypes.bfloat16), _BFLOAT),
            (bits, ta.FLOAT),
            (scaled.astype(np.float32), ta.FLOAT),
        ):
            _is_written(library, checks, kind, code, values, source)
