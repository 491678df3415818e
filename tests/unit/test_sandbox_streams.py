import json
from typing import Any

import pytest

from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, ManualTime, recorded
from workstation.sandbox.broadcast import Broadcast, Listener
from workstation.sandbox.streams import StreamRefused, open_stream
from workstation.sandbox.trading_floor import TradingFloor

START = FIRST_MS + 48 * HOUR_MS + 1


class Room:
    """A trading floor whose time is pushed by hand."""

    def __init__(self, *names: str, speed: float = 3_600.0) -> None:
        self.time = ManualTime(START, speed)
        self.floor = TradingFloor(recorded(*names), self.time)

    def listen(self, name: str) -> Any:
        stream = open_stream(name, self.floor)
        assert stream is not None
        return stream

    def wait(self, stream: Any, market_ms: int, wall_s: float = 1.0) -> list[Any]:
        self.time.ms += market_ms
        self.time.seconds += wall_s
        return stream.due(self.floor.advance(), self.time.seconds)


@pytest.mark.parametrize("timeframe", ["1m", "1h", "4h"])
@pytest.mark.parametrize("stride_ms", [7_000, HOUR_MS // 3, 11 * HOUR_MS])
def test_every_bar_closes_once_and_before_the_next_begins_however_fast(
    timeframe: str, stride_ms: int
) -> None:
    room = Room()
    stream = room.listen(f"btcusdt@kline_{timeframe}")
    bars: list[tuple[int, bool]] = []
    while room.time.ms < START + 14 * HOUR_MS:
        bars += [(event["k"]["t"], event["k"]["x"]) for event in room.wait(stream, stride_ms, 0.05)]
    assert bars == sorted(bars)
    closed = [open_time for open_time, is_closed in bars if is_closed]
    length = {"1m": 60_000, "1h": HOUR_MS, "4h": 4 * HOUR_MS}[timeframe]
    first = START // length * length
    assert closed == list(range(first, room.time.ms - length + 1, length))


def test_a_closed_bar_on_the_stream_is_the_bar_of_the_list() -> None:
    room = Room()
    stream = room.listen("btcusdt@kline_1h")
    events = [event for _ in range(5) for event in room.wait(stream, HOUR_MS)]
    closed = [event["k"] for event in events if event["k"]["x"]]
    coin = room.floor.coins["BTCUSDT"]
    for bar in closed:
        kline = coin.kline("1h", bar["t"], room.floor.now_ms)
        assert kline is not None
        assert float(bar["c"]) == kline.close / 100
        assert float(bar["v"]) == kline.volume / 1000
        assert (bar["f"], bar["L"], bar["n"]) == (kline.first_id, kline.last_id, kline.n_trades)


def test_a_forming_bar_is_said_at_most_four_times_a_second_and_only_when_it_changed() -> None:
    room = Room()
    stream = room.listen("btcusdt@kline_1h")
    assert len(room.wait(stream, 60_000, 0.0)) == 1
    assert room.wait(stream, 60_000, 0.1) == []
    assert len(room.wait(stream, 60_000, 0.2)) == 1
    assert room.wait(stream, 0, 1.0) == []


def test_every_trade_is_said_once() -> None:
    room = Room()
    stream = room.listen("btcusdt@trade")
    events = [event for _ in range(50) for event in room.wait(stream, 333_333)]
    trades = room.floor.coins["BTCUSDT"].tapes.prints(START + 1, room.time.ms + 1)
    assert [event["t"] for event in events] == [trade.id for trade in trades]
    assert [float(event["p"]) for event in events] == [trade.price / 100 for trade in trades]


def test_two_paces_of_one_book_follow_the_venues_sequence_rules() -> None:
    room = Room()
    fast, slow = room.listen("btcusdt@depth@100ms"), room.listen("btcusdt@depth")
    book = room.floor.book("BTCUSDT")
    last = {"fast": book.last_update_id, "slow": book.last_update_id}
    n_events = {"fast": 0, "slow": 0}
    for _ in range(100):
        for name, stream in (("fast", fast), ("slow", slow)):
            for event in room.wait(stream, 180_000, 0.05):
                assert event["U"] == last[name] + 1
                assert event["u"] >= event["U"]
                assert "pu" not in event  # only futures have it
                last[name] = event["u"]
                n_events[name] += 1
    assert n_events["fast"] > 5 * n_events["slow"] > 0


def test_a_book_nobody_listens_to_any_more_collects_nothing() -> None:
    room = Room()
    stream = room.listen("btcusdt@depth")
    stream.close()
    room.floor.book("BTCUSDT").advance(room.floor.now_ms + HOUR_MS)
    assert stream.due(room.floor.now_ms, 10.0) == []


def test_the_ticker_array_names_only_coins_that_changed() -> None:
    room = Room("BTCUSDT", "ETHUSDT")
    stream = room.listen("!miniTicker@arr")
    (first,) = room.wait(stream, 60_000)
    assert [event["s"] for event in first] == ["BTCUSDT", "ETHUSDT"]
    assert room.wait(stream, 0) == []
    assert room.wait(stream, 60_000, 0.5) == []
    assert len(room.wait(stream, 60_000, 0.5)) == 1


def test_the_full_ticker_carries_the_touch() -> None:
    room = Room()
    (event,) = room.wait(room.listen("btcusdt@ticker"), 60_000)
    touch = room.floor.book("BTCUSDT").touch(room.floor.now_ms)
    assert touch is not None
    assert (float(event["b"]), float(event["a"])) == (touch.bid / 100, touch.ask / 100)
    assert float(event["b"]) < float(event["a"])
    assert event["e"] == "24hrTicker"


def test_the_touch_is_said_when_it_changes() -> None:
    room = Room()
    stream = room.listen("btcusdt@bookTicker")
    (event,) = room.wait(stream, 60_000)
    assert set(event) == {"u", "s", "b", "B", "a", "A"}
    assert room.wait(stream, 0) == []
    assert len(room.wait(stream, 600_000)) == 1


@pytest.mark.parametrize("name", ["foo", "btcusdt@kline_7m", "btcusdt@1h", "btcusdt@trades", "!all@arr", ""])
def test_a_name_that_is_no_streams_is_refused(name: str) -> None:
    with pytest.raises(StreamRefused, match="unknown stream"):
        open_stream(name, Room().floor)


@pytest.mark.parametrize("name", ["nosuch@trade", "BTCUSDT@trade"])
def test_a_coin_that_is_not_listed_is_silence(name: str) -> None:
    assert open_stream(name, Room().floor) is None


def test_nothing_more_is_said_after_the_end_of_the_recording() -> None:
    room = Room()
    stream = room.listen("btcusdt@kline_1h")
    events = room.wait(stream, 200 * HOUR_MS)
    assert events[-1]["k"]["x"]
    assert room.wait(stream, 100 * HOUR_MS) == []


def test_trades_of_two_coins_are_said_in_the_order_of_their_time_also_after_a_pause() -> None:
    room, said = Room("BTC/USDT", "ETH/USDT"), []
    broadcast = Broadcast(room.floor)
    listener = Listener(combined=False, most_waiting=100_000, drop=lambda: None)
    listener.offer = lambda message: said.append(json.loads(message))  # type: ignore[method-assign]
    broadcast.subscribe(listener, ["btcusdt@trade", "ethusdt@aggTrade"])
    room.time.ms += 2 * HOUR_MS
    room.time.seconds += 1.0
    room.floor.advance()
    broadcast.round(room.time.seconds)
    assert {event["s"] for event in said} == {"BTCUSDT", "ETHUSDT"}
    times = [event["T"] for event in said]
    assert times == sorted(times)
