"""Tensors of torch: what its exchange table does not say is asked of the tensors."""

import ctypes
import sys

import pytest

torch = pytest.importorskip("torch")

import tarray  # noqa: E402


def test_every_shared_dtype_aliases():
    for name in ["bool", "uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16",
                 "float32", "float64", "complex32", "complex64", "complex128", "float8_e4m3fn", "float8_e4m3fnuz",
                 "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"]:
        source = torch.zeros((2, 3), dtype=torch.uint8).repeat(1, 16).view(getattr(torch, name))
        tensor = tarray.asarray(source, copy=False)
        assert (tensor.data_ptr(), tensor.shape) == (source.data_ptr(), tuple(source.shape))
        assert tensor.dtype is tarray.dtype(name) is tarray.dtype(source.dtype)


def test_views_keep_their_strides():
    source = torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1)[::2]

    tensor = tarray.asarray(source)

    assert (tensor.data_ptr(), tensor.strides) == (source.data_ptr(), source.stride())


@pytest.mark.parametrize("make", [lambda: torch.ones(3, requires_grad=True), lambda: torch.ones(3, requires_grad=True) * 2,
                                  lambda: torch.nn.Parameter(torch.ones(3))])
def test_a_gradient_is_detached_unless_it_is_asked_for(make):
    source = make()

    tensor = tarray.asarray(source)

    assert (tensor.data_ptr(), tensor.requires_grad) == (source.data_ptr(), False)
    for flag in (True, None):
        tensor = tarray.asarray(source, requires_grad=flag)
        assert (tensor.data_ptr(), tensor.requires_grad) == (source.data_ptr(), True)
    with pytest.raises(BufferError, match="requires grad"):
        tarray.from_dlpack(source)
    assert source.requires_grad


def test_lazy_values_are_resolved_by_a_copy():
    numbers = torch.tensor([1 + 2j, 3 - 4j])
    for source, expected in [(numbers.conj(), [1 - 2j, 3 + 4j]), (numbers.conj().imag, [-2.0, 4.0])]:
        tensor = tarray.asarray(source)
        assert tensor.provenance == ("dlpack", False, "not memory")
        held = ctypes.string_at(tensor.data_ptr(), tensor.nbytes)
        assert torch.frombuffer(bytearray(held), dtype=source.dtype).tolist() == expected
        with pytest.raises(ValueError, match="bit is set"):
            tarray.asarray(source, copy=False)


def test_read_only_wrappers_stay_read_only():
    from torch.utils.dlpack import ReadOnlyTensorWrapper

    source = torch.ones(3)
    tensor = tarray.asarray(ReadOnlyTensorWrapper(source))

    assert (tensor.data_ptr(), tensor.read_only) == (source.data_ptr(), True)


@pytest.mark.parametrize("make, error", [
    (lambda: torch.ones(2, device="meta"), ValueError), (lambda: torch.eye(2).to_sparse(), TypeError),
], ids=["meta", "sparse"])
def test_what_torch_cannot_export_is_refused(make, error):
    with pytest.raises(error):
        tarray.asarray(make())


def test_lists_of_tensors_stack():
    rows = [torch.ones(3), torch.zeros(3, requires_grad=True), torch.ones(3, dtype=torch.float64)]

    tensor = tarray.asarray(rows)

    assert (tensor.shape, tensor.dtype) == ((3, 3), tarray.float64)


def test_memory_lives_as_long_as_the_tensor():
    source = torch.ones(3)
    before, tensors = sys.getrefcount(source), tarray.live_tensors()
    for _ in range(10_000):
        tarray.asarray(source)
        tarray.asarray(source, copy=True)
        with pytest.raises(ValueError):
            tarray.asarray(source, dtype="int8", copy=False)
    assert sys.getrefcount(source) == before
    assert tarray.live_tensors() == tensors


def test_subclasses_are_asked_behind_their_own_rules():
    class Loud(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            raise AssertionError("not asked")

    source = torch.ones(3).as_subclass(Loud)
    data = torch._C.TensorBase.data_ptr

    with torch._C.DisableTorchFunctionSubclass():
        expected = data(source)
    assert tarray.asarray(source).data_ptr() == expected


def test_what_a_subclass_gives_as_its_detach_is_asked_anew():
    class Odd(torch.Tensor):
        given = 5

        def detach(self):
            return self.given

    source = torch.ones(3, requires_grad=True).as_subclass(Odd)
    with pytest.raises(TypeError, match="gave int"):
        tarray.asarray(source)

    Odd.given = torch.arange(2.0).numpy()
    assert tarray.asarray(source).tolist() == [0.0, 1.0]
