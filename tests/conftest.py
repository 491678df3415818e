"""What every test stands on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported anywhere
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # programs that tests start are as quick as a trader's
os.environ.setdefault("QT_API", "pyside6")

import pytest
from xdist.scheduler import LoadScopeScheduling

from workstation.storage.compiled_code import is_compiled, use_compiled_code
from workstation.storage.paths import Paths

use_compiled_code(Paths.of_user())  # before a test imports the engine, and for every program that one starts

PROJECT = Path(__file__).resolve().parent.parent
WHOLE_PROGRAMS = tuple(
    f"tests/integration/test_{what}_"
    for what in ("program", "packaging", "benchmarks", "notification", "tray")
)


def pytest_sessionstart() -> None:
    """Have the engine's arithmetic compiled once, not by every program that a test starts."""
    if not is_compiled():
        subprocess.run([sys.executable, "-m", "workstation", "prepare"], cwd=PROJECT, check=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Keep the tests of whole programs out of each other's way where several processes share the suite."""
    return _ProgramsInOneProcess(config, log)


class _ProgramsInOneProcess(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "programs" if nodeid.startswith(WHOLE_PROGRAMS) else nodeid.partition("::")[0]


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Return the folder of recorded market data, or skip."""
    folder = Path(os.environ.get("TIDEMARK_RECORDINGS", PROJECT.parent / "shared" / "data"))
    if not (folder / "MANIFEST.md").is_file():
        pytest.skip(f"needs the recorded market data, which is not at {folder} (set TIDEMARK_RECORDINGS)")
    return folder


@pytest.fixture(scope="session")
def display():
    """Give the name of a real X display for programs to show windows on, or skip."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb (Debian's package xvfb)")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as numbers:
        yield f":{numbers.readline().strip()}"
    server.terminate()
    server.wait()
