"""What the palette offers for what was typed, best first: markets, narratives, timeframes and commands."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QAction

from workstation.domain.grade import Grade
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.ticker import Ticker
from workstation.ui.bridge import World
from workstation.ui.commands import COMMANDS, Command
from workstation.ui.keyboard.command_words import PANELS, names_of
from workstation.ui.keyboard.symbol_index import SymbolIndex, rank_typed, timeframe_typed
from workstation.ui.words.foreign_text import one_line

ONLY_COMMANDS, ONLY_NARRATIVES = ">", "#"
"""First characters that narrow the palette."""

MOST_RECENT = 12
"""So many choices are remembered."""

_NOISE = re.compile(r"[^a-z0-9]+")
_MOST_SYMBOLS_FIRST = 6  # of one rank before the commands of that rank: thousands must not bury them
_OPENS_ITSELF = "search.open"
_SCATTERED = 4  # the last rank: letters in their order with others between them


class Kind(IntEnum):
    """What a row is, in the order of rows that fit equally well."""

    TIMEFRAME = 0
    SYMBOL = 1
    NARRATIVE = 2
    COMMAND = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """One row.

    Parameters
    ----------
    kind : Kind
    id : str
        Symbol, name of the narrative, timeframe, or id of the command.
    title : str
        What the row says.
    note : str
        What stands beside it, muted.
    keys : str
        Of a command.
    last, change_pct, grade, closes :
        Of a market or a narrative, as far as they are known; change over 24 hours, percent, and closes
        of the last day, oldest first.
    """

    kind: Kind
    id: str
    title: str
    note: str = ""
    keys: str = ""
    last: float | None = None
    change_pct: float | None = None
    grade: Grade | int | None = None
    closes: NDArray[np.float64] | None = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """What the row says."""
        return one_line(self.title, 48)


@dataclass(slots=True)
class Sources:
    """What there is beside markets.

    Parameters
    ----------
    actions : mapping
        Of commands, by id.
    keys_of : callable
        Returns a command's keys as the trader reads them.
    grades, sparks : dict
        Of markets, by symbol: the newest grade, and closes of the last day.
    quotes : mapping of str to Ticker
        Prices of markets that are not watched, as far as they are known.
    recent : list of (Kind, str)
        What was chosen, newest first.
    """

    actions: Mapping[str, QAction] = field(default_factory=dict)
    keys_of: Callable[[str], str] = lambda _command_id: ""
    grades: dict[str, Grade] = field(default_factory=dict)
    sparks: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    quotes: Mapping[str, Ticker] = field(default_factory=dict)
    recent: list[tuple[Kind, str]] = field(default_factory=list)

    def remember(self, kind: Kind, chosen: str) -> None:
        """Put a choice before the others."""
        self.recent[:] = [(kind, chosen), *(one for one in self.recent if one != (kind, chosen))][
            :MOST_RECENT
        ]


def rank_title(query: str, title: str) -> int | None:
    """Return how well words fit a title, both in lower case; None where their letters do not stand in it.

    0 they are it, 1 they begin it, 2 they begin its words, 3 they stand in it, 4 they are scattered over it.
    """
    asked, (plain, parts, initials) = _asked(query), _parts(title)
    if not asked.words or asked.joined == plain:
        return 0
    if plain.startswith(asked.joined):
        return 1
    if all(any(part.startswith(word) for part in parts) for word in asked.words):
        return 2
    if len(asked.solid) > 1 and initials.startswith(asked.solid):
        return 2
    if asked.joined in plain:
        return 3
    return 4 if asked.scattered.search(plain) else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query, made ready to be compared with many titles."""

    words: tuple[str, ...]
    joined: str
    solid: str
    scattered: re.Pattern[str]


@lru_cache(maxsize=8)
def _asked(query: str) -> _Asked:
    words = tuple(_NOISE.sub(" ", query).split())
    solid = "".join(words)
    return _Asked(words, " ".join(words), solid, re.compile(".*?".join(map(re.escape, solid))))


@lru_cache(maxsize=2048)
def _parts(title: str) -> tuple[str, tuple[str, ...], str]:
    """Return a title without signs, its words, and their first letters."""
    parts = tuple(_NOISE.sub(" ", title).split())
    return " ".join(parts), parts, "".join(part[0] for part in parts)


class Finder:
    """Answers each key: every kind of row, ranked.

    Parameters
    ----------
    world : World
        Markets, prices and narratives.
    sources : Sources
        The rest.
    """

    def __init__(self, world: World, sources: Sources) -> None:
        self._world, self.sources = world, sources
        self._index: SymbolIndex | None = None

    @property
    def index(self) -> SymbolIndex:
        """The markets, made ready to be searched when that is first needed: thousands take a while."""
        if self._index is None:
            self._index = SymbolIndex(self._world.markets.values())
        return self._index

    def forget_markets(self) -> None:
        """Take the markets from the world anew."""
        self._index = None

    def find(self, text: str) -> list[Hit]:
        """Return the rows for a text; for none, what was chosen lately and what is watched."""
        if text.startswith(ONLY_COMMANDS):
            return self._sorted(list(self._commands(text[1:])))
        if text.startswith(ONLY_NARRATIVES):
            return self._sorted(list(self._narratives(text[1:])))
        if not text.strip():
            return self._unasked()
        found = [*self._symbols(text), *self._narratives(text), *self._commands(text)]
        timeframe = timeframe_typed(text)
        if timeframe is None:
            return self._sorted(found)
        same = f"timeframe.{timeframe}"
        keys = next((hit.keys for _, hit in found if hit.id == same), "")
        first = (0, Hit(Kind.TIMEFRAME, timeframe, f"Switch to {timeframe} bars", keys=keys))
        return self._sorted([first, *(row for row in found if row[1].id != same)])

    def find_symbols(self, text: str) -> list[Hit]:
        """Return markets only, best first; for no text, what is watched."""
        if not text.strip():
            return [self._symbol(symbol) for symbol in self._world.watchlist[:50]]
        return [self._symbol(symbol) for symbol in self.index.search(text, self._world.tickers)]

    def _sorted(self, ranked: list[tuple[int, Hit]]) -> list[Hit]:
        place = {chosen: n for n, chosen in enumerate(self.sources.recent)}
        n_of_rank: dict[int, int] = {}

        def worth(row: tuple[int, Hit]) -> tuple[int, int, int]:
            rank, hit = row
            kind = int(hit.kind)
            if hit.kind is Kind.SYMBOL:
                n_of_rank[rank] = n_of_rank.get(rank, 0) + 1
                kind = kind if n_of_rank[rank] <= _MOST_SYMBOLS_FIRST else len(Kind)
            return rank, place.get((hit.kind, hit.id), MOST_RECENT), kind

        if any(rank < _SCATTERED for rank, _ in ranked):  # then letters here and there in words are noise
            ranked = [row for row in ranked if row[0] < _SCATTERED or row[1].kind is Kind.SYMBOL]
        return [hit for _, hit in sorted(ranked, key=worth)]

    def _unasked(self) -> list[Hit]:
        known = {(hit.kind, hit.id): hit for _, hit in [*self._narratives(""), *self._commands("")]}
        rows = []
        for kind, chosen in self.sources.recent:
            if kind is Kind.SYMBOL and chosen in self._world.markets:
                rows.append(self._symbol(chosen))
            elif (kind, chosen) in known:
                rows.append(known[kind, chosen])
        shown = {hit.id for hit in rows if hit.kind is Kind.SYMBOL}
        return rows + [self._symbol(s) for s in self._world.watchlist[:50] if s not in shown]

    def _symbols(self, text: str) -> Iterator[tuple[int, Hit]]:
        found = self.index.search(text, self._world.tickers)
        lately = [chosen for kind, chosen in self.sources.recent if kind is Kind.SYMBOL]
        more = [one for one in lately if one in self._world.markets and one not in set(found)]
        for symbol in [*found, *more]:
            rank = rank_typed(text, symbol)
            if rank is not None:
                yield rank, self._symbol(symbol)

    def priced_anew(self, hit: Hit) -> Hit:
        """Return a row with what is known of its market now; any other row as it is."""
        return self._symbol(hit.id) if hit.kind is Kind.SYMBOL else hit

    def _symbol(self, symbol: str) -> Hit:
        ticker = self._world.tickers.get(symbol) or self.sources.quotes.get(symbol)
        return Hit(
            Kind.SYMBOL,
            symbol,
            symbol,
            note="watched" if symbol in self._world.watchlist else "",
            last=ticker.last if ticker is not None else None,
            change_pct=ticker.change_24h_pct if ticker is not None else None,
            grade=self.sources.grades.get(symbol),
            closes=self.sources.sparks.get(symbol),
        )

    def _narratives(self, text: str) -> Iterator[tuple[int, Hit]]:
        for standing in self._world.narratives:
            ranks = [rank_title(text.lower(), said.lower()) for said in (standing.title, standing.name)]
            known = [rank for rank in ranks if rank is not None]
            if known:
                yield min(known), _narrative(standing)

    def _commands(self, text: str) -> Iterator[tuple[int, Hit]]:
        for command in COMMANDS:
            action = self.sources.actions.get(command.id)
            if action is None or not action.isEnabled() or command.id == _OPENS_ITSELF:
                continue
            names = names_of(command.id, command.title)
            ranks = [rank_title(text.lower(), name.lower()) for name in names]
            rank = min((one for one in ranks if one is not None), default=None)
            if rank is None and rank_title(text.lower(), f"{command.group} {command.title}".lower()) in (
                0,
                1,
                2,
            ):
                rank = 3
            if rank is not None:
                yield rank, self._command(command, action)

    def _command(self, command: Command, action: QAction) -> Hit:
        state = (" · on" if action.isChecked() else " · off") if action.isCheckable() else ""
        keys = self.sources.keys_of(command.id)
        panel = "".join(f" · panel {name}" for name in PANELS.get(command.id, ())[:1])
        return Hit(Kind.COMMAND, command.id, command.title, f"{command.group}{panel}{state}", keys)


def _narrative(standing: IndexStanding) -> Hit:
    return Hit(
        Kind.NARRATIVE,
        standing.name,
        standing.title,
        note="narrative",
        last=standing.value,
        change_pct=standing.roi_24h_pct,
        grade=standing.grade,
    )
