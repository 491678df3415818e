"""The whole set-up, by the system's Python and pip, on a toy checkout that needs no network."""

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.fakes.patience import PATIENCE_S

PROJECT = Path(__file__).resolve().parents[2]
SYSTEM_PYTHON = getattr(sys, "_base_executable", sys.executable)

# A checkout without dependencies on a build tool: it builds its own editable wheel.
PYPROJECT = """
[build-system]
requires = []
build-backend = "toy_backend"
backend-path = ["."]
"""
BACKEND = """
import pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "toy-1.0-py3-none-any.whl"
    info = "toy-1.0.dist-info/"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("toy_path.pth", str(pathlib.Path.cwd()))
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: toy\\nVersion: 1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt", "[console_scripts]\\ntidemark = toy_program:main\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""
PROGRAM = """
import sys, time
def main():
    import toy_candle
    print(toy_candle.SOUND, sys.argv[1:], flush=True)
    if "--stay" in sys.argv:
        time.sleep(60)
    sys.exit(3 if "--fail" in sys.argv else 0)
"""

pytestmark = pytest.mark.skipif(
    subprocess.run([SYSTEM_PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode
    != 0,
    reason="needs the system's pip",
)


class Checkout:
    """A toy checkout with the real set-up scripts, and a folder that stands for the package index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.index = folder / "index"
        self.elsewhere = folder / "elsewhere"
        for each in (self.folder / "packaging" / "locks", self.index, self.elsewhere):
            each.mkdir(parents=True)
        for script in (PROJECT / "packaging").glob("*.py"):
            shutil.copy(script, self.folder / "packaging")
        (self.folder / "pyproject.toml").write_text(PYPROJECT)
        (self.folder / "toy_backend.py").write_text(BACKEND)
        (self.folder / "toy_program.py").write_text(PROGRAM)
        self.publish("sound")

    def publish(self, text: str) -> None:
        """Put a package into the index and lock it."""
        wheel = self.index / "toy_candle-1.0-py3-none-any.whl"
        info = "toy_candle-1.0.dist-info"
        files = {
            "toy_candle.py": f"SOUND = {text!r}\n",
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: toy-candle\nVersion: 1.0\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        with zipfile.ZipFile(wheel, "w") as archive:
            record = ""
            for name, content in files.items():
                archive.writestr(name, content)
                digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=")
                record += f"{name},sha256={digest.decode()},{len(content)}\n"
            archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        for profile in ("run", "test", "bench"):
            lock = self.folder / "packaging" / "locks" / f"{profile}.txt"
            lock.write_text(f"toy-candle==1.0 \\\n    --hash=sha256:{digest}\n")

    @property
    def surroundings(self) -> dict[str, str]:
        """The variables of the user's shell: an empty home, and no index but ours."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.elsewhere),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index),
            "PIP_CONFIG_FILE": os.devnull,
        }

    def bootstrap(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the set-up from another folder, as a user may."""
        return subprocess.run(
            [SYSTEM_PYTHON, str(self.folder / "packaging" / "bootstrap.py"), *arguments],
            cwd=self.elsewhere,
            env={**self.surroundings, **more},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def lose_index(self) -> None:
        """From now on nothing can be installed."""
        shutil.rmtree(self.index)
        self.index.mkdir()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_one_command_sets_up_and_starts_and_the_second_start_needs_nothing(checkout: Checkout) -> None:
    first = checkout.bootstrap("run", "--symbol", "BTC/USDT", "--fail")
    assert first.returncode == 3, first.stderr
    assert first.stdout.endswith("sound ['--symbol', 'BTC/USDT', '--fail']\n")
    assert "Installed what packaging/locks/run.txt names." in first.stdout

    checkout.lose_index()
    second = checkout.bootstrap("run")
    assert second.stdout == "sound []\n"
    assert (second.returncode, second.stderr) == (0, "")


def test_a_set_up_that_was_cut_short_is_repaired_by_the_next(checkout: Checkout) -> None:
    checkout.bootstrap("run")
    site_packages = next((checkout.folder / ".venv" / "lib").glob("python*/site-packages"))
    (site_packages / "toy_candle.py").write_text("SOUND = 'hal")  # written half when the power went
    (checkout.folder / ".venv" / "tidemark-unfinished").touch()
    again = checkout.bootstrap("run")
    assert again.stdout.endswith("sound []\n")
    assert again.returncode == 0


def test_a_package_that_is_not_the_locked_one_is_refused(checkout: Checkout) -> None:
    lock = checkout.folder / "packaging" / "locks" / "run.txt"
    before = lock.read_text()
    checkout.publish("forged")
    lock.write_text(before)
    refused = checkout.bootstrap("run")
    assert refused.returncode == 1
    assert refused.stderr.startswith("A downloaded package is not the one that was locked")
    assert "forged" not in refused.stdout


def test_without_network_one_sentence_says_so(checkout: Checkout) -> None:
    nowhere = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    checkout.lose_index()
    failed = checkout.bootstrap("run", **nowhere)
    assert failed.returncode == 1
    assert failed.stderr.startswith(
        "The packages could not be downloaded: the package index does not answer."
    )
    assert "What pip said:" in failed.stderr


def test_a_signal_reaches_the_program_itself(checkout: Checkout) -> None:
    checkout.bootstrap("run")
    process = subprocess.Popen(
        [SYSTEM_PYTHON, str(checkout.folder / "packaging" / "bootstrap.py"), "run", "--stay"],
        env=checkout.surroundings,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "sound ['--stay']\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == -signal.SIGTERM


def test_a_place_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    (checkout.folder / ".venv").write_text("a file where the folder should be")
    failed = checkout.bootstrap("run")
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"{checkout.folder / '.venv'} could not be made: ")


@pytest.mark.parametrize(
    ("told", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["TERM", "INT"]
)
def test_a_gate_that_is_told_to_stop_leaves_nothing_running(told: signal.Signals, exit_code: int) -> None:
    stay = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    code = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # deaf where a shell keeps it in its background
sys.path.insert(0, {str(PROJECT / "packaging")!r})
import bootstrap, gate
bootstrap._set_up = lambda *about: None
gate._offer_desktop = lambda: None
gate.steps = lambda *about: [("tests", [sys.executable, "-c", {stay!r}])]
sys.exit(bootstrap.main(["test"]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as gate:
        assert gate.stdout is not None
        assert gate.stdout.readline() == "── tests\n"
        pid = int(gate.stdout.readline())
        os.killpg(gate.pid, told)  # as a terminal and a CI runner do
        assert gate.wait(timeout=PATIENCE_S) == exit_code
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
