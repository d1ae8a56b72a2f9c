"""As much of CuPy as the checks use, over the driver: what CuPy would call, in the order in which it would."""

import ctypes

import numpy as np

import tarray
from driver import LEGACY, Block, Driver, Stream

DLPACK_CUDA = (2, 0)


class Cupy:
    """The module, and its cupy.cuda."""

    def __init__(self):
        self.cuda, self.driver = self, Driver()
        self.streams = [Stream(self.driver, LEGACY)]

    def Stream(self, *, non_blocking):
        return Queue(self, Stream(self.driver))

    def Device(self):
        return self.driver

    @property
    def current(self):
        return self.streams[-1]

    def RawKernel(self, source, name):
        return lambda grid, block, arguments: self.current.delay(arguments[0] // 1_000_000)

    def zeros(self, count, dtype):
        array = Array(self, Block(self.driver, count), np.zeros(count, dtype))
        array.fill(0)
        return array

    def arange(self, count, dtype):
        host = np.arange(count, dtype=dtype)
        array = Array(self, Block(self.driver, host.nbytes), host)
        self.current.upload(array.data.ptr, host.ctypes.data, host.nbytes)
        self.current.synchronize()
        return array

    def from_dlpack(self, tensor):
        loan = tarray.from_dlpack(tensor.__dlpack__(stream=self.current.handle, max_version=(1, 3)))
        return self.over(loan.data_ptr(), loan)

    def asarray(self, tensor):
        return self.over(tensor.__cuda_array_interface__["data"][0], tensor)

    def over(self, address, owner):
        """An array over memory that is somebody else's."""
        array = Array(self, owner, np.empty(tuple(owner.shape), dtype=str(owner.dtype).removeprefix("tarray.")))
        array.ptr = address
        return array


class Queue:
    """A stream that is the current one inside its `with`."""

    def __init__(self, cuda, stream):
        self.cuda, self.stream, self.synchronize = cuda, stream, stream.synchronize

    def __enter__(self):
        self.cuda.streams.append(self.stream)
        return self

    def __exit__(self, *_):
        self.cuda.streams.pop()


class Array:
    """An ndarray of CuPy's. `host` has its dtype and shape, and room for what get() brings."""

    def __init__(self, cuda, owner, host):
        self.cuda, self.owner, self.host = cuda, owner, host
        self.ptr = getattr(owner, "address", None)

    @property
    def data(self):
        return self

    def reshape(self, *shape):
        array = Array(self.cuda, self.owner, self.host.reshape(shape))
        array.ptr = self.ptr
        return array

    def fill(self, byte):
        self.cuda.current.fill(self.owner, byte)

    def copy(self):
        block = Block(self.cuda.driver, self.host.nbytes)
        arguments = ctypes.c_uint64(block.address), ctypes.c_uint64(self.ptr), ctypes.c_size_t(self.host.nbytes)
        self.cuda.driver.call("cuMemcpyDtoDAsync_v2", *arguments, ctypes.c_void_p(self.cuda.current.handle))
        return Array(self.cuda, block, np.empty_like(self.host))

    def get(self):
        self.cuda.current.download(self.host.ctypes.data, self.ptr, self.host.nbytes)
        self.cuda.current.synchronize()
        return self.host

    def __dlpack_device__(self):
        return DLPACK_CUDA

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        told = {
            "version": 3, "typestr": self.host.dtype.str, "shape": self.host.shape, "strides": None,
            "data": (self.ptr, False), "stream": self.cuda.current.handle,
        }
        view = tarray.asarray(Interface(told, self))
        return view.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)


class Interface:
    def __init__(self, told, owner):
        self.__cuda_array_interface__, self.owner = told, owner
