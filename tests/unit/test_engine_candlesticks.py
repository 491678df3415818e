"""Are the candlesticks TA-Lib's, bar for bar, and do the counts count them?"""

import numpy as np
import pytest
import talib

from tests.fakes.pattern_market import absurd, made, recorded
from workstation.domain.candle import CandleColumns
from workstation.engine.features.candlesticks import (
    BALANCE_3,
    BALANCE_24,
    BODY_SHARE_24,
    ENGULFING_24,
    FIRST_ROW,
    HAMMERS_24,
    HARAMI_24,
    INDECISION_24,
    MARUBOZU_24,
    N_KEPT,
    N_PATTERNS,
    N_POINTS,
    NAMES,
    TURNS_24,
    WICK_IMBALANCE_24,
    candlesticks,
    rows,
)

TALIB = dict(
    zip(
        NAMES,
        (
            talib.CDLDOJI,
            talib.CDLSPINNINGTOP,
            talib.CDLMARUBOZU,
            talib.CDLHAMMER,
            talib.CDLINVERTEDHAMMER,
            talib.CDLHANGINGMAN,
            talib.CDLSHOOTINGSTAR,
            talib.CDLENGULFING,
            talib.CDLHARAMI,
            talib.CDLPIERCING,
            talib.CDLDARKCLOUDCOVER,
            talib.CDLMORNINGSTAR,
            talib.CDLEVENINGSTAR,
            talib.CDL3WHITESOLDIERS,
            talib.CDL3BLACKCROWS,
        ),
        strict=True,
    )
)
RECORDED = (
    "binance-spot-majors-2018-2025/BTCUSDT-1h",
    "binance-spot-majors-2018-2025/ETHUSDT-1h",
    "binance-perp-2023-2025/PEPEUSDT-1h",
    "binance-spot-2024/BTCUSDT-5m",
    "binance-spot-2024/PEPEUSDT-5m",
)


def differences(candles: CandleColumns) -> dict[str, int]:
    """Return at how many bars each pattern is not TA-Lib's."""
    ours = candlesticks(candles)
    told = {}
    for row, (name, function) in zip(ours, TALIB.items(), strict=True):
        theirs = function(candles.open, candles.high, candles.low, candles.close)
        told[name] = int((row != theirs)[FIRST_ROW:].sum())
    return told


def filled(candles: CandleColumns, *, one_by_one_from: int | None = None):
    """Return the data points, shape (N_POINTS, n)."""
    n = len(candles)
    base = np.stack([candles.open, candles.high, candles.low, candles.close, candles.volume])
    out, kept = np.full((N_POINTS, n), np.nan), np.full((N_KEPT, n), np.nan)
    batch = n if one_by_one_from is None else one_by_one_from
    rows(base, out, kept, 0, batch)
    for i in range(batch, n):
        rows(base, out, kept, i, i + 1)
    return out


def test_every_pattern_is_talibs_on_made_markets_and_occurs_there() -> None:
    assert len(NAMES) == N_PATTERNS
    total = np.zeros(N_PATTERNS, np.int64)
    for seed in range(4):
        candles = made(seed, 20_000, sigma=0.002 * (seed + 1))
        assert not any(differences(candles).values()), differences(candles)
        total += (candlesticks(candles) != 0).sum(axis=1)
    assert (total > 0).all(), dict(zip(NAMES, total.tolist(), strict=True))


@pytest.mark.parametrize("name", RECORDED)
def test_every_pattern_is_talibs_on_a_whole_recording(recordings, name) -> None:
    candles = recorded(recordings, name)
    assert not any(differences(candles).values()), differences(candles)


def test_bodies_that_match_at_one_end_weigh_less_as_talib_has_it() -> None:
    found = candlesticks(made(1, 20_000))
    for name in ("engulfing", "harami"):
        assert set(np.unique(found[NAMES.index(name)])) == {-100, -80, 0, 80, 100}


def test_counts_are_the_sums_of_what_was_found() -> None:
    candles = made(5, 3_000)
    found = dict(zip(NAMES, np.sign(candlesticks(candles)), strict=True))
    kinds = {
        ENGULFING_24: found["engulfing"],
        HARAMI_24: found["harami"],
        HAMMERS_24: sum(found[n] for n in ("hammer", "inverted_hammer", "hanging_man", "shooting_star")),
        TURNS_24: sum(found[n] for n in (*NAMES[9:],)),
        MARUBOZU_24: found["marubozu"],
        INDECISION_24: (found["doji"] != 0) | (found["spinning_top"] != 0),
    }
    told = filled(candles)
    for column, here in kinds.items():
        expected = np.convolve(here, np.ones(24))[: len(candles)]
        assert np.array_equal(told[column], expected), column
    balance = sum(kinds[c] for c in (ENGULFING_24, HARAMI_24, HAMMERS_24, TURNS_24, MARUBOZU_24))
    assert np.array_equal(told[BALANCE_24], np.convolve(balance, np.ones(24))[: len(candles)])
    assert np.array_equal(told[BALANCE_3], np.convolve(balance, np.ones(3))[: len(candles)])


def test_bodies_and_wicks_are_shares_of_the_whole_bars() -> None:
    candles = made(6, 200)
    last = candles[176:200]
    span = (last.high - last.low).sum()
    lower = (np.minimum(last.open, last.close) - last.low).sum()
    upper = (last.high - np.maximum(last.open, last.close)).sum()
    told = filled(candles)[:, -1]
    assert told[BODY_SHARE_24] == pytest.approx(np.abs(last.close - last.open).sum() / span)
    assert told[WICK_IMBALANCE_24] == pytest.approx((lower - upper) / span)


@pytest.mark.parametrize("market", [made(7, 400), absurd(400)], ids=["made", "absurd"])
def test_bar_by_bar_is_the_history_to_the_last_bit(market) -> None:
    assert filled(market).tobytes() == filled(market, one_by_one_from=30).tobytes()
    assert filled(market[:200]).tobytes() == filled(market)[:, :200].copy().tobytes()


def test_absurd_prices_are_never_infinite() -> None:
    assert not np.isinf(filled(absurd(400))).any()
