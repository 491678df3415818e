"""Alerts from the moment they reach the window: listed, announced once, counted on the tray."""

from collections.abc import Callable, Mapping
from datetime import tzinfo

from PySide6.QtCore import QObject, Signal

from workstation.domain.alert import Alert
from workstation.domain.errors import TidemarkError
from workstation.domain.market import SeriesKey
from workstation.ui.alerts.alert_rule_desk import AlertRuleDesk
from workstation.ui.alerts.alerts_panel import AlertPanel
from workstation.ui.alerts.announcer import Announcer, Loudness
from workstation.ui.desktop.tray import Tray
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Choices, Surroundings
from workstation.ui.theme import Theme
from workstation.ui.venue_badge import practice_mark
from workstation.ui.words.foreign_text import one_line

NO_TRAY = "This desktop has no tray. This list is the record of your alerts."
NO_SERVICE = "This desktop shows no notifications. This list is the record of your alerts."


class AlertDesk(Section):
    """The alert panel, the tray icon and the announcer, kept of one mind.

    Parameters
    ----------
    around : Surroundings
        Bridge, journal, notifier and sound.
    choices : Choices
        Whether to notify and to sound.
    theme : Theme
        Colours.
    """

    opened = Signal(object)  # Alert: from the list
    opened_from_desktop = Signal(object)  # Alert: from its notification
    quiet_changed = Signal(bool)
    announced = Signal()  # the memory's announced_alert rose
    unread_changed = Signal(int)
    hint_changed = Signal(str)

    def __init__(
        self, around: Surroundings, choices: Choices, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._around, self._choices = around, choices
        self._has_service = True
        self._is_stopped = False
        self.panel = AlertPanel(theme)
        self.panels = {"Alerts": self.panel}
        self.rules = AlertRuleDesk(around, self.panel, theme, self)
        self.rules.symbol_opened.connect(self.symbol_opened)
        self.rules.series_opened.connect(self.series_opened)
        self.rules.count_changed.connect(self.panel.show_count)
        self.tray = Tray(theme, self)
        loudness = Loudness(choices.notifications, choices.sound, around.memory.quiet)
        self.announcer = Announcer(around.notifier, around.sound, around.tasks, loudness, self)
        self.announcer.resume_after(around.memory.announced_alert)
        self.announcer.announced.connect(self._on_announced)
        self.announcer.clicked.connect(self.opened_from_desktop)
        self.panel.open_requested.connect(self.opened)
        self.panel.model.unread_changed.connect(self.tray.set_unread)
        self.panel.model.unread_changed.connect(self.unread_changed)
        self.tray.quiet_toggled.connect(self.set_quiet)
        self.tray.available_changed.connect(lambda _is: self._show_notes())
        around.bridge.venue_changed.connect(self._on_venue)
        around.bridge.alert_raised.connect(self._on_alert)
        around.bridge.alert_closed.connect(self.panel.model.remove)
        around.bridge.notice_posted.connect(self._on_notice)
        self.tray.set_quiet(is_quiet=around.memory.quiet)
        self._on_venue()

    @property
    def is_quiet(self) -> bool:
        """True while alerts are only listed."""
        return self.announcer.loudness.is_quiet

    def place_of(self, alert: Alert) -> tuple[SeriesKey, int] | None:
        """Return the bar that an alert is about; None where there is none, or it is of another venue.

        A coin that entered a screen has no bar: it is opened as it is.
        """
        signal, rule = alert.signal, alert.rule
        if signal is not None:
            return (signal.key, signal.open_time) if self.is_of_this_venue(signal.key) else None
        if rule is None or not rule.symbol:
            return None
        key = SeriesKey(rule.venue, rule.symbol, rule.timeframe or "1h")
        if not self.is_of_this_venue(key):
            return None
        if rule.open_time is None:
            self.symbol_opened.emit(rule.symbol)
            return None
        return key, rule.open_time

    def is_of_this_venue(self, key: SeriesKey) -> bool:
        """Return whether the market of an alert is of the venue on screen; say so where it is not."""
        venue = self._around.bridge.world.venue
        is_here = venue is not None and venue.name == key.venue
        here = f"The window shows {one_line(venue.label)}" if venue else "The window shows no venue yet"
        text = (
            f"{one_line(key.symbol, 40)} {key.timeframe} of this alert belongs to another venue, "
            f"{practice_mark(key.venue)}{one_line(key.venue)}. {here}, so the chart stays as it is."
        )
        self._around.bridge.notice_posted.emit("alert", "" if is_here else text)
        return is_here

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of alerts do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "alerts.focus": lambda: go_to("Alerts", self.panel.focus_list),
            "alerts.rules": lambda: go_to("Alerts", self.panel.focus_rules),
            **self.rules.handlers(go_to),
            "alerts.dismiss": self.panel.dismiss_current,
            "alerts.dismiss_all": self.panel.dismiss_all,
            "alerts.quiet": lambda: self.set_quiet(not self.is_quiet),
        }

    def restore(self) -> None:
        """List the alerts of earlier sessions."""
        try:
            self.panel.model.restore(self._around.past.journal.alerts())
        except TidemarkError as error:
            self._around.bridge.notice_posted.emit("journal", str(error))

    def start(self) -> None:
        """Look for a tray, once; called after the first frame."""
        if self._is_stopped:
            return
        self.tray.start()
        self._show_notes()

    def set_quiet(self, is_quiet: bool) -> None:
        """Announce alerts, or only list them."""
        if is_quiet == self.is_quiet:
            return
        self.announcer.loudness.is_quiet = self._around.memory.quiet = is_quiet
        self.tray.set_quiet(is_quiet=is_quiet)
        self.quiet_changed.emit(is_quiet)

    def switches(self) -> dict[str, tuple[bool, Callable[[bool], None]]]:
        """Return what can be switched on and off for a menu: title, then state now and what is told."""
        return {
            "Desktop notifications": (self._choices.notifications, self._set_notifications),
            "Alert sound": (self._choices.sound, self._set_sound),
        }

    def refresh(self) -> None:
        """Say how far prices are from lines; called every second."""
        self.rules.refresh()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.panel.set_zone(zone)
        self.rules.set_zone(zone)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.panel.set_theme(theme)
        self.rules.set_theme(theme)
        self.tray.set_theme(theme)

    def stop(self) -> None:
        """Announce nothing more, and take the tray icon away."""
        self._is_stopped = True
        self.rules.stop()
        self.announcer.stop()
        self.tray.stop()

    def _set_notifications(self, is_on: bool) -> None:
        self.announcer.loudness.notifications = self._choices.notifications = is_on
        self._around.on_choice("alerts.notifications", is_on)

    def _set_sound(self, is_on: bool) -> None:
        self.announcer.loudness.sound = self._choices.sound = is_on
        self._around.on_choice("alerts.sound", is_on)

    def _on_alert(self, alert: Alert) -> None:
        self.panel.model.add(alert)
        self.announcer.add(alert)

    def _on_announced(self) -> None:
        self._around.memory.announced_alert = self.announcer.announced_id
        self.announced.emit()

    def _on_venue(self) -> None:
        venue = self._around.bridge.world.venue
        self.panel.model.set_venue(venue.name if venue else "")
        self._around.bridge.notice_posted.emit("alert", "")

    def _on_notice(self, subject: str, text: str) -> None:
        """Take that notifications cannot be shown, or can again (empty text)."""
        if subject == "notifications":
            self._has_service = not text
            self._show_notes()

    def _show_notes(self) -> None:
        has_tray = self.tray.is_available
        self.panel.set_record_note(NO_SERVICE if not self._has_service else "" if has_tray else NO_TRAY)
        self.hint_changed.emit("" if has_tray else "no tray")
