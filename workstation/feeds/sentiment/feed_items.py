"""What passes between the engine and the process that reads feeds."""

import msgspec

MOST_ITEMS = 500
"""Items of a feed that are read, from its beginning; feeds begin with the newest."""

MOST_ELEMENTS = 5_000
"""A document with more items than this is no feed."""

MOST_BYTES = 2_000_000
"""A longer document is not parsed."""

PARSED_WITHIN_S = 5.0
"""Time that a document may take, seconds."""

LENGTH = 4
"""Bytes, the most significant first, that say how long a question or an answer is."""


class FeedItem(msgspec.Struct, frozen=True, array_like=True):
    """One item of a feed, read.

    Parameters
    ----------
    title : str
        Plain text on one line; never empty.
    link : str
        https, or empty.
    published_ms : int or None
        As its author says, UTC milliseconds; None where he says nothing that can be read.
    tone : float
        −1..1.
    coins : tuple of str
        Symbols of the coins it is about.
    """

    title: str
    link: str
    published_ms: int | None
    tone: float
    coins: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What a document was.

    Parameters
    ----------
    items : list of FeedItem
        Its headlines, in its order.
    refused : str
        What is wrong with it, to follow the name of the feed; empty where it was read.
    """

    items: list[FeedItem]
    refused: str = ""
