"""DLPack tensors made by hand, with deleters that count."""

import ctypes

import numpy as np


class Device(ctypes.Structure):
    _fields_ = [("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]


class DataType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device", Device), ("ndim", ctypes.c_int32), ("dtype", DataType),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]


class Managed(ctypes.Structure):
    _fields_ = [("tensor", Tensor), ("context", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


class ManagedVersioned(ctypes.Structure):
    _fields_ = [("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("context", ctypes.c_void_p),
                ("deleter", ctypes.c_void_p), ("flags", ctypes.c_uint64), ("tensor", Tensor)]


DELETER = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
api = ctypes.pythonapi
api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
api.PyCapsule_New.restype = ctypes.py_object
api.PyCapsule_GetName.argtypes = [ctypes.py_object]
api.PyCapsule_GetName.restype = ctypes.c_char_p

READ_ONLY, COPIED = 1, 2
F4 = (2, 32, 1)


def name_of(capsule):
    return api.PyCapsule_GetName(capsule).decode()


class Lent:
    """Six float32 numbers as a DLPack tensor; `deleted` counts how often it was let go.

    Once lent it stays until its deleter runs, whatever the collector thinks of the cycle through that deleter.
    """

    alive = set()

    def __init__(self, *, versioned=True, shape=(2, 3), dtype=F4, device=(1, 0), flags=0, major=1, minor=3):
        self.numbers = np.arange(6, dtype="f4")
        self.extents = (ctypes.c_int64 * len(shape))(*shape)
        self.name = b"dltensor_versioned" if versioned else b"dltensor"
        self.deleted = 0
        self.deleter = DELETER(self.delete)
        tensor = Tensor(self.numbers.ctypes.data, Device(*device), len(shape), DataType(*dtype), self.extents, None, 0)
        address = ctypes.cast(self.deleter, ctypes.c_void_p)
        self.managed = (ManagedVersioned(major, minor, None, address, flags, tensor) if versioned
                        else Managed(tensor, None, address))

    def delete(self, _):
        self.deleted += 1
        self.alive.discard(self)

    def lend(self):
        """The address of the managed tensor, for whoever will call its deleter."""
        self.alive.add(self)
        return ctypes.addressof(self.managed)

    @property
    def address(self):
        return self.numbers.ctypes.data

    def capsule(self):
        return api.PyCapsule_New(self.lend(), self.name, None)


class Header(ctypes.Structure):
    pass


Header._fields_ = [("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("previous", ctypes.POINTER(Header))]
EXPORT = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(ctypes.c_void_p))


class Table(ctypes.Structure):
    _fields_ = [("header", Header), ("allocate", ctypes.c_void_p), ("export", ctypes.c_void_p),
                ("make", ctypes.c_void_p), ("borrow", ctypes.c_void_p), ("stream", ctypes.c_void_p)]


def with_table(export, *, major=1, previous=None):
    """A class whose exchange table calls `export(object)`, which gives a Lent or raises."""

    def run(given, out):
        out[0] = export(given).lend()
        return 0

    function = EXPORT(run)
    table = Table(Header(major, 3, previous), None, ctypes.cast(function, ctypes.c_void_p), None, None, None)
    capsule = api.PyCapsule_New(ctypes.addressof(table), b"dlpack_exchange_api", None)
    return type("WithTable", (), {"__dlpack_c_exchange_api__": capsule, "kept": (function, table)})
