"""Every conversion that tarray and PyTorch both have, bit by bit.

Outside of what follows the two agree in every bit. Where PyTorch leaves the answer to the machine
it even differs by an element's position (vectorised body, scalar tail), so there is nothing to
agree with; tarray's own answer is a table of its own tests:

- a float that truncates to no value of the integer dtype, infinite and NaN included;
- which NaN comes out of a NaN: a NaN must come out, its bits are free.
"""

import ctypes

import numpy as np
import torch

import tarray_ctypes as ta
from checks import Checks

_INT, _UINT, _FLOAT, _BFLOAT, _COMPLEX, _BOOL = 0, 1, 2, 4, 5, 6

_CODES: dict[torch.dtype, tuple[int, int]] = {
    torch.bool: (_BOOL, 8),
    torch.uint8: (_UINT, 8),
    torch.uint16: (_UINT, 16),
    torch.uint32: (_UINT, 32),
    torch.uint64: (_UINT, 64),
    torch.int8: (_INT, 8),
    torch.int16: (_INT, 16),
    torch.int32: (_INT, 32),
    torch.int64: (_INT, 64),
    torch.float16: (_FLOAT, 16),
    torch.bfloat16: (_BFLOAT, 16),
    torch.float32: (_FLOAT, 32),
    torch.float64: (_FLOAT, 64),
    torch.complex32: (_COMPLEX, 32),
    torch.complex64: (_COMPLEX, 64),
    torch.complex128: (_COMPLEX, 128),
    torch.float8_e4m3fn: (10, 8),
    torch.float8_e4m3fnuz: (11, 8),
    torch.float8_e5m2: (12, 8),
    torch.float8_e5m2fnuz: (13, 8),
    torch.float8_e8m0fnu: (14, 8),
}
_FLOAT8 = [dtype for dtype, (code, _) in _CODES.items() if code >= 7]
_PARTS = {
    torch.complex32: torch.float16,
    torch.complex64: torch.float32,
    torch.complex128: torch.float64,
}
_RANDOM = 20_000
_RANDOM_FLOAT8 = 1_000_000

_EDGES = [
    0.0,
    -0.0,
    0.5,
    -0.5,
    0.99,
    1.0,
    -1.0,
    1.5,
    2.5,
    -2.5,
    127,
    128,
    -128,
    -129,
    255,
    256,
    32767,
    32768,
    65504,
    65519,
    65520,
    65535,
    65536,
    2.0**31 - 1,
    2.0**31,
    -(2.0**31),
    2.0**32 - 1,
    2.0**32,
    2.0**53,
    2.0**63,
    2.0**64,
    -(2.0**63),
    448,
    464,
    465,
    240,
    248,
    57344,
    61440,
    61441,
    1e-8,
    2.0**-24,
    2.0**-25,
    3 * 2.0**-26,
    2.0**-126,
    2.0**-149,
    2.0**-150,
    1 + 2.0**-11 + 2.0**-40,
    1 + 2.0**-8,
    1 + 3 * 2.0**-9,
    3.4028235677973366e38,
    1e300,
    float("inf"),
    float("-inf"),
    float("nan"),
]


def _all_bits(dtype: torch.dtype, generator: np.random.Generator) -> torch.Tensor:
    """Every bit pattern of a small dtype; many random ones of a large one."""
    size = dtype.itemsize
    if size == 1:
        bits = np.arange(256, dtype=np.uint8)
    elif size == 2:
        bits = np.arange(1 << 16, dtype=np.uint16)
    else:
        bits = generator.integers(0, 256, size * _RANDOM, dtype=np.uint8)
    return torch.from_numpy(bits.view(np.uint8)).view(dtype)


def _edges(dtype: torch.dtype) -> torch.Tensor:
    numbers = torch.tensor(_EDGES, dtype=torch.float64)
    if dtype in _PARTS:
        return torch.complex(numbers, numbers.flip(0)).to(dtype)
    if not dtype.is_floating_point:
        whole = [int(edge) for edge in _EDGES if abs(edge) < 2.0**63]
        return torch.tensor(whole, dtype=torch.int64).to(dtype)
    return numbers.to(dtype)


def _small(dtype: torch.dtype, generator: np.random.Generator) -> torch.Tensor:
    """Numbers of everyday size, so that most conversions are in range."""
    numbers = generator.normal(scale=50, size=_RANDOM) * 2.0 ** generator.integers(-20, 10, _RANDOM)
    return torch.from_numpy(numbers).to(dtype)


def _values(dtype: torch.dtype, generator: np.random.Generator) -> torch.Tensor:
    if dtype is torch.bool:
        return torch.tensor([False, True, True, False, True])
    return torch.cat(
        [
            each.view(torch.uint8)
            for each in (_all_bits(dtype, generator), _edges(dtype), _small(dtype, generator))
        ]
    ).view(dtype)


class Converter:
    """tarray's conversion of a 1-D tensor's memory."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.ta = library

    def convert(self, source: torch.Tensor, target: torch.dtype) -> torch.Tensor:
        """What `ta_asarray` makes of it, as bytes."""
        extent = (ctypes.c_int64 * 1)(source.numel())
        memory = ta.Memory(
            data=source.data_ptr(), shape=extent, dtype=ta.Dtype(*_CODES[source.dtype], 1), ndim=1
        )
        described = ta.sized(ta.Source, kind=ta.SOURCE_MEMORY, value=ta.SourceValue(memory=memory))
        options = ta.sized(ta.Options, dtype=ta.Dtype(*_CODES[target], 1))
        out, error = ctypes.c_void_p(), ta.sized(ta.Error)
        if self.ta.ta_asarray(described, options, out, error) != ta.OK:
            raise ValueError(error.message.decode())
        size = source.numel() * target.itemsize
        data = ctypes.string_at(self.ta.ta_data(out), size)
        self.ta.ta_release(out)
        return torch.frombuffer(bytearray(data), dtype=torch.uint8).view(target)


def _as_doubles(values: torch.Tensor) -> torch.Tensor:
    """The real parts, exactly."""
    if values.dtype in _PARTS:
        values = torch.view_as_real(values.to(torch.complex128))[..., 0]
    return values.to(torch.float64)


def _comparable(source: torch.Tensor, target: torch.dtype) -> torch.Tensor:
    """Where PyTorch's answer depends on nothing but the value."""
    whole = target is not torch.bool and not target.is_floating_point and target not in _PARTS
    if not whole or not (source.dtype.is_floating_point or source.dtype in _PARTS):
        return torch.ones(source.shape, dtype=torch.bool)
    info, value = torch.iinfo(target), torch.trunc(_as_doubles(source))
    # The largest value of a 64-bit dtype is no double: compare with the one above it.
    return (value >= float(info.min)) & (value < float(info.max) + (info.bits < 64))


def _same_bits(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Element by element: the same bytes, or both NaN; complex numbers by their parts."""
    if left.dtype in _PARTS:
        part = _PARTS[left.dtype]
        return _same_bits(left.view(part), right.view(part)).view(-1, 2).all(1)
    size = left.dtype.itemsize
    same = (left.view(torch.uint8).view(-1, size) == right.view(torch.uint8).view(-1, size)).all(1)
    if not left.dtype.is_floating_point:
        return same
    return same | (left.to(torch.float64).isnan() & right.to(torch.float64).isnan())


def _agree(converter: Converter, checks: Checks, source: torch.Tensor, target: torch.dtype) -> None:
    ours = converter.convert(source, target)
    theirs = source.clone() if target is source.dtype else source.to(target)
    wrong = _comparable(source, target) & ~_same_bits(ours, theirs)
    row = f"{source.dtype} to {target}".replace("torch.", "")
    example = ""
    if wrong.any():
        at = int(wrong.nonzero()[0])
        example = f": {int(wrong.sum())} of {len(wrong)} differ,"
        example += f" as {source[at]} -> {ours[at]} (torch {theirs[at]})"
    checks.that(not wrong.any(), row + example)


def run(library: ctypes.CDLL, checks: Checks) -> None:
    """All pairs, then float8 with far more values."""
    converter, generator = Converter(library), np.random.default_rng(20_26)
    for source in _CODES:
        values = _values(source, generator)
        for target in _CODES:
            _agree(converter, checks, values, target)
    bits = generator.integers(0, 256, 4 * _RANDOM_FLOAT8, dtype=np.uint8)
    scaled = generator.normal(size=_RANDOM_FLOAT8) * 2.0 ** generator.integers(
        -30, 20, _RANDOM_FLOAT8
    )
    for target in _FLOAT8:
        _agree(converter, checks, torch.from_numpy(bits).view(torch.float32), target)
        _agree(converter, checks, torch.from_numpy(scaled.astype(np.float32)), target)
