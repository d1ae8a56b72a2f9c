"""Histories through both libraries: gradients are what PyTorch alone computes."""

import ctypes
import gc
import subprocess
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch

import tarray

HOST = Path(__file__).parent / "host_operation.c"


def there(t, **options):
    """A torch tensor as ours."""
    return tarray.asarray(t, requires_grad=True, **options)


back = tarray.to_torch


@pytest.fixture(autouse=True)
def no_torch_tensor_is_left():
    def count():
        gc.collect()
        return sum(type(thing) is torch.Tensor for thing in gc.get_objects())

    before = count()
    yield
    assert count() == before


def leaves(*values, dtype=torch.float64):
    return [torch.tensor(value, dtype=dtype, requires_grad=True) for value in values]


def compare(mixed, pure, *values, **options):
    """Gradients of the leaves by both; each result is a tensor of torch."""
    mine, theirs = leaves(*values, **options), leaves(*values, **options)
    result, expected = mixed(*mine), pure(*theirs)
    assert torch.equal(result.detach(), expected.detach())
    result.sum().backward()
    expected.sum().backward()
    for got, want in zip(mine, theirs, strict=True):
        torch.testing.assert_close(got.grad, want.grad, rtol=1e-15, atol=0)


def test_both_ways_share_memory_and_history():
    (t,) = leaves([1.0, 2.0])
    u = t * t
    x = there(u)
    z = back(x * 3)

    assert (x.data_ptr(), x.grad_fn.name(), x.provenance) == (u.data_ptr(), "MulBackward0", ("dlpack", True, None))
    assert z.requires_grad and not z.is_leaf and back(x).data_ptr() == u.data_ptr()
    assert there(t).grad_fn.name() == "AccumulateGrad"
    assert not tarray.asarray(u).requires_grad and not back(x.detach()).requires_grad
    assert tarray.asarray(u, requires_grad=None, accept={"dlpack"}).grad_fn.name() == "MulBackward0"
    with pytest.raises(TypeError, match="not among"):
        tarray.asarray(u, requires_grad=None, accept={"tensor"})
    with pytest.raises(TypeError, match="not Tensor"):
        back(t)


def test_our_backward_fills_torch_s_leaves():
    (t,) = leaves([1.0, 2.0])
    (there(t * t) * 3).sum().backward()
    assert t.grad.tolist() == [6.0, 12.0]
    there(t).backward([1.0, 1.0])
    assert t.grad.tolist() == [7.0, 13.0]


def test_torch_s_backward_fills_ours():
    x = tarray.asarray([1.0, 2.0], requires_grad=True)
    (back(x * x) ** 2).sum().backward()
    back(x).sum().backward()
    assert x.grad.tolist() == [5.0, 33.0]


DIAMONDS = {
    "there and back": (lambda t: back(there(t * t) * 3), lambda t: t * t * 3),
    "of a leaf": (lambda t: back(there(t) * 3), lambda t: t * 3),
    "used directly as well": (lambda t: (u := t * t) + back(there(u) * there(u)), lambda t: (u := t * t) + u * u),
    "a leaf used directly as well": (lambda t: t * t + back(there(t) * there(t)), lambda t: t * t + t * t),
    "two aliases of one": (lambda t: back((lambda u: there(u) * there(u))(t.exp())), lambda t: (lambda u: u * u)(t.exp())),
    "two that share a subgraph": (
        lambda t: (lambda s: back(there(s * 2) * there(s * s)))(t.exp()), lambda t: (lambda s: s * 2 * (s * s))(t.exp())),
    "handed out twice": (lambda t: (lambda x: back(x) * back(x))(there(t * t) * 2), lambda t: (lambda x: x * x)(t * t * 2)),
    "there and back twice": (lambda t: back(there(back(there(t * t) * 3).exp()) * 2), lambda t: (t * t * 3).exp() * 2),
    "diamond over two rounds": (
        lambda t: (lambda x: back(there(back(x).exp()) * x))(there(t * t) * 3), lambda t: (lambda x: x.exp() * x)(t * t * 3)),
    "views and sums": (lambda t: back(there(t * t)[1:].sum() * there(t)[0]), lambda t: (t * t)[1:].sum() * t[0]),
    "another round beside": (
        lambda t: (lambda x, u: back(there(back(x) * u) * there(u) + x))(there(t.exp()), t * t),
        lambda t: (lambda x, u: x * u * u + x)(t.exp(), t * t)),
}


@pytest.mark.parametrize("name", DIAMONDS)
def test_graphs_that_come_together(name):
    compare(*DIAMONDS[name], [0.5, 1.0, 1.5])


def test_ours_to_torch_to_ours():
    x = tarray.asarray([0.5, 1.5], dtype="float64", requires_grad=True)
    (theirs,) = leaves([0.5, 1.5])

    middle = x * x
    result = tarray.asarray(back(middle).exp(), requires_grad=None) * middle + x
    result.sum().backward()
    ((theirs * theirs).exp() * (theirs * theirs) + theirs).sum().backward()

    assert np.allclose(x.grad.numpy(), theirs.grad.numpy(), rtol=1e-15)


def test_two_leaves_and_one_that_needs_none():
    a, b = leaves([1.0, 2.0], [3.0, 4.0])
    (back(there(a * b) * tarray.asarray(torch.ones(2), requires_grad=None)) * b).sum().backward()
    assert a.grad.tolist() == [9.0, 16.0] and b.grad.tolist() == [6.0, 16.0]


@pytest.mark.filterwarnings("ignore:Casting complex values to real")
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16", "complex64"])
def test_conversions_on_the_way(dtype):
    def pure(t):
        return ((t * t).to(getattr(torch, dtype)) * 3).to(torch.float64)

    def mixed(t):
        return back((there(t * t, dtype=dtype) * 3).to("float64"))

    compare(mixed, pure, [1.0, 2.5])
    (t,) = leaves([1.0])
    assert there(t * t, dtype="float32").grad_fn.name() == "ToCopyBackward0"
    assert there(t * t, copy=True).grad_fn.name() == "CloneBackward0"


def test_complex_numbers_and_lazy_conjugates():
    compare(lambda t: back(there(t.conj() * 1) * (2 + 1j)).abs(), lambda t: (t.conj() * 1 * (2 + 1j)).abs(), [1 + 2j], dtype=torch.complex128)
    (t,) = leaves([1 + 2j], dtype=torch.complex128)
    lazy = (t * 2).conj()
    with pytest.raises(ValueError, match="conjugate"):
        there(lazy, copy=False)
    mine = there(lazy)
    assert mine.provenance == ("dlpack", False, "not memory") and mine.tolist() == [2 - 4j]
    mine.backward([1j])
    got, t.grad = t.grad, None
    lazy.backward(torch.tensor([1j], dtype=torch.complex128))
    assert torch.equal(got, t.grad)


def test_lists_of_torch_s_tensors_stack_with_their_histories():
    a, b = leaves([1.0, 2.0], [3.0, 4.0])
    stacked = tarray.asarray([a * a, b], requires_grad=None)
    assert stacked.grad_fn.name() == "StackBackward0" and not tarray.asarray([a, b]).requires_grad
    stacked.sum().backward()
    assert a.grad.tolist() == [2.0, 4.0] and b.grad.tolist() == [1.0, 1.0]


def test_a_second_time_needs_retain_graph_on_either_side():
    (t,) = leaves([1.0])
    ours, theirs = there(t * t) * 2, back(there(t * t) * 2)

    ours.backward(retain_graph=True)
    theirs.backward(retain_graph=True)
    ours.backward()
    theirs.backward()
    assert t.grad.tolist() == [16.0]
    for again in (ours, theirs):
        with pytest.raises(RuntimeError, match="second time"):
            again.backward()
    x = tarray.asarray([1.0], requires_grad=True)
    z = back(x * x)
    z.backward()
    with pytest.raises(RuntimeError, match="second time"):
        z.backward()
    assert t.grad.tolist() == [16.0] and x.grad.tolist() == [2.0]


def test_what_is_raised_on_either_side_comes_out_as_itself():
    def fail(gradient):
        raise KeyError("mine")

    class Failing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, t):
            return t * 2

        @staticmethod
        def backward(ctx, gradient):
            raise LookupError("theirs")

    (t,) = leaves([1.0])
    x = tarray.asarray([1.0], requires_grad=True)
    with pytest.raises(KeyError, match="mine"):
        back(tarray.record("Fail", [there(t * t)], [1.0], fail)).backward()
    with pytest.raises(LookupError, match="theirs"):
        (there(Failing.apply(t)) + x).backward()
    with pytest.raises(LookupError, match="theirs"):
        back(there(Failing.apply(back(x)))).backward()
    assert t.grad is None and x.grad is None
    # Nothing of the passes that failed is in the way of others.
    back(there(t * t) * 3).backward()
    assert t.grad.tolist() == [6.0]


def test_in_place_changes_are_noticed():
    (t,) = leaves([1.0])
    u = t * 1
    x = there(u)
    u *= 2
    with pytest.raises(RuntimeError, match="in-place"):
        x.backward()
    with pytest.raises(RuntimeError, match="in-?place"):
        back(there(t * t)).add_(1)
    assert t.grad is None


def test_no_grad_of_either_library():
    (t,) = leaves([1.0])
    with tarray.no_grad():
        x = there(t * t)
        copied = there(t * t, copy=True)
    with torch.no_grad():
        z = back(there(t) * 2)
    assert x.grad_fn.name() == "MulBackward0" and copied.is_leaf and z.requires_grad
    x.backward()
    z.backward()
    assert t.grad.tolist() == [4.0]


def test_no_gradient_of_a_gradient():
    (t,) = leaves([1.0])
    x = there(t * t)
    (first,) = torch.autograd.grad(back(x * x), t, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.backward()
    assert torch.autograd.grad(back(there(t * t) * 2), t)[0].tolist() == [4.0]


def test_nothing_keeps_a_tensor_alive_longer():
    (t,) = leaves([1.0, 2.0])
    nodes = tarray.live_nodes()
    u = t * t
    gone = weakref.ref(u)
    z = back(there(u) * 2)
    del u
    assert gone() is not None
    z.sum().backward()
    del z
    gc.collect()
    assert gone() is None and tarray.live_nodes() == nodes


@pytest.mark.parametrize("shared", [True, False])
def test_threads(shared):
    (t,) = leaves([1.0] * 50)
    x = tarray.asarray([1.0] * 50, dtype="float64", requires_grad=True)
    graph = back(there(back(x * 2) * t) * x).sum()
    errors = []

    def work():
        try:
            for _ in range(20):
                (graph if shared else back(there(back(x * 2) * t) * x).sum()).backward(retain_graph=shared)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and x.grad.tolist() == [320.0] * 50 and t.grad.tolist() == [160.0] * 50


def test_a_subclass_is_read_behind_its_own_rules():
    class Loud(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            raise AssertionError("not asked")

    (t,) = leaves([1.0])
    with torch._C.DisableTorchFunctionSubclass():
        u = (t * t).as_subclass(Loud)
    (there(u) * 3).backward()
    back(there(u) * 3).backward()
    assert t.grad.tolist() == [12.0]


@pytest.mark.parametrize("make, error", [
    (lambda t: (t * t).to_sparse(), TypeError), (lambda t: t.detach().to_sparse().requires_grad_(), TypeError),
    (lambda t: (t * t).reshape(1, 1).to_sparse_csr(), TypeError), (lambda t: (t * t).to("meta"), ValueError),
], ids=["sparse", "sparse leaf", "compressed", "meta"])
@pytest.mark.parametrize("requires_grad", [True, None])
@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support:UserWarning")
def test_what_torch_cannot_export_is_refused(make, error, requires_grad):
    (t,) = leaves([1.0])
    with pytest.raises(error):
        tarray.asarray(make(t), requires_grad=requires_grad)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """An operation of a host in C, through nothing but the C ABI."""
    library = Path(tarray.get_library())
    made = tmp_path_factory.mktemp("host") / "host.so"
    command = ["cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", f"-I{tarray.get_include()}", HOST, "-o", made,
               library, f"-Wl,-rpath,{library.parent}"]
    subprocess.run(command, check=True)
    function = ctypes.CDLL(made).host_cube
    function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_void_p

    def cube(x):
        handle = x._ta_handle()
        result = tarray.Tensor._from_ta_handle(function(handle))
        ctypes.CDLL(library).ta_release(ctypes.c_void_p(handle))
        return result

    return cube


def test_torch_to_ours_to_a_host_in_c_and_back(host):
    def mixed(t, w):
        cubed = host(there(t * w) + 1)
        assert cubed.grad_fn.name() == "CubeBackward0"
        return back(cubed * there(w)) * t

    compare(mixed, lambda t, w: (lambda s: s * s * s * w)(t * w + 1) * t, [0.5, 1.0], [2.0, 3.0])


def test_a_pass_that_a_callback_begins_is_its_own():
    source = torch.tensor([1.0, 2.0], requires_grad=True)
    alias = tarray.asarray(source, requires_grad=True)

    def callback(gradient):
        with tarray.enable_grad():
            (tarray.asarray(source, requires_grad=True) * 100).sum().backward()
        return gradient

    result = tarray.to_torch(tarray.record("Callback", [alias], alias.detach(), callback))
    (gradient,) = torch.autograd.grad((result * 5).sum(), source)

    assert gradient.tolist() == [5.0, 5.0]
    assert source.grad.tolist() == [100.0, 100.0]


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_torch_is_lent_what_is_read_only_with_a_warning(dtype):
    source = np.arange(4, dtype=dtype)
    source.flags.writeable = False
    tensor = tarray.asarray(source)

    with pytest.warns(UserWarning, match="read-only") as told:
        lent = tarray.to_torch(tensor)

    assert [warning.filename for warning in told] == [__file__]
    assert lent.data_ptr() == tensor.data_ptr() and lent.tolist() == [0, 1, 2, 3]
    own = tarray.to_torch(tensor.clone())
    own[0] = 7
    assert source[0] == 0


def test_a_torch_leaf_that_wants_no_gradient_any_more_gets_none():
    source = torch.tensor([1.0, 2.0], requires_grad=True)
    result = (tarray.asarray(source, requires_grad=True) * 2).sum()
    source.requires_grad_(False)
    result.backward()
    assert source.grad is None


def test_an_alias_of_a_torch_leaf_serves_any_number_of_passes():
    source = torch.tensor([1.0, 2.0], requires_grad=True)
    alias = tarray.asarray(source, requires_grad=True)
    (alias * 2).sum().backward()
    (alias * 3).sum().backward()
    assert source.grad.tolist() == [5.0, 5.0]
