"""Reads a series from the store: its newest part at once, the rest a little at a time."""

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import TidemarkError
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader

FIRST_CANDLES = 20_000
"""Newest candles read before the first paint; about a millisecond."""

STEP_CANDLES = 50_000
"""Older candles read at once; about five milliseconds."""

MOST_CANDLES = 1_000_000
"""Candles kept for one chart."""

_STEP_MS = 20
_GROWN_MS = 250  # while history is first loaded it grows many times a second


class HistoryReader(QObject):
    """Reads one series at a time and tells what it has: newest part first, then everything.

    Parameters
    ----------
    candles : CandleReader
        The store.
    """

    read = Signal(object)  # CandleColumns: replaces what was told before
    failed = Signal(str)

    def __init__(self, candles: CandleReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._candles = candles
        self._key: SeriesKey | None = None
        self._parts: list[CandleColumns] = []
        self._n_told = 0
        self._stepping = QTimer(self, interval=_STEP_MS)
        self._stepping.timeout.connect(self._step)
        self._growing = QTimer(self, interval=_GROWN_MS, singleShot=True)
        self._growing.timeout.connect(self._begin)

    def open(self, key: SeriesKey) -> None:
        """Read a series; its newest candles are told before this returns, even where there are none."""
        self.stop()
        self._key, self._n_told = key, 0
        self._begin()
        if not self._n_told:
            self.read.emit(CandleColumns.empty())

    def read_again(self) -> None:
        """Take that the store has more of the series: at once where nothing was there, else soon."""
        if not self._n_told:
            self._begin()
        elif not self._growing.isActive():
            self._growing.start()

    def catch_up(self) -> None:
        """Read what was stored since nobody looked, at once."""
        self._growing.stop()
        self._begin()

    def stop(self) -> None:
        """Read nothing more."""
        self._stepping.stop()
        self._growing.stop()
        self._parts.clear()
        self._key = None

    def _begin(self) -> None:
        if self._key is None:
            return
        self._stepping.stop()
        try:
            newest = self._candles.read_last(self._key, FIRST_CANDLES)
        except TidemarkError as error:
            self.failed.emit(str(error))
            return
        self._parts = [newest]
        is_all = len(newest) < FIRST_CANDLES
        if len(newest) and (is_all or self._n_told <= FIRST_CANDLES):
            self._tell(newest)
        if not is_all:
            self._stepping.start()

    def _step(self) -> None:
        """Read the candles before the oldest one; tell everything once there are no more."""
        if self._key is None:
            self._stepping.stop()
            return
        oldest = int(self._parts[0].open_time[0])
        try:
            older = self._candles.read(self._key, oldest - STEP_CANDLES * self._key.bar_ms, oldest)
            is_all = not len(older)
            if is_all:  # the beginning, or a hole longer than one step
                older = self._candles.read(self._key, None, oldest)
        except TidemarkError as error:
            self.failed.emit(str(error))
            older, is_all = CandleColumns.empty(), True
        self._parts.insert(0, older)
        if is_all or sum(map(len, self._parts)) >= MOST_CANDLES:
            self._stepping.stop()
            self._tell(CandleColumns.join(*self._parts))
            self._parts.clear()

    def _tell(self, candles: CandleColumns) -> None:
        self._n_told = len(candles)
        self.read.emit(candles)
