"""Where Tidemark keeps what outlives a session."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from workstation.domain.errors import StoreError, StoreReadOnly
from workstation.storage.privacy import close_to_others, make_private_folder

APP = "tidemark"
FIRST_STEPS = "first-steps.json"
"""Name of the file beside the layout that says whether the first steps were seen."""

HOME_VARIABLE = "TIDEMARK_HOME"
_LONGEST_SOCKET = 100
"""Bytes; the kernel takes 107 and a closing zero, a few are left for a suffix."""


@dataclass(frozen=True)
class Paths:
    """The folders of one user, made on demand and open to nobody else.

    Parameters
    ----------
    data : Path
        Candles, the journal and logs.
    config : Path
        Settings and the layout of the window.
    cache : Path
        What can be made anew: the engine's compiled arithmetic.
    runtime : Path
        Sockets and locks; may be gone after a restart of the machine. Where it cannot be written, or its name
        is too long for a socket, a folder of this user's in the system's temporary folder stands in.
    """

    data: Path
    config: Path
    cache: Path
    runtime: Path

    @classmethod
    def of_user(cls) -> "Paths":
        """Return this user's folders; the variable TIDEMARK_HOME puts all of them below one folder."""
        home = os.environ.get(HOME_VARIABLE)
        if home:
            return cls.below(Path(home).expanduser().absolute())
        dirs = platformdirs.PlatformDirs(APP, appauthor=False)
        session = os.environ.get("XDG_RUNTIME_DIR", "")
        runtime = Path(session) / APP if os.path.isdir(session) else dirs.user_data_path / "run"
        return cls(dirs.user_data_path, dirs.user_config_path, dirs.user_cache_path, runtime)

    @classmethod
    def below(cls, folder: Path) -> "Paths":
        """Return folders below one folder, as tests and practice sessions want them."""
        return cls(folder / "data", folder / "config", folder / "cache", folder / "run")

    @property
    def candles_db(self) -> Path:
        """Every stored candle."""
        return private_folder(self.data) / "candles.db"

    @property
    def journal_db(self) -> Path:
        """Every signal and alert that was said."""
        return private_folder(self.data) / "journal.db"

    @property
    def ledger_db(self) -> Path:
        """Every signal and grade with what became of it; its newest head lies beside it."""
        return private_folder(self.data) / "ledger.db"

    @property
    def papers_db(self) -> Path:
        """Every paper account with all its trades."""
        return private_folder(self.data) / "paper_accounts.db"

    @property
    def rotation_rules_file(self) -> Path:
        """The rules of rotation advice, TOML."""
        return private_folder(self.config) / "rotation.toml"

    @property
    def alert_rules_file(self) -> Path:
        """The trader's rules of alerts, and what each has come to."""
        return private_folder(self.data) / "alert_rules.json"

    @property
    def models(self) -> Path:
        """Models trained here, and which of all of them judges."""
        return private_folder(self.data) / "models"

    @property
    def observations_db(self) -> Path:
        """Every observation from outside the candles."""
        return private_folder(self.data) / "observations.db"

    @property
    def reserve_file(self) -> Path:
        """Room kept on the disk for the journal (`workstation.storage.reserve.DiskReserve`)."""
        return private_folder(self.data) / "reserve"

    @property
    def log_dir(self) -> Path:
        """Folder of the log files."""
        return private_folder(private_folder(self.data) / "log")

    @property
    def settings_file(self) -> Path:
        """The trader's settings, TOML."""
        return private_folder(self.config) / "settings.toml"

    @property
    def narratives_file(self) -> Path:
        """The trader's own book of narratives, TOML; there after the first edit of it."""
        return private_folder(self.config) / "narratives.toml"

    @property
    def layout_file(self) -> Path:
        """How the window was arranged."""
        return private_folder(self.config) / "layout.bin"

    @property
    def first_steps_file(self) -> Path:
        """Whether the first steps through the window were seen."""
        return self.layout_file.with_name(FIRST_STEPS)

    @property
    def venue_keys_file(self) -> Path:
        """Which keys are kept, by venue; none of their secrets."""
        return private_folder(self.config) / "venue_keys.json"

    @property
    def key_file(self) -> Path:
        """Keys under a passphrase, where there is no keyring; there after the first of them."""
        return private_folder(self.config) / "venue_keys.encrypted"

    @property
    def sealed_keys(self) -> Path:
        """Folder of keys too long for a keyring; each is opened by its entry there."""
        return self.config / "sealed_keys"

    @property
    def engine_socket(self) -> Path:
        """Where the engine listens for windows."""
        return self._socket("engine.sock")

    @property
    def window_socket(self) -> Path:
        """Where a window listens for a second one that asks it to come to the front."""
        return self._socket("window.sock")

    @property
    def engine_lock(self) -> Path:
        """Held while an engine runs over these folders."""
        return self._writable_runtime() / "engine.lock"

    @property
    def window_lock(self) -> Path:
        """Held while a window is open over these folders."""
        return self._writable_runtime() / "window.lock"

    def _socket(self, name: str) -> Path:
        near = self._writable_runtime() / name
        return near if len(os.fsencode(near)) <= _LONGEST_SOCKET else self._short_runtime() / name

    def _writable_runtime(self) -> Path:
        folder = private_folder(self.runtime)
        return folder if folder.is_dir() and os.access(folder, os.W_OK) else self._short_runtime()

    def _short_runtime(self) -> Path:
        # Two homes must never share a socket, so the short folder is named by the long one it stands for.
        mark = hashlib.sha256(os.fsencode(self.runtime)).hexdigest()[:16]
        return private_folder(Path(tempfile.gettempdir()) / f"{APP}-{os.getuid()}-{mark}")


def private_folder(folder: Path) -> Path:
    """Return the folder, with mode 0700; made where it was missing.

    A place that cannot be written is not an error here: whoever reads from it finds nothing, and whoever
    writes into it is told `StoreReadOnly` with the path.

    Raises
    ------
    StoreError
        It belongs to another user: what is written there could be read or replaced.
    """
    try:
        make_private_folder(folder)
        owner = folder.stat().st_uid
    except OSError:
        return folder
    if owner not in (os.getuid(), 0):
        raise StoreError(f"{folder} belongs to another user; remove it or set {HOME_VARIABLE} elsewhere.")
    close_to_others(folder)
    return folder


def require_writable(folder: Path) -> None:
    """Make the folder and check that files can be created in it.

    Raises
    ------
    StoreReadOnly
        It cannot be made or written; the message names it and says why.
    """
    try:
        make_private_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StoreReadOnly(f"{folder} cannot be written ({error.strerror}); nothing can be kept.") from error


def resource(*parts: str) -> Path:
    """Return a shipped file or folder: an icon, a theme, a sound.

    Raises
    ------
    StoreError
        It is not there: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent.parent
    places = (package / "_resources", package.parent / "resources")
    for place in places:
        found = place.joinpath(*parts)
        if found.exists():
            return found
    name = "/".join(parts)
    looked = " and ".join(str(p) for p in places)
    raise StoreError(f"The shipped file {name} is missing (looked in {looked}); install Tidemark again.")
