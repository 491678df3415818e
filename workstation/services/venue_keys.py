"""Keys of venues: tested read-only as soon as they are entered, and kept only where that is safe."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.events import VenueKeyJudged, VenueKeysChanged
from workstation.domain.ports import Clock, TaskOwner
from workstation.domain.venue_key import KeyRights, KeyStatus, KeyVenue, VenueCredentials, VenueKey
from workstation.services.bus import Bus

AskRights = Callable[[str, VenueCredentials], Awaitable[KeyRights]]
"""Asks a venue, by name, what a key may do; raises `VenueError` where it does not take the key."""

CAN_WITHDRAW = (
    "This key can withdraw, so it was refused and is not kept. Make one at the venue without the right to "
    "withdraw, and delete this one there."
)


class Vault(Protocol):
    """A keyring with a place for each venue's key, and one for a new key until it was tested."""

    async def offered(self, venue: str) -> VenueCredentials | None:
        """Return the new key; None where there is none."""
        ...

    async def withdraw_offer(self, venue: str) -> None:
        """Forget the new key."""
        ...

    async def keep(self, venue: str, credentials: VenueCredentials) -> None:
        """Keep a key in the place of the one before."""
        ...

    async def kept(self, venue: str) -> VenueCredentials | None:
        """Return the key; None where there is none."""
        ...

    async def forget(self, venue: str) -> None:
        """Take the key out of the keyring."""
        ...


class Record(Protocol):
    """Remembers which keys there are; nothing in it is secret."""

    def load(self) -> list[VenueKey]:
        """Return every key."""
        ...

    def save(self, keys: list[VenueKey]) -> None:
        """Write every key; on disk when this returns."""
        ...


class VenueKeys:
    """The trader's keys.

    Parameters
    ----------
    bus : Bus
        Hears how the keys stand, and what came of each request.
    vault, record : Vault, Record
        Where the keys lie, and where is written that they do.
    ask : AskRights
        Asks a venue.
    clock : Clock
        This computer's clock.
    tasks : TaskOwner
        Owns the requests: a keyring and a venue take their time.
    """

    def __init__(
        self, bus: Bus, vault: Vault, record: Record, ask: AskRights, clock: Clock, tasks: TaskOwner
    ) -> None:
        self._bus, self._vault, self._record, self._ask = bus, vault, record, ask
        self._clock, self._tasks = clock, tasks
        self._venues: tuple[KeyVenue, ...] = ()
        self._keys: dict[str, VenueKey] = {}
        self._one_at_a_time = asyncio.Lock()

    def begin(self, venues: Sequence[KeyVenue]) -> None:
        """Say for which venues keys can be kept, and which are there; no keyring is opened for it."""
        self._venues = tuple(venues)
        self._keys = {key.venue: key for key in self._record.load()}
        self._tell()

    def take_new(self, venue: str) -> None:
        """Test the new key of a venue, and keep it where it passes."""
        self._start(venue, self._take_new)

    def test(self, venue: str) -> None:
        """Test the key of a venue again."""
        self._start(venue, self._test)

    def forget(self, venue: str) -> None:
        """Take the key of a venue out of the keyring."""
        self._start(venue, self._forget)

    def _start(self, venue: str, work: Callable[[str], Awaitable[str]]) -> None:
        if venue not in {known.name for known in self._venues} | set(self._keys):
            raise UsageError("No keys are kept for this venue; choose one of the list.")
        self._tasks.start("look after a key", self._carry_out(venue, work))

    async def _carry_out(self, venue: str, work: Callable[[str], Awaitable[str]]) -> None:
        async with self._one_at_a_time:
            try:
                judged = VenueKeyJudged(venue, is_done=True, sentence=await work(venue))
            except TidemarkError as error:
                judged = VenueKeyJudged(venue, is_done=False, sentence=str(error))
        self._tell()
        self._bus.publish(judged)

    async def _take_new(self, venue: str) -> str:
        new = await self._vault.offered(venue)
        if new is None:
            raise UsageError("The new key is not in the keyring any more; enter it again.")
        try:
            rights = await self._ask(venue, new)
            if rights.withdraw:
                raise UsageError(CAN_WITHDRAW)
            await self._vault.keep(venue, new)
        finally:
            await self._vault.withdraw_offer(venue)
        now_ms = self._clock.now_ms()
        self._write(VenueKey(venue, new.ending, rights, KeyStatus.WORKS, "", now_ms, now_ms))
        return "The key works and is in the keyring."

    async def _test(self, venue: str) -> str:
        before = self._known(venue)
        kept = await self._vault.kept(venue)
        if kept is None:
            reason = "The key is no longer in the keyring; enter it again."
            self._write(replace(before, status=KeyStatus.MISSING, reason=reason))
            raise UsageError(reason)
        try:
            rights = await self._ask(venue, kept)
        except TidemarkError as error:
            self._write(self._tested(before, KeyStatus.FAILS, str(error)))
            raise
        if rights.withdraw:
            await self._vault.forget(venue)
            self._write(replace(self._tested(before, KeyStatus.REFUSED, CAN_WITHDRAW), rights=rights))
            raise UsageError(CAN_WITHDRAW)
        self._write(replace(self._tested(before, KeyStatus.WORKS, ""), rights=rights))
        return "The key works."

    async def _forget(self, venue: str) -> str:
        self._known(venue)
        await self._vault.forget(venue)
        self._record.save([key for key in self._keys.values() if key.venue != venue])
        del self._keys[venue]
        return "The key is gone from the keyring. Delete it at the venue, too, if nothing else uses it."

    def _tested(self, key: VenueKey, status: KeyStatus, reason: str) -> VenueKey:
        return replace(key, status=status, reason=reason, tested_ms=self._clock.now_ms())

    def _known(self, venue: str) -> VenueKey:
        if venue not in self._keys:
            raise UsageError("There is no key of this venue; enter one first.")
        return self._keys[venue]

    def _write(self, key: VenueKey) -> None:
        self._record.save(list({**self._keys, key.venue: key}.values()))
        self._keys[key.venue] = key

    def _tell(self) -> None:
        self._bus.publish(VenueKeysChanged(self._venues, tuple(self._keys.values())))
