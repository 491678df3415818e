"""Coarser candles from finer ones."""

import math

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.candle import CandleColumns, Quality
from workstation.domain.errors import UsageError
from workstation.domain.market import TIMEFRAMES, open_of, timeframe_ms
from workstation.engine.resample import resample

MINUTE = 60_000


def minutes(n: int, *, first: int = 0, seed: int = 0) -> CandleColumns:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
    open_ = close * (1 + rng.normal(0, 0.003, n))
    top, bottom = np.maximum(open_, close) * 1.002, np.minimum(open_, close) * 0.998
    return CandleColumns.of(
        (first + np.arange(n)) * MINUTE, open_, top, bottom, close, rng.lognormal(0, 3, n)
    )


def test_an_hour_is_made_of_its_minutes():
    fine = minutes(180)
    coarse = resample(fine, "1m", "1h")
    assert coarse.open_time.tolist() == [0, 60 * MINUTE, 120 * MINUTE]
    for row in range(3):
        part = fine[60 * row : 60 * row + 60]
        assert coarse.open[row] == part.open[0]
        assert coarse.close[row] == part.close[-1]
        assert coarse.high[row] == part.high.max()
        assert coarse.low[row] == part.low.min()
        assert coarse.volume[row] == math.fsum(part.volume)


def test_bars_with_a_missing_minute_are_left_out_unless_asked_for():
    fine = minutes(240, first=30).pick(np.arange(240) != 100)
    whole = resample(fine, "1m", "1h")
    assert (whole.open_time // (60 * MINUTE)).tolist() == [1, 3]
    every = resample(fine, "1m", "1h", incomplete=True)
    assert (every.open_time // (60 * MINUTE)).tolist() == [0, 1, 2, 3, 4]
    assert every.close[-1] == fine.close[-1]
    assert every.open[0] == fine.open[0]


def test_nothing_resamples_to_nothing():
    assert len(resample(CandleColumns.empty(), "1m", "1h")) == 0


def test_the_same_timeframe_changes_nothing():
    fine = minutes(50)
    assert resample(fine, "1m", "1m").equals(fine)


def test_weeks_begin_on_mondays():
    day = timeframe_ms("1d")
    price = np.ones(21)
    days = CandleColumns.of(np.arange(21) * day, price, price, price, price, price)
    weeks = resample(days, "1d", "1w")
    assert weeks.open_time.tolist() == [4 * day, 11 * day]
    assert weeks.volume.tolist() == [7.0, 7.0]


@pytest.mark.parametrize(
    ("fine", "coarse"), [("1h", "1m"), ("3m", "5m"), ("3d", "1w"), ("2h", "3h"), ("1h", "1w ")]
)
def test_what_is_not_made_of_whole_bars_is_refused(fine, coarse):
    with pytest.raises(UsageError):
        resample(minutes(10), fine, coarse)


def test_flags_of_finer_bars_are_kept_and_no_trades_means_none_at_all():
    fine = minutes(6)
    flags = [Quality.NO_TRADES, Quality.NO_TRADES | Quality.REVISED, Quality.NO_TRADES]
    flags += [Quality.NO_TRADES, Quality.IMPORTED, Quality.SOUND]
    flagged = CandleColumns.of(
        fine.open_time, fine.open, fine.high, fine.low, fine.close, fine.volume, np.array(flags, np.uint8)
    )
    assert resample(flagged, "1m", "3m").quality.tolist() == [
        Quality.NO_TRADES | Quality.REVISED,
        Quality.IMPORTED,
    ]


@given(
    st.integers(1, 400),
    st.integers(0, 10_000),
    st.sampled_from(["3m", "5m", "15m", "1h"]),
    st.integers(0, 99),
)
def test_two_steps_come_to_the_same_prices_as_one(n, first, middle, seed):
    fine = minutes(n, first=first, seed=seed)
    once = resample(fine, "1m", "2h", incomplete=True)
    twice = resample(resample(fine, "1m", middle, incomplete=True), middle, "2h", incomplete=True)
    for name in ("open_time", "open", "high", "low", "close"):
        assert getattr(once, name).tolist() == getattr(twice, name).tolist()
    np.testing.assert_allclose(once.volume, twice.volume, rtol=1e-12)


@given(st.integers(1, 300), st.integers(0, 500), st.sampled_from(list(TIMEFRAMES)))
def test_every_coarse_bar_opens_on_its_grid_and_holds_the_finer_ones(n, first, coarser):
    fine = minutes(n, first=first)
    coarse = resample(fine, "1m", coarser, incomplete=True)
    assert all(int(t) == open_of(int(t), coarser) for t in coarse.open_time)
    assert not coarse.impossible().any()
    assert coarse.volume.sum() == pytest.approx(fine.volume.sum())
    assert coarse.close[-1] == fine.close[-1]


def test_recorded_hours_are_their_recorded_five_minutes(recordings):
    def read(timeframe: str) -> CandleColumns:
        table = pq.read_table(recordings / "ohlcv" / "binance-spot-2024" / f"BTCUSDT-{timeframe}.parquet")
        return CandleColumns.of(
            *(table[c].to_numpy() for c in ("ts", "open", "high", "low", "close", "volume"))
        )

    hours = read("1h")
    made = resample(read("5m"), "5m", "1h")
    hours = hours.pick(np.isin(hours.open_time, made.open_time))
    assert len(made) > 5000
    for name in ("open_time", "open", "high", "low", "close"):
        assert getattr(made, name).tolist() == getattr(hours, name).tolist()
    np.testing.assert_allclose(made.volume, hours.volume, rtol=1e-9)
