"""What a program takes on by importing the library: bytes on disk, shared objects, memory, time."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

from measure import QUICK, facts

# Modules by name; the distribution's folder is where the module is.
CONTENDERS = ["tarray", "numpy", "tvm_ffi", "jax", "torch"]

# What a process has mapped and how much of it, before and after one import.
PROBE = """
import json, sys, time

def status(field):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field))

def objects():
    with open("/proc/self/maps") as lines:
        return {line.split()[-1] for line in lines if ".so" in line}

before, resident = objects(), status("VmRSS")
start = time.perf_counter()
__import__(sys.argv[1])
elapsed = time.perf_counter() - start
print(json.dumps([elapsed, status("VmRSS") - resident, len(objects() - before)]))
"""


def probe(module):
    """Seconds, KiB and shared objects that an import costs, in a process of its own."""
    command = [sys.executable, "-c", PROBE, module]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def shared_objects(module):
    """Bytes of the shared objects that come with a package, and in its neighbour `.libs`."""
    origin = pathlib.Path(importlib.util.find_spec(module).origin).parent
    neighbours = [origin, *origin.parent.glob(f"{origin.name}*.libs")]
    if module == "jax":
        neighbours.append(origin.parent / "jaxlib")
    files = [file for place in neighbours for file in place.rglob("*.so*") if file.is_file()]
    return sum(os.stat(file).st_size for file in files)


for module in CONTENDERS:
    probes = [probe(module) for _ in range(2 if QUICK else 5)]
    elapsed, resident, objects = (min(column) for column in zip(*probes))
    facts(module, {
        "shared objects on disk": f"{shared_objects(module) / 1e6:.1f} MB",
        "import": f"{elapsed * 1e3:.1f} ms",
        "resident memory": f"{resident / 1024:.1f} MiB",
        "shared objects loaded": str(objects),
    })
