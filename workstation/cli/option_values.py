"""Dates and numbers as they are written on the command line."""

import argparse
from datetime import UTC, datetime


def date_ms(text: str) -> int:
    """Return a date or a time of UTC, such as 2024-02-01T12:00, in milliseconds."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2024-02-01 or 2024-02-01T12:00:00")
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def row_count(text: str) -> int:
    """Return a number of rows, 1 to 100,000."""
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number in 1..100000")
    return int(text)
