"""The page of crashes and lies is true, as far as tarray is concerned."""

from pathlib import Path

import pytest

import crash_or_lie
from crafted import CRAFTED

_PAGE = (Path(__file__).parents[4] / "docs" / "crash-or-lie.md").read_text()
_WRITTEN = crash_or_lie.column(_PAGE, "tarray")


def test_the_page_has_every_tensor():
    assert [*_WRITTEN][:-1] == [each.title for each in CRAFTED]


@pytest.mark.parametrize("tensor", CRAFTED, ids=lambda tensor: tensor.name)
def test_tarray_does_what_the_page_says(tensor):
    happens = crash_or_lie.outcome("tarray", tensor.name)

    assert happens == _WRITTEN[tensor.title]
    assert not crash_or_lie.is_lie(happens)
