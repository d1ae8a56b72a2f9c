"""torch's tensors on the short way: what their memory alone does not say is still asked each time."""

import pytest
import tarray
import torch


def remembered():
    for _ in range(3):
        tarray.asarray(torch.zeros(2))


@pytest.mark.parametrize("make", [
    lambda: torch.tensor([1 + 2j]).conj(), lambda: torch.tensor([1 + 2j]).conj().imag, lambda: torch._neg_view(torch.ones(2)),
], ids=["conjugate", "negative part", "negative view"])
def test_lazy_values_are_resolved(make):
    remembered()
    tensor = make()

    assert tarray.asarray(tensor).tolist() == tensor.tolist()
    with pytest.raises(RuntimeError, match="bit is set"):
        tarray.asarray(tensor, copy=False)


def test_gradients_are_cut_only_as_asked():
    remembered()
    tensor = torch.ones(2, requires_grad=True)

    assert not tarray.asarray(tensor).requires_grad
    assert tarray.asarray(tensor, requires_grad=True).grad_fn.name() == "AccumulateGrad"


def test_memory_is_shared_and_let_go():
    remembered()
    tensor, live = torch.zeros(3), tarray.live_tensors()
    shared = tarray.asarray(tensor)
    tensor[1] = 7

    assert shared.tolist() == [0, 7, 0] and shared.provenance.aliased and shared.provenance.source == "dlpack"
    del shared
    assert tarray.live_tensors() == live


@pytest.mark.parametrize("tensor", [
    torch.nn.Parameter(torch.ones(2), requires_grad=False), torch.zeros(2, 0), torch.ones(2, dtype=torch.bfloat16),
    torch.ones(4, 4).T[1:], torch.tensor(True),
], ids=["parameter", "empty", "bfloat16", "strided", "bool"])
def test_other_tensors_are_what_they_are(tensor):
    remembered()
    assert tarray.asarray(tensor).tolist() == tensor.tolist()
