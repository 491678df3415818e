"""Has a model judge in a process of its own, and starts another one when that dies."""

import asyncio
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import BadModel, ModelUnavailable
from workstation.domain.model_card import StoredModel
from workstation.services.model_conversation import Answers, Conversation, NoAnswer, Refused
from workstation.services.model_wire import Ask, Load

_READY_WITHIN_S = 60.0  # LightGBM is read from a cold disk, on a busy machine
_MOST_DEATHS = 2
_LONGEST_WORDS = 200
_WHAT_TO_DO = "Roll back to the previous model, or train again."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a model may take before its process is ended.

    Parameters
    ----------
    load_s : float
        To be loaded and to answer its smoke vector, seconds.
    answer_s : float
        For one answer, seconds.
    """

    load_s: float = 20.0
    answer_s: float = 10.0


DEFAULT_PATIENCE = Patience()


class ModelProcess:
    """One model in one process, asked one question at a time.

    It is started by the first question. Where the process dies or takes too long, that question is refused
    and the next one goes to a new process. A model that does so twice without an answer in between is not
    asked again, nor is one that cannot be loaded or does not answer as its card says.

    Parameters
    ----------
    model : StoredModel
        Its bytes were held against its hashes; they are not trusted for that.
    patience : Patience
        Its limits.
    """

    def __init__(self, model: StoredModel, patience: Patience = DEFAULT_PATIENCE) -> None:
        self._model = model
        self._patience = patience
        self._conversation: Conversation | None = None
        self._turn = asyncio.Lock()
        self._n_deaths = 0
        self._unavailable = ""

    @property
    def model(self) -> StoredModel:
        """Which model it is."""
        return self._model

    @property
    def pid(self) -> int | None:
        """Number of the process; None while there is none."""
        return self._conversation.pid if self._conversation is not None else None

    @property
    def unavailable(self) -> str:
        """Why this model is not asked any more, in a sentence; empty while it is."""
        return self._unavailable

    async def prepare(self) -> None:
        """Start the process and load the model, so that the first question waits less.

        Raises
        ------
        ModelUnavailable
            It did not work; `unavailable` says whether for good.
        """
        async with self._turn:
            await self._asked(None, np.empty((0, 0), dtype=np.float32))

    async def judge(self, matrix: NDArray[np.float32], *, with_contributions: bool = False) -> Answers:
        """Return what the model says of each row, by name.

        Parameters
        ----------
        matrix : ndarray of float32, shape (n, n_features)
            Data points in the order of the model's card; NaN where one is not known.
        with_contributions : bool
            Whether to say, too, how much each data point spoke for the answer.

        Returns
        -------
        mapping of str to ndarray
            The first axis of each is the rows.

        Raises
        ------
        ModelUnavailable
            There is no judgement of these rows; `unavailable` says whether for good.
        ValueError
            The matrix has not one column for each of the model's data points.
        """
        n_features = len(self._model.card.features)
        if matrix.dtype != np.float32 or matrix.ndim != 2 or matrix.shape[1] != n_features:
            raise ValueError(
                f"The model {self._model.title} was given {matrix.dtype} numbers of shape {matrix.shape}; "
                f"expected float32 of shape (n, {n_features})."
            )
        async with self._turn:
            ask = Ask(len(matrix), n_features, with_contributions, self._patience.answer_s)
            answers = await self._asked(ask, np.ascontiguousarray(matrix))
            self._n_deaths = 0
            return answers

    async def close(self) -> None:
        """End the process for good: whoever still waits for his turn is refused."""
        async with self._turn:
            await self._end()
            self._unavailable = self._unavailable or self._sentence("was put away and is not asked any more.")

    async def _asked(self, ask: Ask | None, matrix: NDArray[np.float32]) -> Answers:
        """Return the answer of a process that has loaded the model, or account for its failure."""
        if self._unavailable:
            raise ModelUnavailable(self._unavailable)
        within_s = self._patience.load_s
        try:
            conversation = await self._loaded()
            within_s = self._patience.answer_s
            async with asyncio.timeout(within_s):
                return {} if ask is None else await _judged(conversation, ask, matrix)
        except Refused as error:
            raise ModelUnavailable(
                self._sentence(f"cannot judge: {_plain(str(error))}; there is no judgement this time.")
            ) from error
        except TimeoutError as error:
            await self._died(f"took longer than {within_s:g} s and was stopped", error)
        except NoAnswer as error:
            await self._died("ended its process", error)
        except BaseException:  # cancelled: the next answer would be to this question
            await self._end()
            raise

    async def _loaded(self) -> Conversation:
        if self._conversation is not None and not self._conversation.is_over:
            return self._conversation
        await self._end()
        self._conversation = conversation = await self._begun()
        async with asyncio.timeout(self._patience.load_s):
            await self._load(conversation)
        return conversation

    async def _begun(self) -> Conversation:
        conversation = await Conversation.begin(self._model.card.kind)
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                await conversation.heard()
        except (TimeoutError, NoAnswer) as error:
            await conversation.end()
            raise ModelUnavailable(
                f"The process for the model {self._model.title} does not start; it is tried again."
            ) from error
        except BaseException:
            await conversation.end()
            raise
        return conversation

    async def _load(self, conversation: Conversation) -> None:
        """Have the model loaded and hold it against its card; one that fails is not asked again."""
        card, files = self._model.card, self._model.files
        forms = [(name, len(content)) for name, content in files.items()]
        try:
            await conversation.asked(Load(card.kind, forms, self._patience.load_s), list(files.values()), 0)
            rows = card.smoke.matrix()
            wrong = card.smoke.difference(
                await _judged(
                    conversation, Ask(len(rows), len(card.features), False, self._patience.load_s), rows
                )
            )
        except Refused as error:
            wrong = f"cannot be loaded: {_plain(str(error))}"
        if wrong:
            await self._end()
            self._unavailable = self._sentence(f"{wrong}. {_WHAT_TO_DO}")
            raise BadModel(self._unavailable)

    async def _died(self, how: str, error: Exception) -> NoReturn:
        await self._end()
        self._n_deaths += 1
        if self._n_deaths < _MOST_DEATHS:
            raise ModelUnavailable(
                self._sentence(
                    f"{how}; there is no judgement this time, and it is started again for the next."
                )
            ) from error
        self._unavailable = self._sentence(f"{how} twice in a row and is not asked any more. {_WHAT_TO_DO}")
        raise ModelUnavailable(self._unavailable) from error

    def _sentence(self, rest: str) -> str:
        return f"The model {self._model.title} {rest}"

    async def _end(self) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            await conversation.end()


async def _judged(conversation: Conversation, ask: Ask, matrix: NDArray[np.float32]) -> Answers:
    """Return what the process says of a matrix: one row for each of its rows, or it is no answer."""
    most = 1024 + 16 * (matrix.size + 256 * len(matrix)) * 8
    answers = await conversation.asked(ask, [matrix.data.cast("B")] if matrix.size else [], most)
    if any(array.ndim < 1 or len(array) != len(matrix) for array in answers.values()):
        raise NoAnswer("it answers another number of rows")
    return answers


def _plain(words: str) -> str:
    """Return words of a process that is not trusted as one short line."""
    return "".join(sign if sign.isprintable() else " " for sign in words[:_LONGEST_WORDS].rstrip(" ."))
