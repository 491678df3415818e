"""Every command in the README is run by something, and every file it names is there."""

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text("utf-8")

GATE = "tests/unit/test_packaging_set_up.py"
SET_UP = "tests/integration/test_packaging_bootstrap.py"
COMMAND_LINE = "tests/integration/test_packaging_readme_commands.py"
SHORT = "tests/integration/test_benchmarks_short.py"
# Each command as it stands in the README, and where it is run.
RUN_BY = {
    "python3 packaging/bootstrap.py run": SET_UP,
    "python3 packaging/bootstrap.py run --practice simulated --speed 600": COMMAND_LINE,
    "python3 packaging/bootstrap.py test": ".ci/run",
    "python3 packaging/bootstrap.py test tests/unit": GATE,
    "python3 packaging/bootstrap.py bench": GATE,
    "python3 packaging/bootstrap.py bench chart_painting": SHORT,
    "python3 packaging/bootstrap.py bench chart_switch": SHORT,
    "python3 packaging/bootstrap.py bench wire_to_chart": SHORT,
    "python3 packaging/bootstrap.py bench second_start": SHORT,
    "python3 packaging/bootstrap.py bench recorded_week": SHORT,
    "python3 packaging/bootstrap.py bench data_points": SHORT,
    "python3 packaging/bootstrap.py bench universe": SHORT,
    "python3 packaging/bootstrap.py bench live_decision": SHORT,
    "python3 packaging/bootstrap.py bench narratives": SHORT,
    "python3 packaging/bootstrap.py bench rotation_graph": SHORT,
    "python3 packaging/bootstrap.py bench palette": SHORT,
    "python3 packaging/bootstrap.py bench watchlist": SHORT,
    "python3 packaging/bootstrap.py bench long_use": SHORT,
}


def commands() -> list[str]:
    """Return every command line in the README's fenced shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def is_run_by(command: str) -> str:
    """Return the file that runs a command."""
    if re.match(r"(?:TIDEMARK_HOME=\S+ )?tidemark\b", command):
        return COMMAND_LINE
    return RUN_BY[command]


def test_every_block_says_what_language_it_is_in() -> None:
    fences = re.findall(r"^```(.*)$", README, re.MULTILINE)
    assert set(fences[::2]) <= {"sh", "toml"}
    assert set(fences[1::2]) == {""}


def test_the_two_commands_come_first() -> None:
    assert commands()[0] == "python3 packaging/bootstrap.py run"
    assert "python3 packaging/bootstrap.py test" in commands()


@pytest.mark.parametrize("command", commands())
def test_a_command_is_run_by_a_test_or_by_ci(command: str) -> None:
    runner = PROJECT / is_run_by(command)
    assert runner.is_file()


def test_every_example_of_settings_is_sound() -> None:
    for block in re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        assert tomllib.loads(block)


def test_every_file_it_names_is_there() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r"`((?:packaging|tests)/[\w./]+)`", README)
    assert "packaging/screenshot.png" in named
    assert not [name for name in named if not (PROJECT / name).exists()]
