"""What the trader wants to be told of: a price at a line he drew, a coin that enters a screen."""

from dataclasses import dataclass
from enum import StrEnum

from workstation.domain.alert_line import line_of
from workstation.domain.drawing import Drawing
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.screen import Comparison, conditions_of
from workstation.domain.screen_text import parse

MOST_RULES = 2_000
"""Rules that are kept at the same time."""

MOST_LISTED = 20_000
"""Markets that the lists of one screen hold together."""

COOL_DOWNS_MS = (0, 3_600_000, 4 * 3_600_000, 86_400_000)
"""How long the same coin is not told again, milliseconds; the choices."""


class Crossing(StrEnum):
    """Which way a price must go."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"

    def takes(self, direction: int) -> bool:
        """Return whether a move of this direction, +1 or -1, is wanted."""
        return self is Crossing.EITHER or (direction > 0) is (self is Crossing.UP)


class ScreenEvent(StrEnum):
    """What a coin must do."""

    ENTERS = "enters"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class LineRule:
    """Tell when the price crosses a line that was drawn.

    Parameters
    ----------
    key : SeriesKey
        Whose bars are judged.
    drawing : Drawing
        As it stands on the chart; it says where the line is at every bar.
    part : str
        Which of its lines; see `alert_line.lines_of`.
    crossing : Crossing
        Which way. Of no meaning for an upright line, whose time is told.
    is_once : bool
        True where it is done when it was told; else it is told each time.
    on_close : bool
        True where only closes count; else the line is crossed as soon as a price is beyond it.

    Raises
    ------
    UsageError
        The drawing has no such line.
    """

    key: SeriesKey
    drawing: Drawing
    part: str
    crossing: Crossing = Crossing.EITHER
    is_once: bool = True
    on_close: bool = True

    def __post_init__(self) -> None:
        line_of(self.drawing, self.part)


@dataclass(frozen=True, slots=True)
class ScreenRule:
    """Tell when a coin enters a screen, or leaves it.

    Parameters
    ----------
    name : str
        What the trader calls the screen.
    text : str
        Its conditions, as `screen_text.parse` reads them; not empty.
    event : ScreenEvent
        Which of both.
    cool_down_ms : int
        How long the same coin is not told again, milliseconds; one of `COOL_DOWNS_MS`.
    is_live : bool
        True where live prices count between closes, too.
    lists : tuple of (str, tuple of str)
        The trader's lists that the conditions ask for, with their markets; see `WatchBook.asked_by`.

    Raises
    ------
    UsageError
        The text cannot be read, or lets every coin through; or the lists are too long.
    """

    name: str
    text: str
    event: ScreenEvent = ScreenEvent.ENTERS
    cool_down_ms: int = COOL_DOWNS_MS[1]
    is_live: bool = False
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        if parse(self.text) is None:
            raise UsageError("Every coin is in a screen without conditions; write one first, then ask again.")
        if self.cool_down_ms not in COOL_DOWNS_MS:
            raise UsageError(f"A pause of {self.cool_down_ms} ms between two alerts is not offered.")
        n_listed = sum(len(symbols) for _name, symbols in self.lists)
        if n_listed > MOST_LISTED:
            raise UsageError(
                f"The lists of this screen hold {n_listed:,} markets; an alert can watch {MOST_LISTED:,}. "
                "Name a shorter list."
            )

    @property
    def columns(self) -> frozenset[str]:
        """Ids of the columns that its conditions look at."""
        return frozenset(condition.column for condition in conditions_of(parse(self.text)))

    @property
    def lists_gone(self) -> tuple[str, ...]:
        """Names that its conditions ask for and that no list of the trader's has, or has any longer."""
        names = [name.casefold() for name, _symbols in self.lists]
        asked = (one for one in conditions_of(parse(self.text)) if one.column == "list")
        gone = []
        for one in asked:
            wanted, is_part = str(one.value).casefold(), one.comparison is Comparison.CONTAINS
            if not any(wanted in name if is_part else wanted == name for name in names):
                gone.append(str(one.value))
        return tuple(dict.fromkeys(gone))

    def lists_of(self, symbols: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Return for each market the names of its lists, as far as the conditions ask for them."""
        held: dict[str, list[str]] = {}
        for name, members in self.lists:
            for symbol in members:
                held.setdefault(symbol, []).append(name)
        return tuple(tuple(held.get(symbol, ())) for symbol in symbols)

    def listed_otherwise(self, other: "ScreenRule") -> frozenset[str]:
        """Return the markets that are in other lists than at another time."""
        pairs, others = ({(n, s) for n, all_ in one.lists for s in all_} for one in (self, other))
        return frozenset(symbol for _name, symbol in pairs ^ others)


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule of the trader's.

    Parameters
    ----------
    id : str
        Never given twice.
    venue : str
        Short name of the venue where it watches.
    line : LineRule or None
    screen : ScreenRule or None
        What is watched: one of the two.
    is_paused : bool
        True where the trader halted it.
    is_done : bool
        True where it was told and is to be told once only.

    Raises
    ------
    UsageError
        It watches nothing, or two things.
    """

    id: str
    venue: str
    line: LineRule | None = None
    screen: ScreenRule | None = None
    is_paused: bool = False
    is_done: bool = False

    def __post_init__(self) -> None:
        if not self.id or not self.venue:
            raise UsageError("A rule needs an id and a venue.")
        if (self.line is None) == (self.screen is None):
            raise UsageError("A rule watches a line or a screen.")
        if self.line is not None and self.line.key.venue != self.venue:
            raise UsageError(f"A rule of {self.venue} cannot watch {self.line.key}.")


class RuleState(StrEnum):
    """What a rule is doing."""

    WATCHING = "watching"
    PAUSED = "paused"
    DONE = "done"  # told, and only once
    ENDED = "ended"  # its line lies in the past
    WAITING = "waiting"  # it cannot be judged just now


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How a rule stands.

    Parameters
    ----------
    rule : AlertRule
    state : RuleState
    n_told : int
        Alerts that it raised.
    told_ms : int or None
        What the last one was about happened then, UTC milliseconds; None before the first.
    detail : str
        Why it waits, or what it asks for and is not there; one sentence, else empty.
    """

    rule: AlertRule
    state: RuleState
    n_told: int = 0
    told_ms: int | None = None
    detail: str = ""
