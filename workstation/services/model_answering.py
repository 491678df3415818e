"""The inside of the process that dares to load a model: it is given bytes, and answers with numbers.

A damaged LightGBM model may abort, hang or eat the memory of whoever loads it; Python does not get to see an
exception. So it is loaded here, in a process that may use little memory and time, and that the system lets
open no file and no socket from the moment it hears of its model. It ends when its standard input closes.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import BadModel, TidemarkError
from workstation.services.model_wire import (
    LENGTH,
    Answer,
    Ask,
    Load,
    Question,
    decode_question,
    forms_of,
    framed,
)

MOST_MEMORY = 2 << 30
"""Bytes of address space that a model may take beyond what the process has before it."""


Arrays = Mapping[str, NDArray[np.generic]]


class Judge(Protocol):
    """A model that was loaded."""

    def judge(self, matrix: NDArray[np.float32], *, with_contributions: bool) -> Arrays:
        """Return what it says of each row, by name; the first axis of every array is the rows.

        Parameters
        ----------
        matrix : ndarray, shape (n, n_features)
            Data points in the order of the model's card; NaN where one is not known.
        with_contributions : bool
            Whether to say, too, how much each data point spoke for the answer.

        Raises
        ------
        TidemarkError
            It cannot; the process lives on.
        """
        ...


Loader = Callable[[Mapping[str, bytes]], Judge]
"""Makes a judge of a model's files, by name; raises a `TidemarkError` where they are none."""


def own_standard_output() -> BinaryIO:
    """Return standard output for answers, and send what libraries print there to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def answer_all(loaders: Mapping[str, Loader], questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer one question after another until there is no more; the first answer says that it is ready.

    Parameters
    ----------
    loaders : mapping of str to callable
        By the kind of a model.
    questions, answers : binary files
        The pipes from and to whoever asks.
    """
    _lock_up()
    judge: Judge | None = None
    _say(answers, {})
    while (question := _heard(questions)) is not None:
        _grant_time(question.within_s)
        try:
            if isinstance(question, Load):
                files = {name: _exactly(questions, n_bytes) for name, n_bytes in question.files}
                judge, said = _loaded(loaders, question.kind, files), {}
            else:
                said = dict(_judged(judge, _matrix(questions, question), question.with_contributions))
        except TidemarkError as error:
            _say(answers, {}, str(error))
        except MemoryError:
            _say(answers, {}, f"It needs more than {MOST_MEMORY >> 20:,} MiB of memory.")
        else:
            _say(answers, said)


def _loaded(loaders: Mapping[str, Loader], kind: str, files: Mapping[str, bytes]) -> Judge:
    if kind not in loaders:
        raise BadModel(f"It is of the kind {kind!r}, which this version of Tidemark does not load.")
    return loaders[kind](files)


def _judged(judge: Judge | None, matrix: NDArray[np.float32], explain: bool) -> Arrays:
    if judge is None:
        raise BadModel("It was asked before it was loaded.")
    return judge.judge(matrix, with_contributions=explain)


def _heard(questions: BinaryIO) -> Question | None:
    length = questions.read(LENGTH)
    if len(length) < LENGTH:
        return None
    question: Question = decode_question(_exactly(questions, int.from_bytes(length, "big")))
    return question


def _matrix(questions: BinaryIO, ask: Ask) -> NDArray[np.float32]:
    content = _exactly(questions, ask.n_rows * ask.n_features * np.dtype(np.float32).itemsize)
    return np.frombuffer(content, dtype="<f4").reshape(ask.n_rows, ask.n_features)


def _exactly(questions: BinaryIO, n_bytes: int) -> bytes:
    content = questions.read(n_bytes)
    if len(content) < n_bytes:
        raise SystemExit  # whoever asked is gone
    return content


def _say(answers: BinaryIO, arrays: Arrays, refused: str = "") -> None:
    answers.write(framed(Answer(forms_of(arrays), refused)))
    for array in arrays.values():
        answers.write(np.ascontiguousarray(array).data.cast("B") if array.size else b"")
    answers.flush()


def _lock_up() -> None:
    """Have the system refuse every file, socket and process from now on, and memory beyond any need."""
    if sys.platform == "win32":  # there the deadline of whoever asks is all there is
        return
    import resource

    if sys.platform == "linux":
        most = _address_space() + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for nothing in (
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_CORE,
        resource.RLIMIT_NPROC,
        resource.RLIMIT_NOFILE,
    ):
        resource.setrlimit(nothing, (0, 0))


def _address_space() -> int:
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _grant_time(within_s: float) -> None:
    """Allow this much more processor time, even where nobody is left to stop us."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until_s = int(used.ru_utime + used.ru_stime + within_s) + 1
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (until_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))
