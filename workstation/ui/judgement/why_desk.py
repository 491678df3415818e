"""Which bar the why panel explains, and who is asked about it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.explanation import Explanation
from workstation.domain.market import SeriesKey, open_of, timeframe_ms
from workstation.domain.signal import Direction, Signal
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.judgement.hit_reading import read_hits
from workstation.ui.judgement.inquiry import Inquiry
from workstation.ui.judgement.signal_rows import RecordRow
from workstation.ui.judgement.stored_bars import StoredBars
from workstation.ui.judgement.why_panel import WhyPanel
from workstation.ui.keyboard.palette import Palette
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace import Workspace

AWAY = "The engine is away just now. It explains bars again when it is back."
NOT_A_TIME = "That is not a time. Type a day such as 2024-08-01, or a time such as 2024-08-01 14:00."
_DAY_MS = 86_400_000
_SETTLE_MS = 120  # a pointer that crosses the chart asks for the bar on which it rests
_FORMING = "Still forming: it is judged when it closes. Below is the bar before."
_REACH = 400  # bars: a hole in the history that is longer is not stepped over


class WhyDesk(Section):
    """Keeps the why panel on one bar: of the chart's market, or of another that was chosen in the panel.

    It is the bar under the crosshair while there is one, else the one that was chosen. Nothing is asked while
    nobody sees the panel.

    Parameters
    ----------
    around : Surroundings
        Bridge, store and requests.
    theme : Theme
        Colours.
    window : QWidget
        Over whose top markets are searched.
    """

    def __init__(self, around: Surroundings, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._past = around.bridge, around.past
        self._bars = StoredBars(around.past, around.bridge.notice_posted.emit)
        self.panel = WhyPanel(theme)
        self.panels = {"Why": self.panel}
        self.search = Palette(around.bridge.world, theme, window)
        self.inquiry = Inquiry(around.requests, self)
        self.key: SeriesKey | None = None
        self.open_time: int | None = None
        self._pointed: Candle | None = None
        self._next_pointed: Candle | None = None
        self._settling = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._on_settled)
        self.reading = BackgroundReading(self._work, self._is_read, self)
        self._charted: SeriesKey | None = None
        self._is_pinned = False
        self._follows_newest = True
        self._heard: int | None = None
        self._signals: dict[int, Signal] = {}
        self._is_answered = False
        self._place: tuple[SeriesKey | None, int | None] | None = None  # asked about last
        self._is_seen = False
        self._zone: tzinfo = UTC
        self._connect()

    def _connect(self) -> None:
        bridge, panel, inquiry = self._bridge, self.panel, self.inquiry
        bridge.candles_changed.connect(self._on_candles)
        bridge.history_grew.connect(self._on_history)
        bridge.link_changed.connect(self._on_link)
        bridge.explained.connect(inquiry.take)
        bridge.not_explained.connect(inquiry.take_refusal)
        bridge.signals_replaced.connect(self._on_signals)
        bridge.signal_said.connect(self._on_signal)
        bridge.markets_changed.connect(self.search.set_markets)
        inquiry.answered.connect(self._on_answer)
        inquiry.refused.connect(self._on_refusal)
        self.reading.read.connect(self._on_records)
        self.reading.failed.connect(lambda why: bridge.notice_posted.emit("ledger", why))
        bridge.outcomes_known.connect(self.reading.want)
        inquiry.slow.connect(lambda: panel.set_working(is_working=True))
        panel.step_requested.connect(self.step)
        panel.newest_requested.connect(self.show_newest)
        panel.jump_requested.connect(self.jump)
        panel.pin_toggled.connect(self._on_pin)
        panel.symbol_requested.connect(lambda: self.search.open())
        panel.timeframe_chosen.connect(self._choose_timeframe)
        self.search.symbol_chosen.connect(self._choose_symbol)
        self.search.timeframe_chosen.connect(self._choose_timeframe)
        self.search.closed.connect(panel.focus_list)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of the panel do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "why.focus": lambda: go_to("Why", self.panel.focus_list),
            "why.older": partial(self.step, -1),
            "why.newer": partial(self.step, 1),
            "why.newest": self.show_newest,
        }

    def join(self, workspace: Workspace) -> None:
        """Take whose bars are pointed at and clicked."""
        workspace.bar_clicked.connect(self.show_bar)
        workspace.on_each(self._join_pane)

    @property
    def shown_time(self) -> int | None:
        """Open of the bar that is explained, UTC milliseconds: under the crosshair, else chosen."""
        if self._pointed is None:
            return self.open_time
        return self._newest() if self._is_forming else self._pointed.open_time

    @property
    def _is_forming(self) -> bool:
        return self._pointed is not None and not self._pointed.closed

    def follow(self, key: SeriesKey) -> None:
        """Take what the chart shows; explained here unless another market was pinned."""
        self._charted = key
        if not self._is_pinned:
            self._show_series(key)
        elif self.key is not None and self.key.venue != key.venue:
            self._show_series(SeriesKey(key.venue, self.key.symbol, self.key.timeframe))

    def show_bar(self, candle: Candle) -> None:
        """Explain a bar of the chart that was clicked; the newest closed one where it is still forming."""
        if self.key is None or self.key != self._charted:
            return
        if candle.closed:
            self._go_to(candle.open_time)
        else:
            self.show_newest()

    def show_newest(self) -> None:
        """Explain the newest closed bar, and the next one when it closes."""
        self._follows_newest = True
        self._show_newest_known()

    def step(self, bars: int) -> None:
        """Go to the next older (-1) or newer (1) bar that is stored; a hole is stepped over."""
        key, at = self.key, self.shown_time
        if key is None or at is None:
            return
        reach = _REACH * key.bar_ms
        found = self._read(at - reach, at) if bars < 0 else self._read(at + key.bar_ms, at + reach)
        if len(found):
            self._go_to(int(found.open_time[-1 if bars < 0 else 0]))
        elif bars > 0:
            self.show_newest()

    def jump(self, typed: str) -> None:
        """Go to the bar that contains a time as it was typed, or to the last one before it."""
        key, time_ms = self.key, self._moment(typed)
        if key is None:
            return
        if time_ms is None:
            self._refuse(NOT_A_TIME)
            return
        wanted = open_of(time_ms, key.timeframe)
        newest = self._newest()
        if newest is not None and wanted >= newest:
            self.show_newest()
            return
        found = self._read(wanted - _REACH * key.bar_ms, wanted + key.bar_ms)
        if len(found):
            self._go_to(int(found.open_time[-1]))
        else:
            self._refuse(f"No bar of {one_line(key.symbol, 40)} {key.timeframe} is stored at that time.")

    def set_seen(self, is_seen: bool) -> None:
        """Take whether the panel is on screen; a dock behind another is not."""
        self._is_seen = is_seen
        if is_seen:
            self._ask()
            self.reading.look_again()

    def set_zone(self, zone: tzinfo) -> None:
        """Show and read times in this zone."""
        self._zone = zone
        self._show_place()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.panel.set_theme(theme)
        self.search.set_theme(theme)

    def stop(self) -> None:
        """Ask and read nothing more."""
        self._settling.stop()
        self.inquiry.forget()
        self.reading.stop()

    @property
    def _shown_zone(self) -> tzinfo:
        """Bars of a day and more are the venue's days and stay in UTC, as on the chart."""
        return UTC if self.key is not None and self.key.bar_ms >= _DAY_MS else self._zone

    def _moment(self, typed: str) -> int | None:
        try:
            moment = datetime.fromisoformat(typed.strip())
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._shown_zone)
            return round(moment.timestamp() * 1000)
        except (ValueError, OverflowError):
            return None

    def _show_series(self, key: SeriesKey) -> None:
        """Explain a series, from its newest closed bar."""
        if key == self.key:
            return
        self.key, self._heard, self._pointed = key, None, None
        self._signals = {signal.open_time: signal for signal in self._bars.signals(key)}
        self.panel.show_records({})
        self.reading.want()
        self.show_newest()

    def _choose_symbol(self, symbol: str) -> None:
        if self.key is not None:
            self._pin(SeriesKey(self.key.venue, symbol, self.key.timeframe))

    def _choose_timeframe(self, timeframe: str) -> None:
        if self.key is not None and timeframe_ms(timeframe):
            self._pin(SeriesKey(self.key.venue, self.key.symbol, timeframe))

    def _pin(self, key: SeriesKey) -> None:
        """Stay with a series that was chosen here; the chart's own needs no pin."""
        self._is_pinned = key != self._charted
        self.panel.set_pinned(self._is_pinned)
        self._show_series(key)

    def _on_pin(self, is_pinned: bool) -> None:
        self._is_pinned = is_pinned
        self.panel.set_pinned(is_pinned)
        if not is_pinned and self._charted is not None:
            self._show_series(self._charted)

    def _go_to(self, open_time: int) -> None:
        newest = self._newest()
        self._follows_newest = newest is not None and open_time >= newest
        self._set_bar(open_time)

    def _show_newest_known(self) -> None:
        newest = self._newest()
        if newest is None and self.key is not None:
            self._refuse(
                f"No closed bar of {one_line(self.key.symbol, 40)} {self.key.timeframe} is stored yet."
            )
        self._set_bar(newest)

    def _set_bar(self, open_time: int | None) -> None:
        """Take the bar that is chosen; it is explained whatever is pointed at."""
        self._settling.stop()
        self._pointed, self.open_time = None, open_time
        self._explain_shown()

    def _explain_shown(self) -> None:
        place = self.key, self.shown_time
        if place != self._place:
            self._place, self._is_answered = place, False
        self.panel.set_note(_FORMING if self._is_forming else "")
        self._show_place()
        self._show_signal()
        self._ask()

    def _join_pane(self, pane: ChartPane) -> None:
        pane.chart.bar_hovered.connect(partial(self._on_hovered, pane))

    def _on_hovered(self, pane: ChartPane, candle: Candle | None) -> None:
        """Explain the bar under the crosshair when it rests there, else the chosen one."""
        is_here = candle is not None and self._is_seen and pane.key == self.key
        pointed = candle if is_here else None
        if pointed is not self._pointed or self._settling.isActive():
            self._next_pointed = pointed
            self._settling.start()

    def _on_settled(self) -> None:
        before, was_forming = self.shown_time, self._is_forming
        self._pointed = self._next_pointed
        if (self.shown_time, self._is_forming) != (before, was_forming):
            self._explain_shown()

    def _show_signal(self) -> None:
        at = self.shown_time
        self.panel.show_signal(None if at is None else self._signals.get(at))

    def _show_place(self) -> None:
        if self.key is not None:
            is_newest = self._follows_newest and self.shown_time == self.open_time
            self.panel.show_bar(self.key, self.shown_time, self._shown_zone, is_newest=is_newest)

    def _ask(self) -> None:
        """Ask about the bar, where somebody sees the panel and it was not answered yet."""
        if not self._bridge.world.connected:
            self._refuse(AWAY)
        elif (at := self.shown_time) is not None and not self._is_answered and self._is_seen and self.key:
            self.inquiry.want(self.key, at)

    def _refuse(self, sentence: str) -> None:
        self.inquiry.forget()
        self._place = None
        self.panel.say(sentence)

    def _on_answer(self, explanation: Explanation) -> None:
        self._is_answered = True
        self.panel.show_explanation(explanation)

    def _on_refusal(self, reason: str) -> None:
        self._is_answered, self._place = True, None  # whoever goes to it again asks again
        self.panel.say(one_line(reason, 400))

    def _work(self) -> Work:
        assert self.key is not None  # noqa: S101  `_is_read` says so
        return partial(read_hits, self._past.judgements, self.key)

    def _is_read(self) -> bool:
        return self._is_seen and self.key is not None

    def _on_records(self, read: tuple[SeriesKey, Mapping[Direction, RecordRow]]) -> None:
        if read[0] == self.key:
            self.panel.show_records(read[1])

    def _on_signals(self, key: SeriesKey, signals: tuple[Signal, ...]) -> None:
        if key == self.key:
            self._signals = {signal.open_time: signal for signal in signals}
            self._show_signal()

    def _on_signal(self, signal: Signal) -> None:
        if signal.key == self.key:
            self._signals[signal.open_time] = signal
            self._show_signal()
            self.reading.want()

    def _on_link(self) -> None:
        self._is_answered = False
        self.inquiry.forget()
        self._ask()

    def _on_candles(self, key: SeriesKey, candles: list[Candle]) -> None:
        closed = [candle.open_time for candle in candles if candle.closed]
        if key != self.key or not closed:
            return
        self._heard = max(closed[-1], self._heard or 0)
        pointed = self._pointed
        if pointed is not None and self._is_forming and pointed.open_time in closed:
            self._pointed = next(one for one in candles if one.open_time == pointed.open_time)
            self._explain_shown()
        self._move_on()

    def _on_history(self, key: SeriesKey) -> None:
        if key == self.key:
            self._move_on()

    def _move_on(self) -> None:
        """Go to a bar that closed just now, where the newest one is followed; what is pointed at stays."""
        newest = self._newest()
        if self._follows_newest and newest != self.open_time:
            self.open_time = newest
            if self._pointed is None or self._is_forming:
                self._explain_shown()

    def _newest(self) -> int | None:
        """Return the open of the newest closed bar, UTC milliseconds; None where none is known."""
        known = [one for one in (self._bars.newest(self.key), self._heard) if one is not None]
        return max(known, default=None)

    def _read(self, since_ms: int, until_ms: int) -> CandleColumns:
        return self._bars.read(self.key, since_ms, until_ms)
