import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.sandbox_archive import ParquetFolder
from workstation.domain.candle import CandleColumns
from workstation.sandbox import simulated_market
from workstation.sandbox.coins import COINS, NARRATIVES
from workstation.sandbox.exact import decimals_of, units_of
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.sandbox.source import FEWEST_LOTS
from workstation.sandbox.stylised_facts import StylisedFacts, stylised_facts

HOUR_MS = 3_600_000
YEARS_MS = 365 * 24 * HOUR_MS
TOLERANCE = StylisedFacts(0.01, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01)  # half a digit more than the table shows


def facts_of(candles: list[CandleColumns]) -> StylisedFacts:
    return stylised_facts(np.stack([c.close for c in candles], 1), np.stack([c.volume for c in candles], 1))


def documented(column: int) -> StylisedFacts:
    rows = re.findall(
        r"^[a-z][^=]+? +([\d.]+) +([\d.]+) +([\d.]+)$", simulated_market.__doc__ or "", re.MULTILINE
    )
    return StylisedFacts(*(float(row[column]) for row in rows))


def assert_close(measured: StylisedFacts, said: StylisedFacts) -> None:
    for name in StylisedFacts.__slots__:
        assert getattr(measured, name) == pytest.approx(getattr(said, name), abs=getattr(TOLERANCE, name)), (
            name
        )


def test_the_simulated_facts_are_those_of_the_docstring() -> None:
    market = SimulatedMarket(7)
    until = market.first_ms + 6_000 * HOUR_MS
    candles = [market.candles(listing.symbol, market.first_ms, until) for listing in market.markets()]
    assert_close(facts_of(candles), documented(0))


def test_the_recorded_facts_of_2024_are_those_of_the_docstring(recordings: Path) -> None:
    archive = ParquetFolder(recordings / "ohlcv" / "binance-spot-2024")
    candles = [archive.read(*series) for series in archive.series() if series[1] == "1h"]
    assert_close(facts_of([c[:5_980] for c in candles if len(c) >= 5_980]), documented(1))


def test_the_recorded_facts_of_the_majors_are_those_of_the_docstring(recordings: Path) -> None:
    archive = ParquetFolder(recordings / "ohlcv" / "binance-spot-majors-2018-2025")
    since = 1_609_459_200_000  # 2021-01-01
    candles = [archive.read(*series) for series in archive.series()]
    candles = [c.pick(c.open_time >= since) for c in candles]
    hours = set.intersection(*(set(c.open_time.tolist()) for c in candles))
    common = np.array(sorted(hours))
    assert_close(facts_of([c.pick(np.isin(c.open_time, common)) for c in candles]), documented(2))


def test_the_simulated_market_has_the_character_of_the_recorded_one() -> None:
    simulated, recorded = documented(0), documented(1)
    for name in ("volatility_pct", "kurtosis", "memory_1h", "pair_correlation", "volume_correlation"):
        assert getattr(simulated, name) == pytest.approx(getattr(recorded, name), rel=0.25), name
    assert simulated.memory_1h > simulated.memory_24h > simulated.memory_168h > 0


def test_the_same_seed_gives_the_same_bytes_in_whatever_order_they_are_asked_for() -> None:
    one, other = SimulatedMarket(3), SimulatedMarket(3)
    since, middle, until = (one.first_ms + hours * HOUR_MS for hours in (0, 1_000, 2_500))
    late_first = CandleColumns.join(
        *reversed((one.candles("FET/USDT", middle, until), one.candles("FET/USDT", since, middle)))
    )
    assert late_first.equals(other.candles("FET/USDT", since, until))
    assert not late_first.equals(SimulatedMarket(4).candles("FET/USDT", since, until))


def test_every_candle_is_possible_on_its_grid_and_follows_the_one_before() -> None:
    market = SimulatedMarket(5)
    for listing in market.markets():
        candles = market.candles(listing.symbol, market.first_ms, market.first_ms + YEARS_MS)
        assert len(candles) == 8_760
        assert not candles.impossible().any()
        assert np.array_equal(candles.open[1:], candles.close[:-1])
        assert decimals_of(candles.low) <= listing.price_decimals
        assert units_of(candles.volume, listing.lot_decimals).min() >= FEWEST_LOTS


def test_sixty_coins_trade_in_eight_narratives() -> None:
    market = SimulatedMarket(1)
    symbols = [listing.symbol for listing in market.markets()]
    assert len(set(symbols)) == len(COINS) == 60
    assert len(NARRATIVES) == 8
    assert {market.narrative_of(symbol) for symbol in symbols} == set(NARRATIVES)
    assert market.narrative_of("FET/USDT") == "AI"
    assert market.narrative_of("PEPE/USDT") == "Memecoins"


def test_leadership_rotates_between_the_narratives() -> None:
    market = SimulatedMarket(7)
    months = np.arange(0, 13) * 30 * 24
    best = set()
    for start, end in itertools.pairwise(months):
        gains: dict[str, list[float]] = {}
        for listing in market.markets():
            month = market.candles(
                listing.symbol, *(market.first_ms + int(h) * HOUR_MS for h in (start, end))
            )
            gains.setdefault(market.narrative_of(listing.symbol), []).append(month.close[-1] / month.open[0])
        best.add(max(gains, key=lambda name: float(np.median(gains[name]))))
    assert len(best) >= 4


def test_coins_of_one_narrative_move_together_more_than_strangers() -> None:
    market = SimulatedMarket(2)
    coins = [listing.symbol for listing in market.markets()]
    closes = [market.candles(c, market.first_ms, market.first_ms + 4_000 * HOUR_MS).close for c in coins]
    returns = np.diff(np.log(np.stack(closes, 1)), axis=0)
    correlation = np.corrcoef(returns.T)
    narrative = np.array([market.narrative_of(c) for c in coins])
    same = (narrative[:, None] == narrative) & ~np.eye(60, dtype=bool)
    other = narrative[:, None] != narrative
    assert correlation[same].mean() > correlation[other].mean() + 0.03


def test_stylised_facts_need_more_than_a_week_and_more_than_one_coin() -> None:
    with pytest.raises(ValueError, match="169"):
        stylised_facts(np.ones((100, 3)), np.ones((100, 3)))
