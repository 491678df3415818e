"""Moves the address of a node that stands in the settings as plain text, key and all, into the keyring."""

import asyncio

from workstation.domain.errors import SecretsError, SettingsError, StoreError
from workstation.domain.events import NoticePosted
from workstation.services.bus import Bus
from workstation.storage.node_address import NodeAddresses
from workstation.storage.setting_text import holds_key
from workstation.storage.settings import SettingsFile

_SETTING = "providers.evm_url"


async def move_node_address(address: str, addresses: NodeAddresses, file: SettingsFile, bus: Bus) -> None:
    """Move it, where it holds a key; where that fails it stays, is used, and the trader is told.

    Parameters
    ----------
    address : str
        As the settings have it.
    addresses : NodeAddresses
        Where it goes.
    file : SettingsFile
        What keeps dots in its place, in its earlier copy, too.
    bus : Bus
        Hears why it stayed.
    """
    if not holds_key(address):
        return
    try:
        shown = await addresses.keep(address)
        await asyncio.to_thread(file.change, {_SETTING: shown}, is_secret=True)
    except (SecretsError, SettingsError, StoreError) as error:
        text = (
            f"The address of your node may hold a key and stands in settings.toml as plain text: {error} "
            "The node is asked all the same; at the next start it is tried again."
        )
        bus.publish(NoticePosted("node address", text))
