"""The NumPy arrays that walk: every layout and dtype that DLPack can carry.

Element 0 is never 4, so that a walker's write is seen.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

NUMPY_DTYPES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)


def counted(*shape: int, dtype: str = "float32") -> np.ndarray:
    """1, 2, 3, ... in C order."""
    return np.arange(1, np.prod(shape, dtype=int) + 1).astype(dtype).reshape(shape)


def aligned(*shape: int, dtype: str = "float32") -> np.ndarray:
    """`counted` at a multiple of 64 bytes: what JAX shares instead of copying."""
    values = counted(*shape, dtype=dtype)
    room = np.zeros(values.nbytes + 64, np.uint8)
    start = -room.ctypes.data % 64
    array = room[start : start + values.nbytes].view(dtype).reshape(shape)
    array[...] = values
    return array


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


def _extremes(dtype: str) -> np.ndarray:
    """0, 1, -1 and the largest and smallest numbers of a dtype, as far as it has them."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.array([False, True, False])
    if kind in "iu":
        info = np.iinfo(dtype)
        return np.array([info.max, info.min, 0, 1], dtype)
    info = np.finfo(dtype)
    return np.array([info.max, info.min, info.tiny, -0.0, np.inf, -np.inf, np.nan, 1.5], dtype)


def shown() -> dict[str, np.ndarray]:
    """The few that a demonstration shows."""
    return {
        "float32 3x4 in C order": counted(3, 4),
        "float64 transposed": counted(2, 3, dtype="float64").T,
        "int16 every second, backwards": counted(8, dtype="int16")[::-2],
        "uint8 read-only": _read_only(counted(4, dtype="uint8")),
        "complex64 without axes": np.array(1.5 - 2j, np.complex64),
        "bool without elements": np.zeros((3, 0), bool),
    }


def all_layouts() -> dict[str, np.ndarray]:
    """Every layout."""
    unaligned = np.frombuffer(bytearray(33), np.uint8)[1:].view(np.float64)
    unaligned[...] = counted(4)
    return shown() | {
        "Fortran order": np.asfortranarray(counted(3, 4)),
        "axes permuted": counted(2, 3, 4).transpose(1, 2, 0),
        "sliced from the middle": counted(5, 6)[1:4, 2:5],
        "backwards on both axes": counted(4, 5)[::-1, ::-2],
        "repeated rows, read-only": np.broadcast_to(counted(3), (4, 3)),
        "repeated rows, writable": as_strided(counted(3), (4, 3), (0, 4)),
        "overlapping windows": as_strided(counted(6), (4, 3), (4, 4)),
        "no axes": np.array(2.5, np.float32),
        "no axes, read-only": _read_only(np.array(2.5)),
        "no elements": np.zeros(0, np.int32),
        "no elements on three axes": np.zeros((2, 0, 5)),
        "no elements, read-only": _read_only(np.zeros((0, 2))),
        "an axis of one with an odd stride": counted(4, 6)[::5, 1::7],
        "64 axes": counted(2, 1, 3).reshape((2,) + (1,) * 62 + (3,)),
        "64 axes backwards": counted(2, 3).reshape((2,) + (1,) * 62 + (3,))[::-1, ..., ::-1],
        "more elements than are printed": counted(50, 60, dtype="int64"),
        "unaligned": unaligned,
        "at a multiple of 64": aligned(4, 4),
        "read-only, sliced backwards": _read_only(counted(6, 6)[::-2, ::3]),
    }


def all_dtypes() -> dict[str, np.ndarray]:
    """Every dtype, as a matrix and at its limits."""
    matrices = {
        f"{dtype} matrix": counted(2, 3, dtype=dtype) for dtype in NUMPY_DTYPES if dtype != "bool"
    }
    limits = {f"{dtype} limits": _extremes(dtype) for dtype in NUMPY_DTYPES}
    return matrices | limits | {"bool matrix": np.array([[False, True], [True, True]])}


def everything() -> dict[str, np.ndarray]:
    """All that the tests walk with."""
    return all_layouts() | all_dtypes()
