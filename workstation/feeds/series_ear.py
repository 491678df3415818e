"""Decides when a bar is finished, for one series and one unbroken connection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workstation.domain.candle import Candle
from workstation.domain.errors import BadCandle
from workstation.domain.market import SeriesKey
from workstation.feeds.normalize import candle_row


@dataclass(frozen=True, slots=True)
class Heard:
    """What a batch of rows said.

    Parameters
    ----------
    candles : tuple of Candle
        Oldest first; every one closed but the last, which is forming.
    rejected : tuple of (row, reason)
        Rows that cannot be candles, as they came, each told once.
    """

    candles: tuple[Candle, ...]
    rejected: tuple[tuple[object, str], ...]


class SeriesEar:
    """Hears the rows of one series, which do not say whether their bar is finished.

    A bar is closed once a younger one was heard on the same connection, in the last state it was heard in.
    Therefore an ear lives as long as its connection and no longer: what was missed while it was broken
    cannot be known from the stream. A batch with a row that cannot be read proves nothing about closes, for
    that row may have been a bar's final state: the bars before its newest are left out, to be fetched.

    Parameters
    ----------
    key : SeriesKey
        The series.
    """

    def __init__(self, key: SeriesKey) -> None:
        self.key = key
        self._forming: Candle | None = None
        self._newest_open = -1
        self._last_rejected: object = None

    def hear(self, rows: Sequence[object], latest_ms: int) -> Heard:
        """Take the rows that changed since last time, each in its newest state, in any order.

        Parameters
        ----------
        latest_ms : int
            Latest open time that can be true, UTC milliseconds.
        """
        sound, rejected, all_sound = self._sort_out(rows, latest_ms)
        if not sound:
            if not all_sound:
                self._forming = None
            return Heard((), rejected)
        if all_sound and self._forming is not None and self._forming.open_time < sound[0].open_time:
            sound.insert(0, self._forming)
        newest = sound[-1]
        before = self._forming
        self._forming = newest if all_sound else None
        self._newest_open = newest.open_time
        if not all_sound:
            return Heard((newest,), rejected)
        if newest == before:
            return Heard((), rejected)
        return Heard((*(replace(c, closed=True) for c in sound[:-1]), newest), rejected)

    def _sort_out(
        self, rows: Sequence[object], latest_ms: int
    ) -> tuple[list[Candle], tuple[tuple[object, str], ...], bool]:
        sound: list[Candle] = []
        rejected: list[tuple[object, str]] = []
        all_sound = True
        for row in rows:
            try:
                candle = candle_row(self.key, row, closed=False, latest_ms=latest_ms)
            except BadCandle as error:
                all_sound = False
                if row != self._last_rejected:
                    self._last_rejected = row
                    rejected.append((row, str(error)))
            else:
                if candle.open_time >= self._newest_open:  # an older one is late: its bar was already closed
                    sound.append(candle)
        sound.sort(key=lambda c: c.open_time)
        return sound, tuple(rejected), all_sound
