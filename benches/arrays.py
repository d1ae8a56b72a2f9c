"""The same memory as everybody sees it: a torch tensor, a NumPy array, one of ours; and memcpy."""

import ctypes

import numpy as np
import tarray
import torch

MIB = 1 << 20

# Dtypes by name, smallest first. NumPy has those that it has a name for.
DTYPES = ["bool", "uint8", "int8", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
          "float8_e8m0fnu", "uint16", "int16", "float16", "bfloat16", "uint32", "int32", "float32",
          "complex32", "uint64", "int64", "float64", "complex64", "complex128"]

_memcpy = ctypes.CDLL(None).memcpy
_memcpy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


class Side:
    """Elements of one dtype in memory that has been touched."""

    def __init__(self, tensor):
        self.torch = tensor
        self.ours = tarray.asarray(tensor)
        try:
            self.numpy = tensor.numpy()
        except TypeError:
            self.numpy = None

    @property
    def nbytes(self):
        return self.torch.numel() * self.torch.element_size()



def source(dtype, shape):
    """Elements with small values, so that every conversion of them is defined."""
    values = torch.arange(0, 97, dtype=torch.float32).repeat(-(-torch.Size(shape).numel() // 97))
    values = values[: torch.Size(shape).numel()].reshape(shape)
    return Side(values.to(getattr(torch, dtype)))


def target(dtype, shape):
    """Elements that have been written once."""
    tensor = torch.empty(shape, dtype=getattr(torch, dtype))
    tensor.view(torch.uint8).fill_(1)
    return Side(tensor)


def copies(from_, to):
    """Who copies the elements from one side to the other, converted, into memory that is there."""
    calls = {"tarray": lambda: to.ours.copy_(from_.ours)}
    calls["torch"] = lambda: to.torch.copy_(from_.torch)
    if from_.numpy is not None and to.numpy is not None:
        calls["numpy"] = lambda: np.copyto(to.numpy, from_.numpy, casting="unsafe")
    return calls


_pool = {}


def memcpy(moved):
    """memcpy of as many bytes, read and written together, in memory of the same kind as the sides have."""
    size = moved // 2
    if _pool.get("size", 0) < size:
        _pool.update(size=size, pair=[torch.ones(size, dtype=torch.uint8) for _ in range(2)])
    to, from_ = (tensor.data_ptr() for tensor in _pool["pair"])
    return lambda: _memcpy(to, from_, size)


def threads(count):
    """Lets everybody use so many."""
    tarray.set_num_threads(count)
    torch.set_num_threads(count)
