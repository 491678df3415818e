"""What a kind of chart draws is what it says it draws, however the candles arrived and however far away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.ui.chart.columns import gather
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.kind_pyramid import DrawnPyramids, average, averaged_bar
from workstation.ui.chart.pyramid import CLOSE, HIGH, LOW, OPEN, Pyramid
from workstation.ui.chart.time_scale import SlotMap

START = 28_000_000


def walk(n: int, seed: int) -> np.ndarray:
    """Return n bars that could have traded, shape (5, n)."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.05, n)))
    open_ = close * np.exp(rng.normal(0, 0.02, n))
    high = np.maximum(open_, close) * (1 + rng.random(n) * 0.05)
    low = np.minimum(open_, close) * (1 - rng.random(n) * 0.05)
    return np.array([open_, high, low, close, rng.random(n)])


def loaded(slots: np.ndarray, rows: np.ndarray) -> Pyramid:
    pyramid = Pyramid()
    pyramid.load(slots, list(rows))
    return pyramid


def recursion(rows: np.ndarray) -> np.ndarray:
    made = []
    for bar in rows.T.tolist():
        made.append(averaged_bar(tuple(bar), made[-1] if made else None))
    return np.array(made).T


def drawn_bars(pyramid: Pyramid, slots: np.ndarray) -> np.ndarray:
    return np.array([pyramid.bar(slot) for slot in slots.tolist()]).T


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 400), st.integers(0, 10**6))
def test_averaged_bars_all_at_once_are_those_of_the_recursion(n: int, seed: int):
    rows = walk(n, seed)
    np.testing.assert_allclose(average(rows), recursion(rows), rtol=1e-13)


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 200), st.integers(0, 10**6), st.integers(1, 199))
def test_an_averaged_bar_knows_nothing_of_the_bars_after_it(n: int, seed: int, k: int):
    rows = walk(n, seed)
    k = min(k, n)
    assert (average(rows)[:, :k] == average(rows[:, :k])).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.sampled_from([-70, -3, 0, 0, 1, 1, 2, 6]), max_size=12))
def test_candles_that_arrive_one_by_one_are_drawn_as_if_all_had_been_there(seed: int, arrivals):
    rows, fresh = walk(90, seed), walk(len(arrivals) + 1, seed + 1)
    slots = START + np.cumsum(np.where(np.arange(90) % 17 == 5, 4, 1))
    true = loaded(slots, rows)
    kinds = DrawnPyramids(true)
    shown = [kinds.of(kind) for kind in (ChartKind.HEIKIN_ASHI, ChartKind.LINE)]
    for step, bar in zip(arrivals, fresh.T.tolist(), strict=False):
        if true.put(true.last_slot + step, tuple(bar)):
            kinds.put(true.last_slot if step > 0 else true.last_slot + step, tuple(bar))
    every = np.array([slot for slot in range(true.first_slot, true.last_slot + 1) if true.bar(slot)])
    afresh = DrawnPyramids(true)
    for kind, pyramid in zip((ChartKind.HEIKIN_ASHI, ChartKind.LINE), shown, strict=True):
        assert len(pyramid) == len(true)
        np.testing.assert_allclose(drawn_bars(pyramid, every), drawn_bars(afresh.of(kind), every), rtol=1e-13)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(list(ChartKind)), st.integers(0, 10**6), st.floats(0.002, 9.0))
def test_the_extremes_on_screen_are_the_extremes_of_what_the_kind_draws(kind, seed: int, per_slot: float):
    rows = walk(2000, seed)
    true = loaded(START + np.arange(2000), rows)
    drawn = DrawnPyramids(true).of(kind)
    assert len(drawn.levels) > 1
    columns = gather(drawn, SlotMap(per_slot, -round(START * per_slot), 1.0), START, START + 2000)
    averaged = average(rows)
    truth = {ChartKind.HEIKIN_ASHI: (averaged[HIGH].max(), averaged[LOW].min())}
    closes = rows[CLOSE].max(), rows[CLOSE].min()
    expected = truth.get(kind, closes if kind.is_of_closes else (rows[HIGH].max(), rows[LOW].min()))
    assert (columns.high.max(), columns.low.min()) == pytest.approx(expected, rel=1e-13)


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, 58), max_size=20), st.floats(1.0, 9.0))
def test_a_line_is_broken_exactly_where_bars_are_missing(missing: set[int], per_slot: float):
    there = np.array([i for i in range(60) if i not in missing])
    true = loaded(START + there, walk(60, 3)[:, there])
    columns = gather(
        DrawnPyramids(true).of(ChartKind.LINE),
        SlotMap(per_slot, -round(START * per_slot), 1.0),
        START,
        START + 60,
    )
    assert columns.joined.tolist() == [False, *(np.diff(there) == 1).tolist()]


@settings(max_examples=30, deadline=None)
@given(
    kind=st.sampled_from([ChartKind.HEIKIN_ASHI, ChartKind.LINE]),
    seed=st.integers(0, 10**6),
    begin=st.integers(-500, 9000),
    width=st.sampled_from([40, 300, 2500, 9000]),
    is_holey=st.booleans(),
)
def test_what_is_made_for_the_bars_in_sight_is_what_everything_would_show(kind, seed, begin, width, is_holey):
    rng = np.random.default_rng(seed)
    kept = rng.random(9000) >= (0.9 if is_holey else 0.0)
    kept[4000:4900] = False
    kept[0] = True
    true = loaded(START + np.flatnonzero(kept), walk(9000, seed)[:, kept])
    sight = START + begin, START + begin + width
    scale = SlotMap(600 / width, -round(sight[0] * 600 / width), 1.0)
    part, everything = DrawnPyramids(true), DrawnPyramids(true).of(kind)
    found, truth = gather(part.of(kind, sight), scale, *sight), gather(everything, scale, *sight)
    for column in ("x", "open", "high", "low", "close", "volume", "joined"):
        np.testing.assert_array_equal(getattr(found, column), getattr(truth, column), err_msg=column)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), puts=st.lists(st.integers(-3000, 3), min_size=1, max_size=6))
def test_a_candle_that_comes_later_is_drawn_wherever_is_looked(seed, puts):
    rows, fresh = walk(9000, seed), walk(len(puts), seed + 1)
    kept = np.ones(9000, bool)
    kept[np.random.default_rng(seed).integers(6000, 9000, 60)] = False
    true = loaded(START + np.flatnonzero(kept), rows[:, kept])
    drawn = {kind: DrawnPyramids(true) for kind in (ChartKind.HEIKIN_ASHI, ChartKind.LINE)}
    sights = [(START + 6500, START + 6600), (START + 8900, START + 9010)]
    for kind, one in drawn.items():
        one.of(kind, sights[seed % 2])
    for back, bar in zip(puts, fresh.T.tolist(), strict=True):
        slot = true.last_slot + back
        if true.put(slot, tuple(bar)):
            for one in drawn.values():
                one.put(slot, tuple(bar))
    scale = SlotMap(4.0, -4 * START, 1.0)
    for kind, one in drawn.items():
        everything = DrawnPyramids(true).of(kind)
        for sight in sights:
            found, truth = gather(one.of(kind, sight), scale, *sight), gather(everything, scale, *sight)
            np.testing.assert_array_equal(found.x, truth.x)
            np.testing.assert_allclose(found.open, truth.open, rtol=1e-13)
            np.testing.assert_allclose(found.high, truth.high, rtol=1e-13)


def test_a_first_averaged_bar_opens_halfway_and_averages_its_four_prices():
    assert averaged_bar((10.0, 20.0, 6.0, 12.0, 3.0), None) == (11.0, 20.0, 6.0, 12.0, 3.0)
    assert averaged_bar((10.0, 20.0, 6.0, 12.0, 3.0), (2.0, 9.0, 1.0, 6.0, 1.0))[OPEN] == 4.0
