"""How an engine differs from what the settings say."""

from dataclasses import dataclass

from workstation.services.practice_market import PracticeOptions

ALL, AUTO, PRACTICE = "all", "auto", "practice"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How this engine differs from what the settings say.

    Parameters
    ----------
    venue : str or None
        A venue's name instead of the one in the settings.
    practice : PracticeOptions or None
        A practice market instead of any venue.
    symbols : tuple of str
        Watched symbols instead of the trader's list; ``("all",)`` is everything at the venue.
    timeframes : tuple of str
        Judged timeframes instead of those in the settings.
    linger_s : float or None
        Leave when no window has been here for so long, seconds; None stays.
    """

    venue: str | None = None
    practice: PracticeOptions | None = None
    symbols: tuple[str, ...] = ()
    timeframes: tuple[str, ...] = ()
    linger_s: float | None = None
