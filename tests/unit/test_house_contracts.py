"""Every import contract guards a real door: each is seen red once, on a copy with a violation planted."""

import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# For each contract, modules that must not say what they are made to say here.
VIOLATIONS: dict[str, list[tuple[str, str]]] = {
    "layers": [
        ("domain/candle.py", "import workstation.engine"),
        ("engine/__init__.py", "import workstation.storage"),
        ("feeds/__init__.py", "import workstation.storage"),
        ("services/__init__.py", "import workstation.link"),
        ("sandbox/__init__.py", "import workstation.feeds"),
        ("unheard_of.py", ""),  # exhaustive: a new room has to be given its place
    ],
    "no-circles": [("ui/chart/__init__.py", "import workstation.ui.widgets")],
    "window-does-not-serve": [
        ("ui/__init__.py", "import workstation.services"),
        ("window_app/__init__.py", "import workstation.feeds"),
        ("ui/chart/__init__.py", "import workstation.sandbox"),
    ],
    "judgement-knows-no-practice": [
        ("engine/__init__.py", "import workstation.sandbox"),
        ("domain/candle.py", "import workstation.sandbox"),
    ],
    "pure": [
        ("engine/features/__init__.py", "import time"),
        ("engine/__init__.py", "import asyncio"),
        ("domain/candle.py", "import logging"),
        ("engine/__init__.py", "import sqlite3"),
        ("domain/market.py", "import socket"),
        ("domain/market.py", "import threading"),
    ],
    "qt": [
        ("services/__init__.py", "import qasync"),
        ("engine_app.py", "import PySide6.QtCore"),
        ("storage/__init__.py", "def late() -> None:\n    import shiboken6"),
    ],
    "engine-process-without-qt": [
        ("engine_app.py", "import workstation.ui.theme"),
        ("link/__init__.py", "from PySide6 import QtCore"),
    ],
    "pyqtgraph": [("ui/market/__init__.py", "import pyqtgraph")],
    "ccxt": [("services/__init__.py", "import ccxt.pro"), ("engine_app.py", "import ccxt")],
    "window-is-light": [
        ("ui/__init__.py", "import pandas"),
        ("window_app/__init__.py", "import ccxt"),
        ("ui/words/__init__.py", "import numba"),
        ("ui/market/__init__.py", "import lightgbm"),
        ("domain/candle.py", "import pandas"),  # ... nor by a detour
    ],
    "lightgbm": [
        ("engine/confluence.py", "import sklearn.isotonic"),
        ("services/__init__.py", "import lightgbm"),
    ],
    "no-model-beside-the-market": [
        ("engine_app/house.py", "import workstation.model_app"),
        ("domain/candle.py", "import lightgbm"),  # ... nor by a detour
    ],
    "fastapi": [("services/__init__.py", "import fastapi")],
    "web3": [("services/__init__.py", "import web3"), ("feeds/__init__.py", "import hexbytes")],
    "keyring": [("storage/__init__.py", "import keyring")],
    "sealing": [
        ("storage/key_file.py", "from cryptography.hazmat.primitives.ciphers.aead import AESGCM"),
        ("services/__init__.py", "import argon2"),
    ],
}
# What the circle needs besides: the way back.
ALSO = {"no-circles": ("ui/widgets/__init__.py", "import workstation.ui.chart")}
PLANTED = [
    pytest.param(contract, module, line, id=f"{contract}-{module}-{line.split()[-1] if line else 'new'}")
    for contract, violations in VIOLATIONS.items()
    for module, line in violations
]


def contracts() -> dict[str, str]:
    """Return the name of each contract by its id."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    return {each["id"]: each["name"] for each in settings["tool"]["importlinter"]["contracts"]}


def copy_house(to: Path) -> Path:
    shutil.copytree(
        PROJECT / "workstation", to / "workstation", ignore=shutil.ignore_patterns("__pycache__", "*.svg")
    )
    shutil.copy(PROJECT / "pyproject.toml", to)
    return to


def lint(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *arguments]
    return subprocess.run(
        command, cwd=house, capture_output=True, text=True, env={"COLUMNS": "200"}, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], str]:
    """Return what lint-imports says to each violation, planted alone in a copy of the house."""

    def ask(case: tuple[str, str, str]) -> str:
        contract, module, line = case
        house = copy_house(tmp_path_factory.mktemp("house"))
        for path, text in [(module, line), *([ALSO[contract]] if contract in ALSO else [])]:
            with (house / "workstation" / path).open("a", encoding="utf-8") as file:
                file.write(f"\n{text}\n")
        said = lint(house, "--contract", contract)
        shutil.rmtree(house)
        return said.stdout

    cases = [case.values for case in PLANTED]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(cases, pool.map(ask, cases), strict=True))


def test_every_contract_is_kept(tmp_path: Path) -> None:
    said = lint(copy_house(tmp_path))
    assert said.returncode == 0, said.stdout
    for name in contracts().values():
        assert re.search(rf"^{re.escape(name)} KEPT", said.stdout, re.MULTILINE)


def test_every_contract_has_a_violation_to_be_seen_red_with() -> None:
    assert set(VIOLATIONS) == set(contracts())


@pytest.mark.parametrize(("contract", "module", "line"), PLANTED)
def test_a_planted_violation_breaks_its_contract(
    verdicts: dict[tuple[str, str, str], str], contract: str, module: str, line: str
) -> None:
    said = verdicts[contract, module, line]
    assert re.search(rf"^{re.escape(contracts()[contract])} BROKEN", said, re.MULTILINE), said
