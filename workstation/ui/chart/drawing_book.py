"""The drawings of every market, for all charts at once: read and written by another thread."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import accumulate
from typing import NamedTuple, Protocol
from uuid import uuid4
from weakref import WeakSet

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from workstation.domain.drawing import Drawing, DrawingKind, Style
from workstation.domain.drawing_history import DrawingHistory, Drawings
from workstation.domain.errors import StoreError
from workstation.ui.steady_writing import RETRY_MS

MOST_AWAY = 8
"""Markets without a chart whose drawings and undo are held; those of others are read again when wanted."""
MOST_STEPS_AWAY = 400
"""Changes of those markets together that can be taken back; the market opened longest ago goes first."""


class Drawn(NamedTuple):
    """Whose drawings: a venue and one of its symbols, in any timeframe."""

    venue: str
    symbol: str


class Bell(NamedTuple):
    """An alert on a line of a drawing; `is_on` is False while it is paused."""

    drawing_id: str
    part: str
    is_on: bool


class Files(Protocol):
    """Where drawings are kept."""

    def load(self, venue: str, symbol: str) -> tuple[Drawings, str]:
        """Return a market's drawings, and a sentence where they could not be used."""
        ...

    def save(self, venue: str, symbol: str, drawings: Drawings) -> None:
        """Keep a market's drawings."""
        ...


class Showing(Protocol):
    """Who shows drawings."""

    market: Drawn | None
    """Whose, just now."""


class DrawingBook(QObject):
    """Holds drawings, and an undo of their changes for each market that is shown or was a moment ago.

    Every change is written at once, by another thread and in the order it was made; what the disk does not
    take is tried again until it does.

    Parameters
    ----------
    files : Files
        Where they are kept.
    """

    changed = Signal(object)
    """The drawings of this market (`Drawn`) are others."""

    put_away = Signal(object)
    """The drawings of this market (`Drawn`) are held no more; they are on disk as they were."""

    said = Signal(str)
    """What was done, in words."""

    failed = Signal(str)
    """What could not be read or kept, in words; empty when it was kept after all."""

    tools_changed = Signal()
    """`snaps`, `is_hidden`, `styles` or `bells` is another."""

    _read = Signal(object, object, str)
    _kept = Signal(object, object)
    _refused = Signal(str)

    def __init__(self, files: Files, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files = files
        self._histories: dict[Drawn, DrawingHistory] = {}  # the one opened last comes last
        self._unread: set[Drawn] = set()
        self._unkept: dict[Drawn, Drawings] = {}  # what the disk does not have yet
        self._shown_by: WeakSet[Showing] = WeakSet()
        self._disk = QThreadPool(self, maxThreadCount=1)
        self._read.connect(self._on_read)
        self._kept.connect(self._on_kept)
        self._refused.connect(self._on_refused)
        self._is_troubled = False
        self._retry = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self._try_again)
        self.snaps = False
        self.is_hidden = False
        self.bells: Mapping[Drawn, tuple[Bell, ...]] = {}
        self.styles: dict[DrawingKind, Style] = {}
        """How the next drawing of a kind looks, where the trader gave one another look."""

    def show_on(self, chart: Showing) -> None:
        """Hold the drawings of whatever market this chart shows."""
        self._shown_by.add(chart)

    def open(self, market: Drawn) -> None:
        """Read a market's drawings where they are not held; returns at once."""
        known = self._histories.pop(market, None)
        self._histories[market] = known or DrawingHistory()
        if known is None:
            self._unread.add(market)
            self._disk.start(partial(self._load, market))
        self._put_away()

    def drawings(self, market: Drawn) -> Drawings:
        """Return a market's drawings as they are now, in the order in which they are painted."""
        history = self._histories.get(market)
        return history.drawings if history is not None else ()

    def find(self, market: Drawn, drawing_id: str) -> Drawing | None:
        """Return a drawing by its id; None where there is none."""
        return next((each for each in self.drawings(market) if each.id == drawing_id), None)

    def add(self, market: Drawn, drawing: Drawing) -> None:
        """Draw something."""
        self._change(market, f"{drawing.kind.label} drawn", (*self.drawings(market), drawing))

    def replace(self, market: Drawn, drawing: Drawing, name: str) -> None:
        """Change a drawing, found by its id."""
        found = tuple(drawing if each.id == drawing.id else each for each in self.drawings(market))
        self._change(market, f"{drawing.kind.label} {name}", found)

    def remove(self, market: Drawn, drawing: Drawing) -> None:
        """Delete a drawing."""
        found = tuple(each for each in self.drawings(market) if each.id != drawing.id)
        if self._change(market, f"{drawing.kind.label} deleted", found):
            self.said.emit(f"{drawing.kind.label} deleted. Ctrl+Z brings it back.")

    def clear(self, market: Drawn) -> None:
        """Delete every drawing of a market; asks nothing, because it can be taken back."""
        n = len(self.drawings(market))
        if self._change(market, "All drawings deleted", ()):
            them = "all of them" if n > 1 else "it"
            self.said.emit(f"{n} drawing{'s' * (n > 1)} deleted. Ctrl+Z brings {them} back.")

    def undo(self, market: Drawn) -> None:
        """Take the last change of a market's drawings back."""
        self._step(market, DrawingHistory.undo, "Taken back", "Nothing drawn here can be taken back.")

    def redo(self, market: Drawn) -> None:
        """Make the change again that was taken back last."""
        self._step(market, DrawingHistory.redo, "Done again", "There is nothing to do again.")

    def can_undo(self, market: Drawn | None) -> bool:
        """Return whether there is a change to take back."""
        return market in self._histories and self._histories[market].can_undo

    def can_redo(self, market: Drawn | None) -> bool:
        """Return whether there is a change to make again."""
        return market in self._histories and self._histories[market].can_redo

    def set_snaps(self, on: bool) -> None:
        """Let points snap to open, high, low or close of a bar, or stand where they are put."""
        self.snaps = on
        self.tools_changed.emit()

    def set_hidden(self, on: bool) -> None:
        """Hide every drawing, or show them again."""
        self.is_hidden = on
        self.tools_changed.emit()

    def set_style(self, kind: DrawingKind, style: Style) -> None:
        """Let the next drawing of a kind look like this."""
        self.styles[kind] = style
        self.tools_changed.emit()

    def set_bells(self, bells: Mapping[Drawn, tuple[Bell, ...]]) -> None:
        """Show which lines have alerts."""
        if bells != self.bells:
            self.bells = bells
            self.tools_changed.emit()

    def finish(self) -> None:
        """Return when everything is written, or was tried a last time."""
        self._retry.stop()
        if self._is_troubled:
            self._try_again()
        self._disk.waitForDone()

    def _step(self, market: Drawn, step: Callable[[DrawingHistory], str], did: str, nothing: str) -> None:
        history = self._histories.get(market)
        name = step(history) if history is not None else ""
        if history is None or not name:
            self.said.emit(nothing)
            return
        self._tell(market, history.drawings)
        self.said.emit(f"{did}: {name[0].lower()}{name[1:]}.")

    def _change(self, market: Drawn, name: str, drawings: Drawings) -> bool:
        self.open(market)
        is_other = self._histories[market].change(name, drawings)
        if is_other:
            self._tell(market, drawings)
        return is_other

    def _put_away(self) -> None:
        """Let go of markets that were shown long ago, where nothing of them could be lost."""
        needed = (
            {chart.market for chart in self._shown_by} | self._unread | set(self._unkept) | set(self.bells)
        )
        away = [market for market in reversed(self._histories) if market not in needed]
        n_steps = accumulate(self._histories[market].n_steps for market in away)
        for number, (market, n) in enumerate(zip(away, tuple(n_steps), strict=True), 1):
            if number > MOST_AWAY or n > MOST_STEPS_AWAY:
                del self._histories[market]
                self.put_away.emit(market)

    def _tell(self, market: Drawn, drawings: Drawings) -> None:
        self._unkept[market] = drawings
        self._disk.start(partial(self._save, market, drawings))
        self.changed.emit(market)

    def _load(self, market: Drawn) -> None:
        self._read.emit(market, *self._files.load(*market))

    def _save(self, market: Drawn, drawings: Drawings) -> None:
        try:
            self._files.save(*market, drawings)
        except StoreError as error:
            self._refused.emit(str(error))
        else:
            self._kept.emit(market, drawings)

    def _try_again(self) -> None:
        for market, drawings in self._unkept.items():
            self._disk.start(partial(self._save, market, drawings))

    def _on_refused(self, why: str) -> None:
        self._is_troubled = True
        self._retry.start()
        self.failed.emit(why)

    def _on_kept(self, market: Drawn, drawings: Drawings) -> None:
        if self._unkept.get(market) is drawings:
            del self._unkept[market]
        if self._is_troubled and not self._unkept:
            self._is_troubled = False
            self.failed.emit("")

    def _on_read(self, market: Drawn, stored: Drawings, problem: str) -> None:
        self._unread.discard(market)
        history = self._histories[market]
        was_drawn = bool(history.drawings)
        history.put_below(stored)
        if problem:
            self.failed.emit(problem)
        if stored and was_drawn:
            self._tell(market, history.drawings)
        elif stored:
            self.changed.emit(market)


def new_id() -> str:
    """Return an id that no other drawing has."""
    return uuid4().hex[:16]
