"""Watches the lines that alerts stand on: every close of their series, and live prices where wanted."""

import asyncio

from workstation.domain.alert import RuleMark
from workstation.domain.alert_crossing import Crossed, LineState, crossed_on, judge
from workstation.domain.alert_line import MOMENT
from workstation.domain.alert_record import RuleRecord
from workstation.domain.alert_rule import LineRule
from workstation.domain.alert_words import crossing_sentence, moment_sentence
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import StoreError
from workstation.domain.events import AlertRulesChanged, CandleUpdated, HistoryFilled, NoticePosted
from workstation.domain.market import SeriesKey
from workstation.domain.ports import Clock, TaskOwner
from workstation.services.alert_rules import AlertRules
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData

_MANY_BARS = 200  # more are judged in a thread
_LOOKS_EVERY_S = 1.0  # at the clock, for upright lines
_Judged = tuple[RuleRecord, LineRule, LineState, tuple[Crossed, ...]]


class LineAlerts:
    """Judges every rule on a line, bar by bar and in order.

    What was missed while nobody listened is judged from the candles that are fetched first, as it would
    have been; how late that is stands in the alert.

    Parameters
    ----------
    bus : Bus
        Gives candles and rules.
    market_data : MarketData
        Follows the series, whether or not there is a chart of them.
    rules : AlertRules
        The rules; they tell.
    tasks : TaskOwner
        Owns the judging.
    """

    def __init__(self, bus: Bus, market_data: MarketData, rules: AlertRules, tasks: TaskOwner) -> None:
        self._bus, self._market_data, self._rules, self._tasks = bus, market_data, rules, tasks
        self._keys: frozenset[SeriesKey] = frozenset()
        self._live: frozenset[SeriesKey] = frozenset()
        self._ids: dict[SeriesKey, tuple[str, ...]] = {}
        self._complaint = ""
        self._judging: set[SeriesKey] = set()
        self._again: set[SeriesKey] = set()
        self._touched: dict[str, tuple[int, int]] = {}
        self._clock: Clock | None = None
        bus.subscribe(AlertRulesChanged, self._on_rules)
        bus.subscribe(CandleUpdated, self._on_candle)
        bus.subscribe(HistoryFilled, lambda filled: self._judge_soon(filled.key))

    def begin(self, clock: Clock) -> None:
        """Begin to judge by the venue's time; before the rules begin."""
        self._clock = clock
        self._tasks.start("watch the times of alerts", self._watch_moments(clock))

    def price_of(self, key: SeriesKey) -> float | None:
        """Return the newest price of a followed series; None where it is older than the forming bar."""
        series = self._market_data.series(key)
        last = None if series is None else series.last
        if last is None or self._clock is None or self._clock.now_ms() - last.open_time > 2 * key.bar_ms:
            return None
        return last.close

    def _on_rules(self, _changed: AlertRulesChanged) -> None:
        """Follow exactly the series that are watched."""
        if self._clock is None:
            return
        keys: dict[SeriesKey, list[str]] = {}
        lines = [(record, line) for record, line in self._rules.lines() if line.part != MOMENT]
        for record, line in lines:
            keys.setdefault(line.key, []).append(record.rule.id)
        self._ids = {key: tuple(ids) for key, ids in keys.items()}
        self._live = frozenset(line.key for _, line in lines if not line.on_close)
        if frozenset(keys) != self._keys:
            self._keys = frozenset(keys)
            self._market_data.follow(list(keys), "alerts")

    def _on_candle(self, updated: CandleUpdated) -> None:
        if updated.candle.closed:
            self._judge_soon(updated.key)
        elif updated.key in self._live:
            self._touch(updated.key, updated.candle)

    def _touch(self, key: SeriesKey, candle: Candle) -> None:
        """Look at a bar that is still forming, for those who want to know before its close."""
        for record, line in self._of(key):
            state, bar = record.line, (record.revision, candle.open_time)
            if line.on_close or state is None or candle.open_time != state.judged_ms + key.bar_ms:
                continue  # the bar before was not judged yet, so the side is not known
            crossed = crossed_on(line, state, candle)
            if crossed is not None and self._touched.get(record.rule.id) != bar:
                self._touched[record.rule.id] = bar
                self._tasks.start(f"tell of {key}", self._tell_touch(record, line, crossed))

    async def _tell_touch(self, record: RuleRecord, line: LineRule, crossed: Crossed) -> None:
        now = crossed.open_time if self._clock is None else self._clock.now_ms()
        try:
            await self._tell(record, line, crossed, min(now, crossed.open_time + line.key.bar_ms))
        except StoreError as error:
            self._touched.pop(record.rule.id, None)  # the next price tries again
            self._complain(str(error))

    def _judge_soon(self, key: SeriesKey) -> None:
        if key not in self._keys:
            return
        if key in self._judging:
            self._again.add(key)
            return
        self._judging.add(key)
        self._tasks.start(f"judge the alerts of {key}", self._judge_until_done(key))

    async def _judge_until_done(self, key: SeriesKey) -> None:
        try:
            await self._judge(key)
            while key in self._again:
                self._again.discard(key)
                await self._judge(key)
            self._complain("")
        except StoreError as error:
            self._complain(f"{error} Alerts on lines are judged again at the next close.")
        finally:
            self._judging.discard(key)
            self._again.discard(key)

    async def _judge(self, key: SeriesKey) -> None:
        """Judge closed bars that were not judged yet; a state goes on only when its alerts are written."""
        series, wanted = self._market_data.series(key), self._of(key)
        if series is None or not wanted:
            return
        since_ms = min(record.line.judged_ms for record, _ in wanted if record.line is not None)
        bars = series.closed()
        bars = bars.pick(bars.open_time > since_ms)
        is_long = len(bars) * len(wanted) > _MANY_BARS
        judged = await asyncio.to_thread(_judged, wanted, bars) if is_long else _judged(wanted, bars)
        for record, line, state, found in judged:
            for crossed in found:
                if self._rules.is_current(record):
                    await self._tell(record, line, crossed, crossed.open_time + key.bar_ms)
            self._rules.judged_line(record, state)

    async def _tell(self, record: RuleRecord, line: LineRule, crossed: Crossed, at_ms: int) -> None:
        key = line.key
        mark = RuleMark(
            record.rule.id,
            record.revision,
            line.drawing.kind.label,
            key.venue,
            key.symbol,
            key.timeframe,
            at_ms,
            crossed.open_time,
            crossed.direction,
            crossed.price,
        )
        await self._rules.tell(record, mark, crossing_sentence(line, crossed))

    def _of(self, key: SeriesKey) -> list[tuple[RuleRecord, LineRule]]:
        found = ((record, record.rule.line) for record in self._rules.watched(self._ids.get(key, ())))
        return [(record, line) for record, line in found if line is not None and record.line is not None]

    async def _watch_moments(self, clock: Clock) -> None:
        while True:
            await asyncio.sleep(_LOOKS_EVERY_S)
            now = clock.now_ms()
            for record, line in self._rules.lines():
                at_ms = line.drawing.anchors[0].time_ms
                if line.part == MOMENT and at_ms <= now and record.line is not None:
                    await self._tell_moment(record, line, at_ms)

    async def _tell_moment(self, record: RuleRecord, line: LineRule, at_ms: int) -> None:
        key = line.key
        kind = line.drawing.kind.label
        mark = RuleMark(record.rule.id, record.revision, kind, key.venue, key.symbol, key.timeframe, at_ms)
        try:
            await self._rules.tell(record, mark, moment_sentence(line))
        except StoreError as error:
            self._complain(str(error))
        else:
            self._rules.judged_line(record, LineState(at_ms, at_ms))

    def _complain(self, text: str) -> None:
        if text != self._complaint:
            self._complaint = text
            self._bus.publish(NoticePosted("alerts on lines", text))


def _judged(wanted: list[tuple[RuleRecord, LineRule]], bars: CandleColumns) -> list[_Judged]:
    found = []
    for record, line in wanted:
        if record.line is not None:
            found.append((record, line, *judge(line, record.line, bars)))
    return found
