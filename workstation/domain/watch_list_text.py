"""A list of markets as text: read from other programs' files, written for them."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from workstation.domain.list_view import ListView, read_view, written_view

LARGEST = 1 << 20
"""Characters of a file of markets at most."""

_VIEW = "# Tidemark view:"
_BETWEEN = re.compile(r"[\s,;|\"']+")
_HEADING = re.compile(r"###[^,\n]*")  # TradingView's, within a line
_QUOTES = ("USDT", "USD", "USDC", "EUR")
"""Of a coin without its quote currency the first of these that trades is meant."""


@dataclass(frozen=True, slots=True)
class ReadList:
    """What a text says.

    Parameters
    ----------
    symbols : tuple of str
        Markets of the venue, each once, in the order of the text.
    unread : tuple of str
        Words that are no market of the venue, each once.
    view : ListView or None
        How the list was shown where it was written; None where the text does not say.
    """

    symbols: tuple[str, ...]
    unread: tuple[str, ...]
    view: ListView | None = None


def read_list(text: str, markets: Iterable[str]) -> ReadList:
    """Return the markets that a text names, one a line or with commas.

    Understood are ``BTC/USDT``, ``BTC-USDT``, ``BTCUSDT``, ``BINANCE:BTCUSDT`` as TradingView writes it, and
    ``BTC`` alone. Lines that begin with ``#`` and TradingView's ``###headings`` are passed over.
    """
    known = {_key(symbol): symbol for symbol in reversed(tuple(markets))}
    found: dict[str, None] = {}
    unread: dict[str, None] = {}
    whole = _HEADING.sub("", text[:LARGEST].removeprefix("\ufeff"))
    for line in whole.splitlines():
        for word in () if line.lstrip().startswith("#") else filter(None, _BETWEEN.split(line)):
            symbol = _market(word, known)
            if symbol is None:
                unread[word] = None
            else:
                found[symbol] = None
    return ReadList(tuple(found), tuple(unread), _view_in(whole))


def written_list(symbols: Iterable[str], view: ListView | None = None) -> str:
    """Return markets as text, one a line; under them how they are shown, where that is not as at first."""
    said = {} if view is None else written_view(view)
    last = f"{_VIEW} {json.dumps(said)}\n" if said else ""
    return "".join(f"{symbol}\n" for symbol in symbols) + last


def _view_in(text: str) -> ListView | None:
    for line in text.splitlines():
        if line.startswith(_VIEW):
            try:
                return read_view(json.loads(line.removeprefix(_VIEW)))
            except (ValueError, TypeError, RecursionError):
                return None
    return None


def _market(word: str, known: dict[str, str]) -> str | None:
    bare = word if "/" in word else word.rpartition(":")[2]
    key = _key(bare)
    tried = (key, *(f"{key}{quote}" for quote in _QUOTES)) if key else ()
    return next((known[one] for one in tried if one in known), None)


def _key(symbol: str) -> str:
    return re.sub(r"[/\-_]", "", symbol).upper()
