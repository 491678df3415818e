"""Which models judge, the processes they judge in, and what the trader decides about them."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import ModelUnavailable, UsageError
from workstation.domain.events import ModelsChanged
from workstation.domain.ledger import LedgerRecorder, ModelChange, ModelEvent
from workstation.domain.model_card import StoredModel
from workstation.domain.model_standing import Standing
from workstation.domain.model_state import ModelState
from workstation.domain.ports import TaskOwner
from workstation.services.bus import Bus
from workstation.services.model_conversation import Answers
from workstation.services.model_process import ModelProcess

_log = logging.getLogger(__name__)

_BY_TRADER = "The trader said so."

LOOK_EVERY_S = 20.0
"""How often it is looked whether a training in another process has changed who judges."""


class ModelKeeper(Protocol):
    """Where models lie; its calls block."""

    def standing(self, name: str) -> Standing:
        """Return the champion, the previous one and the challengers of a name."""
        ...

    def champion(self, name: str, known_features: Collection[str]) -> StoredModel:
        """Return the model that is to judge, or raise ModelUnavailable with why none is."""
        ...

    def promote(self, model_hash: str, reason: str) -> Standing:
        """Have a model judge from now on."""
        ...

    def roll_back(self, name: str, reason: str) -> Standing:
        """Have the previous model judge again."""
        ...

    def switch_off(self, name: str, reason: str) -> Standing:
        """Have no model of this name judge."""
        ...


class Models:
    """Asks the champion of each name; one that cannot be trusted is said to be, and judges nothing.

    Parameters
    ----------
    bus : Bus
        Hears `ModelsChanged`.
    keeper : ModelKeeper
        Where they lie.
    recorder : LedgerRecorder
        Writes down which model judged when.
    known : mapping of str to collection of str
        Names of the models that are wanted, each with the data points that it may need.
    """

    def __init__(
        self, bus: Bus, keeper: ModelKeeper, recorder: LedgerRecorder, known: Mapping[str, Collection[str]]
    ) -> None:
        self._bus = bus
        self._keeper = keeper
        self._recorder = recorder
        self._known = known
        self._processes: dict[str, ModelProcess] = {}
        self._states: dict[str, ModelState] = {}
        self._standings: dict[str, Standing] = {}
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Look which models there are; each is loaded by the first question."""
        async with self._turn:
            for name in self._known:
                await self._take(name)
        self._tell()

    def watch(self, tasks: TaskOwner) -> None:
        """Keep looking for what other processes decide, as tasks of an owner."""
        tasks.start("look which models judge", self._look_for_ever())

    async def look_again(self) -> None:
        """Take what another process, such as a training of the trader's, has decided; it wrote it down."""
        async with self._turn:
            changed = [name for name in self._known if await self._has_changed(name)]
            for name in changed:
                await self._take(name)
        if changed:
            self._tell()

    def champion(self, name: str) -> StoredModel | None:
        """Return the model that judges under a name; None while none does."""
        process = self._processes.get(name)
        return process.model if process is not None and not process.unavailable else None

    def since_ms(self, name: str) -> int:
        """Return when the champion of a name came to its place, or was switched on again; UTC milliseconds.

        0 where there is none.
        """
        standing = self._standings.get(name, Standing())
        return standing.champion.since_ms if standing.champion is not None else 0

    async def judge(
        self, name: str, matrix: NDArray[np.float32], *, with_contributions: bool = False
    ) -> Answers | None:
        """Return what the champion of a name says of some rows; None where no model judges just now.

        Parameters
        ----------
        matrix : ndarray of float32, shape (n, n_features)
            Data points in the order of the model's card; NaN where one is not known.
        """
        process = self._processes.get(name)
        if process is None or process.unavailable:
            return None
        try:
            return await process.judge(matrix, with_contributions=with_contributions)
        except ModelUnavailable as error:
            _log.warning("%s", error)
            if self._processes.get(name) is process and self.champion(name) is None:
                self._say(ModelState(name, process.model.model_hash, False, str(error)))
            return None

    async def set_aside(self, name: str, reason: str) -> None:
        """Have the champion of a name judge nothing while this engine runs, and say why."""
        process = self._processes.pop(name, None)
        if process is not None:
            self._say(ModelState(name, process.model.model_hash, False, reason))
            await process.close()

    def notice_drift(self, name: str, drift: tuple[str, ...]) -> None:
        """Take sentences about what is no longer as it was when the model learnt."""
        state = self._states.get(name)
        if state is not None and state.drift != drift:
            self._say(ModelState(name, state.model_hash, state.is_judging, state.reason, drift))

    async def switch(self, name: str, is_on: bool, reason: str = _BY_TRADER) -> None:
        """Let the champion of a name judge, or switch it off; on disk when this returns.

        Raises
        ------
        TidemarkError
            There is no such model, it cannot be trusted, or it was not kept.
        """
        standing = self._standing(name)
        if standing.champion is None:
            raise UsageError(f"There is no model {name} to switch; train one with tidemark train.")
        chosen = standing.champion.model_hash
        if is_on:
            await self._change(
                name, ModelChange.CHAMPION, lambda: self._keeper.promote(chosen, reason), reason
            )
        else:
            await self._change(
                name, ModelChange.SWITCHED_OFF, lambda: self._keeper.switch_off(name, reason), reason
            )

    async def roll_back(self, name: str, reason: str = _BY_TRADER) -> None:
        """Let the champion before judge again; on disk when this returns.

        Raises
        ------
        TidemarkError
            There is none, it cannot be trusted, or it was not kept.
        """
        self._standing(name)
        await self._change(name, ModelChange.ROLLBACK, lambda: self._keeper.roll_back(name, reason), reason)

    async def promote(self, name: str, model_hash: str, reason: str = _BY_TRADER) -> None:
        """Let another model of this name judge; on disk when this returns.

        Raises
        ------
        TidemarkError
            There is none, it cannot be trusted, or it was not kept.
        """
        if model_hash not in self._standing(name).hashes:
            raise UsageError(f"There is no model {name} of the hash {model_hash[:8]}.")
        await self._change(
            name, ModelChange.CHAMPION, lambda: self._keeper.promote(model_hash, reason), reason
        )

    async def close(self) -> None:
        """End every process."""
        for process in self._processes.values():
            await process.close()

    def _standing(self, name: str) -> Standing:
        if name not in self._known:
            raise UsageError(f"There is no model {name!r}; there are {', '.join(self._known)}.")
        return self._keeper.standing(name)

    async def _change(
        self, name: str, change: ModelChange, work: Callable[[], Standing], reason: str
    ) -> None:
        async with self._turn:
            standing = await asyncio.to_thread(work)
            assert standing.champion is not None  # noqa: S101  every change leaves one
            await self._recorder.add_model_event(ModelEvent(change, standing.champion.model_hash, reason))
            await self._take(name)
        self._tell()

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look_again()

    async def _has_changed(self, name: str) -> bool:
        now = await asyncio.to_thread(self._keeper.standing, name)
        taken = self._standings.get(name, now)
        return (now.champion, now.off) != (taken.champion, taken.off)

    async def _take(self, name: str) -> None:
        """Take the champion as the store has it now."""
        before = self._processes.pop(name, None)
        if before is not None:
            await before.close()
        standing = await asyncio.to_thread(self._keeper.standing, name)
        self._standings[name] = standing
        model_hash = standing.champion.model_hash if standing.champion is not None else ""
        try:
            model = await asyncio.to_thread(self._keeper.champion, name, self._known[name])
        except ModelUnavailable as error:
            self._states[name] = ModelState(name, model_hash, False, str(error))
        else:
            self._processes[name] = ModelProcess(model)
            self._states[name] = ModelState(name, model_hash, True)

    def _say(self, state: ModelState) -> None:
        self._states[state.name] = state
        self._tell()

    def _tell(self) -> None:
        self._bus.publish(ModelsChanged(tuple(self._states.values())))
