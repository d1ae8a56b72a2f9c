"""DLPack tensors as a bad, odd or merely unusual producer makes them, and what is right for each."""

import ctypes
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import dlpack_ctypes as dlpack

CPU, CUDA, CUDA_HOST, CUDA_MANAGED, UNKNOWN = 1, 2, 3, 13, 77
READ_ONLY, IS_COPIED, PADDED, UNASSIGNED = 1, 2, 4, 1 << 40

TAKE = "take"
"""The elements can be read, so a consumer that refuses is merely limited."""
REFUSE = "refuse"
"""There is nothing to read: whoever takes it, lies."""
KEEP = "keep"
"""May be carried, but is nothing that everybody can read: values are not looked at."""


@dataclass(frozen=True)
class Crafted:
    """One tensor. What is not said is as in three float32 on the CPU, version 1.3."""

    name: str
    title: str
    right: str = TAKE
    shape: Sequence[int] | None = (3,)
    strides: Sequence[int] | None = (1,)
    dtype: tuple[int, int, int] = (2, 32, 1)
    first: int = 0
    """Where element 0 is in the memory, in bytes."""
    byte_offset: int = 0
    """How much of that is said by `byte_offset`; the rest is in the pointer."""
    data: bool = True
    """Whether there is a pointer."""
    ndim: int | None = None
    """Where it is not what the shape says."""
    flags: int = 0
    version: tuple[int, int] | None = (1, 3)
    """None: the struct without a version."""
    device: tuple[int, int] = (CPU, 0)
    said_device: tuple[int, int] | None = None
    """Where `__dlpack_device__` says something else."""
    deleter: bool = True
    keywords: bool = True
    """Whether `__dlpack__` takes any."""

    @property
    def itemsize(self) -> int:
        return max(1, self.dtype[1] * self.dtype[2] // 8)

    def elements(self, memory: bytes) -> bytes:
        """The right elements, in C order."""
        extents, size = self.shape or (), self.itemsize
        if 0 in extents:
            return b""
        steps = self.strides
        if steps is None:
            steps = [math.prod(extents[axis + 1 :]) for axis in range(len(extents))]
        found = []
        for index in itertools.product(*(range(extent) for extent in extents)):
            place = self.first + size * sum(i * step for i, step in zip(index, steps, strict=True))
            found.append(memory[place : place + size])
        return b"".join(found)


_FLOAT8, _FLOAT6, _FLOAT4 = (10, 8, 1), (15, 6, 1), (17, 4, 1)

CRAFTED = (
    Crafted("plain", "nothing odd"),
    Crafted("legacy", "the struct without a version", version=None),
    Crafted("old producer", "`__dlpack__` without keyword arguments", version=None, keywords=False),
    Crafted("minor 0", "version 1.0, strides NULL", version=(1, 0), strides=None),
    Crafted("minor 99", "version 1.99", version=(1, 99)),
    Crafted("NULL strides", "version 1.3, strides NULL", shape=(2, 3), strides=None),
    Crafted("byte offset", "element 0 at `byte_offset` 16", first=16, byte_offset=16),
    Crafted("offset, NULL strides", "`byte_offset` 16 and strides NULL", first=16, byte_offset=16, strides=None),
    Crafted("odd byte offset", "`byte_offset` 2 of float32", first=2, byte_offset=2),
    Crafted("odd address", "data at an address that is no multiple of 4", first=1),
    Crafted("4-byte address", "data aligned to 4 bytes, not more", first=4),
    Crafted("no axes", "ndim 0, shape and strides NULL", shape=None, strides=None),
    Crafted("transposed", "strides of a transposed matrix", shape=(3, 2), strides=(1, 3)),
    Crafted("gaps", "every second element", strides=(2,)),
    Crafted("backwards", "a negative stride", strides=(-1,), first=8),
    Crafted("backwards by offset", "a negative stride, element 0 at `byte_offset` 8", strides=(-1,), first=8, byte_offset=8),
    Crafted("broadcast", "a zero stride", shape=(2, 3), strides=(0, 1)),
    Crafted("overlapping", "elements in several places", shape=(2, 3), strides=(1, 1)),
    Crafted("stride of one", "a wild stride on an axis of extent 1", shape=(1, 3), strides=(999, 1)),
    Crafted("empty", "no elements, data NULL", shape=(0, 3), strides=(3, 1), data=False),
    Crafted("empty, wild", "no elements, wild strides", shape=(0, 3), strides=(-7, 1 << 40)),
    Crafted("empty, vast", "extents 0, 2**62, 2**62", shape=(0, 1 << 62, 1 << 62), strides=(0, 0, 0), data=False),
    Crafted("70 axes", "ndim 70, each of extent 1", shape=(1,) * 70, strides=(1,) * 70),
    Crafted("read-only", "READ_ONLY", flags=READ_ONLY),
    Crafted("copied", "IS_COPIED", flags=IS_COPIED),
    Crafted("unknown flag", "a flag that no version has", flags=UNASSIGNED),
    Crafted("no deleter", "deleter NULL", deleter=False),
    Crafted("bool", "bool of 8 bits", dtype=(6, 8, 1)),
    Crafted("bool of 1 bit", "bool of 1 bit", right=REFUSE, dtype=(6, 1, 1)),
    Crafted("bfloat16", "bfloat16", dtype=(4, 16, 1)),
    Crafted("float8_e4m3fn", "float8_e4m3fn", dtype=_FLOAT8),
    Crafted("float8_e8m0fnu", "float8_e8m0fnu", dtype=(14, 8, 1)),
    Crafted("float6, padded", "float6_e2m3fn, a byte each", dtype=_FLOAT6, flags=PADDED),
    Crafted("float4, padded", "float4_e2m1fn, a byte each", dtype=_FLOAT4, flags=PADDED),
    Crafted("float4, packed", "float4_e2m1fn, two in a byte", right=KEEP, shape=(4,), dtype=_FLOAT4),
    Crafted("float4 pairs", "float4_e2m1fn, lanes 2", dtype=(17, 4, 2)),
    Crafted("int4, packed", "int4, two in a byte", right=KEEP, shape=(4,), dtype=(0, 4, 1)),
    Crafted("complex64", "complex64", dtype=(5, 64, 1)),
    Crafted("complex32", "complex of two float16", dtype=(5, 32, 1)),
    Crafted("float128", "float of 128 bits", dtype=(2, 128, 1)),
    Crafted("lanes", "vectors of two float32", dtype=(2, 32, 2)),
    Crafted("no lanes", "lanes 0", right=REFUSE, dtype=(2, 32, 0)),
    Crafted("no bits", "bits 0", right=REFUSE, dtype=(2, 0, 1)),
    Crafted("opaque", "opaque handles", right=KEEP, dtype=(3, 64, 1)),
    Crafted("unknown dtype", "type code 200 of 32 bits", right=KEEP, dtype=(200, 32, 1)),
    Crafted("pinned", "CUDA's pinned host memory", device=(CUDA_HOST, 0)),
    Crafted("managed", "CUDA's managed memory", device=(CUDA_MANAGED, 0)),
    Crafted("CUDA", "memory of a CUDA device", right=KEEP, device=(CUDA, 0)),
    Crafted("unknown device", "device type 77", right=KEEP, device=(UNKNOWN, 0)),
    Crafted("CPU 7", "the CPU with index 7", device=(CPU, 7)),
    Crafted("two devices", "`__dlpack_device__` says CUDA, the tensor says CPU", said_device=(CUDA, 0)),
    Crafted("major 2", "version 2.0", right=REFUSE, version=(2, 0)),
    Crafted("major 0", "version 0.8 in the versioned struct", right=KEEP, version=(0, 8)),
    Crafted("negative ndim", "ndim -1", right=REFUSE, ndim=-1),
    Crafted("vast ndim", "ndim 2**30", right=REFUSE, ndim=1 << 30),
    Crafted("negative extent", "an extent of -3", right=REFUSE, shape=(-3,)),
    Crafted("too many elements", "2**62 times 2**62 elements", right=REFUSE, shape=(1 << 62, 1 << 62), strides=(1 << 62, 1)),
    Crafted("too many bytes", "2**62 elements of 4 bytes", right=REFUSE, shape=(1 << 62,)),
    Crafted("stride too large", "the last element 2**64 bytes away", right=REFUSE, strides=(1 << 61,)),
    Crafted("offset too large", "`byte_offset` 2**64 - 8", right=REFUSE, byte_offset=(1 << 64) - 8),
    Crafted("NULL data", "three elements at NULL", right=REFUSE, data=False),
    Crafted("NULL shape", "one axis, shape NULL", right=REFUSE, shape=None, strides=None, ndim=1),
)  # fmt: skip

_set_destructor = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p)(
    ("PyCapsule_SetDestructor", ctypes.pythonapi)
)

_SIZE = 256
_ALIGNMENT = 64


class Producer:
    """Lends one crafted tensor, and counts how often its deleter runs."""

    def __init__(self, crafted: Crafted) -> None:
        self.crafted = crafted
        self.runs = 0
        self._room = (ctypes.c_uint8 * (_SIZE + _ALIGNMENT))()
        self._base = -(-ctypes.addressof(self._room) // _ALIGNMENT) * _ALIGNMENT
        pattern = bytes(_pattern(crafted))
        ctypes.memmove(self._base, pattern, _SIZE)
        self.told_all = True
        """Whether the consumer was given the struct that can say it all."""
        self.elements = crafted.elements(pattern) if crafted.right == TAKE else b""
        self.address = self._base + crafted.first
        self._deleter = dlpack.DELETER(self._count)
        self._keep, self._capsules = [], []
        self.managed = self._managed(crafted.version)
        self._legacy = self._managed(None)

    def _count(self, _address: int) -> None:
        self.runs += 1

    def _extents(self, values: Sequence[int] | None):
        if values is None:
            return None
        # Longer than asked for: who reads behind the end finds no wild memory.
        made = (ctypes.c_int64 * (len(values) + 1))(*values)
        self._keep.append(made)
        return made

    def _managed(self, with_version: tuple[int, int] | None) -> dlpack.Managed | dlpack.Legacy:
        crafted = self.crafted
        ndim = len(crafted.shape or ()) if crafted.ndim is None else crafted.ndim
        place = self._base + (
            crafted.first - crafted.byte_offset if crafted.byte_offset < _SIZE else 0
        )
        tensor = dlpack.Tensor(
            data=place if crafted.data else None,
            device=dlpack.Device(*crafted.device),
            ndim=ndim,
            dtype=dlpack.DataType(*crafted.dtype),
            shape=self._extents(crafted.shape),
            strides=self._extents(crafted.strides),
            byte_offset=crafted.byte_offset,
        )
        deleter = ctypes.cast(self._deleter, ctypes.c_void_p) if crafted.deleter else None
        if with_version is None:
            return dlpack.Legacy(dl_tensor=tensor, deleter=deleter)
        version = dlpack.Version(*with_version)
        return dlpack.Managed(
            version=version, deleter=deleter, flags=crafted.flags, dl_tensor=tensor
        )

    def capsule(self, legacy: bool = False) -> object:
        """A capsule of the tensor, which lives as long as the producer."""
        managed = self._legacy if legacy else self.managed
        made = dlpack.wrap(ctypes.addressof(managed), type(managed))
        # A destructor in Python cannot run while an exception is pending (numpy#32697): what it
        # would do is done in `close`.
        _set_destructor(made, None)
        self._capsules.append(made)
        if legacy and (self.crafted.flags or self.crafted.version not in (None, (1, 3))):
            self.told_all = False
        return made

    @property
    def due(self) -> int:
        """How often the deleter has to run."""
        return len(self._capsules) if self.crafted.deleter else 0

    def close(self) -> None:
        """What the destructors of all capsules that nobody has claimed would do."""
        for capsule in self._capsules:
            if kind := dlpack.kind_of(capsule):
                dlpack.delete(dlpack.claim(capsule), kind)

    def object(self) -> object:
        """What `from_dlpack` takes."""
        return (_Modern if self.crafted.keywords else _Old)(self)


class _Old:
    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    def __dlpack__(self, stream=None) -> object:
        return self._producer.capsule()

    def __dlpack_device__(self) -> tuple[int, int]:
        crafted = self._producer.crafted
        return crafted.said_device or crafted.device


class _Modern(_Old):
    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None) -> object:
        return self._producer.capsule(legacy=max_version is None)


def _pattern(crafted: Crafted) -> list[int]:
    """Bytes that are all different enough, and valid bools where bools are."""
    if crafted.dtype[0] == 6:
        return [(place // 2) % 2 for place in range(_SIZE)]
    # No element of any float dtype is NaN: 0x7f and 0xff do not occur.
    return [(place * 5 + 3) % 61 for place in range(_SIZE)]
