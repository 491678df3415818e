"""What the trader is told."""

from dataclasses import dataclass

from workstation.domain.errors import UsageError
from workstation.domain.signal import Signal

_DAY_MS = 86_400_000


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
class Alert:
    """One thing said to the trader, once.

    Parameters
    ----------
    id : int
        Rising number given by the journal; never used twice.
    signal : Signal or None
        What it is about; None where it is about rotation advice.
    text : str
        One plain sentence.
    raised_at_ms : int
        Venue's time when it was raised, UTC milliseconds.
    late_ms : int
        How long after the close it was raised, milliseconds; above one bar it is shown as late.
    dismissed : bool
        True once the trader closed it.
    advice : AdviceMark or None
        What it is about; None where it is about a signal.

    Raises
    ------
    UsageError
        It is about nothing, or about two things.
    """

    id: int
    signal: Signal | None
    text: str
    raised_at_ms: int
    late_ms: int = 0
    dismissed: bool = False
    advice: AdviceMark | None = None

    def __post_init__(self) -> None:
        if (self.signal is None) == (self.advice is None):
            raise UsageError("An alert is about a signal or about rotation advice.")

    @property
    def venue(self) -> str:
        """Short name of the venue that it is about."""
        return self.signal.key.venue if self.signal is not None else self.advice.venue  # type: ignore[union-attr]

    @property
    def known_at_ms(self) -> int:
        """The close that it is about, UTC milliseconds."""
        return self.signal.known_at_ms if self.signal is not None else self.advice.at_ms  # type: ignore[union-attr]

    @property
    def bar_ms(self) -> int:
        """Length of the bar that it is about; an alert later than that is shown as late."""
        return _DAY_MS if self.signal is None else self.signal.key.bar_ms
