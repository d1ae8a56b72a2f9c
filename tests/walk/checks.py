"""Counting what held and what did not."""

import sys


class Checks:
    """A tally; failures are told at once."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def that(self, holds: bool, what: str) -> bool:
        """Counts one check, and says what it was if it does not hold."""
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}", file=sys.stderr)
        return bool(holds)

    def close(self) -> int:
        """Prints the closing line; the process's exit status."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0
