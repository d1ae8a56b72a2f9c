"""Tensors made, shared, converted, differentiated and dropped by many threads and three frameworks, for
some seconds.

Nothing may be left in the end, and memory must not grow after a warm-up: prints what it counted.
"""

import argparse
import gc
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import torch
from jax import numpy as jnp

import tarray

THREADS = 8
# Of growth after the warm-up: what allocators and threads keep for themselves.
MOST_GROWTH_MIB = 64


def resident_mib():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096 / 2**20


ARRAY = numpy.arange(64, dtype="float32").reshape(8, 8)
TORCH = torch.arange(64, dtype=torch.float32).reshape(8, 8)
EVERYBODYS = tarray.asarray([1.0, 2.0], requires_grad=True)
JAX = jnp.arange(64, dtype="float32").reshape(8, 8)


def with_numpy():
    shared = tarray.asarray(ARRAY)
    numpy.from_dlpack(shared)
    shared.numpy()
    tarray.asarray(ARRAY[::2].T, dtype="float64")
    return 3


def with_torch():
    shared = tarray.asarray(TORCH)
    torch.from_dlpack(shared)
    tarray.asarray(TORCH.T, dtype="bfloat16", contiguous=True)
    return 2


def with_jax():
    shared = tarray.from_dlpack(JAX)
    memoryview(shared)
    tarray.asarray(shared, copy=True)[1:]
    return 3


def of_values():
    made = tarray.asarray([[1, 2.5], [3, 4]])
    tarray.from_dlpack(made.__dlpack__(max_version=(1, 3)))
    tarray.from_dlpack(made.__dlpack__())
    return 3


def with_histories():
    x = tarray.asarray([1.0, 2.0], requires_grad=True)
    square = x * x
    tarray.record("Twice", [square], [2.0, 8.0], lambda gradient: gradient * 2).sum().backward()
    assert x.grad.tolist() == [4.0, 8.0]
    return 7


def with_torch_histories():
    theirs = torch.ones(3, requires_grad=True)
    ours = tarray.asarray(theirs * 2, requires_grad=True)
    product = ours * ours
    (tarray.to_torch(product) * 3).sum().backward()
    assert theirs.grad.tolist() == [24.0] * 3
    return 3


def towards_everybodys_leaf():
    (EVERYBODYS * EVERYBODYS).sum().backward()
    return 3


WORK = [
    with_numpy,
    with_torch,
    with_jax,
    of_values,
    with_histories,
    with_torch_histories,
    towards_everybodys_leaf,
]


def work(number, until):
    count = 0
    while time.monotonic() < until:
        for step in range(200):
            count += WORK[(number + step) % len(WORK)]()
    return count


def run(seconds):
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(THREADS) as threads:
        # What a thread raises is raised here.
        count = sum(threads.map(work, range(THREADS), [until] * THREADS))
    gc.collect()
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float)
    seconds = parser.parse_args().seconds
    warm_up = run(min(2, seconds))
    resident, live = resident_mib(), tarray.live_tensors() + tarray.live_nodes()
    handles = run(seconds)
    growth = resident_mib() - resident
    left = tarray.live_tensors() + tarray.live_nodes() - live
    print(f"{handles + warm_up} handles, {THREADS} threads, {seconds:.0f} s: {left} left, memory grew by {growth:.1f} MiB")
    assert left == 0, "tensors or nodes are left"
    assert growth < MOST_GROWTH_MIB, "memory grows"


if __name__ == "__main__":
    main()
