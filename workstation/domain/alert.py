"""What the trader is told."""

from dataclasses import dataclass

from workstation.domain.signal import Signal


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing said to the trader, once.

    Parameters
    ----------
    id : int
        Rising number given by the journal; never used twice.
    signal : Signal
        What it is about.
    text : str
        One plain sentence.
    raised_at_ms : int
        Venue's time when it was raised, UTC milliseconds.
    late_ms : int
        How long after the close it was raised, milliseconds; above one bar it is shown as late.
    dismissed : bool
        True once the trader closed it.
    """

    id: int
    signal: Signal
    text: str
    raised_at_ms: int
    late_ms: int = 0
    dismissed: bool = False
