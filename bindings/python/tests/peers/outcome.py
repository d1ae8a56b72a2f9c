"""What a call gave: a tensor, taken apart into plain values, or an error."""

import math
from dataclasses import dataclass

import ml_dtypes
import numpy as np
import tarray
import torch
from arrays import NUMPY_DTYPES


@dataclass(frozen=True)
class Outcome:
    """Facts of a result that can be compared between libraries."""

    error: type[Exception] | None = None
    message: str = ""
    dtype: str = ""
    shape: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    """In elements; only of axes on which they mean something."""
    bits: bytes = b""
    """The elements in C order."""
    address: int = 0
    read_only: bool = False
    requires_grad: bool = False

    @property
    def empty(self) -> bool:
        return 0 in self.shape

    def values(self) -> np.ndarray:
        return np.frombuffer(self.bits, numpy_dtype(self.dtype)).reshape(self.shape)


class _Memory:
    """Memory that NumPy may read."""

    def __init__(self, address: int, shape: tuple, strides: tuple, itemsize: int) -> None:
        self.__array_interface__ = {
            "data": (address, True),
            "shape": shape,
            "strides": tuple(stride * itemsize for stride in strides),
            "typestr": f"|V{itemsize}",
            "version": 3,
        }


def _read(address: int, shape: tuple, strides: tuple, itemsize: int) -> bytes:
    if 0 in shape:
        return b""
    return np.array(_Memory(address, shape, strides, itemsize), copy=True).tobytes()


def _significant(shape: tuple, strides: tuple) -> tuple[int, ...]:
    if 0 in shape:
        return ()
    return tuple(stride for stride, extent in zip(strides, shape, strict=True) if extent > 1)


def of_torch(tensor: torch.Tensor) -> Outcome:
    shape, strides = tuple(tensor.shape), tensor.stride()
    address, itemsize = tensor.data_ptr(), tensor.element_size()
    return Outcome(
        dtype=str(tensor.dtype).removeprefix("torch."),
        shape=shape,
        strides=_significant(shape, strides),
        bits=_read(address, shape, strides, itemsize),
        address=address,
        requires_grad=tensor.requires_grad,
    )


def of_tarray(tensor: tarray.Tensor) -> Outcome:
    shape, strides = tensor.shape, tensor.strides
    address, itemsize = tensor.data_ptr(), tensor.itemsize
    return Outcome(
        dtype=tensor.dtype.name,
        shape=shape,
        strides=_significant(shape, strides),
        bits=_read(address, shape, strides, itemsize),
        address=address,
        read_only=tensor.read_only,
        requires_grad=tensor.requires_grad,
    )


def of_numpy(array: np.ndarray) -> Outcome:
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    # A stride that is no multiple of the element size is none that a tensor has.
    strides = tuple(stride / array.itemsize for stride in array.strides)
    return Outcome(
        dtype=array.dtype.name,
        shape=array.shape,
        strides=_significant(array.shape, strides),
        bits=native.tobytes(),
        address=array.__array_interface__["data"][0],
        read_only=not array.flags.writeable,
    )


def attempt(read, function, *given, **keywords) -> Outcome:
    """What a call gives. An error is an outcome like any other, an error of ours is not."""
    try:
        result = function(*given, **keywords)
    except SystemError:
        raise
    except Exception as error:  # noqa: BLE001
        return Outcome(error=type(error), message=str(error))
    return read(result)


_ML_DTYPES = {
    name: np.dtype(getattr(ml_dtypes, name))
    for name in (
        "bfloat16",
        "float8_e3m4",
        "float8_e4m3",
        "float8_e4m3b11fnuz",
        "float8_e4m3fn",
        "float8_e4m3fnuz",
        "float8_e5m2",
        "float8_e5m2fnuz",
        "float8_e8m0fnu",
    )
}
ML_DTYPES = tuple(_ML_DTYPES)

TORCH_DTYPES = (
    *NUMPY_DTYPES,
    "bfloat16",
    "complex32",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
)


def numpy_dtype(name: str) -> np.dtype:
    """A NumPy dtype by its name. complex32 is read as pairs of float16."""
    if name == "complex32":
        return np.dtype([("real", "f2"), ("imag", "f2")])
    return _ML_DTYPES.get(name) or np.dtype(name)


def torch_dtype(name: str | None) -> torch.dtype | None:
    return None if name is None else getattr(torch, name)


_PARTS = {"complex32": "float16", "complex64": "float32", "complex128": "float64"}


def differing(left: Outcome, right: Outcome) -> np.ndarray:
    """Where two outcomes of one dtype and shape differ: in the bits, unless both are NaN.

    One truth value per element in C order.
    """
    if left.bits == right.bits:
        return np.zeros(math.prod(left.shape), bool)
    part = numpy_dtype(_PARTS.get(left.dtype, left.dtype))
    size = part.itemsize
    a, b = (np.frombuffer(each.bits, np.uint8).reshape(-1, size) for each in (left, right))
    differ = (a != b).any(axis=1)
    if part.kind in "fV":
        x, y = (np.frombuffer(each.bits, part).astype(np.float64) for each in (left, right))
        differ &= ~(np.isnan(x) & np.isnan(y))
    if left.dtype in _PARTS:
        differ = differ.reshape(-1, 2).any(axis=1)
    return differ
