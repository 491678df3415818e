"""Studies: every one is causal, and a recomputed tail is the whole."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from workstation.domain.study import Study
from workstation.engine.studies.calculation import Bars
from workstation.engine.studies.registry import STUDIES
from workstation.engine.studies.tail import changed, rows_needed, whole

MINUTE = 60_000


def market(seed: int, n: int, price: float = 100.0) -> Bars:
    """A walk with quiet stretches, bars without trade and jumps."""
    rng = np.random.default_rng(seed)
    moves = rng.standard_t(3, n) * 0.004 * (rng.random(n) > 0.1)
    close = price * np.exp(np.clip(np.cumsum(moves), -3, 3))
    opened = np.concatenate([[price], close[:-1]])
    high = np.maximum(opened, close) * (1 + rng.random(n) * 0.002)
    low = np.minimum(opened, close) * (1 - rng.random(n) * 0.002)
    volume = rng.gamma(2.0, 30.0, n) * (rng.random(n) > 0.05)
    begin = 1_700_000_000_000 // MINUTE * MINUTE + int(rng.integers(0, 1440)) * MINUTE
    return Bars(begin + np.arange(n) * MINUTE, opened, high, low, close, volume)


def rows(bars: Bars, begin: int, end: int | None = None) -> Bars:
    return Bars(*(column[begin:end] for column in bars))


def scale_of(study: Study, bars: Bars, outputs: tuple[np.ndarray, ...]) -> float:
    """What a difference is measured by: the price for what lies over it, else the study's own size."""
    size = max((float(np.nanmax(np.abs(one), initial=0.0)) for one in outputs), default=0.0)
    return (
        size if study.limits or study.id in {"obv", "zscore", "cmf"} else max(size, float(bars.close.max()))
    )


@st.composite
def short_values(draw, study: Study) -> dict[str, float]:
    """Parameters of a few bars, so that a few thousand bars are more than any of them remembers."""

    def number(one):
        if one.is_whole:
            return st.integers(int(one.least), 9).map(float)
        return st.floats(one.least, min(one.most, 4.0))

    return {one.name: draw(number(one)) for one in study.parameters}


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
@settings(max_examples=6, deadline=None)
@given(data=st.data(), seed=st.integers(0, 10_000), price=st.sampled_from([1e-6, 0.3, 100.0, 60_000.0]))
def test_the_tail_alone_gives_what_the_whole_history_gives(study, data, seed, price) -> None:
    values = data.draw(short_values(study))
    need = rows_needed(study.id, values)
    bars = market(seed, need + 700, price)
    n = len(bars.close)
    n_new = data.draw(st.sampled_from([1, 2, 37]))
    before = whole(study.id, rows(bars, 0, n - n_new), values)
    known = tuple(np.concatenate([one, np.full(n_new, np.nan)]) for one in before)
    begin = n - n_new - need
    tail = changed(
        study.id, rows(bars, begin), values, tuple(one[begin:] for one in known), n - n_new - begin
    )
    truth = whole(study.id, bars, values)
    if tail is None:
        assert study.id in {"sar", "supertrend"}  # these say that they would need more bars
        return
    allowed = 1e-6 if study.id == "zscore" else 1e-9
    for new, old in zip(tail, truth, strict=True):
        scale = scale_of(study, bars, truth)
        np.testing.assert_allclose(new, old[n - n_new :], rtol=0, atol=allowed * scale)


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_no_value_knows_what_comes_after_its_bar(study) -> None:
    bars, k = market(7, 900), 611
    early = whole(study.id, rows(bars, 0, k), study.defaults)
    late = whole(study.id, bars, study.defaults)
    for one, other in zip(early, late, strict=True):
        np.testing.assert_array_equal(one, other[:k])


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_each_output_has_a_column_however_few_the_bars(study) -> None:
    for n in (0, 1, 2, 30, 400):
        found = whole(study.id, market(3, n), study.defaults)
        assert [len(one) for one in found] == [n] * len(study.outputs)
    assert all(np.isfinite(one[-1]) or study.id == "supertrend" for one in found)


@pytest.mark.parametrize("study_id", ["sar", "supertrend"])
def test_trend_followers_prove_their_tail_in_an_ordinary_market(study_id) -> None:
    study, n = STUDIES[study_id], 6000
    bars, need = market(1, n), rows_needed(study_id, STUDIES[study_id].defaults)
    known = whole(study_id, bars, study.defaults)
    begin = n - 1 - need
    found = changed(study_id, rows(bars, begin), study.defaults, tuple(k[begin:] for k in known), need)
    assert found is not None
    np.testing.assert_allclose([one[-1] for one in found], [one[-1] for one in known], rtol=1e-12)


def test_trend_followers_ask_for_more_where_the_market_never_turned() -> None:
    n = 4000
    close = np.linspace(100.0, 500.0, n)
    bars = Bars(np.arange(n) * MINUTE, close, close + 0.1, close - 0.1, close, np.ones(n))
    values = STUDIES["supertrend"].defaults
    known, need = whole("supertrend", bars, values), rows_needed("supertrend", values)
    begin = n - 1 - need
    tail = changed("supertrend", rows(bars, begin), values, tuple(one[begin:] for one in known), need)
    assert tail is None
