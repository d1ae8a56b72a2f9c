"""Large copies let other threads run, and nothing that they read can be taken away meanwhile."""

import sys
import threading
import weakref

import numpy as np
import pytest

import tarray
from crafted import Lent, name_of

LARGE, SMALL = 1 << 24, 1 << 10

pytestmark = pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no GIL to release")


@pytest.fixture
def patient():
    """Threads keep the GIL until they release it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)


def ran_during(work, other=lambda: None):
    """What `other` gave on a second thread while `work` ran; None if it could not run."""
    gate, answers = threading.Lock(), []

    def wait():
        with gate:
            answers.append(other() or True)

    gate.acquire()
    thread = threading.Thread(target=wait)
    thread.start()
    gate.release()
    work()
    seen = list(answers)
    thread.join()
    return seen[0] if seen else None


def ran_at_last(work, other=lambda: None):
    """As above, when the machine has found time for the second thread."""
    return next(filter(None, (ran_during(work, other) for _ in range(500))), None)


def numbers(size):
    return np.ones(size, "f4")


WORK = {
    "copy": lambda size: lambda source=numbers(size): tarray.asarray(source, copy=True),
    "convert": lambda size: lambda source=numbers(size): tarray.asarray(source, dtype="float64"),
    "swap": lambda size: lambda source=numbers(size).astype(">f4"): tarray.asarray(source),
    "writable": lambda size: lambda source=bytes(4 * size): tarray.asarray(source, writable=True),
    "clone": lambda size: tarray.asarray(numbers(size)).clone,
    "legacy": lambda size: lambda source=numbers(size): tarray.asarray(source.__dlpack__(), copy=True),
    "versioned": lambda size: lambda source=numbers(size): tarray.asarray(
        source.__dlpack__(max_version=(1, 0)), copy=True),
    "fill_": lambda size: lambda target=tarray.asarray(numbers(size)): target.fill_(3),
    "copy_": lambda size: lambda target=tarray.asarray(numbers(size)), source=numbers(size): target.copy_(source),
    "export": lambda size: lambda source=tarray.asarray(numbers(size)): source.__dlpack__(copy=True),
}


@pytest.mark.parametrize("name", WORK)
def test_large_copies_let_others_run(patient, name):
    assert ran_at_last(WORK[name](LARGE))


@pytest.mark.parametrize("name", WORK)
def test_small_copies_do_not(patient, name):
    work = WORK[name](SMALL)

    assert not any(ran_during(work) for _ in range(20))


def test_sharing_large_memory_does_not(patient):
    source = numbers(LARGE)

    assert not any(ran_during(lambda: tarray.asarray(source)) for _ in range(20))


def test_a_buffer_stays_locked(patient):
    source = bytearray(LARGE)

    def grow():
        try:
            # As it may once the copy is made: then this is not counted.
            source.append(1)
        except BufferError:
            return "refused"

    assert ran_at_last(lambda: tarray.asarray(source, dtype="uint8", copy=True), grow) == "refused"
    source.append(1)


def test_a_capsule_is_taken_once(patient):
    source = numbers(LARGE)

    def while_copied():
        capsule = source.__dlpack__()

        def take():
            with pytest.raises(ValueError, match="used already"):
                tarray.asarray(capsule)

        return ran_during(lambda: tarray.asarray(capsule, copy=True), take)

    assert any(while_copied() for _ in range(500))


def test_a_capsule_whose_copy_fails_is_as_it_was():
    lent = Lent(shape=(1 << 20, 1 << 40))
    capsule = lent.capsule()

    with pytest.raises((MemoryError, ValueError)):
        tarray.asarray(capsule, copy=True)

    assert (name_of(capsule), lent.deleted) == ("dltensor_versioned", 0)


def test_an_array_may_change_its_shape_meanwhile():
    source = np.arange(LARGE, dtype="u4")
    shapes, stop = [(LARGE,), (2, LARGE // 2), (4, 4, LARGE // 16)], threading.Event()

    def reshape():
        while not stop.is_set():
            for shape in shapes:
                source.shape = shape

    thread = threading.Thread(target=reshape)
    thread.start()
    try:
        for _ in range(10):
            made = tarray.asarray(source, copy=True)
            assert made.shape in shapes
            assert np.array_equal(made.reshape(-1).numpy(), source.reshape(-1))
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_what_is_copied_is_let_go_in_the_call(size):
    class Owner:
        def __init__(self):
            self.numbers = numbers(size)
            self.__array_interface__ = self.numbers.__array_interface__

    owner, gone = Owner(), []
    weakref.finalize(owner, gone.append, True)
    sources = [owner]
    del owner

    tensor = tarray.asarray(sources.pop(), copy=True)

    assert (gone, tensor.numel()) == ([True], size)
