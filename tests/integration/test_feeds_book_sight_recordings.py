"""What the book panel shows of the venue's recorded diffs is the engine's book, summed up exactly."""

import io
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import islice

import msgspec
import pyarrow as pa
import pytest

from workstation.domain.live_market import MarketHeard
from workstation.engine.book_ladder import LADDER_LEVELS, sight_of
from workstation.feeds.capture import MessageKind, classify, payload_of
from workstation.feeds.depth_message import UNIT, snapshot_of
from workstation.feeds.order_book import OrderBook
from workstation.services.provider_messages import Heard, frame
from workstation.services.provider_messages import _decode_answer as decode

FILE = "orderbook/binance-raw-2024-08/spot__btcusdt_20240808.jsonl.zst"
N_MESSAGES, EVERY = 1_500, 150


def books(path):
    """Yield the engine's book after every so many messages, as soon as it is known."""
    book = OrderBook()
    with pa.input_stream(path, compression="zstd") as packed:
        lines = (line for line in io.BufferedReader(packed) if b"@trade" not in line[:60])
        for n, line in enumerate(islice(lines, N_MESSAGES)):
            message = msgspec.json.decode(line.partition(b" ")[2])
            if classify(message) is MessageKind.SNAPSHOT:
                book.on_snapshot(snapshot_of(payload_of(message), 1000), 0.0)
            elif classify(message) is MessageKind.DEPTH:
                book.on_diff(payload_of(message), 0.0)
            if n % EVERY == 0 and book.touch() is not None:
                yield book


def exact(side, step, rounding, prices):
    """Return sizes by step from the engine's whole numbers, with decimals only."""
    found = {}
    for price in prices:
        level = Decimal(price) / UNIT
        edge = level if not step else (level / step).to_integral_value(rounding) * step
        found[edge] = found.get(edge, Decimal(0)) + Decimal(side.sizes[price]) / UNIT
    return list(found.items())[:LADDER_LEVELS]


@pytest.mark.parametrize("step", ["0", "0.5", "10"])
def test_every_row_of_the_ladder_is_the_sum_of_the_books_levels_in_it(recordings, step):
    width, n_compared = Decimal(step), 0
    for book in books(recordings / FILE):
        whole = book.book(0.03)
        told = Heard(MarketHeard("BTC/USDT", float(step), sight_of(whole, float(step)), 0))
        sight = decode.decode(frame(told)[4:]).news.book  # as it comes to the engine
        bids = [p for p in reversed(book.bids.prices) if p / UNIT >= whole.bid_reach]
        asks = [p for p in book.asks.prices if p / UNIT <= whole.ask_reach]
        for side, shown, rounding, prices in (
            (book.bids, sight.ladder.bids, ROUND_FLOOR, bids),
            (book.asks, sight.ladder.asks, ROUND_CEILING, asks),
        ):
            rows = exact(side, width, rounding, prices)
            assert shown.price == pytest.approx([float(edge) for edge, _ in rows], rel=1e-12)
            assert shown.size == pytest.approx([float(size) for _, size in rows], rel=1e-9)
            n_compared += len(rows)
        assert (sight.best_bid, sight.best_ask) == (bids[0] / UNIT, asks[0] / UNIT)
    assert n_compared > 50
