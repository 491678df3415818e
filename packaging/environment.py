"""The checkout's own virtual environment: where it is, and what is known to be in it."""

import hashlib
import json
import os
import sys

COVERS = {"run": ("run",), "test": ("run", "test"), "bench": ("run", "test", "bench")}
"""What else is ready once a profile is: each lock holds every pin of the one before it."""

_BROKEN_BELOW_3_12 = (6, 12)


class Environment:
    """The folder ``.venv`` of a checkout, with a note inside saying what was installed into it.

    Parameters
    ----------
    project : str
        Absolute path of the checkout.
    """

    def __init__(self, project: str) -> None:
        self.project = project
        self.folder = os.path.join(project, ".venv")
        self.python = self.command("python")
        self._note = os.path.join(self.folder, "tidemark-setup.json")
        self._unfinished = os.path.join(self.folder, "tidemark-unfinished")

    @classmethod
    def of_this_checkout(cls) -> "Environment":
        """Return the environment of the checkout that this file is part of."""
        return cls(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

    def command(self, name: str) -> str:
        """Return the path of a program inside the environment."""
        windows = os.name == "nt"
        return os.path.join(self.folder, "Scripts" if windows else "bin", name + (".exe" if windows else ""))

    def lock(self, profile: str) -> str:
        """Return the path of a profile's lock file."""
        return os.path.join(self.project, "packaging", "locks", f"{profile}.txt")

    @property
    def site_packages(self) -> str:
        """Where the environment keeps its packages."""
        if os.name == "nt":
            return os.path.join(self.folder, "Lib", "site-packages")
        return os.path.join(self.folder, "lib", "python{}.{}".format(*sys.version_info), "site-packages")

    def is_ready(self, profile: str) -> bool:
        """Return whether everything the profile asks was installed by this Python, in this place."""
        return (
            not self.is_unfinished()
            and self._known() == self._here()
            and self._read().get("ready", {}).get(profile) == self._fingerprint(profile)
            and os.path.exists(self.python)
            and os.path.exists(self.command("tidemark"))
        )

    def is_usable(self) -> bool:
        """Return whether packages can be added to it; otherwise it is made anew."""
        if self.is_unfinished() or not os.path.exists(self.python) or not os.path.isdir(self.site_packages):
            return False
        return self._known() in ({}, self._here())

    def is_unfinished(self) -> bool:
        """Return whether an earlier set-up stopped while it was writing."""
        return os.path.exists(self._unfinished)

    def begin_writing(self) -> None:
        """Note that from now on the environment is half of what it should be."""
        os.makedirs(self.folder, exist_ok=True)
        with open(self._unfinished, "w", encoding="utf-8"):
            pass

    def end_writing(self) -> None:
        """Note that the environment is whole."""
        if self.is_unfinished():
            os.remove(self._unfinished)

    def mark_ready(self, profile: str) -> None:
        """Note that all the profile asks is installed."""
        ready = {name: self._fingerprint(name) for name in COVERS[profile]}
        note = {**self._here(), "ready": {**self._read().get("ready", {}), **ready}}
        with open(self._note + ".new", "w", encoding="utf-8") as file:
            json.dump(note, file, indent=1)
        os.replace(self._note + ".new", self._note)

    def qt_problem(self) -> str | None:
        """Return why this Qt must not run on this Python, or None.

        PySide6 6.12 loses a reference to None per virtual call below Python 3.12 and ends the
        program after some minutes. ``workstation.ui.qt_pair`` says the same at every start.
        """
        version = self._installed("pyside6_essentials")
        if sys.version_info >= (3, 12) or version is None or version < _BROKEN_BELOW_3_12:
            return None
        return (
            f"PySide6 {'.'.join(map(str, version))} crashes on Python 3.11 after some minutes; "
            f"delete {self.folder} and run this again to get the version that works."
        )

    def _installed(self, name: str) -> tuple[int, ...] | None:
        """Return the version of an installed package from its folder's name, or None."""
        if not os.path.isdir(self.site_packages):
            return None
        for entry in os.listdir(self.site_packages):
            if entry.startswith(f"{name}-") and entry.endswith(".dist-info"):
                numbers = entry[len(name) + 1 : -len(".dist-info")].split(".")
                return tuple(int(number) for number in numbers if number.isdigit())
        return None

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            with open(self._note, encoding="utf-8") as file:
                note = json.load(file)
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def _known(self) -> dict[str, object]:
        return {name: value for name, value in self._read().items() if name in {"python", "place"}}

    def _here(self) -> dict[str, object]:
        """Return what an environment cannot be moved away from: its Python and its path."""
        return {"python": "{}.{}".format(*sys.version_info), "place": self.project}

    def _fingerprint(self, profile: str) -> str:
        digest = hashlib.sha256()
        for path in (self.lock(profile), os.path.join(self.project, "pyproject.toml")):
            with open(path, "rb") as file:
                digest.update(file.read())
        return digest.hexdigest()
