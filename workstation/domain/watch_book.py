"""The trader's own lists of markets and his saved screens."""

from dataclasses import dataclass, replace
from typing import TypeVar

from workstation.domain.errors import UsageError
from workstation.domain.list_view import FIRST_VIEW, ListView
from workstation.domain.screen import Comparison, Condition, Screen, asking_for, conditions_of
from workstation.domain.screen_column import COLUMNS
from workstation.domain.screen_text import parse, text_of

ALL_WATCHED = "All watched"
"""What the engine follows: the union of every list, and the name of that one in the chooser."""

FLAGS = ("", "red", "orange", "green", "blue")
"""Marks that a coin may carry in a list; empty for none."""

LONGEST_NAME, LONGEST_NOTE = 40, 200


@dataclass(frozen=True, slots=True)
class CoinNote:
    """What the trader wrote beside a coin.

    Parameters
    ----------
    flag : str
        One of `FLAGS`.
    text : str
    """

    flag: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if self.flag not in FLAGS:
            raise UsageError(f"A flag is one of {', '.join(FLAGS[1:])}; got “{self.flag}”.")
        if len(self.text) > LONGEST_NOTE:
            raise UsageError(f"A note has {LONGEST_NOTE} characters at most; got {len(self.text)}.")


@dataclass(frozen=True, slots=True)
class WatchList:
    """Markets under a name, in the trader's order, each once.

    Parameters
    ----------
    name : str
    symbols : tuple of str
    notes : tuple of (str, CoinNote)
        By market.
    view : ListView
        How the list is shown.

    Raises
    ------
    UsageError
        The name is empty, too long, or taken by what the engine follows; or a market is empty.
    """

    name: str
    symbols: tuple[str, ...] = ()
    notes: tuple[tuple[str, CoinNote], ...] = ()
    view: ListView = FIRST_VIEW

    def __post_init__(self) -> None:
        _check_name(self.name)
        if not all(symbol.strip() for symbol in self.symbols):
            raise UsageError("A watched market cannot be empty.")
        once = tuple(dict.fromkeys(self.symbols))
        object.__setattr__(self, "symbols", once)
        object.__setattr__(self, "notes", tuple(dict(self.notes).items()))

    def note(self, symbol: str) -> CoinNote:
        """Return what is written beside a coin; an empty note where nothing is."""
        return dict(self.notes).get(symbol, CoinNote())

    def with_note(self, symbol: str, note: CoinNote) -> "WatchList":
        """Return the list with a note beside a coin; an empty one takes it away."""
        kept = {key: value for key, value in self.notes if key != symbol}
        if note != CoinNote():
            kept[symbol] = note
        return replace(self, notes=tuple(kept.items()))


@dataclass(frozen=True, slots=True)
class SavedScreen:
    """A screen under a name.

    Parameters
    ----------
    name, text : str
        The text as `screen_text.parse` reads it; empty lets every coin through.
    columns : tuple of str
        Ids of the columns beside it.
    is_grouped : bool
        Whether the coins of each narrative stand together.
    sorted_by : str
        Id of the column that says the order; empty for the venue's own.
    is_descending : bool
    """

    name: str
    text: str
    columns: tuple[str, ...] = ()
    is_grouped: bool = False
    sorted_by: str = ""
    is_descending: bool = False

    def __post_init__(self) -> None:
        _check_name(self.name)
        object.__setattr__(self, "columns", tuple(one for one in self.columns if one in COLUMNS))
        if self.sorted_by not in COLUMNS:
            object.__setattr__(self, "sorted_by", "")


Named = TypeVar("Named", WatchList, SavedScreen)


@dataclass(frozen=True, slots=True)
class WatchBook:
    """Every list and screen; no two lists and no two screens have the same name, whatever its case.

    Parameters
    ----------
    lists : tuple of WatchList
    screens : tuple of SavedScreen
    watched_view : ListView
        How everything that is watched is shown.
    last_screen : SavedScreen or None
        What the screener showed last, whether it was saved or not.

    Raises
    ------
    UsageError
        A name is there twice.
    """

    lists: tuple[WatchList, ...] = ()
    screens: tuple[SavedScreen, ...] = ()
    watched_view: ListView = FIRST_VIEW
    last_screen: SavedScreen | None = None

    def __post_init__(self) -> None:
        for kind in (self.lists, self.screens):
            names = [one.name.casefold() for one in kind]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise UsageError(f"There is “{twice}” already; choose another name.")

    def holding(self, symbols: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Return for each market the names of the lists that hold it."""
        held: dict[str, list[str]] = {}
        for one in self.lists:
            for symbol in one.symbols:
                held.setdefault(symbol, []).append(one.name)
        return tuple(tuple(held.get(symbol, ())) for symbol in symbols)

    def asked_by(self, screen: Screen | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the lists that a screen's conditions ask for, each with its markets."""
        asked = [one for one in conditions_of(screen) if one.column == "list"]
        return tuple(
            (one.name, one.symbols)
            for one in self.lists
            if any(_means(condition, one.name) for condition in asked)
        )

    def unknown_to(self, screen: Screen | None) -> tuple[str, ...]:
        """Return the names of lists that a screen's conditions ask for and that are not there."""
        names = {one.name.casefold() for one in self.lists}
        asked = (
            one
            for one in conditions_of(screen)
            if one.column == "list" and one.comparison is not Comparison.CONTAINS
        )
        return tuple(str(one.value) for one in asked if str(one.value).casefold() not in names)

    def list_named(self, name: str) -> WatchList | None:
        """Return a list; None where there is none of this name."""
        return next((one for one in self.lists if one.name == name), None)

    def screen_named(self, name: str) -> SavedScreen | None:
        """Return a screen; None where there is none of this name."""
        return next((one for one in self.screens if one.name == name), None)

    def with_list(self, new: WatchList, instead_of: str = "") -> "WatchBook":
        """Return the book with a list added, or in the place of the one of a name."""
        return replace(self, lists=_put(self.lists, new, instead_of))

    def with_list_named(self, name: str, instead_of: str) -> "WatchBook":
        """Return the book with another name for a list, also in every condition that asks for it.

        Raises
        ------
        UsageError
            The name cannot be one, or there is one already.
        """
        found = self.list_named(instead_of)
        if found is None:
            return self
        lists = self.with_list(replace(found, name=name), instead_of).lists

        def shown(view: ListView) -> ListView:
            return replace(view, conditions=list_renamed(view.conditions, name, instead_of))

        def asked(screen: SavedScreen) -> SavedScreen:
            return replace(screen, text=list_renamed(screen.text, name, instead_of))

        return replace(
            self,
            lists=tuple(replace(one, view=shown(one.view)) for one in lists),
            screens=tuple(map(asked, self.screens)),
            watched_view=shown(self.watched_view),
            last_screen=None if self.last_screen is None else asked(self.last_screen),
        )

    def without_list(self, name: str) -> "WatchBook":
        """Return the book without a list."""
        return replace(self, lists=tuple(one for one in self.lists if one.name != name))

    def view_of(self, name: str) -> ListView:
        """Return how a list is shown; an empty name, or one that is gone, stands for everything watched."""
        found = self.list_named(name)
        return self.watched_view if found is None else found.view

    def with_view(self, name: str, view: ListView) -> "WatchBook":
        """Return the book with a list shown so; see `view_of`."""
        found = self.list_named(name)
        if found is None:
            return replace(self, watched_view=view)
        return self.with_list(replace(found, view=view), name)

    def with_screen(self, new: SavedScreen, instead_of: str = "") -> "WatchBook":
        """Return the book with a screen added, or in the place of the one of a name."""
        return replace(self, screens=_put(self.screens, new, instead_of))

    def without_screen(self, name: str) -> "WatchBook":
        """Return the book without a screen."""
        return replace(self, screens=tuple(one for one in self.screens if one.name != name))

    def without_symbol(self, symbol: str) -> "WatchBook":
        """Return the book without a market, in whichever list it stood."""
        kept = tuple(
            replace(one, symbols=tuple(each for each in one.symbols if each != symbol)) for one in self.lists
        )
        return replace(self, lists=kept)


def placed(symbols: tuple[str, ...], moved: tuple[str, ...], before: str) -> tuple[str, ...]:
    """Return markets with some put before another one, each once; at the end where `before` is not there."""
    kept = [symbol for symbol in symbols if symbol not in moved]
    at = kept.index(before) if before in kept else len(kept)
    return (*kept[:at], *dict.fromkeys(moved), *kept[at:])


def list_renamed(text: str, name: str, instead_of: str) -> str:
    """Return conditions that ask for a list by its new name; those that cannot be read, or do not, stay."""
    try:
        before = parse(text)
        after = asking_for(before, "list", name, instead_of)
    except UsageError:
        return text
    return text if after == before else text_of(after)


def _means(condition: Condition, name: str) -> bool:
    wanted, found = str(condition.value).casefold(), name.casefold()
    return wanted in found if condition.comparison is Comparison.CONTAINS else wanted == found


def _put(kept: tuple[Named, ...], new: Named, instead_of: str) -> tuple[Named, ...]:
    if not any(one.name == instead_of for one in kept):
        return kept + (new,)  # noqa: RUF005  # mypy follows the type through a sum only
    return tuple(new if one.name == instead_of else one for one in kept)


def _check_name(name: str) -> None:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise UsageError(f"A name has 1 to {LONGEST_NAME} printable characters; got “{name[:60]}”.")
    if name.casefold() == ALL_WATCHED.casefold():
        raise UsageError(f"“{ALL_WATCHED}” is the name of everything watched; choose another one.")
