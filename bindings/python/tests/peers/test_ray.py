"""Tensors in the object store of Ray: whoever gets one shares its memory."""

import os
import sys

import numpy as np
import pytest
import ray

import tarray

# What Ray warns of is its own.
pytestmark = pytest.mark.filterwarnings("default")

LARGE = 1 << 20


def facts(tensor):
    return tensor.provenance, tensor.read_only, tensor.strides, tensor.dtype


def mapping(address):
    """The file that is mapped at an address of this process."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            first, last = (int(end, 16) for end in line.split()[0].split("-"))
            if first <= address < last:
                return line.split()[5]
    raise LookupError(f"nothing is mapped at {address:#x}")


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """Of one worker."""
    os.environ |= {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=1 << 28)
    # Workers do not find this module.
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    ray.shutdown()


def test_what_is_got_shares_the_memory_of_the_store():
    reference = ray.put(tarray.asarray(np.arange(LARGE)))

    first, second = ray.get(reference), ray.get(reference)

    assert first.data_ptr() == second.data_ptr() and mapping(first.data_ptr()).startswith("/dev/shm/")
    assert facts(first) == (("buffer", True, None), True, (1,), tarray.int64)
    with pytest.raises(RuntimeError, match="read-only"):
        first.fill_(0)
    assert tarray.asarray(first, writable=True)[-1].item() == LARGE - 1


def test_the_store_keeps_it_as_long_as_a_view_lives():
    def last(number):
        return ray.get(ray.put(tarray.asarray(np.full(LARGE, number))))[-1:]

    views = [last(number) for number in range(16)]

    assert [view.item() for view in views] == [*range(16)]


def test_a_task_gets_it_without_a_copy():
    @ray.remote
    def look(tensor):
        return tensor.provenance.aliased, tensor.read_only, mapping(tensor.data_ptr()), (tensor + 1)[0]

    aliased, read_only, mapped, first = ray.get(look.remote(ray.put(tarray.asarray(np.ones(LARGE)))))

    assert aliased and read_only and mapped.startswith("/dev/shm/") and first.item() == 2


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float8_e4m3fn"])
def test_every_dtype_comes_back(dtype):
    tensor = tarray.asarray(np.ones((3, 4)), dtype=dtype).T

    back = ray.get(ray.put(tensor))

    assert (back.dtype, back.strides, back.tolist()) == (tensor.dtype, tensor.strides, tensor.tolist())
