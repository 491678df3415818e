"""Gathers what one fetch gave, and leaves out, counted, what cannot be a figure."""

import logging
import re

from workstation.domain.errors import ProviderError
from workstation.domain.observation import Observation
from workstation.feeds.onchain.availability import Visit

_log = logging.getLogger(__name__)

_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_LARGEST = 1e21  # the largest supply of a listed coin is near 1e18
_FIRST_BLOCK_MS = 1_230_940_800_000  # 3 January 2009: no chain says anything about an earlier day


class NotAFigure(ValueError):
    """Something that stands where a figure should; the message says what it is."""


class Harvest:
    """Observations of one fetch.

    Parameters
    ----------
    source : str
        Who gave them.
    lag_ms : int
        The publisher's usual delay after the end of an event.
    """

    def __init__(self, source: str, lag_ms: int) -> None:
        self.n_left_out = 0
        self._source = source
        self._lag_ms = lag_ms
        self._rows: dict[tuple[str, str, int], Observation] = {}
        self._contradicted: set[tuple[str, str, int]] = set()
        self._reason = ""

    def add(
        self, metric: str, subject: str, event_ms: int, value: float, visit: Visit, published_ms: int = 0
    ) -> None:
        """Take a figure; one about a time that is to come, or before any chain, is left out.

        Two figures of one fetch that contradict each other are both left out: nobody knows which is right.
        """
        if not _FIRST_BLOCK_MS <= event_ms <= visit.now_ms:
            self.leave_out("a day that has not ended or cannot be")
            return
        key = (metric, subject, event_ms)
        available_ms = visit.available_ms(event_ms, self._lag_ms, published_ms)
        row = Observation(metric, subject, event_ms, available_ms, value, self._source)
        if self._rows.setdefault(key, row).value != value and key not in self._contradicted:
            self._contradicted.add(key)
            self.leave_out("two figures for one day")

    def leave_out(self, reason: str) -> None:
        """Count something that was told and is not used."""
        self.n_left_out += 1
        self._reason = reason

    def rows(self) -> list[Observation]:
        """Return what was gathered.

        Raises
        ------
        ProviderError
            Something was told, and nothing of it can be used.
        """
        kept = [row for key, row in self._rows.items() if key not in self._contradicted]
        if self.n_left_out:
            _log.warning(
                "%s: %d figures left out, the last for %s", self._source, self.n_left_out, self._reason
            )
            if not kept:
                raise ProviderError(
                    f"{self._source} answered nothing that can be used; the last was {self._reason}."
                )
        return kept


def figure(raw: object, largest: float = _LARGEST) -> float:
    """Return a JSON number as a figure: finite, not negative, not larger than anything on a chain.

    Raises
    ------
    NotAFigure
        It is none.
    """
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise NotAFigure("something that is not a number")
    if not 0 <= raw <= largest:  # NaN is neither
        raise NotAFigure("a number that cannot be")
    return float(raw)


def figure_of_text(raw: object, largest: float = _LARGEST) -> float:
    """Return a number written as text, as publishers do who fear rounding; see `figure`.

    Raises
    ------
    NotAFigure
        It is none.
    """
    if not isinstance(raw, str) or not _NUMBER.fullmatch(raw):
        raise NotAFigure("something that is not a number")
    return figure(float(raw), largest)
