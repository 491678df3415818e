"""Alerts, newest first, each once."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from workstation.domain.alert import Alert
from workstation.domain.signal import Direction
from workstation.ui.venue_badge import practice_mark
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line, tooltip

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ACCESSIBLE = 0, 3, 11
MOST_SHOWN = 500
"""Older alerts leave the panel; they stay in the journal."""

ROTATION_TITLE = "Rotation advice changed"
"""What an alert on advice is called."""


class AlertModel(QAbstractListModel):
    """Alerts that were not dismissed."""

    unread_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._alerts: list[Alert] = []
        self._unread: set[int] = set()
        self._venue = ""

    @property
    def n_unread(self) -> int:
        """Number of alerts that the trader has not looked at."""
        return len(self._unread)

    @property
    def ids(self) -> list[int]:
        """Numbers of the alerts shown, newest first."""
        return [alert.id for alert in self._alerts]

    def alert_at(self, row: int) -> Alert:
        """Return the alert of a row."""
        return self._alerts[row]

    def is_unread(self, alert_id: int) -> bool:
        """Return whether the trader has not looked at it."""
        return alert_id in self._unread

    def set_venue(self, venue: str) -> None:
        """Take the short name of the venue on screen; empty where none is known."""
        if venue != self._venue:
            self._venue = venue
            if self._alerts:
                self.dataChanged.emit(self.index(0), self.index(len(self._alerts) - 1))

    def is_elsewhere(self, alert: Alert) -> bool:
        """Return whether an alert is about another venue than the one on screen."""
        return bool(self._venue) and alert.venue != self._venue

    def restore(self, alerts: Iterable[Alert]) -> None:
        """Show alerts of earlier sessions, as read."""
        self.beginResetModel()
        known = {alert.id: alert for alert in self._alerts}
        known.update((alert.id, alert) for alert in alerts if not alert.dismissed)
        self._alerts = sorted(known.values(), key=lambda alert: -alert.id)[:MOST_SHOWN]
        self.endResetModel()

    def add(self, alert: Alert) -> bool:
        """Show an alert as unread; False where it is already there or was dismissed."""
        if alert.dismissed or any(alert.id == known.id for known in self._alerts):
            return False
        row = sum(known.id > alert.id for known in self._alerts)
        self.beginInsertRows(QModelIndex(), row, row)
        self._alerts.insert(row, alert)
        self.endInsertRows()
        self._unread.add(alert.id)
        if len(self._alerts) > MOST_SHOWN:
            self._remove_row(len(self._alerts) - 1)
        self.unread_changed.emit(self.n_unread)
        return True

    def remove(self, alert_id: int) -> None:
        """Take a dismissed alert away; nothing where it is not there."""
        for row, alert in enumerate(self._alerts):
            if alert.id == alert_id:
                self._remove_row(row)
                self.unread_changed.emit(self.n_unread)
                return

    def _remove_row(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        self._unread.discard(self._alerts.pop(row).id)
        self.endRemoveRows()

    def mark_read(self, alert_id: int) -> None:
        """Take that the trader has looked at it."""
        if alert_id in self._unread:
            self._unread.discard(alert_id)
            row = self.ids.index(alert_id)
            self.dataChanged.emit(self.index(row), self.index(row))
            self.unread_changed.emit(self.n_unread)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._alerts)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a cell says, in plain text."""
        if role in (_DISPLAY, _ACCESSIBLE):
            alert = self._alerts[index.row()]
            return spoken(alert) + (" · of another venue" if self.is_elsewhere(alert) else "")
        if role == _TOOLTIP:
            alert = self._alerts[index.row()]
            where = f"{practice_mark(alert.venue)}Venue: {alert.venue}"
            agreed = () if alert.signal is None else (f"Families that agreed: {agreement(alert)}",)
            return tooltip(alert.text, where, *agreed)
        return None


def title_of(alert: Alert) -> str:
    """Return what an alert is about, in a few words: a market, several coins, or advice."""
    if alert.rule is not None and not alert.symbol:
        return f"{len(alert.rule.coins)} coins"
    return one_line(alert.symbol, 40) or ROTATION_TITLE


def agreement(alert: Alert) -> str:
    """Return the families that voted a signal's way, e.g. ``"Price momentum, Volume"``; else what is said."""
    signal = alert.signal
    if alert.rule is not None:
        rest = alert.text.removeprefix(f"{alert.symbol} ").removeprefix(f"{alert.timeframe} ")
        return rest[:1].upper() + rest[1:]
    if signal is None:
        return alert.text
    return ", ".join(vote.family.label for vote in signal.votes if vote.direction is signal.direction)


def lateness(alert: Alert) -> str:
    """Return ``"late by 3 h"`` where an alert came more than a bar after its close; else nothing."""
    if alert.late_ms <= alert.bar_ms:
        return ""
    return f"late by {number_format.duration(alert.late_ms)}"


def spoken(alert: Alert) -> str:
    """Return an alert in one plain line, for a screen reader; a practice market's says so first."""
    signal = alert.signal
    if signal is None:
        said = (one_line(alert.text, 300), lateness(alert))
        return practice_mark(alert.venue) + " · ".join(part for part in said if part)
    way = "bullish" if signal.direction is Direction.BULLISH else "bearish"
    parts = (
        f"{one_line(signal.key.symbol)} {signal.key.timeframe} {way} at {number_format.price(signal.price)}",
        agreement(alert),
        lateness(alert),
    )
    return practice_mark(signal.key.venue) + " · ".join(part for part in parts if part)
