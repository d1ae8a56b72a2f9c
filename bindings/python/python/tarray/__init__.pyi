"""The types of the package; what each name does is said by its docstring."""

# The module has dtypes named `bool`, `int` and `float`: the builtins need their full names.
import builtins
from collections.abc import Iterable, Iterator, Sequence
from types import EllipsisType
from typing import Any, Final, Literal, Protocol, SupportsIndex, TypeAlias, final, overload

import numpy
from _typeshed import structseq
from typing_extensions import Buffer, CapsuleType, Self

__all__ = [
    "BufferFormatWarning",
    "DtypeError",
    "ExchangeError",
    "Provenance",
    "RangeError",
    "RequestError",
    "Tensor",
    "__version__",
    "asarray",
    "bfloat16",
    "cdouble",
    "cfloat",
    "chalf",
    "complex128",
    "complex32",
    "complex64",
    "device",
    "devices",
    "double",
    "dtype",
    "float16",
    "float32",
    "float4_e2m1fn",
    "float64",
    "float6_e2m3fn",
    "float6_e3m2fn",
    "float8_e3m4",
    "float8_e4m3",
    "float8_e4m3b11fnuz",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "from_dlpack",
    "from_numpy",
    "frombuffer",
    "get_default_dtype",
    "get_include",
    "get_library",
    "get_printoptions",
    "half",
    "int16",
    "int32",
    "int64",
    "int8",
    "live_tensors",
    "long",
    "set_default_dtype",
    "set_num_threads",
    "set_printoptions",
    "short",
    "tensor",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
]

__version__: Final[str]

_Kind: TypeAlias = Literal[
    "tensor",
    "numpy",
    "dlpack",
    "cuda_array_interface",
    "buffer",
    "array_interface",
    "scalar",
    "sequence",
]
_Array: TypeAlias = numpy.ndarray[Any, Any]
_Number: TypeAlias = builtins.bool | builtins.int | builtins.float | complex
_Profile: TypeAlias = Literal["default", "short", "full"]

class _LikeTorchDtype(Protocol):
    @property
    def is_complex(self) -> builtins.bool: ...
    @property
    def is_floating_point(self) -> builtins.bool: ...
    @property
    def itemsize(self) -> builtins.int: ...

class _LikeTorchDevice(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def index(self) -> Any: ...

class _SpeaksDlpack(Protocol):
    def __dlpack__(self) -> Any: ...

@final
class dtype:
    def __new__(cls, obj: _DtypeLike) -> Self: ...
    @property
    def name(self) -> str: ...
    @property
    def itemsize(self) -> builtins.int: ...
    @property
    def is_floating_point(self) -> builtins.bool: ...
    @property
    def is_complex(self) -> builtins.bool: ...
    @property
    def kind(self) -> str: ...
    def __reduce__(self) -> str | tuple[Any, ...]: ...

@final
class device:
    def __new__(cls, type_: _DeviceLike, index: builtins.int | None = None, /) -> Self: ...
    @property
    def type(self) -> str: ...
    @property
    def index(self) -> builtins.int | None: ...
    def __eq__(self, value: object, /) -> builtins.bool: ...
    def __ne__(self, value: object, /) -> builtins.bool: ...
    def __hash__(self) -> builtins.int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

_dtype: TypeAlias = dtype
_device: TypeAlias = device
_DtypeLike: TypeAlias = dtype | str | builtins.type[Any] | numpy.dtype[Any] | _LikeTorchDtype
_DeviceLike: TypeAlias = device | str | tuple[builtins.int, builtins.int] | _LikeTorchDevice

@final
class Provenance(structseq[Any], tuple[str, builtins.bool, str | None]):
    __match_args__: Final = ("source", "aliased", "reason")
    @property
    def source(self) -> str: ...
    @property
    def aliased(self) -> builtins.bool: ...
    @property
    def reason(self) -> str | None: ...

@final
class Tensor:
    __dlpack_c_exchange_api__: CapsuleType
    @property
    def dtype(self) -> _dtype: ...
    @property
    def device(self) -> _device: ...
    @property
    def shape(self) -> tuple[builtins.int, ...]: ...
    @property
    def ndim(self) -> builtins.int: ...
    @property
    def strides(self) -> tuple[builtins.int, ...]: ...
    @property
    def itemsize(self) -> builtins.int: ...
    @property
    def nbytes(self) -> builtins.int: ...
    @property
    def read_only(self) -> builtins.bool: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def requires_grad(self) -> builtins.bool: ...
    @property
    def is_leaf(self) -> builtins.bool: ...
    @property
    def T(self) -> Tensor: ...
    @property
    def mT(self) -> Tensor: ...
    @property
    def __array_interface__(self) -> dict[str, Any]: ...
    @property
    def __cuda_array_interface__(self) -> dict[str, Any]: ...
    def numel(self) -> builtins.int: ...
    @overload
    def stride(self, dim: None = None) -> tuple[builtins.int, ...]: ...
    @overload
    def stride(self, dim: builtins.int) -> builtins.int: ...
    def data_ptr(self) -> builtins.int: ...
    def is_contiguous(self) -> builtins.bool: ...
    def item(self) -> _Number: ...
    def tolist(self) -> Any: ...
    def numpy(self, *, force: builtins.bool = False) -> _Array: ...
    def clone(self) -> Tensor: ...
    def contiguous(self) -> Tensor: ...
    def detach(self) -> Tensor: ...
    def to(
        self,
        target: _DtypeLike | _DeviceLike | Tensor | None = None,
        dtype: _DtypeLike | None = None,
        *,
        device: _DeviceLike | None = None,
        copy: builtins.bool = False,
    ) -> Tensor: ...
    def reshape(self, *shape: SupportsIndex | Sequence[SupportsIndex]) -> Tensor: ...
    def permute(self, *dims: SupportsIndex | Sequence[SupportsIndex]) -> Tensor: ...
    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor: ...
    def fill_(self, value: Any) -> Self: ...
    def copy_(self, src: object) -> Self: ...
    def __len__(self) -> builtins.int: ...
    def __iter__(self) -> Iterator[Tensor]: ...
    def __contains__(self, key: Any, /) -> builtins.bool: ...
    def __getitem__(self, key: _Index, /) -> Tensor: ...
    def __setitem__(self, key: _Index, value: object, /) -> None: ...
    def __delitem__(self, key: _Index, /) -> None: ...
    def __bool__(self) -> builtins.bool: ...
    def __int__(self) -> builtins.int: ...
    def __float__(self) -> builtins.float: ...
    def __index__(self) -> builtins.int: ...
    def __complex__(self) -> complex: ...
    def __format__(self, format_spec: str, /) -> str: ...
    def __copy__(self) -> Tensor: ...
    def __deepcopy__(self, memo: Any, /) -> Tensor: ...
    def __buffer__(self, flags: builtins.int, /) -> memoryview: ...
    def __array__(self, dtype: Any = None, copy: builtins.bool | None = None) -> _Array: ...
    def __dlpack__(
        self,
        *,
        stream: builtins.int | None = None,
        max_version: tuple[builtins.int, builtins.int] | None = None,
        dl_device: tuple[builtins.int, builtins.int] | None = None,
        copy: builtins.bool | None = None,
    ) -> CapsuleType: ...
    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]: ...
    def _ta_handle(self) -> builtins.int: ...
    @staticmethod
    def _from_ta_handle(handle: builtins.int, /) -> Tensor: ...

_Axis: TypeAlias = SupportsIndex | slice | EllipsisType | None
_Index: TypeAlias = _Axis | tuple[_Axis, ...]

class RequestError(ValueError, RuntimeError): ...
class RangeError(RequestError, OverflowError): ...
class DtypeError(TypeError, RuntimeError): ...
class ExchangeError(BufferError, RuntimeError): ...
class BufferFormatWarning(UserWarning): ...

def asarray(
    obj: object,
    *,
    dtype: _DtypeLike | None = None,
    device: _DeviceLike | None = None,
    copy: builtins.bool | None = None,
    requires_grad: builtins.bool | None = False,
    writable: builtins.bool | None = None,
    contiguous: builtins.bool | None = None,
    accept: Iterable[_Kind] | None = None,
) -> Tensor: ...
def tensor(
    data: object,
    *,
    dtype: _DtypeLike | None = None,
    device: _DeviceLike | None = None,
    requires_grad: builtins.bool = False,
) -> Tensor: ...
def from_numpy(ndarray: _Array, /) -> Tensor: ...
def frombuffer(
    obj: Buffer,
    *,
    dtype: _DtypeLike | None = None,
    count: builtins.int = -1,
    offset: builtins.int = 0,
    requires_grad: builtins.bool | None = False,
) -> Tensor: ...
def from_dlpack(
    x: CapsuleType | _SpeaksDlpack,
    *,
    device: _DeviceLike | None = None,
    copy: builtins.bool | None = None,
) -> Tensor: ...
def get_default_dtype() -> dtype: ...
def set_default_dtype(d: _DtypeLike, /) -> None: ...
def get_printoptions() -> dict[str, Any]: ...
def set_printoptions(
    precision: builtins.int | None = None,
    threshold: builtins.float | None = None,
    edgeitems: builtins.int | None = None,
    linewidth: builtins.int | None = None,
    profile: _Profile | None = None,
    sci_mode: builtins.bool | None = None,
) -> None: ...
def devices() -> list[_device]: ...
def live_tensors() -> builtins.int: ...
def set_num_threads(num: builtins.int, /) -> None: ...
def get_include() -> str: ...
def get_library() -> str: ...

float32: Final[dtype]
float64: Final[dtype]
int64: Final[dtype]
bool: Final[dtype]
uint8: Final[dtype]
int8: Final[dtype]
int16: Final[dtype]
int32: Final[dtype]
uint16: Final[dtype]
uint32: Final[dtype]
uint64: Final[dtype]
float16: Final[dtype]
bfloat16: Final[dtype]
complex32: Final[dtype]
complex64: Final[dtype]
complex128: Final[dtype]
float8_e3m4: Final[dtype]
float8_e4m3: Final[dtype]
float8_e4m3b11fnuz: Final[dtype]
float8_e4m3fn: Final[dtype]
float8_e4m3fnuz: Final[dtype]
float8_e5m2: Final[dtype]
float8_e5m2fnuz: Final[dtype]
float8_e8m0fnu: Final[dtype]
float6_e2m3fn: Final[dtype]
float6_e3m2fn: Final[dtype]
float4_e2m1fn: Final[dtype]
float: Final[dtype]
double: Final[dtype]
half: Final[dtype]
short: Final[dtype]
int: Final[dtype]
long: Final[dtype]
chalf: Final[dtype]
cfloat: Final[dtype]
cdouble: Final[dtype]
