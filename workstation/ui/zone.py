"""Time zones, and UTC milliseconds as the trader reads them."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QTimeZone

ZONES = (
    ("UTC", "UTC"),
    ("local", "Local time"),
    ("America/New_York", "New York"),
    ("America/Chicago", "Chicago"),
    ("America/Los_Angeles", "Los Angeles"),
    ("America/Sao_Paulo", "São Paulo"),
    ("Europe/London", "London"),
    ("Europe/Berlin", "Berlin"),
    ("Asia/Dubai", "Dubai"),
    ("Asia/Kolkata", "Kolkata"),
    ("Asia/Singapore", "Singapore"),
    ("Asia/Hong_Kong", "Hong Kong"),
    ("Asia/Tokyo", "Tokyo"),
    ("Australia/Sydney", "Sydney"),
)
"""Zones on offer, as (name in the settings, what the trader reads)."""


def zone_of(name: str) -> ZoneInfo:
    """Return a zone by its name in the settings; UTC where the name is not known here."""
    wanted = (
        bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace") if name == "local" else name
    )
    try:
        return ZoneInfo(wanted)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def zone_label(name: str) -> str:
    """Return what the trader reads for a zone of the settings."""
    return dict(ZONES).get(name, name)


def day_and_time(time_ms: int, zone: tzinfo) -> str:
    """Return an instant as ``"5 Nov 14:00"`` in a zone."""
    moment = datetime.fromtimestamp(time_ms / 1000, zone)
    return f"{moment.day} {moment:%b %H:%M}"
