"""A recorded market, replayed: any folder of candles, bit for bit."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.market import TIMEFRAMES, VenueKind, timeframe_ms
from workstation.domain.ports import CandleArchive
from workstation.sandbox.exact import decimals_of, units_of
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

    Where the folder holds several timeframes, the finest one that most of its markets have is replayed, and
    markets without it are left out.

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
        The folder holds no candles.
    BadCandleFile
        A file cannot be trusted.
    """

    kind = VenueKind.PRACTICE_RECORDED

    def __init__(self, archive: CandleArchive, label: str, seed: int = 0) -> None:
        self.label = label
        self.seed = seed
        self.base_timeframe = _commonest(archive.series())
        self._candles: dict[str, CandleColumns] = {}
        self._listings: dict[str, Listing] = {}
        for name, timeframe in archive.series():
            if timeframe == self.base_timeframe:
                self._add(name, archive.read(name, timeframe))
        if not self._candles:
            raise UsageError(f"Every {self.base_timeframe} file of the recording is empty.")
        self.first_ms = min(int(candles.open_time[0]) for candles in self._candles.values())
        newest = max(int(candles.open_time[-1]) for candles in self._candles.values())
        self.last_ms = newest + timeframe_ms(self.base_timeframe)

    def _add(self, name: str, candles: CandleColumns) -> None:
        if not len(candles):
            return
        listing = _listing(name, candles)
        self._candles[listing.symbol] = candles
        self._listings[listing.symbol] = listing

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


def _commonest(series: Sequence[tuple[str, str]]) -> str:
    """Return the finest timeframe that most markets have; the commonest where none has a majority."""
    timeframes: defaultdict[str, set[str]] = defaultdict(set)
    for name, timeframe in series:
        timeframes[name].add(timeframe)
    if not timeframes:
        raise UsageError("The folder holds no candles that could be replayed.")
    counts = Counter(timeframe for _, timeframe in series)
    for timeframe in TIMEFRAMES:
        if 2 * counts[timeframe] > len(timeframes):
            return timeframe
    return counts.most_common(1)[0][0]


def _listing(name: str, candles: CandleColumns) -> Listing:
    base, quote = base_and_quote(name)
    prices = np.concatenate((candles.open, candles.high, candles.low, candles.close))
    return Listing(f"{base}/{quote}", base, quote, decimals_of(prices), _lot_decimals(candles))


def _lot_decimals(candles: CandleColumns) -> int:
    """Return decimals so fine that every volume is exact and the smallest can visit a bar's four prices."""
    decimals = decimals_of(candles.volume)
    lots = units_of(candles.volume, decimals)
    smallest = int(lots[lots > 0].min(initial=FEWEST_LOTS))
    return decimals if smallest >= FEWEST_LOTS else decimals + 1
