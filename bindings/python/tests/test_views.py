"""Views by index, shape and order of axes, and writes through them: NumPy is the oracle."""

import copy
import itertools
import random
import sys

import numpy as np
import pytest

import tarray
from test_export_dlpack import of, read_only

BASE = np.arange(24).reshape(2, 3, 4)
KEYS = [
    0, -1, 1, (0, 1), (1, -2, -1), (0, 1, 1), slice(None), slice(None, None, -1), slice(1, None), slice(5, 9),
    slice(None, None, sys.maxsize), slice(None, None, -sys.maxsize), slice(-9, 9, 2), (slice(None), slice(None, None, -2)),
    ..., (..., 0), (0, ...), (..., slice(1, 3)), (0, ..., 1), (slice(None), ..., None), None, (None, 0, None), (0, 1, 1, ...),
    (), (Ellipsis,), (None,) * 5, np.int8(1), (slice(np.int64(1), None), 0), (slice(2, 1),),
]


def shares(tensor, expected):
    """Whether a tensor is the view that NumPy made."""
    assert tensor.shape == expected.shape
    assert tensor.tolist() == expected.tolist()
    assert tensor.provenance.aliased
    if expected.size:
        assert tensor.data_ptr() == expected.ctypes.data
        for extent, stride, byte_stride in zip(tensor.shape, tensor.strides, expected.strides, strict=True):
            assert extent == 1 or stride * expected.itemsize == byte_stride


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("source", [BASE, BASE.T, BASE[::-1, :, ::2], np.broadcast_to(BASE[0], (2, 3, 4))],
                         ids=["plain", "transposed", "reversed", "broadcast"])
def test_indexing_is_numpys(source, key):
    keys = key if isinstance(key, tuple) else (key,)
    # With an ellipsis NumPy returns a view even of one element.
    expected = source[keys if ... in keys else (*keys, ...)]

    shares(of(source)[key], expected)


def test_a_number_without_axes_is_an_index():
    for key in (np.array(1), of(np.array(1)), np.uint8(1)):
        shares(of(BASE)[key], BASE[1])


def test_random_chains_of_slices_are_numpys():
    rng = random.Random(7)
    bounds = [None, *range(-6, 7)]
    for _ in range(2_000):
        array = BASE
        tensor = of(array)
        for _ in range(3):
            key = tuple(slice(rng.choice(bounds), rng.choice(bounds), rng.choice([None, 1, 2, 3, -1, -2, -3]))
                        for _ in range(rng.randrange(4)))
            array, tensor = array[key], tensor[key]
            shares(tensor, array)


@pytest.mark.parametrize("key, message", [
    (2, "out of bounds"), (-3, "out of bounds"), ((0, 3), "axis 1"), ((0, 0, 0, 0), "too many"), (10**30, "fit"),
    ((..., ...), "ellipsis"), ((0, 0, 0, 0, ...), "too many"),
    (True, "bool"), ([0, 1], "list"), (np.array([0, 1]), "ndarray"), (np.array([True, False]), "ndarray"),
    (np.array(True), "ndarray"), (np.bool_(True), "bool"), (of(np.array([0])), "Tensor"), (of(np.array(True)), "Tensor"),
    (1.0, "float"), ("a", "str"), ((slice(None), [0]), "list"),
], ids=repr)
def test_what_is_no_index_is_refused(key, message):
    tensor = of(BASE)

    for use in (lambda: tensor[key], lambda: tensor.__setitem__(key, 0)):
        with pytest.raises(IndexError, match=message):
            use()
    assert (tensor.numpy() == np.arange(24).reshape(2, 3, 4)).all()


def test_a_bad_slice_is_what_python_says():
    with pytest.raises(ValueError, match="zero"):
        of(BASE)[::0]
    with pytest.raises(TypeError):
        of(BASE)["a":]


def test_a_tensor_is_a_sequence_of_views():
    tensor = of(BASE)

    assert len(tensor) == 2
    assert [part.tolist() for part in tensor] == BASE.tolist()
    assert [part.data_ptr() for part in reversed(tensor)] == [BASE[1].ctypes.data, BASE[0].ctypes.data]
    first, second = tensor
    assert second.data_ptr() == BASE[1].ctypes.data
    assert list(of(np.zeros((0, 3)))) == []


def test_a_tensor_without_axes_is_no_sequence():
    for use in (len, iter, list):
        with pytest.raises(TypeError):
            use(of(np.array(1)))


def test_membership_is_refused_rather_than_wrong():
    with pytest.raises(TypeError, match="tolist"):
        3 in of(BASE)


def test_equality_and_hash_are_identity():
    tensor = of(BASE)

    assert tensor == tensor and tensor != tensor[:] and not tensor == 1
    assert len({tensor, tensor, tensor[:]}) == 2


def test_views_keep_read_only_and_the_gradient():
    assert read_only(BASE.copy())[0].read_only
    tensor = tarray.asarray(np.ones((2, 3)), requires_grad=True)
    for view in (tensor[0], tensor.T, tensor.reshape(6), tensor.T.reshape(6), tensor.clone(), tensor.contiguous(),
                 copy.copy(tensor), copy.deepcopy(tensor), tensor.to("float32")):
        assert view.requires_grad
        with pytest.raises(RuntimeError):
            view.fill_(0)
    assert tensor.numpy(force=True).sum() == 6


def test_views_outlive_their_parents():
    live = tarray.live_tensors()
    view = of(np.arange(1000)).clone()[10:20].reshape(2, 5).T[::-1]

    assert view.tolist() == np.arange(10, 20).reshape(2, 5).T[::-1].tolist()
    del view
    assert tarray.live_tensors() == live


@pytest.mark.parametrize("source", [
    BASE, BASE.T, BASE[::-1], BASE[:, ::2], BASE[:, :, :1], BASE[:0], np.array(3), np.broadcast_to(np.arange(4), (2, 3, 4)),
    BASE[:, None], BASE.transpose(1, 0, 2), np.zeros((2, 0, 3)),
], ids=lambda array: f"{array.shape}{array.strides}")
def test_reshape_is_numpys(source):
    shapes = {tuple(shape) for ndim in range(5) for shape in itertools.product((1, 2, 3, 4, 6, 8, 12, 24, 0, -1), repeat=ndim)
              if list(shape).count(-1) <= 1}
    met = 0
    for shape in sorted(shapes):
        if not fits(shape, source.size):
            continue
        met += 1
        expected = source.reshape(shape)
        tensor = of(source)
        result = tensor.reshape(shape)
        assert result.shape == expected.shape and result.tolist() == expected.tolist(), shape
        if source.size:
            assert (result.data_ptr() == tensor.data_ptr()) == (expected.ctypes.data == source.ctypes.data), shape
        if shape:
            assert tensor.reshape(*shape).shape == tensor.reshape(list(shape)).shape == expected.shape
    assert met


def fits(shape, size):
    known = int(np.prod([extent for extent in shape if extent != -1]))
    return known == size if -1 not in shape else known != 0 and size % known == 0


@pytest.mark.parametrize("shape", [(5,), (-1, -1), (-2, -12), (7, -1), (0, -1), (2**40, 2**40), ()], ids=str)
def test_a_shape_that_does_not_fit_is_refused(shape):
    with pytest.raises(ValueError) as raised:
        of(BASE).reshape(shape)
    assert isinstance(raised.value, RuntimeError)


def test_axes_change_places():
    tensor = of(BASE)

    shares(tensor.transpose(0, 1), BASE.transpose(1, 0, 2))
    shares(tensor.transpose(-1, 0), BASE.T)
    shares(tensor.permute(2, 0, 1), BASE.transpose(2, 0, 1))
    shares(tensor.permute((-1, 0, 1)), BASE.transpose(2, 0, 1))
    shares(tensor.mT, BASE.transpose(0, 2, 1))
    shares(tensor[0].T, BASE[0].T)
    assert of(np.array(1)).T.shape == of(np.array(1)).permute().shape == of(np.array(1)).transpose(0, -1).shape == ()


@pytest.mark.parametrize("use, error", [
    (lambda t: t.T, ValueError), (lambda t: t[0, 0].T, ValueError), (lambda t: t[0, 0].mT, ValueError),
    (lambda t: t.transpose(0, 3), IndexError), (lambda t: t.transpose(0), TypeError), (lambda t: t.transpose("a", 0), TypeError),
    (lambda t: t.transpose(True, 0), TypeError), (lambda t: t.permute(False), TypeError), (lambda t: t.stride(True), TypeError),
    (lambda t: t.reshape(True, -1), TypeError), (lambda t: t.reshape([True, -1]), TypeError),
    (lambda t: t.permute(0, 1), ValueError), (lambda t: t.permute(0, 0, 1), ValueError), (lambda t: t.permute(0, 1, 3), IndexError),
    (lambda t: t.reshape("a"), TypeError), (lambda t: t.reshape(1.5), TypeError), (lambda t: t[(None,) * 62], ValueError),
])
def test_axes_that_do_not_fit_are_refused(use, error):
    with pytest.raises(error):
        use(of(BASE))


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("dtype", ["int64", "float32", "uint8", "bool", "complex64"])
def test_writing_is_numpys(dtype, key):
    array = BASE.astype(dtype)
    expected = array.copy()
    tensor = of(array)
    shape = expected[key].shape
    for value in (3, np.arange(int(np.prod(shape))).reshape(shape), of(np.array(1.0)), [2]):
        if shape == () and isinstance(value, list):
            continue  # NumPy and we differ: no axis to broadcast to
        expected[key] = value.numpy() if isinstance(value, tarray.Tensor) else value
        tensor[key] = value
        assert array.tolist() == expected.tolist()


@pytest.mark.parametrize("key, value, error", [
    (0, [[1, 2]], ValueError), (0, "a", TypeError), (0, None, TypeError), (0, [300] * 4, ValueError), (0, 300, ValueError),
    (0, 2**70, OverflowError), (0, [1, "a"], TypeError), (0, b"abcd", TypeError), (0, bytearray(32), TypeError), (0, object(), TypeError),
    (9, 1, IndexError),
], ids=repr)
def test_a_failing_write_changes_nothing(key, value, error):
    array = BASE.astype("uint8")
    tensor = of(array)

    with pytest.raises(error):
        tensor[key] = value
    with pytest.raises(error):
        tensor[key].copy_(value)

    assert (array == BASE).all()


def test_floats_keep_their_digits():
    tensor = of(np.zeros(2))

    tensor[:] = [0.1, 1e300]
    assert tensor.tolist() == [0.1, 1e300]
    tensor.copy_((0.2, 0.3))
    assert tensor.tolist() == [0.2, 0.3]


def test_writes_return_the_tensor():
    tensor = of(BASE.copy())

    assert tensor.fill_(5) is tensor and tensor.copy_(np.arange(4)) is tensor
    assert tensor.tolist() == np.broadcast_to(np.arange(4), (2, 3, 4)).tolist()
    assert tensor.fill_(of(np.array(7.9))).tolist() == np.full((2, 3, 4), 7).tolist()
    assert tensor.copy_(9).tolist() == np.full((2, 3, 4), 9).tolist()
    with pytest.raises(TypeError):
        tensor.fill_([1, 2])


def test_overlapping_copies_read_before_they_write():
    array = np.arange(6)
    tensor = of(array)

    tensor[1:] = tensor[:-1]
    assert array.tolist() == [0, 0, 1, 2, 3, 4]
    tensor.copy_(tensor[::-1])
    assert array.tolist() == [4, 3, 2, 1, 0, 0]


@pytest.mark.parametrize("tensor", [
    read_only(np.arange(4)), tarray.asarray(np.ones(4), requires_grad=True), of(np.broadcast_to(np.array(1), (4,))),
    of(np.lib.stride_tricks.as_strided(np.arange(4), (4, 2), (8, 8))),
], ids=["read-only", "requires grad", "broadcast", "overlapping"])
def test_what_must_not_be_written_is_not(tensor):
    before = tensor.tolist()

    for write in (lambda: tensor.__setitem__(slice(None), 1), lambda: tensor.__setitem__(slice(None), [1]),
                  lambda: tensor.fill_(1), lambda: tensor.copy_(np.arange(4)[:1])):
        with pytest.raises(ValueError) as raised:
            write()
        assert isinstance(raised.value, RuntimeError)

    assert tensor.tolist() == before


def test_elements_are_not_deleted():
    with pytest.raises(TypeError, match="deleted"):
        del of(BASE)[0]


def test_conversions_copy_only_when_they_must():
    tensor = of(np.arange(6.0).reshape(2, 3))

    assert tensor.to("cpu") is tensor.to(tarray.float64) is tensor.to(tensor) is tensor.to() is tensor
    assert tensor.contiguous() is tensor and tensor.detach() is not tensor
    for converted in (tensor.to("int8"), tensor.to(np.int8), tensor.to(dtype="int8"), tensor.to("cpu", "int8"),
                      tensor.to(tarray.device("cpu"), dtype=tarray.int8, copy=True), tensor.to(of(np.zeros(1, "int8")))):
        assert converted.dtype is tarray.int8 and converted.tolist() == tensor.tolist()
    for copied in (tensor.clone(), tensor.to(copy=True), copy.deepcopy(tensor)):
        assert copied.data_ptr() != tensor.data_ptr() and copied.tolist() == tensor.tolist()
    assert tensor.T.contiguous().strides == (2, 1) and tensor.T.clone().strides == (1, 3)
    assert copy.copy(tensor) is not tensor and copy.copy(tensor).data_ptr() == tensor.data_ptr()
    assert not read_only(np.arange(3)).clone().read_only
    nested = copy.deepcopy([tensor, tensor])
    assert nested[0] is nested[1]


@pytest.mark.parametrize("use, error", [
    (lambda t: t.to("nothing"), (RuntimeError, TypeError)), (lambda t: t.to(3), TypeError), (lambda t: t.to("cuda:77"), RuntimeError),
    (lambda t: t.to("int8", "int8"), TypeError), (lambda t: t.to("cpu", device="cpu"), TypeError), (lambda t: t.to(copy=1), TypeError),
])
def test_conversions_that_cannot_be_are_refused(use, error):
    with pytest.raises(error):
        use(of(BASE))


class Long(list):
    def __len__(self):
        return 1 << 40


class Endless(list):
    def __iter__(self):
        return itertools.repeat(1)


def test_a_list_is_as_long_as_what_it_gives():
    tensor = of(BASE)

    assert tensor.reshape(Long([6, 4])).shape == (6, 4)
    assert tensor.permute(Long([2, 0, 1])).shape == (4, 2, 3)
    assert tensor.sum(Long([0, 2])).tolist() == BASE.sum((0, 2)).tolist()


@pytest.mark.parametrize("use", [
    lambda t: t.reshape(Endless()), lambda t: t.permute(Endless()), lambda t: t.sum(Endless()),
], ids=["reshape", "permute", "sum"])
def test_a_list_without_an_end_is_refused(use):
    with pytest.raises(ValueError, match="more than 64 axes|at most 64"):
        use(of(BASE))


def test_nothing_leaks():
    tensor = of(np.arange(24).reshape(2, 3, 4))
    live, references = tarray.live_tensors(), sys.getrefcount(tensor)

    def step():
        tensor[0], tensor[..., ::-1], tensor[None, 1:, 0], tensor.reshape(4, 6), tensor.mT
        tensor.permute(1, 0, 2).reshape(-1), tensor.clone(), tensor.to("int8"), copy.copy(tensor), list(tensor)
        tensor[0] = [1, 2, 3, 4]
        tensor.fill_(3)
        for failing in (lambda: tensor[9], lambda: tensor[[1]], lambda: tensor.reshape(5), lambda: tensor.__setitem__(0, [1, "a"])):
            try:
                failing()
            except (IndexError, ValueError, TypeError):
                pass

    for _ in range(10_000):
        step()

    assert (tarray.live_tensors(), sys.getrefcount(tensor)) == (live, references)


def test_more_digits_than_can_be_printed_are_refused_when_set():
    before = tarray.get_printoptions()

    for precision in (2001, 65535):
        with pytest.raises(ValueError, match="precision"):
            tarray.set_printoptions(precision=precision)
    assert tarray.get_printoptions() == before
    tarray.set_printoptions(precision=2000)
    assert len(repr(tarray.asarray([1.5]))) > 2000
    tarray.set_printoptions(profile="default")
