"""How the comparison with PyTorch and NumPy is run.

Every run draws the same cases, so that a failure in one place is a failure everywhere.
`TARRAY_PEERS_SEED=random` draws others; hypothesis then prints how to draw them again.
`TARRAY_PEERS_EXAMPLES` is how many objects each test draws.
"""

import importlib.util
import os
import sys
from pathlib import Path

# DLPack's structs for ctypes are in the one, the table of round trips in the other.
sys.path.append(str(Path(__file__).parents[4] / "tests" / "walk"))
sys.path.append(str(Path(__file__).parents[1]))

# These tests need what `tests/requirements-peers.txt` lists; asking for them without it finds
# none, which pytest calls a failure.
collect_ignore_glob = []
if any(importlib.util.find_spec(name) is None for name in ("torch", "hypothesis", "ml_dtypes", "distributed", "ray")):
    collect_ignore_glob.append("test_*.py")
else:
    from at_rest import nothing_is_left  # noqa: F401
    from compare import SEEN
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "peers",
        derandomize=os.environ.get("TARRAY_PEERS_SEED") != "random",
        max_examples=int(os.environ.get("TARRAY_PEERS_EXAMPLES", "1000")),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
    settings.load_profile("peers")

    def pytest_terminal_summary(terminalreporter):
        """Says how much was compared."""
        if SEEN:
            terminalreporter.write_line(f"{SEEN.total()} cases compared with PyTorch and NumPy:")
        for name, count in SEEN.most_common():
            terminalreporter.write_line(f"{count:8} {name}")
