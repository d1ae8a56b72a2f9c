"""CUDA's driver by ctypes: as much of it as the checks need, and the same over the driver of tests/cuda."""

import ctypes
from ctypes import byref, c_char_p, c_int, c_size_t, c_ubyte, c_uint, c_uint64, c_void_p

NON_BLOCKING = 1
ATTACH_GLOBAL = 1
# The two default streams, by the numbers of the array API.
LEGACY = 1

# A kernel that does nothing for so many nanoseconds.
DELAY = b""".version 6.0
.target sm_50
.address_size 64
.visible .entry delay(.param .u64 p0)
{
.reg .pred %p<2>;
.reg .b64 %rd<5>;
ld.param.u64 %rd1, [p0];
mov.u64 %rd2, %globaltimer;
wait:
mov.u64 %rd3, %globaltimer;
sub.u64 %rd4, %rd3, %rd2;
setp.lt.u64 %p1, %rd4, %rd1;
@%p1 bra wait;
ret;
}
"""


class Driver:
    """The first GPU, whose context is the calling thread's from now on."""

    def __init__(self):
        self.library = ctypes.CDLL("libcuda.so.1")
        self.call("cuInit", c_uint(0))
        device, context, module = c_int(), c_void_p(), c_void_p()
        self.call("cuDeviceGet", byref(device), c_int(0))
        self.call("cuDevicePrimaryCtxRetain", byref(context), device)
        self.call("cuCtxPushCurrent_v2", context)
        self.call("cuModuleLoadData", byref(module), c_char_p(DELAY))
        self.kernel = c_void_p()
        self.call("cuModuleGetFunction", byref(self.kernel), module, c_char_p(b"delay"))

    def call(self, name, *arguments):
        code = getattr(self.library, name)(*arguments)
        if code != 0:
            raise RuntimeError(f"{name} failed with {code}")

    def synchronize(self):
        self.call("cuCtxSynchronize")


class Stream:
    """One of this handle, or a new one, which waits for no other of its own accord."""

    def __init__(self, driver, handle=None):
        self.driver, self.handle = driver, handle
        if handle is None:
            made = c_void_p()
            driver.call("cuStreamCreate", byref(made), c_uint(NON_BLOCKING))
            self.handle = made.value

    def delay(self, milliseconds):
        """Keeps the stream busy for so long."""
        duration = c_uint64(milliseconds * 1_000_000)
        parameters = (c_void_p * 1)(ctypes.cast(byref(duration), c_void_p))
        one, none = c_uint(1), c_uint(0)
        self.driver.call(
            "cuLaunchKernel", self.driver.kernel, one, one, one, one, one, one, none, c_void_p(self.handle), parameters, None
        )

    def fill(self, block, byte):
        self.driver.call(
            "cuMemsetD8Async", c_uint64(block.address), c_ubyte(byte), c_size_t(block.nbytes), c_void_p(self.handle)
        )

    def upload(self, address, source, nbytes):
        self.driver.call("cuMemcpyHtoDAsync_v2", c_uint64(address), c_void_p(source), c_size_t(nbytes), c_void_p(self.handle))

    def download(self, target, address, nbytes):
        self.driver.call("cuMemcpyDtoHAsync_v2", c_void_p(target), c_uint64(address), c_size_t(nbytes), c_void_p(self.handle))

    def synchronize(self):
        self.driver.call("cuStreamSynchronize", c_void_p(self.handle))


class Block:
    """Memory of the driver's: on the device, managed, or pinned on the host."""

    def __init__(self, driver, nbytes, kind="device"):
        self.driver, self.nbytes, self.kind = driver, nbytes, kind
        at = c_void_p() if kind == "pinned" else c_uint64()
        size = c_size_t(nbytes)
        if kind == "pinned":
            driver.call("cuMemHostAlloc", byref(at), size, c_uint(0))
        elif kind == "managed":
            driver.call("cuMemAllocManaged", byref(at), size, c_uint(ATTACH_GLOBAL))
        else:
            driver.call("cuMemAlloc_v2", byref(at), size)
        self.address = at.value

    def __del__(self):
        # Work that is still to use it comes first.
        self.driver.synchronize()
        if self.kind == "pinned":
            self.driver.call("cuMemFreeHost", c_void_p(self.address))
        else:
            self.driver.call("cuMemFree_v2", c_uint64(self.address))

    def bytes(self):
        """Of pinned memory, as the CPU sees it."""
        return (c_ubyte * self.nbytes).from_address(self.address)


class Array:
    """A block as the CUDA array interface tells it, with the stream that was at work on it last."""

    def __init__(self, block, typestr, shape, stream, strides=None):
        self.block = block
        self.__cuda_array_interface__ = {
            "version": 3, "typestr": typestr, "shape": shape, "strides": strides, "data": (block.address, False),
            "stream": stream.handle if stream else None,
        }
