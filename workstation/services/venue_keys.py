"""Keys of venues: tested read-only as soon as they are entered, and kept only where that is safe."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from workstation.domain.errors import BadSecret, SecretsError, TidemarkError, UsageError
from workstation.domain.events import NoticePosted, VenueKeyJudged, VenueKeysChanged
from workstation.domain.ports import Clock, TaskOwner
from workstation.domain.venue_key import (
    KeyFileState,
    KeyPlace,
    KeyRights,
    KeyStatus,
    KeyVenue,
    Passphrase,
    VenueCredentials,
    VenueKey,
)
from workstation.services.bus import Bus
from workstation.services.venue_key_places import PLACE_WORDS, KeyPlaces

AskRights = Callable[[str, VenueCredentials], Awaitable[KeyRights]]
"""Asks a venue, by name, what a key may do; raises `VenueError` where it does not take the key."""

CAN_WITHDRAW = (
    "This key can withdraw, so it was refused and is not kept. Make one at the venue without the right to "
    "withdraw, and delete this one there."
)
NOT_TOLD = " The venue did not say whether it can withdraw: make sure there that it cannot."
_EVERY_VENUE = ""  # what came of a request that is about no single venue


class Record(Protocol):
    """Remembers which keys there are; nothing in it is secret."""

    def load(self) -> tuple[list[VenueKey], str]:
        """Return every key, and a sentence where they could not be read."""
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
    places, record : KeyPlaces, Record
        Where the keys lie, and where is written that they do.
    ask : AskRights
        Asks a venue.
    clock : Clock
        This computer's clock.
    tasks : TaskOwner
        Owns the requests: a keyring and a venue take their time.
    """

    def __init__(
        self, bus: Bus, places: KeyPlaces, record: Record, ask: AskRights, clock: Clock, tasks: TaskOwner
    ) -> None:
        self._bus, self._places, self._record, self._ask = bus, places, record, ask
        self._clock, self._tasks = clock, tasks
        self._venues: tuple[KeyVenue, ...] = ()
        self._kept: dict[str, VenueKey] = {}
        self._of_session: dict[str, VenueKey] = {}  # each before the one that is kept, until the engine ends
        self._one_at_a_time = asyncio.Lock()

    def begin(self, venues: Sequence[KeyVenue]) -> None:
        """Say for which venues keys can be kept, and which are there; no keyring is opened for it."""
        self._venues = tuple(venues)
        kept, problem = self._record.load()
        self._kept = {key.venue: key for key in kept}
        if problem:
            self._bus.publish(NoticePosted("keys of venues", problem))
        self._tell()

    def take_new(self, venue: str) -> None:
        """Test the new key of a venue that waits in the keyring, and keep it there where it passes."""
        self._start(venue, self._take_new)

    def enter(self, venue: str, new: VenueCredentials, place: KeyPlace) -> None:
        """Test a new key, and keep it in the file or for this session where it passes."""
        if place is KeyPlace.KEYRING:
            raise UsageError("A key for the keyring waits there until it is tested; enter it again.")
        self._start(venue, partial(self._enter, new, place))

    def test(self, venue: str) -> None:
        """Test the key of a venue again."""
        self._start(venue, self._test)

    def forget(self, venue: str) -> None:
        """Take the key of a venue out of its place."""
        self._start(venue, self._forget)

    def open_file(self, passphrase: Passphrase) -> None:
        """Open the encrypted file, or have the next key make one under this passphrase."""
        self._run(_EVERY_VENUE, partial(self._open_file, passphrase))

    def change_passphrase(self, old: Passphrase, new: Passphrase) -> None:
        """Have another passphrase open the encrypted file."""
        self._run(_EVERY_VENUE, partial(self._change_passphrase, old, new))

    def put_file_aside(self) -> None:
        """Make room for another encrypted file; the keys of this one are missing then."""
        self._run(_EVERY_VENUE, self._put_file_aside)

    def move_to_keyring(self) -> None:
        """Take every key that lies elsewhere into the keyring."""
        self._run(_EVERY_VENUE, self._move_to_keyring)

    def _start(self, venue: str, work: Callable[[str], Awaitable[str]]) -> None:
        if venue not in {known.name for known in self._venues} | set(self._kept):
            raise UsageError("No keys are kept for this venue; choose one of the list.")
        self._run(venue, partial(work, venue))

    def _run(self, venue: str, work: Callable[[], Awaitable[str]]) -> None:
        self._tasks.start("look after a key", self._carry_out(venue, work))

    async def _carry_out(self, venue: str, work: Callable[[], Awaitable[str]]) -> None:
        async with self._one_at_a_time:
            try:
                judged = VenueKeyJudged(venue, is_done=True, sentence=await work())
            except TidemarkError as error:
                judged = VenueKeyJudged(venue, is_done=False, sentence=str(error))
        self._tell()
        self._bus.publish(judged)

    async def _take_new(self, venue: str) -> str:
        new = await self._places.keyring.offered(venue)
        if new is None:
            raise UsageError("The new key is not in the keyring any more; enter it again.")
        try:
            return await self._enter(new, KeyPlace.KEYRING, venue)
        finally:
            await self._places.keyring.withdraw_offer(venue)

    async def _enter(self, new: VenueCredentials, place: KeyPlace, venue: str) -> str:
        rights = await self._ask(venue, new)
        if rights.withdraw:
            raise UsageError(CAN_WITHDRAW)
        await self._places.vault(place).keep(venue, new)
        now_ms, before = self._clock.now_ms(), self._kept.get(venue)
        self._write(VenueKey(venue, new.ending, rights, KeyStatus.WORKS, "", now_ms, now_ms, place))
        doubt = NOT_TOLD if rights.withdraw is None else ""
        return f"The key works and is in {PLACE_WORDS[place]}.{doubt}{await self._leave(before, place)}"

    async def _leave(self, before: VenueKey | None, place: KeyPlace) -> str:
        """Take the key before out of another place; one of this session leaves what is kept alone."""
        if before is None or before.place is place or place is KeyPlace.SESSION:
            return ""
        try:
            await self._places.vault(before.place).forget(before.venue)
        except SecretsError as error:
            return f" The one before is still in {PLACE_WORDS[before.place]}: {error}"
        return ""

    async def _test(self, venue: str) -> str:
        before = self._known(venue)
        kept = await self._look_up(before)
        try:
            rights = await self._ask(venue, kept)
        except TidemarkError as error:
            self._write(self._tested(before, KeyStatus.FAILS, str(error)))
            raise
        if rights.withdraw:
            await self._places.vault(before.place).forget(venue)
            self._write(replace(self._tested(before, KeyStatus.REFUSED, CAN_WITHDRAW), rights=rights))
            raise UsageError(CAN_WITHDRAW)
        changed = "" if kept.ending == before.ending else "It is another one than was entered here."
        tested = self._tested(before, KeyStatus.WORKS, changed)
        self._write(replace(tested, rights=rights, ending=kept.ending))
        return "The key works."

    async def _look_up(self, key: VenueKey) -> VenueCredentials:
        """Return what is kept; remember where there is nothing that can be used."""
        reason = f"The key is no longer in {PLACE_WORDS[key.place]}; enter it again."
        try:
            kept = await self._places.vault(key.place).kept(key.venue)
        except BadSecret as error:
            kept, reason = None, str(error)
        if kept is None:
            self._write(replace(key, status=KeyStatus.MISSING, reason=reason))
            raise UsageError(reason)
        return kept

    async def _forget(self, venue: str) -> str:
        key = self._known(venue)
        await self._places.vault(key.place).forget(venue)
        if venue in self._of_session:
            del self._of_session[venue]
        else:
            self._record.save([kept for kept in self._kept.values() if kept.venue != venue])
            del self._kept[venue]
        where = PLACE_WORDS[key.place].partition(",")[0]
        return f"The key is gone from {where}. Delete it at the venue, too, if nothing else uses it."

    async def _open_file(self, passphrase: Passphrase) -> str:
        is_new = self._places.file.state is KeyFileState.ABSENT
        await self._places.file.open(passphrase)
        await self._forget_replaced()
        return "The next key makes an encrypted file." if is_new else "The encrypted file is open."

    async def _forget_replaced(self) -> None:
        """Take keys out of the file that were replaced while it was locked."""
        for key in [key for key in self._kept.values() if key.place is KeyPlace.KEYRING]:
            await self._places.in_file.forget(key.venue)

    async def _change_passphrase(self, old: Passphrase, new: Passphrase) -> str:
        await self._places.file.change_passphrase(old, new)
        await self._forget_replaced()
        return "The passphrase is changed. Copies made of the file before still open with the old one."

    async def _put_file_aside(self) -> str:
        name = self._places.file.put_aside()
        reason = f"Its file was put aside as {name}; enter the key again."
        for key in [key for key in self._kept.values() if key.place is KeyPlace.FILE]:
            self._write(replace(key, status=KeyStatus.MISSING, reason=reason))
        return f"The file is now {name}, unchanged: name it back if you remember its passphrase."

    async def _move_to_keyring(self) -> str:
        elsewhere = [key for key in self._shown().values() if key.place is not KeyPlace.KEYRING]
        moving = [key for key in elsewhere if key.status is not KeyStatus.MISSING]
        left = "".join([await self._move(key) for key in moving])
        keys = "1 key is" if len(moving) == 1 else f"{len(moving)} keys are"
        return (
            f"{keys} in the keyring now, and nowhere else."
            if not left
            else f"{keys} in the keyring now.{left}"
        )

    async def _move(self, key: VenueKey) -> str:
        """Take a key into the keyring; return a sentence about what could not be removed elsewhere."""
        kept, before = await self._look_up(key), self._kept.get(key.venue)
        await self._places.keyring.keep(key.venue, kept)
        if await self._places.keyring.kept(key.venue) != kept:
            raise SecretsError("The keyring did not give back what it took; the keys are where they were.")
        self._write(replace(key, place=KeyPlace.KEYRING))
        if key.place is KeyPlace.SESSION:
            await self._places.in_memory.forget(key.venue)
        return await self._leave(before, KeyPlace.KEYRING)

    def _tested(self, key: VenueKey, status: KeyStatus, reason: str) -> VenueKey:
        return replace(key, status=status, reason=reason, tested_ms=self._clock.now_ms())

    def _known(self, venue: str) -> VenueKey:
        key = self._shown().get(venue)
        if key is None:
            raise UsageError("There is no key of this venue; enter one first.")
        return key

    def _shown(self) -> dict[str, VenueKey]:
        return self._kept | self._of_session

    def _write(self, key: VenueKey) -> None:
        if key.place is KeyPlace.SESSION:
            self._of_session[key.venue] = key
            return
        self._record.save(list({**self._kept, key.venue: key}.values()))
        self._kept[key.venue] = key
        self._of_session.pop(key.venue, None)

    def _tell(self) -> None:
        state = self._places.file.state
        self._bus.publish(VenueKeysChanged(self._venues, tuple(self._shown().values()), state))
