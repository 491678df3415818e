"""What a trader writes for a moment is the moment he means, on his own clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from workstation.domain.errors import UsageError
from workstation.ui.looks.jump_words import moment_of

BERLIN, ZONE_UTC = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
NOW = datetime(2024, 3, 31, 10, 30, tzinfo=UTC)


def read(text: str, zone: ZoneInfo = ZONE_UTC) -> str:
    moment = moment_of(text, zone, round(NOW.timestamp() * 1000))
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-01 13:00", "2024-02-01 13:00:00"),
        ("2024-02-01T13:00:05Z", "2024-02-01 13:00:05"),
        (" 2024/2/1 ", "2024-02-01 00:00:00"),
        ("2024-02", "2024-02-01 00:00:00"),
        ("2021", "2021-01-01 00:00:00"),
        ("13:05", "2024-03-31 13:05:00"),
        ("now", "2024-03-31 10:30:00"),
        ("Yesterday", "2024-03-30 00:00:00"),
        ("-30d", "2024-03-01 10:30:00"),
        ("\u2212 4 h", "2024-03-31 06:30:00"),
        ("90 minutes ago", "2024-03-31 09:00:00"),
        ("-1mo", "2024-02-29 10:30:00"),
        ("2 years ago", "2022-03-31 10:30:00"),
    ],
)
def test_a_moment_is_read(text, moment):
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-01 13:00", "2024-02-01 12:00:00"),
        ("2024-02-01 13:00Z", "2024-02-01 13:00:00"),
        ("2024-03-31 02:30", "2024-03-31 01:30:00"),  # the hour that this night skipped
        ("2024-10-27 02:30", "2024-10-27 00:30:00"),  # the first of the two
        ("today", "2024-03-30 23:00:00"),
        ("-12h", "2024-03-30 22:30:00"),  # twelve hours that passed, though the clock says thirteen
    ],
)
def test_the_zones_clock_is_meant(text, moment):
    assert read(text, BERLIN) == moment


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not read as a moment"),
        ("soon", "not read as a moment"),
        ("-3 fortnights", "not read as a moment"),
        ("2024-02-30", "calendar has no such moment"),
        ("25:00", "calendar has no such moment"),
        ("0000", "calendar has no such moment"),
        ("-999999y", "calendar has no such moment"),
        ("-999999w", "calendar has no such moment"),
        ("1969-12-31", "before 1970"),
    ],
)
def test_what_is_no_moment_is_refused_in_words_that_help(text, says):
    with pytest.raises(UsageError, match=says):
        read(text)
