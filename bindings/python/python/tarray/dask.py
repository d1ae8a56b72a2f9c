"""Tensors as Dask moves NumPy arrays, whichever way they go.

Without this module Dask pickles tensors, which costs no copy between workers, nor between a worker and a
client directly. But what goes by way of the scheduler, as the results of a client do by default, is pickled in one piece.

Importing it tells Dask of this process how tensors are taken apart and put together; all processes of a cluster
must have been told: see `Frames`.
"""

import pickle

import distributed  # type: ignore  # where it is installed
from distributed.protocol import dask_deserialize, dask_serialize  # type: ignore

from tarray import Tensor
from tarray._pickle import reduced, restored


class Frames(distributed.WorkerPlugin):
    """Has the workers of a cluster import this module, those too that come later.

    >>> client.register_plugin(tarray.dask.Frames())  # doctest: +SKIP
    """

    name = "tarray"


@dask_serialize.register(Tensor)
def _taken_apart(tensor):
    _, (buffer, *facts) = reduced(tensor, 5)
    return {"facts": pickle.dumps(facts), "writable": not tensor.read_only}, [buffer.raw()]


@dask_deserialize.register(Tensor)
def _put_together(header, frames):
    (frame,) = map(memoryview, frames)
    if not header["writable"]:
        frame = frame.toreadonly()
    # What has been compressed on the way is read-only.
    return restored(frame, *pickle.loads(header["facts"]), writable=header["writable"])
