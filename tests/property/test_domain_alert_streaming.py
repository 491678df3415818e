"""Alerts on lines: bar by bar says the same as all bars at once, and nothing is said of the past."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.alert_crossing import LineState, armed, crossed_on, judge
from workstation.domain.alert_rule import Crossing, LineRule
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.market import SeriesKey

HOUR = 3_600_000
KEY = SeriesKey("binance", "BTC/USDT", "1h")
PRICES = st.integers(90, 110).map(float)


@st.composite
def rules(draw):
    kind = draw(st.sampled_from([DrawingKind.TREND, DrawingKind.RAY, DrawingKind.HORIZONTAL]))
    times = draw(st.lists(st.integers(0, 40), min_size=kind.n_anchors, max_size=kind.n_anchors))
    anchors = tuple(Anchor(hour * HOUR + HOUR // 2, draw(PRICES)) for hour in times)
    drawing = Drawing("d", kind, anchors, is_log=draw(st.booleans()))
    crossing = draw(st.sampled_from(Crossing))
    return LineRule(KEY, drawing, "line", crossing, draw(st.booleans()), draw(st.booleans()))


@st.composite
def markets(draw):
    closes = np.array(draw(st.lists(PRICES, min_size=1, max_size=40)))
    wicks = np.array(draw(st.lists(st.integers(0, 6), min_size=len(closes), max_size=len(closes))), float)
    missing = np.array(draw(st.lists(st.booleans(), min_size=len(closes), max_size=len(closes))))
    times = np.arange(len(closes), dtype=np.int64) * HOUR
    whole = CandleColumns.of(times, closes, closes + wicks, closes - wicks, closes, closes)
    return whole.pick(~missing)


@settings(max_examples=60, deadline=None)
@given(rules(), markets(), st.data())
def test_streaming_equals_batch_whichever_way_the_bars_are_cut(rule, bars, data):
    begin = LineState(-1, -HOUR)
    whole = judge(rule, begin, bars)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(bars)), max_size=6)))
    state, found = begin, []
    for cut in (*cuts, len(bars)):  # what came before is handed over again each time, as after a restart
        state, more = judge(rule, state, bars[:cut])
        found += more
        if rule.is_once and found:
            break
    if not (rule.is_once and found):
        assert state == whole[0]
    assert tuple(found) == whole[1]


@settings(max_examples=40, deadline=None)
@given(rules(), markets())
def test_a_bar_that_forms_says_what_its_close_will_say(rule, bars):
    state = LineState(-1, -HOUR)
    for candle in bars:
        forming = Candle(
            candle.open_time, candle.open, candle.high, candle.low, candle.close, 1, closed=False
        )
        early, (state, late) = crossed_on(rule, state, forming), judge(rule, state, bars_of(candle))
        assert (early is None) == (rule.on_close or not late)
        assert early is None or early == late[0]


def bars_of(candle):
    return CandleColumns.of(
        np.array([candle.open_time]),
        *(np.array([v]) for v in (candle.open, candle.high, candle.low, candle.close, candle.volume)),
    )


@settings(max_examples=40, deadline=None)
@given(rules(), markets(), st.integers(0, 40), PRICES)
def test_nothing_is_said_of_bars_before_the_rule_was_set(rule, bars, hour, price):
    state = armed(rule, hour * HOUR + 5, price)
    _, found = judge(rule, state, bars)
    assert all(one.open_time >= hour * HOUR for one in found)
    if not rule.is_once:
        ahead, _ = judge(rule, state, bars.pick(bars.open_time < (hour + 5) * HOUR))
        past = [one for one in found if one.open_time <= ahead.judged_ms]
        assert tuple(past) == judge(rule, state, bars.pick(bars.open_time <= ahead.judged_ms))[1]
