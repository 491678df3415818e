"""On recorded candles: does BTC fall as far as it did, and is the published rotation of 2024 in the data?"""

import numpy as np
import pytest

from workstation.cli.recordings import recordings_of
from workstation.domain.rotation import RotationRules
from workstation.engine.narratives.benchmarks import btc_gated, hold
from workstation.engine.narratives.equity import Accounts, Span, live_through
from workstation.engine.narratives.equity_statistics import Statistics
from workstation.engine.narratives.panel import join_panel
from workstation.engine.narratives.rotation_history import MarketHistory
from workstation.storage.narrative_files import read_book
from workstation.storage.paths import resource

JANUARY_2022_MS, JULY_2025_MS = 1_640_995_200_000, 1_751_328_000_000
COINS = (
    "BTC",
    "FET",
    "TAO",
    "WLD",
    "PEPE",
    "WIF",
    "BONK",
    "FLOKI",
    "OM",
    "ONDO",
    "POLYX",
    "PENDLE",
    "ETH",
    "SOL",
)


@pytest.fixture(scope="module")
def history(recordings):
    """Give the facts of a few coins, without grades."""
    (recording,) = recordings_of([recordings / "ohlcv" / "bybit-perp-1d-2020-2025"], "1d", lambda said: None)
    wanted = [f"{each}/USDT" for coin in COINS for each in (coin, f"1000{coin}")]
    series = {symbol: recording.read(symbol) for symbol in wanted if symbol in recording.symbols()}
    book = read_book(resource("narratives.toml"))
    return MarketHistory.of(join_panel([series], "1d").panel, book, RotationRules())


def figures(history, decide):
    """Return the figures of one account from 2022 to mid 2025."""
    first, stop = np.searchsorted(history.close_ms, (JANUARY_2022_MS, JULY_2025_MS), side="right").tolist()
    accounts = Accounts(1, len(history.coins))
    return Statistics.of(live_through(history, Span(first, stop), decide, accounts, lambda done: None))


def test_btc_held_fell_by_two_thirds(history):
    told = figures(history, hold(history, "BTC"))
    assert told.max_drawdown == pytest.approx(0.67, abs=0.005)
    assert told.sharpe == pytest.approx(0.70, abs=0.05)


def test_btc_above_its_mean_is_the_simple_thing_to_beat(history):
    told = figures(history, btc_gated(history))
    assert told.sharpe == pytest.approx(0.83, abs=0.03)
    assert told.max_drawdown == pytest.approx(0.51, abs=0.01)
    assert told.turnover_per_year == pytest.approx(20, abs=1)


def test_memecoins_led_in_the_week_before_march_4_2024(history):
    names = [narrative.name for narrative in history.book.narratives]
    day = int(np.searchsorted(history.close_ms, 1_709_510_400_000))  # 2024-03-04, 00:00 UTC
    roi = dict(zip(names, history.narrative_returns_pct(7)[day].tolist(), strict=True))
    assert roi["memecoins"] > 100
    assert roi["memecoins"] == max(value for value in roi.values() if np.isfinite(value))
