"""The options that do not change elements: `device`, `requires_grad` and `accept`, and our own tensors.

The elements of each object are compared elsewhere. Here an option must leave them alone, or be
refused where PyTorch refuses it.
"""

from dataclasses import dataclass, replace

import numpy as np
import tarray
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import drawn
import outcome
from compare import COPIES, SEEN, quiet
from outcome import NUMPY_DTYPES, TORCH_DTYPES, Outcome, attempt, torch_dtype

GOOD_DEVICES = ["cpu", "cpu:0", (1, 0), torch.device("cpu"), tarray.device("cpu")]
# Some that nobody has, and some that are none.
BAD_DEVICES = ["cuda:99", "xpu", "", "bogus", "cpu:", "cpu:-1", "cpu:x", (99, 0), (1, 0, 0), 1.5, ("cpu", 0), b"cpu"]

KINDS = ["tensor", "numpy", "dlpack", "cuda_array_interface", "buffer", "array_interface", "scalar", "sequence"]

sources = st.one_of(
    drawn.arrays(NUMPY_DTYPES),
    drawn.numbers.map(drawn.Plain),
    drawn.number_sequences(),
    drawn.buffers(),
    drawn.offered(),
    drawn.lent(),
)
dtypes = st.sampled_from([None, *TORCH_DTYPES])
copies = st.sampled_from(COPIES)
gradients = st.sampled_from([True, None, False])


def ours(made, dtype, copy, **options) -> Outcome:
    return attempt(outcome.of_tarray, tarray.asarray, made, dtype=dtype, copy=copy, **options)


def theirs(made, dtype, copy, **options) -> Outcome:
    return attempt(outcome.of_torch, torch.asarray, made, dtype=torch_dtype(dtype), copy=copy, **options)


def differentiable(dtype: str) -> bool:
    return getattr(torch, dtype).is_floating_point or getattr(torch, dtype).is_complex


@given(recipe=sources, dtype=dtypes, copy=copies, device=st.sampled_from(GOOD_DEVICES), gradient=gradients)
def test_the_cpu_by_any_name_and_gradients(recipe, dtype, copy, device, gradient):
    with quiet():
        made = recipe.make()
        plain = ours(made, dtype, copy)
        got = ours(made, dtype, copy, device=device, requires_grad=gradient)
        if not getattr(recipe, "crashes_torch", False):
            expected = theirs(recipe.make(), dtype, copy, device="cpu", requires_grad=gradient)
            if not (expected.error or got.error):
                assert expected.requires_grad == got.requires_grad
    SEEN["options"] += 1
    if plain.error:
        # A gradient that cannot be is seen first.
        assert got.error is plain.error or (gradient and "require gradients" in got.message)
    elif gradient and not differentiable(plain.dtype):
        assert issubclass(got.error, RuntimeError)
        assert "require gradients" in got.message
    else:
        assert got.requires_grad == (gradient is True)
        assert alike(plain, got)


def alike(plain: Outcome, got: Outcome) -> bool:
    """Whether two results are the same but for their gradient, and for where a copy is."""
    return replace(plain, address=0, requires_grad=False) == replace(got, address=0, requires_grad=False)


@given(recipe=sources, dtype=dtypes, copy=copies, device=st.sampled_from(BAD_DEVICES))
def test_devices_that_nobody_has(recipe, dtype, copy, device):
    with quiet():
        got = ours(recipe.make(), dtype, copy, device=device)

    assert got.error is not None
    assert issubclass(got.error, (RuntimeError, TypeError, ValueError)), got
    SEEN["options"] += 1


@given(recipe=sources, dtype=dtypes, copy=copies, accept=st.sets(st.sampled_from(KINDS)))
def test_kinds_that_are_not_accepted(recipe, dtype, copy, accept):
    with quiet():
        plain = ours(recipe.make(), dtype, copy)
        got = ours(recipe.make(), dtype, copy, accept=accept)
    if kinds_of(recipe) <= accept:
        assert (got.error, alike(plain, got)) == (plain.error, True)
    else:
        assert issubclass(got.error, TypeError), got
    SEEN["options"] += 1


def kinds_of(recipe) -> set[str]:
    """The kinds of an object and of all that is in it."""
    made = recipe.make()
    if isinstance(made, list | tuple):
        return {"sequence"}.union(*(_kinds_in(item) for item in made))
    by_recipe = {drawn.Array: "numpy", drawn.Buffer: "buffer", drawn.Offered: "array_interface", drawn.Lent: "dlpack"}
    return {by_recipe.get(type(recipe), "scalar")}


def _kinds_in(made) -> set[str]:
    if isinstance(made, list | tuple):
        return {"sequence"}.union(*map(_kinds_in, made))
    return {"scalar"}


@dataclass(frozen=True)
class Own:
    """A tensor of ours, and PyTorch's over memory of the same content."""

    tensor: drawn.Tensor
    requires_grad: bool

    def make(self) -> tuple[tarray.Tensor, torch.Tensor]:
        twin = self.tensor.make()
        mine = tarray.asarray(self.tensor.make())
        if self.requires_grad and differentiable(mine.dtype.name):
            return tarray.asarray(mine, requires_grad=True), twin.requires_grad_()
        return mine, twin


@given(
    recipe=st.builds(Own, drawn.tensors(), st.booleans()),
    dtype=dtypes,
    copy=copies,
    device=st.sampled_from([None, "cpu", (1, 0)]),
    gradient=gradients,
)
def test_our_own_tensors(recipe, dtype, copy, device, gradient):
    mine, twin = recipe.make()
    before = mine.requires_grad
    with quiet():
        got = ours(mine, dtype, copy, device=device, requires_grad=gradient)
        expected = theirs(twin, dtype, copy, device=device and "cpu", requires_grad=gradient)

    SEEN["options"] += 1
    assert mine.requires_grad == before, "the caller's own tensor was changed"
    assert bool(got.error) == bool(expected.error), f"{got}\n{expected}"
    if got.error:
        assert issubclass(got.error, expected.error)
        return
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
    # Where elements repeat, the two order the axes of a copy differently: a row of the table of differences.
    if 0 not in outcome.of_torch(twin).strides:
        assert got.strides == expected.strides
    with quiet():
        # What conversions give is compared elsewhere, with PyTorch's tensors as sources.
        converted = ours(twin, dtype, True)
    assert not outcome.differing(converted, got).any()
    assert got.requires_grad == expected.requires_grad
    if not got.empty:
        assert (got.address == mine.data_ptr()) == (expected.address == twin.data_ptr())


@given(recipe=drawn.tensors(), is_leaf=st.booleans(), dtype=dtypes, copy=copies, gradient=gradients)
def test_tensors_of_torch_that_require_grad(recipe, is_leaf, dtype, copy, gradient):
    source, twin = recipe.make(), recipe.make()
    assume(differentiable(str(source.dtype).removeprefix("torch.")))
    source, twin = (t.requires_grad_() if is_leaf else t.requires_grad_()[...] for t in (source, twin))
    with quiet():
        got = ours(source, dtype, copy, requires_grad=gradient)
        # A leaf that PyTorch returns itself gets the flag: it is a twin for that.
        expected = theirs(twin, dtype, copy, requires_grad=gradient)

    SEEN["options"] += 1
    assert source.requires_grad
    if source.is_conj() or source.is_neg():
        # What they stand for is no memory: it is resolved, or refused.
        assert got.error if copy is False else got.requires_grad == expected.requires_grad
        return
    assert bool(got.error) == bool(expected.error), f"{got}\n{expected}"
    if not got.error:
        assert (got.dtype, got.shape, got.requires_grad) == (expected.dtype, expected.shape, expected.requires_grad)
        if not got.empty:
            assert (got.address == source.data_ptr()) == (expected.address == twin.data_ptr())


def test_nothing_to_change_is_the_same_object():
    mine = tarray.asarray(np.ones(3, "f4"))

    for options in ({}, {"device": "cpu"}, {"dtype": "float32"}, {"requires_grad": None}, {"accept": {"tensor"}}):
        assert tarray.asarray(mine, **options) is mine
