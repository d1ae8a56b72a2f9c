"""Whoever lets go last, wherever and whenever: the owner is freed once and nothing crashes."""

import ctypes
import gc
import subprocess
import sys
import textwrap
import threading
import weakref

import pytest

import tarray
from crafted import Lent

# Calls through CDLL are made without the GIL, as foreign code makes them.
library = ctypes.CDLL(tarray.get_library())
library.ta_release.argtypes = [ctypes.c_void_p]
library.ta_release.restype = None
libc = ctypes.CDLL(None)
capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
capsule_pointer.restype = ctypes.c_void_p
rename_capsule = ctypes.pythonapi.PyCapsule_SetName
rename_capsule.argtypes = [ctypes.py_object, ctypes.c_char_p]


class Watched(bytearray):
    """A buffer that can be watched as it goes."""


def lent():
    """A handle in C's hands, the only one, and a weak reference to the owner of its memory."""
    owner = Watched(8)
    handle = tarray.asarray(owner, dtype="uint8")._ta_handle()
    return handle, weakref.ref(owner)


def exported():
    """A DLPack tensor in C's hands, its deleter, and a weak reference to the owner of its memory."""
    owner = Watched(8)
    capsule = tarray.asarray(owner, dtype="uint8").__dlpack__(max_version=(1, 3))
    managed = capsule_pointer(capsule, b"dltensor_versioned")
    rename_capsule(capsule, b"used_dltensor_versioned")
    # Behind the version and the context.
    return managed, ctypes.c_void_p.from_address(managed + 16).value, weakref.ref(owner)


def on_a_foreign_thread(function, argument):
    """Runs a C function on a thread that Python has never seen."""
    thread = ctypes.c_ulong()
    assert libc.pthread_create(ctypes.byref(thread), None, ctypes.c_void_p(function), ctypes.c_void_p(argument)) == 0
    assert libc.pthread_join(thread, None) == 0


def address_of(function):
    return ctypes.cast(function, ctypes.c_void_p).value


def test_a_handle_is_released_without_the_gil():
    handle, owner = lent()
    assert owner() is not None

    library.ta_release(handle)

    assert owner() is None


def test_a_handle_is_released_on_another_thread():
    handle, owner = lent()

    thread = threading.Thread(target=library.ta_release, args=[handle])
    thread.start()
    thread.join()

    assert owner() is None


def test_a_handle_is_released_on_a_thread_that_python_never_saw():
    handle, owner = lent()

    on_a_foreign_thread(address_of(library.ta_release), handle)

    assert owner() is None


def test_a_deleter_runs_without_the_gil():
    managed, deleter, owner = exported()

    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(deleter)(managed)

    assert owner() is None


def test_a_deleter_runs_on_a_thread_that_python_never_saw():
    managed, deleter, owner = exported()

    on_a_foreign_thread(deleter, managed)

    assert owner() is None


def test_many_threads_let_go_at_once():
    owner = Watched(8)
    first = tarray.asarray(owner, dtype="uint8")
    handles = [first._ta_handle() for _ in range(4000)]
    del first

    def release(share):
        for handle in share:
            library.ta_release(handle)

    threads = [threading.Thread(target=release, args=[handles[i::4]]) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    gone = weakref.ref(owner)
    del owner
    assert gone() is None


@pytest.mark.parametrize("make", [
    lambda: tarray.asarray(Watched(8), dtype="uint8"),
    lambda: tarray.asarray(Watched(8), dtype="uint8").__dlpack__(),
    lambda: tarray.asarray(Watched(8), dtype="uint8").__dlpack__(max_version=(1, 3)),
    lambda: memoryview(tarray.asarray(Watched(8), dtype="uint8")),
    lambda: tarray.asarray(Lent().capsule()),
    lambda: tarray.asarray(Lent().capsule()).__dlpack__(),
    lambda: tarray.asarray(Lent().capsule()).__dlpack__(max_version=(1, 3)),
], ids=["tensor", "capsule", "versioned capsule", "buffer", "deleter", "deleter in a capsule",
        "deleter in a versioned capsule"])
def test_an_exception_on_its_way_survives_a_release(make):
    before, lent_before = tarray.live_tensors(), set(Lent.alive)

    def then_fail():
        yield make()
        yield make()
        raise KeyError("on its way")

    # The half-made list is freed while the exception is set.
    with pytest.raises(KeyError, match="on its way"):
        list(then_fail())

    gc.collect()
    assert (tarray.live_tensors(), Lent.alive) == (before, lent_before)


def test_a_destructor_that_raises_is_told_and_harms_nobody():
    told = []

    class Owner(bytearray):
        def __del__(self):
            raise RuntimeError("from the owner")

    def then_fail():
        yield tarray.asarray(Owner(8), dtype="uint8")
        raise KeyError("on its way")

    hook, sys.unraisablehook = sys.unraisablehook, lambda raised: told.append(str(raised.exc_value))
    try:
        with pytest.raises(KeyError, match="on its way"):
            list(then_fail())
    finally:
        sys.unraisablehook = hook

    assert told == ["from the owner"]


AT_EXIT = """
import ctypes, sys, tarray
library, libc = ctypes.CDLL(tarray.get_library()), ctypes.CDLL(None)

def after_python(function, argument):
    # Handlers of C's exit() run last in, first out, when the interpreter has gone.
    assert libc.__cxa_atexit(ctypes.c_void_p(function), ctypes.c_void_p(argument), None) == 0

def address(function):
    return ctypes.cast(function, ctypes.c_void_p).value

last_words = ctypes.create_string_buffer(b"let go")
ctypes.pythonapi.Py_IncRef(ctypes.py_object(last_words))
after_python(address(libc.puts), ctypes.addressof(last_words))

class Owner(bytearray):
    pass

def managed(capsule, name, used):
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.argtypes, pointer.restype = [ctypes.py_object, ctypes.c_char_p], ctypes.c_void_p
    found = pointer(capsule, name)
    ctypes.pythonapi.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
    ctypes.pythonapi.PyCapsule_SetName(capsule, used)
    return found
"""

LEFT = {
    "nothing": "",
    "a tensor in a global": "t = tarray.asarray(Owner(8))",
    "tensors in modules and cycles": """
        t = sys.t = tarray.asarray(Owner(8), dtype='uint8')
        ring = [t]
        ring.append(ring)
        t.__deepcopy__({})
        sys.view = t[1:]""",
    "a capsule": "c = tarray.asarray(Owner(8)).__dlpack__()",
    "a buffer": "m = memoryview(tarray.asarray(Owner(8)))",
    "a handle": "after_python(address(library.ta_release), tarray.asarray(Owner(8))._ta_handle())",
    "a handle of memory that the library owns":
        "after_python(address(library.ta_release), tarray.asarray([1, 2])._ta_handle())",
    "a DLPack tensor": """
        m = managed(tarray.asarray(Owner(8)).__dlpack__(max_version=(1, 3)), b'dltensor_versioned', b'used_dltensor_versioned')
        after_python(ctypes.c_void_p.from_address(m + 16).value, m)""",
    "a DLPack tensor without a version": """
        m = managed(tarray.asarray(Owner(8)).__dlpack__(), b'dltensor', b'used_dltensor')
        after_python(ctypes.c_void_p.from_address(m + 56).value, m)""",
    "a thread at work": """
        import threading
        def work():
            while True:
                tarray.asarray(Owner(8)).__dlpack__()
        threading.Thread(target=work, daemon=True).start()""",
    "a thread that lets go without the GIL": """
        import threading
        library.ta_release.argtypes = [ctypes.c_void_p]
        def work():
            while True:
                library.ta_release(tarray.asarray(Owner(8))._ta_handle())
        threading.Thread(target=work, daemon=True).start()""",
}


@pytest.mark.parametrize("code", LEFT.values(), ids=LEFT.keys())
def test_what_is_left_at_exit_is_let_go_without_harm(code):
    program = AT_EXIT + textwrap.dedent(code)

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "let go\n", "")


LINKS = {
    "buffers": "tarray.frombuffer(tensor)",
    "memoryviews": "tarray.asarray(memoryview(tensor), dtype='float32')",
    "arrays": "tarray.asarray(numpy.asarray(tensor))",
    "exchanged": "tarray.from_dlpack(tensor)",
    "capsules": "tarray.from_dlpack(tensor.__dlpack__(max_version=(1, 0)))",
    "legacy capsules": "tarray.from_dlpack(tensor.__dlpack__())",
    "all": "tarray.from_dlpack(tarray.asarray(numpy.from_dlpack(tarray.frombuffer(tensor))).__dlpack__())",
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("thread", ["this", "another", "foreign"])
def test_a_long_chain_of_owners_dies_without_using_up_the_stack(link, thread):
    count = 300000 if thread == "this" else 100000
    code = f"""
        import ctypes, gc, threading, weakref
        import numpy, tarray
        class Watched(bytearray): pass
        memory = Watched(8)
        gone = weakref.ref(memory)
        tensor = tarray.frombuffer(memory, dtype="float32")
        del memory
        for _ in range({count}):
            tensor = {LINKS[link]}
        if {thread!r} == "this":
            del tensor
        elif {thread!r} == "another":
            threading.stack_size(1 << 18)
            box = [tensor]
            del tensor
            thread = threading.Thread(target=box.clear)
            thread.start()
            thread.join()
        else:
            library = ctypes.CDLL(tarray.get_library())
            library.ta_release.argtypes = [ctypes.c_void_p]
            handle = tensor._ta_handle()
            del tensor
            assert gone() is not None
            # Without the GIL.
            library.ta_release(handle)
        assert gone() is None
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=120)


def test_a_long_chain_of_owners_outlives_the_interpreter():
    code = """
        import tarray
        class Last:
            pass
        tensor = tarray.asarray([1.0, 2.0])
        for _ in range(100000):
            tensor = tarray.from_dlpack(tarray.frombuffer(tensor))
        import sys
        sys.kept = Last()
        sys.kept.tensor, sys.kept.ring = tensor, sys.kept
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=120)


class Keeper(Watched):
    """A buffer that keeps a tensor over its own memory, or whatever `keep` makes of one."""

    def __init__(self, keep=lambda tensor: tensor):
        super().__init__(8)
        self.kept = keep(tarray.asarray(self, dtype="uint8"))


def test_an_owner_that_keeps_its_own_tensor_lives_until_it_lets_go():
    gc.collect()
    before, seen = tarray.live_tensors(), weakref.ref(keeper := Keeper())
    assert not gc.is_tracked(keeper.kept)

    del keeper
    gc.collect()
    assert seen() is not None and tarray.live_tensors() == before + 1

    seen().kept = None
    gc.collect()
    assert seen() is None and tarray.live_tensors() == before


def test_an_owner_that_keeps_its_own_tensor_weakly_goes():
    gc.collect()
    before, seen = tarray.live_tensors(), weakref.ref(Keeper(weakref.ref))

    gc.collect()

    assert seen() is None and tarray.live_tensors() == before


def test_a_tensor_lent_to_ourselves_makes_no_chain():
    first = tarray.asarray([1.0])
    live = tarray.live_tensors()
    tensor = tarray.from_dlpack(first.__dlpack__(max_version=(1, 0), copy=True))
    for _ in range(1000):
        tensor = tarray.from_dlpack(tensor)
    assert tarray.live_tensors() <= live + 2


@pytest.mark.parametrize("copied", [False, True])
def test_a_chain_through_numpy_is_let_go_without_recursion(copied):
    np = pytest.importorskip("numpy")
    tensor = tarray.asarray([1.0])
    if copied:
        tensor.__dlpack__(max_version=(1, 0), copy=True)
    for _ in range(100_000):
        tensor = tarray.from_dlpack(np.from_dlpack(tensor))
    del tensor
