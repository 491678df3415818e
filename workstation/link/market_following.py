"""Which window looks at which market, and what it is sent of it."""

from workstation.domain.live_market import MarketHeard
from workstation.link.household import Facts, Household
from workstation.link.market_messages import FollowMarket
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
        facts.subscribe(MarketHeard, self._on_heard)

    def carry_out(self, connection: Connection, command: FollowMarket) -> None:
        """Have heard what a window looks at; nothing where its symbol is empty.

        Raises
        ------
        UsageError
            The step is no length of price.
        """
        self._house.watch_market(command.symbol, command.step)
        self._looking.pop(connection, None)
        connection.outbox.forget_market()
        if command.symbol:
            self._looking[connection] = command

    def leave(self, connection: Connection) -> None:
        """Take that a window is gone; what another one looks at is heard again."""
        if self._looking.pop(connection, None) is None:
            return
        last = next(reversed(self._looking.values()), None)
        self._house.watch_market(*(("", 0.0) if last is None else (last.symbol, last.step)))

    def _on_heard(self, news: MarketHeard) -> None:
        for connection, wanted in self._looking.items():
            if (news.symbol, news.step) == (wanted.symbol, wanted.step):
                connection.outbox.put_market(news)
                connection.wake()
