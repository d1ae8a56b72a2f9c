"""What NumPy's functions do with tensors: what a tensor's own operators do stays with them, whichever side
the tensor is on, and so do gradients; for everything else tensors are arrays.
"""

import numpy

from tarray import Tensor, _tarray  # type: ignore[attr-defined]

_OURS = {
    numpy.add: _tarray.add, numpy.subtract: _tarray.sub, numpy.multiply: _tarray.mul, numpy.negative: _tarray.neg,
}
_NUMBERS = numpy.generic, bool, int, float, complex


def applied(ufunc, method, *inputs, **keywords):
    """What `Tensor.__array_ufunc__` returns."""
    ours = _OURS.get(ufunc)
    if ours and method == "__call__" and not keywords and all(map(_is_operand, inputs)):
        return ours(*inputs)
    written = inputs[:1] if method == "at" else keywords.get("out", ())
    if any(isinstance(it, Tensor) for it in written):
        return NotImplemented
    if "where" in keywords:
        keywords["where"] = _array(keywords["where"])
    return getattr(ufunc, method)(*map(_array, inputs), **keywords)


def _is_operand(it):
    """Whether a tensor's operators take it. Arrays of a class that has functions or operators of its own, like
    those with a unit or with a mask, are for that class."""
    if isinstance(it, numpy.ndarray) and type(it) is not numpy.ndarray:
        return type(it).__array_ufunc__ is numpy.ndarray.__array_ufunc__ and not isinstance(it, numpy.ma.MaskedArray)
    return isinstance(it, (Tensor, numpy.ndarray, *_NUMBERS))


def _array(it):
    return numpy.asarray(it) if isinstance(it, Tensor) else it
