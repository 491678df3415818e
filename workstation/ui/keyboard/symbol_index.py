"""Finds markets by what the trader types, best first."""

import re
from collections.abc import Iterable, Mapping

import numpy as np

from workstation.domain.market import TIMEFRAMES, Market
from workstation.domain.ticker import Ticker

_NOISE = re.compile(r"[\s/\-_:.]+")
_N_RANKS = 5


def timeframe_typed(text: str) -> str | None:
    """Return the timeframe a text names, e.g. ``"15m"`` or ``"4 H"``; None where it names none."""
    plain = _NOISE.sub("", text).lower()
    return plain if plain in TIMEFRAMES else None


def rank_typed(text: str, symbol: str) -> int | None:
    """Return how well a text fits a symbol, 0 best as in `SymbolIndex`; None where it does not."""
    query, plain = _plain(text), _plain(symbol)
    if not query:
        return None
    if query in plain:
        return _rank(query, _plain(symbol.partition("/")[0]), plain)
    letters = iter(plain)
    return _N_RANKS - 1 if all(letter in letters for letter in query) else None


class SymbolIndex:
    """Every market of a venue, ready to be searched on each key press.

    Rank: the base currency itself, then a base that begins so, a symbol that begins so, a base or symbol that
    holds it anywhere, and last the letters in their order with others between them. Within a rank the most
    traded comes first, then the shortest.

    Parameters
    ----------
    markets : iterable of Market
        What trades; those not active are left out.
    """

    def __init__(self, markets: Iterable[Market] = ()) -> None:
        rows = [(m.symbol, _plain(m.base), _plain(m.symbol)) for m in markets if m.active]
        rows.sort(key=lambda row: (len(row[0]), row[0]))
        self._symbols = [row[0] for row in rows]
        self._bases = [row[1] for row in rows]
        self._plains = [row[2] for row in rows]
        self._lines = "\n".join(self._plains)
        self._line_starts = np.cumsum([0, *(len(plain) + 1 for plain in self._plains)])[:-1]

    def __len__(self) -> int:
        return len(self._symbols)

    def search(self, text: str, tickers: Mapping[str, Ticker], limit: int = 50) -> list[str]:
        """Return the best symbols, at most `limit`; nothing for a text without letters or digits.

        Parameters
        ----------
        text : str
            What was typed; case, spaces and slashes do not matter.
        tickers : mapping
            Newest state by symbol; its traded volume breaks ties.
        """
        query = _plain(text)
        if not query:
            return []
        ranked: list[list[int]] = [[] for _ in range(_N_RANKS)]
        solid = self._solid(query)
        for row in solid:
            ranked[_rank(query, self._bases[row], self._plains[row])].append(row)
        if len(solid) < limit:
            ranked[-1] = self._scattered(query, solid)
        found: list[str] = []
        for rows in ranked:
            found += self._most_traded(rows, tickers, limit - len(found))
        return found

    def _solid(self, query: str) -> list[int]:
        """Return the rows that hold the letters side by side, searched in one text as below."""
        places, at = [], self._lines.find(query)
        while at >= 0:
            places.append(at)
            end = self._lines.find("\n", at)
            at = self._lines.find(query, end) if end >= 0 else -1
        return self._rows_at(places)

    def _rows_at(self, places: list[int]) -> list[int]:
        rows: list[int] = (np.searchsorted(self._line_starts, places, side="right") - 1).tolist()
        return rows

    def _scattered(self, query: str, solid: list[int]) -> list[int]:
        """Return the rows that hold the letters in their order, without those that hold them side by side.

        One search through one text of all rows: a search in each of thousands takes ten times as long.
        """
        gaps = r"[^\n]*?".join(map(re.escape, query))
        places = [found.start() for found in re.finditer(rf"^[^\n]*?{gaps}", self._lines, re.MULTILINE)]
        return sorted({*self._rows_at(places)} - {*solid})

    def _most_traded(self, rows: list[int], tickers: Mapping[str, Ticker], limit: int) -> list[str]:
        if limit <= 0 or not rows:
            return []
        volumes = np.zeros(len(rows))
        for place, row in enumerate(rows):
            ticker = tickers.get(self._symbols[row])
            if ticker is not None and ticker.quote_volume_24h is not None:
                volumes[place] = ticker.quote_volume_24h
        order = np.argsort(-np.nan_to_num(volumes), kind="stable")[:limit]
        return [self._symbols[rows[place]] for place in order.tolist()]


def _rank(query: str, base: str, plain: str) -> int:
    if base == query:
        return 0
    if base.startswith(query):
        return 1
    return 2 if plain.startswith(query) else 3


def _plain(text: str) -> str:
    return _NOISE.sub("", text).upper()
