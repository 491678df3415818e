import asyncio
import contextlib

from tests.fakes.patience import PATIENCE_S
from workstation.services.supervisor import Supervisor


async def test_an_exception_in_a_task_is_heard_and_named(caplog):
    deaths = []
    tasks = Supervisor(lambda name, error: deaths.append((name, str(error))))

    async def dies():
        raise ValueError("of this")

    task = tasks.start("the doomed", dies())
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert deaths == [("the doomed", "of this")]
    assert "Task the doomed failed" in caplog.text


async def test_closing_ends_every_task_and_one_started_later_too():
    tasks = Supervisor()
    running = [tasks.start(f"t{n}", asyncio.sleep(60)) for n in range(3)]
    await tasks.close()
    assert all(t.cancelled() for t in running)
    late = tasks.start("late", asyncio.sleep(60))
    await asyncio.wait([late], timeout=PATIENCE_S)
    assert late.cancelled()


async def test_a_task_that_will_not_end_is_named(caplog):
    tasks = Supervisor()
    release = asyncio.Event()

    async def stubborn():
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()

    task = tasks.start("stubborn", stubborn())
    await asyncio.sleep(0)
    await tasks.close(within_s=0.05)
    assert "Task stubborn did not end" in caplog.text
    release.set()
    await task
