import asyncio
import socket

import pytest

from workstation.link.chart_address import ChartAddress, read_address
from workstation.link.doorbell import Doorbell, ring


async def test_a_second_start_brings_the_first_window_to_the_front(tmp_path):
    rung = []
    bell = Doorbell(tmp_path / "bell", lambda: rung.append(True))
    await bell.hang()
    assert await asyncio.to_thread(ring, tmp_path / "bell")
    assert rung == [True]
    bell.take_down()


def test_ringing_where_no_window_is_says_so(tmp_path):
    assert not ring(tmp_path / "bell")


def test_a_bell_left_by_a_killed_window_is_not_answered(tmp_path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "bell"))
    assert not ring(tmp_path / "bell")


async def test_a_bell_can_hang_where_a_killed_window_left_one(tmp_path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "bell"))
    bell = Doorbell(tmp_path / "bell", lambda: None)
    await bell.hang()
    assert await asyncio.to_thread(ring, tmp_path / "bell")
    bell.take_down()


async def test_another_word_than_ours_rings_nothing(tmp_path):
    rung = []
    bell = Doorbell(tmp_path / "bell", lambda: rung.append(True))
    await bell.hang()
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "bell"))
    writer.write(b"GET / HTTP/1.1\n")
    assert await reader.read() == b""
    writer.close()
    bell.take_down()
    assert rung == []


async def test_a_second_start_with_an_address_opens_its_chart_in_the_first_window(tmp_path):
    heard = []
    bell = Doorbell(tmp_path / "bell", lambda: heard.append("front"), heard.append)
    await bell.hang()
    address = ChartAddress("BTC/USDT", "4h")
    assert await asyncio.to_thread(ring, tmp_path / "bell", address)
    assert heard == ["front", address]
    bell.take_down()


async def test_a_second_start_with_a_link_that_is_none_has_the_first_window_say_so(tmp_path):
    heard = []
    bell = Doorbell(tmp_path / "bell", lambda: heard.append("front"), heard.append)
    await bell.hang()
    refused = read_address("tidemark://chart/BTC")
    assert await asyncio.to_thread(ring, tmp_path / "bell", refused)
    assert heard == ["front", refused]
    assert "names no market" in refused.why
    bell.take_down()


@pytest.mark.parametrize("words", [b"open \xff\n", b"open tidemark://chart/A/B", b"open"])
async def test_an_address_that_is_none_rings_nothing(tmp_path, words):
    heard = []
    bell = Doorbell(tmp_path / "bell", lambda: heard.append("front"), heard.append)
    await bell.hang()
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "bell"))
    writer.write(words)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    bell.take_down()
    assert heard == []
