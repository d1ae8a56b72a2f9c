"""Whether operations are recorded, as contexts and decorators. It is a setting of each thread."""

import functools as _functools
from contextlib import AbstractContextManager as _Context

from tarray import _tarray  # type: ignore[attr-defined]


class _Mode(_Context):
    """Sets whether this thread records operations, and at the end sets it back."""

    _enabled = False

    def __init__(self):
        # One context may be entered while it is.
        self._before = []

    def __call__(self, function):
        @_functools.wraps(function)
        def inside(*args, **kwargs):
            # Not this context itself: other threads may run the function too.
            with type(self)():
                return function(*args, **kwargs)

        return inside

    def __enter__(self):
        self._before.append(_tarray._set_grad_enabled(self._enabled))

    def __exit__(self, *raised):
        _tarray._set_grad_enabled(self._before.pop())


class no_grad(_Mode):
    """A context, or a decorator, in which operations of this thread are not recorded.

    Results of operations, copies and views require no grad there, and leaves that require grad
    may be written in place.

    >>> import tarray
    >>> t = tarray.asarray([1.0], requires_grad=True)
    >>> with tarray.no_grad():
    ...     t += 1
    ...     t * 2
    tensor([4.])
    >>> @tarray.no_grad()
    ... def double(t):
    ...     return t * 2
    >>> double(t).requires_grad
    False
    """


class enable_grad(_Mode):
    """A context, or a decorator, in which operations of this thread are recorded.

    >>> import tarray
    >>> t = tarray.asarray([1.0], requires_grad=True)
    >>> with tarray.no_grad(), tarray.enable_grad():
    ...     t * 2
    tensor([2.], grad_fn=<MulBackward0>)
    """

    _enabled = True


class set_grad_enabled(_Context):
    """Sets whether operations of this thread are recorded, at once; as a context, until its end.

    >>> import tarray
    >>> with tarray.set_grad_enabled(False):
    ...     tarray.is_grad_enabled()
    False
    >>> tarray.is_grad_enabled()
    True
    """

    def __init__(self, mode):
        self._before = _tarray._set_grad_enabled(mode)

    def __enter__(self):
        pass

    def __exit__(self, *raised):
        _tarray._set_grad_enabled(self._before)
