"""What the walkers written in Python share: failing at a step, and the dtype to convert to."""

# As in walk.h.
VALUE = 4
REPR_SIZE = 4096

_FLOAT, _COMPLEX = 2, 5

Code = tuple[int, int, int]


class Failed(Exception):
    """A walk ended at `step`."""

    def __init__(self, step: int) -> None:
        super().__init__(f"step {step}")
        self.step = step


def check(step: int, right: bool) -> None:
    """Ends the walk at `step` unless all is `right`."""
    if not right:
        raise Failed(step)


def target_of(source: Code) -> Code:
    """The dtype that step 4 converts to: always another one than the source's."""
    if source[0] == _COMPLEX:
        return (_COMPLEX, 64, 1) if source[1] == 128 else (_COMPLEX, 128, 1)
    return (_FLOAT, 32, 1) if source == (_FLOAT, 64, 1) else (_FLOAT, 64, 1)
