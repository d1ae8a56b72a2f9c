"""JAX on the far side: as the consumer of what walked, and as the producer of what walks."""

import ctypes
import os

# Before JAX is imported: no hunt for accelerators, and 64-bit numbers stay what they are.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_ENABLE_X64", "1")

import jax.numpy as jnp
import numpy as np

import arrays
from checks import Checks
from exchange import Exporter, lent_by
from walkers import Walker

_ALIGNMENT = 64


def _consumed(
    library: ctypes.CDLL, checks: Checks, row: str, array: np.ndarray, walker: Walker
) -> None:
    """JAX shares what is aligned to 64 bytes, and copies the rest."""
    walked = walker(lent_by(library, array))
    shared = jnp.from_dlpack(Exporter(library, walked.shared))
    converted = jnp.from_dlpack(Exporter(library, walked.converted))
    address = array.__array_interface__["data"][0]
    same = shared.unsafe_buffer_pointer() == address
    checks.that(same or address % _ALIGNMENT, f"{row}: JAX shares the memory")
    checks.that(
        shared.dtype == array.dtype and np.array_equal(shared, array), f"{row}: JAX has the values"
    )
    checks.that(
        np.array_equal(converted, array.astype(converted.dtype)), f"{row}: JAX has the conversion"
    )


def _produced(library: ctypes.CDLL, checks: Checks, row: str, array, walker: Walker) -> None:
    """JAX's arrays never change, which its capsules cannot say: they are lent read-only."""
    before = np.array(array)
    walked = walker(lent_by(library, array, read_only=True))
    if not checks.that(walked.step == 0, f"{row}: step {walked.step}"):
        return
    shared = np.from_dlpack(Exporter(library, walked.shared))
    converted = np.from_dlpack(Exporter(library, walked.converted))
    address = shared.__array_interface__["data"][0]
    checks.that(
        address == array.unsafe_buffer_pointer() or not array.size, f"{row}: JAX's own memory"
    )
    checks.that(not shared.flags.writeable or not array.size, f"{row}: read-only")
    checks.that(
        np.array_equal(shared, before) and np.array_equal(array, before), f"{row}: unchanged"
    )
    checks.that(np.array_equal(converted, before.astype(converted.dtype)), f"{row}: converted")


def _read_only_is_refused(library: ctypes.CDLL, checks: Checks, walker: Walker) -> None:
    """JAX takes only the struct that cannot say read-only."""
    array = arrays.counted(3)
    array.flags.writeable = False
    walked = walker(lent_by(library, array))
    converted = jnp.from_dlpack(Exporter(library, walked.converted))
    checks.that(np.array_equal(converted, array), "a conversion of read-only memory goes to JAX")
    try:
        jnp.from_dlpack(Exporter(library, walked.shared))
        checks.that(False, "read-only memory is refused to JAX")
    except BufferError as refusal:
        checks.that("read-only" in str(refusal), "read-only memory is refused to JAX")


def _bfloat16_is_converted(
    library: ctypes.CDLL, checks: Checks, row: str, array, walker: Walker
) -> None:
    """NumPy has no bfloat16: the shared memory goes back to JAX, the conversion to NumPy."""
    walked = walker(lent_by(library, array))
    if not checks.that(walked.step == 0, f"{row}: step {walked.step}"):
        return
    back = jnp.from_dlpack(Exporter(library, walked.shared))
    converted = np.from_dlpack(Exporter(library, walked.converted))
    checks.that(back.dtype == array.dtype and back.shape == array.shape, f"{row}: comes back")
    checks.that(np.array_equal(converted, np.asarray(back, np.float64)), f"{row}: converted")


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """Both directions, through every walker."""
    for language, walker in walkers.items():
        for dtype in ("float32", "float64", "int8", "uint64", "complex64", "bool"):
            row = f"NumPy {dtype} to JAX by {language}"
            _consumed(library, checks, row, arrays.aligned(2, 3, dtype=dtype), walker)
            _consumed(
                library,
                checks,
                f"{row}, at any address",
                arrays.counted(13, dtype=dtype)[1:],
                walker,
            )
        _consumed(
            library,
            checks,
            f"NumPy to JAX by {language}, transposed",
            arrays.aligned(2, 3).T,
            walker,
        )
        _read_only_is_refused(library, checks, walker)
        for array in (
            jnp.arange(6.0).reshape(2, 3),
            jnp.array(True),
            jnp.zeros((0, 2)),
            jnp.ones(3, jnp.bfloat16),
        ):
            row = f"JAX {array.dtype} {array.shape} by {language}"
            if array.dtype == jnp.bfloat16:
                _bfloat16_is_converted(library, checks, row, array, walker)
            else:
                _produced(library, checks, row, array, walker)
