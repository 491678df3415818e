"""The tint of prices that moved just now, painted again until it has faded."""

from collections.abc import Callable

from PySide6.QtCore import QTimer

from workstation.ui.watchlists.coin_table import CoinTable
from workstation.ui.watchlists.watchlist_delegate import FLASH_S, WatchlistDelegate
from workstation.ui.watchlists.watchlist_model import WatchlistModel

_STEP_MS = 130  # longer than prices take that come ten times a second: both are painted at once


class PriceTints(QTimer):
    """Runs while some price is tinted, and paints nothing but the column of prices.

    Parameters
    ----------
    table : CoinTable
        Whose prices they are.
    model : WatchlistModel
        Knows when each moved.
    delegate : WatchlistDelegate
        Paints the tint by its age.
    monotonic : callable
        Seconds.
    """

    def __init__(
        self,
        table: CoinTable,
        model: WatchlistModel,
        delegate: WatchlistDelegate,
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(table, interval=_STEP_MS)
        self._table, self._model, self._delegate, self._monotonic = table, model, delegate, monotonic
        self.timeout.connect(self._fade)

    def show_moved(self) -> None:
        """Tint the prices that came just now."""
        self._delegate.now_s = self._monotonic()
        if self._is_fading:
            self._paint()
            self.start()

    def _fade(self) -> None:
        self._delegate.now_s = self._monotonic()
        self._paint()
        if not self._is_fading:
            self.stop()

    @property
    def _is_fading(self) -> bool:
        moved_at = self._model.moved_at
        return len(moved_at) > 0 and self._delegate.now_s - float(moved_at.max()) < FLASH_S

    def _paint(self) -> None:
        if "price" in self._model.columns:
            table, viewport = self._table, self._table.viewport()
            at = self._model.columns.index("price")
            viewport.update(table.columnViewportPosition(at), 0, table.columnWidth(at), viewport.height())
