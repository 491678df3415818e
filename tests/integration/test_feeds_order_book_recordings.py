"""The book rebuilt from recorded diffs against the venue's own best bid and ask, at every instant."""

import io
import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from workstation.feeds.capture import MessageKind, classify, payload_of
from workstation.feeds.depth_message import Level, snapshot_of, units_of
from workstation.feeds.order_book import OrderBook

FOLDER = "orderbook/binance-raw-2024-08"
LIMIT = 1000
SLICE = 25_000
WHOLE = "TIDEMARK_WHOLE_RECORDINGS" in os.environ  # else a slice of all but the first: seconds matter
Touch = tuple[Level, Level]


@dataclass
class Replayed:
    """What a recording says twice: the book's touch from id to id, and the venue's best bid and ask."""

    n_diffs: int = 0
    n_blind: int = 0
    known: list[tuple[int, int, Touch]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    told: list[dict[str, str]] = field(default_factory=list)
    book: OrderBook = field(default_factory=OrderBook)

    def hear(self, message: object) -> None:
        kind, carried = classify(message), payload_of(message)
        if kind is MessageKind.SNAPSHOT:
            self.book.on_snapshot(snapshot_of(carried, LIMIT), 0.0)
        elif kind is MessageKind.DEPTH:
            self.n_diffs += 1
            before, touch = self.book.last_id, self.book.touch()
            if touch is not None:  # nothing changed up to the first id of the next diff
                self.known.append((before, carried["U"] - 1, touch))
            self.n_blind += before is not None and touch is None
            self.book.on_diff(carried, 0.0)
        elif kind is MessageKind.BOOK_TICKER:
            self.ids.append(carried["u"])
            self.told.append(carried)


def touch_of(told: dict[str, str]) -> Touch:
    return (units_of(told["b"]), units_of(told["B"])), (units_of(told["a"]), units_of(told["A"]))


def messages(folder: Path, name: str) -> Iterator[object]:
    """Yield what the venue sent, trades left out, in order."""
    with pa.input_stream(folder / f"{name}.jsonl.zst", compression="zstd") as packed:
        for line in io.BufferedReader(packed):
            if b"@trade" not in line[:60]:
                yield msgspec.json.decode(line.partition(b" ")[2])


@pytest.mark.parametrize(
    ("names", "whole", "slice_"),
    [
        (["spot__btcusdt_20240808", "spot__btcusdt_20240809"], (6_436, 1_059), (6_436, 1_059)),
        (["spot__ethusdt_20240808", "spot__ethusdt_20240809"], (6_468, 1_056), (2_500, 400)),
        (["usdm__btcusdt_20240808"], (6_530, 629), (1_900, 180)),
        (["usdm__ethusdt_20240808"], (6_578, 551), (2_000, 150)),
    ],
    ids=["spot-BTC", "spot-ETH", "perpetual-BTC", "perpetual-ETH"],
)
def test_the_rebuilt_book_is_the_venues_at_every_instant_where_both_are_known(
    recordings: Path, names: list[str], whole: tuple[int, int], slice_: tuple[int, int]
) -> None:
    """Compare price and size at two kinds of instants.

    The book is known from the last id of a diff up to the id before the next diff begins. A best bid and ask
    with an id in there must be the book's; and at each diff's last id the book must show the last best bid
    and ask that was told up to there, for the venue tells every change of them.
    """
    is_whole = WHOLE or whole == slice_
    replay = Replayed()
    heard = chain.from_iterable(messages(recordings / FOLDER, name) for name in names)
    for message in islice(heard, None if is_whole else SLICE):
        replay.hear(message)
    assert replay.ids == sorted(replay.ids)
    starts = [first for first, _, _ in replay.known]
    tickers = []
    for update_id, told in zip(replay.ids, replay.told, strict=True):
        row = bisect_right(starts, update_id) - 1
        if row >= 0 and update_id <= replay.known[row][1]:
            tickers.append((touch_of(told), replay.known[row][2]))
    instants = []
    for first, _, touch in replay.known:
        row = bisect_right(replay.ids, first) - 1
        if 0 <= row < len(replay.ids) - 1:
            instants.append((touch_of(replay.told[row]), touch))
    assert [pair for pair in tickers if pair[0] != pair[1]] == []
    assert [pair for pair in instants if pair[0] != pair[1]] == []
    if is_whole:
        assert (len(instants), len(tickers)) == whole
    assert len(instants) >= slice_[0]
    assert len(tickers) >= slice_[1]
    assert replay.book.n_gaps == 0
    assert replay.n_blind <= 0.01 * replay.n_diffs


def test_a_lost_diff_is_noticed_at_the_next_one_and_never_believed(recordings: Path) -> None:
    for name in ("spot__ethusdt_20240808", "usdm__ethusdt_20240808"):
        book, n_after_snapshot, lost_id = OrderBook(), 0, None
        for message in islice(messages(recordings / FOLDER, name), 3_000):
            kind, carried = classify(message), payload_of(message)
            if kind is MessageKind.SNAPSHOT:
                book.on_snapshot(snapshot_of(carried, LIMIT), 0.0)
            elif kind is MessageKind.DEPTH and lost_id is not None:
                book.on_diff(carried, 0.0)
                assert book.touch() is None
            elif kind is MessageKind.DEPTH:
                n_after_snapshot += book.touch() is not None
                if n_after_snapshot == 50:
                    lost_id = carried["u"]
                else:
                    book.on_diff(carried, 0.0)
        assert lost_id is not None
        assert book.n_gaps == 1
