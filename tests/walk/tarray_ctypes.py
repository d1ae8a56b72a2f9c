"""The declarations of tarray.h that the tests need, for ctypes, by hand."""

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    Union,
    c_char,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path

OK = 0
ERR_CANNOT_ALIAS = 100

COPY_IF_NEEDED, COPY_ALWAYS, COPY_NEVER = 0, 1, 2
WANT_WRITABLE, WANT_CONTIGUOUS = 1, 2

SOURCE_TENSOR, SOURCE_MEMORY, SOURCE_SCALAR = 1, 2, 7
ORIGIN_TENSOR, ORIGIN_MEMORY, ORIGIN_NUMPY, ORIGIN_DLPACK, ORIGIN_ARRAY_INTERFACE = 1, 2, 3, 4, 7
REASON_NONE, REASON_DTYPE, REASON_BYTE_ORDER, REASON_STRIDE_ALIGNMENT = 0, 2, 4, 5
REASON_READ_ONLY, REASON_NOT_CONTIGUOUS = 6, 7

MEMORY_READ_ONLY, MEMORY_BYTE_SWAPPED = 1, 2
SCALAR_BOOL, SCALAR_INT, SCALAR_UINT, SCALAR_FLOAT, SCALAR_COMPLEX = 1, 2, 3, 4, 5

INT, UINT, FLOAT, COMPLEX, BOOL = 0, 1, 2, 5, 6


class Dtype(Structure):
    _fields_ = [("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16)]

    def key(self) -> tuple[int, int, int]:
        """The dtype as something that compares."""
        return (self.code, self.bits, self.lanes)


class Device(Structure):
    _fields_ = [("device_type", c_int32), ("index", c_int32)]


class Error(Structure):
    _fields_ = [("struct_size", c_size_t), ("status", c_int32), ("reserved", c_int32), ("message", c_char * 512)]


class Options(Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("dtype", Dtype),
        ("default_dtype", Dtype),
        ("device", Device),
        ("copy", c_int32),
        ("requires_grad", c_int32),
        ("flags", c_uint64),
        ("accept", c_uint64),
        ("stream", c_int64),
    ]


EXPORT_READ_ONLY = 1


class ExportOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("max_major", c_uint32),
        ("max_minor", c_uint32),
        ("device", Device),
        ("copy", c_int32),
        ("reserved", c_int32),
        ("flags", c_uint64),
        ("stream", c_int64),
    ]


class ScalarValue(Union):
    _fields_ = [("i", c_int64), ("u", c_uint64), ("f", c_double), ("c", c_double * 2)]


class Scalar(Structure):
    _fields_ = [("kind", c_int32), ("reserved", c_int32), ("value", ScalarValue)]


RELEASE = CFUNCTYPE(None, c_void_p)


class Memory(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("shape", POINTER(c_int64)),
        ("strides_bytes", POINTER(c_int64)),
        ("dtype", Dtype),
        ("device", Device),
        ("ndim", c_int32),
        ("flags", c_uint64),
        ("byte_offset", c_uint64),
        ("stream", c_int64),
        ("reserved", c_uint64 * 2),
        ("owner", c_void_p),
        ("release", RELEASE),
    ]


class SourceValue(Union):
    _fields_ = [
        ("tensor", c_void_p),
        ("memory", Memory),
        ("scalar", Scalar),
        ("reserved", c_uint64 * 20),
    ]


class Source(Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_int32),
        ("origin", c_int32),
        ("value", SourceValue),
        ("made", c_int32),
        ("reserved", c_int32),
    ]


class Provenance(Structure):
    _fields_ = [
        ("origin", c_int32),
        ("aliased", c_int32),
        ("reason", c_int32),
        ("staged", c_int32),
    ]

    def key(self) -> tuple[int, int, int]:
        """The provenance as something that compares."""
        return (self.origin, self.aliased, self.reason)


class Info(Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("data", c_void_p),
        ("byte_offset", c_uint64),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("numel", c_int64),
        ("nbytes", c_uint64),
        ("flags", c_uint64),
        ("dlpack_flags", c_uint64),
        ("dtype", Dtype),
        ("ndim", c_int32),
        ("device", Device),
        ("provenance", Provenance),
        ("stream", c_int64),
    ]


def sized(struct: type, /, **fields):
    """A zeroed `struct` that says its size, with `fields` set."""
    return struct(struct_size=ctypes.sizeof(struct), **fields)


_TENSOR = c_void_p
_ERROR = POINTER(Error)
_SIGNATURES = {
    "ta_asarray": (c_int32, POINTER(Source), POINTER(Options), POINTER(_TENSOR), _ERROR),
    "ta_from_dlpack": (c_int32, c_void_p, POINTER(Options), POINTER(_TENSOR), _ERROR),
    "ta_from_dlpack_legacy": (c_int32, c_void_p, POINTER(Options), POINTER(_TENSOR), _ERROR),
    "ta_to_dlpack": (c_int32, _TENSOR, POINTER(ExportOptions), POINTER(c_void_p), _ERROR),
    "ta_to_dlpack_legacy": (c_int32, _TENSOR, POINTER(ExportOptions), POINTER(c_void_p), _ERROR),
    "ta_release": (None, _TENSOR),
    "ta_describe": (c_int32, _TENSOR, POINTER(Info), _ERROR),
    "ta_data": (c_void_p, _TENSOR),
    "ta_mutable_data": (c_void_p, _TENSOR),
    "ta_dtype_of": (Dtype, _TENSOR),
    "ta_numel": (c_int64, _TENSOR),
    "ta_is_read_only": (c_int32, _TENSOR),
    "ta_item": (c_int32, _TENSOR, POINTER(c_int64), POINTER(Scalar), _ERROR),
    "ta_repr": (c_int32, _TENSOR, c_void_p, c_char_p, c_size_t, POINTER(c_size_t), _ERROR),
    "ta_dtype_name": (c_size_t, Dtype, c_char_p, c_size_t),
    "ta_origin_name": (c_char_p, c_int32),
    "ta_reason_name": (c_char_p, c_int32),
    "ta_version": (c_char_p,),
    "ta_abi_version": (c_int32,),
    "ta_live_tensors": (c_size_t,),
}


def shared_library(prefix: Path) -> Path:
    """The library in an unpacked dist folder, by its SONAME."""
    return prefix / "lib" / "libtarray.so.0"


def load(prefix: Path) -> ctypes.CDLL:
    """The library, with the signatures that the tests use."""
    library = ctypes.CDLL(str(shared_library(prefix)))
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
