"""Typed code as users write it: `mypy --strict` must find nothing to say, nor too little."""

import pickle
from typing import assert_type

import numpy

import tarray
from tarray import Provenance, Tensor


def shared(array: numpy.ndarray[tuple[int, int], numpy.dtype[numpy.float32]]) -> Tensor:
    tensor = tarray.asarray(array, dtype=tarray.float32, device="cpu", copy=None, accept={"numpy"})
    assert_type(tensor.dtype, tarray.dtype)
    assert_type(tensor.device, tarray.device)
    assert_type(tensor.provenance, Provenance)
    assert_type(tensor.provenance.reason, str | None)
    assert_type(tensor.provenance.staged, bool)
    assert_type(tensor.shape, tuple[int, ...])
    return tensor


def views(tensor: Tensor) -> list[Tensor]:
    tensor[0, ..., ::2] = 1.5
    tensor[-1] = [1, 2, 3]
    return [tensor[0], tensor[None, 1:], tensor.T, tensor.reshape(-1), tensor.reshape((2, 3)), *tensor]


def numbers(tensor: Tensor) -> float:
    assert_type(tensor.stride(), tuple[int, ...])
    assert_type(tensor.stride(0), int)
    return float(tensor) + int(tensor) + len(tensor) + tensor.numel()


def ways_in() -> list[Tensor]:
    return [
        tarray.tensor([1, 2], dtype="int8"),
        tarray.from_numpy(numpy.zeros(3)),
        tarray.frombuffer(bytearray(8), dtype=float),
        tarray.from_dlpack(numpy.zeros(3)),
        tarray.from_dlpack(tarray.tensor(1).__dlpack__(max_version=(1, 3))),
        tarray.asarray(1.0, dtype=numpy.float64, device=(1, 0)),
    ]


def ways_out(tensor: Tensor) -> None:
    tensor.numpy(force=True)
    numpy.from_dlpack(tensor)
    numpy.asarray(tensor)
    memoryview(tensor)
    tensor.to(tarray.float64).to("cpu", copy=True).to(tensor)
    tensor.fill_(0).copy_([1, 2])
    pickle.loads(pickle.dumps(tensor, protocol=5))


def gradients(tensor: Tensor) -> Tensor | None:
    with tarray.no_grad(), tarray.set_grad_enabled(True):
        loss = (2 * tensor.requires_grad_() - 1).sum((0, 1), keepdim=True)
    tarray.record("Mine", [tensor], [1.0], lambda gradient: (gradient * 2,)).backward(loss, retain_graph=True)
    assert_type(doubled(tensor), Tensor)
    assert_type(halves(tensor), list[Tensor])
    node = loss.grad_fn
    if node is not None:
        assert_type(node.name(), str)
    tensor.requires_grad, tensor.grad = True, None
    return tensor.grad


@tarray.no_grad()
def doubled(tensor: Tensor) -> Tensor:
    return tarray.mul(tensor, 2)


@tarray.no_grad
def halves(tensor: Tensor) -> list[Tensor]:
    return [tensor * numpy.float32(0.5), tensor - numpy.ones(3)]


def mistakes(tensor: Tensor) -> None:
    """Each of these is one: an ignore that is not needed is an error too."""
    tarray.asarray([1], copy="yes")  # type: ignore[arg-type]
    tarray.asarray([1], accept={"lists"})  # type: ignore[arg-type]
    tarray.asarray([1], tarray.float32)  # type: ignore[call-arg]
    tarray.frombuffer([1, 2])  # type: ignore[arg-type]
    tensor.shape = (2, 3)  # type: ignore[misc]
    tensor.grad = 1  # type: ignore[assignment]
    tensor + "1"  # type: ignore[operator]
    Tensor.of([1])  # type: ignore[attr-defined]
