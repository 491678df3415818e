"""One chart of the workspace: what it shows, who keeps it going, and what of it is saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.domain.market import TIMEFRAMES, SeriesKey
from workstation.ui.bridge import Bridge
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.engine_port import Past
from workstation.ui.workspaces.chart_desk import ChartDesk
from workstation.ui.workspaces.workspace_follow import SharedFollow

State = dict[str, object]
"""What is saved of a chart: JSON values by the name of the part that they belong to."""

_LONGEST_SYMBOL = 100


@dataclass(frozen=True, slots=True)
class ChartSources:
    """What every chart is made from.

    Parameters
    ----------
    bridge, past : Bridge, Past
        What the engine says, and what is stored.
    follows : SharedFollow
        Who asks the engine for series, for all charts together.
    """

    bridge: Bridge
    past: Past
    follows: SharedFollow


class ChartPane(QWidget):
    """A chart with its own series, scales and everything that is laid over it.

    Parts that others add (studies, drawings, links) keep their state here under a name of their own with
    `keep`; what is saved under a name that nobody knows stays as it is.

    Parameters
    ----------
    sources : ChartSources
        Where candles come from.
    state : mapping
        What `save` gave in an earlier session; empty for a new chart.
    """

    opened = Signal(object)  # SeriesKey
    changed = Signal()  # what `save` returns is another
    stopped = Signal()  # it is going: whoever reads for it ends that

    def __init__(
        self, sources: ChartSources, state: Mapping[str, object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.chart = ChartView()
        self.desk = ChartDesk(self.chart, sources.bridge, sources.past, sources.follows, self)
        self._state: State = dict(state)
        self._parts: dict[str, tuple[Callable[[], object], Callable[[object], None]]] = {}
        self._symbol, self._timeframe = "", ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chart)
        self.setFocusProxy(self.chart)
        self.keep("series", self._save_series, self._restore_series)
        self.keep("log", lambda: self.chart.is_log, self._restore_log)
        self.desk.opened.connect(self._on_opened)

    @property
    def key(self) -> SeriesKey | None:
        """What it shows; None before a venue is known."""
        return self.desk.key

    @property
    def timeframe(self) -> str:
        """The timeframe it shows, or will; empty where nobody said."""
        return self._timeframe

    def was_saved(self, name: str) -> bool:
        """Return whether a part of it was saved in an earlier session."""
        return name in self._state

    def keep(self, name: str, save: Callable[[], object], restore: Callable[[object], None]) -> None:
        """Let a part of the chart be saved with it.

        Parameters
        ----------
        name : str
            Stable, and of that part alone.
        save : callable
            Returns the part's state as JSON values.
        restore : callable
            Takes it back, at once where it was saved in an earlier session. It comes from a file: a value of
            the wrong form must be ignored.
        """
        self._parts[name] = save, restore
        if name in self._state:
            restore(self._state[name])

    def save(self) -> State:
        """Return everything that is saved of it."""
        return self._state | {name: save() for name, (save, _) in self._parts.items()}

    def restore(self, state: Mapping[str, object]) -> None:
        """Take what `save` gave; parts that come later find theirs, too."""
        self._state = dict(state)
        for name, (_, restore) in self._parts.items():
            if name in self._state:
                restore(self._state[name])

    def open_first(self, symbol: str, timeframe: str) -> None:
        """Show what was saved, else this market, else any that trades here."""
        self.desk.open_first(self._symbol or symbol, self._timeframe or timeframe)

    def open(self, symbol: str, timeframe: str = "") -> None:
        """Show a market, in the timeframe as it is where none is said."""
        self._timeframe = timeframe or self._timeframe
        self.desk.open(symbol, self._timeframe)

    def set_timeframe(self, timeframe: str) -> None:
        """Show bars of this length."""
        self._timeframe = timeframe
        if self.key is not None:
            self.desk.open(self.key.symbol, timeframe)

    def stop(self) -> None:
        """Follow and read nothing more."""
        self.desk.set_seen(False)
        self.desk.stop()
        self.stopped.emit()

    def _save_series(self) -> object:
        return {"symbol": self._symbol, "timeframe": self._timeframe}

    def _restore_series(self, saved: object) -> None:
        if not isinstance(saved, dict):
            return
        symbol, timeframe = saved.get("symbol"), saved.get("timeframe")
        if isinstance(symbol, str) and len(symbol) <= _LONGEST_SYMBOL:
            self._symbol = symbol
        if isinstance(timeframe, str) and timeframe in TIMEFRAMES:
            self._timeframe = timeframe
        if self.key is not None:
            self.desk.open(self._symbol or self.key.symbol, self._timeframe or self.key.timeframe)

    def _restore_log(self, saved: object) -> None:
        self.chart.set_log_scale(saved is True)

    def _on_opened(self, key: SeriesKey) -> None:
        self._symbol, self._timeframe = key.symbol, key.timeframe
        self.opened.emit(key)
        self.changed.emit()
