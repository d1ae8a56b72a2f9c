"""The examples in the documentation of `asarray`, and one of each kind of thing that it takes.

Tensors share their memory, or do not:

>>> import numpy, tarray
>>> a = tarray.tensor([1, 2, 3])
>>> b = tarray.asarray(a)  # Shares memory with tensor 'a'
>>> a.data_ptr() == b.data_ptr()
True
>>> c = tarray.asarray(a, copy=True)  # Forces memory copy
>>> a.data_ptr() == c.data_ptr()
False

A history is kept if that is asked for:

>>> a = tarray.tensor([1., 2., 3.], requires_grad=True)
>>> b = a + 2
>>> b
tensor([3., 4., 5.], grad_fn=<AddBackward0>)
>>> c = tarray.asarray(b)  # Shares memory with tensor 'b', with no grad
>>> c
tensor([3., 4., 5.])
>>> d = tarray.asarray(b, requires_grad=True)  # Shares memory with tensor 'b', retaining autograd history
>>> d
tensor([3., 4., 5.], grad_fn=<AddBackward0>)
>>> d.sum().backward()
>>> a.grad
tensor([1., 1., 1.])

NumPy's arrays share their memory too; its scalars are always copied:

>>> array = numpy.array([1, 2, 3])
>>> t1 = tarray.asarray(array)  # Shares memory with array 'array'
>>> array.__array_interface__['data'][0] == t1.data_ptr()
True
>>> t2 = tarray.asarray(array, dtype=tarray.float32)  # Copies memory due to dtype mismatch
>>> array.__array_interface__['data'][0] == t2.data_ptr()
False
>>> scalar = numpy.float64(0.5)
>>> tarray.asarray(scalar)
tensor(0.5000, dtype=tarray.float64)

A DLPack capsule, and any object that makes one:

>>> capsule = array.__dlpack__()
>>> t3 = tarray.asarray(capsule)
>>> t3[0] = 7
>>> array
array([7, 2, 3])

The buffer protocol: bytes, grouped by the size of the dtype, which stay where they are:

>>> buffer = bytearray([0, 0, 128, 63, 0, 0, 0, 64])
>>> tarray.asarray(buffer)
tensor([1., 2.])
>>> tarray.asarray(buffer, dtype=tarray.uint8)
tensor([  0,   0, 128,  63,   0,   0,   0,  64], dtype=tarray.uint8)

A scalar, and a sequence of scalars, of sequences, of arrays:

>>> tarray.asarray(True)
tensor(True)
>>> tarray.asarray([[1, 2.5], [3, 4]])
tensor([[1.0000, 2.5000],
        [3.0000, 4.0000]])
>>> tarray.asarray([array, t1])
tensor([[7, 2, 3],
        [7, 2, 3]])

Whether memory is shared is never a guess:

>>> t1.provenance
tarray.Provenance(source='numpy', aliased=True, reason=None)
>>> t2.provenance
tarray.Provenance(source='numpy', aliased=False, reason='dtype')
>>> tarray.asarray(array, dtype=tarray.float32, copy=False)
Traceback (most recent call last):
tarray.RequestError: can't alias memory of dtype int64 into dtype float32
"""

import doctest
import sys

RAISED = "Traceback (most recent call last):"


class Shown(doctest.DocTestRunner):
    """Runs examples in view, with the text that stands before each."""

    def __init__(self, text_before):
        super().__init__()
        self.text_before = text_before

    def report_start(self, out, test, example):
        first, *rest = example.source.splitlines()
        lines = [f">>> {first}", *(f"... {line}" for line in rest), ""]
        out(self.text_before[example] + "\n".join(lines))

    def report_success(self, out, test, example, got):
        # What was raised is what the example says, but for where in the runner it came by.
        out(got if example.exc_msg is None else f"{RAISED}\n{example.exc_msg}")


def main():
    # Text and example in turn.
    pieces = doctest.DocTestParser().parse(__doc__)
    examples = pieces[1::2]
    before = dict(zip(pieces[1::2], pieces[::2]))
    test = doctest.DocTest(examples, {}, "seed.py", __file__, 0, __doc__)
    return 1 if Shown(before).run(test).failed else 0


if __name__ == "__main__":
    sys.exit(main())
