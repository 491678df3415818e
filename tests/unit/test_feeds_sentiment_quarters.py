"""Headlines are summed by the quarter in which they were heard; only watched silence is a zero."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.headline import Headline
from workstation.domain.metric import BUCKET_MS, METRICS
from workstation.feeds.sentiment.news import News
from workstation.feeds.sentiment.news_quarters import NewsWatch, quarter_end, quarter_rows

Q = BUCKET_MS
BEGIN = 1_900_000 * Q


def headline(at_ms, tone=0.5, coins=()):
    return Headline(f"t{at_ms}", "", "a.example", None, at_ms, tone, coins)


def told(rows):
    return {(row.metric.partition(".")[2], row.subject, row.event_ms): row.value for row in rows}


def test_its_metrics_are_known():
    assert set(News.about.metrics) <= set(METRICS)


@pytest.mark.parametrize(("at_ms", "end_ms"), [(0, Q), (Q - 1, Q), (Q, 2 * Q)])
def test_a_quarter_ends_after_what_it_contains(at_ms, end_ms):
    assert quarter_end(at_ms) == end_ms


def test_sums_are_told_of_the_market_and_of_the_coins_asked_for():
    heard = [
        headline(BEGIN, 0.5, ("BTC", "ETH")),
        headline(BEGIN + 1, -0.2, ("BTC",)),
        headline(BEGIN + Q, 0.1),
    ]
    rows = quarter_rows(heard, (), {"BTC": BEGIN, "ETH": BEGIN}, {"BTC"}, BEGIN + Q + 5)
    assert told(rows) == {
        ("market_news_score", "", BEGIN + Q): pytest.approx(0.3),
        ("market_news_count", "", BEGIN + Q): 2,
        ("market_news_score", "", BEGIN + 2 * Q): pytest.approx(0.1),
        ("market_news_count", "", BEGIN + 2 * Q): 1,
        ("news_score", "BTC", BEGIN + Q): pytest.approx(0.3),
        ("news_count", "BTC", BEGIN + Q): 2,
    }
    assert {row.available_ms for row in rows} == {BEGIN + Q + 5}
    assert [row.event_ms for row in rows] == sorted(row.event_ms for row in rows)


def test_a_quiet_quarter_is_zero_for_the_market_and_for_coins_that_were_heard_of_before():
    rows = quarter_rows(
        [], [BEGIN + Q], {"BTC": BEGIN - 1, "ETH": BEGIN + Q}, {"BTC", "ETH", "XRP"}, BEGIN + Q
    )
    assert {(row.subject, row.value) for row in rows} == {("", 0.0), ("BTC", 0.0)}
    assert len(rows) == 4


def watch(*looks):
    watched = NewsWatch()
    for at_ms in looks:
        watched.looked(at_ms)
    return watched


def test_nothing_was_watched_before_the_first_look():
    assert not list(NewsWatch().whole_quarters(0))
    assert not list(watch(BEGIN).whole_quarters(0))


def test_a_quarter_is_watched_where_looks_leave_no_gap_from_before_it_to_after_it():
    third = Q // 3
    assert list(watch(BEGIN, BEGIN + third, BEGIN + Q).whole_quarters(0)) == [BEGIN + Q]
    assert not list(watch(BEGIN + 1, BEGIN + third, BEGIN + Q + 1).whole_quarters(0))
    assert not list(watch(BEGIN, BEGIN + third, BEGIN + Q - 1).whole_quarters(0))
    assert not list(watch(BEGIN - 1, BEGIN + Q).whole_quarters(0))  # no look within it
    assert list(watch(*range(BEGIN, BEGIN + 4 * Q, third)).whole_quarters(BEGIN + 3 * Q)) == [BEGIN + 3 * Q]


def test_a_clock_that_was_set_back_begins_a_new_watch():
    assert not list(watch(BEGIN, BEGIN + Q // 2, BEGIN + Q // 4, BEGIN + Q).whole_quarters(0))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6 * Q), min_size=1, max_size=40))
def test_no_quarter_is_called_watched_without_a_look_into_it(offsets):
    looks = sorted(BEGIN + offset for offset in offsets)
    for end in watch(*looks).whole_quarters(0):
        assert any(end - Q <= look < end for look in looks)
        assert looks[-1] >= end
        around = [look for look in looks if end - 2 * Q <= look <= end + Q]
        assert all(b - a <= Q for a, b in pairwise(around) if b > end - Q and a < end)
