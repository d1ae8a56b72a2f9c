"""DLPack's structs for ctypes, and the capsules that carry them between Python libraries."""

import ctypes
from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_int32,
    c_int64,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)

READ_ONLY = 1
CPU = 1


class Version(Structure):
    _fields_ = [("major", c_uint32), ("minor", c_uint32)]


class Device(Structure):
    _fields_ = [("device_type", c_int32), ("device_id", c_int32)]


class DataType(Structure):
    _fields_ = [("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16)]


class Tensor(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("device", Device),
        ("ndim", c_int32),
        ("dtype", DataType),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("byte_offset", c_uint64),
    ]


# PYFUNCTYPE keeps the GIL: a deleter is also called from a capsule's destructor, where it must
# not let another thread in.
DELETER = ctypes.PYFUNCTYPE(None, c_void_p)


class Managed(Structure):
    """`DLManagedTensorVersioned`."""

    _fields_ = [
        ("version", Version),
        ("manager_ctx", c_void_p),
        ("deleter", c_void_p),
        ("flags", c_uint64),
        ("dl_tensor", Tensor),
    ]


class Legacy(Structure):
    """`DLManagedTensor`."""

    _fields_ = [("dl_tensor", Tensor), ("manager_ctx", c_void_p), ("deleter", c_void_p)]


def at(address: int) -> Managed:
    """The struct at `address`; valid until its deleter has run."""
    return Managed.from_address(address)


def element_0(address: int) -> int:
    """The address of element (0, ..., 0)."""
    tensor = at(address).dl_tensor
    return (tensor.data or 0) + tensor.byte_offset


def delete(address: int, kind: type[Managed] | type[Legacy] = Managed) -> None:
    """Gives a tensor back to whoever lent it."""
    deleter = kind.from_address(address).deleter
    if deleter:
        DELETER(deleter)(address)


_python = ctypes.pythonapi
_is_valid = ctypes.PYFUNCTYPE(ctypes.c_int, c_void_p, c_char_p)(("PyCapsule_IsValid", _python))
_get_pointer = ctypes.PYFUNCTYPE(c_void_p, c_void_p, c_char_p)(("PyCapsule_GetPointer", _python))
_set_name = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, c_char_p)(
    ("PyCapsule_SetName", _python)
)
_new = ctypes.PYFUNCTYPE(ctypes.py_object, c_void_p, c_char_p, c_void_p)(("PyCapsule_New", _python))

# A capsule borrows its name: these live as long as the process.
_NAMES = {Managed: c_char_p(b"dltensor_versioned"), Legacy: c_char_p(b"dltensor")}
_USED_NAMES = {Managed: c_char_p(b"used_dltensor_versioned"), Legacy: c_char_p(b"used_dltensor")}


@ctypes.PYFUNCTYPE(None, c_void_p)
def _destroy(capsule: int) -> None:
    """Gives back what nobody claimed. The capsule is being freed: it comes as a bare address."""
    for kind, name in _NAMES.items():
        if _is_valid(capsule, name):
            delete(_get_pointer(capsule, name), kind)


def kind_of(capsule: object) -> type[Managed] | type[Legacy] | None:
    """Which struct a capsule holds; None if it is used up or something else."""
    return next((kind for kind, name in _NAMES.items() if _is_valid(id(capsule), name)), None)


def claim(capsule: object) -> int:
    """Takes the tensor out of a capsule, which is a used one from now on."""
    kind = kind_of(capsule)
    address = _get_pointer(id(capsule), _NAMES[kind])
    _set_name(capsule, _USED_NAMES[kind])
    return address


def unclaim(capsule: object) -> None:
    """Makes a claimed capsule what it was, after the tensor in it was refused."""
    for kind, used in _USED_NAMES.items():
        if _is_valid(id(capsule), used):
            _set_name(capsule, _NAMES[kind])


def wrap(address: int, kind: type[Managed] | type[Legacy] = Managed) -> object:
    """A capsule that owns the tensor until somebody claims it."""
    return _new(address, _NAMES[kind], ctypes.cast(_destroy, c_void_p))
