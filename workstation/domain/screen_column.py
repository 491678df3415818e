"""What is known of every coin, as columns: for the screener's table and its conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from workstation.domain.signal import Family

FloatArray = NDArray[np.float64]
Words = tuple[str, ...]
HOUR_MS = 3_600_000


class ColumnKind(StrEnum):
    """What a column holds, and so how it is written, compared and sorted."""

    NAME = "name"  # of a market, or names of narratives
    PRICE = "price"  # quote currency
    CHANGE = "change"  # percent, with its sign
    RATE = "rate"  # percent, with its sign and four decimals
    SHARE = "share"  # percent, 0..100
    APART = "apart"  # percent without a sign, with two decimals
    RANGES = "ranges"  # average true ranges
    AMOUNT = "amount"  # quote currency, in K, M and B
    POINTS = "points"  # 0..100
    STEP = "step"  # points, with their sign
    COUNT = "count"
    AGE = "age"  # hours
    SIDE = "side"  # +1 bullish, -1 bearish, 0 neutral
    LINE = "line"  # prices as a small line; neither sorted nor compared


@dataclass(frozen=True, slots=True)
class ScreenColumn:
    """One column.

    Parameters
    ----------
    id : str
        As conditions and files spell it.
    title : str
        Its head.
    kind : ColumnKind
    meaning : str
        What it says and where that comes from, one sentence.
    also : tuple of str
        Other spellings that conditions may use.
    absent : str
        Why a cell may be empty, one sentence; empty where that is plain.
    """

    id: str
    title: str
    kind: ColumnKind
    meaning: str
    also: Words = ()
    absent: str = ""


NO_GRADE = "No grade yet: grades come at a close, once enough coins have a history."
_NO_CANDLES = "Not known: too few closed candles of it are stored."
_NO_SIGNAL = "No signal was raised on it in the last 30 days while Tidemark watched."
_NO_NARRATIVE = "No narrative's index holds it."
_NO_LEVEL = (
    "Not known: it is told once the coin's history is there, and at each close, where a swing level lies on "
    "that side."
)


def _change(n: int, unit: str, words: str, span: str) -> ScreenColumn:
    title, meaning = f"{n} {unit}", f"Change over {n} {words}, percent."
    also = (f"{n}{unit}", span)
    return ScreenColumn(f"change_{n}{unit}", title, ColumnKind.CHANGE, meaning, also, _NO_CANDLES)


def _closed_change(n_hours: int, words: str, *spans: str) -> ScreenColumn:
    also = (f"{n_hours}h", *spans)
    return ScreenColumn(
        f"change_{n_hours}h",
        f"{n_hours} h",
        ColumnKind.CHANGE,
        f"Change over the {words}, percent.",
        also,
        _NO_CANDLES,
    )


def _of_signal(name: str, title: str, kind: ColumnKind, meaning: str, also: Words = ()) -> ScreenColumn:
    return ScreenColumn(name, title, kind, meaning, also, _NO_SIGNAL)


def _of_narrative(name: str, title: str, kind: ColumnKind, meaning: str, also: Words = ()) -> ScreenColumn:
    return ScreenColumn(name, title, kind, meaning, also, _NO_NARRATIVE)


def _level(side: str, unit: str, kind: ColumnKind, title: str, where: str) -> ScreenColumn:
    apart = "percent" if kind is ColumnKind.APART else "average true ranges"
    meaning = f"How far the nearest {side} is {where} the newest close, {apart}."
    also = (side,) if kind is ColumnKind.APART else ()
    return ScreenColumn(f"{side}_{unit}", title, kind, meaning, also, _NO_LEVEL)


_KNOWN = (
    ScreenColumn("market", "Market", ColumnKind.NAME, "What trades at the venue.", ("coin", "symbol")),
    ScreenColumn(
        "price",
        "Price",
        ColumnKind.PRICE,
        "Newest price; of a market that is not watched, its newest close.",
        ("last",),
        _NO_CANDLES,
    ),
    _closed_change(1, "newest closed hour", "hour"),
    _closed_change(4, "four newest closed hours"),
    _change(24, "h", "hours", "day"),
    _change(7, "d", "days", "week"),
    _change(30, "d", "days", "month"),
    ScreenColumn(
        "volume_24h",
        "Volume",
        ColumnKind.AMOUNT,
        "Traded in 24 hours, in the quote currency.",
        ("volume",),
        _NO_CANDLES,
    ),
    ScreenColumn(
        "grade", "Grade", ColumnKind.POINTS, "Grade of the newest close, 0 to 100.", absent=NO_GRADE
    ),
    ScreenColumn(
        "grade_change",
        "Δ Grade",
        ColumnKind.STEP,
        "Points since the grade 24 hours before.",
        absent="There was no grade 24 hours before, or there is none yet.",
    ),
    _of_signal("signal", "Signal", ColumnKind.SIDE, "Direction of the newest signal on the coin."),
    _of_signal("signal_age", "Age", ColumnKind.AGE, "Time since the newest signal's close.", ("age",)),
    _of_signal(
        "probability", "Chance", ColumnKind.SHARE, "Calibrated chance that the newest signal is right."
    ),
    _of_signal("base_rate", "Base", ColumnKind.SHARE, "The same chance of any bar, without a signal."),
    _of_signal(
        "families", "Agree", ColumnKind.COUNT, "Families that voted the newest signal's way.", ("agree",)
    ),
    _of_narrative("narrative", "Narratives", ColumnKind.NAME, "Narratives whose index holds the coin."),
    _of_narrative(
        "narrative_rank", "Rank", ColumnKind.COUNT, "Best rank among its narratives, by return of 7 days."
    ),
    _of_narrative(
        "narrative_7d",
        "Narr. 7 d",
        ColumnKind.CHANGE,
        "Return over 7 days of the best ranked of its narratives, percent.",
        ("narrative_7d_roi", "narrative_roi"),
    ),
    ScreenColumn("list", "Lists", ColumnKind.NAME, "Your own watchlists that hold it.", ("watchlist",)),
    ScreenColumn(
        "funding",
        "Funding",
        ColumnKind.RATE,
        "Newest funding rate of its perpetual, percent per 8 hours.",
        absent="Not known: no perpetual of it was asked about in the last two days.",
    ),
    _level("support", "pct", ColumnKind.APART, "Support", "below"),
    _level("support", "atr", ColumnKind.RANGES, "S in ATR", "below"),
    _level("resistance", "pct", ColumnKind.APART, "Resist.", "above"),
    _level("resistance", "atr", ColumnKind.RANGES, "R in ATR", "above"),
    *(
        _of_signal(
            f"vote_{family.value}",
            family.label,
            ColumnKind.SIDE,
            f"How the family “{family.label}” voted on the newest signal.",
            (f"{family.value}_vote",),
        )
        for family in Family
    ),
    ScreenColumn("last_day", "Last day", ColumnKind.LINE, "Closing prices of the last 24 hours."),
    ScreenColumn("last_week", "Last week", ColumnKind.LINE, "Closing prices of the last 7 days."),
)

COLUMNS: Mapping[str, ScreenColumn] = MappingProxyType({column.id: column for column in _KNOWN})
"""Every column by its id, in the order in which they are offered."""

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {spelling: column.id for column in _KNOWN for spelling in (column.id, *column.also)}
)
"""Every way to write a column in a condition, and its id."""


@dataclass(frozen=True, slots=True, eq=False)
class CoinColumns:
    """What is known of many coins; what is not known is absent, never zero.

    Parameters
    ----------
    symbols : tuple of str
        Markets, each once.
    numbers : mapping of str to ndarray, shape (n,)
        By column id, in the unit of its kind; NaN where not known. A column may be missing as a whole.
    names : mapping of str to tuple of tuple of str
        By column id, the names in every cell; an empty cell is not known.
    lines : mapping of str to mapping of str to ndarray
        By column id, then by symbol: prices, oldest first.
    """

    symbols: Words = ()
    numbers: Mapping[str, FloatArray] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, tuple[Words, ...]] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[str, Mapping[str, FloatArray]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for name, values in (*self.numbers.items(), *self.names.items()):
            if len(values) != len(self.symbols):
                raise ValueError(f"{name} has {len(values)} cells for {len(self.symbols)} coins.")

    def number(self, column: str) -> FloatArray:
        """Return a column of numbers, shape (n,); all NaN where nothing of it is known."""
        found = self.numbers.get(column)
        return np.full(len(self.symbols), np.nan) if found is None else found

    def of(self, symbols: Words) -> "CoinColumns":
        """Return the same of these markets, in this order; of others nothing is known."""
        place = {symbol: row for row, symbol in enumerate(self.symbols)}
        rows = np.array([place.get(symbol, -1) for symbol in symbols], np.intp)
        numbers = {
            name: np.where(rows >= 0, np.append(values, np.nan)[rows], np.nan)
            for name, values in self.numbers.items()
        }
        names = {
            name: tuple(cells[row] if row >= 0 else () for row in rows.tolist())
            for name, cells in self.names.items()
        }
        wanted = set(symbols)
        lines = {
            name: {symbol: closes for symbol, closes in known.items() if symbol in wanted}
            for name, known in self.lines.items()
        }
        return CoinColumns(symbols, numbers, names, lines)

    def line(self, column: str, symbol: str) -> FloatArray | None:
        """Return the prices of a small line, oldest first; None where fewer than two are known."""
        closes = self.lines.get(column, {}).get(symbol)
        return None if closes is None or len(closes) < 2 else closes

    def cells(self, column: str) -> tuple[Words, ...]:
        """Return a column of names; all empty where nothing of it is known."""
        if column == "market":
            return tuple((symbol,) for symbol in self.symbols)
        return self.names.get(column, ((),) * len(self.symbols))


def order_of(columns: CoinColumns, column: str, *, descending: bool) -> NDArray[np.intp]:
    """Return the rows in the order of a column; what is not known comes last either way."""
    if COLUMNS[column].kind is ColumnKind.NAME:
        words = [", ".join(cell).casefold() for cell in columns.cells(column)]
        known = [row for row, word in enumerate(words) if word]
        known.sort(key=words.__getitem__, reverse=descending)
        unknown = [row for row, word in enumerate(words) if not word]
        return np.array(known + unknown, np.intp)
    values = columns.number(column)
    return np.argsort(-values if descending else values, kind="stable").astype(np.intp)
