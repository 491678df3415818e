"""A summary of candles never hides one of them, however they arrived."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.ui.chart.columns import gather
from workstation.ui.chart.pyramid import CLOSE, HIGH, LOW, OPEN, VOLUME, Pyramid
from workstation.ui.chart.time_scale import SlotMap

Bars = dict[int, tuple[float, float, float, float, float]]

prices = st.floats(1e-8, 1e8)


@st.composite
def bars(draw, n_most: int = 60) -> Bars:
    start = draw(st.integers(0, 30_000_000))
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 5, 40]), min_size=1, max_size=n_most))
    slots = (start + np.cumsum(steps)).tolist()
    return {slot: draw(one_bar()) for slot in slots}


@st.composite
def one_bar(draw) -> tuple[float, float, float, float, float]:
    o, c, a, b = (draw(prices) for _ in range(4))
    return o, max(o, c, a, b), min(o, c, a, b), c, draw(st.floats(0, 1e12))


def loaded(given_bars: Bars) -> Pyramid:
    pyramid = Pyramid()
    slots = np.array(list(given_bars), np.int64)
    pyramid.load(slots, list(np.array(list(given_bars.values())).T))
    return pyramid


def many_levels(given_bars: Bars) -> Pyramid:
    """Return a pyramid with levels above levels, although it is small."""
    pyramid = loaded(given_bars)
    while len(pyramid.levels) < 5:
        pyramid.levels.append(pyramid.levels[-1].summary())
    return pyramid


def assert_every_level_sums_up(pyramid: Pyramid, truth: Bars) -> None:
    for k, level in enumerate(pyramid.levels):
        assert level.start % 4 == 0
        for column in range(level.values.shape[1]):
            bucket = level.start + column
            inside = [truth[s] for s in range(bucket << 2 * k, (bucket + 1) << 2 * k) if s in truth]
            got = level.values[:, column]
            if not inside:
                assert np.isnan(got).all()
                continue
            assert got[OPEN] == inside[0][OPEN]
            assert got[HIGH] == max(bar[HIGH] for bar in inside)
            assert got[LOW] == min(bar[LOW] for bar in inside)
            assert got[CLOSE] == inside[-1][CLOSE]
            assert got[VOLUME] == max(bar[VOLUME] for bar in inside)


@settings(max_examples=40, deadline=None)
@given(bars())
def test_every_bucket_holds_the_first_the_extremes_and_the_last_of_its_bars(truth: Bars):
    assert_every_level_sums_up(many_levels(truth), truth)


@settings(max_examples=40, deadline=None)
@given(bars(), st.lists(st.tuples(st.sampled_from([-3, -1, 0, 0, 1, 1, 2, 9, 70]), one_bar()), max_size=25))
def test_bars_that_arrive_one_by_one_leave_the_same_as_if_all_were_loaded(truth: Bars, arrivals):
    pyramid = many_levels(truth)
    for step, bar in arrivals:
        slot = max(truth) + step
        if slot < min(truth):
            assert not pyramid.put(slot, bar)
            continue
        truth[slot] = bar
        assert pyramid.put(slot, bar)
    assert_every_level_sums_up(pyramid, truth)
    assert [pyramid.bar(slot) for slot in truth] == list(truth.values())
    assert len(pyramid) == max(truth) - min(truth) + 1


@settings(max_examples=60, deadline=None)
@given(bars(), st.floats(0.001, 12.0), st.integers(-5000, 5000))
def test_the_columns_of_a_screen_hold_the_true_extremes(truth: Bars, per_slot: float, pan: int):
    pyramid = many_levels(truth)
    first, last = min(truth), max(truth)
    scale = SlotMap(per_slot, pan - round(first * per_slot), dpr=1.0)
    columns = gather(pyramid, scale, first, last + 1)
    assert columns.high.max() == max(bar[HIGH] for bar in truth.values())
    assert columns.low.min() == min(bar[LOW] for bar in truth.values())
    assert columns.volume.max() == max(bar[VOLUME] for bar in truth.values())
    assert columns.close[-1] == truth[last][CLOSE]
    assert columns.open[0] == truth[first][OPEN]
    assert np.isfinite(np.concatenate([columns.open, columns.high, columns.low, columns.close])).all()
    assert (np.diff(columns.x) > 0).all() if per_slot < 1 else (np.diff(columns.x) >= 0).all()
    n_pixels = int((last - first + 1) * per_slot) + 2
    assert len(columns) <= max(n_pixels, len(truth) if per_slot >= 1 else 0)


@settings(max_examples=40, deadline=None)
@given(bars(), st.floats(0.01, 0.9), st.integers(1, 3000))
def test_panning_moves_the_columns_without_regrouping_them(truth: Bars, per_slot: float, pan: int):
    pyramid = many_levels(truth)
    still = SlotMap(per_slot, 0, dpr=1.0)
    moved = SlotMap(per_slot, pan, dpr=1.0)
    before = gather(pyramid, still, min(truth), max(truth) + 1)
    after = gather(pyramid, moved, min(truth), max(truth) + 1)
    assert (after.x == before.x + pan).all()
    assert (after.high == before.high).all()
    assert (after.low == before.low).all()
