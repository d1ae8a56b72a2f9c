"""Gradients leak nothing: ten thousand repetitions of every call, failing ones included."""

import gc
import sys

import pytest

import tarray

TIMES = 10_000
X = tarray.asarray([1.0, 2.0], requires_grad=True)
PLAIN = tarray.asarray([1.0, 2.0])
HISTORY = X * 2


class Failing:
    def __call__(self, gradient):
        raise KeyError


def twice(gradient):
    return gradient * 2


CALLS = {
    "facts": lambda: (X.requires_grad, X.is_leaf, X.grad, X.grad_fn, HISTORY.grad_fn),
    "flag": lambda: (PLAIN.detach().requires_grad_(), setattr(PLAIN, "requires_grad", False)),
    "no such flag": lambda: PLAIN.requires_grad_(1),
    "detach": lambda: (X.detach(), HISTORY.detach()),
    "grad": lambda: (setattr(X, "grad", PLAIN), setattr(X, "grad", None)),
    "no such grad": lambda: setattr(X, "grad", 1),
    "operators": lambda: (X + 1, 1 - X, X * X, -X, X.sum(0), tarray.add(X, 2.0), tarray.neg(X)),
    "no such operation": lambda: X + "1",
    "in place": lambda: PLAIN.__imul__(1),
    "not in place": lambda: PLAIN.__iadd__(X),
    "nodes": lambda: [(next, next and next.name()) for next, _ in (X * HISTORY).grad_fn.next_functions],
    "node": lambda: (repr(HISTORY.grad_fn), hash(HISTORY.grad_fn), HISTORY.grad_fn == HISTORY.grad_fn),
    "backward": lambda: ((X * X).sum().backward(), setattr(X, "grad", None)),
    "backward with a gradient": lambda: ((X * X).backward([1.0, 2.0]), setattr(X, "grad", None)),
    "no backward": lambda: (X * X).backward(),
    "record": lambda: (tarray.record("Twice", [X], [1.0, 2.0], twice).sum().backward(), setattr(X, "grad", None)),
    "record nothing": lambda: tarray.record("Twice", [PLAIN], [1.0], twice),
    "record badly": lambda: tarray.record("Twice", [X], object(), twice),
    "record and drop": lambda: tarray.record("Twice", [X], [1.0], Failing()),
    "record and fail": lambda: tarray.record("Fail", [X], 1.0, Failing()).backward(),
    "record and answer badly": lambda: tarray.record("Bad", [X], 1.0, lambda gradient: "no").backward(),
}


@pytest.mark.parametrize("name", CALLS)
def test_call(name):
    call = CALLS[name]

    def attempt():
        try:
            call()
        except (ValueError, TypeError, RuntimeError, KeyError):
            pass

    def count():
        gc.collect()
        return tarray.live_tensors(), tarray.live_nodes(), sys.getrefcount(X), sys.getrefcount(PLAIN), sys.getrefcount(twice)

    for _ in range(200):
        attempt()
    before, blocks = count(), sys.getallocatedblocks()
    for _ in range(TIMES):
        attempt()
    assert count() == before
    assert sys.getallocatedblocks() - blocks < 100
