"""Raw traffic of 25 venues: what is known is read, what is not is counted, and nothing crashes."""

import io
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from workstation.domain.errors import VenueError
from workstation.feeds.capture import Capture, MessageCount, MessageKind, classify, name_of, read_capture
from workstation.feeds.depth_message import diff_of, snapshot_of

DEPTH = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 1, "u": 2, "b": [], "a": []}


@pytest.fixture(scope="module")
def captures(recordings: Path) -> dict[str, Capture]:
    """Return every capture, read."""
    files = sorted((recordings / "captures" / "websocket-30s").glob("*.zst"))
    return {path.stem: read(path) for path in files}


def read(path: Path) -> Capture:
    with pa.input_stream(path, compression="zstd") as packed:
        return read_capture(io.TextIOWrapper(packed, "utf-8"))


def test_all_captures_are_read_and_every_line_is_accounted_for(captures: dict[str, Capture]) -> None:
    assert len(captures) == 62
    heard = sum(sum(each.heard.kinds.values()) for each in captures.values())
    others = sum(each.n_sent + each.n_notes for each in captures.values())
    broken_lines = sum(each.n_broken - each.heard.kinds[MessageKind.BROKEN] for each in captures.values())
    assert heard + others + broken_lines == 54_222
    assert broken_lines == 0


def test_unknown_messages_are_counted_by_venue_and_kind(captures: dict[str, Capture]) -> None:
    unknown = {name: each.heard.unknown for name, each in captures.items() if each.heard.unknown}
    venues = {name.split(".")[0] for name in unknown}
    assert len(venues) >= 20
    assert unknown["KRAKEN.ws.50.0"]["[book-1000]"] > 4_000
    assert unknown["COINBASE.ws.28.0"]["l2update"] == 9_719
    assert unknown["HUOBI.ws.44.0"].total() == 362  # packed with gzip
    assert unknown["UPBIT.ws.62.0"].total() == 449  # written as bytes


def test_binance_is_known_to_the_last_message(captures: dict[str, Capture]) -> None:
    streams = [each for name, each in captures.items() if name.startswith("BINANCE") and ".ws." in name]
    kinds = sum((each.heard.kinds for each in streams), Counter[MessageKind]())
    assert set(kinds) == {MessageKind.DEPTH, MessageKind.BOOK_TICKER, MessageKind.TRADE, MessageKind.KLINE}
    assert kinds.total() == 265 + 4_371 + 1_535 + 480


def test_every_depth_event_and_every_book_of_binance_can_be_parsed(captures: dict[str, Capture]) -> None:
    n_parsed = Counter[MessageKind]()
    for name, each in captures.items():
        for kind, message in each.messages:
            if name.startswith("BINANCE") and kind is MessageKind.DEPTH:
                assert diff_of(message).last_id >= diff_of(message).first_id
                n_parsed[kind] += 1
            elif name.startswith("BINANCE") and kind is MessageKind.SNAPSHOT:
                assert snapshot_of(message, 1000).bids
                n_parsed[kind] += 1
    assert n_parsed == {MessageKind.DEPTH: 177 + 2_047 + 764 + 336, MessageKind.SNAPSHOT: 22}


def test_a_capture_that_was_torn_anywhere_is_read_to_its_end(recordings: Path) -> None:
    path = recordings / "captures" / "websocket-30s" / "BINANCE_US.ws.1.0.zst"
    with pa.input_stream(path, compression="zstd") as packed:
        text = packed.read().decode()
    whole = read_capture(text.splitlines())
    for cut in range(1, 400, 13):
        torn = read_capture([line[:-cut] or "{" for line in text.splitlines()])
        assert torn.n_broken + sum(torn.heard.kinds.values()) + torn.n_notes >= 300
        assert torn.n_broken > whole.n_broken


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1.0: ",
        "1.0: {",
        "1.0: b'",
        "1.0: b'\\x1f\\x8b\\x08nothing'",
        "1.0: b'\\xff\\xfe'",
        "1.0: " + "[" * 100_000,
        "1.0: " + "1" * 5_000,
        "1.0: b'' + b''",
        "\x00\x00",
        "<html>",
    ],
)
def test_a_line_that_is_no_message_is_counted_and_the_next_one_is_read(line: str) -> None:
    capture = read_capture([line, '2.0: {"e": "trade", "s": "X", "t": 1, "p": "1", "q": "1", "T": 2}'])
    assert capture.n_broken == bool(line)
    assert capture.heard.kinds == {MessageKind.TRADE: 1}


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (DEPTH, MessageKind.DEPTH),
        ({"stream": "btcusdt@depth", "data": DEPTH}, MessageKind.DEPTH),
        ({"e": "depthUpdate", "s": "BTCUSDT"}, MessageKind.BROKEN),
        ({"u": 1, "s": "X", "b": "1", "B": "1", "a": "2", "A": "1"}, MessageKind.BOOK_TICKER),
        ([{"e": "24hrMiniTicker", "s": "X", "c": "1"}], MessageKind.TICKER),
        ({"e": "forceOrder", "E": 1, "o": {}}, MessageKind.LIQUIDATION),
        ({"lastUpdateId": 1, "bids": [], "asks": []}, MessageKind.SNAPSHOT),
        ({"result": None, "id": 3}, MessageKind.REPLY),
        ({"e": "serverShutdown"}, MessageKind.UNKNOWN),
        ({"e": {"e": "trade"}}, MessageKind.UNKNOWN),
        ([], MessageKind.UNKNOWN),
        ("pong", MessageKind.UNKNOWN),
        (None, MessageKind.UNKNOWN),
    ],
)
def test_a_message_is_known_by_its_shape(message: object, kind: MessageKind) -> None:
    assert classify(message) is kind


def test_names_of_strangers_are_short_and_few() -> None:
    assert name_of({"e": "x" * 500}) == "x" * 40
    assert name_of([1, "book"]) == "[book]"
    assert name_of({"a": 1, "b": 2}) == "{a,b}"
    assert name_of(5) == "int"
    count = MessageCount()
    for i in range(1_000):
        count.count({"e": f"stranger {i}"})
    assert count.unknown.total() == 1_000
    assert len(count.unknown) == 101


def test_a_wrong_book_answer_is_refused() -> None:
    with pytest.raises(VenueError, match="crossed"):
        snapshot_of({"lastUpdateId": 1, "bids": [["2", "1"]], "asks": [["1", "1"]]}, 100)
