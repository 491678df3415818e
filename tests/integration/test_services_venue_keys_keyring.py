"""From a key to its rights through everything that is real: GNOME Keyring, ccxt, and the practice market."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.fakes.processes import PROJECT

MISSING = [name for name in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"needs Debian's dbus-daemon and gnome-keyring: {MISSING}"
)

SESSION = """
printf 'the-password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
exec "$0" -c "$1"
"""

SCRIPT = """
import asyncio, json, logging, time, secretstorage
from contextlib import closing
from tests.fakes.patience import until
from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.domain.events import VenueKeyJudged, VenueKeysChanged
from workstation.domain.venue_key import KeyPlace, KeyVenue, Passphrase, VenueCredentials
from workstation.feeds.venue_key_check import ask_rights
from workstation.feeds.venues import open_practice
from workstation.link.translation import in_words
from workstation.link.wire import encode
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.practice_keys import PRACTICE_KEYS
from workstation.sandbox.server import PracticeExchange
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor
from workstation.storage.paths import Paths
from workstation.storage.secrets import Secrets
from workstation.services.venue_key_places import KeyPlaces
from workstation.services.venue_keys import VenueKeys
from workstation.storage.key_file import Cost, KeyFile
from workstation.storage.session_secrets import SessionSecrets
from workstation.storage.venue_key_file import VenueKeyFile
from workstation.storage.venue_key_vault import VenueKeyVault

def labels():
    with closing(secretstorage.dbus_init()) as bus:
        found = secretstorage.get_default_collection(bus).get_all_items()
        return sorted(item.get_label() for item in found)

async def main():
    read_only, _, may_withdraw = PRACTICE_KEYS
    bus, judged, wire, said = Bus(), [], [], {}
    bus.subscribe(VenueKeyJudged, judged.append)
    for kind in (VenueKeyJudged, VenueKeysChanged):
        bus.subscribe(kind, lambda fact: wire.append(encode(in_words(fact))))
    tasks = Supervisor(lambda name, error: judged.append(error))
    window = VenueKeyVault(Secrets())  # the window's own, as it is in another process
    clock = MarketClock(FIRST_MS + 150 * HOUR_MS, 60.0, time.monotonic)
    async with PracticeExchange(recorded("BTCUSDT", n=3_000), clock) as exchange:
        async def ask(venue, credentials):
            return await ask_rights(await open_practice(exchange.url, SystemClock()), credentials)

        paths = Paths.of_user()
        vault, record = VenueKeyVault(Secrets(sealed=paths.sealed_keys)), VenueKeyFile(paths.venue_keys_file)
        file = KeyFile(paths.key_file, Cost(memory_kib=32))
        places = KeyPlaces(vault, VenueKeyVault(file), VenueKeyVault(SessionSecrets()), file)
        keys = VenueKeys(bus, places, record, ask, SystemClock(), tasks)
        keys.begin([KeyVenue("practice", "Practice market")])

        async def done(begin, *words):
            n_before = len(judged)
            begin(*(words or ("practice",)))
            await until(lambda: len(judged) > n_before)
            return judged[-1].sentence

        for name, key in (("refused", may_withdraw), ("taken", read_only)):
            await window.offer("practice", VenueCredentials(key.key, key.secret))
            said[name] = await done(keys.take_new)
            said[name + " left"] = labels()
        said["tested"] = await done(keys.test)
        said["forgotten"] = await done(keys.forget)
        said["left"] = labels()
        await done(keys.open_file, Passphrase("four little words here"))
        credentials = VenueCredentials(read_only.key, read_only.secret)
        said["in a file"] = await done(keys.enter, "practice", credentials, KeyPlace.FILE)
        said["in a file left"] = [labels(), paths.key_file.exists()]
        n_before = len(judged)
        keys.move_to_keyring()
        await until(lambda: len(judged) > n_before)
        said["moved"] = judged[-1].sentence
        said["moved left"] = [labels(), paths.key_file.exists()]
    await tasks.close()
    said["wire"] = b"".join(wire).decode("latin-1")
    print(json.dumps(said))

logging.basicConfig(level=logging.DEBUG)
asyncio.run(main())
"""


def test_a_key_is_tested_kept_and_forgotten_and_its_secret_lies_in_the_keyring_alone(tmp_path):
    home, keyring = tmp_path / "home", tmp_path / "keyring"
    for folder in (home, keyring):
        folder.mkdir(mode=0o700)
    variables = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    folders = {"XDG_DATA_HOME": str(keyring), "XDG_RUNTIME_DIR": str(keyring), "TIDEMARK_HOME": str(home)}
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION, sys.executable, SCRIPT],
        env={**variables, **folders, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    wire = said.pop("wire")
    assert said.pop("refused").startswith("This key can withdraw, so it was refused")
    kept = ["Password for 'key of practice' on 'tidemark'"]
    assert said.pop("forgotten").startswith("The key is gone from the keyring.")
    assert said == {
        "refused left": [],
        "taken": "The key works and is in the keyring.",
        "taken left": kept,
        "tested": "The key works.",
        "left": [],
        "in a file": "The key works and is in the encrypted file.",
        "in a file left": [[], True],
        "moved": "1 key is in the keyring now, and nowhere else.",
        "moved left": [kept, False],
    }
    files = "".join(file.read_bytes().decode("latin-1") for file in home.rglob("*") if file.is_file())
    everywhere = files + wire + done.stderr
    assert "practice-secret" not in everywhere
    assert "practice-key" not in everywhere
    assert "venue_keys.json" in {file.name for file in home.rglob("*")}
