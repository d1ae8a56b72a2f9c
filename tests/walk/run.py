"""Real arrays through C, C++, Zig, ctypes and cffi, on the same memory.

    run.py --prefix <dist folder> --walkers <folder> [--full] [--show] [--peers]

`--prefix` is an unpacked dist folder, `--walkers` holds libwalk_c.so, libwalk_cpp.so and
libwalk_zig.so. Needs numpy and cffi; `--full` jax and apache-tvm-ffi as well, `--peers` torch and
ml_dtypes. `--show` tells what happens instead of testing all of it.
"""

import argparse
import ctypes
import gc
import sys
from pathlib import Path

import consumers
import counted
import memory
import numpy_walks
import relay
import show
import tarray_ctypes as ta
import walkers
from checks import Checks

Walkers = dict[str, walkers.Walker]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prefix", type=Path, required=True)
    parser.add_argument("--walkers", type=Path, required=True)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--peers", action="store_true")
    return parser.parse_args()


def _show(
    asked: argparse.Namespace, library: ctypes.CDLL, everyone: Walkers, checks: Checks
) -> None:
    show.run(library, everyone, checks)
    if asked.full:
        import show_peers

        show_peers.run(library, everyone, checks)


def _test(
    asked: argparse.Namespace, library: ctypes.CDLL, everyone: Walkers, checks: Checks
) -> None:
    counted.run(library, everyone, checks)
    numpy_walks.run(library, everyone, checks)
    relay.run(library, everyone, checks)
    memory.run(library, checks)
    consumers.run(library, checks)
    if asked.full:
        import jax_walks
        import tvm_ffi_walks

        jax_walks.run(library, everyone, checks)
        tvm_ffi_walks.run(library, everyone, checks)
    if asked.peers:
        import ml_dtypes_conversions
        import torch_conversions
        import torch_walks

        torch_walks.run(library, everyone, checks)
        torch_conversions.run(library, checks)
        ml_dtypes_conversions.run(library, checks)


def main() -> int:
    """Runs what was asked for; the process's exit status."""
    asked = _arguments()
    checks = Checks()
    library = ta.load(asked.prefix)
    everyone = walkers.load(asked.prefix, asked.walkers)
    if asked.show:
        _show(asked, library, everyone, checks)
    else:
        _test(asked, library, everyone, checks)
    gc.collect()
    checks.that(library.ta_live_tensors() == 0, f"{library.ta_live_tensors()} tensors are left")
    return checks.close()


if __name__ == "__main__":
    sys.exit(main())
