"""Reads a series from the store: its newest part at once, the rest in another thread."""

from functools import partial

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import TidemarkError
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.ui.chart.series import LaidCandles

FIRST_CANDLES = 20_000
"""Newest candles read before the first paint; about two milliseconds."""

STEP_CANDLES = 50_000
"""Older candles read at once; the store answers nobody else for about five milliseconds."""

MOST_CANDLES = 1_000_000
"""Candles kept for one chart."""

_GROWN_MS = 250  # while history is first loaded it grows many times a second


class HistoryReader(QObject):
    """Reads one series at a time and tells what it has: newest part first, then everything.

    All but the newest part is read, joined and laid on the chart's grid by another thread: of a million bars
    the window's own would have to stand still for 65 ms.

    Parameters
    ----------
    candles : CandleReader
        The store; read by two threads.
    """

    read = Signal(object)  # LaidCandles: replaces what was told before
    failed = Signal(str)

    _ended = Signal(int, object, str)  # number of the reading, LaidCandles, why it ended early

    def __init__(self, candles: CandleReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._candles = candles
        self._key: SeriesKey | None = None
        self._n_told = 0
        self._reading = 0  # another number, and the other thread ends what it reads
        self._is_reading = False
        self._pool = QThreadPool(self, maxThreadCount=1)
        self._ended.connect(self._on_end)
        self._growing = QTimer(self, interval=_GROWN_MS, singleShot=True)
        self._growing.timeout.connect(self._begin)

    @property
    def is_reading(self) -> bool:
        """True while there is more to be told."""
        return self._is_reading

    def open(self, key: SeriesKey) -> None:
        """Read a series; its newest candles are told before this returns, even where there are none."""
        self._forget()
        self._key, self._n_told = key, 0
        self._begin()
        if not self._n_told:
            self.read.emit(LaidCandles.of(key, CandleColumns.empty()))

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
        """Read nothing more; the other thread is waited for."""
        self._forget()
        self._pool.waitForDone()

    def _forget(self) -> None:
        self._growing.stop()
        self._reading += 1
        self._is_reading = False
        self._key = None

    def _begin(self) -> None:
        if self._key is None:
            return
        self._reading += 1
        self._is_reading = False
        try:
            newest = self._candles.read_last(self._key, FIRST_CANDLES)
        except TidemarkError as error:
            self.failed.emit(str(error))
            return
        is_all = len(newest) < FIRST_CANDLES
        if len(newest) and (is_all or self._n_told <= FIRST_CANDLES):
            self._tell(LaidCandles.of(self._key, newest))
        if not is_all:
            self._is_reading = True
            self._pool.start(partial(self._read_rest, self._reading, self._key, newest))

    def _read_rest(self, number: int, key: SeriesKey, newest: CandleColumns) -> None:
        """Read what lies before the newest part, in the other thread; tell it where it is still wanted."""
        parts, problem, is_all = [newest], "", False
        while not is_all and sum(map(len, parts)) < MOST_CANDLES and number == self._reading:
            try:
                older, is_all = self._older(key, int(parts[-1].open_time[0]))
                parts.append(older)
            except TidemarkError as error:
                problem, is_all = str(error), True
        if number == self._reading:
            laid = LaidCandles.of(key, CandleColumns.join(*reversed(parts)))
            self._ended.emit(number, laid, problem)

    def _older(self, key: SeriesKey, oldest: int) -> tuple[CandleColumns, bool]:
        """Return candles before an instant, and whether there are none before them."""
        older = self._candles.read(key, oldest - STEP_CANDLES * key.bar_ms, oldest)
        if len(older):
            return older, False
        return self._candles.read(key, None, oldest), True  # the beginning, or a hole longer than one step

    def _on_end(self, number: int, laid: LaidCandles, problem: str) -> None:
        if number != self._reading:
            return
        self._is_reading = False
        if problem:
            self.failed.emit(problem)
        self._tell(laid)

    def _tell(self, laid: LaidCandles) -> None:
        self._n_told = len(laid)
        self.read.emit(laid)
