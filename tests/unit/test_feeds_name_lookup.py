"""Names are looked up without holding up the end of the program."""

import asyncio
import socket
import threading
import time

import pytest

from tests.fakes.patience import PATIENCE_S, PROMPT_S
from workstation.feeds.name_lookup import DaemonResolver


async def test_a_name_of_this_computer_is_found():
    found = await DaemonResolver().resolve("localhost", 80, socket.AF_UNSPEC)
    assert {answer["host"] for answer in found} & {"127.0.0.1", "::1"}
    assert all(answer["port"] == 80 and answer["hostname"] == "localhost" for answer in found)


async def test_a_name_that_cannot_be_is_an_error_of_the_system():
    with pytest.raises(OSError, match=r".+"):
        await DaemonResolver().resolve("no host has spaces", 80)


def test_a_lookup_that_nobody_answers_does_not_hold_up_the_end(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait() and [])

    async def give_up():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await DaemonResolver().resolve("venue.example", 443)

    began = time.monotonic()
    asyncio.run(give_up())
    assert time.monotonic() - began < PROMPT_S
    never.set()
    for thread in threading.enumerate():
        if thread.name == "look up venue.example":
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
