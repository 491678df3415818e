"""Tables and times as commands print them."""

from collections.abc import Sequence
from datetime import UTC, datetime


def table_lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows of cells as lines, each column as wide as it must be."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows of cells, each column as wide as it must be."""
    for line in table_lines(rows):
        print(line)


def utc(time_ms: int) -> str:
    """Return a time of UTC to the minute: "2024-02-01 12:00"."""
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"


def plain(text: str) -> str:
    """Return foreign text as a terminal may show it."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def print_json(value: object) -> None:
    """Print a value as JSON; a figure that is not a number becomes null: JSON knows no other."""
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
