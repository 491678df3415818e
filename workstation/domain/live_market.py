"""What is heard of one market while somebody looks at it: its book in steps of price, and its trades."""

import math
from dataclasses import dataclass

MOST_TRADES = 500
"""Trades that wait to be shown; where more wait, only the newest do."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A public print on the tape.

    Parameters
    ----------
    time_ms : int
        Venue's time, UTC milliseconds.
    price, size : float
        Quote currency; base units.
    is_buy : bool or None
        Whether the buyer took; None where the venue does not say who did.
    """

    time_ms: int
    price: float
    size: float
    is_buy: bool | None


@dataclass(frozen=True, slots=True)
class LadderSide:
    """One side of a book in steps of price, best first.

    Parameters
    ----------
    price : tuple of float
        Of each step, quote currency: the farthest from the other side that falls into it.
    size : tuple of float
        What rests in each step, base units.
    value : tuple of float
        The same in quote currency, each level at its own price.
    """

    price: tuple[float, ...] = ()
    size: tuple[float, ...] = ()
    value: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """Both sides of a book in steps of price.

    Parameters
    ----------
    step : float
        Quote currency; 0.0 for the venue's own levels.
    bids, asks : LadderSide
        Best first.
    """

    step: float
    bids: LadderSide
    asks: LadderSide


@dataclass(frozen=True, slots=True)
class BookSight:
    """An order book as it is shown.

    Parameters
    ----------
    best_bid, best_ask : float
        The touch, quote currency, whatever the steps are.
    ladder : Ladder
        The levels next to the touch, in the steps that were asked for.
    depth : Ladder
        The book as far as it is known, or three percent from its middle, in wider steps.
    bid_reach, ask_reach : float
        Quote currency; what rests beyond is not known. 0.0 and infinite where everything is.
    """

    best_bid: float
    best_ask: float
    ladder: Ladder
    depth: Ladder
    bid_reach: float = 0.0
    ask_reach: float = math.inf

    @property
    def mid(self) -> float:
        """Midway between best bid and best ask, quote currency."""
        return self.best_bid / 2 + self.best_ask / 2


@dataclass(frozen=True, slots=True)
class MarketHeard:
    """The newest state of one market's book, and the trades since the news before.

    Parameters
    ----------
    symbol : str
        ccxt's unified spelling.
    step : float
        In which the book was asked for.
    book : BookSight or None
        None while it is not known: being built, rebuilt after a gap, or not to be had.
    book_age_ms : int or None
        How long the venue was silent about the book by our clock; None where it never spoke.
    trouble : str
        Why there is no book, as a sentence; empty while one is expected.
    trades : tuple of Trade
        Oldest first.
    n_left_out : int
        Older trades that were left out.
    """

    symbol: str
    step: float
    book: BookSight | None
    book_age_ms: int | None
    trouble: str = ""
    trades: tuple[Trade, ...] = ()
    n_left_out: int = 0

    def after(self, older: "MarketHeard | None") -> "MarketHeard":
        """Return these news with the trades of older ones that nobody has seen before their own."""
        if older is None or older.symbol != self.symbol:
            return self
        trades = older.trades + self.trades
        n_left_out = older.n_left_out + self.n_left_out + max(len(trades) - MOST_TRADES, 0)
        kept = trades[-MOST_TRADES:]
        return MarketHeard(
            self.symbol, self.step, self.book, self.book_age_ms, self.trouble, kept, n_left_out
        )
