"""Rules of alerts: where a line is at a bar, when it is crossed, who entered a screen, and what is said."""

from dataclasses import replace

import numpy as np
import pytest

from workstation.domain.alert_crossing import LineState, armed, crossed_on, is_over, judge
from workstation.domain.alert_line import line_of, lines_of, price_on_bar
from workstation.domain.alert_record import RuleRecord
from workstation.domain.alert_rule import AlertRule, Crossing, LineRule, ScreenEvent, ScreenRule
from workstation.domain.alert_screen import ScreenState, look
from workstation.domain.alert_visits import PastClose, Visit, visits
from workstation.domain.alert_words import (
    coin_sentence,
    condition_of,
    crossing_sentence,
    lists_gone_sentence,
    many_sentence,
    meanwhile_sentence,
    moment_sentence,
    title_of,
    visit_sentence,
)
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.screen_column import CoinColumns

HOUR = 3_600_000
HALF = HOUR // 2
KEY = SeriesKey("binance", "BTC/USDT", "1h")
LEVEL = Drawing("d", DrawingKind.HORIZONTAL, (Anchor(0, 100.0),))


def drawn(kind, *points, **rest):
    return Drawing("d", kind, tuple(Anchor(*point) for point in points), **rest)


def bars(*closes, since=0):
    close = np.array(closes, np.float64)
    times = (since + np.arange(len(closes))) * HOUR
    return CandleColumns.of(times, close, close + 1, close - 1, close, np.ones(len(closes)))


def crossings(rule, *closes):
    state = LineState(-1, -HOUR)
    return [(one.open_time // HOUR, one.direction) for one in judge(rule, state, bars(*closes))[1]]


@pytest.mark.parametrize(
    ("drawing", "part", "prices"),
    [
        (LEVEL, "line", [100, 100, 100, 100]),
        (drawn(DrawingKind.TREND, (HALF, 100.0), (2 * HOUR + HALF, 120.0)), "line", [100, 110, 120, None]),
        (drawn(DrawingKind.RAY, (HALF, 100.0), (HOUR + HALF, 110.0)), "line", [100, 110, 120, 130]),
        (drawn(DrawingKind.RAY, (HOUR + HALF, 110.0), (HALF, 100.0)), "line", [100, 110, None, None]),
        (
            drawn(DrawingKind.CHANNEL, (HALF, 100.0), (2 * HOUR + HALF, 120.0), (HOUR + HALF, 105.0)),
            "lower",
            [95, 105, 115, None],
        ),
        (
            drawn(DrawingKind.CHANNEL, (HALF, 100.0), (2 * HOUR + HALF, 120.0), (HOUR + HALF, 105.0)),
            "upper",
            [100, 110, 120, None],
        ),
        (
            drawn(DrawingKind.CHANNEL, (HALF, 100.0), (HOUR + HALF, 400.0), (HALF, 200.0), is_log=True),
            "upper",
            [200, 800, None, None],
        ),
        (drawn(DrawingKind.RECTANGLE, (HOUR, 9.0), (2 * HOUR, 7.0)), "top", [None, 9, 9, None]),
        (drawn(DrawingKind.RECTANGLE, (HOUR, 9.0), (2 * HOUR, 7.0)), "bottom", [None, 7, 7, None]),
        (drawn(DrawingKind.RETRACEMENT, (HOUR, 100.0), (2 * HOUR, 200.0)), "0.5", [None, 150, 150, 150]),
        (
            drawn(DrawingKind.EXTENSION, (0, 100.0), (HOUR, 110.0), (2 * HOUR, 105.0)),
            "1",
            [None, None, 115, 115],
        ),
        (drawn(DrawingKind.LONG, (0, 10.0), (0, 9.0), (HOUR, 12.0)), "stop", [9, 9, None, None]),
        (drawn(DrawingKind.VERTICAL, (0, 10.0)), "moment", [None] * 4),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Drawing) else str(value),
)
def test_a_line_is_at_a_bar_where_the_chart_paints_it(drawing, part, prices):
    found = [price_on_bar(drawing, part, hour * HOUR, HOUR) for hour in range(4)]
    assert found == [None if price is None else pytest.approx(price) for price in prices]


def test_a_channel_that_cannot_be_shifted_has_no_border_there():
    deep = drawn(DrawingKind.CHANNEL, (0, 100.0), (HOUR, 10.0), (0, 50.0))
    assert price_on_bar(deep, "lower", HOUR, HOUR) is None
    upright = drawn(DrawingKind.CHANNEL, (HALF, 100.0), (HALF, 10.0), (0, 50.0))
    assert price_on_bar(upright, "upper", 0, HOUR) is None


def test_what_is_drawn_on_hours_counts_on_the_bars_of_days_that_hold_it():
    short = drawn(DrawingKind.TREND, (20 * HOUR, 100.0), (30 * HOUR, 110.0))
    assert price_on_bar(short, "line", 0, 24 * HOUR) == pytest.approx(100)
    assert price_on_bar(short, "line", 24 * HOUR, 24 * HOUR) == pytest.approx(110)
    assert price_on_bar(short, "line", 48 * HOUR, 24 * HOUR) is None


def test_a_text_has_no_line_and_a_line_that_is_not_there_is_refused():
    assert lines_of(drawn(DrawingKind.TEXT, (0, 1.0), text="here")) == ()
    with pytest.raises(UsageError, match="has no line “top”"):
        LineRule(KEY, LEVEL, "top")
    assert line_of(LEVEL, "line").label == "horizontal line"


@pytest.mark.parametrize(
    ("rule", "closes", "found"),
    [
        (LineRule(KEY, LEVEL, "line", is_once=False), (99, 101, 102, 99), [(1, 1), (3, -1)]),
        (LineRule(KEY, LEVEL, "line"), (99, 101, 102, 98), [(1, 1)]),
        (LineRule(KEY, LEVEL, "line", Crossing.DOWN), (99, 101, 98), [(2, -1)]),
        (LineRule(KEY, LEVEL, "line", Crossing.UP), (101, 99, 102), [(2, 1)]),
        (LineRule(KEY, LEVEL, "line"), (99, 100, 99, 100, 101), [(4, 1)]),
        (LineRule(KEY, LEVEL, "line"), (100, 101, 102), []),
        (LineRule(KEY, LEVEL, "line", on_close=False), (98, 99, 95), [(1, 1)]),
        (LineRule(KEY, LEVEL, "line", is_once=False, on_close=False), (98, 99, 99.5), [(1, 1), (2, 1)]),
        (LineRule(KEY, LEVEL, "line", Crossing.UP, on_close=False), (102, 101, 101.5), []),
        (LineRule(KEY, LEVEL, "line", on_close=False), (102, 101), [(1, -1)]),
    ],
)
def test_a_line_is_crossed_when_the_other_side_is_reached(rule, closes, found):
    assert crossings(rule, *closes) == found


def test_a_rule_takes_the_side_of_the_price_when_it_is_set_and_says_nothing_of_before():
    rule = LineRule(KEY, LEVEL, "line")
    state = armed(rule, 5 * HOUR + 7, 101.0)
    assert state == LineState(4 * HOUR, 5 * HOUR, 1)
    after, found = judge(rule, state, bars(90, 90, 90, 90, 90, 101, 102))
    assert (after.judged_ms, found) == (6 * HOUR, ())
    _, found = judge(rule, armed(rule, 5 * HOUR, None), bars(90, 101, 90, 101, 90, 101))
    assert [one.open_time for one in found] == [5 * HOUR], "the newest close before gave the side"
    not_yet = drawn(DrawingKind.TREND, (9 * HOUR, 1.0), (10 * HOUR, 1.0))
    assert armed(LineRule(KEY, not_yet, "line"), 0, 5.0).side == 0


def test_in_the_bar_in_which_a_rule_is_set_only_prices_since_then_count():
    rule = LineRule(KEY, LEVEL, "line", on_close=False)
    state = armed(rule, 5 * HOUR + 7, 101.0)
    forming = Candle(5 * HOUR, 101, 103, 95, 101, 1, closed=False)  # it was at 95 before
    assert crossed_on(rule, state, forming) is None
    below = Candle(5 * HOUR, 101, 103, 95, 99, 1, closed=False)
    crossed = crossed_on(rule, state, below)
    assert crossed is not None
    assert (crossed.direction, crossed.price) == (-1, 99)
    assert crossed_on(LineRule(KEY, LEVEL, "line"), state, below) is None, "it waits for closes"


def test_a_line_is_over_when_its_last_bar_was_judged():
    rule = LineRule(KEY, drawn(DrawingKind.TREND, (0, 100.0), (2 * HOUR + HALF, 100.0)), "line")
    before, _ = judge(rule, LineState(-1, 0), bars(99, 99))
    after, found = judge(rule, before, bars(99, 99, 99, 101, 101))
    assert (is_over(rule, before), is_over(rule, after), found) == (False, True, ())
    assert not is_over(LineRule(KEY, LEVEL, "line"), after)


def test_a_rule_watches_one_thing_of_its_own_venue():
    line, screen = LineRule(KEY, LEVEL, "line"), ScreenRule("Strong", "grade > 80")
    assert AlertRule("r", "binance", line=line).line is line
    for rest in ({}, {"line": line, "screen": screen}):
        with pytest.raises(UsageError, match="a line or a screen"):
            AlertRule("r", "binance", **rest)
    with pytest.raises(UsageError, match="cannot watch"):
        AlertRule("r", "kraken", line=line)
    with pytest.raises(UsageError, match="needs an id"):
        AlertRule("", "kraken", screen=screen)


def test_a_screen_needs_conditions_and_a_pause_that_is_offered():
    with pytest.raises(UsageError, match="without conditions"):
        ScreenRule("All", "")
    with pytest.raises(UsageError, match="not offered"):
        ScreenRule("Strong", "grade > 80", cool_down_ms=5)
    assert ScreenRule("S", "grade > 80 and 7d > 5").columns == {"grade", "change_7d"}


def coins(grades, symbols=("BTC/USDT", "ETH/USDT"), **more):
    numbers = {"grade": np.array(grades, np.float64)}
    numbers |= {name: np.array(values, np.float64) for name, values in more.items()}
    return CoinColumns(symbols, numbers)


def test_a_coin_must_be_seen_outside_before_it_enters():
    rule, state, told = ScreenRule("Strong", "grade > 80", cool_down_ms=0), ScreenState(), []
    looks = ([90, 70], [90, 85], [90, 86], [np.nan, np.nan], [90, 85], [70, 85], [90, 85])
    for hour, grades in enumerate(looks):
        state, found = look(rule, state, coins(grades), hour * HOUR)
        told.append(found)
    assert told == [(), ("ETH/USDT",), (), (), (), (), ("BTC/USDT",)]
    assert state.looked_ms == 6 * HOUR


def test_a_coin_that_leaves_is_told_where_that_is_wanted_and_its_pause_is_kept():
    rule = ScreenRule("Strong", "grade > 80", ScreenEvent.LEAVES)
    state, told = ScreenState(), []
    for minutes, grade in ((0, 90), (10, 70), (20, 90), (30, 70), (80, 90), (90, 70)):
        state, found = look(rule, state, coins([grade], ("BTC/USDT",)), minutes * 60_000)
        told.append(len(found))
    assert told == [0, 1, 0, 0, 0, 1]
    assert dict(state.told_ms) == {"BTC/USDT": 90 * 60_000}


def test_a_coin_without_a_signal_is_known_to_have_none_and_a_market_is_always_known():
    rule, state = ScreenRule("Bulls", "signal is bullish and market contains BTC"), ScreenState()
    silent, bullish = (coins([1.0], ("BTC/USDT",), signal=[way]) for way in (np.nan, 1.0))
    state, _ = look(rule, state, silent, 0)
    assert look(rule, state, bullish, HOUR)[1] == ("BTC/USDT",)


def test_narratives_that_are_not_known_yet_put_nobody_out():
    rule = ScreenRule("DeFi", "narrative is DeFi", ScreenEvent.LEAVES)
    held = CoinColumns(("A/USDT", "B/USDT"), {}, {"narrative": (("DeFi",), ("AI",))})
    moved = CoinColumns(("A/USDT", "B/USDT"), {}, {"narrative": ((), ("AI",))})
    state, _ = look(rule, ScreenState(), held, 0)
    state, found = look(rule, state, CoinColumns(("A/USDT", "B/USDT")), HOUR)
    assert found == ()
    assert look(rule, state, moved, 2 * HOUR)[1] == ("A/USDT",)


def test_a_coin_that_was_away_is_seen_again_only_at_a_close_of_its_own():
    rule = ScreenRule("Strong", "grade > 80", cool_down_ms=0)
    state, _ = look(rule, ScreenState(), coins([70, 70]), HOUR)
    assert state.back_after(2 * HOUR, 3 * HOUR) == state
    back = state.back_after(2 * HOUR, 9 * HOUR)
    assert (back.away, back.away_since_ms) == ({"BTC/USDT", "ETH/USDT"}, HOUR)
    state, told = look(rule, back, coins([90, 90]), 9 * HOUR, np.array([True, False]))
    assert (told, state.away, state.looked_ms) == (("BTC/USDT",), {"ETH/USDT"}, 9 * HOUR)
    again = state.back_after(2 * HOUR, 20 * HOUR)
    assert (again.away, again.away_since_ms) == ({"BTC/USDT", "ETH/USDT"}, HOUR), (
        "the older bound holds for all"
    )
    state, told = look(rule, state, coins([90, 90]), 10 * HOUR, np.array([True, True]))
    assert (told, state.away) == (("ETH/USDT",), frozenset())
    assert back.without(frozenset({"BTC/USDT"})).away == {"ETH/USDT"}
    assert back.moved(("BTC/USDT",), True, HOUR).away == {"ETH/USDT"}


CHEAP, DEAR = 1.0, 9.0


def priced(prices, at=0, closed=True) -> PastClose:
    symbols = ("BTC/USDT", "ETH/USDT")
    known = CoinColumns(symbols, {"price": np.array(prices)})
    return PastClose(at * HOUR, known, np.full(2, closed))


def seen_again(rule, first, last, at=9) -> tuple[ScreenState, ScreenState]:
    """Return the states before and after the look that sees both coins again, eight hours after the first."""
    state, _ = look(rule, ScreenState(), priced(first).coins, HOUR)
    before = state.back_after(2 * HOUR, at * HOUR)
    return before, look(rule, before, priced(last).coins, at * HOUR, np.array([True, True]))[0]


@pytest.mark.parametrize(("event", "there", "here"), [("enters", DEAR, CHEAP), ("leaves", CHEAP, DEAR)])
def test_a_coin_that_moved_and_moved_back_unseen_is_known_with_both_closes(event, there, here):
    rule = ScreenRule("Dear", "price > 5", ScreenEvent(event))
    past = [
        priced([here, here], 2),
        priced([there, here], 3),
        priced([there, there], 4),
        priced([here, there], 5),
        priced([there, there], 6, closed=False),
        priced([np.nan, there], 7),
    ]
    before, after = seen_again(rule, [here, here], [here, there])
    assert visits(rule, before, after, past, 9 * HOUR) == (Visit("BTC/USDT", 3 * HOUR, 5 * HOUR),), (
        "the other one is there now, and told so"
    )
    before, after = seen_again(rule, [here, there], [here, here])
    past_of_both = [priced([there, there], 3), priced([here, here], 5)]
    assert visits(rule, before, after, past_of_both, 9 * HOUR) == (Visit("BTC/USDT", 3 * HOUR, 5 * HOUR),), (
        "the other one was there before; that it went is another question"
    )
    before, after = seen_again(rule, [here, here], [here, here])
    assert visits(rule, before, after, past, 9 * HOUR)[1] == Visit("ETH/USDT", 4 * HOUR, 9 * HOUR)


def test_a_visit_is_told_once_within_the_cool_down_and_only_of_coins_that_were_away():
    rule = ScreenRule("Dear", "price > 5", cool_down_ms=24 * HOUR)
    past = [priced([DEAR, DEAR], 3), priced([CHEAP, CHEAP], 5)]
    before, after = seen_again(rule, [CHEAP, CHEAP], [CHEAP, CHEAP])
    assert len(visits(rule, before, after, past, 9 * HOUR)) == 2
    told = before.after_visits(["BTC/USDT"], 9 * HOUR)
    assert [one.symbol for one in visits(rule, told, after, past, 9 * HOUR)] == ["ETH/USDT"]
    present = replace(before, away=frozenset({"ETH/USDT"}))
    assert [one.symbol for one in visits(rule, present, after, past, 9 * HOUR)] == ["ETH/USDT"]


def test_visits_are_said_with_both_times():
    enters, leaves = ScreenRule("S", "price > 5"), ScreenRule("S", "price > 5", ScreenEvent.LEAVES)
    assert visit_sentence(enters, [Visit("BTC/USDT", 3 * HOUR, 5 * HOUR)]) == (
        "BTC/USDT entered “S” at 1970-01-01 03:00 and left it again at 1970-01-01 05:00 UTC, "
        "while Tidemark did not watch."
    )
    many = [Visit(f"C{n}", n * HOUR, (n + 20) * HOUR) for n in range(1, 7)]
    assert visit_sentence(leaves, many) == (
        "6 coins left “S” and entered it again between 1970-01-01 01:00 and 1970-01-02 02:00 UTC, "
        "while Tidemark did not watch: C1, C2, C3 and 3 more."
    )
    assert visit_sentence(leaves, many[:2]).endswith("did not watch: C1, C2.")


def test_a_time_without_looks_is_said_with_its_ends():
    enters, leaves = ScreenRule("S", "grade > 80"), ScreenRule("S", "grade > 80", ScreenEvent.LEAVES)
    assert meanwhile_sentence(enters, 1, 0, 5 * HOUR) == (
        "It came in between 1970-01-01 00:00 and 05:00 UTC, while Tidemark did not watch."
    )
    assert meanwhile_sentence(leaves, 2, 0, 30 * HOUR) == (
        "They went out between 1970-01-01 00:00 and 1970-01-02 06:00 UTC, while Tidemark did not watch."
    )


def test_a_coin_in_no_list_is_known_to_be_in_none():
    rule = ScreenRule("Others", "list is not Junk", lists=(("Junk", ("B/USDT",)),))
    symbols = ("A/USDT", "B/USDT")
    held = CoinColumns(symbols, {}, {"list": rule.lists_of(symbols)})
    state, _ = look(rule, ScreenState(), held, 0)
    assert (state.inside, state.outside) == ({"A/USDT"}, {"B/USDT"})
    with pytest.raises(UsageError, match=r"20,001 markets; an alert can watch 20,000"):
        ScreenRule("Long", "list is Mine", lists=(("Mine", tuple(f"C{n}" for n in range(20_001))),))


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        pytest.param({"name": "Other"}, True, id="another name"),
        pytest.param({"cool_down_ms": 0}, True, id="another pause"),
        pytest.param({"text": "grade > 70"}, False, id="other conditions"),
        pytest.param({"event": ScreenEvent.LEAVES}, False, id="the other way"),
    ],
)
def test_what_was_seen_of_a_screen_is_kept_where_it_asks_for_the_same(change, is_kept):
    rule = AlertRule("s", "kraken", screen=ScreenRule("Strong", "grade > 80"))
    record = RuleRecord(rule, screen=ScreenState(frozenset({"A"}), frozenset({"B"}), {}, 5))
    after = record.changed_to(replace(rule, screen=replace(rule.screen, **change)))
    assert (after.screen.inside == {"A"}, after.screen.looked_ms == 5) == (is_kept, is_kept)
    assert not record.changed_to(replace(rule, is_paused=True)).screen.looked_ms


def test_what_is_watched_and_what_came_true_is_said_in_words():
    rule = LineRule(KEY, LEVEL, "line", Crossing.UP)
    crossed = judge(rule, LineState(-1, -1), bars(99, 101.5))[1][0]
    assert crossing_sentence(rule, crossed) == (
        "BTC/USDT 1h closed above the horizontal line at 100: close 101.5."
    )
    touch = LineRule(KEY, LEVEL, "line", is_once=False, on_close=False)
    assert "went below" in crossing_sentence(touch, judge(touch, LineState(-1, -1), bars(102, 101))[1][0])
    whole = AlertRule("r", "binance", line=rule)
    assert (title_of(whole), condition_of(whole)) == ("BTC/USDT 1h", "closes above the horizontal line, once")
    upright = LineRule(KEY, drawn(DrawingKind.VERTICAL, (0, 1.0)), "moment")
    assert condition_of(AlertRule("r", "binance", line=upright)) == "its time comes"
    assert moment_sentence(upright) == "The time of the vertical line on BTC/USDT 1h has come."


def test_why_a_coin_entered_is_said_in_its_own_values():
    text = (
        "grade > 80 and signal is bullish and age < 24h and 7d > 5 and volume > 1m "
        "and narrative is DeFi and market contains SOL and funding < 1"
    )
    rule = ScreenRule("Strong and rising", text)
    known = CoinColumns(
        ("SOL/USDT",),
        {
            name: np.array([value])
            for name, value in {
                "grade": 84.0,
                "signal": 1.0,
                "signal_age": 3.0,
                "change_7d": 12.34,
                "volume_24h": 2.5e6,
                "funding": np.nan,
            }.items()
        },
        {"narrative": (("DeFi",),)},
    )
    assert coin_sentence(rule, known, "SOL/USDT") == (
        "SOL/USDT entered “Strong and rising”: grade 84, bullish 3 h ago, 7 d +12.3 %, volume 2.5 M."
    )
    whole = AlertRule("r", "binance", screen=rule)
    assert title_of(whole) == "“Strong and rising”"
    assert condition_of(whole) == "a coin enters it, the same coin again after 1 h"
    live = ScreenRule("S", "grade > 1", ScreenEvent.LEAVES, 0, is_live=True)
    assert condition_of(AlertRule("r", "binance", screen=live)) == "a coin leaves it, live prices count"
    assert many_sentence(live, list("ABCDEFG")) == "7 coins left “S”: A, B, C and 4 more."


@pytest.mark.parametrize(
    ("text", "column", "value", "said"),
    [
        ("age < 90m", "signal_age", 0.5, "signal 30 min ago"),
        ("age < 30d", "signal_age", 72.0, "signal 3 d ago"),
        ("signal is bearish", "signal", -1.0, "bearish"),
        ("probability > 50", "probability", 61.2, "chance 61 %"),
        ("grade_change > 5", "grade_change", 12.0, "Δ Grade +12"),
        ("funding < 0", "funding", -0.01234, "funding -0.0123 %"),
        ("momentum_vote is bullish", "vote_momentum", 1.0, "bullish"),
        ("volume > 5", "volume_24h", 812.0, "volume 812"),
        ("price > 5", "price", 64_412.5, "price 64412.5"),
        ("market contains B", "price", 1.0, "entered “S”."),
    ],
)
def test_values_are_said_in_the_unit_of_their_column(text, column, value, said):
    known = CoinColumns(("BTC/USDT",), {column: np.array([value])})
    assert said in coin_sentence(ScreenRule("S", text), known, "BTC/USDT")


def test_lists_that_a_screen_asks_for_in_vain_are_named():
    text = 'list is a and (list contains core or list is not "B b") and list is gone'
    rule = ScreenRule("S", text, lists=(("A", ()), ("My core", ())))
    assert rule.lists_gone == ("B b", "gone")
    assert lists_gone_sentence(rule) == (
        "The lists “B b”, “gone” are gone and no coin is in them: change this alert."
    )
    assert lists_gone_sentence(ScreenRule("S", "grade > 1")) == ""
