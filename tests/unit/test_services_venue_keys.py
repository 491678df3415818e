"""A key is kept only where its venue took it, and never one that can withdraw."""

from pathlib import Path

import pytest

from tests.fakes.key_drawer import KeyDrawer
from tests.fakes.patience import until
from tests.fakes.storage_ledger_world import StepClock
from workstation.domain.errors import BadSecret, UsageError, VenueError
from workstation.domain.events import NoticePosted, VenueKeyJudged, VenueKeysChanged
from workstation.domain.venue_key import (
    KeyFileState,
    KeyPlace,
    KeyRights,
    KeyStatus,
    KeyVenue,
    Passphrase,
    VenueCredentials,
)
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor
from workstation.services.venue_key_places import KeyPlaces
from workstation.services.venue_keys import CAN_WITHDRAW, VenueKeys
from workstation.storage.key_file import Cost, KeyFile
from workstation.storage.secrets import Secrets
from workstation.storage.session_secrets import SessionSecrets
from workstation.storage.venue_key_file import VenueKeyFile
from workstation.storage.venue_key_vault import VenueKeyVault

READS = KeyRights(read=True, trade=False, withdraw=False)
WITHDRAWS = KeyRights(read=True, trade=True, withdraw=True)
PASSPHRASE = Passphrase("four little words here")
OTHER = VenueCredentials("another-key-with-CD34", "another-secret")
NEW = VenueCredentials("the-public-key-AB12", "the-very-secret", "the-password")


class Desk:
    """The service over a keyring in memory and a file, with a venue that says what it is told to say."""

    def __init__(self, folder):
        self.drawer, self.file = KeyDrawer(), VenueKeyFile(folder / "venue_keys.json")
        self.vault = VenueKeyVault(Secrets(lambda: self.drawer))
        self.key_file, self.memory = (
            KeyFile(folder / "venue_keys.encrypted", Cost(memory_kib=32)),
            SessionSecrets(),
        )
        in_file, in_memory = VenueKeyVault(self.key_file), VenueKeyVault(self.memory)
        self.places = KeyPlaces(self.vault, in_file, in_memory, self.key_file)
        self.says, self.asked, self.told, self.states = READS, [], [], []
        self.bus = Bus()
        self.bus.subscribe(VenueKeyJudged, self.told.append)
        self.bus.subscribe(VenueKeysChanged, self.states.append)
        self.tasks = Supervisor(lambda name, error: self.told.append(error))
        self.keys = VenueKeys(self.bus, self.places, self.file, self.ask, StepClock(), self.tasks)
        self.keys.begin([KeyVenue("binance", "Binance")])

    async def ask(self, venue, credentials):
        self.asked.append((venue, credentials))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    async def judged(self, begin, *words):
        n_before = len(self.told)
        begin(*(words or ("binance",)))
        await until(lambda: len(self.told) > n_before)
        return self.told[-1]

    async def enter(self, new=NEW):
        await self.vault.offer("binance", new)
        return await self.judged(self.keys.take_new)

    async def enter_elsewhere(self, place, new=NEW):
        if place is KeyPlace.FILE and self.key_file.state is not KeyFileState.OPEN:
            assert (await self.judged(self.keys.open_file, PASSPHRASE)).is_done
        return await self.judged(self.keys.enter, "binance", new, place)

    async def done(self, begin):
        n_before = len(self.told)
        begin()
        await until(lambda: len(self.told) > n_before)
        return self.told[-1]

    @property
    def key(self):
        return self.states[-1].keys[0] if self.states[-1].keys else None


@pytest.fixture
async def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    await made.tasks.close()


async def test_a_key_that_passes_is_kept_and_everything_but_its_secrets_is_written_down(desk, tmp_path):
    judged = await desk.enter()
    assert judged == VenueKeyJudged("binance", True, "The key works and is in the keyring.")
    assert list(desk.drawer.kept) == ["key of binance"], "the place for a new one is empty again"
    assert (desk.key.ending, desk.key.rights, desk.key.status) == ("AB12", READS, KeyStatus.WORKS)
    assert desk.asked == [("binance", NEW)]
    written = (tmp_path / "venue_keys.json").read_text()
    assert '"ending": "AB12"' in written
    assert not any(part in written for part in ("the-public-key", "the-very-secret", "the-password"))
    assert VenueKeyFile(tmp_path / "venue_keys.json").load() == ([desk.key], "")


async def test_a_venue_that_does_not_say_whether_a_key_can_withdraw_leaves_that_to_the_trader(desk):
    desk.says = KeyRights(read=True)
    judged = await desk.enter()
    assert judged.is_done
    assert judged.sentence.endswith("did not say whether it can withdraw: make sure there that it cannot.")


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        (WITHDRAWS, CAN_WITHDRAW),
        (VenueError("Binance does not accept this key."), "Binance does not accept this key."),
    ],
    ids=["can withdraw", "not accepted"],
)
async def test_a_key_that_does_not_pass_leaves_nothing_behind_and_the_one_before_stays(desk, says, sentence):
    await desk.enter()
    before = dict(desk.drawer.kept)
    desk.says = says
    judged = await desk.enter(VenueCredentials("another-key-CD34", "another-secret"))
    assert (judged.is_done, judged.sentence) == (False, sentence)
    assert desk.drawer.kept == before
    assert desk.key.ending == "AB12"


async def test_a_new_key_that_somebody_took_out_of_the_keyring_is_not_asked_about(desk):
    judged = await desk.judged(desk.keys.take_new)
    assert judged.sentence == "The new key is not in the keyring any more; enter it again."
    assert desk.asked == []


async def test_a_key_that_is_gone_from_the_keyring_is_said_to_be_missing_and_may_be_entered_again(desk):
    await desk.enter()
    desk.drawer.kept.clear()
    judged = await desk.judged(desk.keys.test)
    assert (judged.is_done, desk.key.status) == (False, KeyStatus.MISSING)
    assert "enter it again" in desk.key.reason
    await desk.enter()
    assert desk.key.status is KeyStatus.WORKS


async def test_a_kept_key_that_can_withdraw_by_now_is_taken_out_of_the_keyring(desk):
    await desk.enter()
    desk.says = WITHDRAWS
    judged = await desk.judged(desk.keys.test)
    assert judged.sentence == CAN_WITHDRAW
    assert desk.drawer.kept == {}
    assert (desk.key.status, desk.key.rights) == (KeyStatus.REFUSED, WITHDRAWS)


async def test_a_kept_key_that_fails_stays_and_says_why(desk):
    await desk.enter()
    desk.says = VenueError("Binance does not answer just now; try again later.")
    await desk.judged(desk.keys.test)
    assert (desk.key.status, desk.key.reason) == (KeyStatus.FAILS, str(desk.says))
    assert desk.key.rights == READS, "what is known from before stays"
    assert desk.key.tested_ms > desk.key.added_ms
    desk.says = READS
    assert (await desk.judged(desk.keys.test)).is_done
    assert (desk.key.status, desk.key.reason) == (KeyStatus.WORKS, "")


async def test_a_locked_keyring_is_said_and_forgets_nothing(desk):
    await desk.enter()
    desk.drawer.refusal = "The keyring is locked; unlock it, then try again."
    assert (await desk.judged(desk.keys.forget)).sentence == desk.drawer.refusal
    assert desk.key is not None
    desk.drawer.refusal = None
    assert (await desk.judged(desk.keys.forget)).is_done
    assert (desk.key, desk.drawer.kept) == (None, {})
    assert "enter one first" in (await desk.judged(desk.keys.forget)).sentence


async def test_a_venue_that_nobody_knows_is_refused_at_once(desk):
    with pytest.raises(UsageError, match="choose one of the list"):
        desk.keys.take_new("nowhere")


async def test_a_list_that_cannot_be_read_is_put_aside_and_told(desk, tmp_path):
    path, told = tmp_path / "venue_keys.json", []
    desk.bus.subscribe(NoticePosted, told.append)
    for n, text in enumerate(("[{}]", "[", "\xff", ""), 1):
        path.write_text(text, "latin-1")
        desk.keys.begin([KeyVenue("binance", "Binance")])
        aside = tmp_path / ("venue_keys.damaged" if n == 1 else f"venue_keys.damaged-{n}")
        assert aside.read_text("latin-1") == text, "those before stay, too"
        assert f"kept as {aside.name}" in told[-1].text
        assert "The keys themselves are where they were" in told[-1].text


def test_a_list_that_may_not_be_read_is_never_written_over(tmp_path, monkeypatch):
    path = tmp_path / "venue_keys.json"
    path.write_text("[]")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse_to_read)
        assert "could not be read" in VenueKeyFile(path).load()[1]
    VenueKeyFile(path).save([])
    assert (tmp_path / "venue_keys.damaged").read_text() == "[]"


def refuse_to_read(_path):
    raise PermissionError(13, "Permission denied")


def test_credentials_show_nothing_but_an_ending_and_only_of_a_long_key():
    assert repr(NEW) == "VenueCredentials()"
    assert VenueCredentials.of_text(NEW.as_text()) == NEW
    assert VenueCredentials("short-AB12", "x").ending == ""


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"key": "my-secret", "more": 1}',
        "null",
        '{"key": "my-secret"}',
        '{"key": "my-secret", "secret": null}',
        '{"key": "my-secret", "secret": "", "password": ""}',
        "[" * 100_000,
    ],
)
def test_what_is_no_key_of_ours_is_said_without_its_words(text):
    with pytest.raises(BadSecret, match="enter the key again") as told:
        VenueCredentials.of_text(text)
    assert told.value.__cause__ is None
    assert "my-secret" not in str(told.value)


@pytest.mark.parametrize(
    ("place", "where"),
    [(KeyPlace.FILE, "the encrypted file"), (KeyPlace.SESSION, "Tidemark's memory, until it quits")],
)
async def test_without_a_keyring_a_key_is_kept_where_the_trader_says(desk, tmp_path, place, where):
    judged = await desk.enter_elsewhere(place)
    assert judged.sentence == f"The key works and is in {where}."
    assert (desk.key.place, desk.key.ending, desk.drawer.kept) == (place, "AB12", {})
    assert (await desk.judged(desk.keys.test)).is_done
    files = b"".join(file.read_bytes() for file in tmp_path.rglob("*"))
    assert not any(part in files for part in (b"the-public-key", b"the-very-secret", b"little words"))
    assert (await desk.judged(desk.keys.forget)).sentence.startswith(
        f"The key is gone from {where.split(',')[0]}."
    )
    assert desk.key is None


async def test_a_key_that_cannot_be_is_kept_nowhere(desk):
    desk.says = WITHDRAWS
    for place in (KeyPlace.FILE, KeyPlace.SESSION):
        assert (await desk.enter_elsewhere(place)).sentence == CAN_WITHDRAW
    assert (desk.key, await desk.memory.get("key of binance")) == (None, None)
    assert await desk.key_file.get("key of binance") is None
    with pytest.raises(UsageError, match="waits there until it is tested"):
        desk.keys.enter("binance", NEW, KeyPlace.KEYRING)


async def test_a_key_of_this_session_comes_before_the_one_that_is_kept_and_goes_with_the_session(
    desk, tmp_path
):
    await desk.enter()
    await desk.enter_elsewhere(KeyPlace.SESSION, OTHER)
    assert desk.key.ending == "CD34"
    assert "CD34" not in (tmp_path / "venue_keys.json").read_text()
    await desk.judged(desk.keys.forget)
    assert (desk.key.ending, desk.key.place) == ("AB12", KeyPlace.KEYRING)
    await desk.enter_elsewhere(KeyPlace.SESSION, OTHER)
    desk.keys = VenueKeys(desk.bus, desk.places, desk.file, desk.ask, StepClock(), desk.tasks)
    desk.keys.begin([KeyVenue("binance", "Binance")])
    assert desk.key.ending == "AB12"


async def test_a_new_key_in_another_place_leaves_none_in_the_old_one(desk):
    await desk.enter()
    await desk.enter_elsewhere(KeyPlace.FILE, OTHER)
    assert (desk.drawer.kept, desk.key.place) == ({}, KeyPlace.FILE)
    await desk.enter()
    assert await desk.key_file.get("key of binance") is None
    await desk.enter_elsewhere(KeyPlace.FILE, OTHER)
    desk.key_file._lock()
    assert "The one before is still in the encrypted file" in (await desk.enter()).sentence
    await desk.judged(desk.keys.open_file, PASSPHRASE)
    assert await desk.key_file.get("key of binance") is None, "taken out as soon as the file is open"


async def test_a_locked_file_is_said_and_opens_once(desk):
    await desk.enter_elsewhere(KeyPlace.FILE)
    desk.key_file._lock()
    judged = await desk.judged(desk.keys.test)
    assert (judged.is_done, desk.states[-1].file) == (False, KeyFileState.LOCKED)
    assert desk.key.status is KeyStatus.WORKS, "a locked file says nothing about its keys"
    judged = await desk.judged(desk.keys.open_file, Passphrase("not at all the words"))
    assert (judged.venue, judged.is_done) == ("", False)
    assert (await desk.judged(desk.keys.open_file, PASSPHRASE)).is_done
    assert desk.states[-1].file is KeyFileState.OPEN
    assert (await desk.judged(desk.keys.test)).is_done


async def test_the_passphrase_of_the_file_is_changed_and_the_file_is_open_then(desk):
    await desk.enter_elsewhere(KeyPlace.FILE)
    desk.key_file._lock()
    new = Passphrase("five quite different words")
    judged = await desk.judged(desk.keys.change_passphrase, Passphrase("not at all the words"), new)
    assert (judged.venue, judged.is_done, desk.states[-1].file) == ("", False, KeyFileState.LOCKED)
    judged = await desk.judged(desk.keys.change_passphrase, PASSPHRASE, new)
    assert judged.is_done
    assert "Copies made of the file before still open with the old one" in judged.sentence
    assert desk.states[-1].file is KeyFileState.OPEN
    assert (await desk.judged(desk.keys.test)).is_done


async def test_keys_move_to_a_keyring_that_appears_and_nowhere_else_is_one_left(desk, tmp_path):
    await desk.enter_elsewhere(KeyPlace.FILE)
    await desk.enter_elsewhere(KeyPlace.SESSION, OTHER)
    desk.drawer.refusal = "The keyring is locked; unlock it, then try again."
    assert (await desk.done(desk.keys.move_to_keyring)).sentence == desk.drawer.refusal
    assert await desk.key_file.get("key of binance") is not None
    desk.drawer.refusal = None
    assert (await desk.done(desk.keys.move_to_keyring)).sentence.startswith("1 key is in the keyring now")
    assert (desk.key.place, desk.key.ending, desk.key.status) == (KeyPlace.KEYRING, "CD34", KeyStatus.WORKS)
    assert not (tmp_path / "venue_keys.encrypted").exists()
    assert await desk.memory.get("key of binance") is None
    assert list(desk.drawer.kept) == ["key of binance"]
    assert desk.file.load() == ([desk.key], "")


async def test_a_keyring_that_gives_back_something_else_moves_nothing(desk, monkeypatch):
    await desk.enter_elsewhere(KeyPlace.FILE)
    monkeypatch.setattr(desk.drawer, "get_password", lambda _service, name: desk.drawer.kept.get("self-test"))
    judged = await desk.done(desk.keys.move_to_keyring)
    assert (judged.is_done, desk.key.place) == (False, KeyPlace.FILE)
    assert await desk.key_file.get("key of binance") is not None


async def test_a_file_whose_passphrase_is_lost_is_put_aside_and_its_keys_are_missing(desk, tmp_path):
    await desk.enter_elsewhere(KeyPlace.FILE)
    judged = await desk.done(desk.keys.put_file_aside)
    assert "name it back if you remember its passphrase" in judged.sentence
    assert (desk.key.status, desk.states[-1].file) == (KeyStatus.MISSING, KeyFileState.ABSENT)
    assert (tmp_path / "venue_keys.encrypted.aside-1").exists()


@pytest.mark.parametrize("text", ["not ours", "{}"])
async def test_what_somebody_else_put_in_the_keyring_is_no_key_and_asks_the_venue_nothing(desk, text):
    await desk.enter()
    desk.drawer.kept["key of binance"] = text
    n_asked = len(desk.asked)
    judged = await desk.judged(desk.keys.test)
    assert (judged.is_done, desk.key.status, len(desk.asked)) == (False, KeyStatus.MISSING, n_asked)
    assert "no key of Tidemark's; enter the key again" in desk.key.reason
    await desk.enter()
    assert desk.key.status is KeyStatus.WORKS


async def test_another_key_in_the_place_of_ours_is_shown_with_its_own_ending(desk):
    await desk.enter()
    desk.drawer.kept["key of binance"] = OTHER.as_text()
    assert (await desk.judged(desk.keys.test)).is_done
    assert (desk.key.ending, desk.key.reason) == ("CD34", "It is another one than was entered here.")


def test_a_list_of_an_older_version_says_that_its_keys_are_in_the_keyring(tmp_path):
    path = tmp_path / "venue_keys.json"
    path.write_text(
        '[{"venue": "okx", "ending": "AB12", "rights": {"read": true}, "status": "works", "reason": "", '
        '"added_ms": 1, "tested_ms": 2}]'
    )
    assert [key.place for key in VenueKeyFile(path).load()[0]] == [KeyPlace.KEYRING]
