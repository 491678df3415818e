"""A key that no keyring holds lies sealed in a file, and what opens it lies in the keyring."""

import pytest

from workstation.domain.errors import BadSecret, SecretsError
from workstation.storage.long_secret import LONGEST
from workstation.storage.secrets import Secret, Secrets

PEM = "-----BEGIN PRIVATE KEY-----\n" + "\n".join(["A" * 64] * 50) + "\n-----END PRIVATE KEY-----"


class Windows:
    """A keyring with the limit of Windows: 2,560 bytes of UTF-16."""

    def __init__(self):
        self.kept, self.refusal = {}, None

    def get_password(self, _service, username):
        return self.kept.get(username)

    def set_password(self, _service, username, password):
        if self.refusal:
            raise self.refusal
        if len(password.encode("utf-16-le")) > 2_560:
            raise OSError(1783, "The stub received bad data")
        self.kept[username] = password

    def delete_password(self, _service, username):
        del self.kept[username]


@pytest.fixture
def windows():
    return Windows()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "config" / "sealed_keys"


@pytest.fixture
def secrets(windows, folder):
    return Secrets(lambda: windows, sealed=folder)


def files(folder):
    return sorted(folder.glob("*")) if folder.exists() else []


async def test_a_long_key_comes_back_and_neither_place_alone_tells_it(secrets, windows, folder):
    await secrets.set("x", Secret(PEM))
    assert await secrets.get("x") == Secret(PEM)
    (file,) = files(folder)
    assert len(file.read_bytes()) == len(PEM) + 28
    assert b"PRIVATE" not in file.read_bytes()
    assert "PRIVATE" not in str(windows.kept)
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("key", ["x" * 1_280, "😀" * 640], ids=["ascii", "wide"])
async def test_what_fits_lies_in_the_keyring_alone(secrets, windows, folder, key):
    await secrets.set("x", Secret(key))
    assert (windows.kept["x"], files(folder)) == (key, [])
    await secrets.set("x", Secret(key + "y"))
    assert await secrets.get("x") == Secret(key + "y")
    assert len(files(folder)) == 1


async def test_a_key_that_is_replaced_or_deleted_takes_its_file_with_it(secrets, windows, folder):
    await secrets.set("x", Secret(PEM))
    (first,) = files(folder)
    await secrets.set("x", Secret(PEM + "2"))
    (second,) = files(folder)
    assert first != second
    await secrets.set("x", Secret("short"))
    assert files(folder) == []
    await secrets.set("x", Secret(PEM))
    await secrets.delete("x")
    assert (files(folder), windows.kept) == ([], {})


async def test_a_file_or_an_entry_that_was_removed_outside_is_a_missing_key(secrets, windows, folder):
    await secrets.set("x", Secret(PEM))
    files(folder)[0].unlink()
    assert await secrets.get("x") is None
    await secrets.set("x", Secret(PEM))
    windows.kept.clear()
    assert await secrets.get("x") is None


async def test_a_changed_file_is_said_and_the_key_can_be_entered_again_or_deleted(secrets, folder):
    await secrets.set("x", Secret(PEM))
    content = bytearray(files(folder)[0].read_bytes())
    content[40] ^= 1
    files(folder)[0].write_bytes(content)
    with pytest.raises(BadSecret, match=r"\.sealed is damaged; enter the key again"):
        await secrets.get("x")
    await secrets.set("x", Secret(PEM))
    assert await secrets.get("x") == Secret(PEM)
    files(folder)[0].write_bytes(b"")
    await secrets.delete("x")
    assert files(folder) == []


async def test_the_file_of_one_name_does_not_open_under_another(secrets, windows):
    await secrets.set("x", Secret(PEM))
    windows.kept["y"] = windows.kept["x"]
    with pytest.raises(BadSecret, match="is damaged"):
        await secrets.get("y")


async def test_a_keyring_that_refuses_leaves_no_file_and_the_key_before(secrets, windows, folder):
    await secrets.set("x", Secret(PEM))
    before = files(folder)
    windows.refusal = OSError(5, "Access is denied")
    with pytest.raises(SecretsError, match="Access is denied"):
        await secrets.set("x", Secret(PEM + "2"))
    assert files(folder) == before
    assert await secrets.get("x") == Secret(PEM)


async def test_a_place_that_cannot_be_written_keeps_nothing_and_says_so(windows, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SecretsError, match=r"cannot be written .*no key was kept"):
        await Secrets(lambda: windows, sealed=tmp_path / "file").set("x", Secret(PEM))
    assert windows.kept == {}


async def test_longer_than_any_key_is_refused(secrets, windows):
    with pytest.raises(SecretsError, match="has 1 to 16384 characters"):
        await secrets.set("x", Secret("x" * (LONGEST + 1)))
    assert windows.kept == {}


async def test_whether_there_is_a_keyring_is_seen_without_opening_it(secrets, windows):
    windows.get_password = None  # nobody asks for anything
    await secrets.look()

    def none():
        raise SecretsError("There is no safe keyring here.")

    with pytest.raises(SecretsError, match="no safe keyring"):
        await Secrets(none).look()
