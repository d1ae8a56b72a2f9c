"""How tensors are pickled: their bytes, and what they say.

A pickle names `restored` and what to call it with: what was written once is to be read for ever.
"""

import pickle
import sys

from tarray import _tarray  # type: ignore[attr-defined]


def reduced(tensor, protocol):
    """What `Tensor.__reduce_ex__` returns."""
    order, dense = _dense(tensor)
    data, is_padded = _tarray._bytes(dense)
    facts = tensor.dtype, dense.shape, order, is_padded, sys.byteorder, str(tensor.device), tensor.requires_grad
    # Not bytes() of it, to which a tensor of one integer is a length.
    buffer = memoryview(data)
    if protocol < 5:
        return restored, (buffer.tobytes(), *facts, not tensor.read_only)
    return restored, (pickle.PickleBuffer(buffer.toreadonly() if tensor.read_only else buffer), *facts)


def restored(data, dtype, shape, order, is_padded, byteorder, device, requires_grad, writable=None):
    """A leaf over a buffer of such elements; a copy on another device or of another byte order, or if it
    is to be writable and the buffer is not."""
    tensor = _tarray._elements(data, dtype, shape, is_padded, byteorder != sys.byteorder)
    axes = [*range(tensor.ndim)]
    if len(order) != len(axes) or any(axis not in order for axis in axes):
        raise ValueError(f"a tensor of {len(axes)} axes has them in no order like {order}")
    if order != axes:
        # Where each axis went.
        tensor = tensor.permute(sorted(axes, key=order.__getitem__))
    tensor = _tarray.asarray(tensor, device=device, writable=writable)
    return tensor.requires_grad_() if requires_grad else tensor


def _dense(tensor):
    """The axes from the slowest to the fastest and the tensor with its axes so, where its elements then fill
    their memory in C order; else as they are, as a copy keeps them."""
    axes = [*range(tensor.ndim)]
    if not tensor.is_contiguous():
        order = sorted(axes, key=tensor.strides.__getitem__, reverse=True)
        dense = tensor.detach().permute(order)
        if dense.is_contiguous():
            return order, dense
    return axes, tensor
