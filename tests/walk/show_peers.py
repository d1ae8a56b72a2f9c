"""The demonstration's far side: JAX and tvm-ffi hold the memory that NumPy made."""

import ctypes

import numpy as np
import tvm_ffi

import arrays
import jax_walks
from checks import Checks
from dlpack_ctypes import delete
from exchange import Exporter, lent_by
from walkers import Walker

jnp = jax_walks.jnp


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """NumPy's memory, through each language, into JAX and tvm-ffi, and JAX's into NumPy."""
    title = "JAX and tvm-ffi on the other side"
    print(f"\n{title}\n{'-' * len(title)}")
    for language, walker in walkers.items():
        array = arrays.aligned(2, 3)
        walked = walker(lent_by(library, array))
        # Both look at one loan each; the conversion is not needed here.
        delete(walked.converted)
        exporter = Exporter(library, walked.shared)
        in_jax, in_tvm = jnp.from_dlpack(exporter), tvm_ffi.from_dlpack(exporter)
        here = array.__array_interface__["data"][0]
        same = here == in_jax.unsafe_buffer_pointer() == in_tvm.data_ptr()
        checks.that(same, f"{language}: one memory in NumPy, JAX and tvm-ffi")
        print(
            f"  {language:<8}NumPy {here:#x}, JAX {in_jax.unsafe_buffer_pointer():#x},"
            f" tvm-ffi {in_tvm.data_ptr():#x}"
        )
    _from_jax(library, checks, walkers["C"])


def _from_jax(library: ctypes.CDLL, checks: Checks, walker: Walker) -> None:
    made = jnp.arange(3.0)
    walked = walker(lent_by(library, made, read_only=True))
    delete(walked.converted)
    back = np.from_dlpack(Exporter(library, walked.shared))
    there = back.__array_interface__["data"][0]
    checks.that(
        there == made.unsafe_buffer_pointer() and not back.flags.writeable,
        "JAX to NumPy, read-only",
    )
    own = f"{made} at {made.unsafe_buffer_pointer():#x}"
    print(f"  JAX's own {own}, in NumPy at {there:#x}, read-only")
