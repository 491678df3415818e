"""Prices read our way say what ccxt itself makes of them."""

import ccxt.pro
import pytest

from workstation.feeds.normalize import ticker
from workstation.feeds.price_array import read_prices_lightly

MINI = {
    "e": "24hrMiniTicker",
    "E": 1_795_000_114_585,
    "s": "ETHBTC",
    "c": "0.95900000",
    "o": "0.91200000",
    "h": "1.04000000",
    "l": "0.89400000",
    "v": "2109995.32000000",
    "q": "2019254.05788000",
}
FULL = MINI | {"e": "24hrTicker", "P": "-0.209", "C": 1_795_000_114_580}


def listing():
    exchange = ccxt.pro.binance()
    market = {"id": "ETHBTC", "symbol": "ETH/BTC", "type": "spot", "spot": True, "inverse": False}
    exchange.markets, exchange.markets_by_id = {"ETH/BTC": market}, {"ETHBTC": [market]}
    return exchange


@pytest.mark.parametrize(
    "message",
    [
        MINI,
        FULL,
        MINI | {"c": "1e-8"},
        MINI | {"c": None},
        MINI | {"o": "0.00000000"},
        MINI | {"q": None},
        {k: v for k, v in MINI.items() if k != "o"},
    ],
    ids=["mini", "full", "tiny", "no price", "opened at zero", "no volume", "a field less"],
)
def test_a_price_is_what_ccxt_makes_of_it(message):
    theirs = ticker("ETH/BTC", listing().parse_ws_ticker(message, "spot"), 7)
    exchange = listing()
    read_prices_lightly(exchange)
    ours = ticker("ETH/BTC", exchange.parse_ws_ticker(message, "spot"), 7)
    if theirs is None:
        assert ours is None
        return
    assert ours is not None
    assert (ours.symbol, ours.last, ours.time_ms) == (theirs.symbol, theirs.last, theirs.time_ms)
    assert ours.quote_volume_24h == theirs.quote_volume_24h
    if theirs.change_24h_pct is None:
        assert ours.change_24h_pct is None
    else:
        assert ours.change_24h_pct == pytest.approx(theirs.change_24h_pct, rel=1e-12)


def test_a_market_that_is_not_listed_is_left_to_ccxt():
    exchange = listing()
    read_prices_lightly(exchange)
    assert exchange.parse_ws_ticker(MINI | {"s": "NEWBTC"}, "spot")["symbol"] == "NEWBTC"
