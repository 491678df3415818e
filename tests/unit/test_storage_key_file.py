"""The encrypted file of keys opens with its passphrase alone, and nothing that happens to it loses a key."""

import json

import pytest

from workstation.domain.errors import BadSecret, SecretsError, UsageError
from workstation.domain.venue_key import KeyFileState, Passphrase
from workstation.storage import durable_file
from workstation.storage.key_file import FEWEST, KeyFile
from workstation.storage.key_file import Cost as CostOf
from workstation.storage.secrets import Secret

RIGHT, WRONG = Passphrase("four little words here"), Passphrase("four other words here")
CHEAP = CostOf(memory_kib=32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "venue_keys.encrypted"


@pytest.fixture
async def kept(path):
    """Return a file with two keys, locked as after a start."""
    file = KeyFile(path, CHEAP)
    await file.open(RIGHT)
    await file.set("a", Secret("the-first-secret"))
    await file.set("b", Secret("the-second-sécret-１２"))
    return KeyFile(path, CHEAP)


async def test_keys_come_back_with_the_passphrase_and_nothing_of_them_can_be_read(kept, path):
    assert kept.state is KeyFileState.LOCKED
    with pytest.raises(SecretsError, match="enter its passphrase"):
        await kept.get("a")
    await kept.open(RIGHT)
    assert kept.state is KeyFileState.OPEN
    assert await kept.get("b") == Secret("the-second-sécret-１２")
    assert await kept.get("c") is None
    written = path.read_text()
    assert not any(word in written for word in ("secret", "sécret", RIGHT.text, '"a"'))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_wrong_passphrase_changes_nothing_and_may_be_tried_again(kept, path):
    before = path.read_bytes()
    with pytest.raises(UsageError, match="does not open the file of keys; nothing was changed"):
        await kept.open(WRONG)
    assert (path.read_bytes(), kept.state) == (before, KeyFileState.LOCKED)
    await kept.open(Passphrase(f" {RIGHT.text} "))
    assert await kept.get("a") == Secret("the-first-secret")


async def test_letters_that_look_alike_are_alike(path):
    file = KeyFile(path, CHEAP)
    await file.open(Passphrase("schlüssel-schlüssel"))
    await file.set("a", Secret("x"))
    again = KeyFile(path, CHEAP)
    await again.open(Passphrase("schlu\u0308ssel-schlu\u0308ssel"))
    assert await again.get("a") == Secret("x")


async def test_a_new_file_wants_a_long_passphrase_and_is_there_only_with_its_first_key(path):
    file = KeyFile(path, CHEAP)
    with pytest.raises(UsageError, match=f"take {FEWEST} characters or more"):
        await file.open(Passphrase("short"))
    assert file.state is KeyFileState.ABSENT
    await file.open(RIGHT)
    assert not path.exists()
    await file.set("a", Secret("x"))
    await file.delete("missing")
    assert path.exists()
    await file.delete("a")
    assert not path.exists(), "the last key takes the file with it"


def test_trying_a_passphrase_takes_much_memory(path):
    header = KeyFile(path)._new_header(RIGHT)
    assert (header.memory_kib, header.rounds, header.lanes, header.version) == (65_536, 3, 4, 1)


async def test_two_files_with_the_same_key_and_passphrase_have_nothing_in_common(kept, path):
    other = KeyFile(path.with_name("other"), CHEAP)
    await other.open(RIGHT)
    await other.set("a", Secret("the-first-secret"))
    one, two = json.loads(path.read_bytes()), json.loads(path.with_name("other").read_bytes())
    assert one["salt"] != two["salt"]
    assert one["sealed"][:16] != two["sealed"][:16]


def half(content):
    return content[: len(content) // 2]


def one_letter(content):
    told = json.loads(content)
    sealed = told["sealed"]
    return json.dumps({**told, "sealed": sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]})


@pytest.mark.parametrize(
    "harm",
    [half, one_letter, lambda _: "", lambda _: "[1]", lambda _: "[" * 100_000, lambda _: '{"version": "x"}'],
    ids=["cut off", "one letter", "empty", "something else", "deep", "no version"],
)
async def test_a_damaged_file_is_said_and_left_as_it_is(kept, path, harm):
    harmed = harm(path.read_text())
    path.write_text(harmed)
    with pytest.raises(BadSecret, match="is damaged, so no key of it can be read"):
        await kept.open(RIGHT)
    assert path.read_text() == harmed


async def test_damage_while_it_is_open_is_said_and_never_written_over(kept, path):
    await kept.open(RIGHT)
    path.write_text(half(path.read_text()))
    before = path.read_bytes()
    for work in (kept.get("a"), kept.set("c", Secret("x")), kept.delete("a")):
        with pytest.raises(BadSecret, match="is damaged"):
            await work
    assert path.read_bytes() == before


async def test_a_file_that_asks_for_more_than_we_give_is_damaged(kept, path):
    from workstation.storage import key_file_text as text

    told = text.decoded(path.read_bytes(), path)
    greedy = text.KeyFileHeader(told.format, told.version, told.salt, 1 << 30, told.rounds, told.lanes)
    path.write_bytes(text.encoded(greedy, bytes(32), {}))
    with pytest.raises(BadSecret, match="is damaged"):
        await kept.open(RIGHT)


async def test_a_file_of_a_newer_version_is_refused_with_what_to_do(kept, path):
    path.write_text(json.dumps({"version": 2, "who": "knows"}))
    with pytest.raises(
        SecretsError, match=r"newer Tidemark \(version 2; this one reads 1\)\. Start that one"
    ):
        await kept.open(RIGHT)
    assert kept.state is KeyFileState.LOCKED


async def test_rights_that_others_got_are_taken_from_them(kept, path):
    path.chmod(0o644)
    await kept.open(RIGHT)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_file_that_cannot_be_read_or_written_says_so(kept, path):
    path.rename(path.with_name("away"))
    path.mkdir()
    with pytest.raises(SecretsError, match="Give yourself the right to read it"):
        await kept.open(RIGHT)
    path.rmdir()
    path.with_name("away").rename(path)
    await kept.open(RIGHT)
    beside = path.with_name(path.name + ".new")
    beside.mkdir()
    with pytest.raises(SecretsError, match=r"cannot be written .*the keys are as they were"):
        await kept.set("c", Secret("x"))
    assert await kept.get("a") == Secret("the-first-secret")


async def test_another_file_in_its_place_is_locked_again(kept, path):
    other = KeyFile(path.with_name("other"), CHEAP)
    await other.open(WRONG)
    await other.set("a", Secret("theirs"))
    await kept.open(RIGHT)
    path.with_name("other").replace(path)
    with pytest.raises(SecretsError, match="enter its passphrase"):
        await kept.get("a")
    assert kept.state is KeyFileState.LOCKED


async def test_a_file_whose_passphrase_is_lost_makes_room_and_can_come_back(kept, path):
    before = path.read_bytes()
    path.with_name(path.name + ".aside-1").write_text("an older one")
    assert kept.put_aside() == path.name + ".aside-2"
    assert kept.state is KeyFileState.ABSENT
    path.with_name(path.name + ".aside-2").rename(path)
    await kept.open(RIGHT)
    assert path.read_bytes() == before
    path.unlink()
    with pytest.raises(SecretsError, match="cannot be renamed"):
        kept.put_aside()


NEW = Passphrase("five quite different words here")


async def test_another_passphrase_opens_the_same_keys_and_the_old_one_no_more(kept, path):
    before = json.loads(path.read_text())
    await kept.change_passphrase(RIGHT, NEW)
    assert (kept.state, await kept.get("a")) == (KeyFileState.OPEN, Secret("the-first-secret"))
    after = json.loads(path.read_text())
    assert (after["salt"] != before["salt"], after["sealed"] != before["sealed"]) == (True, True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name], "nothing is left beside it"
    await kept.set("c", Secret("a third"))
    again = KeyFile(path, CHEAP)
    with pytest.raises(UsageError, match="does not open"):
        await again.open(RIGHT)
    await again.open(NEW)
    assert [(await again.get(name)).reveal() for name in "abc"] == [
        "the-first-secret",
        "the-second-sécret-１２",
        "a third",
    ]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (WRONG, NEW, "does not open the file of keys; nothing was changed"),
        (RIGHT, Passphrase("not many"), f"too short; take {FEWEST} characters"),
        (RIGHT, Passphrase(f" {RIGHT.text} "), "same as the old one"),
    ],
    ids=["a wrong old one", "a short new one", "the same"],
)
async def test_a_passphrase_that_cannot_be_changed_stays_as_it_is(kept, path, old, new, why):
    before = path.read_bytes()
    with pytest.raises(UsageError, match=why) as told:
        await kept.change_passphrase(old, new)
    assert not any(words.text.strip() in str(told.value) for words in (old, new))
    assert (path.read_bytes(), kept.state) == (before, KeyFileState.LOCKED)
    await kept.open(RIGHT)


async def test_without_a_file_there_is_no_passphrase_to_be_changed(path):
    file = KeyFile(path, CHEAP)
    await file.open(RIGHT)
    with pytest.raises(SecretsError, match="the next key that is kept makes one"):
        await file.change_passphrase(RIGHT, NEW)
    assert not path.exists()


@pytest.mark.parametrize("step", ["write_durably", "sync_folder"])
async def test_a_crash_while_the_passphrase_is_changed_leaves_the_old_one_or_the_new_one(
    kept, path, step, monkeypatch
):
    class Crash(BaseException):
        """The program ends here."""

    real = getattr(durable_file, step)

    def crash(*words):
        real(*words)
        raise Crash

    await kept.open(RIGHT)
    monkeypatch.setattr(durable_file, step, crash)
    with pytest.raises(Crash):
        await kept.change_passphrase(RIGHT, NEW)
    monkeypatch.undo()
    after = KeyFile(path, CHEAP)
    await after.open(RIGHT if step == "write_durably" else NEW)
    assert await after.get("a") == Secret("the-first-secret")
    await after.set("c", Secret("x"))
    assert [each.name for each in path.parent.iterdir()] == [path.name], "what the crash left is gone"
