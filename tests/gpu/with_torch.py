"""tarray beside PyTorch. In a dry run PyTorch works on the CPU, where streams have nothing to do."""

import contextlib

import numpy as np

import tarray

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
VALUES = [0.0, 1.0, -1.0, 0.5, 2.5, 127.0, 300.75, -300.75, 65504.0, 1e9, 2.0**40]
COUNT = 1 << 16


class Streams:
    """What the checks use of torch.cuda, for a device that has no streams."""

    class Stream:
        cuda_stream = None

        def synchronize(self):
            pass

    @staticmethod
    def stream(stream):
        return contextlib.nullcontext()

    @staticmethod
    def synchronize():
        pass

    @staticmethod
    def _sleep(cycles):
        pass


class Torch:
    """PyTorch, and the device that it works on."""

    def __init__(self, torch, place):
        self.torch, self.device = torch, place.device
        self.streams = torch.cuda if place.is_real else Streams
        # In cycles of a clock below 2 GHz.
        self.cycles = 2_000_000 * place.milliseconds

    def interface(self, data, stream):
        """The memory as the CUDA array interface tells it, with the stream that is at work on it."""
        return InStream(data, stream) if self.device == "cuda" else data


class InStream:
    def __init__(self, data, stream):
        self.data = data
        self.__cuda_array_interface__ = data.__cuda_array_interface__ | {"version": 3, "stream": stream.cuda_stream}


def load(place):
    import torch

    if place.is_real and not torch.cuda.is_available():
        raise RuntimeError("this PyTorch sees no GPU")
    return Torch(torch, place)


def memory_is_shared(peer, place):
    """In and out, the address is the same, and a write through one is seen through the other."""
    torch = peer.torch
    theirs = torch.arange(6, dtype=torch.float32, device=peer.device).reshape(2, 3)
    ours = tarray.asarray(theirs)
    assert ours.data_ptr() == theirs.data_ptr() and ours.device.type == peer.device, ours.device
    back = torch.from_dlpack(ours.T)
    assert back.data_ptr() == theirs.data_ptr() and back.shape == (3, 2)
    theirs[0, 1] = 42
    assert tarray.asarray(ours, device="cpu").tolist()[0][1] == 42
    interface = torch.as_tensor(ours, device=peer.device)
    assert interface.data_ptr() == theirs.data_ptr()


def devices_are_asked_for(peer, place):
    theirs = peer.torch.arange(6.0)
    there = tarray.asarray(theirs, device=peer.device)
    assert peer.torch.from_dlpack(there).device.type == peer.device
    assert peer.torch.equal(peer.torch.from_dlpack(tarray.asarray(there, device="cpu")), theirs)
    assert tarray.asarray(theirs, device=peer.torch.device(peer.device)).device == there.device


def conversions_are_torchs(peer, place):
    """Every pair of common dtypes, of a matrix that is transposed."""
    torch = peer.torch
    for source in DTYPES:
        for target in DTYPES:
            values = [value for value in VALUES if not wraps(value, source) and not wraps(value, target)]
            wide = torch.tensor([values, values], dtype=torch.float64)
            theirs = wide.to(getattr(torch, source)).to(peer.device).T
            got = torch.from_dlpack(tarray.asarray(tarray.asarray(theirs), dtype=target))
            want = theirs.to(getattr(torch, target))
            assert got.device.type == peer.device and torch.equal(got, want), (source, target, got, want)


def wraps(value, dtype):
    """Out of range, where PyTorch gives one answer on a GPU and another on a CPU."""
    if "int" not in dtype:
        return dtype == "float16" and abs(value) > 65504
    limits = np.iinfo(dtype)
    return not limits.min <= value <= limits.max


def busy(peer):
    """Data that a stream is a while from filling."""
    producer, data = peer.streams.Stream(), peer.torch.zeros(COUNT, device=peer.device)
    peer.streams.synchronize()
    with peer.streams.stream(producer):
        peer.streams._sleep(peer.cycles)
        data.fill_(7)
    return data, producer


def all_sevens(peer, tensor):
    """What work on another stream sees of a tensor of ours."""
    consumer = peer.streams.Stream()
    with peer.streams.stream(consumer):
        seen = peer.torch.from_dlpack(tensor).clone()
    consumer.synchronize()
    return bool((seen == 7).all())


def the_delay_shows_who_does_not_wait(peer, place):
    """The control, which needs a delay that is one."""
    data, _ = busy(peer)
    consumer = peer.streams.Stream()
    with peer.streams.stream(consumer):
        seen = data.clone()
    consumer.synchronize()
    early = bool((seen == 0).all())
    # Before somebody else gets the memory of `data`.
    peer.streams.synchronize()
    assert early or not place.is_real, "the delay was too short to show anything"


def a_consumer_waits_for_torch(peer, place):
    data, producer = busy(peer)
    assert all_sevens(peer, tarray.asarray(peer.interface(data, producer)))


def a_consumer_waits_for_work_of_ours(peer, place):
    data, producer = busy(peer)
    assert all_sevens(peer, tarray.asarray(peer.interface(data, producer), dtype="float64"))


def torch_is_told_of_our_stream(peer, place):
    """By DLPack, from the stream that is PyTorch's current one."""
    data, producer = busy(peer)
    with peer.streams.stream(producer):
        ours = tarray.asarray(data)
    assert all_sevens(peer, ours)
    data, producer = busy(peer)
    with peer.streams.stream(producer):
        assert set(tarray.asarray(data, device="cpu").tolist()) == {7.0}


def pinned_memory_is_shared(peer, place):
    theirs = peer.torch.full((COUNT,), 7.0)
    theirs = theirs.pin_memory() if place.is_real else theirs
    ours = tarray.asarray(theirs)
    assert ours.data_ptr() == theirs.data_ptr() and ours.numpy()[0] == 7
    assert all_sevens(peer, tarray.asarray(ours, device=peer.device))


def kernels_beside_torchs(peer, place):
    torch, count = peer.torch, place.nbytes // 8
    for source, target in [("float32", "float64"), ("float32", "float16"), ("float32", "bfloat16"), ("int64", "float32")]:
        theirs = torch.ones(count, dtype=getattr(torch, source), device=peer.device)
        ours = tarray.asarray(theirs)
        done = peer.streams.synchronize
        moved = theirs.nbytes + count * getattr(torch, target).itemsize
        place.compare(
            f"{source} to {target}", moved,
            lambda: (tarray.asarray(ours, dtype=target), done()),
            lambda: (theirs.to(getattr(torch, target)), done()), "PyTorch's",
        )
    side = int((place.nbytes // 4) ** 0.5)
    theirs = torch.ones(side, side, device=peer.device)
    ours = tarray.asarray(theirs)
    place.compare(
        "a transposed matrix, packed", 2 * theirs.nbytes,
        lambda: (tarray.asarray(ours.T, contiguous=True), done()), lambda: (theirs.T.contiguous(), done()), "PyTorch's",
    )


CHECKS = [
    memory_is_shared, devices_are_asked_for, conversions_are_torchs, the_delay_shows_who_does_not_wait,
    a_consumer_waits_for_torch, a_consumer_waits_for_work_of_ours, torch_is_told_of_our_stream, pinned_memory_is_shared,
    kernels_beside_torchs,
]
