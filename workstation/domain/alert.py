"""What the trader is told."""

from dataclasses import dataclass

from workstation.domain.errors import UsageError
from workstation.domain.market import TIMEFRAMES
from workstation.domain.signal import Signal

_DAY_MS = 86_400_000
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class AdviceMark:
    """Which rotation advice an alert is about.

    Parameters
    ----------
    venue : str
        Short name of the venue on whose closes it was decided.
    at_ms : int
        That close, UTC milliseconds.
    """

    venue: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RuleMark:
    """Which of the trader's own rules an alert is about, and what set it off.

    Parameters
    ----------
    rule_id : str
        Of the rule.
    revision : int
        How often the rule had been changed by then.
    title : str
        What it watches: a line, or the name of a screen.
    venue : str
        Short name of the venue.
    symbol : str
        The market; empty where several coins are told as one.
    timeframe : str
        Of the bar that closed or moved there; empty where no bar was looked at.
    at_ms : int
        When it came true, UTC milliseconds: the bar's close, or the moment.
    open_time : int or None
        Of the bar, UTC milliseconds; None where none was looked at.
    direction : int
        +1 up or in, -1 down or out, 0 neither.
    price : float or None
        Quote currency.
    coins : tuple of str
        Coins of a screen that are told by it.
    """

    rule_id: str
    revision: int
    title: str
    venue: str
    symbol: str
    timeframe: str
    at_ms: int
    open_time: int | None = None
    direction: int = 0
    price: float | None = None
    coins: tuple[str, ...] = ()

    @property
    def bar_ms(self) -> int:
        """Length of the bar, milliseconds; a minute where none was looked at."""
        return TIMEFRAMES.get(self.timeframe, _MINUTE_MS)


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing said to the trader, once.

    Parameters
    ----------
    id : int
        Rising number given by the journal; never used twice.
    signal : Signal or None
        What it is about; None where it is about something else.
    text : str
        One plain sentence.
    raised_at_ms : int
        Venue's time when it was raised, UTC milliseconds.
    late_ms : int
        How long after the close it was raised, milliseconds; above one bar it is shown as late.
    dismissed : bool
        True once the trader closed it.
    advice : AdviceMark or None
        Rotation advice that it is about.
    rule : RuleMark or None
        The trader's own rule that it is about.

    Raises
    ------
    UsageError
        It is about nothing, or about several things.
    """

    id: int
    signal: Signal | None
    text: str
    raised_at_ms: int
    late_ms: int = 0
    dismissed: bool = False
    advice: AdviceMark | None = None
    rule: RuleMark | None = None

    def __post_init__(self) -> None:
        if sum(about is not None for about in (self.signal, self.advice, self.rule)) != 1:
            raise UsageError("An alert is about a signal, about rotation advice or about a rule.")

    @property
    def venue(self) -> str:
        """Short name of the venue that it is about."""
        if self.signal is not None:
            return self.signal.key.venue
        return (self.advice or self.rule).venue  # type: ignore[union-attr]

    @property
    def symbol(self) -> str:
        """The market that it is about; empty for advice, and for several coins at once."""
        return self.signal.key.symbol if self.signal is not None else getattr(self.rule, "symbol", "")

    @property
    def timeframe(self) -> str:
        """Length of the bar that it is about; empty where it is about none."""
        return self.signal.key.timeframe if self.signal is not None else getattr(self.rule, "timeframe", "")

    @property
    def direction(self) -> int:
        """+1 up or in, -1 down or out, 0 where it has none."""
        return int(self.signal.direction) if self.signal is not None else getattr(self.rule, "direction", 0)

    @property
    def price(self) -> float | None:
        """The price that it names, quote currency; None where it names none."""
        return self.signal.price if self.signal is not None else getattr(self.rule, "price", None)

    @property
    def known_at_ms(self) -> int:
        """The close that it is about, UTC milliseconds."""
        if self.signal is not None:
            return self.signal.known_at_ms
        return (self.advice or self.rule).at_ms  # type: ignore[union-attr]

    @property
    def bar_ms(self) -> int:
        """Length of the bar that it is about; an alert later than that is shown as late."""
        if self.signal is not None:
            return self.signal.key.bar_ms
        return _DAY_MS if self.rule is None else self.rule.bar_ms
