"""asarray for everyone: any array in, its memory shared where possible, DLPack out.

>>> import tarray
>>> t = tarray.asarray([[1.0, 2.0], [3.0, 4.0]])
>>> t
tensor([[1., 2.],
        [3., 4.]])
>>> tarray.asarray(t) is t
True

Everything here is implemented by the extension `tarray._tarray` on top of the C library that
lies in this package: see `get_library` and `get_include` for using it from C and C++.
"""

import builtins as _builtins
import os as _os
from os import path as _path

from tarray._tarray import *  # noqa: F403
from tarray._tarray import __all__ as _native
from tarray._mode import enable_grad, no_grad, set_grad_enabled

# `tarray.int` is a dtype, as `torch.int` is; `from tarray import *` leaves the builtins alone.
__all__ = [name for name in _native if not hasattr(_builtins, name)]
__all__ += ["enable_grad", "get_include", "get_library", "no_grad", "set_grad_enabled", "to_torch"]


def to_torch(tensor: "Tensor"):  # noqa: F405
    """A torch tensor over the same memory, with the same history: backward() of what torch computes
    from it goes on through ours, and on into torch where ours was made of torch tensors.

    Torch is imported here. Torch knows no read-only memory: with a tensor that is read-only this warns
    (UserWarning), as torch does of such an array. Raises TypeError for anything but a tensor, and what torch
    says of a dtype or a device that it has not.

    >>> import tarray
    >>> t = tarray.asarray([1.0, 2.0], requires_grad=True)
    >>> (tarray.to_torch(t * 3) ** 2).sum().backward()
    >>> t.grad
    tensor([18., 36.])
    """
    from tarray import _torch

    return _torch.to_torch(tensor)


def get_include() -> str:
    """The folder with the C and C++ headers, for a compiler's ``-I``.

    >>> import os, tarray
    >>> "tarray.h" in os.listdir(tarray.get_include())
    True
    """
    return _path.join(_path.dirname(__file__), "include")


def get_library() -> str:
    """The shared library that this package runs on: link C and C++ code to this very file, so
    that there is one tarray in the process and handles can pass.

    >>> import tarray
    >>> "libtarray" in tarray.get_library()
    True
    """
    folder = _path.join(_path.dirname(__file__), "lib")
    names = _os.listdir(folder)
    (name,) = (name for name in names if name.startswith("libtarray.so"))
    return _path.join(folder, name)
