"""A volume profile holds all volume, where it was traded, and knows where most of it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.ui.chart.volume_profile import VALUE_SHARE, VolumeProfile, volume_profile


def bars(*rows: tuple[float, float, float, float, float]) -> np.ndarray:
    return np.array(rows, float).T


def slowly(block: np.ndarray, n_rows: int, is_log: bool) -> np.ndarray:
    """Return up and down by spreading one bar after the other."""
    place = np.log if is_log else np.asarray
    low, high = float(np.nanmin(block[2])), float(np.nanmax(block[1]))
    edges = np.linspace(place(low), place(high), n_rows + 1)
    found = np.zeros((2, n_rows))
    for opened, top, foot, close, volume in block.T:
        if np.isnan(opened):
            continue
        a, b = place(foot), place(top)
        for row in range(n_rows):
            if b - a <= 0:
                is_last = row == n_rows - 1
                part = float(edges[row] <= a and (a < edges[row + 1] or is_last))
            else:
                part = max(min(b, edges[row + 1]) - max(a, edges[row]), 0.0) / (b - a)
            found[int(close < opened), row] += part * volume
    return found


@st.composite
def markets(draw) -> np.ndarray:
    n = draw(st.integers(1, 30))
    number = st.floats(1.0, 1000.0)
    rows = []
    for _ in range(n):
        low, reach, a, b = (
            draw(number),
            draw(st.floats(0.01, 300.0)),
            draw(st.floats(0, 1)),
            draw(st.floats(0, 1)),
        )
        rows.append((low + a * reach, low + reach, low, low + b * reach, draw(st.floats(0.0, 1e6))))
    block = bars(*rows)
    block[:, draw(st.lists(st.booleans(), min_size=n, max_size=n))] = np.nan
    return block


@settings(max_examples=25, deadline=None)
@given(markets(), st.integers(1, 40), st.booleans())
def test_every_bars_volume_is_spread_evenly_over_its_range(block, n_rows, is_log):
    profile = volume_profile(block, n_rows, is_log)
    if not np.nansum(block[4]) > 0:
        assert profile is None
        return
    expected = slowly(block, n_rows, is_log)
    close = {"rel": 1e-6, "abs": 1e-6 * float(np.nansum(block[4]))}
    assert profile.up == pytest.approx(expected[0], **close)
    assert profile.down == pytest.approx(expected[1], **close)
    assert (np.diff(profile.edges) > 0).all()


def test_many_bars_are_added_in_pieces_without_a_seam():
    rng = np.random.default_rng(3)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.002, 70_000)))
    block = np.array([close, close * 1.001, close * 0.999, close, np.ones(70_000)])
    assert volume_profile(block, 50, is_log=False).total.sum() == pytest.approx(70_000)


def test_the_value_area_grows_from_where_most_was_traded_to_its_share():
    profile = VolumeProfile(np.arange(8.0), np.array([1.0, 1, 5, 20, 9, 1, 1]), np.zeros(7))
    low, high = profile.value_rows
    assert (profile.control_row, low, high) == (3, 3, 5)
    assert profile.control_price == 3.5
    assert profile.total[low:high].sum() >= VALUE_SHARE * profile.total.sum()
    assert VolumeProfile(np.arange(2.0), np.ones(1), np.zeros(1)).value_rows == (0, 1)


def test_a_price_finds_its_row():
    profile = VolumeProfile(np.array([10.0, 20, 30]), np.ones(2), np.ones(2))
    assert [profile.row_of(price) for price in (9, 10, 25, 30, 31)] == [None, 0, 1, None, None]


@pytest.mark.parametrize(
    "block",
    [np.empty((5, 0)), np.full((5, 3), np.nan), bars((5, 5, 5, 5, 0))],
    ids=["no bar", "holes only", "nothing traded"],
)
def test_nothing_traded_is_no_profile(block):
    assert volume_profile(block, 20, is_log=True) is None


@pytest.mark.parametrize("is_log", [False, True])
def test_a_market_that_does_not_move_has_all_its_volume(is_log):
    profile = volume_profile(bars((5, 5, 5, 5, 7), (5, 5, 5, 5, 3)), 12, is_log)
    assert profile.total.sum() == pytest.approx(10)
