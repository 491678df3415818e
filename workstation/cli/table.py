"""Prints tables on a terminal."""


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows of cells, each column as wide as it must be."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
