"""What a tensor says of its gradient, the operations that make histories, and the way back."""

import asyncio
import copy
import threading

import numpy as np
import pytest

import tarray
from at_rest import nothing_is_left  # noqa: F401


def leaf(*numbers, dtype="float64"):
    return tarray.asarray(numbers, dtype=dtype, requires_grad=True)


async def asynchronous():
    yield


def test_the_flag_of_a_leaf_can_be_set():
    t = tarray.asarray([1.0])

    t.requires_grad = True
    assert t.requires_grad and t.is_leaf and t.grad_fn is None
    assert t.requires_grad_(False) is t and not t.requires_grad
    assert t.requires_grad_().requires_grad


@pytest.mark.parametrize("call, error, message", [
    (lambda: setattr(tarray.asarray([1]), "requires_grad", True), RuntimeError, "floating point and complex"),
    (lambda: tarray.asarray([1]).requires_grad_(), RuntimeError, "floating point and complex"),
    (lambda: setattr(leaf(1.0) * 2, "requires_grad", False), RuntimeError, "leaf tensors"),
    (lambda: setattr(leaf(1.0), "requires_grad", 1), TypeError, "not int"),
    (lambda: delattr(leaf(1.0), "requires_grad"), AttributeError, "deleted"),
    (lambda: setattr(leaf(1.0), "is_leaf", False), AttributeError, "is_leaf"),
    (lambda: setattr(leaf(1.0), "grad", 1), TypeError, "not int"),
    (lambda: setattr(leaf(1.0), "grad", tarray.asarray([1.0, 2.0])), RuntimeError, "shape"),
    (lambda: setattr(leaf(1.0), "grad", tarray.asarray([1.0], dtype="float32")), RuntimeError, "dtype"),
    (lambda: setattr(leaf(1.0), "grad", leaf(1.0)), RuntimeError, "requires grad"),
    (lambda: leaf(1.0, 2.0).backward(), RuntimeError, "one element"),
    (lambda: tarray.asarray([1.0]).backward(), RuntimeError, "does not require grad"),
    (lambda: leaf(1.0).sum().backward([1.0, 2.0]), RuntimeError, "shape"),
    (lambda: leaf(1.0).backward(retain_graph=1), TypeError, "retain_graph"),
    (lambda: leaf(1.0).backward(None, False, 3), TypeError, "positional"),
    (lambda: copy.deepcopy(leaf(1.0) * 2), RuntimeError, "history"),
    (lambda: leaf(1.0) + "a", TypeError, "unsupported operand"),
    (lambda: [1.0] - leaf(1.0), TypeError, "unsupported operand"),
    (lambda: tarray.add(1, 2), TypeError, "int and int"),
    (lambda: tarray.mul(leaf(1.0), [1.0]), TypeError, "list"),
    (lambda: tarray.neg(1), TypeError, "int"),
    (lambda: tarray.sum([1]), TypeError, "list"),
    (lambda: leaf(1.0).sum(1), IndexError, "axis 1"),
    (lambda: leaf(1.0).sum((0, 0)), ValueError, "more than once"),
    (lambda: leaf(1.0).sum("x"), TypeError, "integer"),
    (lambda: leaf(1.0).sum(True), TypeError, "bool"),
    (lambda: leaf(1.0).sum((False,)), TypeError, "bool"),
    (lambda: tarray.no_grad(3), TypeError, "no_grad .* not int"),
    (lambda: tarray.no_grad(dict), TypeError, "no_grad .* not type"),
    (lambda: tarray.no_grad(asyncio.sleep), TypeError, "no_grad .* async"),
    (lambda: tarray.enable_grad()(asynchronous), TypeError, "enable_grad .* async"),
    (lambda: tarray.enable_grad()(None), TypeError, "enable_grad .* not NoneType"),
    (lambda: leaf(1.0, 2.0) * leaf(1.0, 2.0, 3.0), ValueError, "broadcast"),
    (lambda: -tarray.asarray([True]), TypeError, "bool"),
    (lambda: tarray.asarray([1], dtype="uint8") + 256, OverflowError, "256"),
])
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_gradients_arrive_and_add_up():
    x, y = leaf(1.0, 2.0), leaf(3.0)

    loss = ((x * y - 1 + (2 - x)) * -1).sum()
    loss.backward(retain_graph=True)
    first = x.grad
    loss.backward()

    assert (x.grad.tolist(), y.grad.tolist(), first.tolist()) == ([-4.0, -4.0], [-6.0], [-2.0, -2.0])
    x.grad = None
    del y.grad
    assert x.grad is None and y.grad is None
    x.grad = tarray.asarray([1.0, 1.0], dtype="float64")
    assert x.grad.tolist() == [1.0, 1.0]


def test_there_is_no_second_time_without_retain_graph():
    x = leaf(2.0)
    loss = (x * x).sum()
    loss.backward()

    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()
    assert x.grad.tolist() == [4.0]


def test_a_gradient_may_be_anything_that_asarray_takes():
    x = leaf(1.0, 2.0)
    for given in ([1.0, 3.0], np.array([1.0, 3.0]), tarray.asarray([1.0, 3.0])):
        x.grad = None
        (x * 2).backward(given)
        assert x.grad.tolist() == [2.0, 6.0]


def test_numbers_take_part_like_tensors_of_lower_rank():
    for dtype, number, expected in [
        ("int8", 1, "int8"), ("int8", True, "int8"), ("int8", 1.5, "float32"), ("bool", 2, "int64"), ("float16", 1.5, "float16"),
        ("bfloat16", 2, "bfloat16"), ("float64", 1j, "complex128"), ("float32", 1j, "complex64"), ("int64", 1j, "complex64"),
        ("complex64", 1.5, "complex64"),
    ]:
        for values in ([1, 0], 1):
            t = tarray.asarray(values, dtype=dtype)
            for result in (t + number, number + t, t * number, number * t):
                assert result.dtype.name == expected, (dtype, number, values)
    t = tarray.asarray([1.0, 2.0])
    assert (3 - t).tolist() == [2.0, 1.0] and (t - 3).tolist() == [-2.0, -1.0] and (t - np.float64(1)).tolist() == [0.0, 1.0]


def test_operators_in_place_write_to_memory():
    array = np.array([1.0, 2.0])
    t = same = tarray.asarray(array)

    t += 1
    t *= tarray.asarray([2.0, 3.0])
    t -= 1

    assert t is same and array.tolist() == [3.0, 8.0]
    for change, error, message in [
        (lambda t: t.__iadd__(leaf(1.0, 1.0)), RuntimeError, "a = a"), (lambda t: t.__iadd__(tarray.asarray([[1.0]])), ValueError, "shape"),
        (lambda t: t.__imul__(1j), TypeError, "complex"), (lambda t: t.to("int8").__iadd__(0.5), TypeError, "float32"),
    ]:
        with pytest.raises(error, match=message):
            change(t)
    assert array.tolist() == [3.0, 8.0]


def test_a_history_is_not_written_in_place():
    x = leaf(1.0, 2.0)
    y = x * 2
    for target in (x, y, x[0], y.T if y.ndim == 2 else y[:1]):
        for write in (lambda t: t.fill_(0), lambda t: t.copy_(t.detach()), lambda t: t.__setitem__(..., 0), lambda t: t.__iadd__(1)):
            with pytest.raises(RuntimeError, match="requires grad"):
                write(target)
    with pytest.raises(RuntimeError, match="not recorded"):
        tarray.asarray([0.0, 0.0]).copy_(x)
    with tarray.no_grad():
        x[0] = 5
        x -= 1
        tarray.asarray([0.0, 0.0]).copy_(x)
        with pytest.raises(RuntimeError, match="requires grad"):
            y.fill_(0)
    assert x.tolist() == [4.0, 1.0] and y.tolist() == [2.0, 4.0]


def test_what_a_product_needs_must_not_be_written():
    x, factor = leaf(1.0, 2.0), tarray.asarray([3.0, 4.0])
    loss = (x * factor).sum()
    factor.fill_(0)

    with pytest.raises(RuntimeError, match="in-place"):
        loss.backward()
    assert x.grad is None


def test_recording_is_a_setting_of_the_thread():
    x, seen = leaf(1.0), []

    @tarray.no_grad()
    def inside(depth=1):
        return (x * 2).requires_grad, depth and inside(depth - 1)

    with tarray.no_grad() as nothing:
        thread = threading.Thread(target=lambda: seen.append((x * 2).requires_grad))
        thread.start()
        thread.join()
        assert nothing is None and not (x * 2).requires_grad and not tarray.is_grad_enabled()
        with tarray.enable_grad():
            assert (x * 2).requires_grad
        with pytest.raises(KeyError), tarray.set_grad_enabled(True):
            raise KeyError
        assert not tarray.is_grad_enabled()
    again = tarray.no_grad()
    with again, again:
        pass
    assert tarray.is_grad_enabled() and seen == [True] and inside() == (False, (False, 0))
    before = tarray.set_grad_enabled(False)
    assert not tarray.is_grad_enabled()
    before.__exit__()
    assert tarray.is_grad_enabled()


def test_decorators_need_no_call():
    @tarray.no_grad
    def doubled(x, *, times=2):
        """Documented."""
        return x * times

    @tarray.enable_grad
    def recorded(x):
        return doubled(x), x * 2

    assert not doubled(leaf(1.0)).requires_grad and doubled(leaf(1.0), times=3).tolist() == [3.0]
    assert (doubled.__name__, doubled.__doc__) == ("doubled", "Documented.")
    with tarray.no_grad():
        assert [it.requires_grad for it in recorded(leaf(1.0))] == [False, True]


def modes(seen):
    """Yields what it is sent, and notes where it runs."""
    sent = None
    try:
        while True:
            try:
                seen.append(tarray.is_grad_enabled())
                sent = yield sent
            except KeyError as raised:
                sent = raised
                if not raised.args:
                    return "result"
    finally:
        seen.append(tarray.is_grad_enabled())


@pytest.mark.parametrize("decorate", [tarray.no_grad, tarray.no_grad()], ids=["bare", "called"])
def test_a_generator_runs_in_its_mode_and_leaves_it_when_it_yields(decorate):
    seen = []
    generator = decorate(modes)(seen)

    for resume in [lambda: next(generator), lambda: generator.send(1), lambda: generator.throw(KeyError("mine"))]:
        resume()
        assert tarray.is_grad_enabled()
    with pytest.raises(StopIteration, match="result"):
        generator.throw(KeyError())

    assert tarray.is_grad_enabled() and seen == [False] * 4


def test_a_generator_that_is_closed_ends_in_its_mode():
    seen = []
    generator = tarray.no_grad(modes)(seen)
    assert next(generator) is None and generator.send("sent") == "sent"

    generator.close()

    assert seen == [False] * 3 and tarray.is_grad_enabled()
    with pytest.raises(StopIteration):
        next(generator)


def test_a_generator_that_raises_leaves_its_mode():
    @tarray.no_grad
    def failing():
        yield 1
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        list(failing())
    assert tarray.is_grad_enabled()


def test_the_graph_can_be_walked():
    x = leaf(1.0, 2.0)
    y = (x.reshape(2, 1).T * 2 + 1).sum()

    names, node = [], y.grad_fn
    while node is not None:
        names.append(node.name())
        node = node.next_functions[0][0] if node.next_functions else None

    assert names == ["SumBackward0", "AddBackward0", "MulBackward0", "PermuteBackward0", "ViewBackward0", "AccumulateGrad"]
    assert y.grad_fn == y.grad_fn and hash(y.grad_fn) == hash(y.grad_fn) and y.grad_fn != (x + 1).grad_fn != 3
    assert repr(y.grad_fn).startswith("<SumBackward0 object at 0x") and y.grad_fn.next_functions[0][1] == 0
    with pytest.raises(TypeError):
        type(y.grad_fn)()


def test_copies_and_aliases_are_in_the_graph():
    x = leaf(1.0, 2.0)
    for made, name in [
        (x.clone(), "CloneBackward0"), (x.to("float32"), "ToCopyBackward0"), (x[::2].contiguous(), "SliceBackward0"),
        (tarray.asarray(x, requires_grad=None, copy=True), "CloneBackward0"), (tarray.asarray([x, x], requires_grad=None), "StackBackward0"),
        (tarray.asarray([x, x], requires_grad=None, dtype="float32"), "StackBackward0"),
    ]:
        assert made.grad_fn.name() == name
        x.grad = None
        made.sum().backward()
        assert x.grad is not None
    assert not tarray.asarray([x, x]).requires_grad


def test_copies_of_the_object_are_leaves():
    x = leaf(1.0, 2.0)
    x.grad = tarray.asarray([3.0, 4.0], dtype="float64")

    deep, shallow, of_history = copy.deepcopy(x), copy.copy(x), copy.copy(x * 2)

    assert deep.is_leaf and deep.requires_grad and deep.grad.tolist() == [3.0, 4.0]
    assert deep.grad.data_ptr() != x.grad.data_ptr() and deep.data_ptr() != x.data_ptr()
    assert shallow.is_leaf and shallow.requires_grad and shallow.grad is None and shallow.data_ptr() == x.data_ptr()
    assert of_history.is_leaf and of_history.requires_grad


def test_detach_is_another_tensor():
    plain = tarray.asarray([1.0])
    other = plain.detach().requires_grad_()

    assert other.data_ptr() == plain.data_ptr() and not plain.requires_grad


def test_numbers_of_tensors_with_histories():
    y = leaf(2.0) * 1
    assert (y.item(), float(y), int(y), bool(y), y.tolist(), complex(y)) == (2.0, 2.0, 2, True, [2.0], 2 + 0j)


def test_threads_lose_no_gradient():
    x = leaf(*[0.0] * 100)

    def work():
        for _ in range(50):
            (x * 2).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad.tolist() == [400.0] * 100


def test_a_chain_of_gradients_is_let_go_without_recursion():
    last = tarray.asarray([1.0])
    for _ in range(200_000):
        tensor = tarray.asarray([1.0])
        tensor.grad = last
        last = tensor
    live = tarray.live_tensors()
    del last, tensor
    assert live - tarray.live_tensors() == 200_001


def test_what_saves_nothing_is_run_again():
    leaf = tarray.asarray([1.0, 2.0], requires_grad=True)
    sum = (leaf + 1)[:].sum()
    sum.backward()
    sum.backward()
    assert leaf.grad.tolist() == [2.0, 2.0]
    product = (leaf * leaf).sum()
    product.backward()
    with pytest.raises(RuntimeError, match="second time"):
        product.backward()
