"""Fill the checkout's environment with what a lock file names, and with the checkout itself."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager

import debian
from environment import Environment
from pip_run import run_pip
from progress import Progress
from system_libraries import require_system_libraries
from trouble import SetupError

_OLDEST_PIP = (22, 3)  # the first that can install into another environment (--python)


def install(environment: Environment, profile: str) -> None:
    """Bring the environment to what the profile asks, and note it there.

    Parameters
    ----------
    environment : Environment
        Made when it is missing; made anew when it was left half done or belongs to another Python.
    profile : str
        ``run``, ``test`` or ``bench``.

    Raises
    ------
    SetupError
        No pip, no network, no room, a hash that does not fit, a Qt library missing.
    """
    with _alone(environment.project):
        if environment.is_ready(profile):  # another terminal did it while this one waited
            return
        _require_pip()
        progress = Progress()
        try:
            _make(environment, progress)
            _fill(environment, profile, progress)
        finally:
            progress.finish("")
        problem = environment.qt_problem()
        if problem:
            raise SetupError(problem)
        require_system_libraries(environment.site_packages)
        environment.mark_ready(profile)


def _make(environment: Environment, progress: Progress) -> None:
    if environment.is_usable():
        return
    progress.show(f"Making {environment.folder}")
    try:
        if os.path.isdir(environment.folder):
            shutil.rmtree(environment.folder)
        environment.begin_writing()
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt", prompt="tidemark").create(
            environment.folder
        )
        environment.end_writing()
    except OSError as problem:
        raise SetupError(f"{environment.folder} could not be made: {problem}.") from problem


def _fill(environment: Environment, profile: str, progress: Progress) -> None:
    lock = environment.lock(profile)
    if not os.path.isfile(lock):
        raise SetupError(f"{lock} is missing; this checkout is not complete.")
    with open(lock, encoding="utf-8") as file:
        n_packages = sum(line[:1].isalnum() for line in file)
    run_pip(environment, ["--require-hashes", "--only-binary=:all:", "-r", lock], progress, n_packages)
    progress.show("Putting the checkout itself in")
    run_pip(environment, ["--no-deps", "--no-build-isolation", "-e", environment.project], progress)
    progress.finish(f"Installed what {os.path.relpath(lock, environment.project)} names.")


def _require_pip() -> None:
    """Make sure that this Python has a pip that is new enough."""
    version = _pip_version()
    if version is None:
        debian.require(["python3-pip"], "Python's installer (pip)")
        version = _pip_version()
    if version is None:
        raise SetupError(f"{sys.executable} still has no pip; start again with the python3 of the system.")
    if version < _OLDEST_PIP:
        raise SetupError(
            f"pip {'.'.join(map(str, version))} is too old, 22.3 is needed: "
            f"{sys.executable} -m pip install --upgrade pip"
        )


def _pip_version() -> tuple[int, ...] | None:
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False
    )
    words = answer.stdout.split()  # pip 23.0.1 from /usr/lib/... (python 3.11)
    if answer.returncode != 0 or len(words) < 2:
        return None
    return tuple(int(part) for part in words[1].split(".")[:2] if part.isdigit())


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Let only one set-up at a time write into this checkout; a second one waits its turn."""
    if os.name == "nt":
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
