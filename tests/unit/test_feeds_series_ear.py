"""A bar is closed when its younger sister speaks, and not before."""

from workstation.domain.market import SeriesKey
from workstation.feeds.series_ear import SeriesEar

KEY = SeriesKey("practice", "BTC/USDT", "1m")
T = 1_706_745_600_000
MINUTE = 60_000
LATEST = T + 100 * MINUTE


def row(n, close=1.0):
    return [T + n * MINUTE, 1.0, 2.0, 0.5, close, 1.0]


def said(heard):
    return [((c.open_time - T) // MINUTE, c.close, c.closed) for c in heard.candles]


def test_the_newest_bar_is_forming_and_the_same_row_twice_says_nothing():
    ear = SeriesEar(KEY)
    assert said(ear.hear([row(0)], LATEST)) == [(0, 1.0, False)]
    assert said(ear.hear([row(0)], LATEST)) == []
    assert said(ear.hear([row(0, 1.5)], LATEST)) == [(0, 1.5, False)]


def test_a_bar_closes_in_its_last_state_when_a_younger_one_comes():
    ear = SeriesEar(KEY)
    ear.hear([row(0, 1.5)], LATEST)
    assert said(ear.hear([row(1)], LATEST)) == [(0, 1.5, True), (1, 1.0, False)]


def test_a_final_state_that_comes_together_with_younger_bars_is_not_lost():
    ear = SeriesEar(KEY)
    ear.hear([row(0)], LATEST)
    heard = ear.hear([row(2), row(0, 1.75), row(1, 1.25)], LATEST)
    assert said(heard) == [(0, 1.75, True), (1, 1.25, True), (2, 1.0, False)]


def test_a_late_row_changes_nothing():
    ear = SeriesEar(KEY)
    ear.hear([row(3)], LATEST)
    assert said(ear.hear([row(1)], LATEST)) == []
    assert said(ear.hear([row(1), row(4)], LATEST)) == [(3, 1.0, True), (4, 1.0, False)]


def test_a_bar_from_the_future_is_rejected_and_closes_nothing():
    ear = SeriesEar(KEY)
    ear.hear([row(0)], LATEST)
    heard = ear.hear([row(500)], LATEST)
    assert heard.candles == ()
    assert "future" in heard.rejected[0][1]


def test_a_batch_with_an_unreadable_row_proves_no_close():
    ear = SeriesEar(KEY)
    ear.hear([row(0)], LATEST)
    heard = ear.hear([[None] * 6, row(1)], LATEST)
    assert said(heard) == [(1, 1.0, False)]
    assert len(heard.rejected) == 1
    assert said(ear.hear([row(2)], LATEST)) == [(2, 1.0, False)]
    assert said(ear.hear([row(3)], LATEST)) == [(2, 1.0, True), (3, 1.0, False)]


def test_a_bar_whose_last_update_was_unreadable_is_not_closed_in_an_older_state():
    ear = SeriesEar(KEY)
    ear.hear([row(0)], LATEST)
    ear.hear([[T, 1.0, 0.4, 0.5, 0.45, 1.0]], LATEST)
    assert said(ear.hear([row(1)], LATEST)) == [(1, 1.0, False)]


def test_the_same_bad_row_is_told_once():
    ear = SeriesEar(KEY)
    assert len(ear.hear([[None] * 6], LATEST).rejected) == 1
    assert ear.hear([[None] * 6], LATEST).rejected == ()
