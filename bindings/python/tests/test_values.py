"""Elements as Python numbers: `tolist`, `item`, and the conversions of one element."""

import math
import operator
import sys
import time

import ml_dtypes
import numpy as np
import pytest

import tarray
from test_export_dlpack import NUMPY_DTYPES, of

LAYOUTS = [lambda a: a, lambda a: a.T, lambda a: a[::-1, :, ::2], lambda a: a[:, :0], lambda a: a[0, 0],
           lambda a: np.broadcast_to(a[0, 0], (2, 4))]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [*NUMPY_DTYPES, "bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_tolist_is_numpys(dtype, layout):
    source = layout(np.arange(24).reshape(2, 3, 4).astype(getattr(ml_dtypes, dtype, dtype)))

    told = of(source).tolist()

    assert told == source.tolist()
    assert repr(told) == repr(source.astype("float64" if source.dtype.kind in "Vf" else source.dtype).tolist())


@pytest.mark.parametrize("value, dtype", [
    (True, "bool"), (-5, "int8"), (2**64 - 1, "uint64"), (-2**63, "int64"), (1.5, "float16"), (0.1, "float64"),
    (2.0, "bfloat16"), (0.5, "float8_e5m2"), (1 + 2j, "complex64"), (1 - 2j, "complex128"), (3 + 4j, "complex32"),
    (math.inf, "float32"), (0.25, "float8_e8m0fnu"),
], ids=repr)
def test_one_element_is_a_number(value, dtype):
    for tensor in (tarray.asarray(value, dtype=dtype), tarray.asarray([[value]], dtype=dtype)):
        item = tensor.item()
        assert item == value and type(item) is type(value)
    assert tarray.asarray(value, dtype=dtype).tolist() == value


@pytest.mark.parametrize("convert", [bool, int, float, complex, operator.index, lambda t: t.item()])
@pytest.mark.parametrize("shape", [(0,), (2,), (2, 2)], ids=str)
def test_only_one_element_is_a_number(convert, shape):
    with pytest.raises((ValueError, TypeError)) as raised:
        convert(tarray.asarray(np.zeros(shape, "int32")))
    assert isinstance(raised.value, RuntimeError) or convert is operator.index


def test_numbers_convert_as_pythons_own():
    assert bool(of(np.array([0.5]))) and not bool(of(np.array(0)))
    assert (int(of(np.array(-1.9))), float(of(np.array(3))), complex(of(np.array(2)))) == (-1, 3.0, 2 + 0j)
    assert complex(of(np.array(1j))) == 1j
    assert [10, 20, 30][of(np.array(1))] == 20 and operator.index(of(np.array([True]))) == 1
    for convert, value in ((int, 1j), (float, 1j), (operator.index, 1.0), (int, math.nan)):
        with pytest.raises((TypeError, ValueError)):
            convert(of(np.array(value)))


def test_elements_without_values_are_refused():
    tensor = of(np.zeros(2, ml_dtypes.int4))

    with pytest.raises(TypeError, match="int4"):
        tensor.tolist()
    with pytest.raises(TypeError, match="int4"):
        tensor[0].item()


def test_a_number_is_formatted_as_one():
    assert f"{of(np.array(1.5)):.3f}" == "1.500"


@pytest.mark.parametrize("dtype", ["int64", "float64", "float32"])
def test_tolist_is_fast(dtype):
    source = np.arange(1_000_000).astype(dtype)
    tensor = of(source)

    def seconds(function):
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    # Side by side, until a turn is fair to both: the machine may have other work.
    assert any(seconds(tensor.tolist) < 3 * seconds(source.tolist) for _ in range(20))


def test_nothing_leaks():
    tensor, live = of(np.arange(100.0).reshape(2, 50)), tarray.live_tensors()
    references = sys.getrefcount(None), sys.getrefcount(tensor)

    for _ in range(10_000):
        tensor.tolist()
        tensor[0, 0].item()
        try:
            tensor.item()
        except ValueError:
            pass

    assert abs(sys.getrefcount(None) - references[0]) < 100
    assert (sys.getrefcount(tensor), tarray.live_tensors()) == (references[1], live)
