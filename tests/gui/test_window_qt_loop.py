"""The loop keeps asyncio's promises on Qt's timers."""

import asyncio
import contextvars
import os
import signal
import threading
import time

import pytest

from tests.fakes.patience import PATIENCE_S
from workstation.ui import qt_loop
from workstation.ui.qt_loop import QtLoop


async def test_every_async_test_here_runs_on_the_qt_loop():
    assert isinstance(asyncio.get_running_loop(), QtLoop)


@pytest.mark.parametrize("delay_s", [0, 0.0005, 0.02, 0.3])
async def test_a_sleep_never_ends_early(delay_s):
    for _ in range(3):
        began = time.perf_counter()
        await asyncio.sleep(delay_s)
        assert time.perf_counter() - began >= delay_s - 1e-4


async def test_cancelled_timeouts_leave_no_timer_behind():
    loop = asyncio.get_running_loop()
    before = loop.n_timers
    for _ in range(2000):
        async with asyncio.timeout(3600):
            await asyncio.sleep(0)
    assert loop.n_timers == before


async def test_cancelling_a_call_that_has_run_does_not_end_another_one():
    loop, ran = asyncio.get_running_loop(), []
    first = loop.call_later(0, ran.append, "first")
    await asyncio.sleep(0.01)
    other = loop.call_later(0.02, ran.append, "other")
    other.timer_id, first.timer_id = first.timer_id, other.timer_id  # as if Qt had given its number again
    first.cancel()
    other.timer_id = first.timer_id
    await asyncio.sleep(0.05)
    assert ran == ["first", "other"]


async def test_calls_made_soon_run_in_their_order():
    loop, order = asyncio.get_running_loop(), []
    done = loop.create_future()
    for number in range(500):
        loop.call_soon(order.append, number)
    loop.call_soon(done.set_result, None)
    await done
    assert order == list(range(500))


async def test_a_delay_longer_than_qt_can_count_is_waited_for():
    loop = asyncio.get_running_loop()
    handle = loop.call_later(1e8, pytest.fail, "called after no time at all")
    assert handle.when() > loop.time() + 9e7
    await asyncio.sleep(0.01)
    assert not handle.cancelled()
    handle.cancel()


async def test_a_call_from_another_thread_keeps_its_context():
    loop, name = asyncio.get_running_loop(), contextvars.ContextVar("name", default="none")
    told = loop.create_future()

    def speak() -> None:
        name.set("thread")
        loop.call_soon_threadsafe(lambda: told.set_result(name.get()))

    thread = threading.Thread(target=speak)
    thread.start()
    assert await asyncio.wait_for(told, PATIENCE_S) == "thread"
    thread.join()


async def test_a_slow_read_runs_beside_the_loop():
    assert (
        await asyncio.get_running_loop().run_in_executor(None, threading.get_ident) != threading.get_ident()
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_main_coroutine_in_its_own_order(qapp, number):
    tidied = []

    async def main() -> str:
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), number)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            tidied.append(number)
        return "never"

    before = signal.getsignal(number)
    assert qt_loop.run(main(), qapp) is None
    assert tidied == [number]
    signal.signal(number, before)


def test_what_main_returns_is_returned_and_leftover_tasks_are_cancelled(qapp):
    left = []

    async def forever() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            left.append("cancelled")
            raise

    async def main() -> int:
        left.append(asyncio.get_running_loop().create_task(forever()))
        await asyncio.sleep(0.01)
        return 7

    assert qt_loop.run(main(), qapp) == 7
    assert left[1:] == ["cancelled"]
