"""tarray beside CuPy. A dry run uses a stand-in that is as much of CuPy as the checks use."""

import tarray


def load(place):
    import cupy

    return cupy


def stand_in(place):
    from stand_in import Cupy

    return Cupy()


# Keeps a stream busy for so many nanoseconds.
DELAY = """
extern "C" __global__ void delay(unsigned long long nanoseconds) {
    unsigned long long start, now;
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(start));
    do asm volatile("mov.u64 %0, %globaltimer;" : "=l"(now)); while (now - start < nanoseconds);
}
"""


def busy(cupy, place):
    """Bytes that a stream is a while from filling."""
    data, producer = cupy.zeros(64, dtype="uint8"), cupy.cuda.Stream(non_blocking=True)
    delay = cupy.RawKernel(DELAY, "delay")
    cupy.cuda.Device().synchronize()
    with producer:
        delay((1,), (1,), (place.milliseconds * 1_000_000,))
        data.fill(7)
    return data, producer


def seen(cupy, tensor):
    """What work on another stream sees of a tensor of ours."""
    with cupy.cuda.Stream(non_blocking=True) as consumer:
        theirs = cupy.from_dlpack(tensor)
        copy = theirs.copy()
    consumer.synchronize()
    return set(copy.get().tolist())


def memory_is_shared(cupy, place):
    theirs = cupy.arange(6, dtype="float32").reshape(2, 3)
    ours = tarray.asarray(theirs)
    assert ours.data_ptr() == theirs.data.ptr and ours.device == tarray.device("cuda:0"), ours.device
    assert cupy.from_dlpack(ours).data.ptr == theirs.data.ptr
    assert cupy.asarray(ours).data.ptr == theirs.data.ptr
    assert tarray.asarray(ours, device="cpu").tolist() == [[0, 1, 2], [3, 4, 5]]


def the_delay_shows_who_does_not_wait(cupy, place):
    data, _ = busy(cupy, place)
    with cupy.cuda.Stream(non_blocking=True) as consumer:
        copy = data.copy()
    consumer.synchronize()
    early = set(copy.get().tolist())
    cupy.cuda.Device().synchronize()
    assert early == {0}, "the delay was too short to show anything"


def a_consumer_waits_for_cupy(cupy, place):
    """CuPy makes the default stream wait, as it is asked to; we make the consumer wait for that."""
    data, producer = busy(cupy, place)
    with producer:
        ours = tarray.asarray(data)
    assert seen(cupy, ours) == {7}


def a_consumer_waits_for_work_of_ours(cupy, place):
    data, producer = busy(cupy, place)
    with producer:
        copy = tarray.asarray(data, copy=True)
    assert copy.data_ptr() != data.data.ptr and seen(cupy, copy) == {7}


def the_host_waits_for_cupy(cupy, place):
    data, producer = busy(cupy, place)
    with producer:
        ours = tarray.asarray(data, device="cpu", copy=True)
    assert set(ours.tolist()) == {7}


CHECKS = [
    memory_is_shared, the_delay_shows_who_does_not_wait, a_consumer_waits_for_cupy, a_consumer_waits_for_work_of_ours,
    the_host_waits_for_cupy,
]
