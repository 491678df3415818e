"""Answers that several threads tell at once reach the engine whole."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from workstation.services.provider_messages import next_answer

PROGRAM = """
import asyncio
from workstation import provider_app
from workstation.services.provider_messages import Failed, Failure

async def tell():
    await asyncio.gather(*(provider_app._tell(Failed(i, Failure.ERROR, str(i) * 300_000)) for i in range(8)))

asyncio.run(tell())
"""


async def test_long_answers_told_at_once_do_not_mix_where_streams_are_not_buffered():
    process = await asyncio.create_subprocess_exec(sys.executable, "-u", "-c", PROGRAM, stdout=PIPE)
    told = {answer.number: answer.text for _ in range(8) if (answer := await next_answer(process.stdout))}
    assert await process.wait() == 0
    assert told == {i: str(i) * 300_000 for i in range(8)}
