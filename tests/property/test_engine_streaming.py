"""What is said at the close is what is said about it afterwards, to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.engine_markets import EDGE, made, recorded
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey, open_of_slot, timeframe_ms
from workstation.domain.signal import SignalOrigin
from workstation.engine.confluence import ConfluenceRules, judge
from workstation.engine.confluence_bank import ConfluenceBank
from workstation.engine.features.bank import FeatureBank
from workstation.engine.features.columns import N_GIVEN
from workstation.engine.features.history import compute
from workstation.engine.segments import BLOCK, DEPTH, LARGEST_HOLE, LEAD, first_needed_slot, slots_of

KEY = SeriesKey("venue", "AAA/USDT", "1h")
LOOSE = ConfluenceRules(min_agree=1, cool_down=5)


def trending(
    seed: int, n: int, *, first_slot: int, timeframe: str = "1h", hole_at: int | None = None
) -> CandleColumns:
    """Return a market of trends, bursts of volume and small holes, in which families often take sides."""
    rng = np.random.default_rng(seed)
    drift = np.repeat(rng.normal(0, 0.002, n // 50 + 1), 50)[:n]
    close = 0.00002 * np.exp(np.cumsum(drift + rng.normal(0, 0.004, n)))
    open_ = np.concatenate((close[:1], close[:-1]))
    gaps = np.where(rng.random(n) < 0.02, rng.integers(2, LARGEST_HOLE + 2, n), 1)
    if hole_at is not None:
        gaps[hole_at] = 40
    return CandleColumns.of(
        open_of_slot(first_slot, timeframe) + np.cumsum(gaps) * timeframe_ms(timeframe),
        open_,
        np.maximum(open_, close) * 1.002,
        np.minimum(open_, close) * 0.998,
        close,
        rng.lognormal(8, 1, n) * (1 + 200 * np.abs(drift)),
    )


def given_of(candles: CandleColumns, row: int):
    """Return what a bank is given of one bar, with no market around it."""
    out = np.full((1, N_GIVEN), np.nan)
    out[0, :5] = [getattr(candles, name)[row] for name in ("open", "high", "low", "close", "volume")]
    return out


def same_bits(one, other) -> bool:
    return bool(((one.view(np.int64) == other.view(np.int64)) | (np.isnan(one) & np.isnan(other))).all())


def pushed(bank: FeatureBank, series: int, candles: CandleColumns, start: int):
    """Push the bars from row `start` on; return what is said of each, shape (n_points, n)."""
    said = []
    for row in range(start, len(candles)):
        at = candles.open_time[row : row + 1]
        if bank.needs_history(series, int(at[0])):
            bank.load(series, candles[:row], next_open=int(at[0]))
        said.append(bank.push(np.array([series]), at, given_of(candles, row)).values[:, 0])
    return np.array(said).T.copy()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.integers(-600, 100))
def test_bar_by_bar_from_nothing_is_the_history_of_any_market(seed, n, offset):
    candles = made(seed, n, first_slot=EDGE + offset)
    bank = FeatureBank("1h")
    assert same_bits(pushed(bank, bank.add(), candles, 0), compute(candles, "1h").values)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(100, 2000), st.integers(-2100, 0), st.integers(0, 200))
def test_bar_by_bar_after_a_restart_is_the_history_of_any_market(seed, start, offset, place):
    candles = made(seed, start + 60, first_slot=EDGE + offset)
    bank = FeatureBank("1h")
    series = [bank.add() for _ in range(place % 9 + 1)][-1]
    bank.load(series, candles[:start], next_open=int(candles.open_time[start]))
    said = pushed(bank, series, candles, start)
    assert same_bits(said, np.ascontiguousarray(compute(candles, "1h", since=start).values))


def test_a_series_that_outgrows_its_room_moves_on_unchanged():
    candles = made(4, 3200, first_slot=EDGE + 10)
    bank = FeatureBank("1h")
    series = bank.add()
    bank.load(series, candles[:1500], next_open=int(candles.open_time[1500]))
    size = bank.n_bytes
    said = pushed(bank, series, candles, 1500)
    assert same_bits(said, np.ascontiguousarray(compute(candles, "1h", since=1500).values))
    assert bank.n_bytes == size


def test_a_preview_says_what_a_close_would_and_is_forgotten():
    candles = made(4, 900)
    bank = FeatureBank("1h")
    series = bank.add()
    bank.load(series, candles[:800])
    row, one = 800, np.array([series])
    at = candles.open_time[row : row + 1]
    wild = given_of(candles, row) * 7
    bank.preview(one, at, wild)
    previewed = bank.preview(one, at, given_of(candles, row)).values
    assert same_bits(bank.push(one, at, given_of(candles, row)).values, previewed)


# --- votes and signals ------------------------------------------------------------------------------------


def assert_bank_says_what_history_says(key, candles, start, rules, known=None):
    """Push the candles from row `start` on and compare every signal with the history's; return how many."""
    bank = ConfluenceBank(key.timeframe, rules=rules)
    past = candles[:start] if known is None else known
    bank.load(key, past, next_open=int(candles.open_time[start]) if len(past) else None)
    raised = []
    for row, candle in enumerate(candles[start:], start):
        if bank.needs_history(key, candle.open_time):
            bank.load(key, candles[:row], next_open=candle.open_time)
        raised += bank.push({key: candle})
    assert all(signal.origin is SignalOrigin.LIVE for signal in raised)
    since = int(candles.open_time[start])
    judged = [signal for signal in judge(key, candles, rules=rules) if signal.open_time >= since]
    assert [replace(signal, origin=SignalOrigin.HISTORY) for signal in raised] == judged
    return len(raised)


@settings(max_examples=8, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(400, 1000), st.integers(0, BLOCK), st.none() | st.integers(0, 500)
)
def test_signals_live_are_those_of_the_history_on_any_market_with_holes(seed, start, offset, hole_at):
    candles = trending(seed, start + 120, first_slot=470_000 + offset, hole_at=hole_at)
    assert_bank_says_what_history_says(KEY, candles, start, LOOSE)


@pytest.mark.parametrize("timeframe", ["1m", "4h", "1d", "1w"])
def test_signals_live_are_those_of_the_history_on_every_bar_length(timeframe):
    key = replace(KEY, timeframe=timeframe)
    candles = trending(6, 560, first_slot=2000, timeframe=timeframe)
    assert_bank_says_what_history_says(key, candles, 500, LOOSE)


def test_a_bank_that_began_with_nothing_says_what_history_says():
    candles = trending(3, 560, first_slot=470_000)
    assert assert_bank_says_what_history_says(KEY, candles, 0, LOOSE) > 2


@pytest.mark.parametrize(
    ("folder", "name"),
    [("binance-spot-2021-2023", "SOLUSDT"), ("binance-spot-majors-2018-2025", "BTCUSDT")],
)
def test_signals_across_block_edges_of_a_recorded_market(recordings, folder, name):
    everything = recorded(recordings, folder, name)
    edge = int(np.flatnonzero(np.diff(slots_of(everything, "1h") // BLOCK))[-1]) + 1
    candles = everything[edge - LEAD - 500 : edge + 340]
    rules = ConfluenceRules(min_agree=1, cool_down=3)
    assert assert_bank_says_what_history_says(KEY, candles, LEAD + 440, rules) > 0


def test_signals_across_holes_of_a_recorded_market(recordings):
    candles = recorded(recordings, "binance-spot-2021-2023", "LUNAUSDT")
    hole = int(np.argmax(np.diff(candles.open_time)))
    candles = candles[hole - 3200 : hole + 460]
    assert_bank_says_what_history_says(KEY, candles, 3150, ConfluenceRules(min_agree=1))


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**32 - 1), st.data())
def test_a_judgement_does_not_depend_on_how_much_older_history_is_stored(seed, data):
    candles = trending(seed, 2 * LEAD + 2_000, first_slot=7 * BLOCK - LEAD - 1_000)
    slots = slots_of(candles, "1h")
    row = data.draw(st.integers(len(candles) - 600, len(candles) - 1))
    needed = int(np.searchsorted(slots, first_needed_slot(int(slots[row]) - LOOSE.cool_down)))
    start = data.draw(st.integers(0, needed))
    since = int(candles.open_time[row])
    later = [signal for signal in judge(KEY, candles, rules=LOOSE) if signal.open_time >= since]
    assert [s for s in judge(KEY, candles[start:], rules=LOOSE) if s.open_time >= since] == later


def test_a_bank_on_a_full_depth_of_history_says_what_one_on_all_of_it_says():
    candles = trending(8, 2 * LEAD + 2_000, first_slot=7 * BLOCK - 2 * LEAD)
    start = len(candles) - 150
    known = candles[start - DEPTH - LOOSE.cool_down : start]
    assert_bank_says_what_history_says(KEY, candles, start, LOOSE, known=known)
