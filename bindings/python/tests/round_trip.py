"""One table: which dtypes each library shares with tarray, and in which of DLPack's forms.

What a library lacks it must refuse: a row that is too short fails as one that is too long does.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import tarray

NUMPY = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
         "float16", "float32", "float64", "complex64", "complex128"]
FLOAT8 = ["float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"]
MORE_FLOAT8 = ["float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz"]
SUB_BYTE = ["float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "int4", "uint4", "int2", "uint2"]
ALL = [*NUMPY, "bfloat16", "complex32", *FLOAT8, *MORE_FLOAT8, *SUB_BYTE, "float4_e2m1fn_x2"]

VERSIONED, LEGACY, ITSELF = "versioned", "legacy", "itself"


@dataclass(frozen=True)
class Peer:
    """A library that takes and lends DLPack tensors."""

    take: Callable
    address: Callable
    dtypes: list[str]
    """Those that both have."""
    takes: tuple[str, ...]
    """In which forms; `itself` is the tensor, of which the library takes what it likes best."""
    lends: tuple[str, ...]


class Only:
    """A tensor that speaks one version of DLPack alone."""

    def __init__(self, tensor, form):
        self.tensor, self.max_version = tensor, (1, 0) if form == VERSIONED else None

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()

    def __dlpack__(self, **_):
        return self.tensor.__dlpack__(max_version=self.max_version)


def tensor_of(dtype):
    """A tensor of any dtype over 768 bytes, aligned as all libraries want it: also the odd widths
    fill whole bytes."""
    memory = np.zeros(768 + 64, "u1")
    start = -memory.ctypes.data % 64
    memory = memory[start:start + 768]
    memory[:] = np.arange(768) % 2
    return tarray.asarray(memory.data, dtype=dtype, copy=False)


def lent(theirs, form):
    """What a library lends in a form, or itself."""
    if form == ITSELF:
        return theirs
    return theirs.__dlpack__(max_version=(1, 0)) if form == VERSIONED else theirs.__dlpack__()


def check(peer, dtype, takes, lends):
    """That memory goes there and comes back the same, without a copy on either way."""
    tensor = tensor_of(dtype)

    theirs = peer.take(tensor if takes == ITSELF else Only(tensor, takes))
    back = tarray.asarray(lent(theirs, lends), copy=False)

    assert peer.address(theirs) == back.data_ptr() == tensor.data_ptr()
    assert (back.dtype, back.shape, back.strides) == (tensor.dtype, tensor.shape, tensor.strides)
    assert back.provenance.aliased


def check_lacking(peer, dtype, errors):
    """That a dtype which the table denies is refused, and nothing is lost over it."""
    tensor, before = tensor_of(dtype), tarray.live_tensors()
    for form in peer.takes:
        try:
            peer.take(tensor if form == ITSELF else Only(tensor, form))
        except errors:
            continue
        raise AssertionError(f"{form}: taken")
    assert tarray.live_tensors() == before


def rows(peer):
    return [(dtype, takes, lends) for dtype in peer.dtypes for takes in peer.takes for lends in peer.lends]


def lacking(peer):
    return [dtype for dtype in ALL if dtype not in peer.dtypes]
