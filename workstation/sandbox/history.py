"""A recorded market, replayed: any folder of candles, bit for bit."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import BadCandleFile, UsageError
from workstation.domain.market import VenueKind, timeframe_ms
from workstation.domain.ports import CandleArchive
from workstation.sandbox.exact import decimals_of, units_of
from workstation.sandbox.finest import Recordings, finest
from workstation.sandbox.source import FEWEST_LOTS, Listing

_QUOTES = (
    "FDUSD",
    "USDT",
    "USDC",
    "TUSD",
    "BUSD",
    "USDP",
    "DAI",
    "USD",
    "EUR",
    "TRY",
    "BRL",
    "BTC",
    "ETH",
    "BNB",
)
_HISTORY_MS = 30 * 86_400_000
_REASONS_SHOWN = 3


def base_and_quote(name: str) -> tuple[str, str]:
    """Split a market's name: ``"BTC/USDT"``, or ``"1000SATSUSDT"`` by the quote currencies we know.

    Raises
    ------
    UsageError
        The name ends in no quote currency we know.
    """
    if "/" in name:
        base, _, quote = name.partition("/")
        return base, quote
    for quote in _QUOTES:
        if name.endswith(quote) and len(name) > len(quote):
            return name.removesuffix(quote), quote
    raise UsageError(f"Market {name!r} ends in no quote currency we know ({', '.join(_QUOTES)}).")


class RecordedMarket:
    """A folder of recorded candles as a market.

    Where the folder holds several timeframes of a coin, the finest is replayed that covers nearly all of what
    any of them covers and adds up to the coarser ones, so that these come back bit for bit too. A file that
    cannot be trusted, or not replayed exactly, is left out; the others go on.

    Attributes
    ----------
    refused : tuple of str
        A sentence for each file that was left out: which, and why.

    Parameters
    ----------
    archive : CandleArchive
        The folder.
    label : str
        For the trader, e.g. ``"Practice market, recorded, binance-spot-2024"``.
    seed : int
        Decides the trades inside the candles.

    Raises
    ------
    UsageError
        The folder holds no candles that can be replayed.
    """

    kind = VenueKind.PRACTICE_RECORDED

    def __init__(self, archive: CandleArchive, label: str, seed: int = 0) -> None:
        self.label = label
        self.seed = seed
        self._candles: dict[str, CandleColumns] = {}
        self._listings: dict[str, Listing] = {}
        refused: list[str] = []
        for name, timeframes in _timeframes(archive.series()).items():
            self._add(name, _trusted(archive, name, timeframes, refused), refused)
        self.refused = tuple(refused)
        if not self._candles:
            why = f": {' '.join(refused[:_REASONS_SHOWN])}" if refused else "."
            raise UsageError(f"{label} holds no candles that could be replayed{why}")
        self.first_ms = min(int(candles.open_time[0]) for candles in self._candles.values())
        self.last_ms = max(map(self._end_of, self._candles))

    def _add(self, name: str, recordings: Recordings, refused: list[str]) -> None:
        listings = _listings(name, recordings, refused)
        if not listings:
            return
        timeframe = finest({written: recordings[written] for written in listings}, name, refused)
        listing = listings[timeframe]
        self._candles[listing.symbol] = recordings[timeframe]
        self._listings[listing.symbol] = listing

    def _end_of(self, symbol: str) -> int:
        newest = int(self._candles[symbol].open_time[-1])
        return newest + timeframe_ms(self._listings[symbol].base_timeframe)

    @property
    def default_start_ms(self) -> int:
        """Thirty days in, or half-way through a shorter recording, UTC milliseconds."""
        return min(self.first_ms + _HISTORY_MS, (self.first_ms + self.last_ms) // 2)

    def markets(self) -> Sequence[Listing]:
        """Return what trades here, sorted by symbol."""
        return [self._listings[symbol] for symbol in sorted(self._listings)]

    def candles(self, symbol: str, since_ms: int, until_ms: int) -> CandleColumns:
        """Return candles with ``since_ms <= open_time < until_ms``, oldest first; gaps stay gaps."""
        candles = self._candles[symbol]
        first, last = np.searchsorted(candles.open_time, (since_ms, until_ms))
        return candles[int(first) : int(last)]


def _timeframes(series: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the timeframes of each name, finest first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, timeframe in sorted(series, key=lambda entry: timeframe_ms(entry[1])):
        found[name].append(timeframe)
    return found


def _trusted(archive: CandleArchive, name: str, timeframes: list[str], refused: list[str]) -> Recordings:
    """Return the recordings of one name that hold candles; say why the others are left out."""
    found: Recordings = {}
    for timeframe in timeframes:
        try:
            candles = archive.read(name, timeframe)
        except BadCandleFile as error:
            refused.append(str(error))
            continue
        if len(candles):
            found[timeframe] = candles
        else:
            refused.append(f"{name} {timeframe}: the file is empty.")
    return found


def _listings(name: str, recordings: Recordings, refused: list[str]) -> dict[str, Listing]:
    """Return how finely a coin trades, by timeframe; say which recordings cannot be written exactly."""
    found: dict[str, Listing] = {}
    for timeframe, candles in recordings.items():
        try:
            found[timeframe] = _listing(name, timeframe, candles)
        except (BadCandleFile, UsageError) as error:
            refused.append(f"{name} {timeframe}: {error}")
    return found


def _listing(name: str, timeframe: str, candles: CandleColumns) -> Listing:
    base, quote = base_and_quote(name)
    prices = np.concatenate((candles.open, candles.high, candles.low, candles.close))
    return Listing(f"{base}/{quote}", base, quote, decimals_of(prices), _lot_decimals(candles), timeframe)


def _lot_decimals(candles: CandleColumns) -> int:
    """Return decimals so fine that every volume is exact and the smallest can visit a bar's four prices."""
    decimals = decimals_of(candles.volume)
    lots = units_of(candles.volume, decimals)
    smallest = int(lots[lots > 0].min(initial=FEWEST_LOTS))
    return decimals if smallest >= FEWEST_LOTS else decimals + 1
