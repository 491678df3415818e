"""The volume profile of one chart: worked out by another thread once the picture rests."""

import logging
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from workstation.domain.candle import FloatArray
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.volume_profile import VolumeProfile, volume_profile

_log = logging.getLogger(__name__)
SETTLE_MS = 150
"""The picture has rested this long before a profile is worked out."""

_ROW = 5.0  # logical pixels
_FEWEST, _MOST = 8, 160


class _Sight(NamedTuple):
    """What a profile is of: closed bars in sight, and how finely their prices are told apart."""

    first: int
    end: int
    n_rows: int
    is_log: bool


class ProfileBoard(QObject):
    """Whether a chart has a volume profile, and the profile of the closed bars in sight.

    While the picture moves the profile of before stays where its prices are.

    Attributes
    ----------
    profile : VolumeProfile or None
        None while there is none.
    """

    changed = Signal()  # it has to be painted again
    edited = Signal()  # it was switched on or off

    _found = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_shown = False
        self.profile: VolumeProfile | None = None
        self._series: ChartSeries | None = None
        self._wanted: _Sight | None = None  # what is worked out, or was
        self._next: _Sight | None = None
        self._generation = 0
        self._is_busy = self._is_empty = self._is_over = False
        self._pool = QThreadPool(self, maxThreadCount=1)
        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._begin)
        self._found.connect(self._on_found)

    @property
    def is_settled(self) -> bool:
        """True while nothing is waited for."""
        return not self._is_busy and not self._settling.isActive()

    @property
    def words(self) -> str:
        """Why there is no profile to be seen."""
        return "nothing was traded in these bars" if self._is_empty else "being worked out…"

    def show(self, on: bool) -> None:
        """Show a profile, or take it away."""
        if on != self.is_shown:
            self.is_shown = on
            if not on:
                self._forget_wish()
                self.profile = None
            self.changed.emit()
            self.edited.emit()

    def restore(self, saved: object) -> None:
        """Take whether it was shown in an earlier session."""
        self.show(saved is True)

    def load(self, is_other: bool) -> None:
        """Take that every candle may be another; where it is another series nothing is shown of the old."""
        self._forget_wish()
        if is_other:
            self.profile = None

    def want(self, series: ChartSeries, slots: tuple[int, int], height: float, is_log: bool) -> None:
        """Take what is in sight; it is worked out when it has rested for a moment.

        Parameters
        ----------
        slots : (int, int)
            First closed bar in sight, and the slot after the last.
        height : float
            Of the range of these bars on screen, logical pixels.
        is_log : bool
            Whether equal distances are equal ratios.
        """
        n_rows = min(max(int(height / _ROW) // 8 * 8, _FEWEST), _MOST)
        wish = _Sight(*slots, n_rows, is_log)
        if wish != (self._next or self._wanted) and not self._is_over:
            self._series, self._next = series, wish
            self._settling.start()

    def stop(self) -> None:
        """Work nothing more out; what is being worked out is waited for."""
        self._is_over = True
        self._forget_wish()
        self._pool.waitForDone()
        self._is_busy = False

    def _forget_wish(self) -> None:
        self._settling.stop()
        self._wanted = self._next = None
        self._is_empty = False
        self._generation += 1

    def _begin(self) -> None:
        series, wish = self._series, self._next
        if series is None or wish is None or self._is_busy:
            return
        self._wanted, self._next, self._is_busy = wish, None, True
        level = series.pyramid.levels[0]
        begin = max(wish.first - level.start, 0)
        bars = level.values[:, begin : max(min(wish.end - level.start, level.size), begin)]
        self._pool.start(partial(self._do, self._generation, bars, wish))

    def _do(self, generation: int, bars: FloatArray, wish: _Sight) -> None:
        found: VolumeProfile | Exception | None
        try:
            found = volume_profile(bars, wish.n_rows, wish.is_log)
        except Exception as error:  # noqa: BLE001 - in a thread it would be heard by nobody
            found = error
        self._found.emit(generation, found)

    def _on_found(self, generation: int, found: object) -> None:
        self._is_busy = False
        if isinstance(found, Exception):
            _log.error("A volume profile could not be worked out.", exc_info=found)
        elif generation == self._generation and self.is_shown:
            self.profile = found if isinstance(found, VolumeProfile) else None
            self._is_empty = found is None
            self.changed.emit()
        if self._next is not None and not self._settling.isActive():
            self._settling.start()
