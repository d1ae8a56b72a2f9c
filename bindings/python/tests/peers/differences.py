"""Every deliberate difference from `torch.asarray`: what each library does, and why.

The rows are the whole truth: the random comparison fails on a difference that no row explains,
each row's example is run through both libraries by a test, and `docs/differences.md` is made from
them:

    python differences.py --write docs/differences.md
"""

import argparse
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from compare import Case


@dataclass(frozen=True)
class Difference:
    """One row. `example` ends in an expression, whose value or error both libraries are held to."""

    name: str
    title: str
    example: str
    torch: str
    tarray: str
    why: str
    crashes: bool = False
    """PyTorch's side kills the process: it has one of its own."""
    explains: Callable[["Case"], bool] | None = None
    """Whether a case of the random comparison differs because of this."""


def _refused_by_torch(*fragments: str) -> Callable[["Case"], bool]:
    """PyTorch raises one of these; what tarray does instead is checked against the truth."""

    def explains(case: "Case") -> bool:
        return bool(case.torch.error) and any(part in case.torch.message for part in fragments)

    return explains


def _is_array(case: "Case") -> bool:
    return isinstance(case.made, np.ndarray) or hasattr(case.recipe, "array")


def _elements(case: "Case") -> np.ndarray:
    """The elements of an array, a NumPy scalar, or of what lends an array's memory."""
    if isinstance(case.made, np.ndarray | np.generic):
        return np.asarray(case.made)
    if hasattr(case.made, "untyped_storage"):
        # NumPy has not all of PyTorch's floats, but one that holds them.
        real = case.made.is_floating_point()
        return (case.made.double() if real else case.made).numpy()
    return case.recipe.array.make()


def _is_sequence(case: "Case") -> bool:
    return isinstance(case.made, list | tuple)


def _is_buffer(case: "Case") -> bool:
    return type(case.recipe).__name__ == "Buffer"


def _leaves(made):
    if isinstance(made, list | tuple):
        for item in made:
            yield from _leaves(item)
    else:
        yield made


def _plain_ints(case: "Case") -> list[int]:
    return [
        int(leaf)
        for leaf in _leaves(case.made)
        if isinstance(leaf, int | np.integer) and not isinstance(leaf, bool)
    ]


def _has_arrays(case: "Case") -> bool:
    return any(isinstance(leaf, np.ndarray | np.generic) for leaf in _leaves(case.made))


def _is_0d_array(case: "Case") -> bool:
    return isinstance(case.made, np.ndarray) and case.made.ndim == 0


def _is_numpy_scalar(case: "Case") -> bool:
    return isinstance(case.made, np.generic)


def _repeats(case: "Case") -> bool:
    """Whether an element of the source is in several places."""
    made = case.made
    source = made if hasattr(made, "untyped_storage") or _is_ndarray(made) else _elements(case)
    strides = source.strides if _is_ndarray(source) else source.stride()
    places = np.zeros((), int)
    for stride, extent in zip(strides, source.shape, strict=True):
        places = np.add.outer(places, np.arange(extent) * stride)
    return np.unique(places).size < places.size


def _is_ndarray(made: object) -> bool:
    return isinstance(made, np.ndarray)


def _in_c_order(result) -> bool:
    expected, strides = 1, []
    for extent in reversed([n for n in result.shape if n > 1]):
        strides.insert(0, expected)
        expected *= extent
    return result.strides == tuple(strides)


def _out_of_range(case: "Case") -> bool:
    """Both made integers of floats, and differ only where no integer is right."""
    ours, theirs = case.tarray, case.torch
    if ours.error or theirs.error or (ours.dtype, ours.shape) != (theirs.dtype, theirs.shape):
        return False
    target = np.dtype(ours.dtype)
    if target.kind not in "iu" or not (_is_array(case) or _is_numpy_scalar(case)):
        return False
    source = _elements(case)
    if source.dtype.kind in "iub":
        return False
    real = source.real.astype(np.float64).reshape(-1)
    info = np.iinfo(target)
    inside = (np.trunc(real) >= float(info.min)) & (real < float(info.max) + (info.bits < 64))
    differ = ours.values().reshape(-1) != theirs.values().reshape(-1)
    return not (differ & inside).any()


def _wraps(case: "Case") -> bool:
    return bool(case.request.dtype) and (
        case.request.dtype.startswith("uint") and any(value < 0 for value in _plain_ints(case))
    )


def _beyond(case: "Case") -> bool:
    return any(not -(2**63) <= value < 2**64 for value in _plain_ints(case)) and bool(
        case.tarray.error
    )


def _large(case: "Case") -> bool:
    return any(value >= 2**63 for value in _plain_ints(case))


def _ragged(case: "Case") -> bool:
    return bool(case.tarray.error) and case.tarray.message.startswith("ragged sequence")


def _uint64_elements(case: "Case") -> bool:
    return case.request.dtype == "uint64" and bool(case.torch.error)


def _array_elements(case: "Case") -> bool:
    """A list with arrays, or with NumPy scalars that are no Python numbers."""
    return _is_sequence(case) and _has_arrays(case)


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        name="negative strides",
        title="Arrays with negative strides",
        example="asarray(np.arange(3)[::-1]).tolist()",
        torch="ValueError",
        tarray="[2, 1, 0]",
        why="A tensor of ours may have any strides, so the memory is shared; a consumer that cannot use negative ones asks for `contiguous=True`.",
        explains=_refused_by_torch("stride in the given numpy array is negative"),
    ),
    Difference(
        name="odd strides",
        title="Fields of structured arrays, whose strides are no multiple of the element size",
        example="asarray(np.array([(1, 2), (3, 4)], 'u1, i4')['f1']).tolist()",
        torch="ValueError",
        tarray="[2, 4]",
        why="The values are well defined: they are copied, and only `copy=False` is refused.",
        explains=_refused_by_torch("strides not a multiple of the element byte size"),
    ),
    Difference(
        name="byte order",
        title="Arrays of foreign byte order",
        example="asarray(np.array([1, 2], '>i4')).tolist()",
        torch="ValueError",
        tarray="[1, 2]",
        why="The values are well defined: the copy is swapped, and only `copy=False` is refused.",
        explains=_refused_by_torch("byte order different from the native"),
    ),
    Difference(
        name="unaligned memory",
        title="complex128 at an odd address",
        example="asarray(np.ndarray((), 'c16', bytearray(17), 1), copy=True).tolist()",
        torch="SIGSEGV",
        tarray="0j",
        why="Memory may lie at any address.",
        crashes=True,
    ),
    Difference(
        name="ml_dtypes",
        title="Arrays and scalars of ml_dtypes' dtypes",
        example="str(asarray(np.zeros(2, ml_dtypes.bfloat16)).dtype).split('.')[1]",
        torch="TypeError",
        tarray="'bfloat16'",
        why="bfloat16 and float8 are dtypes of both libraries, and ml_dtypes is how NumPy has them.",
        explains=_refused_by_torch("can't convert np.ndarray of type"),
    ),
    Difference(
        name="other names of integers",
        title="Integers by another C name, such as `unsigned long long`",
        example="asarray(np.zeros(2, np.ulonglong)).tolist()",
        torch="TypeError",
        tarray="[0, 0]",
        why="What an integer's C type is called says nothing about its bits.",
        explains=None,
    ),
    Difference(
        name="masked arrays",
        title="Masked arrays",
        example="asarray(np.ma.array([1, 2], mask=[True, False])).tolist()",
        torch="[1, 2]",
        tarray="TypeError",
        why="The mask would be lost without a word, and hidden values would come back.",
    ),
    Difference(
        name="0-d arrays",
        title="Arrays without axes are arrays",
        example="a = np.array(1)\nasarray(a, copy=False).data_ptr() == a.ctypes.data",
        torch="False",
        tarray="True",
        why="`copy` means what it says for every array. (PyTorch clones these and then forgets the request.)",
        explains=_is_0d_array,
    ),
    Difference(
        name="copies of NumPy scalars",
        title="NumPy scalars with both a dtype and `copy=True`",
        example="asarray(np.float64(1.5), dtype=int32, copy=True).tolist()",
        torch="ValueError",
        tarray="1",
        why="A copy was asked for, and a converted one is a copy. (PyTorch complains that it cannot alias.)",
        explains=lambda case: (
            _is_numpy_scalar(case)
            and case.request.copy is True
            and bool(case.request.dtype)
            and not case.tarray.error
        ),
    ),
    Difference(
        name="read-only arrays",
        title="Writing through a tensor over read-only memory",
        example="a = np.arange(3)\na.flags.writeable = False\nt = asarray(a)\nt[0] = 7\na.tolist()",
        torch="UserWarning, [7, 1, 2]",
        tarray="RequestError",
        why="The tensor is read-only, as its memory is, and every export carries the mark.",
    ),
    Difference(
        name="read-only DLPack",
        title="Writing through a tensor over read-only memory that came by DLPack",
        example="a = np.arange(3)\na.flags.writeable = False\nt = from_dlpack(a)\nt[0] = 7\na.tolist()",
        torch="[7, 1, 2]",
        tarray="RequestError",
        why="DLPack's READ_ONLY flag is kept, not dropped.",
    ),
    Difference(
        name="float to integer",
        title="Floats that no integer of the dtype can be",
        example="asarray(np.full(9, 2.0**31, 'f4'), dtype=int32).tolist() == [-2**31] * 9 and asarray(np.full(9, np.inf, 'f4'), dtype=int64).tolist() == [-2**63] * 9 and asarray(np.full(41, 3e9), dtype=uint8).tolist() == [0] * 41 and asarray(np.full(41, -1e30), dtype=uint32).tolist() == [0] * 41 and asarray(np.full(41, 2.0**63), dtype=uint64).tolist() == [2**63] * 41 and asarray(np.full(41, np.nan, 'f2'), dtype=int16).tolist() == [0] * 41",
        torch="False",
        tarray="True",
        why="PyTorch leaves these to the machine and even differs by an element's position in the array. Here the result is fixed: truncation by the narrowest signed conversion that covers the dtype, then the low bits.",
        explains=_out_of_range,
    ),
    Difference(
        name="copies of broadcast layouts",
        title="The axis order of a copy whose source has elements in several places",
        example="asarray(np.broadcast_to(np.zeros((2, 3)).T, (4, 3, 2)), copy=True).stride()",
        torch="(6, 1, 3)",
        tarray="(6, 2, 1)",
        why="The copy is in C order. The strides of such a layout say nothing sure about which axis is inside which; PyTorch's order then depends on the order of its comparisons.",
        explains=lambda case: (
            _is_array(case)
            and not (case.torch.error or case.tarray.error)
            and case.torch.strides != case.tarray.strides
            and _repeats(case)
            and _in_c_order(case.tarray)
        ),
    ),
    Difference(
        name="other bytes as bool",
        title="Copying a bool whose byte is neither 0 nor 1",
        example="t = asarray(bytearray(b'\\2'), dtype=bool, copy=True)\nctypes.string_at(t.data_ptr(), 1)",
        torch="b'\\x01'",
        tarray="b'\\x02'",
        why="A copy without a conversion has the bytes of its source, as an alias has.",
        explains=lambda case: (
            case.tarray.dtype == "bool"
            and case.request.copy is True
            and not case.torch.error
            and case.torch.bits == bytes(map(bool, case.tarray.bits))
        ),
    ),
    Difference(
        name="buffers without a dtype",
        title="Buffers without a dtype, whose format is not bytes",
        example="asarray(array.array('i', [1, 2])).tolist()",
        torch="[1, 2]",
        tarray="BufferFormatWarning, [1.401298464324817e-45, 2.802596928649634e-45]",
        why="The documentation that this project implements says: bytes grouped by the default floating dtype. The warning names `frombuffer`, which follows the format.",
        explains=lambda case: _is_buffer(case) and case.request.dtype is None,
    ),
    Difference(
        name="empty buffers",
        title="Empty buffers",
        example="tuple(asarray(b'', dtype=uint8).shape)",
        torch="ValueError",
        tarray="(0,)",
        why="No bytes make no elements: that is no fault.",
        explains=lambda case: _is_buffer(case) and "must not be 0" in case.torch.message,
    ),
    Difference(
        name="strided buffers",
        title="Buffers whose bytes are not next to each other",
        example="asarray(memoryview(bytes(range(6)))[::2], dtype=uint8).tolist()",
        torch="RuntimeError",
        tarray="[0, 2, 4]",
        why="Its bytes in C order are well defined: they are copied, and only `copy=False` is refused.",
        explains=lambda case: _is_buffer(case) and "non-contiguous buffers" in case.torch.message,
    ),
    Difference(
        name="resized buffers",
        title="Resizing a bytearray while a tensor is over it",
        example="b = bytearray(4)\nt = asarray(b, dtype=uint8)\nb.extend(bytes(1000))\nlen(b)",
        torch="1004",
        tarray="BufferError",
        why="The buffer stays locked as long as an alias lives; else the memory moves away under the tensor.",
    ),
    Difference(
        name="negative into unsigned",
        title="Negative numbers into unsigned dtypes",
        example="asarray([-1], dtype=uint8).tolist()",
        torch="[255]",
        tarray="RangeError",
        why="A number that does not fit is named with its index path, whichever side it is off.",
        explains=lambda case: _wraps(case) and bool(case.tarray.error),
    ),
    Difference(
        name="large integers",
        title="Integers from 2**63 to 2**64 - 1",
        example="asarray(2**64 - 1).tolist()",
        torch="ValueError",
        tarray="18446744073709551615",
        why="A uint64 holds them.",
        explains=lambda case: _large(case) and not case.tarray.error and bool(case.torch.error),
    ),
    Difference(
        name="huge integers",
        title="Integers beyond that, with a floating, complex or bool dtype",
        example="asarray(2**64, dtype=float32).tolist()",
        torch="1.8446744073709552e+19",
        tarray="RangeError",
        why="No integer dtype holds them, so none of their digits can be promised: give a float.",
        explains=_beyond,
    ),
    Difference(
        name="numbers into uint64",
        title="Floats and NumPy integers as elements of uint64",
        example="asarray([2.5, np.uint64(2**64 - 1)], dtype=uint64).tolist()",
        torch="TypeError",
        tarray="[2, 18446744073709551615]",
        why="uint64 follows the rule of all other integer dtypes.",
        explains=_uint64_elements,
    ),
    Difference(
        name="ragged sequences",
        title="Ragged sequences, empty ones included",
        example="asarray([[], [1]]).tolist()",
        torch="[[], []]",
        tarray="ValueError",
        why="All of a sequence is looked at, not only the first item of each level. Ragged input is always a ValueError with the index path; PyTorch's error depends on what its walk meets first.",
        explains=_ragged,
    ),
    Difference(
        name="arrays in sequences",
        title="Arrays and NumPy scalars in sequences",
        example="asarray([np.zeros((0, 2)), np.array([], 'f4').reshape(0, 2)]).shape[2]",
        torch="IndexError",
        tarray="2",
        why="Arrays in a list stack, by a memory copy and with their whole shape, also those without axes or elements; NumPy scalars are accepted wherever Python's are. (PyTorch takes them apart into numbers, slowly, which fails for several of them.)",
        explains=lambda case: (
            _array_elements(case) and bool(case.torch.error) and not case.tarray.error
        ),
    ),
    Difference(
        name="shape of empty arrays in sequences",
        title="The shape of what stacks to nothing",
        example="tuple(asarray([np.zeros((0, 2))]).shape)",
        torch="(1, 0)",
        tarray="(1, 0, 2)",
        why="An axis after an axis of extent 0 is an axis.",
        explains=lambda case: (
            _array_elements(case)
            and case.torch.empty
            and case.tarray.empty
            and case.tarray.shape[: len(case.torch.shape)] == case.torch.shape
        ),
    ),
    Difference(
        name="conversion of arrays in sequences",
        title="Converting arrays in sequences",
        example="asarray([np.array([300, -1])], dtype=uint8).tolist()",
        torch="RuntimeError",
        tarray="[[44, 255]]",
        why="Elements of an array are converted as an array is, inside a list as outside; only single numbers are checked.",
    ),
    Difference(
        name="complex scalars in sequences",
        title="Complex NumPy scalars in a sequence into a real dtype",
        example="asarray([np.complex64(1 + 2j)], dtype=float32).tolist()",
        torch="ComplexWarning, [1.0]",
        tarray="DtypeError",
        why="A number's imaginary part is not dropped, whether the number is Python's or NumPy's. (One of NumPy's alone is an array without axes to both libraries, and converted.)",
        explains=lambda case: _is_sequence(case) and "complex number" in case.tarray.message,
    ),
    Difference(
        name="promotion with unsigned integers",
        title="Wide unsigned integers beside other dtypes in a sequence",
        example="str(asarray([np.complex128(1j), np.uint16(1)]).dtype).split('.')[1]",
        torch="'complex128'",
        tarray="DtypeError",
        why="Every item counts, one after another at any depth, and these two have no common dtype in either library. (PyTorch stops looking at complex128, and looks at inner sequences first.)",
        explains=lambda case: (
            _is_sequence(case)
            and "no common dtype" in case.tarray.message
            and any(
                str(getattr(leaf, "dtype", ""))
                in ("uint16", "uint32", "uint64", ">u2", ">u4", ">u8")
                for leaf in _leaves(case.made)
            )
        ),
    ),
    Difference(
        name="which fault is named",
        title="Which of several faults is named",
        example="asarray([1j, 2**70], dtype=int32)",
        torch="TypeError",
        tarray="RangeError",
        why="The shape and the range of all numbers are looked at before the first is stored.",
        explains=lambda case: (
            _is_sequence(case) and bool(case.torch.error) and bool(case.tarray.error)
        ),
    ),
    Difference(
        name="lists of tensors",
        title="Lists of tensors",
        example="asarray([tensor([1, 2]), tensor([3, 4])]).tolist()",
        torch="TypeError",
        tarray="[[1, 2], [3, 4]]",
        why="They stack, as arrays do.",
    ),
    Difference(
        name="DLPack objects, copied",
        title="`copy=True` of an object that speaks DLPack",
        example="a = np.arange(3)\nasarray(Lender(a), copy=True).data_ptr() == a.ctypes.data",
        torch="True",
        tarray="False",
        why="`copy=True` always copies.",
        explains=lambda case: (
            type(case.recipe).__name__ == "Lent"
            and case.request.copy is True
            and not case.tarray.error
            and not case.aliases(case.tarray)
        ),
    ),
    Difference(
        name="DLPack objects, aliased",
        title="`copy=False` of an object that speaks DLPack",
        example="asarray(Lender(np.arange(3)), copy=False).tolist()",
        torch="ValueError",
        tarray="[0, 1, 2]",
        why="Its memory can be shared, so it is.",
        explains=lambda case: (
            type(case.recipe).__name__ == "Lent"
            and case.request.copy is False
            and not case.tarray.error
        ),
    ),
    Difference(
        name="DLPack strides",
        title="DLPack tensors with negative strides",
        example="asarray(Lender(np.arange(3)[::-1])).tolist()",
        torch="RuntimeError",
        tarray="[2, 1, 0]",
        why="A tensor of ours may have any strides.",
        explains=lambda case: (
            "Storage size calculation overflowed" in case.torch.message and not case.tarray.error
        ),
    ),
    Difference(
        name="DLPack before the buffer protocol",
        title="Objects that speak both DLPack and the buffer protocol",
        example="str(asarray(Both(4)).dtype).split('.')[1]",
        torch="'uint8'",
        tarray="'int64'",
        why="DLPack says what the elements are; a buffer of bytes does not.",
    ),
    Difference(
        name="array interface",
        title="Objects that speak NumPy's array interface",
        example="asarray(Interface(np.arange(3))).tolist()",
        torch="RuntimeError",
        tarray="[0, 1, 2]",
        why="`__array_interface__`, `__array_struct__` and `__array__` are how many objects offer their memory.",
        explains=lambda case: type(case.recipe).__name__ == "Offered" and bool(case.torch.error),
    ),
    Difference(
        name="dictionaries",
        title="Mappings with integer keys",
        example="asarray(collections.UserDict({0: 5})).tolist()",
        torch="[0]",
        tarray="TypeError",
        why="A mapping is no sequence. (PyTorch makes a tensor of the keys.)",
    ),
    Difference(
        name="objects of no kind",
        title="Objects that are none of the kinds",
        example="asarray(None)",
        torch="RuntimeError",
        tarray="TypeError",
        why="A wrong kind of object is a TypeError.",
    ),
    Difference(
        name="dtype by another name",
        title="A dtype given as a string, or as NumPy's",
        example="asarray([1], dtype='float32').tolist()",
        torch="TypeError",
        tarray="[1.0]",
        why="Every spelling that is clear is taken.",
    ),
    Difference(
        name="the first CPU",
        title="`device='cpu:0'`",
        example="a = np.arange(3)\nasarray(a, device='cpu:0', copy=False).data_ptr() == a.ctypes.data",
        torch="ValueError",
        tarray="True",
        why="It is the CPU.",
    ),
    Difference(
        name="requires_grad by default",
        title="Whether a tensor made of one that requires a gradient does",
        example="asarray(tensor([1.0], requires_grad=True)).requires_grad",
        torch="UserWarning, True",
        tarray="False",
        why="The documentation that this project implements says: not by default. `requires_grad=None` takes it from the source.",
    ),
    Difference(
        name="the caller's flag",
        title="Asking for a gradient of a tensor that exists",
        example="a = tensor([1.0])\nasarray(a, requires_grad=True)\na.requires_grad",
        torch="True",
        tarray="False",
        why="The caller's own tensor is never changed: the result is another handle over the same memory.",
    ),
    Difference(
        name="warnings of tensor()",
        title="`tensor()` of a tensor",
        example="tensor(tensor([1])).tolist()",
        torch="UserWarning, [1]",
        tarray="[1]",
        why="A copy is what was asked for.",
    ),
    Difference(
        name="bytes",
        title="`bytes()` of a tensor with one integer",
        example="bytes(asarray([5], dtype=int16))",
        torch="b'\\x00\\x00\\x00\\x00\\x00'",
        tarray="b'\\x05\\x00'",
        why="The bytes of a tensor are those of its elements, as of any other buffer, and not as many zeros as an element says.",
    ),
    Difference(
        name="masked operands",
        title="Masked arrays beside a tensor",
        example="(np.ma.array([1.0, 2.0], mask=[True, False]) + asarray([3.0, 4.0])).tolist()",
        torch="TypeError",
        tarray="[None, 6.0]",
        why="They have operators of their own, which keep the mask. (With NumPy before 2.4, which does not take tarray's dtypes for its own, a TypeError as well.)",
    ),
    Difference(
        name="shape of frombuffer",
        title="`frombuffer` without a dtype",
        example="tuple(frombuffer(memoryview(bytearray(8)).cast('i', (1, 2))).shape)",
        torch="TypeError",
        tarray="(1, 2)",
        why="The buffer says what its elements are and how they lie.",
    ),
)


_HEAD = """\
# Differences from `torch.asarray`

`tarray.asarray` does what `torch.asarray` of PyTorch {torch} does, except for what is listed here. This page is generated by
`python bindings/python/tests/peers/differences.py --write docs/differences.md` from the table in that file. Tests run every example
through both libraries, and compare the two on random objects: a difference that is not listed is a failure.

In the examples `asarray`, `tensor`, `frombuffer`, `from_dlpack` and the dtypes are those of the library in question; `Lender(a)` has
no more than `__dlpack__` and `__dlpack_device__` of an array, `Interface(a)` its `__array_interface__`, and `Both(n)` is a bytearray of
length n that also lends int64 elements by DLPack. A warning stands before the result that it comes with.
"""


def page() -> str:
    """The text of the docs page."""
    parts = [_HEAD.format(torch="2.15")]
    for row in DIFFERENCES:
        parts.append(
            f"\n## {row.title}\n\n```python\n{_wrapped(row.example)}\n```\n\n"
            f"| PyTorch | tarray |\n|---|---|\n| `{row.torch}` | `{row.tarray}` |\n\n"
            + textwrap.fill(row.why, 120, break_long_words=False)
            + "\n"
        )
    return "".join(parts)


def _wrapped(example: str) -> str:
    return example.replace(" and asarray", "\\\n    and asarray")


def main() -> int:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, required=True)
    parser.parse_args().write.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
