"""Memory that several processes share: what one writes, the others see, and nobody unmaps it under a tensor."""

import multiprocessing
import subprocess
import sys
import textwrap
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest

import tarray
from at_rest import nothing_is_left  # noqa: F401


@pytest.fixture
def memory():
    memory = SharedMemory(create=True, size=4096)
    yield memory
    memory.close()
    memory.unlink()


def test_a_tensor_shares_the_memory(memory):
    tensor = tarray.asarray(memory.buf, dtype="float32").reshape(32, 32)

    tensor[0, 1] = 2

    assert tensor.provenance.aliased and not tensor.read_only
    assert np.frombuffer(memory.buf, "f4", count=2).tolist() == [0.0, 2.0]


def test_two_that_attach_to_it_see_each_other(memory):
    other = SharedMemory(memory.name)
    ours, theirs = (tarray.asarray(it.buf, dtype="int64") for it in (memory, other))

    theirs[7] = 7

    assert ours[7].item() == 7 and ours.data_ptr() != theirs.data_ptr()
    del theirs
    other.close()


def test_part_of_it(memory):
    tensor = tarray.frombuffer(memory.buf, dtype="bfloat16", offset=64, count=8)

    tensor.fill_(1)

    assert bytes(memory.buf[64:80]) == b"\x80\x3f" * 8 and not any(memory.buf[80:])


@pytest.mark.parametrize("alias", [
    lambda tensor: tensor, lambda tensor: tensor[1:], lambda tensor: tensor.__dlpack__(max_version=(1, 3)),
    lambda tensor: memoryview(tensor), lambda tensor: tensor.numpy(),
], ids=["tensor", "view", "capsule", "buffer", "array"])
def test_it_is_not_closed_under_an_alias(memory, alias):
    held = alias(tarray.asarray(memory.buf, dtype="uint8"))

    with pytest.raises(BufferError):
        memory.close()

    del held
    memory.close()


def test_it_may_be_unlinked_under_a_tensor():
    memory = SharedMemory(create=True, size=64)
    tensor = tarray.asarray(memory.buf, dtype="uint8")

    memory.unlink()
    tensor.fill_(3)

    assert bytes(memory.buf[:3]) == b"\3\3\3"
    del tensor
    memory.close()


def run(folder, program):
    """Runs a program from a file, so that processes that it spawns find it, which must end well and say nothing."""
    file = folder / "program.py"
    file.write_text(textwrap.dedent(program))
    # CPython 3.12 warns of forks beside threads, and queues have some.
    warnings = ["-W", "error", "-W", "ignore:This process:DeprecationWarning"]
    ran = subprocess.run([sys.executable, *warnings, file], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


METHODS = multiprocessing.get_all_start_methods()


@pytest.mark.parametrize("method", METHODS)
def test_a_child_writes_what_its_parent_sees(tmp_path, method):
    run(tmp_path, f"""
        import multiprocessing
        from multiprocessing.shared_memory import SharedMemory

        import tarray


        def double(name):
            memory = SharedMemory(name)
            tensor = tarray.asarray(memory.buf, dtype="float32")
            tensor += tensor
            del tensor
            memory.close()
            assert tarray.live_tensors() == 0


        if __name__ == "__main__":
            memory = SharedMemory(create=True, size=4 << 20)
            tensor = tarray.asarray(memory.buf, dtype="float32")
            tensor.fill_(1.5)
            # A forked child has its parent's tensors too.
            if {method!r} == "fork":
                del tensor
            child = multiprocessing.get_context({method!r}).Process(target=double, args=[memory.name])
            child.start()
            child.join()
            assert child.exitcode == 0
            tensor = tarray.asarray(memory.buf, dtype="float32")
            assert tensor[0].item() == tensor[-1].item() == 3
            del tensor
            memory.close()
            memory.unlink()
    """)


@pytest.mark.parametrize("method", METHODS)
def test_queues_pipes_and_pools_carry_tensors(tmp_path, method):
    run(tmp_path, f"""
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        import tarray


        def serve(questions, answers, pipe):
            answers.put(questions.get() + 1)
            pipe.send(pipe.recv().T)


        def negative(tensor):
            return -tensor


        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            questions, answers = context.Queue(), context.Queue()
            here, there = context.Pipe()
            child = context.Process(target=serve, args=[questions, answers, there])
            child.start()
            matrix = tarray.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype="bfloat16")
            questions.put(matrix)
            assert answers.get(timeout=60).tolist() == [[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]
            here.send(matrix)
            back = here.recv()
            assert (back.tolist(), back.strides, back.dtype) == (matrix.T.tolist(), (1, 3), tarray.bfloat16)
            child.join()
            assert child.exitcode == 0
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                large = tarray.asarray(range(1 << 17))
                assert pool.submit(negative, large).result(timeout=60)[-1].item() == 1 - (1 << 17)
    """)
