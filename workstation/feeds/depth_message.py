"""What Binance says about an order book, read without loss: prices and sizes as whole numbers.

A message that is not entirely sound is refused as a whole. A size left out would be a level that is wrong
until somebody happens to change it.
"""

from typing import NamedTuple

from workstation.domain.errors import VenueError

DECIMALS = 18
"""A price or size is a whole number of ``10 ** -DECIMALS``."""

UNIT = 10**DECIMALS
"""One, in units."""

HIGHEST = 10**15 * UNIT
"""No price or size is larger, in units."""

_LONGEST_TEXT = 40
_MOST_LEVELS = 10_000  # of one message

Level = tuple[int, int]
"""Price and size, both in units."""


class Diff(NamedTuple):
    """What changed in a book: sizes by price, zero where a level is gone.

    Parameters
    ----------
    first_id, last_id : int
        The update ids that it covers, both included.
    previous_id : int or None
        Last id of the diff before; None where the venue does not say.
    bids, asks : list of Level
        New sizes.
    """

    first_id: int
    last_id: int
    previous_id: int | None
    bids: list[Level]
    asks: list[Level]


class Snapshot(NamedTuple):
    """A whole book, or the part of it next to the touch.

    Parameters
    ----------
    last_id : int
        Id of the last update that is in it.
    bids, asks : list of Level
        In any order.
    is_whole : bool
        Whether nothing was cut off.
    """

    last_id: int
    bids: list[Level]
    asks: list[Level]
    is_whole: bool


def units_of(text: object) -> int:
    """Return a price or size as a whole number of units.

    Raises
    ------
    VenueError
        Not the text of a plain number from 0 to 1e15 with at most 18 decimals: no NaN, sign or exponent.
    """
    if isinstance(text, str) and len(text) <= _LONGEST_TEXT and text.isascii():
        whole, _, fraction = text.partition(".")
        fraction = fraction.rstrip("0") if len(fraction) > DECIMALS else fraction
        digits = whole + fraction.ljust(DECIMALS, "0")
        if whole and digits.isdigit() and len(fraction) <= DECIMALS and (units := int(digits)) <= HIGHEST:
            return units
    raise VenueError(f"A price or size must be written as a plain number, got {str(text)[:60]!r}.")


def diff_of(message: object) -> Diff:
    """Return what a depth event says.

    Raises
    ------
    VenueError
        It is not one; nothing of it may be used.
    """
    first, last = _id(message, "U"), _id(message, "u")
    if last < first:
        raise VenueError(f"A depth event ends at update {last} before it begins at {first}.")
    previous = _id(message, "pu") if isinstance(message, dict) and "pu" in message else None
    return Diff(first, last, previous, _levels(message, "b"), _levels(message, "a"))


def snapshot_of(message: object, limit: int) -> Snapshot:
    """Return what the venue answers to a request for the book of at most `limit` levels a side.

    Raises
    ------
    VenueError
        It is not a book.
    """
    bids, asks = _levels(message, "bids"), _levels(message, "asks")
    if not all(price and size for price, size in (*bids, *asks)):
        raise VenueError("A book must not hold a price or size of zero.")
    if bids and asks and max(bids)[0] >= min(asks)[0]:
        raise VenueError("The venue answered a crossed book.")
    return Snapshot(_id(message, "lastUpdateId"), bids, asks, max(len(bids), len(asks)) < limit)


def _id(message: object, name: str) -> int:
    value = message.get(name) if isinstance(message, dict) else None
    if type(value) is not int or value < 0:
        raise VenueError(f"An update id must be a whole number, got {str(value)[:60]!r}.")
    return value


def _levels(message: object, name: str) -> list[Level]:
    rows = message.get(name) if isinstance(message, dict) else None
    if not isinstance(rows, list) or len(rows) > _MOST_LEVELS:
        raise VenueError(f"Levels must be a list of at most {_MOST_LEVELS}, got {str(rows)[:60]!r}.")
    if not all(isinstance(row, list) and len(row) == 2 for row in rows):
        raise VenueError("A level must be a price and a size.")
    return [(units_of(price), units_of(size)) for price, size in rows]
