"""Indices as they live on: the newest month in memory, and one more bar at each close."""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import UsageError
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_index import IndexRules, IndexStanding
from workstation.engine.narratives.index import indices
from workstation.engine.narratives.panel import MarketPanel
from workstation.engine.narratives.standing import WINDOW_DAYS, Mood, standings

_SPARE_DAYS = 8  # rows are moved together after so many days, not at every bar


class LiveIndices:
    """The indices of a book, carried on bar by bar.

    The same steps as `workstation.engine.narratives.index.indices`; what it has in memory is the month that a
    standing reads, whatever the history that it began with.

    Parameters
    ----------
    panel : MarketPanel
        History to begin with; at least one bar.
    book : NarrativeBook
    rules : IndexRules

    Attributes
    ----------
    history : Indices
        Of the panel that it began with.
    state : IndexState
        At the newest close.
    scale : ndarray, shape (n_narratives,)
        What values are multiplied by when they are told, so that an index goes on from what was told of it
        before this began; ones at first.
    """

    def __init__(self, panel: MarketPanel, book: NarrativeBook, rules: IndexRules) -> None:
        found = indices(panel, book, rules)
        self.state = found.state
        self.history = found
        self.scale: FloatArray = np.ones(len(book.narratives))
        self._n_kept = WINDOW_DAYS * panel.bars_a_day + 1
        self._room = self._n_kept + _SPARE_DAYS * panel.bars_a_day
        kept = slice(max(0, len(panel.close_ms) - self._n_kept), len(panel.close_ms))
        self._coins, self._bar_ms = panel.coins, panel.bar_ms
        self._end = kept.stop - kept.start
        self._close_ms = np.empty(self._room, np.int64)
        self._columns = np.full((4, self._room, len(panel.coins)), np.nan)
        self._values = np.full((self._room, len(book.narratives)), np.nan)
        self._close_ms[: self._end] = panel.close_ms[kept]
        for column, whole in zip(
            self._columns, (panel.open, panel.close, panel.dollar_volume, panel.cap), strict=True
        ):
            column[: self._end] = whole[kept]
        self._values[: self._end] = found.net[kept]

    @property
    def at_ms(self) -> int:
        """The newest close, UTC milliseconds."""
        return int(self._close_ms[self._end - 1])

    @property
    def panel(self) -> MarketPanel:
        """The newest month, as views that the next bar may change."""
        rows = slice(max(0, self._end - self._n_kept), self._end)
        open_, close, dollars, cap = self._columns[:, rows]
        return MarketPanel(self._close_ms[rows], self._coins, open_, close, dollars, cap, self._bar_ms)

    @property
    def net(self) -> FloatArray:
        """Net values at the closes of `panel`, shape (n_bars, n_narratives); views, too."""
        return self._values[max(0, self._end - self._n_kept) : self._end]

    def take(self, close_ms: int, bar: FloatArray) -> None:
        """Take a bar; bars between it and the newest one are taken as bars that no coin has.

        Parameters
        ----------
        close_ms : int
            Its close, UTC milliseconds; later than `at_ms`.
        bar : ndarray, shape (4, n_coins)
            Open, close, dollars traded and market capitalisation; NaN where not there.

        Raises
        ------
        UsageError
            The bar is not later than the newest one, or off the grid.
        """
        n_missing, rest = divmod(close_ms - self.at_ms, self._bar_ms)
        if n_missing < 1 or rest:
            raise UsageError(f"The bar after {self.at_ms} must close later, on the grid; got {close_ms}.")
        nothing = np.full(bar.shape, np.nan)
        for _ in range(n_missing - 1):
            self._take_next(nothing)
        self._take_next(bar)

    def _take_next(self, bar: FloatArray) -> None:
        if self._end == self._room:
            kept = slice(self._room - self._n_kept, self._room)
            for column in (self._close_ms, self._values, *self._columns):
                column[: self._n_kept] = column[kept].copy()
            self._end = self._n_kept
        self._close_ms[self._end] = self.at_ms + self._bar_ms
        self._columns[:, self._end] = bar
        self._end += 1
        panel = self.panel
        self.state.advance(panel, len(panel.close_ms) - 1)
        self._values[self._end - 1] = self.state.net

    def standings(self, mood: Mood | None = None) -> tuple[IndexStanding, ...]:
        """Return how every narrative stands at the newest close."""
        return standings(self.panel, self.net * self.scale, self.state, mood)
