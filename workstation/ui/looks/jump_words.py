"""What a trader writes for a moment, read as one: a date, a time of today, or how long ago."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from workstation.domain.errors import UsageError

EXAMPLES = "2024-02-01, 2024-02-01 13:00, 13:00 or -30d"
"""What an error and an empty field suggest."""

_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?)?)?Z?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_AGO = re.compile(r"(?:[-\u2212]\s*(\d{1,6})\s*([a-z]+)|(\d{1,6})\s*([a-z]+)\s+ago)")
_LENGTHS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_MONTHS = {"mo": 1, "y": 12}
_UNITS = {"min": "m", "minute": "m", "hour": "h", "day": "d", "week": "w", "month": "mo", "year": "y"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(text: str, zone: ZoneInfo, now_ms: int) -> int:
    """Return the moment that is written, UTC milliseconds.

    Parameters
    ----------
    text : str
        ``"2024-02-01 13:00"`` or less of it, ``"13:00"``, ``"-30d"`` (``m h d w mo y``), ``"30 days ago"``,
        ``"now"``, ``"today"`` or ``"yesterday"``. A ``Z`` at the end of a date is UTC.
    zone : ZoneInfo
        Whose calendar and clock are meant. An hour that a spring night skips is read as the hour after it,
        one that an autumn night has twice as the first.
    now_ms : int
        UTC milliseconds.

    Raises
    ------
    UsageError
        It is no moment, or none of the calendar; the sentence says what can be written.
    """
    wanted = " ".join(text.strip().lower().split())
    now = (_EPOCH + timedelta(milliseconds=now_ms)).astimezone(zone)
    try:
        moment = _moment(wanted, zone, now)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"The calendar has no such moment. Write {EXAMPLES}.") from error
    if moment is None:
        raise UsageError(f"This is not read as a moment. Write {EXAMPLES}.")
    if moment < _EPOCH:
        raise UsageError("That is before 1970, when no coin traded. Choose a later moment.")
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def _moment(wanted: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    by_name = {"now": now, "today": midnight, "yesterday": midnight - timedelta(days=1)}
    if wanted in by_name:
        return by_name[wanted]
    if match := _TIME.fullmatch(wanted):
        return midnight.replace(hour=int(match[1]), minute=int(match[2]))
    if match := _AGO.fullmatch(wanted):
        return _ago(int(match[1] or match[3]), match[2] or match[4], now)
    if match := _DATE.fullmatch(wanted.upper()):
        year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
        clock = UTC if wanted.endswith("z") else zone
        return datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=clock)
    return None


def _ago(n: int, unit: str, now: datetime) -> datetime | None:
    unit = unit if unit in _LENGTHS or unit in _MONTHS else _UNITS.get(unit.removesuffix("s"), "")
    if unit in _LENGTHS:
        return (now.astimezone(UTC) - n * _LENGTHS[unit]).astimezone(now.tzinfo)
    if unit not in _MONTHS:
        return None
    months = now.year * 12 + now.month - 1 - n * _MONTHS[unit]
    year, month = divmod(months, 12)
    last_day = (datetime(year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=UTC) - timedelta(days=1)).day
    return now.replace(year=year, month=month + 1, day=min(now.day, last_day))
