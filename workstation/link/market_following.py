"""Which window looks at which market, and what it is sent of it."""

from collections.abc import Iterable

from workstation.domain.live_market import MarketHeard
from workstation.domain.ticker import Ticker
from workstation.link.household import Facts, Household
from workstation.link.market_messages import FollowMarket, FollowPrices, MarketCommand
from workstation.link.server import Connection


class MarketFollowing:
    """Remembers what windows look at. One market is heard at a time: the one that was asked for last.

    Parameters
    ----------
    house : Household
        Has the market heard.
    facts : Facts
        The engine's bus.
    """

    def __init__(self, house: Household, facts: Facts) -> None:
        self._house = house
        self._looking: dict[Connection, FollowMarket] = {}
        self._with_all_prices: set[Connection] = set()
        facts.subscribe(MarketHeard, self._on_heard)

    def carry_out(self, connection: Connection, command: MarketCommand, prices: Iterable[Ticker]) -> None:
        """Carry out what a window asks; `prices` are the newest of every market.

        Raises
        ------
        UsageError
            The step is no length of price.
        """
        match command:
            case FollowPrices(are_all=True):
                self._with_all_prices.add(connection)
                for ticker in prices:
                    connection.outbox.put_ticker(ticker)
                connection.wake()
            case FollowPrices():
                self._with_all_prices.discard(connection)
            case FollowMarket(symbol=symbol, step=step):
                self._house.watch_market(symbol, step)
                self._looking.pop(connection, None)
                connection.outbox.forget_market()
                if symbol:
                    self._looking[connection] = command

    def hears_all_prices(self, connection: Connection) -> bool:
        """Return whether a window is sent the price of every market."""
        return connection in self._with_all_prices

    def leave(self, connection: Connection) -> None:
        """Take that a window is gone; what another one looks at is heard again."""
        self._with_all_prices.discard(connection)
        if self._looking.pop(connection, None) is None:
            return
        last = next(reversed(self._looking.values()), None)
        self._house.watch_market(*(("", 0.0) if last is None else (last.symbol, last.step)))

    def _on_heard(self, news: MarketHeard) -> None:
        for connection, wanted in self._looking.items():
            if (news.symbol, news.step) == (wanted.symbol, wanted.step):
                connection.outbox.put_market(news)
                connection.wake()
