"""A key is kept only where its venue took it, and never one that can withdraw."""

import pytest

from tests.fakes.key_drawer import KeyDrawer
from tests.fakes.patience import until
from tests.fakes.storage_ledger_world import StepClock
from workstation.domain.errors import SecretsError, UsageError, VenueError
from workstation.domain.events import VenueKeyJudged, VenueKeysChanged
from workstation.domain.venue_key import KeyRights, KeyStatus, KeyVenue, VenueCredentials
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor
from workstation.services.venue_keys import CAN_WITHDRAW, VenueKeys
from workstation.storage.secrets import Secrets
from workstation.storage.venue_key_file import VenueKeyFile
from workstation.storage.venue_key_vault import VenueKeyVault

READS = KeyRights(read=True, trade=False, withdraw=False)
WITHDRAWS = KeyRights(read=True, trade=True, withdraw=True)
NEW = VenueCredentials("the-public-key-AB12", "the-very-secret", "the-password")


class Desk:
    """The service over a keyring in memory and a file, with a venue that says what it is told to say."""

    def __init__(self, folder):
        self.drawer, self.file = KeyDrawer(), VenueKeyFile(folder / "venue_keys.json")
        self.vault = VenueKeyVault(Secrets(lambda: self.drawer))
        self.says, self.asked, self.told, self.states = READS, [], [], []
        self.bus = Bus()
        self.bus.subscribe(VenueKeyJudged, self.told.append)
        self.bus.subscribe(VenueKeysChanged, self.states.append)
        self.tasks = Supervisor(lambda name, error: self.told.append(error))
        self.keys = VenueKeys(self.bus, self.vault, self.file, self.ask, StepClock(), self.tasks)
        self.keys.begin([KeyVenue("binance", "Binance")])

    async def ask(self, venue, credentials):
        self.asked.append((venue, credentials))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    async def judged(self, begin):
        n_before = len(self.told)
        begin("binance")
        await until(lambda: len(self.told) > n_before)
        return self.told[-1]

    async def enter(self, new=NEW):
        await self.vault.offer("binance", new)
        return await self.judged(self.keys.take_new)

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
    assert VenueKeyFile(tmp_path / "venue_keys.json").load() == [desk.key]


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


def test_a_list_that_cannot_be_read_is_put_aside(tmp_path):
    path = tmp_path / "venue_keys.json"
    path.write_text("[{}]")
    assert VenueKeyFile(path).load() == []
    assert (tmp_path / "venue_keys.json.broken").read_text() == "[{}]"


def test_credentials_show_nothing_but_an_ending_and_only_of_a_long_key():
    assert repr(NEW) == "VenueCredentials()"
    assert VenueCredentials.of_text(NEW.as_text()) == NEW
    assert VenueCredentials("short-AB12", "x").ending == ""


@pytest.mark.parametrize("text", ["{", "[]", '{"key": "my-secret", "more": 1}', "null"])
def test_what_is_no_key_of_ours_is_said_without_its_words(text):
    with pytest.raises(SecretsError, match="enter the key again") as told:
        VenueCredentials.of_text(text)
    assert told.value.__cause__ is None
    assert "my-secret" not in str(told.value)
