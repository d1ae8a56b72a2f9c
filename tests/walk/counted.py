"""Tensors whose deleter counts, through every walker, failing walks included."""

import ctypes

import dlpack_ctypes as dlpack
from checks import Checks
from exchange import shared
from walkers import Walker

_FLOAT32 = (2, 32, 1)
_UNKNOWN = (200, 32, 1)
_CUDA = 2


class Counted:
    """A tensor of three elements made with ctypes alone; `runs` counts its deleter."""

    def __init__(
        self, major: int = 1, dtype: tuple[int, int, int] = _FLOAT32, device: int = dlpack.CPU
    ) -> None:
        self.runs = 0
        self._data = (ctypes.c_float * 3)(1, 2, 3)
        self._shape, self._strides = (ctypes.c_int64 * 1)(3), (ctypes.c_int64 * 1)(1)
        self._deleter = dlpack.DELETER(self._count)
        self.managed = dlpack.Managed(
            version=dlpack.Version(major, 3),
            deleter=ctypes.cast(self._deleter, ctypes.c_void_p),
            dl_tensor=dlpack.Tensor(
                data=ctypes.addressof(self._data),
                device=dlpack.Device(device, 0),
                ndim=1,
                dtype=dlpack.DataType(*dtype),
                shape=self._shape,
                strides=self._strides,
            ),
        )
        self.address = ctypes.addressof(self.managed)

    def _count(self, address: int) -> None:
        self.runs += address == self.address


def _goes_through(checks: Checks, language: str, walker: Walker) -> None:
    counted = Counted()
    walked = walker(counted.address)
    checks.that(walked.step == 0 and counted.runs == 0, f"{language}: taken, and held while lent")
    dlpack.delete(walked.converted)
    checks.that(counted.runs == 0, f"{language}: a conversion holds nothing of the source")
    dlpack.delete(walked.shared)
    checks.that(counted.runs == 1, f"{language}: the deleter ran once")


def _fails(
    checks: Checks, language: str, walker: Walker, counted: Counted, step: int, runs: int
) -> None:
    walked = walker(counted.address)
    row = f"{language}: a walk that fails at step {step}"
    checks.that(walked.step == step, f"{row}, not at {walked.step}")
    checks.that(counted.runs == runs, f"{row} runs the deleter {runs} times, not {counted.runs}")
    checks.that(not walked.shared and not walked.converted, f"{row} writes nothing")


def _a_refused_capsule_is_as_it_was(library: ctypes.CDLL, checks: Checks) -> None:
    counted = Counted(major=99)
    capsule = dlpack.wrap(counted.address)
    try:
        shared(library, capsule)
        checks.that(False, "an unknown major version is refused")
    except BufferError as refusal:
        checks.that("99.3" in str(refusal), "an unknown major version is refused by its number")
    untouched = dlpack.kind_of(capsule) is dlpack.Managed and counted.runs == 0
    checks.that(untouched, "a refused capsule is as it was")
    del capsule
    checks.that(counted.runs == 1, "a refused capsule gives its tensor back when it goes")


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """Exactly one deleter run on every path that took the tensor, none on any other."""
    _a_refused_capsule_is_as_it_was(library, checks)
    for language, walker in walkers.items():
        _goes_through(checks, language, walker)
        _fails(checks, language, walker, Counted(major=99), step=1, runs=0)
        _fails(checks, language, walker, Counted(dtype=_UNKNOWN), step=3, runs=1)
        _fails(checks, language, walker, Counted(device=_CUDA), step=3, runs=1)
