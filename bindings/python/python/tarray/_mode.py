"""Whether operations are recorded, as contexts and decorators. It is a setting of each thread."""

import functools as _functools
from contextlib import AbstractContextManager as _Context

from tarray import _tarray  # type: ignore[attr-defined]


class _Mode(_Context):
    """Sets whether this thread records operations, and at the end sets it back."""

    _enabled = False

    def __new__(cls, function=None):
        # As a decorator it needs no call.
        return super().__new__(cls) if function is None else cls()(function)

    def __init__(self):
        # One context may be entered while it is.
        self._before = []

    def __call__(self, function):
        # Few programs decorate, and importing this costs more than the rest of the package.
        from inspect import isasyncgenfunction, isclass, iscoroutinefunction, isgeneratorfunction

        if not callable(function) or isclass(function):
            raise TypeError(f"{type(self).__name__} decorates functions, not {type(function).__name__}")
        if iscoroutinefunction(function) or isasyncgenfunction(function):
            # Others have the thread whenever they wait.
            raise TypeError(f"{type(self).__name__} decorates no async functions: enter it in them, between awaits")
        # Not this context itself: other threads may run the function too.
        mode = type(self)

        @_functools.wraps(function)
        def inside(*args, **kwargs):
            with mode():
                return function(*args, **kwargs)

        @_functools.wraps(function)
        def inside_each_time(*args, **kwargs):
            return (yield from _resumed(mode, function(*args, **kwargs)))

        return inside_each_time if isgeneratorfunction(function) else inside

    def __enter__(self):
        self._before.append(_tarray._set_grad_enabled(self._enabled))

    def __exit__(self, *raised):
        _tarray._set_grad_enabled(self._before.pop())


def _resumed(mode, generator):
    """A generator that runs in a mode, and leaves it whenever it yields."""
    resume = _functools.partial(next, generator)
    while True:
        try:
            with mode():
                value = resume()
        except StopIteration as end:
            return end.value
        try:
            resume = _functools.partial(generator.send, (yield value))
        except GeneratorExit:
            with mode():
                generator.close()
            raise
        except BaseException as raised:
            resume = _functools.partial(generator.throw, raised)


class no_grad(_Mode):
    """A context, or a decorator of functions and generators, in which operations of this thread are not recorded.

    Results of operations, copies and views require no grad there, and leaves that require grad
    may be written in place.

    >>> import tarray
    >>> t = tarray.asarray([1.0], requires_grad=True)
    >>> with tarray.no_grad():
    ...     t += 1
    ...     t * 2
    tensor([4.])
    >>> @tarray.no_grad
    ... def double(t):
    ...     return t * 2
    >>> double(t).requires_grad
    False
    """


class enable_grad(_Mode):
    """A context, or a decorator of functions and generators, in which operations of this thread are recorded.

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
