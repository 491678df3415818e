"""A host is asked one thing at a time, with a pause, and not while it wants silence."""

import asyncio
import time

import pytest

from workstation.domain.errors import ProviderBusy
from workstation.feeds.web_turns import HostTurns


class Stopwatch:
    def __init__(self):
        self.s = 1_000.0

    def __call__(self):
        return self.s


async def hold(turns, host, log, **how):
    async with turns.of(host, **how):
        log.append(f"+{host}")
        await asyncio.sleep(0.01)
        log.append(f"-{host}")


async def test_two_requests_to_one_host_never_overlap():
    turns, log = HostTurns(0.0, time.monotonic), []
    await asyncio.gather(*(hold(turns, "a", log) for _ in range(3)))
    assert log == ["+a", "-a"] * 3


async def test_two_hosts_do_not_wait_for_each_other():
    turns, log = HostTurns(60.0, time.monotonic), []
    await asyncio.gather(hold(turns, "a", log), hold(turns, "b", log))
    assert log[:2] == ["+a", "+b"]


async def test_there_is_a_pause_between_two_requests_unless_the_host_is_here():
    turns, log = HostTurns(0.4, time.monotonic), []
    began = time.monotonic()
    for _ in range(3):
        await hold(turns, "here", log, is_spared=True)
    spared = time.monotonic() - began
    began = time.monotonic()
    for _ in range(3):
        await hold(turns, "there", log)
    assert time.monotonic() - began >= 0.8
    assert spared < 0.8


async def test_a_host_that_wants_silence_is_left_alone_until_it_is_over():
    clock = Stopwatch()
    turns, log = HostTurns(0.0, clock), []
    turns.silence("a", 30.0)
    turns.silence("a", 5.0)  # never shortens it
    with pytest.raises(ProviderBusy, match="a told us to wait; 30 s are left") as told:
        await hold(turns, "a", log)
    assert told.value.retry_after_s == pytest.approx(30.0)
    await hold(turns, "b", log)
    clock.s += 31
    await hold(turns, "a", log)
    assert log == ["+b", "-b", "+a", "-a"]


async def test_a_request_that_was_called_off_gives_its_turn_back():
    turns, log = HostTurns(0.0, time.monotonic), []
    first = asyncio.ensure_future(hold(turns, "a", log))  # noqa: TID251  called off by hand
    second = asyncio.ensure_future(hold(turns, "a", log))  # noqa: TID251
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert log[-2:] == ["+a", "-a"]
