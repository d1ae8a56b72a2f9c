"""Who takes DLPack tensors: each as its users call it, and what they see of the result."""

import ctypes
import importlib.metadata
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass

import dlpack_ctypes as dlpack


@dataclass(frozen=True)
class Seen:
    """A result, as its library shows it."""

    elements: Callable[[], bytes]
    address: Callable[[], int]
    read_only: Callable[[], bool]


def _bytes_at(address, shape, strides, itemsize) -> bytes:
    """The elements in C order, read one by one: no library is asked."""
    if 0 in shape:
        return b""
    places = (
        address + itemsize * sum(i * stride for i, stride in zip(index, strides, strict=True))
        for index in itertools.product(*map(range, shape))
    )
    return b"".join(ctypes.string_at(place, itemsize) for place in places)


def by_tarray(producer):
    import tarray

    tensor = tarray.from_dlpack(producer.object())
    return Seen(
        lambda: _bytes_at(tensor.data_ptr(), tensor.shape, tensor.strides, tensor.itemsize),
        tensor.data_ptr,
        lambda: tensor.read_only,
    )


def _of_array(array) -> Seen:
    return Seen(array.tobytes, lambda: array.ctypes.data, lambda: not array.flags.writeable)


def by_numpy(producer):
    import numpy

    return _of_array(numpy.from_dlpack(producer.object()))


def by_torch(producer):
    import torch

    tensor = torch.from_dlpack(producer.object())
    return Seen(
        lambda: _bytes_at(tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.element_size()),
        tensor.data_ptr,
        # Nothing of PyTorch's refuses to write.
        lambda: False,
    )


def by_jax(producer):
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import numpy

    array = jax.dlpack.from_dlpack(producer.object())
    return Seen(lambda: numpy.asarray(array).tobytes(), array.unsafe_buffer_pointer, lambda: True)


def by_pyarrow(producer):
    import pyarrow

    tensor = pyarrow.Tensor.from_dlpack(producer.object())
    return Seen(
        lambda: tensor.to_numpy().tobytes(),
        lambda: tensor.to_numpy().ctypes.data,
        lambda: not tensor.is_mutable,
    )


def by_tvm_ffi(producer):
    import tvm_ffi

    # Of an object it would ask for the struct without a version.
    tensor = tvm_ffi.from_dlpack(producer.capsule())

    def lent():
        capsule = tensor.__dlpack__(max_version=(1, 3))
        return capsule, dlpack.at(dlpack.claim(capsule))

    def read():
        _capsule, managed = lent()
        inner = managed.dl_tensor
        shape = inner.shape[: inner.ndim] if inner.ndim else []
        strides = inner.strides[: inner.ndim] if inner.ndim else []
        size = max(1, inner.dtype.bits * inner.dtype.lanes // 8)
        elements = _bytes_at((inner.data or 0) + inner.byte_offset, shape, strides, size)
        dlpack.delete(ctypes.addressof(managed))
        return elements

    def fact(of):
        def value():
            _capsule, managed = lent()
            found = of(managed)
            dlpack.delete(ctypes.addressof(managed))
            return found

        return value

    return Seen(
        read,
        fact(lambda managed: (managed.dl_tensor.data or 0) + managed.dl_tensor.byte_offset),
        fact(lambda managed: bool(managed.flags & dlpack.READ_ONLY)),
    )


CONSUMERS = {
    "tarray": by_tarray,
    "numpy": by_numpy,
    "torch": by_torch,
    "jax": by_jax,
    "apache-tvm-ffi": by_tvm_ffi,
    "pyarrow": by_pyarrow,
}


def version(name: str) -> str:
    return importlib.metadata.version(name).split("+")[0]
