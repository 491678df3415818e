"""The gate: what has to hold before a change may stay. The first step that fails ends it."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

import debian
from environment import Environment
from trouble import SetupError

DESKTOP = [
    "appstream",
    "dbus",
    "dbus-x11",
    "desktop-file-utils",
    "dunst",
    "fonts-dejavu-core",
    "gnome-keyring",
    "libnotify-bin",
    "openbox",
    "trayer",
    "x11-utils",
    "xauth",
    "xdotool",
    "xfce4-notifyd",
    "xfce4-panel",
    "xvfb",
]
"""A screen, a window manager, trays and notification services for the tests that use real ones."""

TWO_AT_A_TIME = ["-n", "2"]
"""Tests of whole programs in one process (tests/conftest.py), all the others beside them in another."""


def test(environment: Environment, pytest_arguments: list[str]) -> int:
    """Run every step of the gate and return the exit code of the first that failed, else 0."""
    _offer_desktop()
    return _run_steps(environment, steps(environment, pytest_arguments))


def bench(environment: Environment, arguments: list[str]) -> int:
    """Run one benchmark with its arguments, or all of them; return the exit code of the first that failed.

    Parameters
    ----------
    environment : Environment
        Holds the peers that are measured beside.
    arguments : list of str
        Nothing, or a benchmark's name as in ``tests/benchmarks/bench_NAME.py`` and what it is to be told.

    Raises
    ------
    SetupError
        There is no benchmark of that name.
    """
    folder = os.path.join(environment.project, "tests", "benchmarks")
    names = sorted(
        entry[len("bench_") : -len(".py")] for entry in os.listdir(folder) if entry.startswith("bench_")
    )
    if arguments and arguments[0] not in names:
        raise SetupError(f"{arguments[0]!r} is not a benchmark; there are {', '.join(names)}.", exit_code=2)
    chosen, told = (arguments[:1], arguments[1:]) if arguments else (names, [])
    todo = [(name, [environment.python, os.path.join(folder, f"bench_{name}.py"), *told]) for name in chosen]
    return _run_steps(environment, todo)


def steps(environment: Environment, pytest_arguments: list[str]) -> list[tuple[str, list[str]]]:
    """Return the gate's steps in order: a name, and the command that must end with 0."""
    return [
        ("format", [environment.command("ruff"), "format", "--check", "."]),
        ("lint", [environment.command("ruff"), "check", "."]),
        ("types", [environment.command("mypy")]),
        ("imports", [environment.command("lint-imports")]),
        ("arithmetic", [environment.command("tidemark"), "prepare"]),
        ("tests", [environment.command("pytest"), *(pytest_arguments or TWO_AT_A_TIME)]),
    ]


def _offer_desktop() -> None:
    """Install what the desktop tests use, or say which tests will be skipped for want of it."""
    lacking = debian.missing(DESKTOP)
    if not lacking:
        return
    if not debian.may_install():
        print(
            f"Not installed, so the tests that need them are skipped: {' '.join(lacking)}\n"
            f"  sudo apt-get install -y --no-install-recommends {' '.join(lacking)}"
        )
        return
    try:
        debian.require(lacking, "A desktop for the tests")
    except SetupError as problem:
        print(f"{problem}\nThe tests that need a desktop are skipped.")


def _run_steps(environment: Environment, todo: list[tuple[str, list[str]]]) -> int:
    started_s = time.monotonic()
    for name, command in todo:
        print(f"── {name}", flush=True)
        step_s = time.monotonic()
        exit_code = _run(command, environment.project)
        took = f"{time.monotonic() - step_s:.1f} s"
        if exit_code != 0:
            print(f"── {name} failed with exit code {exit_code} after {took}", flush=True)
            return exit_code
        print(f"── {name} passed in {took}", flush=True)
    print(f"All passed in {time.monotonic() - started_s:.1f} s.", flush=True)
    return 0


def _run(command: list[str], folder: str) -> int:
    """Run one command; when this process is told to stop, so is the command."""
    process = subprocess.Popen(command, cwd=folder)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
        _see_out(process)


def _see_out(process: subprocess.Popen[bytes]) -> None:
    """Wait for a command that was told to stop; ask again, louder, when it does not hear."""
    for louder in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.send_signal(louder)
    process.wait()
