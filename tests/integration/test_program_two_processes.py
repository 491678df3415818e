"""The real program: a window, an engine and a practice market, killed, stopped and started again."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.fakes.patience import PATIENCE_S, PROMPT_S
from tests.fakes.processes import PROJECT, practice_exchange, tidemark, wait_for
from workstation.link.doorbell import ring
from workstation.storage.candle_store import CandleStore
from workstation.storage.paths import Paths

PRACTICE = ("--practice", "simulated", "--speed", "600")


@pytest.fixture(autouse=True)
def no_time_is_spent_on_live_venues(tmp_path):
    settings = Paths.below(tmp_path).settings_file
    settings.write_text('[venue]\nname = "practice"\n')


def family(process):
    """Return every process below one, itself first, that still lives."""
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def below(home):
    """Return every process of the program that works below a home."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TIDEMARK_HOME") == str(home) and "workstation" in process.cmdline():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def engines(home):
    return [p for p in below(home) if "serve" in p.cmdline()]


def windows(home):
    return [p for p in below(home) if not {"serve", "sandbox"} & set(p.cmdline())]


def stored(home):
    """Return how many series have candles."""
    path = Paths.below(home).candles_db
    if not path.exists():
        return 0
    with CandleStore(path, read_only=True) as store:
        return len(store.series())


def end_and_listen(process, number):
    """Send a signal; return how long the process took to leave, its exit code and what it said."""
    asked = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    return time.monotonic() - asked, process.returncode, out + err


def market_of(engine):
    """Return the practice market that an engine keeps."""
    return next(child for child in family(engine)[1:] if "sandbox" in child.cmdline())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_the_engine_alone_ends_in_order(tmp_path, number):
    with tidemark("serve", *PRACTICE, home=tmp_path) as engine:
        wait_for(lambda: stored(tmp_path) > 5)
        children = family(engine)[1:]
        assert market_of(engine) in children
        took, code, said = end_and_listen(engine, number)
    assert took < PROMPT_S
    assert code == 0
    assert said == ""
    psutil.wait_procs(children, timeout=PATIENCE_S)
    assert not any(child.is_running() for child in children)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_window_ends_with_its_engine_and_its_market(tmp_path, display, number):
    with tidemark(home=tmp_path, display=display) as window:
        wait_for(lambda: stored(tmp_path) > 5)
        everybody = below(tmp_path)
        assert len(everybody) == 3
        took, code, said = end_and_listen(window, number)
    assert took < PROMPT_S
    assert code == 0
    assert said == ""
    assert [p for p in everybody if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_a_killed_engine_is_started_again_and_what_was_stored_is_there(tmp_path, display):
    with tidemark(home=tmp_path, display=display) as window:
        wait_for(lambda: stored(tmp_path) > 5)
        (first,) = engines(tmp_path)
        before = read_everything(tmp_path)
        first.kill()
        second = wait_for(lambda: [e for e in engines(tmp_path) if e.pid != first.pid])
        assert window.poll() is None
        after = read_everything(tmp_path)
        for key, candles in before.items():
            assert after[key][: len(candles)].equals(candles)
        assert second[0].is_running()


def read_everything(home):
    with CandleStore(Paths.below(home).candles_db, read_only=True) as store:
        return {key: store.read(key) for key in store.series()}


def test_a_killed_window_leaves_its_engine_and_the_next_one_finds_it(tmp_path, display):
    with tidemark(home=tmp_path, display=display) as window:
        wait_for(lambda: stored(tmp_path) > 5)
        (engine,) = engines(tmp_path)
        window.kill()
        window.wait()
    assert engine.is_running()
    with tidemark(home=tmp_path, display=display):
        wait_for(lambda: ring(Paths.below(tmp_path).window_socket))
        time.sleep(2)  # long enough for a window that finds no engine to have started one
        assert [e.pid for e in engines(tmp_path)] == [engine.pid]
    psutil.wait_procs([engine], timeout=PATIENCE_S)
    assert not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE  # ended, not yet reaped


def test_an_engine_whose_window_never_comes_back_leaves_by_itself(tmp_path):
    with tidemark("serve", *PRACTICE, "--linger", "3", home=tmp_path) as engine:
        assert engine.wait(timeout=30) == 0
    assert below(tmp_path) == []


def test_a_second_start_brings_the_first_window_to_the_front_and_leaves(tmp_path, display):
    with tidemark(home=tmp_path, display=display) as first:
        wait_for(lambda: Paths.below(tmp_path).window_socket.exists())
        with tidemark(home=tmp_path, display=display) as second:
            assert second.wait(timeout=PATIENCE_S) == 0
        assert first.poll() is None
        assert len(windows(tmp_path)) == 1


def test_an_engine_started_by_the_trader_outlives_its_windows(tmp_path, display):
    with (
        practice_exchange("--simulated", "--speed", "60") as url,
        tidemark("serve", "--practice", url, home=tmp_path) as engine,
    ):
        wait_for(lambda: stored(tmp_path) > 5)
        with tidemark(home=tmp_path, display=display) as window:
            wait_for(lambda: Paths.below(tmp_path).window_socket.exists())
            time.sleep(2)
            _, code, said = end_and_listen(window, signal.SIGTERM)
            assert (code, said) == (0, "")
        assert engine.poll() is None


def test_a_window_on_a_home_that_cannot_be_written_says_so_and_works(tmp_path, display):
    frozen = tmp_path / "frozen"
    frozen.mkdir()
    mounted = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"mount --bind {frozen} {frozen} && mount -o remount,ro,bind {frozen}"],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a folder read-only: {mounted.stderr.decode().strip()}")
    picture = tmp_path / "window.png"
    program = f"{sys.executable} -m workstation --screenshot {picture} --after 4"
    script = f"mount --bind {frozen} {frozen} && mount -o remount,ro,bind {frozen} && exec {program}"
    ended = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        cwd=PROJECT,
        env={
            **os.environ,
            "TIDEMARK_HOME": str(frozen / "home"),
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")
    assert picture.stat().st_size > 10_000
    assert list(frozen.iterdir()) == []


def test_a_killed_practice_market_comes_back_where_it_stood(tmp_path):
    with tidemark("serve", "--practice", "simulated", "--speed", "3600", home=tmp_path) as engine:
        wait_for(lambda: stored(tmp_path) > 5)
        market = market_of(engine)
        market.kill()
        wait_for(lambda: any("--from" in p.cmdline() for p in family(engine)[1:] if p.pid != market.pid))
        at_death = newest_stored(tmp_path)
        wait_for(lambda: newest_stored(tmp_path) > at_death, 120)  # bars close again: a second is an hour
        _, code, said = end_and_listen(engine, signal.SIGTERM)
    assert code == 0
    assert "The practice market stopped and is being started again" in said
    assert holes(tmp_path) == 0


def newest_stored(home):
    return max(int(candles.open_time[-1]) for candles in read_everything(home).values())


def holes(home):
    """Return how many bars are missing between stored ones."""
    return sum(
        int((candles.open_time[-1] - candles.open_time[0]) // key.bar_ms + 1 - len(candles))
        for key, candles in read_everything(home).items()
    )


def test_the_end_of_a_recording_is_told_and_its_last_bar_is_stored(tmp_path):
    data, home, n_bars = tmp_path / "candles", tmp_path / "home", 400
    data.mkdir()
    new_year, hour = 1_704_067_200_000, 3_600_000
    rows = [f"{new_year + n * hour},{100 + n % 7},120,90,{100 + (n + 1) % 7},{50 + n}" for n in range(n_bars)]
    for symbol in ("BTCUSDT", "ETHUSDT"):
        (data / f"{symbol}-1h.csv").write_text("\n".join(["ts,open,high,low,close,volume", *rows, ""]))
    with (
        practice_exchange("--data", str(data), "--from", "2024-01-17", "--speed", "10000") as url,
        tidemark("serve", "--practice", url, home=home) as engine,
    ):
        wait_for(lambda: stored(home) == 2 and newest_stored(home) == new_year + (n_bars - 1) * hour, 80)
        wait_for(lambda: holes(home) == 0)
        said = hear_until(engine.stderr, "The recording ended at 2024-01-17 16:00 UTC")
        assert engine.poll() is None
        _, code, _ = end_and_listen(engine, signal.SIGTERM)
    assert code == 0
    assert "Traceback" not in said


def hear_until(stream, words):
    said = ""
    while words not in said:
        line = stream.readline()
        assert line, said
        said += line
    return said
