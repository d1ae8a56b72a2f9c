"""What tests that count leave behind: nothing."""

import gc

import pytest

import tarray


@pytest.fixture(autouse=True)
def nothing_is_left():
    """For every test of a module that imports it: no tensor and no node stays, of failing calls neither."""
    before = tarray.live_tensors(), tarray.live_nodes()
    yield
    gc.collect()
    assert (tarray.live_tensors(), tarray.live_nodes()) == before
