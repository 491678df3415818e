"""Says alerts aloud: a notification and a sound, each alert at most once, a storm as one."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.domain.alert import Alert
from workstation.domain.ports import TaskOwner
from workstation.domain.signal import Direction
from workstation.ui.alerts.alert_model import ROTATION_TITLE, lateness, title_of
from workstation.ui.surroundings import Plays, Shows
from workstation.ui.venue_badge import PRACTICE_WORD, is_practice_name, practice_mark
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line

GATHER_MS = 250
"""Alerts that come this close together are announced together."""

MOST_AT_ONCE = 3
"""More than these become one summary."""


@dataclass(slots=True)
class Loudness:
    """What the trader wants to see and hear."""

    notifications: bool = True
    sound: bool = True
    is_quiet: bool = False


class Announcer(QObject):
    """Announces alerts newer than the last one announced.

    Parameters
    ----------
    notifier, sound : Shows, Plays
        How.
    tasks : TaskOwner
        Who answers for the work.
    loudness : Loudness
        What the trader wants; read each time.

    Attributes
    ----------
    last_id : int
        Number of the last alert that was taken; those up to it stay silent.
    announced_id : int
        Number of the last alert that was announced, or kept silent because the trader wants quiet.
    """

    clicked = Signal(object)  # Alert: the trader clicked its notification
    announced = Signal()  # announced_id rose

    def __init__(
        self,
        notifier: Shows,
        sound: Plays,
        tasks: TaskOwner,
        loudness: Loudness,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._notifier, self._sound, self._tasks = notifier, sound, tasks
        self.loudness = loudness
        self.last_id = self.announced_id = 0
        self._gathered: list[Alert] = []
        self._timer = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._timer.timeout.connect(self._announce)

    def add(self, alert: Alert) -> bool:
        """Announce an alert soon; False where it already was, or is dismissed."""
        if alert.id <= self.last_id or alert.dismissed:
            return False
        self.last_id = alert.id
        if self.loudness.is_quiet:
            if not self._gathered:
                self._settle()
            return False
        self._gathered.append(alert)
        if not self._timer.isActive():
            self._timer.start()
        return True

    def resume_after(self, alert_id: int) -> None:
        """Stay silent about the alerts that an earlier session announced."""
        self.last_id = self.announced_id = alert_id

    def stop(self) -> None:
        """Announce nothing more."""
        self._timer.stop()
        self._gathered.clear()

    def _announce(self) -> None:
        alerts, self._gathered = self._gathered, []
        if self.loudness.notifications:
            self._tasks.start("notify", self._notify(alerts))
        if self.loudness.sound:
            self._tasks.start("alert sound", self._ring())
        self._settle()

    def _settle(self) -> None:
        self.announced_id = self.last_id
        self.announced.emit()

    async def _notify(self, alerts: list[Alert]) -> None:
        if len(alerts) > MOST_AT_ONCE:
            newest = alerts[-1]
            title = _summary(alerts)
            body = f"The newest: {headline(newest)}. All are in the alert panel."
            await self._notifier.show(title, body, lambda: self.clicked.emit(newest))
            return
        for alert in alerts:
            body = "\n".join(part for part in (alert.text, lateness(alert)) if part)
            await self._notifier.show(headline(alert), body, partial(self.clicked.emit, alert))

    async def _ring(self) -> None:
        await self._sound.play()


def _summary(alerts: list[Alert]) -> str:
    n_practice = sum(is_practice_name(alert.venue) for alert in alerts)
    if n_practice == len(alerts):
        return f"{PRACTICE_WORD} · {len(alerts)} new alerts"
    return f"{len(alerts)} new alerts" + (f", {n_practice} of them {PRACTICE_WORD}" if n_practice else "")


def headline(alert: Alert) -> str:
    """Return an alert in a few words, e.g. ``"▲ BTC/USDT 1h bullish at 67,123.45"``.

    One of a practice market starts with ``"PRACTICE · "``.
    """
    signal, rule = alert.signal, alert.rule
    if rule is not None:
        bell = f"{title_of(alert)} {alert.timeframe}".strip()
        return f"{practice_mark(alert.venue)}{bell} · {one_line(rule.title, 40)}"
    if signal is None:
        return f"{practice_mark(alert.venue)}{ROTATION_TITLE}"
    mark, way = ("▲", "bullish") if signal.direction is Direction.BULLISH else ("▼", "bearish")
    symbol = one_line(signal.key.symbol, 40)
    practice = practice_mark(signal.key.venue)
    return f"{practice}{mark} {symbol} {signal.key.timeframe} {way} at {number_format.price(signal.price)}"
