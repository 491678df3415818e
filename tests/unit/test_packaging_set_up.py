"""What the set-up decides and says, piece by piece."""

import ast
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap
import debian
import gate
import locking
import system_libraries
from environment import COVERS, Environment
from pip_run import _Narrator
from progress import Progress
from trouble import SetupError
from workstation.ui import qt_pair

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Return an environment in a checkout that has locks and, so far, nothing else."""
    (tmp_path / "packaging" / "locks").mkdir(parents=True)
    for profile in COVERS:
        (tmp_path / "packaging" / "locks" / f"{profile}.txt").write_text(f"# {profile}\n")
    (tmp_path / "pyproject.toml").write_text("")
    made = Environment(str(tmp_path))
    Path(made.site_packages).mkdir(parents=True)
    Path(made.python).parent.mkdir(parents=True)
    Path(made.python).write_text("")
    Path(made.command("tidemark")).write_text("")
    return made


class Terminal(io.StringIO):
    """Takes what is written, and says that it is a terminal."""

    def isatty(self) -> bool:
        return True


# -- the command line


def test_an_old_python_can_read_the_script_and_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse((PROJECT / "packaging" / "bootstrap.py").read_text("utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert bootstrap.main(["run"]) == 1
    assert "needs Python 3.11 or newer; this is Python 3.9.2" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "exit_code"), [([], 2), (["--help"], 0), (["fly"], 2)])
def test_wrong_usage_ends_with_2_and_help_with_0(
    arguments: list[str], exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(arguments) == exit_code
    said = capsys.readouterr()
    assert "bench" in said.out + said.err


# -- what is known to be installed


@pytest.mark.parametrize("profile", COVERS)
def test_a_profile_once_ready_stays_ready_and_covers_the_smaller_ones(
    environment: Environment, profile: str
) -> None:
    assert not environment.is_ready(profile)
    environment.mark_ready(profile)
    assert {name for name in COVERS if environment.is_ready(name)} == set(COVERS[profile])


def test_marking_the_small_profile_forgets_nothing(environment: Environment) -> None:
    environment.mark_ready("test")
    environment.mark_ready("run")
    assert environment.is_ready("test")


@pytest.mark.parametrize("changed", ["packaging/locks/run.txt", "pyproject.toml"])
def test_a_changed_lock_or_project_has_to_be_installed_again(environment: Environment, changed: str) -> None:
    environment.mark_ready("run")
    with Path(environment.project, changed).open("a") as file:
        file.write("# changed\n")
    assert not environment.is_ready("run")
    assert environment.is_usable()


def test_another_python_needs_an_environment_of_its_own(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.mark_ready("run")
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert not environment.is_ready("run")
    assert not environment.is_usable()


def test_a_checkout_that_was_moved_needs_a_new_environment(environment: Environment, tmp_path: Path) -> None:
    environment.mark_ready("run")
    moved = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-moved"))
    assert not Environment(str(moved)).is_ready("run")
    assert not Environment(str(moved)).is_usable()


def test_an_environment_left_half_done_is_neither_ready_nor_usable(environment: Environment) -> None:
    environment.mark_ready("run")
    environment.begin_writing()
    assert not environment.is_ready("run")
    assert not environment.is_usable()
    environment.end_writing()
    assert environment.is_ready("run")


def test_a_note_that_cannot_be_read_counts_as_none(environment: Environment) -> None:
    environment.mark_ready("run")
    Path(environment.folder, "tidemark-setup.json").write_text("{broken")
    assert not environment.is_ready("run")
    assert environment.is_usable()


@pytest.mark.parametrize(
    ("python", "pyside", "sound"),
    [
        ((3, 11, 2), "6.11.3", True),
        ((3, 11, 2), "6.12.0", False),
        ((3, 12, 0), "6.12.0", True),
    ],
)
def test_set_up_and_window_agree_on_which_pair_is_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: tuple[int, ...], pyside: str, sound: bool
) -> None:
    monkeypatch.setattr(sys, "version_info", python)
    environment = Environment(str(tmp_path))
    Path(environment.site_packages, f"pyside6_essentials-{pyside}.dist-info").mkdir(parents=True)
    assert (environment.qt_problem() is None) is sound
    assert (qt_pair.problem(python, tuple(map(int, pyside.split(".")))) is None) is sound


# -- one line instead of pip's wall


def test_each_package_moves_the_line_and_those_of_other_systems_do_not_count(
    environment: Environment,
) -> None:
    out = Terminal()
    narrator = _Narrator(environment, Progress(out), 3)
    narrator.hear("Ignoring winloop: markers 'sys_platform == \"win32\"' don't match your environment")
    narrator.hear("Collecting aiohttp==3.14.5")
    narrator.hear("  Downloading aiohttp-3.14.5-cp311-cp311-manylinux_2_17_x86_64.whl (1.7 MB)")
    narrator.hear("Requirement already satisfied: attrs==26.1.0 in ./.venv/lib (line 3)")
    assert re.findall(r"\x1b\[K([^\r]+)", out.getvalue()) == [
        "Fetching 1 of 2: aiohttp",
        "Fetching 1 of 2: aiohttp (1.7 MB)",
        "Found 2 of 2: attrs",
    ]


def test_while_pip_writes_silently_the_packages_on_disk_are_counted(environment: Environment) -> None:
    out = Terminal()
    narrator = _Narrator(environment, Progress(out), 2)
    narrator.hear("Installing collected packages: aiohttp-fast-zlib, numpy")
    assert environment.is_unfinished()
    half = Path(environment.site_packages, "aiohttp_fast_zlib-0.3.0.dist-info")
    half.mkdir()
    narrator.hear("")
    (half / "RECORD").write_text("")
    narrator.hear("")
    assert "Installing 0 of 2: aiohttp-fast-zlib" in out.getvalue()
    assert out.getvalue().endswith("Installing 1 of 2: numpy")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "WARNING: NewConnectionError('[Errno -3] Temporary failure in name resolution')",
            "the package index does not answer",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "nothing was installed",
        ),
        ("ERROR: No matching distribution found for apsw==3.54.1.0", "no ready-built file"),
        ("ERROR: something nobody thought of", "could not be installed"),
    ],
)
def test_a_failure_is_told_in_one_sentence_and_then_in_pips_own_words(
    environment: Environment, line: str, sentence: str
) -> None:
    narrator = _Narrator(environment, Progress(io.StringIO()), 1)
    narrator.hear("Collecting aiohttp==3.14.5")
    narrator.hear(line)
    narrator.hear("      File 'x.py', line 1")
    said = narrator.complaint()
    assert sentence in said.splitlines()[0]
    assert said.endswith(f"{line}\n      File 'x.py', line 1")
    assert "Collecting" not in said


def test_a_terminal_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    out = Terminal()
    Progress(out).show("Installing with apt: libegl1 libgl1")
    assert out.getvalue() == "\r\x1b[KInstalling with apt"


def test_a_log_file_gets_few_lines_and_no_control_characters() -> None:
    out = io.StringIO()
    progress = Progress(out)
    for n in range(100):
        progress.show(f"Fetching {n} of 100")
    progress.finish("Done.")
    assert out.getvalue() == "Fetching 0 of 100\nDone.\n"


# -- Qt's system libraries


def test_what_ldd_misses_is_turned_into_debian_packages() -> None:
    said = """
\tlibGL.so.1 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
\tlibxcb-cursor.so.0 => not found
\tlibGL.so.1 => not found
"""
    lacking = system_libraries.not_found(said)
    assert lacking == ["libGL.so.1", "libxcb-cursor.so.0"]
    assert system_libraries.packages_for(lacking) == ["libgl1", "libxcb-cursor0"]


@pytest.mark.skipif(shutil.which("readelf") is None, reason="needs readelf (binutils)")
def test_every_library_qt_may_miss_has_a_known_package() -> None:
    pyside = Path(Environment.of_this_checkout().site_packages, "PySide6")
    own = {path.name for path in (pyside / "Qt" / "lib").iterdir()} | {path.name for path in pyside.iterdir()}
    files = [pyside / name for name in system_libraries._OF_QT + system_libraries._OF_WAYLAND]
    seen: set[str] = set()
    while files:
        answer = subprocess.run(
            ["readelf", "-d", *map(str, files)], capture_output=True, text=True, check=True
        ).stdout
        needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", answer)) - seen
        seen |= needed
        files = [pyside / "Qt" / "lib" / name for name in needed if name.startswith("libQt6")]
    of_libc = re.compile(r"lib(c|m|dl|pthread|rt|resolv|gcc_s)\.so\.\d|ld-linux|libicu|libshiboken6")
    system = {name for name in seen - own if not of_libc.match(name)}
    assert "libxcb-cursor.so.0" in system
    assert system <= set(system_libraries.PACKAGES)


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="needs a Debian")
def test_debian_agrees_on_which_package_brings_which_library() -> None:
    lines = subprocess.run(
        ["dpkg-query", "-S", *(f"*/{name}" for name in system_libraries.PACKAGES)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    owners = {
        path.rpartition("/")[2]: owner.partition(":")[0]
        for owner, _, path in (x.partition(": ") for x in lines)
    }
    known = {
        name: owner.removesuffix("t64") for name, owner in owners.items() if name in system_libraries.PACKAGES
    }
    assert "libc.so.6" not in known
    assert known == {name: system_libraries.PACKAGES[name] for name in known}


def test_who_may_not_install_is_told_the_exact_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(SetupError) as told:
        debian.require(["libegl1", "libgl1"], "Qt's library")
    assert str(told.value).endswith("\n  sudo apt-get install -y --no-install-recommends libegl1 libgl1")
    assert told.value.exit_code == 1


def test_where_there_is_no_apt_the_packages_are_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SetupError, match=r"no apt-get here.*libegl1"):
        debian.require(["libegl1"], "Qt's library")


# -- the gate


def test_the_gate_asks_in_order_and_hands_pytest_what_follows(environment: Environment) -> None:
    steps = gate.steps(environment, ["-k", "candle"])
    assert [name for name, _ in steps] == ["format", "lint", "types", "imports", "arithmetic", "tests"]
    assert steps[-1][1][1:] == ["-k", "candle"]
    assert gate.steps(environment, [])[-1][1][1:] == gate.TWO_AT_A_TIME
    assert all(command[0].startswith(environment.folder) for _, command in steps)


def test_the_first_step_that_fails_ends_the_gate_with_its_exit_code(
    environment: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    def step(name: str, code: str) -> tuple[str, list[str]]:
        return name, [sys.executable, "-c", code]

    todo = [step("good", "pass"), step("bad", "raise SystemExit(7)"), step("never", "print('reached')")]
    assert gate._run_steps(environment, todo) == 7
    said = capfd.readouterr().out
    assert re.search(r"good passed in \d+\.\d s", said)
    assert re.search(r"bad failed with exit code 7 after \d+\.\d s", said)
    assert "never" not in said
    assert "reached" not in said


@pytest.fixture
def with_benchmarks(environment: Environment) -> Environment:
    """Return an environment whose Python is ours, in a checkout with two benchmarks."""
    folder = Path(environment.project, "tests", "benchmarks")
    folder.mkdir(parents=True)
    for name in ("chart_painting", "recorded_week"):
        (folder / f"bench_{name}.py").write_text(f"import sys; print({name!r}, sys.argv[1:])")
    environment.python = sys.executable
    return environment


def test_all_benchmarks_are_run_or_one_with_what_follows_its_name(
    with_benchmarks: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    assert gate.bench(with_benchmarks, []) == 0
    said = capfd.readouterr().out
    assert "chart_painting []" in said
    assert "recorded_week []" in said
    assert gate.bench(with_benchmarks, ["chart_painting", "--candles", "100000"]) == 0
    said = capfd.readouterr().out
    assert "chart_painting ['--candles', '100000']" in said
    assert "recorded_week" not in said


def test_a_benchmark_that_does_not_exist_is_answered_with_those_that_do(with_benchmarks: Environment) -> None:
    with pytest.raises(SetupError, match="there are chart_painting, recorded_week") as told:
        gate.bench(with_benchmarks, ["chart"])
    assert told.value.exit_code == 2


def test_ci_runs_exactly_the_test_command() -> None:
    script = PROJECT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text("utf-8").splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-1] == "exec python3 packaging/bootstrap.py test"


# -- the locks


def pins(profile: str) -> dict[str, set[str]]:
    """Return the hashes of each pin of a lock, by the pin with its marker."""
    held: dict[str, set[str]] = {}
    for entry in re.split(
        r"\n(?=\S)", (PROJECT / "packaging" / "locks" / f"{profile}.txt").read_text("utf-8")
    ):
        pin, *hashes = entry.replace("\\\n", "").split("--hash=")
        held[pin.strip()] = {each.strip() for each in hashes}
    return held


@pytest.mark.parametrize(("small", "large"), [("run", "test"), ("test", "bench")])
def test_each_lock_holds_every_pin_of_the_one_before_it(small: str, large: str) -> None:
    held = pins(large)
    for pin, hashes in pins(small).items():
        # a package may be needed on more systems there, so its marker may be wider, never its version
        same = [other for other in held if other.partition(" ;")[0] == pin.partition(" ;")[0]]
        assert any(held[other] == hashes for other in same), pin


@pytest.mark.parametrize("profile", locking.PROFILES)
def test_every_pin_has_hashes_and_one_version(profile: str) -> None:
    for pin, hashes in pins(profile).items():
        assert re.match(r"[a-z0-9-]+==[^ ]+( ;|$)", pin)
        assert hashes, pin
        assert all(each.startswith("sha256:") for each in hashes)


def test_the_locks_hold_no_pair_of_python_and_qt_that_crashes() -> None:
    below_3_12 = [
        pin
        for pin in pins("run")
        if pin.startswith(("pyside6-essentials", "shiboken6")) and "< '3.12'" in pin
    ]
    assert [re.search(r"==([\d.]+)", pin)[1] for pin in below_3_12] == ["6.11.3", "6.11.3"]
