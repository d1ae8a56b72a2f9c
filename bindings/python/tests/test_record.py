"""Operations that Python has computed by itself: recorded, differentiated, let go."""

import sys
import threading
import weakref

import numpy as np
import pytest

import tarray
from at_rest import nothing_is_left  # noqa: F401


def leaf(*numbers):
    return tarray.asarray(numbers, dtype="float64", requires_grad=True)


def exp(x):
    y = np.exp(x.detach().numpy())
    return tarray.record("ExpBackward0", [x], y, lambda gradient: gradient.numpy() * y)


def test_an_operation_of_numpy_is_differentiated():
    x = leaf(0.0, 1.0)
    y = exp(x * 2)

    (y * y).sum().backward()

    assert y.grad_fn.name() == "ExpBackward0" and y.provenance == ("numpy", True, None)
    assert np.allclose(x.grad.numpy(), 4 * np.exp([0.0, 4.0]))


def test_several_inputs_get_a_tuple():
    a, b, c = leaf(1.0, 2.0), leaf(3.0), tarray.asarray([5.0])
    answers = {"gradients": lambda g: (g * 2, g.numpy(), None), "list": lambda g: [None, g, 7.0], "nothing": lambda g: None}

    for name, backward in answers.items():
        a.grad = b.grad = None
        tarray.record("Three", (a, b, c), [1.0, 1.0], backward).backward([1.0, 10.0])
        grads = [input.grad.tolist() if input.grad is not None else None for input in (a, b, c)]
        assert grads == {"gradients": [[2.0, 20.0], [11.0], None], "list": [None, [11.0], None], "nothing": [None] * 3}[name]


def test_without_inputs_it_is_a_door():
    arrived = []
    door = tarray.record("Door", [], [1.0, 2.0], lambda gradient: arrived.append(gradient.tolist()))

    assert door.requires_grad and door.grad_fn.next_functions == ()
    (door * 3).sum().backward()
    assert arrived == [[3.0, 3.0]]


def test_without_a_history_nothing_is_recorded():
    class Backward:
        def __call__(self, gradient):
            raise AssertionError

    backward = Backward()
    gone = weakref.ref(backward)
    plain = tarray.record("None", [tarray.asarray([1.0])], [2.0], backward)
    with tarray.no_grad():
        quiet = tarray.record("None", [leaf(1.0)], [2.0], backward)
    del backward

    assert gone() is None and not plain.requires_grad and quiet.grad_fn is None


@pytest.mark.parametrize("retain", [True, False])
def test_what_is_raised_comes_out_as_itself(retain):
    class Mine(Exception):
        pass

    error, x, y = Mine("why"), leaf(1.0), leaf(2.0)

    def fail(gradient):
        raise error

    loss = (tarray.record("Fail", [x], [1.0], fail) + y).sum()
    with pytest.raises(Mine) as raised:
        loss.backward(retain_graph=retain)

    assert raised.value is error and raised.traceback[-1].name == "fail"
    # All leaves or none, and nothing has been let go.
    assert x.grad is None and y.grad is None
    with pytest.raises(Mine):
        loss.backward()
    # It knows the frame that holds the loss, and the operation holds it.
    error.__traceback__ = None


@pytest.mark.parametrize("answer, error, message", [
    ((1.0, 2.0), ValueError, "2 gradients for 1"), ([], ValueError, "0 gradients for 1"), ([[1.0, 2.0, 3.0]], RuntimeError, "shape"),
    (object(), TypeError, "can't make a tensor of object"), ("text", TypeError, "str"),
])
def test_wrong_answers_are_refused(answer, error, message):
    x = leaf(1.0, 2.0)

    with pytest.raises(error, match=message):
        tarray.record("Wrong", [x], 1.0, lambda gradient: answer).backward()
    assert x.grad is None


def test_two_inputs_need_a_tuple():
    with pytest.raises(TypeError, match="tuple of 2"):
        tarray.record("Wrong", [leaf(1.0), leaf(1.0)], [1.0], lambda gradient: 1.0).backward()


@pytest.mark.parametrize("arguments, error, message", [
    ((1, [], [1.0], len), TypeError, "name must be a string"), (("a\0", [], [1.0], len), ValueError, "NUL"),
    (("a", 3, [1.0], len), TypeError, "iterable"), (("a", [leaf(1.0), 2], [1.0], len), TypeError, r"inputs\[1\]"),
    (("a", [], [1.0], 5), TypeError, "callable"), (("a", [], [1.0]), TypeError, "backward"), (("a", [], [1], len), RuntimeError, "floating"),
    (("a", [], object(), len), TypeError, "can't make"),
])
def test_bad_calls_take_nothing(arguments, error, message):
    held = sys.getrefcount(arguments[-1])

    for _ in range(100):
        with pytest.raises(error, match=message):
            tarray.record(*arguments)
    assert sys.getrefcount(arguments[-1]) - held < 10


def test_backward_inside_of_backward():
    inner, outer = leaf(1.0), leaf(2.0)

    def nested(gradient):
        with tarray.enable_grad():
            exp(inner).sum().backward()
        with tarray.enable_grad(), pytest.raises(KeyError):
            tarray.record("Fail", [inner], [1.0], lambda gradient: {}["x"]).backward()
        return gradient

    tarray.record("Nested", [outer], [1.0], nested).backward()

    assert np.allclose(inner.grad.numpy(), np.e) and outer.grad.tolist() == [1.0]


def test_a_cycle_is_broken_by_a_pass():
    x, kept = leaf(1.0), []
    kept.append(tarray.record("Cycle", [x], [1.0], lambda gradient: gradient * kept[0].detach()))
    gone = weakref.ref(kept[0])

    kept[0].backward()
    kept.clear()

    assert gone() is None


def test_others_run_during_a_pass_and_callbacks_on_its_thread():
    seen, x = [], leaf(1.0)
    ready = threading.Event()

    def wait(gradient):
        seen.append(threading.get_ident())
        assert ready.wait(10)
        return gradient

    thread = threading.Thread(target=tarray.record("Wait", [x], [1.0], wait).backward)
    thread.start()
    ready.set()
    thread.join()
    assert seen == [thread.ident] and x.grad.tolist() == [1.0]
