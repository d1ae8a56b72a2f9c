"""Timing for the tables of `cargo xtask bench`: contenders take turns, each row is a line of JSON."""

import gc
import json
import statistics
import sys
import time

QUICK = "--quick" in sys.argv[1:]

# How long one contender's turn lasts at least, and how many turns each has.
TURN_SECONDS = 0.0005 if QUICK else 0.002
TURNS = 3 if QUICK else 7


class Repeated:
    """A statement in a loop of its own: calling a function for each would cost what some calls cost."""

    def __init__(self, text, names):
        scope = dict(names)
        parameters = ", ".join(f"{name}={name}" for name in names)
        exec(f"def loop(_loops, {parameters}):\n    for _ in _loops:\n        {text}", scope)
        self.loop = scope["loop"]

    def __call__(self):
        self.loop(range(1))


def statement(text, names):
    """A contender that is a statement over names, which are local to it."""
    return Repeated(text, names)


def seconds(call, loops):
    """How long `loops` calls take, each."""
    repeat = call.loop if isinstance(call, Repeated) else Repeated("call()", {"call": call}).loop
    start = time.perf_counter()
    repeat(range(loops))
    return (time.perf_counter() - start) / loops


def loops_for(call):
    """How many calls make a turn."""
    call()
    once = seconds(call, 1)
    return max(1, int(TURN_SECONDS / max(once, 1e-9)))


def measure(contenders, turns=TURNS):
    """The least and the median time of each contender's turns, in seconds.

    A turn begins with a call that does not count: what the one before has left in the caches is chance.
    Turns go there and back, as one call does not undo all of it: nobody always follows who works on other memory.
    """
    loops = {name: loops_for(call) for name, call in contenders.items()}
    times = {name: [] for name in contenders}
    order = list(contenders.items())
    gc.disable()
    for _ in range(turns):
        for name, call in order:
            call()
            times[name].append(seconds(call, loops[name]))
        order.reverse()
    gc.enable()
    return {name: [min(some), statistics.median(some)] for name, some in times.items()}


def row(name, contenders, marks=(), *, moved=None, limit=None, turns=TURNS):
    """Measures and prints a row.

    `contenders`: {name: call}, ours under "tarray". `marks`: (factor, [peers]) each. `moved`: bytes
    read and written by a call, where speed is what the row is about; marks are speeds to reach
    then, else times to stay within. `limit`: why a mark is missed, where one is.
    """
    fields = {"row": name, "seconds": measure(contenders, turns)}
    if moved is not None:
        fields["bytes"] = float(moved)
    present = [(factor, [peer for peer in peers if peer in contenders]) for factor, peers in marks]
    fields["marks"] = [{"factor": f, "peers": peers} for f, peers in present if peers]
    if limit is not None:
        fields["limit"] = limit
    print(json.dumps(fields), flush=True)


def facts(name, pairs):
    """Prints a row of figures of another kind: {heading: text}."""
    print(json.dumps({"row": name, "facts": list(pairs.items())}), flush=True)
