"""Interpreters and processes that split: fork, sub-interpreters, and cycles for the collector."""

import gc
import os
import subprocess
import sys
import textwrap
import weakref

import pytest

import tarray


def run(code):
    """Runs a program in a process of its own, which must end well and say nothing."""
    program = textwrap.dedent(code)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_has_tensors_of_its_own():
    run("""
        import os, tarray
        memory = bytearray(b"\\1" * (5 << 20))
        tensor = tarray.asarray(memory, dtype="uint8")
        capsule = tensor.__dlpack__()

        def use():
            # Large enough for a copy on several threads.
            copied = tarray.asarray(tensor, dtype="float32")
            assert copied[len(memory) - 1].item() == 1
            assert tarray.from_dlpack(capsule)[0].item() == 1

        child = os.fork()
        use()
        del tensor, capsule
        memory.append(0)  # Nobody holds it any more.
        assert tarray.live_tensors() == 0
        if child:
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
    """)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_may_be_forked_while_threads_work():
    run("""
        import os, threading, tarray, warnings
        # CPython 3.12 warns of what is tried here.
        warnings.simplefilter("ignore", DeprecationWarning)
        stop = False

        def work():
            while not stop:
                tarray.from_dlpack(tarray.asarray([1.0, 2.0]).__dlpack__())

        threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            child = os.fork()
            if child == 0:
                os._exit(tarray.asarray([1, 2, 3]).tolist() != [1, 2, 3])
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
        stop = True
        for thread in threads:
            thread.join()
    """)


def test_a_sub_interpreter_is_refused_and_the_first_goes_on():
    run("""
        import tarray
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            import _interpreters as interpreters
        tensor = tarray.asarray([1.0, 2.0])
        other = interpreters.create()
        lines = [
            "try:",
            "    import tarray",
            "except ImportError as error:",
            "    assert 'interpreter' in str(error), error",
            "else:",
            "    raise AssertionError('imported')",
        ]
        said = interpreters.run_string(other, chr(10).join(lines))
        assert said is None, said
        interpreters.destroy(other)
        assert tensor.tolist() == [1.0, 2.0]
    """)


class Thing:
    """Something that a cycle can go through."""


@pytest.mark.parametrize("export", [
    lambda tensor: tensor,
    lambda tensor: tensor[1:],
    lambda tensor: tensor.__dlpack__(),
    lambda tensor: tensor.__dlpack__(max_version=(1, 3)),
    lambda tensor: memoryview(tensor),
    lambda tensor: tarray.from_dlpack(tensor),
], ids=["tensor", "view", "capsule", "versioned capsule", "buffer", "loan"])
def test_a_cycle_through_an_export_is_collected(export):
    before = tarray.live_tensors()
    thing = Thing()
    thing.held = export(tarray.asarray([1.0, 2.0, 3.0]))
    thing.itself = thing
    gone = weakref.ref(thing)

    del thing
    gc.collect()

    assert gone() is None
    assert tarray.live_tensors() == before


def test_a_cycle_through_memory_lives_on_and_harms_nobody():
    """Shared memory is foreign to the collector: who closes a cycle through it keeps it, and can open it."""

    class Owner(bytearray):
        pass

    before = tarray.live_tensors()
    owner = Owner(8)
    owner.tensor = tarray.asarray(owner, dtype="uint8")
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is not None and gone().tensor.tolist() == [0] * 8

    del gone().tensor

    assert gone() is None
    assert tarray.live_tensors() == before
