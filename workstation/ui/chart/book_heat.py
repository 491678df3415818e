"""The past of a book as a picture: a column a second, a row a step of price, bright where much rests."""

import numpy as np
from PySide6.QtGui import QColor, QImage

from workstation.domain.candle import FloatArray
from workstation.ui.chart.book_past import KEPT_S, SILENT_S, BookPast
from workstation.ui.theme import Theme

_CONTRAST = 0.75  # below 1: what is half as much is more than half as bright
_FAINT = 0.06  # of the way to the brightest colour: rests something is told from rests nothing


class BookHeat:
    """Keeps the picture while the same prices are shown; a second costs one column.

    Attributes
    ----------
    first, n_rows : int
        The lowest row, and how many there are.
    step : float
        Height of a row, quote currency.
    top : float
        What rests in a row of the brightest colour, quote currency.
    """

    def __init__(self, theme: Theme) -> None:
        self.first, self.n_rows, self.step, self.top = 0, 0, 0.0, 0.0
        self._values: FloatArray = np.empty((0, KEPT_S))
        self._until = self._beginning = 0
        self._pixels = np.empty((0, KEPT_S), np.uint8)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours: from the ground over the accent to the colour of writing."""
        stops = [QColor(name).getRgb()[:3] for name in (theme.base, theme.accent, theme.text)]  # type: ignore[index]
        share = np.linspace(_FAINT, 1.0, 255)
        ramp = np.stack(
            [np.interp(share, (0.0, 0.62, 1.0), band) for band in zip(*stops, strict=True)], axis=1
        )
        self.ramp = [QColor(*map(int, colour)) for colour in ramp.round()]
        self._table = [QColor(theme.base).rgb(), *(colour.rgb() for colour in self.ramp)]

    def show(self, past: BookPast, first: int, n_rows: int, step: float, until: int) -> None:
        """Take these rows of the past, up to and with a second.

        Parameters
        ----------
        until : int
            The newest second; the last column is its.
        """
        moved = until - self._until
        is_same = (first, n_rows, step) == (self.first, self.n_rows, self.step) and 0 <= moved < KEPT_S
        is_same &= past.beginning == self._beginning
        self.first, self.n_rows, self.step = first, n_rows, step
        self._until, self._beginning = until, past.beginning
        if is_same:
            self._values[:, : KEPT_S - moved] = self._values[:, moved:].copy()
            oldest = max(KEPT_S - 1 - moved - SILENT_S, 0)  # what was silent is known afterwards
            self._values[:, oldest:] = np.nan
        else:
            oldest, self._values = 0, np.full((n_rows, KEPT_S), np.nan)
        for column in reversed(past.columns):
            at = KEPT_S - 1 - (until - column.second)
            if at < oldest:
                break
            if at < KEPT_S:
                self._values[:, at] = column.rows(first, n_rows, step)
        self.top = max((c.strong * step / c.step for c in past.columns), default=0.0)

    def value(self, row: int, second: int) -> float:
        """Return what rested in a row at a second, quote currency; NaN where that is not known."""
        at = KEPT_S - 1 - (self._until - second)
        is_there = 0 <= row - self.first < self.n_rows and 0 <= at < KEPT_S
        return float(self._values[row - self.first, at]) if is_there else float("nan")

    def picture(self) -> QImage:
        """Return the picture, lowest row at the bottom; valid until the next one is asked for."""
        with np.errstate(invalid="ignore"):
            shade = np.clip(self._values / (self.top or 1.0), 0.0, 1.0) ** _CONTRAST * 254 + 1
            shade[self._values == 0.0] = 0.0
        shade[np.isnan(shade)] = 0.0
        self._pixels = np.ascontiguousarray(shade[::-1].astype(np.uint8))
        picture = QImage(self._pixels.data, KEPT_S, self.n_rows, KEPT_S, QImage.Format.Format_Indexed8)
        picture.setColorTable(self._table)
        return picture
