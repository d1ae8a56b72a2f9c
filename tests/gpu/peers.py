"""tarray on a GPU beside the driver, PyTorch, CuPy and JAX: the same memory, the right order, the right numbers.

Run by `cargo xtask gpu-test`. A library that is not installed is named, not missed. With --dry-run, on a machine without
a GPU, the same checks run over the driver of tests/cuda, and over PyTorch and JAX on the CPU: that shows no GPU, but
that the checks themselves are right when there is one.
"""

import importlib
import importlib.util
import sys
import time
from dataclasses import dataclass

LIBRARIES = {"driver": None, "torch": "torch", "cupy": "cupy", "jax": "jax"}


@dataclass
class Place:
    """Where the checks run, and how much they do there."""

    is_real: bool
    # What PyTorch calls the device.
    device: str
    # How long a delay is; long enough that who does not wait is always too early.
    milliseconds: int
    # Of what is moved to measure how fast it goes.
    nbytes: int

    def compare(self, name, nbytes, ours, theirs, whose):
        """Prints how fast we move so many bytes, and how fast that is beside somebody else."""
        own, other = best(ours), best(theirs)
        if self.is_real:
            print(f"  {name}: {nbytes / own / 1e9:.1f} GB/s, {other / own:.2f} of {whose}")


def best(work, rounds=5):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


GPU = Place(is_real=True, device="cuda", milliseconds=100, nbytes=1 << 28)
NONE = Place(is_real=False, device="cpu", milliseconds=1, nbytes=1 << 16)


def main():
    dry = sys.argv[1:] == ["--dry-run"]
    if sys.argv[1:] and not dry:
        sys.exit("usage: peers.py [--dry-run]")
    place = NONE if dry else GPU
    failed = [name for name, package in LIBRARIES.items() if not passes(name, package, place)]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def passes(name, package, place):
    """Runs the checks beside one library."""
    module = importlib.import_module(f"with_{name}")
    start = module.load if place.is_real else getattr(module, "stand_in", module.load)
    if start is module.load and package is not None and importlib.util.find_spec(package) is None:
        print(f"{name}: NOT CHECKED, as {package} is not installed")
        return True
    try:
        library = start(place)
    except Exception as error:
        print(f"{name}: FAILED to start: {type(error).__name__}: {error}")
        return False
    outcomes = [holds(name, check, library, place) for check in module.CHECKS]
    return all(outcomes)


def holds(name, check, library, place):
    try:
        check(library, place)
    except Exception as error:  # One failure must not hide the others.
        print(f"{name}: {check.__name__} FAILED: {type(error).__name__}: {error}")
        return False
    print(f"{name}: {check.__name__}")
    return True


if __name__ == "__main__":
    main()
