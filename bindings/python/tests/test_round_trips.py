"""There and back, without a copy: every dtype that a library and tarray both have, in every form."""

import importlib

import numpy as np
import pytest

import tarray
from round_trip import (ALL, FLOAT8, ITSELF, LEGACY, MORE_FLOAT8, NUMPY, VERSIONED, Peer, check, check_lacking,
                        lacking, rows)


def jax_from_dlpack(lent):
    import jax

    with jax.enable_x64(True):
        return jax.dlpack.from_dlpack(lent)


def tvm_from_dlpack(lent):
    import tvm_ffi

    return tvm_ffi.from_dlpack(lent)


def arrow_from_dlpack(lent):
    import pyarrow

    return pyarrow.Tensor.from_dlpack(lent)


PEERS = {
    # Told nothing of the flags by the old struct, it holds such memory for read-only, and does not lend it so.
    "numpy": Peer(np.from_dlpack, lambda theirs: theirs.ctypes.data, NUMPY, (VERSIONED, LEGACY, ITSELF),
                  (VERSIONED, ITSELF)),
    "jax": Peer(jax_from_dlpack, lambda theirs: theirs.unsafe_buffer_pointer(),
                [*NUMPY, "bfloat16", *FLOAT8, *MORE_FLOAT8], (LEGACY, ITSELF), (LEGACY, ITSELF)),
    "tvm_ffi": Peer(tvm_from_dlpack, lambda theirs: theirs.data_ptr(), ALL,
                    (LEGACY, ITSELF), (VERSIONED, LEGACY, ITSELF)),
    "pyarrow": Peer(arrow_from_dlpack, lambda theirs: theirs.to_numpy().ctypes.data,
                    [name for name in NUMPY if name != "bool" and "complex" not in name],
                    (VERSIONED, ITSELF), (VERSIONED, LEGACY, ITSELF)),
}


def peer_of(name):
    pytest.importorskip(name)
    return PEERS[name]


@pytest.mark.filterwarnings("ignore:Exporting an unversioned:DeprecationWarning")
@pytest.mark.parametrize("name, dtype, takes, lends", [(name, *row) for name in PEERS for row in rows(PEERS[name])])
def test_memory_goes_there_and_back(name, dtype, takes, lends):
    check(peer_of(name), dtype, takes, lends)


@pytest.mark.parametrize("name, dtype", [(name, dtype) for name in PEERS for dtype in lacking(PEERS[name])])
def test_what_a_library_lacks_it_refuses(name, dtype):
    check_lacking(peer_of(name), dtype, Exception)


def test_every_dtype_of_the_package_is_in_the_table():
    named = {value for value in vars(tarray).values() if isinstance(value, tarray.dtype)}

    assert named <= {tarray.dtype(name) for name in ALL}
