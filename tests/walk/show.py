"""The demonstration: a few arrays walk, and one sees where their memory is all the way."""

import ctypes
import sys
import textwrap

import numpy as np

import arrays
import memory
import relay
import tarray_ctypes as ta
from checks import Checks
from exchange import Exporter, lent_by
from walkers import Walker


def _title(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _tell_array(array: np.ndarray) -> None:
    access = "writable" if array.flags.writeable else "read-only"
    print(f"  NumPy   {access}, at {_address(array):#x}")
    print(textwrap.indent(str(array), " " * 10))


def _tell_stop(
    language: str, array: np.ndarray, shared: np.ndarray, converted: np.ndarray, same_words: bool
) -> None:
    where = f"the same memory, {_address(shared):#x}" if array.size else "no memory to share"
    own = (
        f"its {converted.dtype} at {_address(converted):#x}"
        if array.size
        else f"an empty {converted.dtype}"
    )
    words = ", in the same words" if same_words else ""
    print(f"  {language:<8}{where}; {own}{words}")


def _walk_all(library: ctypes.CDLL, checks: Checks, name: str, walkers: dict[str, Walker]) -> None:
    array, original = arrays.shown()[name], arrays.shown()[name]
    before, first = sys.getrefcount(array), []
    _title(name)
    _tell_array(array)
    for language, walker in walkers.items():
        walked = walker(lent_by(library, array))
        checks.that(walked.step == 0, f"{name} in {language}: step {walked.step}")
        for line in walked.lines if not first else []:
            print(textwrap.indent(line, " " * 10))
        shared = np.from_dlpack(Exporter(library, walked.shared))
        converted = np.from_dlpack(Exporter(library, walked.converted))
        same = _address(shared) == _address(array) or not array.size
        checks.that(same, f"{name} in {language}: the same memory")
        _tell_stop(language, array, shared, converted, walked.lines == first)
        first = first or walked.lines
        if array.flags.writeable and array.size:
            print(f"          NumPy's own element 0 is {array[(0,) * array.ndim]} now")
            array[...] = original
    del shared, converted
    checks.that(sys.getrefcount(array) == before, f"{name}: let go once by each")
    print(f"  NumPy   has it back from all {len(walkers)}")


def _relay(library: ctypes.CDLL, checks: Checks, walkers: dict[str, Walker]) -> None:
    _title("One array from hand to hand")
    array = arrays.counted(3, 4)
    print(f"  NumPy   {_address(array):#x}")
    for language, address in relay.passed_on(library, walkers, array):
        checks.that(address == _address(array), f"passed on by {language}: the same memory")
        print(f"  {language:<8}{address:#x}")


def _what_dlpack_cannot_carry(library: ctypes.CDLL, checks: Checks) -> None:
    _title("What DLPack cannot carry comes in as strided memory")
    for name, array, _ in memory.rows():
        status, tensor, _ = memory.asarray(library, array, ta.COPY_IF_NEEDED)
        checks.that(status == ta.OK, f"{name}: taken")
        came_about = memory.info_of(library, tensor).provenance
        reason = library.ta_reason_name(came_about.reason).decode()
        print(f"  {name}: {'shared' if came_about.aliased else f'copied because {reason}'}")
        library.ta_release(tensor)
        status, tensor, error = memory.asarray(library, array, ta.COPY_NEVER)
        library.ta_release(tensor)
        if status != ta.OK:
            print(f"      without a copy: {error.message.decode()}")


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """Walks and tells."""
    print(f"libtarray {library.ta_version().decode()}, ABI {library.ta_abi_version()}")
    for name in arrays.shown():
        _walk_all(library, checks, name, walkers)
    _relay(library, checks, walkers)
    _what_dlpack_cannot_carry(library, checks)
