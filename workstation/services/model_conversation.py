"""One process that may load a model, and the pipes to it; what it says is checked before it is believed."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

import workstation
from workstation.services.model_wire import (
    LENGTH,
    LONGEST_HEADER,
    Answer,
    Question,
    decode_answer,
    framed,
)

Answers = Mapping[str, NDArray[np.generic]]

_PROGRAM = "workstation.model_app"
_AT_ONCE = 256 * 1024  # bytes; what the loop is asked to move in one step
_LAST_BREATH_S = 1.0
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class NoAnswer(Exception):
    """The process is gone, or says what is no answer."""


class Refused(Exception):
    """The process lives and says why not."""


class Conversation:
    """Questions to one process and its answers, one after another.

    Parameters
    ----------
    process : Process
        Started, and as good as its word only until it says nonsense.
    """

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None  # noqa: S101  it was started with pipes
        assert process.stdout is not None  # noqa: S101
        self._process = process
        self._questions = process.stdin
        self._answers = process.stdout

    @classmethod
    async def begin(cls, kind: str) -> "Conversation":
        """Start a process for a model of this kind; it says first that it is ready, which is for `heard`."""
        package = Path(workstation.__file__).parent.parent
        # A group of its own: Ctrl-C in the terminal is the engine's to answer. But the engine's session: one
        # of its own would weigh as much as the window, however nice it is (Linux' autogroup).
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", _PROGRAM, kind),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": str(package)},
            process_group=0,
            limit=_AT_ONCE,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """True once the process is known to be gone."""
        return self._process.returncode is not None

    async def asked(
        self, question: Question, following: Sequence[bytes | memoryview], most_bytes: int
    ) -> Answers:
        """Ask, and return the answer of at most `most_bytes`; raises `NoAnswer` and `Refused`."""
        try:
            self._questions.write(framed(question))
            for content in following:
                await self._send(memoryview(content))
        except OSError as error:
            raise NoAnswer("it does not listen") from error
        return await self.heard(most_bytes)

    async def heard(self, most_bytes: int = 0) -> Answers:
        """Return the next answer of at most `most_bytes`; raises `NoAnswer` and `Refused`."""
        try:
            answer = await self._header()
            if answer.refused:
                raise Refused(answer.refused)
            if sum(form.n_bytes for form in answer.arrays) > most_bytes:
                raise NoAnswer("it answers more than was asked")
            return {form.name: form.array(await self._content(form.n_bytes)) for form in answer.arrays}
        except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError) as error:
            raise NoAnswer("it ended, or spoke nonsense") from error

    async def end(self) -> None:
        """End the process, whatever it is doing."""
        self._questions.close()
        with contextlib.suppress(TimeoutError):
            # Killing one that is just ending takes its exit code from the loop, which complains of that.
            await asyncio.wait_for(self._process.wait(), _LAST_BREATH_S if self._answers.at_eof() else 0.0)
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _send(self, content: memoryview) -> None:
        for begin in range(0, len(content), _AT_ONCE):
            self._questions.write(content[begin : begin + _AT_ONCE])
            await self._questions.drain()

    async def _header(self) -> Answer:
        length = int.from_bytes(await self._answers.readexactly(LENGTH), "big")
        if length > LONGEST_HEADER:
            raise NoAnswer("it speaks nonsense")
        return decode_answer(await self._answers.readexactly(length))

    async def _content(self, n_bytes: int) -> bytearray:
        content = bytearray(n_bytes)
        for begin in range(0, n_bytes, _AT_ONCE):
            part = await self._answers.readexactly(min(_AT_ONCE, n_bytes - begin))
            content[begin : begin + len(part)] = part
        return content
