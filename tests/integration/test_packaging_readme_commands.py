"""The README's commands, run as they stand there; only the folder of candles is a smaller one."""

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.patience import PATIENCE_S

PROJECT = Path(__file__).resolve().parents[2]
DATA = "../shared/data"
RECORDED = f"{DATA}/ohlcv/binance-spot-2024"
PORT = "--port 8080"


def commands() -> list[str]:
    """Return the README's commands that begin with tidemark, as the shell would see them."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", (PROJECT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    lines = [line for block in blocks for line in block.splitlines()]
    prefix = "python3 packaging/bootstrap.py run"
    lines = [line.replace(prefix, "tidemark", 1) for line in lines]
    return list(dict.fromkeys(line for line in lines if re.match(r"(?:TIDEMARK_HOME=\S+ )?tidemark\b", line)))


def ends_by_itself(command: str) -> bool:
    """Return whether a command does its work and leaves, rather than staying until it is told."""
    works = (
        "import", "signals", "grades", "observations", "features", "verify", "news", "narratives", "rotation",
        "labels", "prepare", "ledger",
    )  # fmt: skip
    return bool(re.search(rf"--version|--help|--screenshot| (?:{'|'.join(works)})\b", command))


@pytest.fixture
def candles(recordings: Path, tmp_path: Path) -> Path:
    """Return a folder with the hourly candles of three recorded coins."""
    folder = tmp_path / "candles"
    folder.mkdir()
    for symbol in ("BTC", "ETH", "SOL"):
        found = next((recordings / "ohlcv" / "binance-spot-2024").glob(f"{symbol}*-1h.parquet"))
        (folder / found.name).symlink_to(found)
    return folder


@pytest.fixture
def words(request: pytest.FixtureRequest) -> list[str]:
    """Return the words of a command, with the small folder of candles and a free port."""
    command: str = request.param
    if RECORDED in command:
        command = command.replace(RECORDED, str(request.getfixturevalue("candles")))
    elif DATA in command:
        command = command.replace(DATA, str(request.getfixturevalue("recordings")))
    command = re.sub(r"^TIDEMARK_HOME=\S+ ", "", command).replace(PORT, "--port 0")
    return [sys.executable, "-m", "workstation", *shlex.split(command)[1:]]


@pytest.fixture
def place() -> Iterator[Path]:
    """Return an empty folder with a path short enough for sockets; all that is said and kept goes there."""
    with tempfile.TemporaryDirectory(prefix="tm-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def surroundings(place: Path) -> dict[str, str]:
    """Return the variables of a user whose settings keep tests away from live venues."""
    home = place / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.toml").write_text('[venue]\nname = "practice"\n')
    return {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "QT_QPA_PLATFORM": "offscreen",
        "TIDEMARK_HOME": str(home),
        "TMPDIR": str(place),
    }


def warnings(said: str) -> list[str]:
    """Return what a program wrote to the terminal as an error, without what Qt says of having no screen."""
    return [line for line in said.splitlines() if line != "This plugin does not support propagateSizeHints()"]


def wait_until_it_answers(process: subprocess.Popen[str], words: list[str], place: Path) -> None:
    """Wait for the sandbox's first line, or for the socket on which an engine or a window answers."""
    if "sandbox" in words:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("listening on http://127.0.0.1:")
        return
    name = "engine.sock" if "serve" in words else "window.sock"
    while process.poll() is None and not any(place.rglob(name)):
        time.sleep(0.05)


@pytest.mark.parametrize("words", [c for c in commands() if ends_by_itself(c)], indirect=True, ids=str)
def test_a_command_that_ends_by_itself_ends_well(
    words: list[str], surroundings: dict[str, str], place: Path
) -> None:
    done = subprocess.run(
        words, cwd=place, env=surroundings, capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode, warnings(done.stderr)) == (0, [])
    for option in ("--out", "--screenshot"):
        if option in words:
            assert (place / words[words.index(option) + 1]).stat().st_size > 1000


@pytest.mark.parametrize("words", [c for c in commands() if not ends_by_itself(c)], indirect=True, ids=str)
def test_a_command_that_stays_leaves_cleanly_when_told(
    words: list[str], surroundings: dict[str, str], place: Path
) -> None:
    with subprocess.Popen(
        words, cwd=place, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        watchdog = threading.Timer(90, process.kill)
        watchdog.start()
        try:
            wait_until_it_answers(process, words, place)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=PATIENCE_S)
        finally:
            watchdog.cancel()
    assert (process.returncode, warnings(said)) == (0, [])
