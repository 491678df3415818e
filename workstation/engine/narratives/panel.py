"""The bars of many coins side by side, as indices and rotation read them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.market import timeframe_ms

DAY_MS = 86_400_000
AWAY_MS = 7 * DAY_MS
"""A coin without a bar for longer is taken as delisted; should it trade again, it is listed anew."""

DOLLARS = ("USDT", "USD", "USDC", "FDUSD", "BUSD", "TUSD")
"""Quote currencies that count as US dollars; the first that a coin trades for is read."""

PEGGED = frozenset((
    "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USDE", "USDP", "USDD", "USD1", "USD", "DAI", "PYUSD",
    "XUSD", "EUR", "EURI", "AEUR", "GBP", "TRY", "BRL",
))  # fmt: skip
"""Currencies that trade like coins and are none."""

_BUNDLE = re.compile(r"(?P<n>1000|10000|1000000)(?P<coin>[A-Z].*)")
_BUNDLE_AFTER = re.compile(r"(?P<coin>[A-Z]+)(?P<n>1000)")
_LONG_MS = 30 * DAY_MS

CapsAt = Callable[[IntArray, Sequence[str]], FloatArray]
"""Market capitalisations known at some closes of some coins, shape (n_bars, n_coins); NaN where not known."""


@dataclass(frozen=True, slots=True, eq=False)
class MarketPanel:
    """Closed bars of many coins on one grid of times.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_bars,)
        When each bar closed, UTC milliseconds, rising by `bar_ms`; bars that no coin has are there, too.
    coins : tuple of str
        Codes of the coins, e.g. ``"AGIX"``.
    open, close : ndarray of float64, shape (n_bars, n_coins)
        US dollars; NaN where the coin has no bar, above zero elsewhere.
    dollar_volume : ndarray of float64, shape (n_bars, n_coins)
        US dollars traded in the bar; NaN where the coin has none.
    cap : ndarray of float64, shape (n_bars, n_coins)
        Market capitalisation as it was known at the close, US dollars; NaN where not known.
    bar_ms : int
        Length of a bar.
    """

    close_ms: IntArray
    coins: tuple[str, ...]
    open: FloatArray
    close: FloatArray
    dollar_volume: FloatArray
    cap: FloatArray
    bar_ms: int

    def __post_init__(self) -> None:
        shape = (len(self.close_ms), len(self.coins))
        for name in ("open", "close", "dollar_volume", "cap"):
            if getattr(self, name).shape != shape:
                raise UsageError(f"{name} must have the shape {shape}; got {getattr(self, name).shape}.")

    @property
    def bars_a_day(self) -> int:
        """How many bars a day has; 1 for bars of a day and longer."""
        return max(1, DAY_MS // self.bar_ms)

    def __getitem__(self, rows: slice) -> "MarketPanel":
        """Return some of the bars, as views."""
        return MarketPanel(
            self.close_ms[rows],
            self.coins,
            self.open[rows],
            self.close[rows],
            self.dollar_volume[rows],
            self.cap[rows],
            self.bar_ms,
        )

    def until(self, at_ms: int) -> "MarketPanel":
        """Return the bars that had closed by a time, UTC milliseconds."""
        return self[: int(np.searchsorted(self.close_ms, at_ms, side="right"))]


@dataclass(frozen=True, slots=True)
class JoinedPanel:
    """A panel, and what was done to the candles on the way into it.

    Parameters
    ----------
    panel : MarketPanel
    notes : tuple of str
        One sentence for each thing that was left out, with its count.
    """

    panel: MarketPanel
    notes: tuple[str, ...] = ()


def coin_of(symbol: str) -> tuple[str, int] | None:
    """Return the coin that trades for dollars under a symbol, and how many of it one unit is.

    Examples: ``"FET/USDT"`` is (``"FET"``, 1), ``"1000PEPE/USDT:USDT"`` is (``"PEPE"``, 1000). None where it
    trades for something else, or is a currency itself.
    """
    base, _, quote = symbol.partition("/")
    if quote.partition(":")[0] not in DOLLARS:
        return None
    bundle = _BUNDLE.fullmatch(base) or _BUNDLE_AFTER.fullmatch(base)
    coin, n = (bundle["coin"], int(bundle["n"])) if bundle else (base, 1)
    return None if coin in PEGGED else (coin, n)


def join_panel(
    recordings: Sequence[Mapping[str, CandleColumns]], timeframe: str, caps: CapsAt | None = None
) -> JoinedPanel:
    """Return the candles of some recordings as one panel.

    A coin is read from the first recording that has thirty days of it; the others only lengthen it before
    its first bar and after its last, never fill a hole inside. Where two meet, the added prices are scaled
    to the closest close that both have, so that no return mixes two recordings; where they have none in
    common within seven days, what lies within seven days of the seam is left out, so that the coin counts as
    delisted and listed anew. Of several symbols of one coin in one recording the first of `DOLLARS` is read.

    Parameters
    ----------
    recordings : sequence of mapping of str to CandleColumns
        By symbol, in the order of trust; bars of `timeframe`.
    timeframe : str
        A day or shorter.
    caps : callable, optional
        Gives market capitalisations.

    Returns
    -------
    JoinedPanel
        Coins sorted. Bars with an open or close that is not above zero are absent, and counted; of two bars
        of one time the first is read, and the others are counted.

    Raises
    ------
    UsageError
        There is no candle of any coin that trades for dollars, or bars are longer than a day.
    """
    bar_ms = timeframe_ms(timeframe)
    if bar_ms > DAY_MS:
        raise UsageError(f"Indices are made of bars of a day or shorter; got {timeframe}.")
    sources = _sources(recordings)
    counts = _Counts()
    parts = {coin: [_Bars.of(c, n, bar_ms, counts) for c, n in sources[coin]] for coin in sorted(sources)}
    parts = {coin: kept for coin, bars in parts.items() if (kept := [b for b in bars if len(b.slot)])}
    if not parts:
        raise UsageError("There is no candle of a coin that trades for dollars; nothing can be indexed.")
    first = min(int(bars.slot[0]) for each in parts.values() for bars in each)
    last = max(int(bars.slot[-1]) for each in parts.values() for bars in each)
    coins = tuple(parts)
    table = np.full((3, last - first + 1, len(coins)), np.nan)
    for column, coin in enumerate(coins):
        bars = _spliced(parts[coin], AWAY_MS // bar_ms)
        table[:, bars.slot - first, column] = bars.values
    close_ms = (np.arange(first, last + 1, dtype=np.int64) + 1) * bar_ms
    cap = np.full(table.shape[1:], np.nan) if caps is None else caps(close_ms, coins)
    open_, close, dollars = table
    return JoinedPanel(MarketPanel(close_ms, coins, open_, close, dollars, cap, bar_ms), counts.notes())


@dataclass(slots=True)
class _Counts:
    """What was left out."""

    n_impossible: int = 0
    n_twice: int = 0

    def notes(self) -> tuple[str, ...]:
        said = (
            (self.n_impossible, "with a price that is not above zero, or off the grid, left out"),
            (self.n_twice, "of a time that was there already left out"),
        )
        return tuple(f"{n:,} bar{'' if n == 1 else 's'} {what}." for n, what in said if n)


@dataclass(frozen=True, slots=True, eq=False)
class _Bars:
    """Bars of one coin: their numbers since 1970, and open, close and dollars traded, shape (3, n)."""

    slot: IntArray
    values: FloatArray

    @classmethod
    def of(cls, candles: CandleColumns, n_coins: int, bar_ms: int, counts: _Counts) -> "_Bars":
        prices = np.stack((candles.open, candles.close))
        sound = (np.isfinite(prices) & (prices > 0)).all(axis=0) & (candles.open_time % bar_ms == 0)
        slot, first = np.unique(candles.open_time[sound] // bar_ms, return_index=True)
        counts.n_impossible += int((~sound).sum())
        counts.n_twice += int(sound.sum()) - len(slot)
        dollars = candles.close * candles.volume
        return cls(slot, np.stack((*prices / n_coins, dollars))[:, sound][:, first])

    def only(self, rows: np.ndarray[tuple[int], np.dtype[np.bool_]], scale: float) -> "_Bars":
        values = self.values[:, rows]
        values[:2] *= scale
        return _Bars(self.slot[rows], values)

    def close_at(self, slot: int) -> float:
        return float(self.values[1, np.searchsorted(self.slot, slot)])


def _sources(
    recordings: Sequence[Mapping[str, CandleColumns]],
) -> dict[str, list[tuple[CandleColumns, int]]]:
    """Return each coin's candles, the first recording first and those of under thirty days last."""
    found: dict[str, list[tuple[CandleColumns, int]]] = {}
    for recording in recordings:
        chosen: dict[str, tuple[tuple[int, int], CandleColumns]] = {}
        for symbol, candles in recording.items():
            named = coin_of(symbol)
            if named is None or not len(candles):
                continue
            coin, n = named
            rank = DOLLARS.index(symbol.partition("/")[2].partition(":")[0]), n
            if coin not in chosen or rank < chosen[coin][0]:
                chosen[coin] = rank, candles
        for coin, ((_, n), candles) in chosen.items():
            found.setdefault(coin, []).append((candles, n))
    return {coin: sorted(each, key=lambda one: _is_short(one[0])) for coin, each in found.items()}


def _is_short(candles: CandleColumns) -> bool:
    return bool(candles.open_time[-1] - candles.open_time[0] < _LONG_MS)


def _spliced(sources: Sequence[_Bars], n_away: int) -> _Bars:
    """Return one coin's bars from several recordings; the first is taken whole."""
    whole = sources[0]
    for other in sources[1:]:
        earlier = _beyond(whole, other, n_away, after=False)
        later = _beyond(whole, other, n_away, after=True)
        parts = (earlier, whole, later)
        whole = _Bars(
            np.concatenate([part.slot for part in parts]),
            np.concatenate([part.values for part in parts], axis=1),
        )
    return whole


def _beyond(whole: _Bars, other: _Bars, n_away: int, *, after: bool) -> _Bars:
    """Return what another recording adds before or after what is there, scaled to it."""
    seam = int(whole.slot[-1 if after else 0])
    both = np.intersect1d(whole.slot, other.slot, assume_unique=True)
    near = both[np.abs(both - seam) <= n_away]
    if len(near):
        closest = int(near[-1 if after else 0])
        scale, gap = whole.close_at(closest) / other.close_at(closest), 0
    else:
        scale, gap = 1.0, n_away
    return other.only(other.slot > seam + gap if after else other.slot < seam - gap, scale)
