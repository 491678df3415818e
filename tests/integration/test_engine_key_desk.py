"""The engine's desk of keys: each command reaches the keyring, the venue and the bus."""

import time

import pytest

from tests.fakes.key_drawer import KeyDrawer
from tests.fakes.patience import until
from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.domain.errors import UsageError
from workstation.domain.events import VenueKeyJudged, VenueKeysChanged
from workstation.domain.venue_key import KeyPlace, KeyRights, Passphrase, VenueCredentials
from workstation.engine_app import key_desk
from workstation.engine_app.key_desk import KeyDesk
from workstation.feeds.venues import LIVE_VENUES, open_practice
from workstation.link.key_messages import (
    ChangePassphrase,
    EnterKey,
    ForgetKey,
    MoveKeysToKeyring,
    OpenKeyFile,
    PutKeyFileAside,
    RetestKey,
    TakeNewKey,
)
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.practice_keys import PRACTICE_KEYS
from workstation.sandbox.server import PracticeExchange
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor
from workstation.storage.paths import Paths
from workstation.storage.secrets import Secrets
from workstation.storage.venue_key_vault import VenueKeyVault


@pytest.fixture
async def tasks():
    supervisor = Supervisor()
    yield supervisor
    await supervisor.close()


async def test_a_practice_markets_keys_are_looked_after_once_it_is_heard(tmp_path, monkeypatch, tasks):
    drawer, judged, told = KeyDrawer(), [], []
    monkeypatch.setattr(key_desk, "Secrets", lambda sealed: Secrets(lambda: drawer, sealed=sealed))
    bus = Bus()
    bus.subscribe(VenueKeyJudged, judged.append)
    bus.subscribe(VenueKeysChanged, told.append)
    desk = KeyDesk(bus, Paths.below(tmp_path), tasks)
    assert [venue.name for venue in told[-1].venues] == list(LIVE_VENUES)
    with pytest.raises(UsageError, match="choose one of the list"):
        desk.carry_out(TakeNewKey(1, "practice"))
    clock = MarketClock(FIRST_MS + 150 * HOUR_MS, 60.0, time.monotonic)
    async with PracticeExchange(recorded("BTCUSDT", n=3_000), clock) as exchange:
        opened = await open_practice(exchange.url, SystemClock())
        desk.open_venue(opened)
        await opened.exchange.close()
        assert told[-1].venues[0].label == "Practice market, recorded, test"
        key = PRACTICE_KEYS[1]
        await VenueKeyVault(Secrets(lambda: drawer)).offer("practice", VenueCredentials(key.key, key.secret))
        for number, command in enumerate((TakeNewKey, RetestKey), 1):
            desk.carry_out(command(number, "practice"))
            await until(lambda n=number: len(judged) == n)
            assert judged[-1].is_done, judged[-1].sentence
        credentials = VenueCredentials(key.key, key.secret)
        for number, command in enumerate(
            (
                OpenKeyFile(3, Passphrase("four little words here")),
                EnterKey(4, "practice", credentials, KeyPlace.FILE),
                ChangePassphrase(
                    4, Passphrase("four little words here"), Passphrase("five other words here")
                ),
                PutKeyFileAside(5),
                EnterKey(6, "practice", credentials, KeyPlace.SESSION),
                MoveKeysToKeyring(7),
            ),
            3,
        ):
            desk.carry_out(command)
            await until(lambda n=number: len(judged) == n)
            assert judged[-1].is_done, judged[-1].sentence
    assert told[-1].keys[0].rights == KeyRights(read=True, trade=True, withdraw=False)
    assert list(drawer.kept) == ["key of practice"]
    desk.carry_out(ForgetKey(8, "practice"))
    await until(lambda: len(judged) == 9)
    assert drawer.kept == {}
    assert told[-1].keys == ()
