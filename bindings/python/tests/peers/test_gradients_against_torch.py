"""Random graphs through both libraries: the same results, names of nodes and gradients.

Elements are small whole numbers, so that no order of additions rounds.
"""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, reject
from hypothesis import strategies as st

import tarray
from outcome import torch_dtype

FLOATS = ["float32", "float64", "float16", "bfloat16", "complex64", "complex128"]
shapes = st.lists(st.sampled_from([0, 1, 1, 2, 3]), max_size=3).map(tuple)
numbers = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from([0.5, -2.0, 1j, 2 - 1j]))

# What is done to a tensor of either library; what neither can do there is no operation.
UNARY = {
    "neg": lambda t: -t, "sum": lambda t: t.sum(), "sum of an axis": lambda t: t.sum(-1), "sum kept": lambda t: t.sum((0,), True),
    "clone": lambda t: t.clone(), "contiguous": lambda t: t.contiguous(), "first": lambda t: t[0], "last": lambda t: t[..., -1],
    "tail": lambda t: t[1:], "every second": lambda t: t[..., ::2], "whole": lambda t: t[:], "alias": lambda t: t[...],
    "new axis": lambda t: t[None], "new last axis": lambda t: t[..., None], "flat": lambda t: t.reshape(-1),
    "swapped": lambda t: t.transpose(0, -1), "matrices": lambda t: t.mT if t.ndim > 1 else t, "rotated": lambda t: t.permute(*range(1, t.ndim), 0),
    "swapped flat": lambda t: t.transpose(0, -1).reshape(-1), "itself twice": lambda t: t * t + t,
}  # fmt: skip
BINARY = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b}
# PyTorch has a name of its own for a number minus a tensor.
RENAMED = {"RsubBackward1": "SubBackward0"}


def supported(name, other):
    """PyTorch does not subtract a truth value; here it is 0 or 1."""
    return not (name == "sub" and isinstance(other, bool))


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(list(UNARY))),
        st.tuples(st.sampled_from(list(BINARY)), st.one_of(numbers, st.sampled_from(["x", "y"])), st.booleans()).filter(lambda step: supported(*step[:2])),
        st.tuples(st.just("to"), st.sampled_from(FLOATS)),
    ),
    min_size=1,
    max_size=5,
)


def apply(step, t, operands, dtype_of):
    name, *given = step
    if name == "to":
        return t.to(dtype_of(given[0]))
    if name in UNARY:
        return UNARY[name](t)
    other, reflected = given
    other = operands[other] if isinstance(other, str) else other
    return BINARY[name](other, t) if reflected else BINARY[name](t, other)


def run(steps, operands, dtype_of):
    """The result; what cannot be done is left out, and named."""
    t, left_out = operands["x"], []
    for place, step in enumerate(steps):
        try:
            t = apply(step, t, operands, dtype_of)
        except NotImplementedError:
            reject()  # PyTorch has no such kernel
        except (RuntimeError, IndexError, ValueError, TypeError):
            left_out.append(place)
    return t, left_out


def values(t):
    """Elements as lists, whatever the library."""
    if t is None:
        return None
    return t.resolve_conj().tolist() if isinstance(t, torch.Tensor) else t.tolist()


def leaves(draw):
    for shape, dtype, seed in draw:
        elements = np.random.default_rng(seed).integers(-2, 3, shape).astype("f8")
        yield elements, dtype


@given(
    operands=st.tuples(*[st.tuples(shapes, st.sampled_from(FLOATS), st.integers(0, 1000))] * 2),
    steps=steps,
    gradient=st.integers(0, 1000),
)
@pytest.mark.filterwarnings("ignore")
def test_random_graphs(operands, steps, gradient):
    mine, theirs = {}, {}
    for name, (elements, dtype) in zip("xy", leaves(operands), strict=True):
        mine[name] = tarray.tensor(elements, dtype=dtype, requires_grad=True)
        theirs[name] = torch.tensor(elements, dtype=torch_dtype(dtype), requires_grad=True)

    expected, refused = run(steps, theirs, torch_dtype)
    got, refused_here = run(steps, mine, tarray.dtype)

    assert refused == refused_here
    assert (got.shape, got.dtype.name) == (tuple(expected.shape), str(expected.dtype).removeprefix("torch."))
    assert got.requires_grad == expected.requires_grad and values(got) == values(expected)
    if expected.grad_fn is not None:
        name = expected.grad_fn.name()
        assert got.grad_fn.name() == RENAMED.get(name, name)
    first = np.random.default_rng(gradient).integers(-2, 3, got.shape).astype("f8")
    try:
        expected.backward(torch.tensor(first, dtype=expected.dtype))
    except NotImplementedError:
        reject()  # PyTorch has no such kernel
    got.backward(tarray.tensor(first, dtype=got.dtype))
    for name in "xy":
        assert values(mine[name].grad) == values(theirs[name].grad), name


DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", *FLOATS]


@given(
    a=st.tuples(shapes, st.sampled_from(DTYPES)), b=st.one_of(st.tuples(shapes, st.sampled_from(DTYPES)), numbers),
    name=st.sampled_from(list(BINARY)), reflected=st.booleans(),
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_promotion(a, b, name, reflected):
    def make(drawn, library, dtype_of):
        if not isinstance(drawn, tuple):
            return drawn
        shape, dtype = drawn
        return library.asarray(np.arange(np.prod(shape)).reshape(shape) % 3, dtype=dtype_of(dtype))

    def attempt(library, dtype_of):
        operands = [make(it, library, dtype_of) for it in (a, b)]
        try:
            result = BINARY[name](*reversed(operands) if reflected else operands)
        except NotImplementedError:
            reject()  # PyTorch has no such kernel
        except (RuntimeError, ValueError, TypeError):
            return None
        return str(result.dtype).split(".")[1], tuple(result.shape), values(result)

    assume(supported(name, b))
    expected, got = attempt(torch, torch_dtype), attempt(tarray, tarray.dtype)

    negative = isinstance(b, int) and not isinstance(b, bool) and b < 0 and a[1] == "uint8"
    if negative and got is None:
        return  # a number that the dtype does not hold is an error: docs/histories.md
    assert got == expected
