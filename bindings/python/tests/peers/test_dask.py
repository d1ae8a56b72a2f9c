"""Tensors on a cluster of Dask's: its workers move them as they move NumPy arrays."""

import numpy as np
import pytest
from dask.sizeof import sizeof
from dask.tokenize import tokenize
from distributed import Client, LocalCluster
from distributed.protocol import deserialize, serialize

import tarray

# What Dask warns of is its own.
pytestmark = pytest.mark.filterwarnings("default")

LARGE = 1 << 20


def facts(tensor):
    return tensor.provenance, tensor.read_only, tensor.strides, tensor.dtype


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Of two processes with a thread each."""
    with (
        LocalCluster(2, threads_per_worker=1, dashboard_address=None, local_directory=tmp_path_factory.mktemp("dask")) as cluster,
        Client(cluster, direct_to_workers=True) as client,
    ):
        yield client


def test_it_counts_the_elements():
    array = np.ones(LARGE, "f4")
    assert 0 <= sizeof(tarray.asarray(array)) - array.nbytes < 200


def test_its_tokens_are_of_what_a_tensor_holds():
    def token(tensor):
        return tokenize(tensor, ensure_deterministic=True)

    array = np.arange(6.0).reshape(2, 3)
    tensor = tarray.asarray(array)
    others = [tensor + 1, tensor.reshape(3, 2), tensor.to("float32"), tensor.T.contiguous()]

    assert token(tensor) == token(tarray.asarray(array.copy()))
    assert len({token(it) for it in [tensor, *others]}) == 5


def test_elements_are_frames_that_are_not_copied():
    tensor = tarray.asarray(np.ones(LARGE, "f4"))

    header, (pickled, frame) = serialize(tensor)

    assert len(pickled) < 250 and tarray.asarray(frame).data_ptr() == tensor.data_ptr()
    assert deserialize(header, [pickled, frame]).data_ptr() == tensor.data_ptr()


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float8_e4m3fn"])
def test_a_worker_gets_and_gives_tensors(client, dtype):
    tensor = tarray.asarray(np.ones((3, LARGE // 3)), dtype=dtype).T

    sent = client.scatter(tensor)
    seen = client.submit(facts, sent).result()
    back = client.submit(lambda it: it, sent, pure=False).result()

    assert seen == (("tensor", True, None), False, tensor.strides, tensor.dtype)
    assert (back.dtype, back.shape, back.strides) == (tensor.dtype, tensor.shape, tensor.strides)
    assert back[-1].tolist() == [1.0, 1.0, 1.0]


def test_workers_hand_tensors_to_each_other_without_copies(client):
    first, second = client.scheduler_info()["workers"]

    made = client.submit(lambda: tarray.asarray(np.ones(LARGE)), workers=[first])
    seen = client.submit(facts, made, workers=[second]).result()

    assert seen == (("buffer", True, None), False, (1,), tarray.float64)


def by_the_scheduler(client):
    """How a tensor comes back, beside one that is read-only, one that requires grad, and an empty one."""
    def make():
        tensor = tarray.asarray(np.arange(LARGE, dtype="f4"))
        leaf = tarray.asarray([1.5], dtype="bfloat16", requires_grad=True)
        return tensor, tarray.asarray(bytes(8)), leaf, tarray.asarray(np.ones((0, 3)))

    back, read_only, leaf, empty = client.gather(client.submit(make, pure=False), direct=False)

    assert back[-1].item() == LARGE - 1 and not back.read_only
    assert read_only.read_only
    assert leaf.requires_grad and leaf.is_leaf and leaf.dtype is tarray.bfloat16
    assert empty.shape == (0, 3)
    return back.provenance


def test_the_scheduler_hands_them_on_in_one_piece(client):
    assert by_the_scheduler(client) == ("tensor", False, "read-only")


def test_the_scheduler_hands_frames_on_once_it_is_told(client):
    import tarray.dask

    client.register_plugin(tarray.dask.Frames())

    assert by_the_scheduler(client) == ("buffer", True, None)


def test_frames_of_read_only_memory_make_writable_tensors_again():
    import tarray.dask  # noqa: F401

    header, (frame,) = serialize(tarray.asarray([[1.0, 2.0]], requires_grad=True))

    back = deserialize(header, [bytes(frame)])

    assert header["serializer"] == "dask" and not back.read_only and back.requires_grad and back.is_leaf


def test_gradients_are_computed_on_workers(client):
    def gradient(tensor):
        (tensor * tensor).sum().backward()
        return tensor.grad

    leaf = tarray.asarray([1.0, 2.0], requires_grad=True)

    assert client.submit(gradient, client.scatter(leaf)).result().tolist() == [2.0, 4.0]
    assert leaf.grad is None
