"""tvm-ffi on the far side: as the consumer of what walked, and as the producer of what walks."""

import ctypes

import numpy as np
import tvm_ffi

import arrays
from checks import Checks
from exchange import Exporter, lent_by
from step import VALUE
from walkers import Walker


def _rows() -> dict[str, np.ndarray]:
    return {
        "float32 matrix": arrays.counted(3, 4),
        "transposed": arrays.counted(3, 4).T,
        "backwards": arrays.counted(3, 4)[::-1],
        "uint64": arrays.counted(5, dtype="uint64"),
        "bool": np.array([False, True]),
        "no axes": np.array(2.5),
        "no elements": np.zeros((3, 0)),
    }


def _consumed(
    library: ctypes.CDLL, checks: Checks, row: str, array: np.ndarray, walker: Walker
) -> None:
    walked = walker(lent_by(library, array))
    shared = tvm_ffi.from_dlpack(Exporter(library, walked.shared))
    converted = tvm_ffi.from_dlpack(Exporter(library, walked.converted))
    address = array.__array_interface__["data"][0]
    checks.that(shared.data_ptr() == address or not array.size, f"{row}: the same memory")
    checks.that(
        tuple(shared.shape) == array.shape and str(shared.dtype) == str(array.dtype),
        f"{row}: its facts",
    )
    checks.that(np.array_equal(np.from_dlpack(shared), array), f"{row}: the values")
    checks.that(np.array_equal(np.from_dlpack(converted), array), f"{row}: the conversion")


def _produced(
    library: ctypes.CDLL, checks: Checks, row: str, array: np.ndarray, walker: Walker
) -> None:
    """NumPy's memory, by way of tvm-ffi, into a walker: NumPy sees what that writes."""
    walked = walker(lent_by(library, tvm_ffi.from_dlpack(array)))
    if not checks.that(walked.step == 0, f"{row}: step {walked.step}"):
        return
    shared = np.from_dlpack(Exporter(library, walked.shared))
    converted = np.from_dlpack(Exporter(library, walked.converted))
    checks.that(np.may_share_memory(shared, array) or not array.size, f"{row}: the same memory")
    written = not array.size or array[(0,) * array.ndim] == array.dtype.type(VALUE)
    checks.that(written, f"{row}: NumPy sees the write")
    checks.that(
        np.array_equal(shared, array) and np.array_equal(converted, array), f"{row}: the values"
    )


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """Both directions, through every walker."""
    for language, walker in walkers.items():
        for name, array in _rows().items():
            _consumed(library, checks, f"{name} to tvm-ffi by {language}", array, walker)
        for name, array in _rows().items():
            _produced(library, checks, f"{name} from tvm-ffi by {language}", array, walker)
