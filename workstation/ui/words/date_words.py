"""Days and moments, always UTC."""

from datetime import UTC, datetime


def day_words(time_ms: int) -> str:
    """Return the UTC day of a time: "2025-06-30"."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).date().isoformat()


def moment_words(time_ms: int) -> str:
    """Return the UTC day and time of a time: "2025-06-30 00:01"."""
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"
