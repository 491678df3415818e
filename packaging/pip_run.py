"""Run pip and turn its wall of text into one line of progress."""

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

from environment import Environment
from progress import Progress
from trouble import SetupError

_NO_NETWORK = (
    "NewConnectionError",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
    "ConnectTimeoutError",
    "Read timed out",
    "ReadTimeoutError",
    "ProxyError",
)
_CHATTER = (
    "Collecting ",
    "  Downloading ",
    "  Using cached ",
    "Ignoring ",
    "Installing collected",
    "Looking in ",
    "Requirement already",
)
_LEADS_ASTRAY = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV")


def run_pip(environment: Environment, arguments: list[str], progress: Progress, n_packages: int = 1) -> None:
    """Install into the environment with the system's pip.

    Parameters
    ----------
    environment : Environment
        Its Python exists; it needs no pip of its own.
    arguments : list of str
        What ``pip install`` is to install.
    progress : Progress
        Told of every package.
    n_packages : int
        How many packages are asked for, with those meant for other systems; pip names these itself.

    Raises
    ------
    SetupError
        pip failed; the text holds all that pip said about it.
    """
    narrator = _Narrator(environment, progress, n_packages)
    process = subprocess.Popen(
        [sys.executable, "-m", "pip", "--python", environment.python, "install", *_MANNERS, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={name: value for name, value in os.environ.items() if name not in _LEADS_ASTRAY},
    )
    try:
        for line in _lines(process):
            narrator.hear(line)
        exit_code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if exit_code != 0:
        raise SetupError(narrator.complaint())
    environment.end_writing()


_MANNERS = ["--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--progress-bar=off"]


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield each line pip prints, and an empty one five times a second while it is silent."""
    heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def listen() -> None:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe above
        for line in process.stdout:
            heard.put(line.rstrip())
        heard.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            line = heard.get(timeout=0.2)
        except queue.Empty:
            yield ""
            continue
        if line is None:
            return
        yield line


class _Narrator:
    """Follows pip's lines and says how far it is."""

    def __init__(self, environment: Environment, progress: Progress, n_packages: int) -> None:
        self._environment = environment
        self._progress = progress
        self._lines: list[str] = []
        self._total = n_packages
        self._found: set[str] = set()
        self._installing: list[str] = []

    def hear(self, line: str) -> None:
        """Take one line; an empty one means that time has passed."""
        if line:
            self._lines.append(line)
        collecting = re.match(r"(Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        downloading = re.match(r"\s+Downloading (\S+?)-\d\S* (\(.*\))", line)
        if collecting:
            self._found.add(collecting[2])
            self._say_found("Fetching" if collecting[1] == "Collecting" else "Found", collecting[2])
        elif downloading:
            self._say_found("Fetching", f"{downloading[1]} {downloading[2]}")
        elif line.startswith("Ignoring "):
            self._total -= 1
        elif line.startswith("WARNING: Retrying"):
            self._progress.show("The package index does not answer; trying again")
        elif line.startswith("Installing collected packages: "):
            self._environment.begin_writing()
            self._installing = line.partition(": ")[2].split(", ")
        elif self._installing:
            self._count_installed()

    def complaint(self) -> str:
        """Return why pip failed: a sentence where the cause is known, then pip's own words."""
        said = "\n".join(line for line in self._lines if not line.startswith(_CHATTER))
        if any(sign in said for sign in _NO_NETWORK):
            sentence = (
                "The packages could not be downloaded: the package index does not answer. Check the network "
                "and start again; what has arrived is kept."
            )
        elif "No space left on device" in said:
            sentence = "The disk is full: about 1 GB is needed."
        elif "THESE PACKAGES DO NOT MATCH THE HASHES" in said:
            sentence = "A downloaded package is not the one that was locked, so nothing was installed."
        elif "No matching distribution found" in said:
            sentence = (
                "The package index has no ready-built file of a package for this system and this Python."
            )
        else:
            sentence = "The packages could not be installed."
        return f"{sentence}\n\nWhat pip said:\n{said}"

    def _count_installed(self) -> None:
        """Count what is on disk: pip is silent while it writes, and a package's RECORD comes last."""
        folder = self._environment.site_packages
        there = {
            re.sub(r"[-_.]+", "-", entry.partition("-")[0]).lower()
            for entry in os.listdir(folder)
            if entry.endswith(".dist-info") and os.path.exists(os.path.join(folder, entry, "RECORD"))
        }
        waiting = [name for name in self._installing if re.sub(r"[-_.]+", "-", name).lower() not in there]
        n_done = len(self._installing) - len(waiting)
        self._progress.show(
            f"Installing {n_done} of {len(self._installing)}{': ' + waiting[0] if waiting else ''}"
        )

    def _say_found(self, verb: str, name: str) -> None:
        n_done = len(self._found)
        self._progress.show(f"{verb} {n_done} of {max(self._total, n_done)}: {name}")
