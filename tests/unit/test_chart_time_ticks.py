"""Dates on the axis begin when they begin where the trader lives."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from workstation.ui.chart.time_ticks import DAY, HOUR, MINUTE, moment_label, time_ticks, zone_label

BERLIN, NEW_YORK, KOLKATA, UTC_ZONE = map(
    ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")
)


def at(*when: int, zone: ZoneInfo = UTC_ZONE) -> int:
    return int(datetime(*when, tzinfo=zone).timestamp() * 1000)


def labels(since: int, until: int, n: int, zone: ZoneInfo) -> list[str]:
    return [tick.label for tick in time_ticks(since, until, n, zone)]


def test_the_day_of_the_spring_change_has_no_two_oclock():
    ticks = time_ticks(at(2024, 3, 31, zone=BERLIN), at(2024, 4, 1, zone=BERLIN), 24, BERLIN)
    assert [t.label for t in ticks][:5] == ["31", "01:00", "03:00", "04:00", "05:00"]
    assert ticks[2].time_ms - ticks[1].time_ms == HOUR
    assert ticks[-1].time_ms - ticks[0].time_ms == 23 * HOUR


def test_the_day_of_the_autumn_change_is_twenty_five_hours_long():
    ticks = time_ticks(at(2024, 11, 3, zone=NEW_YORK), at(2024, 11, 5, zone=NEW_YORK), 3, NEW_YORK)
    assert [t.label for t in ticks] == ["3", "4", "5"]
    assert ticks[1].time_ms - ticks[0].time_ms == 25 * HOUR


def test_midnight_of_a_half_hour_zone_is_its_own():
    ticks = time_ticks(at(2024, 5, 6), at(2024, 5, 8), 2, KOLKATA)
    assert [datetime.fromtimestamp(t.time_ms / 1000, UTC).strftime("%H:%M") for t in ticks] == ["18:30"] * 2


def test_months_and_years_begin_at_local_midnight_and_weigh_more():
    ticks = time_ticks(at(2023, 11, 15), at(2024, 2, 15), 4, NEW_YORK)
    assert [(t.label, t.weight) for t in ticks] == [("Dec", 3), ("2024", 4), ("Feb", 3)]
    assert ticks[1].time_ms == at(2024, 1, 1, zone=NEW_YORK)


@pytest.mark.parametrize(
    ("length", "n", "expected"),
    [
        (6 * MINUTE, 8, ["Sep", "00:01", "00:02", "00:03", "00:04", "00:05", "00:06"]),
        (2 * HOUR, 5, ["Sep", "00:30", "01:00", "01:30", "02:00"]),
        (2 * DAY, 5, ["Sep", "12:00", "2", "12:00", "3"]),
        (20 * DAY, 4, ["Sep", "8", "15"]),
        (400 * DAY, 8, ["Sep", "Nov", "2026", "Mar"]),
        (9000 * DAY, 6, ["2030", "2035", "2040", "2045"]),
    ],
    ids=["minutes", "half hours", "half days", "weeks", "months", "years"],
)
def test_labels_are_round_and_not_too_many(length, n, expected):
    since = at(2025, 9, 1)
    got = labels(since, since + length, n, UTC_ZONE)
    assert got[: len(expected)] == expected
    assert len(got) <= n + 2


def test_an_empty_or_absurd_span_has_no_labels_and_raises_nothing():
    assert time_ticks(5, 5, 10, BERLIN) == []
    assert time_ticks(0, DAY, 0, BERLIN) == []
    assert len(time_ticks(-1e18, 1e18, 10, BERLIN)) < 400


def test_a_moment_reads_with_its_time_only_where_bars_are_shorter_than_a_day():
    moment = at(2024, 3, 7, 13, 5)
    assert moment_label(moment, BERLIN, HOUR) == "Thu 7 Mar 2024 14:05"
    assert moment_label(moment, UTC_ZONE, DAY) == "Thu 7 Mar 2024"


@pytest.mark.parametrize(
    ("zone", "name"), [(BERLIN, "CEST"), (UTC_ZONE, "UTC"), (ZoneInfo("America/Sao_Paulo"), "UTC-03")]
)
def test_a_zone_is_named_as_it_is_on_that_day(zone, name):
    assert zone_label(at(2024, 7, 1), zone) == name
