"""Which keys of venues lie in the keyring: what may be known of them, in a file; never what is secret."""

from pathlib import Path

import msgspec

from workstation.domain.errors import StoreError
from workstation.domain.venue_key import VenueKey
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import set_aside


class VenueKeyFile:
    """The list of keys.

    Parameters
    ----------
    path : Path
        JSON; until the first key there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[list[VenueKey], str]:
        """Return every key of the list, and a sentence where it cannot be used; never fails.

        Such a file is renamed to ``*.damaged``, so that the next key is not written over it.
        """
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[VenueKey]), ""
        except (FileNotFoundError, NotADirectoryError):
            return [], ""
        except (OSError, ValueError) as error:  # msgspec's errors are ValueErrors
            return [], (
                f"{set_aside(self._path, error)} It held which keys of venues you entered. The keys "
                "themselves are where they were: enter them again, and they take the place of the old ones."
            )

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
