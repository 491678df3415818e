"""The window: charts in the middle, docks around them, and every command joined to what it does."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.domain.alert import Alert
from workstation.domain.market import SeriesKey
from workstation.domain.ticker import Ticker
from workstation.ui import theme as themes
from workstation.ui.alerts.alert_desk import AlertDesk
from workstation.ui.appearance import Appearance
from workstation.ui.application import running_application
from workstation.ui.asking import Asking
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.commands import make_actions
from workstation.ui.desktop.desktop_desk import DesktopDesk
from workstation.ui.desktop.front_window import FrontWindow
from workstation.ui.drawings.drawing_desk import DrawingDesk
from workstation.ui.help.help_desk import HelpDesk
from workstation.ui.judgement.judgement_desk import JudgementDesk
from workstation.ui.judgement.why_desk import WhyDesk
from workstation.ui.keyboard.keyboard_desk import KeyboardDesk
from workstation.ui.keys.keys_desk import KeysDesk
from workstation.ui.looks.look_desk import LookDesk
from workstation.ui.market.market_desk import MarketDesk
from workstation.ui.memory_keeper import MemoryKeeper
from workstation.ui.narratives.narrative_desk import NarrativeDesk
from workstation.ui.notice_banner import NoticeArea
from workstation.ui.panel_steps import PanelSteps
from workstation.ui.providers.provider_desk import ProviderDesk
from workstation.ui.rotation.rotation_desk import ADVICE, RotationDesk
from workstation.ui.section import Section
from workstation.ui.settings.settings_live import live_settings
from workstation.ui.status_strip import StatusStrip
from workstation.ui.studies.study_desk import StudyDesk
from workstation.ui.surroundings import Choices, Surroundings
from workstation.ui.theme import Theme
from workstation.ui.top_strip import TopStrip
from workstation.ui.venue_badge import PracticeBand, mode_word
from workstation.ui.watchlists.watchlist_desk import WatchlistDesk
from workstation.ui.window_docks import Docks
from workstation.ui.window_memory import WindowMemory
from workstation.ui.window_menu import fill_menu
from workstation.ui.words.foreign_text import one_line
from workstation.ui.workspaces.chart_desk import ChartDesk
from workstation.ui.workspaces.workspace_desk import WorkspaceDesk
from workstation.ui.zone import zone_of


class MainWindow(FrontWindow):
    """Tidemark's window.

    Closing it asks the program to end: `close_requested` is emitted, and the window goes when `finish` is
    called.
    """

    def __init__(self, surroundings: Surroundings, choices: Choices) -> None:
        super().__init__()
        self.setObjectName("tidemark")
        self._around, self._choices = surroundings, choices
        self._bridge, self._memory = surroundings.bridge, surroundings.memory
        self._asking = Asking(surroundings.bridge, surroundings.requests)
        self.appearance = Appearance(running_application(), choices, surroundings.on_choice, self)
        self.theme = self.appearance.theme
        self._make_parts()
        self.actions_by_id = make_actions(self, self._handlers())
        self.keyboard.join(self.actions_by_id)
        self.keyboard.live = live_settings(surroundings, self.charts, self.appearance, self.set_zone, self)
        self.keyboard.live |= self.desktop.live
        self._lay_out()
        fill_menu(self.strip.menu_button, self.actions_by_id, self.docks, self.alert_desk.switches())
        self._connect()
        self._show_choices()

    def _make_parts(self) -> None:
        theme, bridge = self.theme, self._bridge
        self.band = PracticeBand(theme, is_kept=self._around.is_kept)
        self.strip, self.notices = TopStrip(theme), NoticeArea(theme)
        self.charts = WorkspaceDesk(self._around, self._choices, theme, self)
        self.workspace = self.charts.workspace
        self.look = LookDesk(self._around, self.charts, theme, self)
        kept = self._around.memory_file.parent / "drawings"
        self.drawings = DrawingDesk(self.workspace, bridge, kept, theme, self)
        self.studies = StudyDesk(self._around, self.charts, theme, self)
        self.lists = WatchlistDesk(self._around, self._asking, theme, self)
        self.watchlist = self.lists.panel
        self.alert_desk = AlertDesk(self._around, self._choices, theme, self)
        self.alerts, self.tray = self.alert_desk.panel, self.alert_desk.tray
        self.status = StatusStrip(bridge, theme)
        self.why_desk = WhyDesk(self._around, theme, self)
        self.why = self.why_desk.panel
        self.provider_desk = ProviderDesk(bridge, self._asking, theme, self)
        self.judgement = JudgementDesk(self._around, self._asking, theme, self)
        self.narratives = NarrativeDesk(bridge, self._around.past.narratives, theme, self)
        self.rotation = RotationDesk(self._around, self._asking, theme, self)
        self.market = MarketDesk(self._around, self.judgement.grades, theme, self)
        self.keyboard = KeyboardDesk(self._around, theme, self)
        self.keys = KeysDesk(self._around, theme, self)
        self.desktop = DesktopDesk(self._around, self._choices, self.tray, self)
        self.help = HelpDesk(self._around, self.charts, theme, self)
        self.lists.screener.join(self.market.map.board)
        self.market.map.join(self.keyboard)
        self.alert_desk.rules.join(self.drawings, self.lists)
        self._sections: tuple[Section, ...] = (
            self.keyboard,
            self.charts,
            self.look,
            self.drawings,
            self.studies,
            self.alert_desk,
            self.why_desk,
            self.provider_desk,
            self.judgement,
            self.narratives,
            self.rotation,
            self.market,
            self.lists,
            self.help,
            self.keys,
            self.desktop,
        )
        self._clock = QTimer(self, interval=1000)
        self._keeper = MemoryKeeper(self._memory, self._around.memory_file, self._gather_memory, self)

    def _lay_out(self) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.band, self.strip, self.notices):
            column.addWidget(part)
        self.setMenuWidget(top)
        self.setCentralWidget(self.charts.view)
        self.setStatusBar(self.status)
        panels = {title: panel for section in self._sections for title, panel in section.panels.items()}
        self.docks = Docks(self, panels)
        self.search = self.keyboard.palette
        plain = WindowMemory(geometry=self._memory.geometry)
        self.docks.restore(plain if self.charts.is_safe else self._memory)

    def _connect(self) -> None:
        bridge, strip, search = self._bridge, self.strip, self.search
        bridge.venue_changed.connect(self._on_venue)
        bridge.watchlist_changed.connect(self._on_watchlist)
        bridge.tickers_changed.connect(self._on_tickers)
        bridge.notice_posted.connect(self.notices.post)
        self.workspace.opened.connect(self._on_opened)
        self.workspace.opened.connect(self.lists.follow)
        self.workspace.opened.connect(self.why_desk.follow)
        self.workspace.opened.connect(self.market.follow)
        self.why_desk.join(self.workspace)
        self.charts.timeframe_shown.connect(self.strip.set_timeframe)
        self.charts.log_shown.connect(self._show_log)
        self.charts.levels_shown.connect(self._show_levels)
        self.charts.join(self.docks)
        self.workspace.search_requested.connect(search.open)
        self.workspace.on_each(lambda pane: search.open_on_typing(pane.chart))
        self.docks.by_title["Why"].visibilityChanged.connect(self.why_desk.set_seen)
        strip.join(self.actions_by_id)
        self.help.join(self.actions_by_id, self.docks, search)
        self.look.join(self.actions_by_id)
        self.drawings.join(self.actions_by_id)
        self.desktop.join(self.actions_by_id)
        self.desktop.started_hidden.connect(self._on_first_frame)
        self.provider_desk.join(self.actions_by_id["universe.hold"])
        self.lists.sparks.read.connect(self.keyboard.take_spark)
        search.lines_wanted.connect(self.lists.sparks.look_up)
        self.judgement.grades.read.connect(self.keyboard.take_grades)
        self.judgement.grades.tell_too(self.watchlist)
        self.judgement.grades.read.connect(self.watchlist.model.set_grades)
        for section in self._sections:
            section.symbol_opened.connect(self.open_symbol)
            section.series_opened.connect(self.open_series)
            section.bar_opened.connect(self.open_bar)
        self.watchlist.add_requested.connect(partial(search.open, adding=True))
        bridge.markets_changed.connect(search.set_markets)
        search.symbol_chosen.connect(self.open_symbol)
        search.timeframe_chosen.connect(self.set_timeframe)
        search.add_chosen.connect(self.watchlist.add)
        search.closed.connect(lambda: self.chart.setFocus())
        strip.search_requested.connect(search.open)
        strip.timeframe_chosen.connect(self.set_timeframe)
        strip.zone_chosen.connect(self.set_zone)
        strip.other_zone_wanted.connect(lambda: self.keyboard.open_settings(at="chart.zone"))
        strip.log_button.clicked.connect(self.charts.set_log_scale)
        strip.theme_button.clicked.connect(self.appearance.toggle_theme)
        self.appearance.changed.connect(self.set_theme)
        strip.quiet_button.clicked.connect(self.alert_desk.set_quiet)
        self._clock.timeout.connect(self._on_second)
        self._connect_alerts()
        self.docks.moved.connect(self._keeper.save_soon)
        self._keeper.said.connect(partial(bridge.notice_posted.emit, "saving"))

    def _connect_alerts(self) -> None:
        desk = self.alert_desk
        desk.opened.connect(self.open_alert)
        desk.opened_from_desktop.connect(self._open_from_desktop)
        desk.unread_changed.connect(self._on_unread)
        desk.quiet_changed.connect(self._show_quiet)
        desk.quiet_changed.connect(lambda _is: self._keeper.save_soon())
        desk.announced.connect(self._keeper.save_soon)
        desk.hint_changed.connect(self.status.set_hint)
        self.alerts.dismiss_requested.connect(self._asking.dismiss)

    def _handlers(self) -> dict[str, Callable[[], None]]:
        handlers: dict[str, Callable[[], None]] = {
            "view.reset": lambda: self.docks.reset(),
            "chart.zone": self.strip.choose_zone,
            **PanelSteps(self, lambda: self.docks, lambda: self.chart.setFocus()).handlers(),
            **self.appearance.handlers(),
        }
        for section in self._sections:
            handlers |= section.handlers(self._go_to)
        return handlers

    def _show_choices(self) -> None:
        self.set_zone(self._choices.zone)
        self.charts.show_choices()
        self._show_quiet(self.alert_desk.is_quiet)
        self.actions_by_id["view.colours"].setChecked(self.appearance.is_for_colour_blind)
        self._title()

    def start(self) -> None:
        """Show what the store has: the chart, the watchlist and the alerts of earlier sessions."""
        self.alert_desk.restore()
        world, memory = self._bridge.world, self._memory
        known = (world.venue or memory.venue, world.watchlist or memory.watchlist)
        if any(known):
            self._bridge.remember(*known)
        else:
            self._on_venue()
        self._clock.start()
        self.chart.setFocus()
        self.chart.frame_painted.connect(self._on_first_frame)

    @property
    def chart(self) -> ChartView:
        """The active chart."""
        return self.workspace.active.chart

    @property
    def desk(self) -> ChartDesk:
        """Who keeps the active chart on its series."""
        return self.workspace.active.desk

    @property
    def last_alert_id(self) -> int:
        """Number of the last alert that this window has announced; the engine sends what came after it."""
        return self.alert_desk.announcer.last_id

    def open_symbol(self, symbol: str) -> None:
        """Show a market on the chart, with the timeframe as it is."""
        self.workspace.active.open(symbol)

    def open_series(self, symbol: str, timeframe: str) -> None:
        """Show a market, or the index of a narrative, in these bars."""
        self.charts.open_series(symbol, timeframe)

    def open_alert(self, alert: Alert) -> None:
        """Show the bar or the advice that an alert is about; only say where it is of another venue."""
        self.alerts.model.mark_read(alert.id)
        if (place := self.alert_desk.place_of(alert)) is not None:
            self.open_bar(*place)
        elif alert.advice is not None:
            self.rotation.panel_wanted.emit(ADVICE)

    def open_bar(self, key: SeriesKey, open_time: int) -> None:
        """Show a bar of a series of this venue, in the middle of the chart."""
        self.charts.open_bar(key, open_time)

    def set_timeframe(self, timeframe: str) -> None:
        """Show bars of this length."""
        self.charts.set_timeframe(timeframe)

    def set_zone(self, zone: str) -> None:
        """Show times in this zone."""
        self.charts.choose("zone", zone)
        self.strip.set_zone(zone)
        for section in self._sections:
            section.set_zone(zone_of(zone))

    def set_theme(self, theme: Theme) -> None:
        """Put a theme on every part."""
        self.theme = theme
        themes.apply(running_application(), theme)
        self.actions_by_id["view.colours"].setChecked(self.appearance.is_for_colour_blind)
        for part in (self.band, self.strip, self.notices, self.status):
            part.set_theme(theme)
        for section in self._sections:
            section.set_theme(theme)

    def finish(self) -> None:
        """Save what is remembered, end every timer, and go."""
        self._clock.stop()
        for section in self._sections:
            section.stop()
        self.status.stop()
        self._keeper.finish()
        self._bridge.close()
        self.let_go()

    def _gather_memory(self) -> None:
        world = self._bridge.world
        if not self.charts.is_safe:
            self.docks.save(self._memory)
        if world.venue is not None:
            self._memory.venue, self._memory.watchlist = world.venue, world.watchlist
        if self.desk.key is not None:
            self._memory.symbol = self.desk.key.symbol

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the search where it belongs."""
        super().resizeEvent(event)
        self.search.dismiss()

    def _on_first_frame(self) -> None:
        self.chart.frame_painted.disconnect(self._on_first_frame)
        QTimer.singleShot(0, self.alert_desk.start)
        QTimer.singleShot(0, self._begin_charts)

    def _show_log(self, is_log: bool) -> None:
        self.actions_by_id["chart.log"].setChecked(is_log)
        self.strip.log_button.setChecked(is_log)

    def _show_levels(self, are_shown: bool) -> None:
        self.actions_by_id["chart.levels"].setChecked(are_shown)
        self._keeper.save_soon()

    def _on_venue(self) -> None:
        venue = self._bridge.world.venue
        self._keeper.save_soon()
        self.band.set_venue(venue)
        self.strip.badge.set_venue(venue)
        if venue is None:
            return
        self.workspace.show_venue()
        self._show_price()
        self._title()

    def _begin_charts(self) -> None:
        self.workspace.start()
        if self.chart.window() is not self and self.isVisible():
            self.workspace.give_keyboard()  # it floats: the window that opened has given it to a button

    def _on_watchlist(self) -> None:
        self._keeper.save_soon()
        self.workspace.open_first()

    def _on_tickers(self, tickers: list[Ticker]) -> None:
        if self.desk.key is not None and any(one.symbol == self.desk.key.symbol for one in tickers):
            self._show_price()

    def _on_opened(self, key: SeriesKey) -> None:
        self.strip.set_symbol(key.symbol)
        self._show_price()
        self._title()
        self._keeper.save_soon()

    def _on_unread(self, n_unread: int) -> None:
        self.docks.by_title["Alerts"].setWindowTitle(f"Alerts ({n_unread})" if n_unread else "Alerts")

    def _show_quiet(self, is_quiet: bool) -> None:
        self.actions_by_id["alerts.quiet"].setChecked(is_quiet)
        self.strip.set_quiet(is_quiet=is_quiet)

    def _on_second(self) -> None:
        for section in self._sections:
            section.refresh()

    def _show_price(self) -> None:
        symbol = self.desk.key.symbol if self.desk.key else ""
        self.strip.set_ticker(self._bridge.world.tickers.get(symbol), self._bridge.world.price_step(symbol))

    def _title(self) -> None:
        key = self.desk.key
        shown = f"{one_line(key.symbol, 40)} {key.timeframe} · " if key else ""
        self.setWindowTitle(f"{shown}{mode_word(self._bridge.world.venue)} — Tidemark")

    def _go_to(self, title: str, focus: Callable[[], None]) -> None:
        self.docks.reveal(title)
        focus()

    def _open_from_desktop(self, alert: Alert) -> None:
        self.bring_to_front()
        self.open_alert(alert)
