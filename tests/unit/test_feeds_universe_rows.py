"""Rows that are read our way, quickly or in pieces, say what ccxt itself makes of them."""

import asyncio

import ccxt.pro
import pytest

from workstation.feeds.raw_rows import RawRows, keep_raw, read_raw

T = 1_706_745_600_000
BINANCE = [[T + n, "1.5", "2", "0.5", "1.25", "1e3", T + n + 1, "9", 7, "1", "1", "0"] for n in range(250)]
KRAKEN = [[T // 1000 + n, "1.5", "2", "0.5", "1.25", "1.1", "7.5", 3] for n in range(250)]
KUCOIN = [[str(T // 1000 + n), "1.5", "1.25", "2", "0.5", "7.5", "9"] for n in range(250)]
ODD = [
    [T, None, "2", "0.5", "1.25", "7"],
    [T + 1],
    [T + 2, "x", "2", "1", "1", "1"],
    "row",
    [str(T), *"11111"],
]


def both(name, rows):
    """Return what we read and what ccxt reads."""
    exchange = getattr(ccxt.pro, name)()
    market = {"spot": True, "inverse": False}
    theirs = [exchange.parse_ohlcv(row, market) for row in rows]
    keep_raw(exchange)
    ours = asyncio.run(read_raw(exchange, exchange.parse_ohlcvs(rows, market, "1h", T, 5)))
    return ours, theirs


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("binance", BINANCE),
        ("binance", []),
        ("binance", [*BINANCE[:3], *ODD]),
        ("binance", [*BINANCE[:3], [str(T), "1", "1", "1", "1", "1"]]),
        ("kraken", KRAKEN),
        ("kucoin", KUCOIN),
        ("kraken", [KRAKEN[0], "row"]),
    ],
    ids=["plain", "none", "odd among them", "time as text", "seconds", "another order", "odd in pieces"],
)
def test_rows_are_what_ccxt_makes_of_them(name, rows):
    ours, theirs = both(name, rows)
    assert ours == theirs


@pytest.mark.parametrize("answer", [{"code": -1}, "<html>", None, 5])
def test_what_is_no_list_of_rows_is_left_for_others_to_refuse(answer):
    exchange = ccxt.pro.binance()
    assert asyncio.run(read_raw(exchange, RawRows(answer, {}))) == answer
    assert asyncio.run(read_raw(exchange, answer)) == answer


async def test_others_have_their_turn_while_many_rows_are_read():
    exchange, turns = ccxt.pro.kraken(), 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        busy = group.create_task(others())
        await read_raw(exchange, RawRows(KRAKEN * 4, {"spot": True}))
        assert turns >= 10
        busy.cancel()
