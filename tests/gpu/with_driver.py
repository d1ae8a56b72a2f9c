"""What tarray does on a GPU, with nothing but the driver beside it. Runs over the driver of tests/cuda too."""

import ctypes

import numpy as np

import tarray
from driver import LEGACY, Array, Block, Driver, Stream

NEWEST = (1, 3)
SEVENS = bytes([7] * 64)


def load(place):
    return Driver()


def seen(driver, address, stream, nbytes=64):
    """The bytes at an address, as work on a stream sees them; nobody waits for anything else."""
    page = Block(driver, nbytes, "pinned")
    ctypes.memset(page.address, 0xEE, nbytes)
    stream.download(page.address, address, nbytes)
    stream.synchronize()
    return bytes(page.bytes())


def zeros(driver, kind="device"):
    block = Block(driver, 64, kind)
    stream = Stream(driver)
    stream.fill(block, 0)
    stream.synchronize()
    return block


def lent(tensor, stream):
    """A loan to work on a stream, which goes when the result does."""
    return tarray.from_dlpack(tensor.__dlpack__(stream=stream.handle, max_version=NEWEST))


def busy(driver, place, block):
    """A stream that is a while from filling a block."""
    stream = Stream(driver)
    stream.delay(place.milliseconds)
    stream.fill(block, 7)
    return stream


def devices_tell_of_themselves(driver, place):
    told = tarray.device("cuda:0").properties()
    assert tarray.device("cuda:0") in tarray.devices() and told["name"], told
    assert told["total_memory"] >= told["free_memory"] > 0 and told["capability"] > (0, 0), told
    print(f"  cuda:0 is {told['name']}, {told['total_memory'] >> 20} MiB, capability {told['capability']}")


def memory_is_shared(driver, place):
    block, stream = zeros(driver), Stream(driver)
    ours = tarray.asarray(Array(block, "<f4", (4, 4), stream))
    assert ours.data_ptr() == block.address and ours.device == tarray.device("cuda:0"), ours.device
    told = ours.T.__cuda_array_interface__
    assert told["data"] == (block.address, False) and told["strides"] == (4, 16) and told["stream"] == stream.handle, told
    one = np.full(4, 1, dtype="<f4")
    ours[2].copy_(one)
    assert tarray.asarray(ours, device="cpu").tolist() == [[0] * 4, [0] * 4, [1] * 4, [0] * 4]


def the_interface_means_what_it_says(driver, place):
    """Read-only, a mask, and the numbers of streams, as version 3 of the protocol has them."""
    array = Array(zeros(driver), "<f4", (16,), None)
    told = dict(array.__cuda_array_interface__)

    def saying(**changed):
        array.__cuda_array_interface__ = told | changed
        return tarray.asarray(array)

    ours = saying(data=(told["data"][0], True))
    assert ours.read_only and ours.__cuda_array_interface__["data"] == (told["data"][0], True)
    for stream, ready in [(None, None), (LEGACY, LEGACY), (2, LEGACY)]:
        assert saying(stream=stream).__cuda_array_interface__["stream"] == ready, stream
    refused(ValueError, lambda: saying(stream=0))
    refused(TypeError, lambda: saying(mask=array))
    refused(TypeError, lambda: saying(typestr="|O8"))


def dlpacks_keywords_are_obeyed(driver, place):
    there = tarray.asarray(np.arange(4, dtype="<f4"), device="cuda")
    assert there.__dlpack_device__() == (2, 0)
    host = tarray.from_dlpack(there.__dlpack__(dl_device=(1, 0), max_version=NEWEST))
    assert host.device == tarray.device("cpu") and host.tolist() == [0, 1, 2, 3]
    copy = tarray.from_dlpack(there.__dlpack__(copy=True, max_version=NEWEST))
    assert copy.device == there.device and copy.data_ptr() != there.data_ptr()
    same = tarray.from_dlpack(there.__dlpack__(dl_device=(2, 0), copy=False, stream=-1, max_version=NEWEST))
    assert same.data_ptr() == there.data_ptr()
    refused(BufferError, lambda: there.__dlpack__(dl_device=(1, 0), copy=False))
    refused(ValueError, lambda: there.__dlpack__(stream=0))
    refused(ValueError, lambda: tarray.asarray(there, device="cpu", copy=False))
    refused(RuntimeError, lambda: tarray.asarray(there, device="cuda:77"))


def refused(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


def the_delay_shows_who_does_not_wait(driver, place):
    """The control: without it the next checks would show nothing."""
    block, consumer = zeros(driver), Stream(driver)
    busy(driver, place, block)
    assert seen(driver, block.address, consumer) == bytes(64), "the delay was too short to show anything"


def a_consumer_waits_for_a_producer(driver, place):
    block, consumer = zeros(driver), Stream(driver)
    ours = tarray.asarray(Array(block, "|u1", (64,), busy(driver, place, block)))
    loan = lent(ours, consumer)
    assert loan.data_ptr() == block.address and seen(driver, block.address, consumer) == SEVENS


def a_consumer_waits_for_work_of_ours(driver, place):
    """A copy that is made on the producer's stream, behind its work."""
    block, consumer = zeros(driver), Stream(driver)
    copy = tarray.asarray(Array(block, "|u1", (64,), busy(driver, place, block)), copy=True)
    loan = lent(copy, consumer)
    assert loan.data_ptr() != block.address and seen(driver, loan.data_ptr(), consumer) == SEVENS


def who_names_no_stream_waits_on_the_default_one(driver, place):
    block = zeros(driver)
    ours = tarray.asarray(Array(block, "|u1", (64,), busy(driver, place, block)))
    loan = tarray.from_dlpack(ours.__dlpack__(max_version=NEWEST))
    assert loan.data_ptr() == block.address and seen(driver, block.address, Stream(driver, LEGACY)) == SEVENS


def the_host_waits_for_what_it_reads(driver, place):
    block = zeros(driver)
    ours = tarray.asarray(Array(block, "|u1", (64,), busy(driver, place, block)), device="cpu")
    assert bytes(ours.numpy()) == SEVENS


def memory_is_freed_behind_its_consumer(driver, place):
    """Let go while the consumer is still to read it, and asked for again at once."""
    block, consumer = zeros(driver), Stream(driver)
    producer = Stream(driver)
    producer.fill(block, 7)
    copy = tarray.asarray(Array(block, "|u1", (64,), producer), copy=True)
    loan, page = lent(copy, consumer), Block(driver, 64, "pinned")
    consumer.delay(place.milliseconds)
    consumer.download(page.address, loan.data_ptr(), 64)
    producer.fill(block, 9)
    others = Array(block, "|u1", (64,), producer)
    del copy, loan
    others = [tarray.asarray(others, copy=True) for _ in range(8)]
    consumer.synchronize()
    assert bytes(page.bytes()) == SEVENS, "somebody else's bytes"
    assert all(bytes(tarray.asarray(other, device="cpu").numpy()) == bytes([9] * 64) for other in others)


def pinned_memory_is_the_hosts_too(driver, place):
    page = Block(driver, 64, "pinned")
    ctypes.memset(page.address, 7, 64)
    ours = tarray.asarray(Array(page, "|u1", (64,), None))
    assert ours.device == tarray.device("cuda_host:0") and ours.numpy().ctypes.data == page.address
    there = tarray.asarray(ours, device="cuda")
    back = tarray.asarray(there, device="cuda_host")
    assert back.device == tarray.device("cuda_host:0") and bytes(back.numpy()) == SEVENS
    slow = Block(driver, 64)
    stream = busy(driver, place, slow)
    ctypes.memset(page.address, 0, 64)
    stream.download(page.address, slow.address, 64)
    assert bytes(tarray.asarray(Array(page, "|u1", (64,), stream)).numpy()) == SEVENS, "the host did not wait"


def managed_memory_is_the_devices(driver, place):
    block = zeros(driver, "managed")
    ours = tarray.asarray(Array(block, "|u1", (64,), busy(driver, place, block)))
    assert ours.device == tarray.device("cuda_managed:0") and ours.data_ptr() == block.address
    assert bytes(tarray.asarray(ours, device="cpu").numpy()) == SEVENS
    there = tarray.asarray(ours, device="cuda")
    assert there.device == tarray.device("cuda:0") and bytes(tarray.asarray(there, device="cpu").numpy()) == SEVENS


def strided_elements_are_gathered_there(driver, place):
    numbers = np.arange(24, dtype="<f4").reshape(4, 6)
    there = tarray.asarray(numbers, device="cuda")
    for name, ours, want in [
        ("transposed", there.T, numbers.T), ("a column", there[:, 2], numbers[:, 2]),
        ("every other", there[::2, 1::2], numbers[::2, 1::2]), ("backwards", there[::-1], numbers[::-1]),
    ]:
        for dtype in ["float32", "float64"]:
            packed = tarray.asarray(ours, dtype=dtype, contiguous=True)
            assert packed.device == tarray.device("cuda:0") and packed.is_contiguous(), name
            assert np.array_equal(tarray.asarray(packed, device="cpu").numpy(), want.astype(dtype)), (name, dtype)


def bandwidth(driver, place):
    """Between host and device, as a ratio to the driver's own copy of the same bytes."""
    stream, nbytes = Stream(driver), place.nbytes
    pageable = np.ones(nbytes, dtype="u1")
    page = Block(driver, nbytes, "pinned")
    ctypes.memset(page.address, 1, nbytes)
    pinned = tarray.asarray(Array(page, "|u1", (nbytes,), None))
    block = Block(driver, nbytes)
    there = tarray.asarray(Array(block, "|u1", (nbytes,), None))
    fresh = np.empty(nbytes, dtype="u1")

    def copied(queue, *arguments):
        queue(*arguments)
        stream.synchronize()

    for name, ours, theirs in [
        ("pageable to device", lambda: tarray.asarray(pageable, device="cuda"),
         lambda: copied(stream.upload, block.address, pageable.ctypes.data, nbytes)),
        ("pinned to device", lambda: tarray.asarray(pinned, device="cuda"),
         lambda: copied(stream.upload, block.address, page.address, nbytes)),
        ("device to pageable", lambda: tarray.asarray(fresh).copy_(there),
         lambda: copied(stream.download, fresh.ctypes.data, block.address, nbytes)),
        ("device to pinned", lambda: tarray.asarray(there, device="cuda_host"),
         lambda: copied(stream.download, page.address, block.address, nbytes)),
    ]:
        place.compare(name, nbytes, ours, theirs, "the driver's copy")


CHECKS = [
    devices_tell_of_themselves, memory_is_shared, the_interface_means_what_it_says, dlpacks_keywords_are_obeyed,
    the_delay_shows_who_does_not_wait, a_consumer_waits_for_a_producer, a_consumer_waits_for_work_of_ours,
    who_names_no_stream_waits_on_the_default_one, the_host_waits_for_what_it_reads,
    memory_is_freed_behind_its_consumer, pinned_memory_is_the_hosts_too, managed_memory_is_the_devices,
    strided_elements_are_gathered_there, bandwidth,
]
