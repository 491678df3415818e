"""How the trader looks at one of his lists: which columns, how wide, sorted and narrowed by what."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from workstation.domain.screen_column import COLUMNS, ColumnKind, Words
from workstation.domain.screen_text import LONGEST

FIRST_COLUMNS: Words = ("price", "change_24h", "grade", "last_day")
"""Beside the market, until the trader chooses others."""

TEMPLATES: Mapping[str, Words] = MappingProxyType(
    {
        "Plain": ("price", "change_24h", "volume_24h", "last_day"),
        "Signals": ("price", "change_24h", "signal", "signal_age", "probability", "families"),
        "Grades": ("price", "change_24h", "grade", "grade_change", "narrative_rank", "narrative"),
        "Levels": ("price", "support_pct", "support_atr", "resistance_pct", "resistance_atr"),
    }
)
"""Columns that suit a purpose, by name."""

NARROWEST, WIDEST = 28, 600
"""How wide a column may be made, pixels."""

_MOST_FOLDED = 200


@dataclass(frozen=True, slots=True)
class ListView:
    """How a list is shown; what cannot be shown is left out.

    Parameters
    ----------
    columns : tuple of str
        Ids of the columns beside the market, each once, left to right.
    widths : tuple of (str, int)
        Of the columns that the trader made wider or narrower, pixels.
    sorted_by : str
        Id of the column that says the order; empty for the trader's own.
    is_descending : bool
    is_grouped : bool
        Whether the coins of each narrative stand together.
    folded : tuple of str
        Narratives whose coins are hidden under their heading.
    conditions : str
        As `screen_text.parse` reads them; empty lets every coin through.
    """

    columns: Words = FIRST_COLUMNS
    widths: tuple[tuple[str, int], ...] = ()
    sorted_by: str = ""
    is_descending: bool = False
    is_grouped: bool = False
    folded: Words = ()
    conditions: str = ""

    def __post_init__(self) -> None:
        columns = tuple(one for one in dict.fromkeys(self.columns) if one in COLUMNS and one != "market")
        widths = {name: min(max(width, NARROWEST), WIDEST) for name, width in self.widths if name in COLUMNS}
        can_sort = self.sorted_by in COLUMNS and COLUMNS[self.sorted_by].kind is not ColumnKind.LINE
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "widths", tuple(widths.items()))
        object.__setattr__(self, "sorted_by", self.sorted_by if can_sort else "")
        object.__setattr__(self, "folded", tuple(dict.fromkeys(self.folded))[:_MOST_FOLDED])
        object.__setattr__(self, "conditions", self.conditions if len(self.conditions) <= LONGEST else "")

    def as_first(self) -> "ListView":
        """Return the view with the columns and widths of the beginning."""
        return replace(self, columns=FIRST_COLUMNS, widths=())


FIRST_VIEW = ListView()
"""How a list is shown until the trader says otherwise."""


def written_view(view: ListView) -> dict[str, Any]:
    """Return what of a view is not as at first, as text, numbers and lists of them."""
    return {
        one.name: value
        for one in fields(ListView)
        if (value := getattr(view, one.name)) != getattr(FIRST_VIEW, one.name)
    }


def read_view(written: object) -> ListView:
    """Return the view that `written_view` wrote; what is missing is as at first.

    Raises
    ------
    TypeError, ValueError
        It is no view.
    """
    if not isinstance(written, dict):
        raise TypeError(f"{written!r} is no view of a list")
    return ListView(
        columns=_words(written.get("columns", FIRST_COLUMNS)),
        widths=tuple((_word(name), int(width)) for name, width in written.get("widths", ())),
        sorted_by=_word(written.get("sorted_by", "")),
        is_descending=written.get("is_descending") is True,
        is_grouped=written.get("is_grouped") is True,
        folded=_words(written.get("folded", ())),
        conditions=_word(written.get("conditions", "")),
    )


def _words(values: object) -> Words:
    if not isinstance(values, list | tuple):
        raise TypeError(f"{values!r} is no list of words")
    return tuple(map(_word, values))


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
