"""Keys lie in the keyring of the operating system, and nowhere where they could be read."""

import logging
import subprocess
import sys
import threading

import keyring
import pytest
from keyring.backends import SecretService, chainer, fail, null
from keyring.errors import InitError, KeyringLocked
from secretstorage.exceptions import PromptDismissedException

from tests.fakes.patience import PATIENCE_S, until
from workstation.domain.errors import SecretsError
from workstation.storage.long_secret import SHORT
from workstation.storage.secrets import Secret, Secrets, safe_keyring


class Drawer:
    """A keyring in memory."""

    def __init__(self):
        self.kept = {}
        self.written = []

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.written.append(username)
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


def failing(error):
    def find():
        raise error

    return find


@pytest.fixture
def active():
    """Return what makes a backend the active one for a test."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_secret_is_dots_wherever_it_is_shown(caplog):
    secret = Secret("abc-123")
    logging.getLogger("x").warning("%s %r %s", secret, secret, [secret])
    assert "••• ••• [•••]" in caplog.text
    assert f"{secret} {secret!r} {[secret]}" == "••• ••• [•••]"
    assert secret.reveal() == "abc-123"
    assert secret == Secret("abc-123")
    assert secret != Secret("abc-124")
    assert secret != "abc-123"
    assert len({secret, Secret("abc-123")}) == 1


async def test_a_key_is_kept_given_and_forgotten():
    drawer = Drawer()
    secrets = Secrets(lambda: drawer)
    assert await secrets.get("coinmetrics") is None
    await secrets.set("coinmetrics", Secret("schlüssel-１２"))
    assert await secrets.get("coinmetrics") == Secret("schlüssel-１２")
    assert drawer.kept == {("tidemark", "coinmetrics"): "schlüssel-１２"}, "the trial is gone"
    await secrets.set("coinmetrics", Secret("new"))
    assert drawer.written == ["self-test", "coinmetrics", "coinmetrics"], "one trial is enough"
    await secrets.delete("coinmetrics")
    await secrets.delete("coinmetrics")
    assert await secrets.get("coinmetrics") is None


@pytest.mark.parametrize(
    "key", ["", "x" * (SHORT + 1), "😀" * (SHORT // 2 + 1)], ids=["none", "long", "wide"]
)
async def test_a_key_that_no_keyring_holds_is_refused(key):
    drawer = Drawer()
    with pytest.raises(SecretsError, match="has 1 to 1280 characters") as refused:
        await Secrets(lambda: drawer).set("x", Secret(key))
    assert drawer.written == []
    assert key not in str(refused.value) or not key


async def test_a_keyring_that_loses_what_it_is_given_is_refused():
    class Sieve(Drawer):
        def get_password(self, service, username):
            return None

    sieve = Sieve()
    with pytest.raises(SecretsError, match=r"Sieve\) loses what it is given"):
        await Secrets(lambda: sieve).set("x", Secret("key"))
    assert sieve.written == ["self-test"]


def dismissed():
    """Return what comes of a first keyring whose window for a password is closed, or cannot be shown."""
    error = InitError("Failed to create the collection: Prompt dismissed..")
    error.__cause__ = PromptDismissedException("Prompt dismissed.")
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyringLocked("Failed to unlock the collection!"), "The keyring is locked; unlock it"),
        (InitError("Failed to create the collection: Prompt dismissed.."), "Prompt dismissed."),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (RuntimeError(), "The keyring failed: RuntimeError."),
        (dismissed(), "got none; try again, and answer its question."),
    ],
)
async def test_a_keyring_that_fails_says_why(error, words):
    with pytest.raises(SecretsError, match=r"^The keyring ") as told:
        await Secrets(failing(error)).get("x")
    assert words in str(told.value)
    assert told.value.__cause__ is error


async def test_an_error_nobody_thought_of_does_not_make_the_trader_wait(monkeypatch):
    heard = []
    monkeypatch.setattr(threading, "excepthook", heard.append)
    with pytest.raises(SecretsError, match="The keyring broke off"):
        await Secrets(failing(ZeroDivisionError())).get("x")
    await until(lambda: heard)
    assert heard[0].exc_type is ZeroDivisionError


async def test_a_keyring_that_asks_for_its_password_holds_up_nobody_and_is_not_asked_again_meanwhile():
    answered, n_asked = threading.Event(), []

    class Asking(Drawer):
        def get_password(self, service, username):
            n_asked.append(username)
            answered.wait(PATIENCE_S)

    secrets = Secrets(Asking, waits_s=0.05)
    with pytest.raises(SecretsError, match=r"did not answer within 0\.05 s; unlock it"):
        await secrets.get("x")
    with pytest.raises(SecretsError, match="still waits for its password"):
        await secrets.get("x")
    assert n_asked == ["x"]
    answered.set()
    await until(lambda: not secrets._stuck.is_alive())
    assert await secrets.get("x") is None


def test_a_question_that_nobody_answers_does_not_hold_the_program_at_its_end():
    script = """
import asyncio, threading
from workstation.domain.errors import SecretsError
from workstation.storage.secrets import Secrets
class Asking:
    def get_password(self, service, username):
        threading.Event().wait(60)
async def main():
    try:
        await Secrets(Asking, waits_s=0.05).get("x")
    except SecretsError as error:
        print(error)
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.startswith("The keyring did not answer within 0.05 s")
    assert done.stderr == ""


def test_only_a_keyring_that_encrypts_is_taken(active):
    for unsafe in (null.Keyring(), fail.Keyring()):
        active(unsafe)
        with pytest.raises(SecretsError, match=f"no safe keyring here .found {type(unsafe).__module__}"):
            safe_keyring()
    safe = SecretService.Keyring()
    active(safe)
    assert safe_keyring() is safe


def test_a_chain_of_keyrings_is_looked_through_for_one_that_encrypts(active):
    class Chain(chainer.ChainerBackend):
        backends = (null.Keyring(), SecretService.Keyring())

    active(Chain())
    assert isinstance(safe_keyring(), SecretService.Keyring)
    Chain.backends = (null.Keyring(),)
    with pytest.raises(SecretsError, match="no safe keyring"):
        safe_keyring()
