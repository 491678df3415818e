import pytest

from workstation.domain.errors import UsageError
from workstation.domain.events import WatchlistChanged
from workstation.domain.market import Market
from workstation.domain.ticker import Ticker
from workstation.services.bus import Bus
from workstation.services.watchlist import N_BY_DEFAULT, Watchlist


def make(chosen=()):
    bus, said, saved = Bus(), [], []
    bus.subscribe(WatchlistChanged, said.append)
    return Watchlist(bus, chosen, saved.append), said, saved


def markets(n):
    return [Market(f"C{i}/USDT", f"C{i}", "USDT") for i in range(n)] + [Market("C0/BTC", "C0", "BTC")]


def test_without_a_choice_the_most_traded_markets_are_watched():
    watchlist, said, saved = make()
    tickers = [Ticker(f"C{i}/USDT", 1.0, None, float(i), 0) for i in range(50)]
    watchlist.propose(markets(50), tickers)
    assert watchlist.symbols[:2] == ("C49/USDT", "C48/USDT")
    assert len(watchlist.symbols) == N_BY_DEFAULT
    assert said == [WatchlistChanged(watchlist.symbols)]
    assert saved == []  # a proposal is not the trader's choice


def test_a_choice_is_saved_before_it_is_told_and_never_overruled_by_a_proposal():
    watchlist, said, saved = make()
    watchlist.choose(["ETH/USDT", "BTC/USDT", "ETH/USDT"])
    assert saved == [("ETH/USDT", "BTC/USDT")]
    watchlist.propose(markets(5), [])
    assert watchlist.symbols == ("ETH/USDT", "BTC/USDT")
    assert len(said) == 1


def test_a_choice_that_cannot_be_saved_changes_nothing():
    bus, said = Bus(), []
    bus.subscribe(WatchlistChanged, said.append)

    def full(_symbols):
        raise OSError("disk full")

    watchlist = Watchlist(bus, ["BTC/USDT"], full)
    with pytest.raises(OSError, match="disk full"):
        watchlist.choose(["ETH/USDT"])
    assert watchlist.symbols == ("BTC/USDT",)
    assert said == []


def test_an_empty_symbol_is_refused():
    watchlist, _, saved = make(["BTC/USDT"])
    with pytest.raises(UsageError, match="empty"):
        watchlist.choose(["ETH/USDT", " "])
    assert saved == []


def test_where_nothing_is_quoted_in_usdt_dollars_are_taken():
    watchlist, _, _ = make()
    watchlist.propose([Market("BTC/USD", "BTC", "USD"), Market("ETH/EUR", "ETH", "EUR")], [])
    assert watchlist.symbols == ("BTC/USD",)


def test_where_nothing_trades_just_now_what_is_listed_is_watched():
    watchlist, _, _ = make()
    halted = [Market(f"{base}/USDT", base, "USDT", active=False) for base in ("BTC", "ETH")]
    watchlist.propose(halted, [])
    assert watchlist.symbols == ("BTC/USDT", "ETH/USDT")
    open_again = [Market("SOL/USDT", "SOL", "USDT"), *halted]
    watchlist.propose(open_again, [])
    assert watchlist.symbols == ("SOL/USDT",)
