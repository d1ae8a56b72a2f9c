"""The walkers of all languages behind one signature: `walk(lent) -> Walked`."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import tarray_ctypes as ta
import walk_cffi
import walk_ctypes
from step import Failed

_SAY = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)


@dataclass
class Walked:
    """How a walk went: the failed step or 0, two DLPack tensors of ours if 0, and its lines."""

    step: int = 0
    shared: int = 0
    converted: int = 0
    lines: list[str] = field(default_factory=list)


Walker = Callable[[int], Walked]


def _native(library: Path, symbol: str) -> Walker:
    # PyDLL keeps the GIL: the walker calls back into Python at every line.
    function = getattr(ctypes.PyDLL(str(library)), symbol)
    pointer = ctypes.POINTER(ctypes.c_void_p)
    function.argtypes = [ctypes.c_void_p, pointer, pointer, _SAY, ctypes.c_void_p]
    function.restype = ctypes.c_int

    def walk(lent: int) -> Walked:
        walked = Walked()
        shared, converted = ctypes.c_void_p(), ctypes.c_void_p()
        say = _SAY(lambda _, line: walked.lines.append(line.decode()))
        walked.step = function(lent, shared, converted, say, None)
        walked.shared, walked.converted = shared.value or 0, converted.value or 0
        return walked

    return walk


def _python(run: Callable[[int, Callable[[str], None]], tuple[int, int]]) -> Walker:
    def walk(lent: int) -> Walked:
        walked = Walked()
        try:
            walked.shared, walked.converted = run(lent, walked.lines.append)
        except Failed as failed:
            walked.step = failed.step
        return walked

    return walk


def load(prefix: Path, folder: Path) -> dict[str, Walker]:
    """All of them, by language. The shared library must be in the process before the native
    ones: they find it by its SONAME then, wherever they were linked."""
    library = ta.load(prefix)
    declared = walk_cffi.Library(prefix)
    return {
        "C": _native(folder / "libwalk_c.so", "walk_c"),
        "C++": _native(folder / "libwalk_cpp.so", "walk_cpp"),
        "Zig": _native(folder / "libwalk_zig.so", "walk_zig"),
        "ctypes": _python(lambda lent, say: walk_ctypes.walk(library, lent, say)),
        "cffi": _python(lambda lent, say: walk_cffi.walk(declared, lent, say)),
    }
