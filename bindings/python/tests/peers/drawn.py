"""Random objects, as recipes: what is drawn prints itself, and can be made again for each library."""

import array
import ctypes
import enum
from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import strategies as st

import dlpack_ctypes as dlpack
from outcome import ML_DTYPES, NUMPY_DTYPES, TORCH_DTYPES, numpy_dtype

_EDGES = np.array(
    [
        0.0, -0.0, 0.5, -0.5, 0.99, 1.0, -1.0, 1.5, 2.5, -2.5, 100.0, 127.0, 128.0, -128.0, -129.0,
        255.0, 256.0, 300.7, 32767.0, 32768.0, 65504.0, 65519.0, 65520.0, 65536.0, 448.0, 464.0,
        465.0, 57344.0, 61441.0, 2.0**31 - 1, 2.0**31, -(2.0**31), 2.0**32, 2.0**53, 2.0**63,
        2.0**64, -(2.0**63), 1e-8, 2.0**-24, 2.0**-25, 2.0**-126, 2.0**-149,
        1 + 2.0**-11 + 2.0**-40, 1 + 2.0**-8, 3.4028235677973366e38, 1e300,
        float("inf"), float("-inf"), float("nan"),
    ]
)  # fmt: skip


def _elements(dtype: np.dtype, count: int, seed: int) -> np.ndarray:
    """Edge cases, everyday numbers and any bits, by the seed."""
    generator = np.random.default_rng(seed)
    if dtype.kind == "b":
        return generator.integers(0, 2, count).astype(bool)
    chosen = generator.choice(_EDGES, count)
    everyday = generator.normal(scale=30, size=count)
    numbers = np.where(generator.random(count) < 0.5, chosen, everyday)
    with np.errstate(all="ignore"):
        if dtype.kind == "c":
            out = np.empty(count, dtype)
            out.real, out.imag = numbers, generator.permutation(numbers)
            return out
        if dtype.kind in "iu":
            bits = generator.integers(0, 256, count * dtype.itemsize, np.uint8).view(dtype)
            small = generator.integers(0, 120, count).astype(dtype)
            return np.where(generator.random(count) < 0.5, bits, small)
        return numbers.astype(dtype)


@dataclass(frozen=True)
class Array:
    """An ndarray: contiguous elements, then views of them one after another."""

    dtype: str
    shape: tuple[int, ...]
    seed: int
    views: tuple[str, ...] = ()
    swapped: bool = False
    read_only: bool = False

    @property
    def crashes_torch(self) -> bool:
        """PyTorch reads complex128 with instructions that fault at odd addresses."""
        moved = {"unaligned", "odd strides"} & {*self.views}
        return self.dtype == "complex128" and bool(moved)

    def make(self) -> np.ndarray:
        dtype = numpy_dtype(self.dtype)
        count = int(np.prod(self.shape))
        made = _elements(dtype, count, self.seed).reshape(self.shape)
        if self.swapped:
            made = made.astype(dtype.newbyteorder())
        for view in self.views:
            made = _VIEWS[view](made)
        if self.read_only:
            made = made.view()
            made.flags.writeable = False
        return made


def _odd(made: np.ndarray) -> np.ndarray:
    """Elements that stand a number of bytes apart that is no multiple of their size."""
    wide = np.empty(made.shape, [("x", "u1"), ("y", made.dtype), ("z", "u1")])
    wide["y"] = made
    return wide["y"]


def _unaligned(made: np.ndarray) -> np.ndarray:
    memory = np.empty(made.nbytes + 1, np.uint8)[1:]
    view = np.ndarray(made.shape, made.dtype, memory.data)
    view[...] = made
    return view


def _overlapping(made: np.ndarray) -> np.ndarray:
    """Each pair of neighbours on the first axis: elements that are in two places."""
    if not made.ndim or made.shape[0] < 2:
        return made
    step, count = made.strides[0], made.shape[0] - 1
    if not (made.flags.c_contiguous and made.flags.writeable):
        return made
    return np.ndarray((count, 2, *made.shape[1:]), made.dtype, made, 0, (step, *made.strides))


_VIEWS = {
    "transposed": lambda made: made.T,
    "flipped": lambda made: made[::-1] if made.ndim else made,
    "flipped last": lambda made: made[..., ::-1] if made.ndim else made,
    "every second": lambda made: made[..., ::2] if made.ndim else made,
    "rows from 1": lambda made: made[1:] if made.ndim else made,
    "broadcast": lambda made: np.broadcast_to(made, (2, *made.shape)),
    "new axis": lambda made: made[..., None],
    "overlapping": _overlapping,
    "odd strides": _odd,
    "unaligned": _unaligned,
}  # fmt: skip

seeds = st.integers(0, 2**16)
shapes = st.lists(st.sampled_from([0, 1, 2, 3, 3, 4]), max_size=3).map(tuple)


def arrays(dtypes=NUMPY_DTYPES + ML_DTYPES):
    return st.builds(
        Array,
        dtype=st.sampled_from(dtypes),
        shape=shapes,
        seed=seeds,
        views=st.lists(st.sampled_from(list(_VIEWS)), max_size=3).map(tuple),
        swapped=st.sampled_from([False, False, False, True]),
        read_only=st.sampled_from([False, False, True]),
    ).filter(lambda recipe: not (recipe.swapped and recipe.dtype in ML_DTYPES))


@dataclass(frozen=True)
class NumpyScalar:
    dtype: str
    seed: int

    def make(self) -> np.generic:
        return _elements(numpy_dtype(self.dtype), 1, self.seed)[0]


def numpy_scalars(dtypes=NUMPY_DTYPES + ML_DTYPES):
    return st.builds(NumpyScalar, dtype=st.sampled_from(dtypes), seed=seeds)


class Colour(enum.IntEnum):
    """Ints of a subclass."""

    RED = 1
    GREEN = 200


class Metres(float):
    """Floats of a subclass."""


@dataclass(frozen=True)
class Plain:
    """Any object that is made once and never changed."""

    value: object

    def make(self) -> object:
        return self.value


integers = st.one_of(
    st.integers(-3, 3),
    st.integers(-(2**65), 2**65),
    st.sampled_from([127, 128, -128, -129, 255, 256, -255, 2**31, 2**53 + 1, 2**63 - 1, 2**63]),
    st.sampled_from([2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400, *Colour]),
)
floats = st.one_of(
    st.sampled_from([float(edge) for edge in _EDGES] + [Metres(1.5)]),
    st.floats(-300, 300),
    st.floats(),
)
numbers = st.one_of(
    st.booleans(), integers, floats, st.builds(complex, floats, floats), st.integers(-3, 3)
)


@dataclass(frozen=True)
class Nested:
    """A sequence of what recipes make; others stand for themselves."""

    items: tuple
    kind: type = list

    def make(self) -> object:
        return self.kind(item.make() if hasattr(item, "make") else item for item in self.items)


def _nested(leaves, width: int = 3):
    return st.builds(
        Nested,
        items=st.lists(leaves, max_size=width).map(tuple),
        kind=st.sampled_from([list, list, tuple]),
    )


def _rectangular(leaves):
    """Sequences in which all of a level are equally long, at any depth up to 3."""

    @st.composite
    def draw(pull):
        extents = pull(st.lists(st.integers(0, 3), min_size=1, max_size=3))
        kind = pull(leaves)

        def level(depth):
            if depth == len(extents):
                return pull(kind)
            return Nested(tuple(level(depth + 1) for _ in range(extents[depth])))

        return level(0)

    return draw()


def _of_one_kind():
    """What the numbers of one sequence are drawn from: most lists hold one kind."""
    return st.sampled_from(
        [st.booleans(), st.integers(-3, 300), integers, floats, st.builds(complex, floats, floats), numbers]
    )  # fmt: skip


def number_sequences():
    ragged = st.recursive(numbers, _nested, max_leaves=5).filter(lambda it: isinstance(it, Nested))
    return st.one_of(_rectangular(_of_one_kind()), ragged)


def array_sequences():
    """Lists of arrays, NumPy scalars and numbers, mixed."""
    tidy = st.builds(
        Array,
        dtype=st.sampled_from(NUMPY_DTYPES),
        shape=st.sampled_from([(), (2,), (2, 2), (1,), (0,), (0, 2)]),
        seed=seeds,
        views=st.sampled_from([(), ("flipped",), ("transposed",), ("odd strides",)]),
        swapped=st.sampled_from([False, False, True]),
    )
    one_dtype = st.sampled_from(NUMPY_DTYPES).flatmap(
        lambda dtype: st.sampled_from(
            [
                numpy_scalars([dtype]),
                st.builds(Array, dtype=st.just(dtype), shape=st.just((2,)), seed=seeds),
            ]
        )
    )
    kinds = st.one_of(one_dtype, st.just(numpy_scalars(NUMPY_DTYPES)), st.just(tidy))
    mixed = _nested(st.one_of(tidy, numpy_scalars(NUMPY_DTYPES), numbers))
    return st.one_of(_rectangular(kinds), mixed)


@dataclass(frozen=True)
class Buffer:
    """An exporter of the buffer protocol that is neither an array nor a tensor."""

    kind: str
    data: bytes
    format: str = "B"

    def make(self) -> object:
        return _BUFFERS[self.kind](self)


def _cast(buffer: Buffer) -> memoryview:
    size = ctypes.sizeof(_C_TYPES[buffer.format])
    whole = bytearray(buffer.data[: len(buffer.data) // size * size])
    return memoryview(whole).cast(buffer.format)


_C_TYPES = {
    "?": ctypes.c_bool, "b": ctypes.c_int8, "B": ctypes.c_uint8, "c": ctypes.c_char,
    "h": ctypes.c_short, "H": ctypes.c_ushort, "i": ctypes.c_int, "I": ctypes.c_uint,
    "l": ctypes.c_long, "L": ctypes.c_ulong, "q": ctypes.c_longlong, "Q": ctypes.c_ulonglong,
    "f": ctypes.c_float, "d": ctypes.c_double,
}  # fmt: skip


def _std_array(buffer: Buffer) -> object:
    code = buffer.format if buffer.format in "bBhHiIlLqQfd" else "B"
    made = array.array(code)
    size = made.itemsize
    made.frombytes(buffer.data[: len(buffer.data) // size * size])
    return made


def _ctypes_array(buffer: Buffer) -> object:
    kind = _C_TYPES[buffer.format]
    count = len(buffer.data) // ctypes.sizeof(kind)
    return (kind * count).from_buffer_copy(buffer.data[: count * ctypes.sizeof(kind)])


_BUFFERS = {
    "bytes": lambda buffer: buffer.data,
    "bytearray": lambda buffer: bytearray(buffer.data),
    "memoryview": _cast,
    "read-only memoryview": lambda buffer: _cast(buffer).toreadonly(),
    "every second": lambda buffer: _cast(buffer)[::2],
    "backwards": lambda buffer: _cast(buffer)[::-1],
    "array.array": _std_array,
    "ctypes": _ctypes_array,
}


def buffers():
    return st.builds(
        Buffer,
        kind=st.sampled_from(list(_BUFFERS)),
        data=st.one_of(st.binary(max_size=40), st.sampled_from([4, 8, 16, 32]).flatmap(
            lambda n: st.binary(min_size=n, max_size=n))),
        format=st.sampled_from(list(_C_TYPES)),
    )  # fmt: skip


class Lender:
    """Speaks DLPack and nothing else."""

    def __init__(self, lent) -> None:
        self.lent = lent

    def __dlpack__(self, **keywords) -> object:
        return self.lent.__dlpack__(**keywords)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.lent.__dlpack_device__()


class Interface:
    """Speaks NumPy's array interface and nothing else."""

    def __init__(self, offered: np.ndarray) -> None:
        self.offered = offered
        self.__array_interface__ = offered.__array_interface__


@dataclass(frozen=True)
class Lent:
    """An object that speaks DLPack."""

    array: Array

    def make(self) -> Lender:
        return Lender(self.array.make())

    def address(self, made: Lender) -> int:
        return made.lent.__array_interface__["data"][0]


@dataclass(frozen=True)
class Capsule:
    """A DLPack capsule of either version."""

    array: Array
    versioned: bool

    def make(self) -> object:
        made = self.array.make()
        return made.__dlpack__(max_version=(1, 0)) if self.versioned else made.__dlpack__()

    def address(self, made: object) -> int:
        kind = dlpack.kind_of(made)
        tensor = kind.from_address(dlpack.claim(made)).dl_tensor
        dlpack.unclaim(made)
        return (tensor.data or 0) + tensor.byte_offset


@dataclass(frozen=True)
class Offered:
    """An object with `__array_interface__`."""

    array: Array

    def make(self) -> Interface:
        return Interface(self.array.make())

    def address(self, made: Interface) -> int:
        return made.offered.__array_interface__["data"][0]


@dataclass(frozen=True)
class Tensor:
    """A tensor of PyTorch's, over an array's memory."""

    array: Array
    views: tuple[str, ...] = ()

    def make(self) -> torch.Tensor:
        made = self.array.make()
        dtype = getattr(torch, self.array.dtype)
        if not made.size:
            return torch.empty(made.shape, dtype=dtype)
        flat = torch.from_numpy(np.ascontiguousarray(made).reshape(-1).view(np.uint8))
        tensor = flat.view(dtype).reshape(made.shape)
        for view in self.views:
            tensor = _TENSOR_VIEWS[view](tensor)
        return tensor

    def address(self, made: torch.Tensor) -> int:
        return made.data_ptr()


_TENSOR_VIEWS = {
    "transposed": lambda tensor: tensor.permute(tuple(reversed(range(tensor.dim())))),
    "every second": lambda tensor: tensor[..., ::2] if tensor.dim() else tensor,
    "rows from 1": lambda tensor: tensor[1:] if tensor.dim() else tensor,
    "expanded": lambda tensor: tensor.expand(2, *tensor.shape),
    "new axis": lambda tensor: tensor.unsqueeze(-1),
}


def _exportable():
    """Arrays that NumPy itself exports by DLPack."""
    views = [view for view in _VIEWS if view not in ("odd strides", "broadcast")]
    return st.builds(
        Array,
        dtype=st.sampled_from(NUMPY_DTYPES),
        shape=shapes,
        seed=seeds,
        views=st.lists(st.sampled_from(views), max_size=2).map(tuple),
    ).filter(lambda recipe: not recipe.crashes_torch)


def lent():
    return st.builds(Lent, _exportable())


def capsules():
    return st.builds(Capsule, _exportable(), st.booleans())


def offered():
    return st.builds(Offered, arrays(NUMPY_DTYPES))


def tensors():
    names = [name for name in TORCH_DTYPES if name != "complex32"]
    whole = st.builds(Array, dtype=st.sampled_from(names), shape=shapes, seed=seeds)
    views = st.lists(st.sampled_from(list(_TENSOR_VIEWS)), max_size=3).map(tuple)
    return st.builds(Tensor, whole, views)
