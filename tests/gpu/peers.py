"""tarray beside PyTorch, CuPy and JAX on a real GPU: the same memory, the right order, the right numbers.

Run by `cargo xtask gpu-test` on a machine that has one. A library that is not installed is named, not missed.
"""

import importlib.util
import sys
import time

import numpy as np

import tarray

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
VALUES = [0.0, 1.0, -1.0, 0.5, 2.5, 127.0, 300.75, -300.75, 65504.0, 1e9, 2.0**40]


def torch_shares_memory(torch):
    """In and out, the address is the same, and a write through one is seen through the other."""
    theirs = torch.arange(6, dtype=torch.float32, device="cuda").reshape(2, 3)
    ours = tarray.asarray(theirs)
    assert ours.data_ptr() == theirs.data_ptr() and ours.device == tarray.device("cuda:0"), ours.device
    back = torch.from_dlpack(ours.T)
    assert back.data_ptr() == theirs.data_ptr() and back.shape == (3, 2)
    theirs[0, 1] = 42
    assert tarray.asarray(ours, device="cpu").tolist()[0][1] == 42
    interface = torch.as_tensor(ours, device="cuda")
    assert interface.data_ptr() == theirs.data_ptr()


def conversions_are_torchs(torch):
    """Every pair of common dtypes, on the GPU, of a matrix that is transposed."""
    for source in DTYPES:
        for target in DTYPES:
            values = [v for v in VALUES if not wraps(v, source) and not wraps(v, target)]
            theirs = torch.tensor([values, values], dtype=torch.float64).to(getattr(torch, source)).cuda().T
            ours = tarray.asarray(tarray.asarray(theirs), dtype=target)
            want = theirs.to(getattr(torch, target))
            got = torch.from_dlpack(ours)
            assert got.device.type == "cuda" and torch.equal(got, want), (source, target, got, want)


def wraps(value, dtype):
    """Out of range, where PyTorch gives one answer on a GPU and another on a CPU."""
    if "int" not in dtype:
        return dtype == "float16" and abs(value) > 65504
    limits = np.iinfo(dtype)
    return not limits.min <= value <= limits.max


def another_stream_waits(torch):
    """A tensor that one stream is slow to fill, read on another: without an event it would be read too early."""
    producer, consumer = torch.cuda.Stream(), torch.cuda.Stream()
    for round in range(5):
        data = torch.zeros(1 << 20, device="cuda")
        torch.cuda.synchronize()
        with torch.cuda.stream(producer):
            torch.cuda._sleep(100_000_000)
            data.fill_(round + 1)
        ours = tarray.asarray(InStream(data, producer))
        with torch.cuda.stream(consumer):
            seen = torch.from_dlpack(ours).clone()
        consumer.synchronize()
        assert bool((seen == round + 1).all()), "the consumer did not wait for the producer"


class InStream:
    """Memory that a stream is at work on, as the CUDA array interface tells it."""

    def __init__(self, data, stream):
        self.data = data
        self.__cuda_array_interface__ = data.__cuda_array_interface__ | {"version": 3, "stream": stream.cuda_stream}


def bandwidth(torch):
    """Host to device and back, against PyTorch's copies of the same bytes."""
    host = np.ones(1 << 26, dtype="float32")
    theirs = torch.from_numpy(host)

    def best(work):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            work()
            torch.cuda.synchronize()
            times.append(time.perf_counter() - start)
        return min(times)

    there = best(lambda: tarray.asarray(host, device="cuda"))
    there_torch = best(lambda: theirs.cuda())
    ours, filled = tarray.asarray(host, device="cuda"), theirs.cuda()
    back = best(lambda: tarray.asarray(ours, device="cpu"))
    back_torch = best(lambda: filled.cpu())
    print(f"  256 MiB to the device: {host.nbytes / there / 1e9:.1f} GB/s, {there_torch / there:.2f} of PyTorch's")
    print(f"  256 MiB to the host: {host.nbytes / back / 1e9:.1f} GB/s, {back_torch / back:.2f} of PyTorch's")


def cupy_shares_memory(cupy):
    theirs = cupy.arange(6, dtype="float32").reshape(2, 3)
    ours = tarray.asarray(theirs)
    assert ours.data_ptr() == theirs.data.ptr
    assert cupy.from_dlpack(ours).data.ptr == theirs.data.ptr
    assert cupy.asarray(ours).data.ptr == theirs.data.ptr


def jax_shares_memory(jax):
    theirs = jax.numpy.arange(6.0).reshape(2, 3)
    ours = tarray.asarray(theirs)
    assert ours.data_ptr() == theirs.unsafe_buffer_pointer() and ours.read_only
    assert jax.numpy.from_dlpack(tarray.asarray(ours, copy=True)).sum() == 15


CHECKS = {
    "torch": [torch_shares_memory, conversions_are_torchs, another_stream_waits, bandwidth],
    "cupy": [cupy_shares_memory],
    "jax": [jax_shares_memory],
}


def main():
    for device in tarray.devices():
        print(f"device: {device}")
    failed = 0
    for name, checks in CHECKS.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name}: not installed, not checked")
            continue
        library = importlib.import_module(name)
        for check in checks:
            try:
                check(library)
                print(f"{name}: {check.__name__}")
            except Exception as error:  # one failure must not hide the others
                failed += 1
                print(f"{name}: {check.__name__} FAILED: {type(error).__name__}: {error}")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
