"""The address of a node that holds a key: in the keyring, and in no file, no message and no log."""

import logging

import pytest

from tests.fakes.key_drawer import KeyDrawer
from workstation.domain.errors import ProviderError
from workstation.domain.events import NoticePosted
from workstation.engine_app.keyring_node import KeyringNode
from workstation.engine_app.node_moving import move_node_address
from workstation.feeds.whales.evm_about import ABOUT
from workstation.services.bus import Bus
from workstation.storage.node_address import NodeAddresses
from workstation.storage.secrets import Secrets
from workstation.storage.settings import SettingsFile

KEY = "0123456789abcdef"
ADDRESS = f"https://mainnet.node.example/v3/{KEY}"
SHOWN = "https://mainnet.node.example/•••"


class Moving:
    """A settings file, a keyring, and what was said."""

    def __init__(self, folder):
        self.path, self.drawer, self.bus, self.said = folder / "settings.toml", KeyDrawer(), Bus(), []
        self.addresses = NodeAddresses(Secrets(lambda: self.drawer))
        self.file = SettingsFile(self.path)
        self.bus.subscribe(NoticePosted, self.said.append)

    @property
    def texts(self):
        return [one.read_text() for one in self.path.parent.glob("settings.toml*")]

    async def move(self):
        address = self.file.load()[0].providers.evm_url
        await move_node_address(address, self.addresses, self.file, self.bus)


@pytest.fixture
def world(tmp_path):
    return Moving(tmp_path)


async def test_an_address_in_plain_text_goes_to_the_keyring_and_leaves_every_file(world, caplog):
    caplog.set_level(logging.DEBUG)
    world.path.write_text(f'# mine\n[providers]\nevm_url = "{ADDRESS}" # rented\n')
    world.file.change({"chart.zone": "Asia/Tokyo"})
    assert len([text for text in world.texts if KEY in text]) == 2, "the file and its earlier copy"
    await world.move()
    assert not [text for text in world.texts if KEY in text]
    assert f'# mine\n[providers]\nevm_url = "{SHOWN}" # rented\n' in world.path.read_text()
    settings, problems = world.file.load()
    assert (settings.providers.evm_url, settings.chart.zone, problems) == (SHOWN, "Asia/Tokyo", [])
    assert await world.addresses.whole(SHOWN) == ADDRESS
    await world.move()
    assert world.said == []
    assert KEY not in caplog.text


async def test_where_the_keyring_is_locked_it_stays_is_used_and_is_told_without_the_key(world):
    world.path.write_text(f'[providers]\nevm_url = "{ADDRESS}"\n')
    world.drawer.refusal = "The keyring is locked; unlock it, then try again."
    await world.move()
    assert world.file.load()[0].providers.evm_url == ADDRESS
    (notice,) = world.said
    assert "plain text: The keyring is locked" in notice.text
    assert KEY not in notice.text
    world.drawer.refusal = None
    await world.move()
    assert world.file.load()[0].providers.evm_url == SHOWN


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8545", SHOWN])
async def test_an_address_without_a_key_stays_where_it_is(world, address):
    world.path.write_text(f'[providers]\nevm_url = "{address}"\n')
    await world.move()
    assert world.drawer.kept == {}
    assert world.texts == [f'[providers]\nevm_url = "{address}"\n']


class Node:
    """A provider that was made."""

    trouble, is_closed = "It is slow.", False

    async def fetch(self, coins, since_ms):
        return [(coins, since_ms)]

    async def close(self):
        self.is_closed = True


async def test_the_node_is_made_when_it_is_asked_first_and_asks_the_keyring_again_after_a_refusal(world):
    made, node = [], Node()
    provider = KeyringNode(ABOUT, SHOWN, world.addresses, lambda address: made.append(address) or node)
    with pytest.raises(ProviderError, match="no address of the node at mainnet"):
        await provider.fetch({"BTC"}, 1)
    assert (provider.trouble, provider.about, made) == ("", ABOUT, [])
    await provider.close()
    assert await world.addresses.keep(ADDRESS) == SHOWN
    world.drawer.refusal = "The keyring is locked; unlock it, then try again."
    with pytest.raises(ProviderError, match="locked"):
        await provider.fetch({"BTC"}, 1)
    world.drawer.refusal = None
    assert await provider.fetch({"BTC"}, 1) == [({"BTC"}, 1)]
    await provider.fetch({"BTC"}, 2)
    assert (made, provider.trouble) == ([ADDRESS], "It is slow.")
    await provider.close()
    assert node.is_closed


async def test_an_address_that_is_forgotten_is_in_the_keyring_no_more(world):
    await world.addresses.keep(ADDRESS)
    await world.addresses.keep("https://other.example/v3/1")
    await world.addresses.forget(SHOWN)
    await world.addresses.forget(SHOWN)
    assert list(world.drawer.kept.values()) == ["https://other.example/v3/1"]


def test_an_address_that_is_mistyped_is_told_without_it(world):
    world.path.write_text(f'[providers]\nevm_url = "htp://mainnet.node.example/v3/{KEY}"\n')
    settings, (problem,) = world.file.load()
    assert settings.providers.evm_url == ""
    assert "providers.evm_url must be an address such as" in problem
    assert KEY not in problem
