"""What NumPy's functions do with tensors: what a tensor's own operators do stays with them, whichever side
the tensor is on, and so do gradients; for everything else tensors are arrays.
"""

import numpy

from tarray import Tensor, _tarray  # type: ignore[attr-defined]

_OURS = {
    numpy.add: _tarray.add, numpy.subtract: _tarray.sub, numpy.multiply: _tarray.mul, numpy.negative: _tarray.neg,
}
_OPERANDS = Tensor, numpy.ndarray, numpy.generic, bool, int, float, complex


def applied(ufunc, method, *inputs, **keywords):
    """What `Tensor.__array_ufunc__` returns."""
    ours = _OURS.get(ufunc)
    if ours and method == "__call__" and not keywords and all(isinstance(it, _OPERANDS) for it in inputs):
        return ours(*inputs)
    if any(isinstance(it, Tensor) for it in keywords.get("out", ())):
        return NotImplemented
    arrays = (numpy.asarray(it) if isinstance(it, Tensor) else it for it in inputs)
    return getattr(ufunc, method)(*arrays, **keywords)
