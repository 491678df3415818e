"""``tidemark news`` shows what was heard, as plain text."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workstation.domain.headline import Headline
from workstation.storage.headline_store import HeadlineStore, headlines_db
from workstation.storage.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
NOW = 1_709_658_251_000


@pytest.fixture
def ask(tmp_path):
    """Return what asks for news below a home of its own."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "workstation", "news", *arguments],
            cwd=PROJECT,
            env=os.environ | {"TIDEMARK_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def heard(tmp_path):
    headlines = [
        Headline("Bitcoin <b>surges</b>", "https://a.example/1", "a.example", NOW - 5, NOW, 0.5, ("BTC",)),
        Headline("שלום Ether", "", "b.example", None, NOW + 60_000, -0.25, ("ETH",)),
    ]
    with HeadlineStore(headlines_db(Paths.below(tmp_path))) as store:
        store.add(headlines)
    return headlines


def test_headlines_are_shown_newest_first_as_they_are(ask, heard):
    said = ask()
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines() == [
        "2024-03-05 17:05 UTC  -0.25  ETH  \u2068שלום Ether\u2069",
        "    b.example",
        "2024-03-05 17:04 UTC  +0.50  BTC  Bitcoin <b>surges</b>",
        "    https://a.example/1",
    ]


def test_one_coin_and_a_limit_can_be_asked_for_as_json(ask, heard):
    (row,) = json.loads(ask("--coin", "btc", "--json", "--limit", "5").stdout)
    assert row == {
        "title": "Bitcoin <b>surges</b>",
        "link": "https://a.example/1",
        "source": "a.example",
        "published_ms": NOW - 5,
        "seen_ms": NOW,
        "tone": 0.5,
        "coins": ["BTC"],
    }
    assert len(json.loads(ask("--json", "--limit", "1").stdout)) == 1


def test_without_headlines_it_says_so(ask):
    assert "No headline about XRP was heard yet" in ask("--coin", "XRP").stdout
    assert json.loads(ask("--json").stdout) == []
    wrong = ask("--limit", "inf")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "inf is not a whole number in 1..100000" in wrong.stderr
