"""Nothing is left behind a crossing: two thousand of each kind, failing ones included."""

import gc
import sys

import pytest
import torch

import tarray

TIMES = 2_000
T = torch.ones(2, requires_grad=True)
U = T * 2
X = tarray.asarray([1.0, 2.0], requires_grad=True)


def fail(gradient):
    raise KeyError


CALLS = {
    "there": lambda: tarray.asarray(U, requires_grad=True),
    "there, copied": lambda: tarray.asarray(U, requires_grad=None, dtype="float64"),
    "not there": lambda: tarray.asarray(U, requires_grad=None, copy=False, dtype="float64"),
    "not accepted": lambda: tarray.asarray(U, requires_grad=True, accept={"numpy"}),
    "stacked": lambda: tarray.asarray([T, U], requires_grad=None),
    "back": lambda: tarray.to_torch(X * 2),
    "not back": lambda: tarray.to_torch(T),
    "there and back": lambda: tarray.to_torch(tarray.asarray(T * T, requires_grad=True) * X).sum().backward(),
    "back and there": lambda: tarray.asarray(tarray.to_torch(X * X) * T, requires_grad=True).sum().backward(),
    "failing": lambda: tarray.to_torch(tarray.record("Fail", [X], [1.0], fail)).backward(),
}


@pytest.mark.parametrize("name", CALLS)
def test_call(name):
    def attempt():
        try:
            CALLS[name]()
        except (ValueError, TypeError, RuntimeError, KeyError):
            pass
        T.grad = X.grad = None

    def count():
        gc.collect()
        return tarray.live_tensors(), tarray.live_nodes(), [sys.getrefcount(it) for it in (T, U, X, fail)]

    for _ in range(100):
        attempt()
    before, blocks = count(), sys.getallocatedblocks()
    for _ in range(TIMES):
        attempt()
    assert count() == before
    # Caches grow by a hundred or two, however many the calls; a leak, by one at every call.
    assert sys.getallocatedblocks() - blocks < TIMES / 4
