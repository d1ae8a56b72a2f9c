"""Tensors between processes, beside NumPy arrays: pickles, Dask's workers, Ray's object store."""

import logging
import os
import pickle
import warnings

import numpy as np
import ray
import tarray
import tarray.dask
from distributed import Client, LocalCluster

from measure import QUICK, row

MIB = 1 << 20
SIZES = [1] if QUICK else [1, 64]
# As fast, but for what one run differs from the next.
SPEED = [(0.9, ["numpy"])]
TIME = [(1.1, ["numpy"])]
KINDS = {"tarray": lambda array: tarray.asarray(array), "numpy": lambda array: array}


def made(kind, mib):
    """So many MiB of a kind."""
    return KINDS[kind](np.ones(mib * MIB // 4, np.float32))


def first(thing):
    """What a worker must have the elements for."""
    return thing[0].item()


def measured(name, mib, contender):
    """A row of what `contender(kind)` gives for each kind."""
    row(f"{name}, {mib} MiB", {kind: contender(kind) for kind in KINDS}, SPEED, moved=mib * MIB)


def pickles(mib):
    def apart(kind):
        thing = made(kind, mib)

        def call():
            buffers = []
            pickle.loads(pickle.dumps(thing, 5, buffer_callback=buffers.append), buffers=buffers)
        return call

    def within(kind):
        thing = made(kind, mib)
        return lambda: pickle.loads(pickle.dumps(thing, 5))

    row(f"pickle and back, buffers apart, {mib} MiB", {kind: apart(kind) for kind in KINDS}, TIME)
    measured("pickle and back, one piece", mib, within)


def dask(client, mib):
    here, there = client.scheduler_info()["workers"]

    def scatter(kind):
        thing = made(kind, mib)
        return lambda: client.scatter(thing, workers=[here], hash=False, direct=True)

    def gather(direct):
        def contender(kind):
            future = client.submit(made, kind, mib, pure=False)
            return lambda: client.gather(future, direct=direct)
        return contender

    def pass_on(kind):
        def call():
            future = client.submit(made, kind, mib, workers=[here], pure=False)
            client.submit(first, future, workers=[there], pure=False).result()
        return call

    measured("Dask: to a worker", mib, scatter)
    measured("Dask: from a worker", mib, gather(True))
    measured("Dask: made on a worker, read on another", mib, pass_on)
    measured("Dask: from a worker by way of the scheduler", mib, gather(False))


def store(mib):
    def put(kind):
        thing = made(kind, mib)
        return lambda: ray.put(thing)

    def get(kind):
        reference = ray.put(made(kind, mib))
        return lambda: ray.get(reference)

    measured("Ray: put", mib, put)
    row(f"Ray: get, {mib} MiB", {kind: get(kind) for kind in KINDS}, TIME)


def main():
    warnings.simplefilter("ignore")
    logging.disable()
    for mib in SIZES:
        pickles(mib)
    with LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.register_plugin(tarray.dask.Frames())
        for mib in SIZES:
            dask(client, mib)
    os.environ |= {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=1 << 30)
    for mib in SIZES:
        store(mib)
    ray.shutdown()


# Workers of Dask import this program.
if __name__ == "__main__":
    main()
