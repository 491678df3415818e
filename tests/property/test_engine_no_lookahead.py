"""No data point, vote or signal knows anything that comes after its bar, down to the last bit.

Truncate: computed on the past alone, the past is the same. Perturb: whatever future is put in its place,
the past does not move. The same examination is shown to catch planted leaks, else its silence would prove
nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.market import SeriesKey
from workstation.engine.ballot import ballots
from workstation.engine.confluence import judge
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.registry import DATA_POINTS, FAMILIES, compute_all
from workstation.engine.segments import BLOCK, slots_of

HOUR = 3_600_000
KEY = SeriesKey("venue", "AAA/USDT", "1h")
Readings = Callable[[CandleColumns], Mapping[str, FloatArray]]


def recorded(recordings: Path, folder: str, name: str, n: int) -> CandleColumns:
    table = pq.read_table(recordings / "ohlcv" / folder / f"{name}-1h.parquet")
    ts, *values = (
        table[column].to_numpy()[:n] for column in ("ts", "open", "high", "low", "close", "volume")
    )
    return CandleColumns.of(ts, *values)


def made(seed: int, n: int, *, first_slot: int = 470_000) -> CandleColumns:
    """Return a market with everything that is hard: holes, bars without trades, still stretches, jumps."""
    rng = np.random.default_rng(seed)
    returns = rng.standard_t(3, n) * 0.006
    returns[rng.random(n) < 0.004] *= 25
    still = rng.integers(0, n)
    returns[still : still + 40] = 0.0
    close = 100 * np.exp(np.cumsum(returns))
    open_ = np.concatenate(([100.0], close[:-1]))
    spread = np.abs(rng.normal(0, 0.004, (2, n)))
    spread[:, still + 1 : still + 40] = 0.0
    volume = rng.lognormal(5, 1, n)
    volume[rng.random(n) < 0.03] = 0.0
    gaps = np.where(rng.random(n) < 0.01, rng.integers(2, 12, n), 1)
    gaps[rng.integers(0, n)] = 200
    return CandleColumns.of(
        (first_slot + np.cumsum(gaps)) * HOUR,
        open_,
        np.maximum(open_, close) * (1 + spread[0]),
        np.minimum(open_, close) * (1 - spread[1]),
        close,
        volume,
    )


def same_bits(a: FloatArray, b: FloatArray) -> bool:
    unknown = np.isnan(a)
    return np.array_equal(unknown, np.isnan(b)) and a[~unknown].tobytes() == b[~unknown].tobytes()


def hard_cuts(candles: CandleColumns, seed: int, n_random: int) -> list[int]:
    """Return places to cut: block and hole edges, extreme and dead bars, warm-up edges, and random ones."""
    slots = slots_of(candles, "1h")
    move = np.abs(np.diff(np.log(candles.close), prepend=np.log(candles.close[:1])))
    edges = np.flatnonzero(np.diff(slots // BLOCK)) + 1
    holes = np.flatnonzero(np.diff(slots) > 1)[:5] + 1
    dead = np.flatnonzero(candles.volume == 0)[:5]
    extreme = np.argsort(move)[-6:]
    warmups = np.array(sorted({point.warmup for point in DATA_POINTS.values()}))[::3]
    around = np.concatenate([edges, holes, dead, extreme, warmups])
    cuts = np.concatenate(
        [around, around + 1, np.random.default_rng(seed).integers(1, len(candles), n_random)]
    )
    return sorted({int(cut) for cut in cuts if 0 < cut < len(candles)})


def futures(candles: CandleColumns, cut: int) -> Iterable[CandleColumns]:
    """Yield other futures: none, scaled, shuffled, holed, and absurd."""
    past, future = candles[:cut], candles[cut:]
    prices = (future.open, future.high, future.low, future.close)
    yield past
    for factor in (3.0, 1e-6, 1e6):
        scaled = CandleColumns.of(future.open_time, *(p * factor for p in prices), future.volume * factor)
        yield CandleColumns.join(past, scaled)
    order = np.random.default_rng(cut).permutation(len(future))
    shuffled = CandleColumns.of(future.open_time, *(p[order] for p in prices), future.volume[order])
    yield CandleColumns.join(past, shuffled)
    yield CandleColumns.join(past, future[1::3])


def leaks(readings: Readings, candles: CandleColumns, cuts: Iterable[int]) -> set[str]:
    """Return the names of those whose past moved when only the future did."""
    told = readings(candles)
    caught: set[str] = set()
    for cut in cuts:
        for other in futures(candles, cut):
            again = readings(other)
            caught |= {name for name in told if not same_bits(told[name][:cut], again[name][:cut])}
    return caught


def of_points(points: Iterable[DataPoint]) -> Readings:
    chosen = list(points)
    return lambda candles: {point.name: point.compute(candles) for point in chosen}


def ballot_columns(candles: CandleColumns) -> Mapping[str, FloatArray]:
    cast = ballots(candles, "1h")
    scores = {f"{family} score": score for family, score in cast.scores.items()}
    sides = {f"{family} side": side.astype(np.float64) for family, side in cast.sides.items()}
    return {**cast.readings, **scores, **sides, "ready": cast.ready.astype(np.float64)}


def next_return(candles: CandleColumns) -> FloatArray:
    out = np.full(len(candles), np.nan)
    out[:-1] = np.diff(np.log(candles.close))
    return out


def centred_mean(candles: CandleColumns) -> FloatArray:
    out = np.full(len(candles), np.nan)
    out[2:-2] = talib.SMA(candles.close, 5)[4:]
    return out


def whole_series_z(candles: CandleColumns) -> FloatArray:
    return (candles.close - candles.close.mean()) / candles.close.std()


def whole_series_rank(candles: CandleColumns) -> FloatArray:
    return np.argsort(np.argsort(candles.volume)).astype(np.float64)


def above_whole_series_quantile(candles: CandleColumns) -> FloatArray:
    return (candles.volume > np.quantile(candles.volume, 0.9)).astype(np.float64)


def swing_stamped_at_the_pivot(candles: CandleColumns) -> FloatArray:
    out = np.zeros(len(candles))
    out[6:-6] = candles.high[6:-6] == talib.MAX(candles.high, 13)[12:]
    return out


def back_filled_where_nothing_traded(candles: CandleColumns) -> FloatArray:
    traded = np.flatnonzero(candles.volume > 0)
    following = np.minimum(np.searchsorted(traded, np.arange(len(candles))), len(traded) - 1)
    return candles.close[traded[following]]


def peek_after_a_rare_candle(candles: CandleColumns) -> FloatArray:
    change = np.diff(np.log(candles.close), prepend=np.log(candles.close[0]))
    rare = np.flatnonzero(np.abs(change[:-1]) > 0.05)
    out = np.zeros(len(candles))
    out[rare] = change[rare + 1]
    return out


def peek_guarded_at_the_tail(candles: CandleColumns) -> FloatArray:
    out = candles.close.copy()
    if len(out) > 50:
        out[:-40] = candles.close[5:-35]
    return out


def counted_from_the_end(candles: CandleColumns) -> FloatArray:
    """Reads no later bar, yet says more about a bar the more of them follow."""
    return np.arange(len(candles), dtype=np.float64)[::-1].copy()


def change_against_the_last_bar(candles: CandleColumns) -> FloatArray:
    return candles.close / candles.close[-1]


PLANTED = (
    next_return,
    centred_mean,
    whole_series_z,
    whole_series_rank,
    above_whole_series_quantile,
    swing_stamped_at_the_pivot,
    back_filled_where_nothing_traded,
    peek_after_a_rare_candle,
    peek_guarded_at_the_tail,
    counted_from_the_end,
    change_against_the_last_bar,
)


@pytest.mark.parametrize("leak", PLANTED, ids=lambda leak: leak.__name__)
def test_a_planted_leak_is_caught_beside_clean_ones(leak):
    candles = made(11, 700)
    point = DataPoint(f"momentum.{leak.__name__}", "none", "A leak.", 0, leak)
    clean = DATA_POINTS["momentum.rsi_14"]
    assert leaks(of_points([point, clean]), candles, hard_cuts(candles, 1, 10)) == {point.name}


def test_no_data_point_leaks_on_a_market_with_everything_hard():
    candles = made(5, 1200)
    assert leaks(compute_all, candles, hard_cuts(candles, 2, 15)) == set()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("binance-spot-2024", "PEPEUSDT"),
        ("binance-spot-2024", "BTCUSDT"),
        ("binance-spot-2021-2023", "LUNAUSDT"),
        ("binance-spot-majors-2018-2025", "LINKUSDT"),
    ],
)
def test_no_data_point_leaks_on_recorded_markets(recordings, folder, name):
    candles = recorded(recordings, folder, name, 11_000)[-2200:]
    assert leaks(compute_all, candles, hard_cuts(candles, 3, 6)) == set()


@pytest.mark.parametrize("name", ["ETHUSDT", "LUNAUSDT"])
def test_no_vote_leaks_across_blocks_of_a_recorded_market(recordings, name):
    folder = "binance-spot-2021-2023" if name == "LUNAUSDT" else "binance-spot-majors-2018-2025"
    candles = recorded(recordings, folder, name, 12_000)[-4000:]
    assert leaks(ballot_columns, candles, hard_cuts(candles, 4, 4)[::2]) == set()


def test_signals_of_a_recorded_market_do_not_know_the_future(recordings):
    candles = recorded(recordings, "binance-spot-2024", "SOLUSDT", 4500)
    told = judge(KEY, candles)
    fired = [int(np.searchsorted(candles.open_time, signal.open_time)) for signal in told]
    assert len(fired) > 8
    for cut in [*fired[::3], *(row + 1 for row in fired[::3])]:
        for other in futures(candles, cut):
            again = [signal for signal in judge(KEY, other) if signal.open_time < candles.open_time[cut]]
            assert again == [signal for signal in told if signal.open_time < candles.open_time[cut]]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 900), st.integers(0, 3000))
def test_no_data_point_and_no_vote_leaks_on_any_market(seed, n, offset):
    candles = made(seed, n, first_slot=470_000 + offset)
    cuts = sorted({1, n // 3 + 1, 2 * n // 3 + 1, n - 1})
    assert leaks(compute_all, candles, cuts) == set()
    assert leaks(ballot_columns, candles, cuts) == set()


def test_every_family_of_the_registry_was_examined():
    assert {point.family for point in DATA_POINTS.values()} == {family.family for family in FAMILIES}
    assert set(compute_all(made(1, 400))) == set(DATA_POINTS)
