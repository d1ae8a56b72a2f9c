"""tarray beside JAX, which orders its work itself: an array that it hands out is asked to be ready by DLPack."""

import tarray


def load(place):
    import jax

    backend = jax.default_backend()
    if place.is_real and backend != "gpu":
        raise RuntimeError(f"this JAX works on the {backend}")
    return jax


def memory_is_shared(jax, place):
    theirs = jax.numpy.arange(64.0).reshape(8, 8)
    ours = tarray.asarray(theirs)
    assert ours.data_ptr() == theirs.unsafe_buffer_pointer() and ours.device.type == place.device, ours.device
    assert tarray.asarray(ours, device="cpu").tolist() == theirs.tolist()


def what_jax_is_still_to_compute_is_waited_for(jax, place):
    side = 1024 if place.is_real else 16
    ones = jax.numpy.ones((side, side))
    power = jax.jit(lambda matrix: jax.lax.fori_loop(0, 50, lambda _, m: m @ ones / side, matrix))
    assert set(tarray.asarray(tarray.asarray(power(ones)), device="cpu")[0].tolist()) == {1.0}


def jax_takes_what_is_ours(jax, place):
    copy = tarray.asarray(tarray.asarray(jax.numpy.arange(6.0).reshape(2, 3)), copy=True)
    assert jax.numpy.from_dlpack(copy).sum() == 15
    wide = tarray.asarray(tarray.asarray(jax.numpy.arange(6.0).reshape(2, 3)), dtype="float16")
    assert jax.numpy.from_dlpack(wide).sum() == 15


CHECKS = [memory_is_shared, what_jax_is_still_to_compute_is_waited_for, jax_takes_what_is_ours]
