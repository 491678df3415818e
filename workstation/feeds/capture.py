"""What kind of message a venue sent: the door through which the unknown is counted instead of believed.

The kinds that are known are those of Binance's market streams, spot and futures. Everything else is unknown,
whoever sent it, and is counted by what it calls itself. The same door reads recordings of raw traffic, one
message a line.
"""

import ast
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

_LONGEST_NAME = 40
_MOST_BYTES = 4_000_000
_GZIP = 16 + zlib.MAX_WBITS


class MessageKind(StrEnum):
    """What a message is about."""

    DEPTH = "depth"
    SNAPSHOT = "snapshot"
    BOOK_TICKER = "bookTicker"
    TRADE = "trade"
    KLINE = "kline"
    TICKER = "ticker"
    MARK_PRICE = "markPrice"
    LIQUIDATION = "liquidation"
    REPLY = "reply"  # to a request of ours
    UNKNOWN = "unknown"
    BROKEN = "broken"  # says that it is of a known kind, and lacks what that kind has


_BY_EVENT: MappingProxyType[str, tuple[MessageKind, frozenset[str]]] = MappingProxyType(
    {
        "depthUpdate": (MessageKind.DEPTH, frozenset("sUuba")),
        "trade": (MessageKind.TRADE, frozenset("stpqT")),
        "aggTrade": (MessageKind.TRADE, frozenset("sapqT")),
        "kline": (MessageKind.KLINE, frozenset("sk")),
        "24hrTicker": (MessageKind.TICKER, frozenset("sc")),
        "24hrMiniTicker": (MessageKind.TICKER, frozenset("sc")),
        "bookTicker": (MessageKind.BOOK_TICKER, frozenset("usbBaA")),
        "markPriceUpdate": (MessageKind.MARK_PRICE, frozenset("spr")),
        "forceOrder": (MessageKind.LIQUIDATION, frozenset("o")),
    }
)
_BOOK_TICKER = frozenset("usbBaA")  # the spot market's is the one event without a name
_SNAPSHOT = frozenset(("lastUpdateId", "bids", "asks"))
_NAMES = ("e", "event", "type", "channel", "topic", "ch", "feed", "method", "table", "ty")


def payload_of(message: object) -> object:
    """Return what a message carries: the combined streams wrap theirs with the stream's name."""
    if isinstance(message, dict) and "stream" in message and "data" in message:
        return message["data"]
    return message


def classify(message: object) -> MessageKind:
    """Return what kind a decoded message is, by its shape alone; its numbers are not looked at."""
    carried = payload_of(message)
    if isinstance(carried, list) and carried and isinstance(carried[0], dict):
        carried = carried[0]  # an array of tickers, or of mark prices
    if not isinstance(carried, dict):
        return MessageKind.UNKNOWN
    event = carried.get("e")
    known = _BY_EVENT.get(event) if isinstance(event, str) else None
    if known is not None:
        kind, fields = known
        return kind if fields <= carried.keys() else MessageKind.BROKEN
    if event is None:
        return _nameless(carried)
    return MessageKind.UNKNOWN


def _nameless(carried: Mapping[str, Any]) -> MessageKind:
    if carried.keys() >= _BOOK_TICKER:
        return MessageKind.BOOK_TICKER
    if carried.keys() >= _SNAPSHOT:
        return MessageKind.SNAPSHOT
    if "id" in carried and ("result" in carried or "error" in carried) and "jsonrpc" not in carried:
        return MessageKind.REPLY
    return MessageKind.UNKNOWN


def name_of(message: object) -> str:
    """Return what an unknown message calls itself, or what it looks like; at most 40 characters."""
    carried = payload_of(message)
    if isinstance(carried, dict):
        said = (carried.get(name) for name in _NAMES)
        name = next((text for text in said if isinstance(text, str) and text), None)
        return (name or "{" + ",".join(map(str, list(carried)[:6])) + "}")[:_LONGEST_NAME]
    if isinstance(carried, list):
        texts = (part for part in carried[:8] if isinstance(part, str) and part)
        return ("[" + next(texts, "…") + "]")[:_LONGEST_NAME]
    return type(carried).__name__


@dataclass(slots=True)
class MessageCount:
    """How many messages of which kind were heard; the unknown also by name, the first hundred names."""

    kinds: Counter[MessageKind] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def count(self, message: object) -> MessageKind:
        """Count a message, and return its kind."""
        kind = classify(message)
        self.kinds[kind] += 1
        if kind is MessageKind.UNKNOWN:
            name = name_of(message)
            self.unknown[name if name in self.unknown or len(self.unknown) < 100 else "others"] += 1
        return kind


_LINE = re.compile(
    r"(?:(?P<address>\S+) (?P<way><->|<-|->) )?(?P<time>\d+(?:\.\d+)?)(?:: (?P<said>.*))?", re.DOTALL
)


@dataclass(slots=True)
class Capture:
    """What a recording of raw traffic holds.

    Attributes
    ----------
    heard : MessageCount
        Messages that the venue sent.
    messages : list
        Those of known kinds, decoded, in order.
    n_sent, n_notes : int
        Lines that we sent, and lines about the recording itself.
    n_broken : int
        Lines that are not messages at all.
    """

    heard: MessageCount = field(default_factory=MessageCount)
    messages: list[tuple[MessageKind, Any]] = field(default_factory=list)
    n_sent: int = 0
    n_notes: int = 0
    n_broken: int = 0


def read_capture(lines: Iterable[str]) -> Capture:
    """Read a recording: a line is its time and a message, or where it was sent to or asked of and a message.

    Text, gzip-packed bytes and plain bytes are read as they were written down. Nothing in a line raises.
    """
    capture = Capture()
    for line in lines:
        text = line.rstrip("\n")
        if not text:
            continue
        found = _LINE.fullmatch(text)
        if found is None:
            is_note = text.startswith("configuration: ")
            capture.n_notes += is_note
            capture.n_broken += not is_note
        elif found["way"] == "<->":
            capture.n_notes += 1
        elif found["way"] == "<-":
            capture.n_sent += 1
        else:
            _hear(capture, found["said"])
    return capture


def _hear(capture: Capture, said: str | None) -> None:
    try:
        message = json.loads(_plain(said or ""))
    except (ValueError, RecursionError, SyntaxError, zlib.error):  # whatever a line can hold
        capture.n_broken += 1
        return
    kind = capture.heard.count(message)
    if kind is MessageKind.BROKEN:
        capture.n_broken += 1
    elif kind is not MessageKind.UNKNOWN:
        capture.messages.append((kind, payload_of(message)))


def _plain(said: str) -> str | bytes:
    """Return the text of a message that may be written down as a literal of bytes, packed or not."""
    if not said.startswith(("b'", 'b"')):
        return said
    data: bytes = ast.literal_eval(said)
    if data[:2] == b"\x1f\x8b":
        return zlib.decompressobj(_GZIP).decompress(data, _MOST_BYTES)
    return data
