"""Keys of venues in the engine's process: who keeps them, and who asks the venues about them."""

from workstation.domain.ports import TaskOwner
from workstation.domain.venue_key import KeyRights, KeyVenue, VenueCredentials
from workstation.feeds.venue_key_check import ask_live, ask_rights, key_venues
from workstation.feeds.venues import OpenVenue, open_practice
from workstation.link.key_messages import (
    ChangePassphrase,
    EnterKey,
    ForgetKey,
    KeyCommand,
    MoveKeysToKeyring,
    OpenKeyFile,
    PutKeyFileAside,
    RetestKey,
    TakeNewKey,
)
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.venue_key_places import KeyPlaces
from workstation.services.venue_keys import VenueKeys
from workstation.storage.key_file import KeyFile
from workstation.storage.paths import Paths
from workstation.storage.secrets import Secrets
from workstation.storage.session_secrets import SessionSecrets
from workstation.storage.venue_key_file import VenueKeyFile
from workstation.storage.venue_key_vault import VenueKeyVault

_PRACTICE = "practice"  # its keys are the same whichever practice market is heard


class KeyDesk:
    """Introduces keys to the keyring and to the venues, and carries out what windows ask of them.

    Parameters
    ----------
    bus : Bus
        Hears how the keys stand.
    paths : Paths
        Where the list of keys lies.
    tasks : TaskOwner
        Owns what takes time.
    """

    def __init__(self, bus: Bus, paths: Paths, tasks: TaskOwner) -> None:
        self._wall = SystemClock()
        record = VenueKeyFile(paths.venue_keys_file)
        self._keys = VenueKeys(bus, _places(paths), record, self._ask, self._wall, tasks)
        self._opened: OpenVenue | None = None
        self._keys.begin(key_venues())

    def open_venue(self, opened: OpenVenue) -> None:
        """Take keys for a practice market, too, where one is heard."""
        if opened.url is not None:
            self._opened = opened
            practice = KeyVenue(_PRACTICE, opened.venue.label, tells_rights=True)
            self._keys.begin((practice, *key_venues()))

    def carry_out(self, command: KeyCommand) -> None:
        """Begin what a window asks.

        Raises
        ------
        UsageError
            No keys are kept for this venue.
        """
        match command:
            case TakeNewKey(venue=venue):
                self._keys.take_new(venue)
            case RetestKey(venue=venue):
                self._keys.test(venue)
            case ForgetKey(venue=venue):
                self._keys.forget(venue)
            case EnterKey(venue=venue, credentials=new, place=place):
                self._keys.enter(venue, new, place)
            case OpenKeyFile(passphrase=passphrase):
                self._keys.open_file(passphrase)
            case ChangePassphrase(old=old, new=new):
                self._keys.change_passphrase(old, new)
            case PutKeyFileAside():
                self._keys.put_file_aside()
            case MoveKeysToKeyring():
                self._keys.move_to_keyring()

    async def _ask(self, venue: str, credentials: VenueCredentials) -> KeyRights:
        if venue == _PRACTICE and self._opened is not None and self._opened.url is not None:
            return await ask_rights(await open_practice(self._opened.url, self._wall), credentials)
        return await ask_live(venue, credentials, self._wall)


def _places(paths: Paths) -> KeyPlaces:
    file = KeyFile(paths.key_file)
    return KeyPlaces(
        keyring=VenueKeyVault(Secrets(sealed=paths.sealed_keys)),
        in_file=VenueKeyVault(file),
        in_memory=VenueKeyVault(SessionSecrets()),
        file=file,
    )
