"""What is right for a case, worked out from NumPy's reading of the object and the contract.

It is asked for every case, so that where PyTorch refuses an object, tarray's answer is not
believed but checked. Conversions of values are PyTorch's, of memory that it takes.
"""

import functools
import math

import numpy as np
import torch

from drawn import Array, Buffer, Capsule, Lent, NumpyScalar, Offered
from outcome import TORCH_DTYPES, Outcome, differing, numpy_dtype

_PARTS = {"complex32": "f2", "complex64": "f4", "complex128": "f8"}


def _tensor(array: np.ndarray) -> torch.Tensor:
    """The elements of an array for PyTorch: as they are, or in a wider dtype that holds them."""
    tidy = np.array(array.astype(array.dtype.newbyteorder("="), copy=False), order="C")
    name = tidy.dtype.name
    if name not in TORCH_DTYPES:
        return torch.from_numpy(tidy.astype(np.float32))
    flat = tidy.reshape(-1).view(np.uint8)
    if not flat.size:
        return torch.empty(tidy.shape, dtype=getattr(torch, name))
    return torch.from_numpy(flat).view(getattr(torch, name)).reshape(tidy.shape)


def to_integer(values: np.ndarray, target: np.dtype) -> np.ndarray:
    """The contract's one fixed result for every float, as integers of the target's width."""
    wide = values.astype(np.float64)
    bits = 32 if target.itemsize < 4 or target == np.int32 else 64
    fits = (wide > -(2.0 ** (bits - 1)) - (bits == 32)) & (wide < 2.0 ** (bits - 1))
    fits |= wide == -(2.0 ** (bits - 1))
    signed = np.where(fits, np.trunc(wide), -(2.0 ** (bits - 1))).astype(np.int64)
    if target == np.uint64:
        beyond = (wide >= 2.0**63) & (wide < 2.0**64)
        exact = np.where(beyond, wide, 0).astype(np.uint64)
        return np.where(beyond, exact, signed.view(np.uint64))
    return signed.astype(target)


def converted(array: np.ndarray, dtype: str) -> bytes:
    """The bits of an array's elements in C order, in another dtype."""
    if array.dtype.name == dtype:
        return array.astype(array.dtype.newbyteorder("="), copy=False).tobytes()
    whole = dtype in TORCH_DTYPES and numpy_dtype(dtype).kind in "iu"
    if whole and array.dtype.kind not in "iub":
        real = _tensor(array)
        real = torch.view_as_real(real)[..., 0] if real.is_complex() else real
        return to_integer(real.to(torch.float64).numpy(), numpy_dtype(dtype)).tobytes()
    result = _tensor(array).to(getattr(torch, dtype)).contiguous()
    return result.reshape(-1).view(torch.uint8).numpy().tobytes() if result.numel() else b""


def _reasons(array: np.ndarray, request) -> list[str]:
    """Why an array cannot be aliased, by the contract's decision."""
    moves = [s for s, n in zip(array.strides, array.shape, strict=True) if n > 1]
    odd = array.size > 0 and any(stride % array.itemsize for stride in moves)
    obstacles = {
        "requested": request.copy is True,
        "dtype": request.dtype not in (None, array.dtype.name),
        "byte order": not array.dtype.isnative,
        "alignment of strides": odd,
        "read-only": bool(request.writable) and not array.flags.writeable,
        "not contiguous": bool(request.contiguous) and not array.flags.c_contiguous,
    }
    return [name for name, stands in obstacles.items() if stands]


def array_faults(array: np.ndarray, address: int, request, ours: Outcome) -> list[str]:
    """What is wrong with a result of an array, or of what lends its memory at `address`."""
    reasons = _reasons(array, request)
    if request.copy is False and reasons:
        return [] if ours.error and issubclass(ours.error, ValueError) else ["not refused"]
    if ours.error:
        return ["refused"]
    dtype = request.dtype or array.dtype.name
    if (ours.dtype, ours.shape) != (dtype, array.shape):
        return ["dtype or shape"]
    faults = []
    right = Outcome(dtype=dtype, shape=array.shape, bits=converted(array, dtype))
    if differing(right, ours).any():
        faults.append("values")
    if not ours.empty and (ours.address == address) != (not reasons):
        faults.append("aliasing")
    if ours.read_only != (not reasons and not array.flags.writeable):
        faults.append("read-only mark")
    if not reasons and not ours.empty:
        kept = [
            s // array.itemsize for s, n in zip(array.strides, array.shape, strict=True) if n > 1
        ]
        faults += ["strides"] if kept != list(ours.strides) else []
    elif not ours.empty and not _dense(ours):
        faults.append("a copy with gaps")
    if request.contiguous and list(ours.strides) != sorted(ours.strides, reverse=True):
        faults.append("not contiguous")
    return faults


def _dense(ours: Outcome) -> bool:
    """Whether the elements fill one block."""
    extents = [n for n in ours.shape if n > 1]
    pairs = sorted(zip(ours.strides, extents, strict=True))
    expected = 1
    for stride, extent in pairs:
        if stride != expected:
            return False
        expected *= extent
    return True


def scalar_faults(scalar: np.generic, request, ours: Outcome) -> list[str]:
    """What is wrong with a result of a NumPy scalar."""
    if request.copy is False:
        return [] if ours.error else ["not refused"]
    if ours.error:
        return ["refused"]
    right = np.asarray(scalar)
    dtype = request.dtype or right.dtype.name
    if (ours.dtype, ours.shape) != (dtype, ()):
        return ["dtype or shape"]
    expected = Outcome(dtype=dtype, shape=(), bits=converted(right, dtype))
    return ["values"] if differing(expected, ours).any() else []


def shape_of(made) -> tuple[int, ...] | None:
    """The shape of nested sequences; None if they are ragged."""
    if isinstance(made, np.ndarray):
        return made.shape
    if not isinstance(made, list | tuple):
        return ()
    shapes = [shape_of(item) for item in made]
    if None in shapes or len(set(shapes)) > 1:
        return None
    return (len(made), *(shapes[0] if shapes else ()))


def leaves_of(made):
    if isinstance(made, list | tuple):
        for item in made:
            yield from leaves_of(item)
    else:
        yield made


def _is_plain_int(leaf) -> bool:
    return isinstance(leaf, int) and not isinstance(leaf, np.generic)


def _kind(leaf) -> torch.dtype:
    if isinstance(leaf, np.ndarray | np.generic):
        return getattr(torch, leaf.dtype.name)
    return torch.complex64 if isinstance(leaf, complex) else torch.float32


def _whole(numbers: list[int]) -> torch.dtype | None:
    """The one dtype for all of Python's ints and bools; None if there is none."""
    if all(isinstance(number, bool) for number in numbers):
        return torch.bool
    low, high = min(numbers), max(numbers)
    if low < -(2**63) or high >= 2**64:
        return None
    return torch.uint64 if high >= 2**63 else torch.int64


def common_dtype(leaves: list) -> str | None:
    """What the leaves promote to, one after another, ints last; None if nothing holds them all."""
    whole = [leaf for leaf in leaves if _is_plain_int(leaf)]
    kinds = [_kind(leaf) for leaf in leaves if not _is_plain_int(leaf)]
    number = _whole(whole) if whole else None
    if whole and number is None:
        return None
    if not kinds and number is torch.uint64 and min(whole) < 0:
        return None
    try:
        common = functools.reduce(torch.promote_types, kinds) if kinds else None
        if common is not None and number is torch.uint64 and common.is_complex:
            number = torch.int64
        if common is not None and number is not None:
            common = torch.promote_types(common, number)
    except RuntimeError:
        return None
    return str(common or number or torch.float32).removeprefix("torch.")


def _element(leaf, dtype: str) -> bytes:
    whole = numpy_dtype(dtype).kind in "iu"
    if isinstance(leaf, np.integer) and whole:
        leaf = leaf.item()
    if isinstance(leaf, np.ndarray | np.generic) and not (
        whole and leaf.ndim == 0 and isinstance(leaf, np.floating)
    ):
        return converted(np.asarray(leaf), dtype)
    if dtype == "bool":
        return np.bool_(bool(leaf)).tobytes()
    target = numpy_dtype(dtype)
    if target.kind in "iu":
        return int(leaf).to_bytes(target.itemsize, "little", signed=target.kind == "i")
    return converted(np.asarray(complex(leaf) if isinstance(leaf, complex) else float(leaf)), dtype)


def _fits(leaf, dtype: str) -> bool:
    """Whether the contract lets a Python number become an element."""
    if isinstance(leaf, np.ndarray):
        return True
    if isinstance(leaf, np.generic):
        # One number, whoever's it is.
        leaf = leaf.item()
    if isinstance(leaf, int) and not isinstance(leaf, bool) and not -(2**63) <= leaf < 2**64:
        return False
    target = numpy_dtype(dtype)
    if isinstance(leaf, complex):
        return target.kind == "b" or dtype in _PARTS
    if target.kind not in "iu":
        return True
    info = np.iinfo(target)
    if not math.isfinite(leaf) or (isinstance(leaf, float) and leaf < float(info.min)):
        return False
    return info.min <= int(leaf) <= info.max


def sequence_faults(made, request, ours: Outcome) -> list[str]:
    """What is wrong with a result of nested sequences, or of a number alone."""
    if request.copy is False:
        return [] if ours.error and issubclass(ours.error, ValueError) else ["not refused"]
    shape = shape_of(made)
    leaves = [*leaves_of(made)]
    dtype = request.dtype or common_dtype(leaves)
    if shape is None or dtype is None or not all(_fits(leaf, dtype) for leaf in leaves):
        return [] if ours.error else ["not refused"]
    if ours.error:
        return ["refused"]
    if (ours.dtype, ours.shape) != (dtype, shape):
        return [f"dtype or shape: not {dtype}, {shape}"]
    if ours.empty:
        return []
    right = Outcome(dtype=dtype, shape=shape, bits=b"".join(_element(e, dtype) for e in leaves))
    return ["values"] if differing(right, ours).any() else []


def buffer_faults(made, address: int | None, request, ours: Outcome) -> list[str]:
    """What is wrong with a result of a buffer: its bytes in C order, grouped by the dtype."""
    view = memoryview(made)
    dtype = request.dtype or "float32"
    size = numpy_dtype(dtype).itemsize
    strided = not view.c_contiguous
    if view.nbytes % size or (strided and request.copy is False and view.nbytes):
        return [] if ours.error and issubclass(ours.error, ValueError) else ["not refused"]
    if ours.error:
        # Whether an empty buffer has strides is nobody's concern.
        return ["refused"] if view.nbytes else []
    if (ours.dtype, ours.shape) != (dtype, (view.nbytes // size,)):
        return ["dtype or shape"]
    if ours.bits != view.tobytes():
        return ["values"]
    shared = request.copy is not True and not strided
    wrong = not ours.empty and (ours.address == address) != shared
    marked = not ours.empty and ours.read_only != (shared and view.readonly)
    return ["aliasing"] * wrong + ["read-only mark"] * marked


def faults(case) -> list[str]:
    """What is wrong with tarray's side of a case."""
    if isinstance(case.recipe, Array):
        return array_faults(case.made, case.address, case.request, case.tarray)
    if isinstance(case.recipe, Lent | Capsule | Offered):
        # Another array of the same recipe: alike in all but its address.
        return array_faults(case.recipe.array.make(), case.address, case.request, case.tarray)
    if isinstance(case.recipe, Buffer):
        return buffer_faults(case.made, case.address, case.request, case.tarray)
    if isinstance(case.recipe, NumpyScalar):
        return scalar_faults(case.made, case.request, case.tarray)
    if isinstance(case.made, list | tuple | bool | int | float | complex):
        return sequence_faults(case.made, case.request, case.tarray)
    return []
