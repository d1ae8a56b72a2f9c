"""Every pair of dtypes that PyTorch or NumPy converts, in the cache, one thread: how far behind is the worst?"""

from arrays import DTYPES, MIB, copies, source, target, threads, torch
from measure import facts, measure

# What a pair has to reach of the better of the two, and bytes of its larger side.
MARK = 0.95
SIZE = MIB // 2

threads(1)
for from_ in DTYPES:
    ratios = {}
    for to in DTYPES:
        if to == from_:
            continue
        widest = max(getattr(torch, dtype).itemsize for dtype in (from_, to))
        contenders = copies(source(from_, (SIZE // widest,)), target(to, (SIZE // widest,)))
        for name in ("torch", "numpy"):
            try:
                contenders.get(name, int)()
            except (RuntimeError, TypeError):
                del contenders[name]
        if len(contenders) == 1:
            continue
        least = {name: times[0] for name, times in measure(contenders, turns=5).items()}
        ratios[to] = min(time for name, time in least.items() if name != "tarray") / least["tarray"]
    worst = min(ratios, key=ratios.get)
    below = [f"{to} {ratio:.2f}" for to, ratio in sorted(ratios.items(), key=lambda pair: pair[1]) if ratio < MARK]
    ordered = sorted(ratios.values())
    facts(f"{from_} → …", {
        "targets": str(len(ratios)),
        "least ratio": f"{ratios[worst]:.2f} ({worst})",
        "median ratio": f"{ordered[len(ordered) // 2]:.2f}",
        f"below {MARK}": ", ".join(below) or "none",
    })
