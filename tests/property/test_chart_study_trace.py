"""Traces of studies: what is drawn has the true extremes, and a tail is the whole."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from workstation.domain.market import SeriesKey
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.pyramid import Pyramid
from workstation.ui.chart.study_reckoning import Grid, Wanted, reckon, reckon_tails
from workstation.ui.chart.study_trace import Trace
from workstation.ui.chart.time_scale import SlotMap

KEY = SeriesKey("bench", "BTC/USDT", "1m")
FIRST = 28_333_337


def walk(seed: int, n: int, holes: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.normal(0, 1, n))
    values[rng.random(n) < holes] = np.nan
    return values


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 999),
    n=st.integers(1, 9000),
    holes=st.sampled_from([0.0, 0.3]),
    per_slot=st.sampled_from([0.003, 0.07, 0.3, 1.0, 6.5]),
    grown=st.integers(0, 400),
)
def test_what_is_drawn_has_the_true_extremes_however_it_grew(seed, n, holes, per_slot, grown) -> None:
    values = walk(seed, n + grown, holes)
    trace = Trace(FIRST, values[:n])
    for at in range(n, n + grown, 37):
        trace.put(FIRST + at, values[at : at + 37])
    np.testing.assert_array_equal(trace.between(FIRST, FIRST + n + grown), values)
    strokes = trace.gather(SlotMap(per_slot, -round(FIRST * per_slot), 1.0), FIRST, FIRST + n + grown)
    there = values[~np.isnan(values)]
    if not len(there):
        assert not len(strokes.x)
        return
    assert (strokes.high.max(), strokes.low.min()) == (there.max(), there.min())
    assert (np.diff(strokes.x) > 0).all()
    assert per_slot < 1 or int((~strokes.joined).sum()) == runs_in(values)


def runs_in(values: np.ndarray) -> int:
    there = ~np.isnan(values)
    return int((there & ~np.concatenate([[False], there[:-1]])).sum())


def pyramid_of(seed: int, n: int, holes: float) -> Pyramid:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.standard_t(3, n) * 0.003))
    opened = np.concatenate([[100.0], close[:-1]])
    rows = (
        opened,
        np.maximum(opened, close) * 1.001,
        np.minimum(opened, close) * 0.999,
        close,
        rng.gamma(2, 9, n),
    )
    kept = rng.random(n) >= holes
    kept[0] = True
    pyramid = Pyramid()
    pyramid.load(np.flatnonzero(kept) + FIRST, [row[kept] for row in rows])
    return pyramid


@pytest.mark.parametrize("ids", [[study_id] for study_id in STUDIES] + [list(STUDIES)], ids="-".join)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 999), holes=st.sampled_from([0.0, 0.25]), n_new=st.sampled_from([1, 3]))
def test_a_chart_that_took_new_candles_shows_what_a_new_chart_shows(ids, seed, holes, n_new) -> None:
    pyramid, rng = pyramid_of(seed, 2500, holes), np.random.default_rng(seed)
    grid = Grid.of(KEY, pyramid.levels[0])
    known = [(wanted, reckon(grid, wanted)) for wanted in (Wanted(one, STUDIES[one].defaults) for one in ids)]
    first = pyramid.last_slot + 1 + int(rng.integers(0, 3))  # perhaps after a hole
    for slot in range(first, first + n_new):
        close = float(rng.uniform(80, 120))
        pyramid.put(slot, (100.0, max(100.0, close), min(100.0, close), close, 5.0))
    grid = Grid.of(KEY, pyramid.levels[0])
    reckon_tails(grid, known, first)
    end = grid.start + grid.size
    for wanted, traces in known:
        for one, new in zip(traces, reckon(grid, wanted), strict=True):
            truth = new.between(FIRST, end)
            least = 100.0 if wanted.study_id != "zscore" else 1e3
            scale = max(float(np.nanmax(np.abs(truth))), least)
            np.testing.assert_allclose(one.between(FIRST, end), truth, rtol=0, atol=1e-9 * scale)
            no_bar = np.isnan(grid.values[0, FIRST - grid.start :])
            assert np.isnan(truth[no_bar]).all()
