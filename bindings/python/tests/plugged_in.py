"""A device of the tests' own, plugged into the library: memory of the host's under another name, without kernels."""

import contextlib
import ctypes

import tarray

TYPE = 60
CALLED = ctypes.CFUNCTYPE
INT32, SIZE, POINTER = ctypes.c_int32, ctypes.c_size_t, ctypes.c_void_p


class Place(ctypes.Structure):
    _fields_ = [("device_type", INT32), ("index", INT32), ("data", POINTER), ("byte_offset", ctypes.c_uint64)]

    @property
    def address(self):
        return self.data + self.byte_offset


Count = CALLED(INT32, POINTER, ctypes.POINTER(INT32), POINTER)
Allocate = CALLED(INT32, POINTER, INT32, SIZE, ctypes.c_int64, ctypes.POINTER(POINTER), POINTER)
Free = CALLED(None, POINTER, INT32, POINTER, SIZE, ctypes.c_int64)
Copy = CALLED(INT32, POINTER, ctypes.POINTER(Place), ctypes.POINTER(Place), SIZE, ctypes.c_int64, POINTER)
Synchronize = CALLED(INT32, POINTER, INT32, ctypes.c_int64, POINTER)


class Api(ctypes.Structure):
    _fields_ = [("struct_size", SIZE), ("count", Count), ("current", POINTER), ("describe", POINTER),
                ("allocate", Allocate), ("free", Free), ("copy", Copy), ("convert", POINTER), ("order", POINTER),
                ("synchronize", Synchronize), ("device_of", POINTER), ("release", POINTER)]


@contextlib.contextmanager
def device():
    """Its name, as long as it is there."""
    library, blocks = ctypes.CDLL(tarray.get_library()), {}

    def count(_, out, err):
        out[0] = 1
        return 0

    def allocate(_, index, size, stream, out, err):
        block = ctypes.create_string_buffer(size)
        out[0] = ctypes.addressof(block)
        blocks[out[0]] = block
        return 0

    def free(_, index, data, size, stream):
        del blocks[data]

    def copy(_, target, source, size, stream, err):
        ctypes.memmove(target[0].address, source[0].address, size)
        return 0

    api = Api(ctypes.sizeof(Api), count=Count(count), allocate=Allocate(allocate), free=Free(free), copy=Copy(copy),
              synchronize=Synchronize(lambda *_: 0))
    assert library.ta_device_register(TYPE, ctypes.byref(api), None, None) == 0
    try:
        yield f"device{TYPE}:0"
    finally:
        assert library.ta_device_unregister(TYPE, None) == 0
    assert not blocks
