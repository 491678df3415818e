"""Who belongs to the universe: everything liquid on the venue, most liquid first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workstation.domain.market import Market, SeriesKey
from workstation.domain.ticker import Ticker

_DOLLARS = ("USDT", "USD", "USDC")  # most preferred first
_STAYS_ABOVE = 0.5  # of the floor: who is in does not leave for one quiet day


@dataclass(frozen=True, slots=True)
class UniverseOptions:
    """How large the universe is, and how deep.

    Parameters
    ----------
    timeframe : str
        Of its series.
    bars : int
        Closed candles of each that are stored at first.
    least_volume_usd : float
        Traded in 24 hours by whoever enters, quote currency; half of it by whoever stays.
    most_symbols : int
        The most liquid so many.
    """

    timeframe: str = "1h"
    bars: int = 3_000
    least_volume_usd: float = 500_000.0
    most_symbols: int = 2_000


@dataclass(slots=True, eq=False)
class Member:
    """One symbol of the universe, and what is known about its stored candles.

    Parameters
    ----------
    key : SeriesKey
        Its series.
    volume : float
        Traded over 24 hours, quote currency.
    newest_ms : int
        Open of the newest candle that is stored, UTC milliseconds; nothing older is asked for any more.
    is_whole : bool
        True once its history has been stored as deep as is wanted and the venue has it.
    is_queued : bool
        True while it waits for a worker or one is at it.
    asked_of_ms, n_asked : int
        The bar it was last asked for, and how often.
    n_refused : int
        Refusals in a row.
    ask_at_s : float
        Loop's time before which it is not asked for again.
    """

    key: SeriesKey
    volume: float
    newest_ms: int = 0
    is_whole: bool = False
    is_queued: bool = False
    asked_of_ms: int = -1
    n_asked: int = 0
    n_refused: int = 0
    ask_at_s: float = 0.0


class Liquidity:
    """What trades for dollars, and how much of it in 24 hours, as far as prices have told.

    Parameters
    ----------
    markets : sequence of Market
        Of the venue.
    """

    def __init__(self, markets: Sequence[Market]) -> None:
        active = [m for m in markets if m.active]
        quote = next((q for q in _DOLLARS if any(m.quote == q for m in active)), "")
        self._volume: dict[str, float] = {m.symbol: 0.0 for m in active if m.quote == quote}

    def hear(self, tickers: Iterable[Ticker]) -> None:
        """Take the newest prices."""
        for ticker in tickers:
            if ticker.quote_volume_24h is not None and ticker.symbol in self._volume:
                self._volume[ticker.symbol] = ticker.quote_volume_24h

    def choose(self, options: UniverseOptions, inside: Iterable[str]) -> dict[str, float]:
        """Return who belongs to the universe, most liquid first, with what it traded.

        Parameters
        ----------
        inside : iterable of str
            Who belongs to it so far.
        """
        floor, stays = options.least_volume_usd, frozenset(inside)
        liquid = [
            (volume, symbol)
            for symbol, volume in self._volume.items()
            if volume >= (_STAYS_ABOVE * floor if symbol in stays else floor)
        ]
        liquid.sort(key=lambda one: (-one[0], one[1]))
        return {symbol: volume for volume, symbol in liquid[: options.most_symbols]}
