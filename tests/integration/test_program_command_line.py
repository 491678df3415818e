"""The command line: what it does, and what it says when it is asked wrongly or given something broken."""

import csv
import os
import socket
import subprocess
import sys

import pytest

from tests.fakes.patience import PATIENCE_S
from tests.fakes.processes import PROJECT, practice_exchange, tidemark, wait_for
from workstation import __version__
from workstation.domain.market import SeriesKey
from workstation.engine.confluence import judge
from workstation.storage.candle_files import CandleFolder
from workstation.storage.candle_store import CandleStore
from workstation.storage.paths import Paths

HEADER = "ts,open,high,low,close,volume\n"
HOUR = 3_600_000
NEW_YEAR = 1_704_067_200_000


@pytest.fixture
def ask(tmp_path):
    """Return what runs one command to its end below a home of its own."""

    def run(*arguments, **variables):
        env = {k: v for k, v in os.environ.items() if k not in variables} | {
            "TIDEMARK_HOME": str(tmp_path / "home"),
            **{k: v for k, v in variables.items() if v is not None},
        }
        return subprocess.run(
            [sys.executable, "-m", "workstation", *map(str, arguments)],
            cwd=PROJECT,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def rows(n, first=0):
    return "".join(f"{NEW_YEAR + (first + i) * HOUR},10,12,9,11,{i}\n" for i in range(n))


def folder_with(tmp_path, name, text):
    folder = tmp_path / "candles"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_the_version_is_the_packages(ask):
    said = ask("--version")
    assert (said.returncode, said.stdout) == (0, f"tidemark {__version__}\n")


@pytest.mark.parametrize("command", [(), ("serve",), ("sandbox",), ("import",), ("signals",)], ids=str)
def test_help_explains_every_option(ask, command):
    said = ask(*command, "--help")
    assert said.returncode == 0
    options = [line for line in said.stdout.splitlines() if line.lstrip().startswith("--")]
    assert len(options) >= 3
    assert all(word in said.stdout for word in ("usage: tidemark", "options:"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--speed", "0"), "0 is not in 1..10000"),
        (("--speed", "20000"), "20000 is not in 1..10000"),
        (("--speed", "fast"), "'fast' is not a number"),
        (("--from", "2024-13-01"), "'2024-13-01' is not a date like 2024-02-01"),
        (("--after", "-1"), "-1 is not above zero"),
        (("--practice", "/no/such/folder"), "'/no/such/folder' is none"),
        (("--practice", "https://api.binance.com"), "is none"),
        (("sandbox",), "one of the arguments --data --simulated is required"),
        (("sandbox", "--simulated", "--data", "x"), "not allowed with"),
        (("import", "--venue", "x"), "--data"),
        (
            ("signals", "--data", "x", "--symbol", "A/B", "--timeframe", "7m", "--out", "y"),
            "'7m' is not known",
        ),
        (("--speed", "60"), "--speed, --seed, --coins and --from go with --practice"),
        (("sandbox", "--simulated", "--port", "99999"), "99999 is not a port"),
        (("serve", "--venue", "nosuchvenue"), "--venue nosuchvenue is not known; choose one of binance"),
        (("serve", "--timeframes", "1h,7h"), "'7h' is not known"),
        (("frobnicate",), "invalid choice: 'frobnicate'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_told_and_leaves_with_two(ask, arguments, words):
    said = ask(*arguments)
    assert said.returncode == 2
    assert words in said.stderr
    assert "Traceback" not in said.stderr
    assert said.stdout == ""


def test_candles_are_imported_and_a_second_import_adds_nothing(ask, tmp_path):
    folder = folder_with(tmp_path, "BTCUSDT-1h.csv", HEADER + rows(50))
    said = ask("import", "--data", folder, "--venue", "binance")
    assert (said.returncode, said.stdout) == (0, "50 new candles from 1 file; 0 files refused.\n")
    with CandleStore(Paths.below(tmp_path / "home").candles_db, read_only=True) as store:
        assert store.span(SeriesKey("binance", "BTC/USDT", "1h")) == (NEW_YEAR, NEW_YEAR + 49 * HOUR, 50)
    assert ask("import", "--data", folder, "--venue", "binance").stdout.startswith("0 new candles")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("BTCUSDT-1h.csv", "ts,open,high,low,close\n0,1,1,1,1\n", "volume"),
        ("BTCUSDT-1h.csv", HEADER + "yesterday,10,12,9,11,1\n", "yesterday"),
        ("BTCUSDT-1h.csv", HEADER + f"{NEW_YEAR},10,12,9,11,1\n{NEW_YEAR},10,12,9,10,1\n", "row"),
        ("BTCUSDT-1h.csv", HEADER + rows(1, 5) + rows(1, 2), "row"),
        ("BTCUSDT-1h.csv", HEADER + f"{NEW_YEAR},10,nan,9,11,1\n", "row"),
        ("BTCUSDT-1h.csv", HEADER + f"{NEW_YEAR},10,12,-9,11,1\n", "-9"),
        ("BTCUSDT-1h.csv", HEADER + f"{NEW_YEAR},10,9,12,11,1\n", "high"),
        ("BTCUSDT-1h.parquet", b"PAR1 and then the disk was full", "Parquet"),
        ("BTCUSDT-1h.csv", b"", "empty"),
    ],
    ids=["no volume", "a word for a date", "contradiction", "unsorted", "NaN", "negative", "high below low",
         "truncated Parquet", "empty file"],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_reason_and_the_others_go_in(ask, tmp_path, name, text, words):
    folder = folder_with(tmp_path, name, text)
    folder_with(tmp_path, "ETHUSDT-1h.csv", HEADER + rows(9))
    said = ask("import", "--data", folder, "--venue", "binance")
    assert said.returncode == 1
    assert said.stdout == "9 new candles from 1 file; 1 file refused.\n"
    assert name in said.stderr
    assert words.lower() in said.stderr.lower()
    assert "Traceback" not in said.stderr


def test_signals_are_written_as_the_engine_judges_them(ask, recordings, tmp_path):
    data, out = recordings / "ohlcv" / "binance-spot-2024", tmp_path / "signals.csv"
    said = ask("signals", "--data", data, "--symbol", "BTC/USDT", "--timeframe", "1h", "--out", out)
    assert (said.returncode, said.stderr) == (0, "")
    expected = judge(SeriesKey("file", "BTC/USDT", "1h"), CandleFolder(data).read("BTC/USDT", "1h"))
    with out.open(newline="") as file:
        written = [(int(row["open_time"]), row["direction"]) for row in csv.DictReader(file)]
    assert written == [(s.open_time, s.direction.name.lower()) for s in expected]
    assert {direction for _, direction in written} == {"bullish", "bearish"}


def test_signals_of_a_symbol_that_is_not_there_say_so(ask, tmp_path):
    folder = folder_with(tmp_path, "BTCUSDT-1h.csv", HEADER + rows(9))
    said = ask("signals", "--data", folder, "--symbol", "ETH/USDT", "--out", tmp_path / "x.csv")
    assert (said.returncode, said.stderr) == (
        1,
        "tidemark: There is no file with ETH/USDT 1h in the folder.\n",
    )


def test_signals_that_cannot_be_written_say_so(ask, tmp_path):
    folder = folder_with(tmp_path, "BTCUSDT-1h.csv", HEADER + rows(9))
    said = ask("signals", "--data", folder, "--symbol", "BTC/USDT", "--out", tmp_path / "no" / "x.csv")
    assert said.returncode == 1
    assert "cannot be written: No such file or directory" in said.stderr


def test_a_port_in_use_is_told(ask):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = ask("sandbox", "--simulated", "--port", taken.getsockname()[1])
    assert said.returncode == 1
    assert said.stderr.startswith("tidemark: The practice market cannot listen on 127.0.0.1:")
    assert said.stdout == ""


def test_a_folder_that_is_not_there_is_told(ask, tmp_path):
    said = ask("sandbox", "--data", tmp_path / "nothing")
    assert said.returncode == 1
    assert "nothing" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_practice_address_where_nobody_listens_is_told_in_the_engine(ask):
    said = ask("serve", "--practice", "http://127.0.0.1:9", "--linger", "2")
    assert said.returncode == 0  # it waited for a window, and none came
    assert "No practice market answers at http://127.0.0.1:9" in said.stderr


def test_without_a_screen_the_window_says_so(ask):
    said = ask(DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert said.returncode == 1
    assert said.stderr == (
        "tidemark: There is no screen to open a window on (DISPLAY is not set); try tidemark serve.\n"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[chart\n", "cannot be used"),
        ("[chart]\nwobble = 1\n", "chart.wobble is not known"),
        ("[chart]\nlog_scale = 7\n", "chart.log_scale is 7"),
    ],
    ids=["syntax error", "unknown key", "wrong type"],
)
def test_settings_that_cannot_be_used_are_told_and_the_engine_runs(tmp_path, text, words):
    home = tmp_path / "home"
    Paths.below(home).settings_file.write_text(text)
    with practice_exchange("--simulated") as url, tidemark("serve", "--practice", url, home=home) as engine:
        wait_for(lambda: Paths.below(home).engine_socket.exists())
        engine.terminate()
        _, said = engine.communicate(timeout=PATIENCE_S)
    assert engine.returncode == 0
    assert words in said
