"""One object, one request, both libraries: the same, a listed difference, or a failure."""

import itertools
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import tarray
import torch

import outcome
import truth
from differences import DIFFERENCES
from outcome import Outcome, attempt

COPIES = (None, True, False)


@dataclass(frozen=True)
class Request:
    """What both libraries are asked for."""

    dtype: str | None = None
    copy: bool | None = None
    writable: bool | None = None
    contiguous: bool | None = None


@dataclass(frozen=True)
class Case:
    """A request, and what came of it on each side."""

    recipe: object
    request: Request
    made: object
    """The object itself."""
    address: int | None
    """Where the object's memory is; None if it has none."""
    torch: Outcome | None
    """None where PyTorch would crash."""
    tarray: Outcome

    def aliases(self, result: Outcome) -> bool:
        """Whether a result is over the object's memory."""
        return not result.empty and result.address == self.address

    def __str__(self) -> str:
        return f"asarray({self.made!r}, {self.request})\n  torch : {self.torch}\n  tarray: {self.tarray}"


def of_both(recipe, request: Request, memory_of) -> tuple[Case, int | None]:
    """Asks both libraries, each for an object of its own: what one does to it stays there.

    Also where PyTorch's object has its memory.
    """
    theirs, ours = recipe.make(), recipe.make()
    their_address, our_address = memory_of(theirs), memory_of(ours)
    dtype = outcome.torch_dtype(request.dtype)
    torch_gave = (
        None
        if getattr(recipe, "crashes_torch", False)
        else attempt(
            outcome.of_torch,
            torch.asarray,
            theirs,
            dtype=dtype,
            copy=request.copy,
            requires_grad=False,
        )
    )
    tarray_gave = attempt(
        outcome.of_tarray, tarray.asarray, ours, dtype=request.dtype, copy=request.copy
    )
    return Case(recipe, request, ours, our_address, torch_gave, tarray_gave), their_address


def same(case: Case, their_address: int | None) -> bool:
    """Whether both did the same: the same error, or equal tensors that share memory alike."""
    theirs, ours = case.torch, case.tarray
    if theirs.error or ours.error:
        return bool(theirs.error and ours.error) and issubclass(ours.error, theirs.error)
    if (theirs.dtype, theirs.shape, theirs.strides) != (ours.dtype, ours.shape, ours.strides):
        return False
    if outcome.differing(theirs, ours).any():
        return False
    shares = not theirs.empty and theirs.address == their_address
    return shares == case.aliases(ours) and theirs.requires_grad == ours.requires_grad


SEEN: Counter[str] = Counter()
"""How many cases agreed, and how many each difference explains."""


def check(recipe, request: Request, memory_of) -> Case:
    """Fails if tarray is wrong, or if the two differ in what no row of the table explains."""
    case, their_address = of_both(recipe, request, memory_of)
    wrong = truth.faults(case)
    assert not wrong, f"wrong {', '.join(wrong)}:\n{case}"
    if case.torch is None:
        SEEN["unaligned memory"] += 1
        return case
    if same(case, their_address):
        SEEN["same"] += 1
        return case
    for difference in DIFFERENCES:
        if difference.explains and difference.explains(case):
            SEEN[difference.name] += 1
            return case
    raise AssertionError(f"a difference that is not listed:\n{case}")


def requests(dtypes: Iterable[str | None]) -> Iterator[Request]:
    """A request of each dtype with each `copy`."""
    return itertools.starmap(Request, itertools.product(dtypes, COPIES))


@contextmanager
def quiet() -> Iterator[None]:
    """Lets both libraries warn: the table's own tests look at warnings."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
