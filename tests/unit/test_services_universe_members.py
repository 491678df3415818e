"""Who belongs to the universe, and when a bar of it is told."""

import pytest

from tests.fakes.services_market import HOUR, bar
from workstation.domain.events import UniverseClosed
from workstation.domain.market import Market
from workstation.domain.ticker import Ticker
from workstation.services.universe_members import Liquidity, UniverseOptions
from workstation.services.universe_slot import Slot


def heard(volumes, markets=None):
    quoted = markets or [Market(symbol, *symbol.split("/")) for symbol in volumes]
    liquidity = Liquidity(quoted)
    liquidity.hear(Ticker(symbol, 1.0, None, volume, 0) for symbol, volume in volumes.items())
    return liquidity


def test_the_most_liquid_come_first_and_no_more_than_are_wanted():
    liquidity = heard({"A/USDT": 6e5, "B/USDT": 9e9, "C/USDT": 7e5, "D/USDT": 499_999.0, "E/USDT": None})
    assert list(liquidity.choose(UniverseOptions(), ())) == ["B/USDT", "C/USDT", "A/USDT"]
    assert list(liquidity.choose(UniverseOptions(most_symbols=2), ())) == ["B/USDT", "C/USDT"]
    assert liquidity.choose(UniverseOptions(least_volume_usd=1e9), ()) == {"B/USDT": 9e9}


@pytest.mark.parametrize(
    ("symbols", "chosen"),
    [
        (["A/EUR", "B/USD", "C/USDT", "D/USDC"], ["C/USDT"]),
        (["A/EUR", "B/USD", "D/USDC"], ["B/USD"]),
        (["A/EUR", "D/USDC"], ["D/USDC"]),
        (["A/EUR"], []),
    ],
)
def test_only_the_main_quote_currency_counts(symbols, chosen):
    assert list(heard(dict.fromkeys(symbols, 1e6)).choose(UniverseOptions(), ())) == chosen


def test_a_market_that_is_not_active_is_left_out():
    markets = [Market("A/USDT", "A", "USDT", active=False), Market("B/USDT", "B", "USDT")]
    assert list(heard({"A/USDT": 1e6, "B/USDT": 1e6}, markets).choose(UniverseOptions(), ())) == ["B/USDT"]


def test_who_is_in_stays_until_it_trades_half_of_what_lets_in():
    liquidity = heard({"A/USDT": 250_000.0, "B/USDT": 249_999.0, "C/USDT": 400_000.0})
    assert list(liquidity.choose(UniverseOptions(), ["A/USDT", "B/USDT"])) == ["A/USDT"]


def test_a_bar_is_told_once_with_who_is_absent():
    slot = Slot("1h", 10 * HOUR, 1.0, {"A/USDT", "B/USDT", "C/USDT"})
    slot.take("A/USDT", bar(10))
    slot.miss(["B/USDT", "nobody"])
    slot.forget("C/USDT")
    assert not slot.awaited
    assert slot.tell() == UniverseClosed("1h", 10 * HOUR, {"A/USDT": bar(10)}, frozenset({"B/USDT"}))
    assert slot.is_told


def test_who_was_given_up_and_comes_after_all_is_not_absent():
    slot = Slot("1h", 10 * HOUR, 1.0, {"A/USDT"})
    slot.miss(["A/USDT"])
    slot.take("A/USDT", bar(10))
    assert slot.tell().absent == frozenset()


@pytest.mark.parametrize(
    ("timeframe", "speed", "ask_from_s", "deadline_s"),
    [("1h", 1.0, 3, 900), ("1m", 1.0, 3, 15), ("1h", 60.0, 180, 900), ("1h", 1_200.0, 900, 12_000)],
)
def test_a_sweep_begins_after_a_grace_and_ends_at_a_deadline(timeframe, speed, ask_from_s, deadline_s):
    slot = Slot(timeframe, 0, speed)
    closed_ms = {"1h": HOUR, "1m": 60_000}[timeframe]
    assert slot.ask_from_ms == closed_ms + 1_000 * ask_from_s
    assert slot.deadline_ms == closed_ms + 1_000 * deadline_s
