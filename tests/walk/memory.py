"""What DLPack cannot carry, byte order and odd strides, as strided memory into the hub."""

import ctypes

import numpy as np

import tarray_ctypes as ta
from arrays import counted
from checks import Checks
from exchange import Exporter

# What the refusal speaks of.
_NAMED = {ta.REASON_BYTE_ORDER: b"byte order", ta.REASON_STRIDE_ALIGNMENT: b"stride"}

_KINDS = {"i": ta.INT, "u": ta.UINT, "f": ta.FLOAT, "c": ta.COMPLEX, "b": ta.BOOL}


def _memory(array: np.ndarray) -> ta.Memory:
    """An array as its `__array_interface__` describes it. It keeps no reference to the array."""
    interface = array.__array_interface__
    order, kind, itemsize = (
        interface["typestr"][0],
        interface["typestr"][1],
        int(interface["typestr"][2:]),
    )
    address, read_only = interface["data"]
    strides = interface.get("strides")
    flags = (ta.MEMORY_READ_ONLY if read_only else 0) | (
        ta.MEMORY_BYTE_SWAPPED if order == ">" else 0
    )
    extents = ctypes.c_int64 * array.ndim
    return ta.Memory(
        data=address,
        shape=extents(*array.shape),
        strides_bytes=extents(*strides) if strides else None,
        dtype=ta.Dtype(_KINDS[kind], 8 * itemsize, 1),
        ndim=array.ndim,
        flags=flags,
    )


def rows() -> list[tuple[str, np.ndarray, int]]:
    """Arrays, and why they are copied (REASON_NONE: they are shared)."""
    packed = np.zeros(4, dtype=[("flag", "u1"), ("value", "<f4"), ("pair", "<c8")])
    packed["value"], packed["pair"] = counted(4), counted(4, dtype="complex64")
    read_only_swapped = counted(3).astype(">f4")
    read_only_swapped.flags.writeable = False
    return [
        ("big-endian float32", counted(2, 3).astype(">f4"), ta.REASON_BYTE_ORDER),
        (
            "big-endian int64 backwards",
            counted(5, dtype="int64").astype(">i8")[::-1],
            ta.REASON_BYTE_ORDER,
        ),
        ("big-endian complex128", (counted(3) * (1 + 2j)).astype(">c16"), ta.REASON_BYTE_ORDER),
        ("big-endian float16, transposed", counted(2, 3).astype(">f2").T, ta.REASON_BYTE_ORDER),
        ("big-endian, read-only", read_only_swapped, ta.REASON_BYTE_ORDER),
        (
            "big-endian in a packed record",
            np.array([(1, 2.5)], "u1,>f8")["f1"],
            ta.REASON_BYTE_ORDER,
        ),
        ("a field of a packed record", packed["value"], ta.REASON_STRIDE_ALIGNMENT),
        ("a complex field backwards", packed["pair"][::-1], ta.REASON_STRIDE_ALIGNMENT),
        ("one odd stride that nobody takes", packed["value"][:1], ta.REASON_NONE),
        ("bytes in either order", counted(4, dtype="uint8").astype(">u1"), ta.REASON_NONE),
        ("backwards", counted(3, 4)[::-1, ::-2], ta.REASON_NONE),
        ("repeated", np.broadcast_to(counted(3), (2, 3)), ta.REASON_NONE),
        ("no elements, big-endian", np.zeros((0, 2), ">f4"), ta.REASON_BYTE_ORDER),
    ]


def asarray(
    library: ctypes.CDLL, array: np.ndarray, copy: int
) -> tuple[int, ctypes.c_void_p, ta.Error]:
    """ta_asarray of the array's memory: status, tensor and error."""
    source = ta.sized(
        ta.Source,
        kind=ta.SOURCE_MEMORY,
        origin=ta.ORIGIN_ARRAY_INTERFACE,
        value=ta.SourceValue(memory=_memory(array)),
    )
    out, error = ctypes.c_void_p(), ta.sized(ta.Error)
    return library.ta_asarray(source, ta.sized(ta.Options, copy=copy), out, error), out, error


def info_of(library: ctypes.CDLL, tensor: ctypes.c_void_p) -> ta.Info:
    """Everything that ta_describe says."""
    info = ta.sized(ta.Info)
    library.ta_describe(tensor, info, None)
    return info


def _back(library: ctypes.CDLL, tensor: ctypes.c_void_p) -> np.ndarray:
    loan = ctypes.c_void_p()
    library.ta_to_dlpack(tensor, None, loan, None)
    return np.from_dlpack(Exporter(library, loan.value))


def _if_needed(
    library: ctypes.CDLL, checks: Checks, row: str, array: np.ndarray, reason: int
) -> None:
    status, tensor, error = asarray(library, array, ta.COPY_IF_NEEDED)
    if not checks.that(status == ta.OK, f"{row}: {error.message.decode()}"):
        return
    info = info_of(library, tensor)
    aliased = int(reason == ta.REASON_NONE)
    checks.that(
        info.provenance.key() == (ta.ORIGIN_ARRAY_INTERFACE, aliased, reason), f"{row}: provenance"
    )
    same = info.data == array.__array_interface__["data"][0]
    checks.that(same == bool(aliased) or not array.size, f"{row}: shared or copied as it says")
    native = array.astype(array.dtype.newbyteorder("="))
    back = _back(library, tensor)
    checks.that(
        back.dtype == native.dtype and np.array_equal(back, native), f"{row}: the same values"
    )
    library.ta_release(tensor)


def _never(library: ctypes.CDLL, checks: Checks, row: str, array: np.ndarray, reason: int) -> None:
    status, tensor, error = asarray(library, array, ta.COPY_NEVER)
    wanted = ta.OK if reason == ta.REASON_NONE else ta.ERR_CANNOT_ALIAS
    checks.that(status == wanted and bool(tensor) == (wanted == ta.OK), f"{row}: never copied")
    if wanted != ta.OK:
        checks.that(_NAMED[reason] in error.message, f"{row}: the refusal names its reason")
    library.ta_release(tensor)


def run(library: ctypes.CDLL, checks: Checks) -> None:
    """Copied and put right where sharing is impossible, refused where a copy is forbidden."""
    for name, array, reason in rows():
        _if_needed(library, checks, name, array, reason)
        _never(library, checks, name, array, reason)
