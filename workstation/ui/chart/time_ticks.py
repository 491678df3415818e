"""Dates under a chart, in the trader's own time zone.

Boundaries are those of the wall clock there: a day begins at local midnight, whatever daylight saving did to
its length.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE_RUNGS = (1, 5, 15, 30, 60, 120, 180, 360, 720)
_DAY_RUNGS = (1, 2, 4, 7, 14)
_MONTH_RUNGS = (1, 2, 3, 6)
_YEAR_RUNGS = (1, 2, 5, 10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_TICKS = 400  # far more than a screen holds; stops a mistaken range from running for ever
_EARLIEST_MS = -60_000_000_000_000  # the year 68; beyond the calendar's edges there is nothing to label
_LATEST_MS = 200_000_000_000_000


@dataclass(frozen=True, slots=True)
class TimeTick:
    """A boundary of the wall clock.

    Parameters
    ----------
    time_ms : int
        UTC milliseconds.
    label : str
        What begins there: ``"14:30"``, ``"7"``, ``"Mar"`` or ``"2024"``.
    weight : int
        0 minutes, 1 hours of even weight, 2 a day, 3 a month, 4 a year; from 2 on it may be set off.
    """

    time_ms: int
    label: str
    weight: int


def time_ticks(since_ms: float, until_ms: float, n_most: int, zone: ZoneInfo) -> list[TimeTick]:
    """Return boundaries in a span of time, oldest first, about `n_most` at most."""
    since_ms, until_ms = max(since_ms, _EARLIEST_MS), min(until_ms, _LATEST_MS)
    if until_ms <= since_ms or n_most < 1:
        return []
    gap_ms = (until_ms - since_ms) / n_most
    first_day = _local(since_ms, zone).date()
    last_day = _local(until_ms, zone).date()
    ticks = _candidates(gap_ms, first_day, last_day, zone)
    seen: dict[int, TimeTick] = {}
    for tick in ticks:
        if since_ms <= tick.time_ms <= until_ms:
            seen.setdefault(tick.time_ms, tick)
        if len(seen) >= _MOST_TICKS:
            break
    return sorted(seen.values(), key=lambda tick: tick.time_ms)


@lru_cache(maxsize=64)
def moment_label(time_ms: int, zone: ZoneInfo, bar_ms: int) -> str:
    """Return an instant as a trader reads it; the time of day only where bars are shorter than one."""
    moment = _local(time_ms, zone)
    day = f"{moment:%a} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    return day if bar_ms >= DAY else f"{day} {moment:%H:%M}"


@lru_cache(maxsize=64)
def zone_label(time_ms: int, zone: ZoneInfo) -> str:
    """Return the zone's short name at an instant, e.g. ``"UTC"`` or ``"CEST"``."""
    name = _local(time_ms, zone).tzname() or str(zone)
    return f"UTC{name}" if name[:1] in "+-" else name


def _candidates(gap_ms: float, first: date, last: date, zone: ZoneInfo) -> Iterator[TimeTick]:
    for minutes in _MINUTE_RUNGS:
        if minutes * MINUTE >= gap_ms:
            return _by_minutes(minutes, first, last, zone)
    for days in _DAY_RUNGS:
        if days * DAY >= gap_ms:
            return _by_days(days, first, last, zone)
    for months in _MONTH_RUNGS:
        if months * 30 * DAY >= gap_ms:
            return _by_months(months, first, last, zone)
    for years in _YEAR_RUNGS:
        if years * 365 * DAY >= gap_ms:
            return _by_years(years, first, last, zone)
    return _by_years(50, first, last, zone)


def _by_minutes(step: int, first: date, last: date, zone: ZoneInfo) -> Iterator[TimeTick]:
    for day in _days(first, last):
        yield from _minutes_of(day, step, zone)


@lru_cache(maxsize=64)  # the days in sight; one of them can be a thousand ticks
def _minutes_of(day: date, step: int, zone: ZoneInfo) -> tuple[TimeTick, ...]:
    ticks = [_day_tick(day, zone)]
    for minute in range(step, 24 * 60, step):
        at = time(minute // 60, minute % 60)
        time_ms = _utc_ms(day, at, zone)
        if time_ms is not None:
            ticks.append(TimeTick(time_ms, f"{at:%H:%M}", 1 if minute % 360 == 0 else 0))
    return tuple(ticks)


def _by_days(step: int, first: date, last: date, zone: ZoneInfo) -> Iterator[TimeTick]:
    for day in _days(first, last):
        if day.day == 1 or ((day.day - 1) % step == 0 and day.day <= 31 - step // 2):
            yield _day_tick(day, zone)


def _by_months(step: int, first: date, last: date, zone: ZoneInfo) -> Iterator[TimeTick]:
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        if month % step == 0:
            yield _day_tick(date(month // 12, month % 12 + 1, 1), zone)


def _by_years(step: int, first: date, last: date, zone: ZoneInfo) -> Iterator[TimeTick]:
    for year in range(max(first.year // step * step, step), last.year + 1, step):
        yield _day_tick(date(year, 1, 1), zone)


def _day_tick(day: date, zone: ZoneInfo) -> TimeTick:
    midnight = datetime.combine(day, time(), zone)
    time_ms = int(midnight.timestamp()) * 1000
    if day.day > 1:
        return TimeTick(time_ms, str(day.day), 2)
    if day.month > 1:
        return TimeTick(time_ms, _MONTHS[day.month - 1], 3)
    return TimeTick(time_ms, str(day.year), 4)


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def _utc_ms(day: date, at: time, zone: ZoneInfo) -> int | None:
    """Return when the wall clock there shows `at`; None in the hour that a spring night skips."""
    moment = datetime.combine(day, at, zone)
    time_ms = int(moment.timestamp()) * 1000
    there = _local(time_ms, zone)
    return time_ms if (there.hour, there.minute) == (at.hour, at.minute) else None


def _local(time_ms: float, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(zone)  # also before 1970, on every system
