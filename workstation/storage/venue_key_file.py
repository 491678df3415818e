"""Which keys of venues lie in the keyring: what may be known of them, in a file; never what is secret."""

from pathlib import Path

import msgspec

from workstation.domain.errors import StoreError
from workstation.domain.venue_key import VenueKey
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder


class VenueKeyFile:
    """The list of keys.

    Parameters
    ----------
    path : Path
        JSON; until the first key there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> list[VenueKey]:
        """Return every key of the list; never fails: one that cannot be read is put aside as ``*.broken``."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[VenueKey])
        except OSError:
            return []
        except msgspec.DecodeError:
            self._put_aside()
            return []

    def save(self, keys: list[VenueKey]) -> None:
        """Write the list; on disk when this returns.

        Raises
        ------
        StoreError
            The place cannot be written; the list is as it was.
        """
        try:
            make_private_folder(self._path.parent)
            replace_durably(self._path, msgspec.json.format(msgspec.json.encode(keys)) + b"\n")
        except OSError as error:
            why = error.strerror
            raise StoreError(f"{self._path} cannot be written ({why}); the list is as it was.") from error

    def _put_aside(self) -> None:
        try:
            self._path.replace(self._path.with_name(self._path.name + ".broken"))
        except OSError:
            return  # it stays; the next save replaces it
