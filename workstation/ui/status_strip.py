"""The line at the bottom: where data comes from, how old it is, and what the two processes cost."""

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from workstation.domain.events import FeedState
from workstation.ui.bridge import Bridge
from workstation.ui.process_cost import ProcessCost
from workstation.ui.providers.universe_bar import is_under_way, universe_words
from workstation.ui.theme import Theme
from workstation.ui.venue_badge import mode_word, speed_text
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line, tooltip

_REFRESH_MS = 1000
_NARROWEST, _SPACING = 120, 6
_OLD_MS = 15_000
"""Data older than this is marked."""

_FEED_WORDS = {
    FeedState.CONNECTING: "connecting",
    FeedState.LIVE: "streaming",
    FeedState.STALE: "stream silent",
    FeedState.OFFLINE: "offline",
    FeedState.WAITING: "waiting as the venue asked",
}


class StatusStrip(QStatusBar):
    """Venue, mode, feed, data age; then costs. Refreshed once a second by our own clock.

    Where it is narrow the costs go first and the venue never.
    """

    def __init__(
        self, bridge: Bridge, theme: Theme, cost: ProcessCost | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._cost = cost or ProcessCost()
        self.setSizeGripEnabled(False)
        self.venue, self.feed, self.age = (self._label() for _ in range(3))
        self.progress, self.universe, self.hint = (self._label() for _ in range(3))
        self.rate, self.engine, self.window_cost = (self._label() for _ in range(3))
        needed_most = (self.venue, self.feed, self.age, self.progress, self.universe, self.hint)
        for label in needed_most:
            self.addWidget(label)
        for label in (self.rate, self.engine, self.window_cost):
            self.addPermanentWidget(label)
        self._by_need = (*needed_most, self.rate, self.engine, self.window_cost)
        self._timer = QTimer(self, interval=_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        for changed in (bridge.venue_changed, bridge.feed_changed, bridge.link_changed):
            changed.connect(self.refresh)
        bridge.vitals_changed.connect(self._show_costs)
        bridge.progress_changed.connect(self._show_progress)
        bridge.universe_changed.connect(self._show_universe)
        self.set_theme(theme)
        self._timer.start()

    @staticmethod
    def _label() -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setContentsMargins(8, 2, 8, 2)
        return label

    def minimumSizeHint(self) -> QSize:
        """Return little: what has no room is left out, and must not keep the window wide."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what has room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - _SPACING
        for label in self._by_need:
            if label.text():
                room -= label.sizeHint().width() + _SPACING
            label.setVisible(bool(label.text()) and (room >= 0 or label is self.venue))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.set_hint(self.hint.text())
        self.refresh()

    def set_hint(self, text: str) -> None:
        """Say something small that stays, such as that there is no tray."""
        self._write(self.hint, text, self._theme.muted)

    def stop(self) -> None:
        """End the timer."""
        self._timer.stop()

    def refresh(self) -> None:
        """Write everything again."""
        self._show_venue()
        self._show_feed()
        self._show_age()
        self._show_progress()
        self._show_universe()
        self._show_costs()

    def _show_venue(self) -> None:
        venue, theme = self._bridge.world.venue, self._theme
        if venue is None:
            self._write(self.venue, "No venue yet", theme.muted)
            return
        words = [mode_word(venue), one_line(venue.label, 44)]
        if venue.kind.is_practice:
            words.append(speed_text(venue))
        self._write(self.venue, " · ".join(words), theme.practice if venue.kind.is_practice else theme.live)

    def _show_feed(self) -> None:
        world, theme = self._bridge.world, self._theme
        self.feed.setToolTip(tooltip(world.feed_reason) if world.connected and world.feed_reason else "")
        if world.connected:
            is_well = world.feed in (FeedState.LIVE, FeedState.CONNECTING)
            self._write(
                self.feed, f"feed {_FEED_WORDS[world.feed]}", theme.muted if is_well else theme.warning
            )
            return
        alone_ms = 1000 * self._bridge.alone_for_s
        since = f" for {number_format.duration(alone_ms)}" if alone_ms >= 1000 else ""
        words = f"engine away{since}" if world.alone_since is not None else "engine starting"
        self._write(self.feed, words, theme.warning)

    def _show_age(self) -> None:
        age_ms = self._bridge.data_age_ms
        words = "no data yet" if age_ms is None else f"data {_age(age_ms)} old"
        is_old = age_ms is not None and age_ms > _OLD_MS
        self._write(self.age, words, self._theme.warning if is_old else self._theme.muted)

    def _show_progress(self) -> None:
        done, total = self._bridge.world.progress
        words = f"loading history {done:,} of {total:,}" if done < total else ""
        self._write(self.progress, words, self._theme.muted)

    def _show_universe(self) -> None:
        world = self._bridge.world
        shown = world.universe if world.connected and is_under_way(world.universe) else None
        self._write(self.universe, universe_words(shown) if shown else "", self._theme.muted)

    def _show_costs(self) -> None:
        vitals, muted = self._bridge.world.vitals, self._theme.muted
        self._write(self.window_cost, f"window {_cost(*self._cost.read())}", muted)
        engine = f"engine {_cost(vitals.cpu_pct, vitals.memory_bytes)}" if vitals else "engine –"
        self._write(self.engine, engine, muted)
        self._write(self.rate, f"{vitals.messages_per_s:,.0f} msg/s" if vitals else "", muted)

    def _write(self, label: QLabel, text: str, colour: str) -> None:
        """Show a text in a colour; take the label away where there is nothing to say."""
        if text != label.text():
            label.setText(text)
            self._fit()
        style = f"color: {colour}"
        if label.styleSheet() != style:
            label.setStyleSheet(style)


def _age(age_ms: int) -> str:
    return f"{age_ms / 1000:.1f} s" if age_ms < 10_000 else number_format.duration(age_ms)


def _cost(cpu_pct: float, memory_bytes: int) -> str:
    return f"{cpu_pct:.0f} % {memory_bytes / 1e6:,.0f} MB"
