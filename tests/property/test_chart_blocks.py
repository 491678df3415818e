"""Columns gathered into blocks fill the same pixels, each once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.ui.chart import rect_batch
from workstation.ui.chart.rect_batch import blocks

COLUMN = st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(0, 25))


@pytest.fixture(scope="module")
def gathered():
    """Even few and short columns are gathered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rect_batch, "_TALL", 0)
        patch.setattr(rect_batch, "_FEW", 1)
        yield


@given(st.lists(COLUMN, max_size=50, unique_by=lambda one: one[0]))
@settings(max_examples=80, deadline=None)
def test_blocks_fill_what_their_columns_filled(gathered, columns):
    x, top, size = np.array(sorted(columns), np.int64).reshape(-1, 3).T
    told, truth = np.zeros((70, 61), np.int64), np.zeros((70, 61), np.int64)
    for left, first, right, last in blocks(x, top, top + size).tolist():
        told[first : last + 1, left : right + 1] += 1
    for column, first, length in zip(x, top, size, strict=True):
        truth[first : first + length + 1, column] += 1
    assert (told == truth).all()


def test_a_level_band_needs_a_rectangle_for_every_eight_columns():
    x = np.arange(800)
    assert len(blocks(x, np.full(800, 10), np.full(800, 200))) == 100
