"""``tidemark narratives``: what a trader does to the book, from the words to the file."""

import argparse
import asyncio
import json

import pytest

from tests.fakes.provider_server import ProviderServer
from workstation.cli.narratives_edit import add_verbs
from workstation.domain.errors import SettingsError, UsageError
from workstation.storage.narrative_store import NarrativeStore
from workstation.storage.observation_store import ObservationStore
from workstation.storage.paths import HOME_VARIABLE, Paths


@pytest.fixture
def paths(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return Paths.of_user()


@pytest.fixture
def ask(paths, capsys):
    """Carry out one command line; return its exit code and what it printed."""

    def carry_out(*words):
        parser = argparse.ArgumentParser()
        parser.add_argument("--json", action="store_true")
        add_verbs(parser)
        asked = parser.parse_args(words)
        code = asked.carry_out(asked)
        said = capsys.readouterr()
        return code, said.out, said.err

    return carry_out


def test_the_book_is_listed_as_text_and_as_data(ask):
    code, said, errors = ask("book", "ai")
    assert (code, errors) == (0, "")
    assert said.startswith("ai: Artificial intelligence\n")
    assert any(line.split()[:3] == ["AGIX", "2021-05-28", "2024-07-01"] for line in said.splitlines())
    told = json.loads(ask("book", "--json")[1])
    assert told == json.loads(ask("--json", "book")[1])
    assert len(told["narratives"]) >= 12
    assert {"coin", "share", "since_ms", "until_ms", "source"} == told["narratives"][0]["members"][0].keys()
    with pytest.raises(UsageError, match="no narrative 'nothing'"):
        ask("book", "nothing")


def test_coins_are_added_changed_ended_erased_and_it_is_taken_back(ask):
    assert ask("add", "xyz", "--to", "ai", "--share", "0.4", "--since", "2024-01-01", "--source", "me")[
        1
    ] == ("ai: add XYZ, since 2024-01-01 with a share of 0.4 (me)\n")
    assert ask("set", "XYZ", "--in", "ai", "--share", "equal", "--until", "2025-01-01", "--source", "")[
        1
    ] == ("ai: XYZ belongs since 2024-01-01 until 2025-01-01; it was since 2024-01-01 with a share of 0.4\n")
    assert ask("set", "XYZ", "--in", "ai", "--since", "always", "--until", "open")[1].startswith(
        "ai: XYZ belongs always"
    )
    assert "until 2024-06-01" in ask("remove", "XYZ", "--from", "ai", "--on", "2024-06-01")[1]
    assert ask("remove", "XYZ", "--from", "ai", "--past-too")[1].startswith("ai: remove XYZ, which was there")
    for _ in range(5):
        assert "XYZ" in ask("undo")[1]
    with pytest.raises(UsageError, match="no edit"):
        ask("undo")


def test_what_is_added_or_removed_without_a_day_counts_from_now_on(ask, paths):
    before = NarrativeStore(paths.narratives_file).load()[0]
    ask("add", "XYZ", "--to", "ai")
    ask("remove", "FET", "--from", "ai")
    after = NarrativeStore(paths.narratives_file).load()[0]
    for year in range(2018, 2026):
        at_ms = (year - 1970) * 31_556_952_000
        assert after.shares_at(at_ms) == before.shares_at(at_ms)
    now = after.shares_at(4_102_444_800_000)["ai"]
    assert "XYZ" in now
    assert "FET" not in now


def test_narratives_are_made_called_otherwise_and_dropped(ask):
    assert ask("new", "cats", "--title", "Cats")[1] == "cats: new narrative “Cats” with no coin yet\n"
    assert ask("title", "cats", "All cats")[1] == "cats: call it “All cats”, no longer “Cats”\n"
    assert ask("drop", "cats")[1] == "cats: drop the narrative\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "FET", "--to", "ai"), "FET is in the narrative ai twice at one time"),
        (("add", "FET", "--to", "nothing"), "no narrative 'nothing'"),
        (("add", "X", "--to", "ai", "--share", "half"), "--share must be a number"),
        (("add", "X", "--to", "ai", "--share", "2"), "above 0 and at most 1"),
        (("add", "X", "--to", "ai", "--since", "soon"), "'soon' is not a day such as 2024-07-01"),
        (("set", "FET", "--in", "ai"), "Say what to change"),
        (("set", "NOTHING", "--in", "ai", "--share", "1"), "NOTHING is not in the narrative ai"),
        (("remove", "FET", "--from", "ai", "--on", ""), "is not a day"),
        (("new", "Big Cats", "--title", "x"), "lower-case letters"),
        (("refresh",), "CoinGecko is not asked: write coingecko = true"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(ask, paths, words, said):
    with pytest.raises(UsageError, match=said):
        ask(*words)
    assert not paths.narratives_file.exists()


def test_a_book_is_given_away_compared_and_taken(ask, tmp_path, paths):
    ask("add", "XYZ", "--to", "ai", "--since", "2024-01-01", "--source", "me")
    ask("add", "ZYX", "--to", "defi", "--since", "2024-01-01", "--source", "me")
    shared = tmp_path / "mine.toml"
    assert ask("export", str(shared))[1].endswith(f"coins written to {shared}.\n")
    ask("undo")
    ask("undo")
    offered = "ai: add XYZ, since 2024-01-01 (me)\ndefi: add ZYX, since 2024-01-01 (me)\n"
    assert ask("diff", str(shared))[1] == offered + "Nothing was changed; take it over with --accept.\n"
    assert ask("diff", str(shared), "--accept", "--only", "zyx")[1].endswith("Taken over.\n")
    told = json.loads(ask("diff", str(shared), "--json")[1])
    assert told["changes"] == ["ai: add XYZ, since 2024-01-01 (me)"]
    assert told["is_accepted"] is False
    assert "XYZ" in ask("import", str(shared))[1]
    assert ask("diff", str(shared))[1] == "Nothing changes.\n"
    shared.write_text("format = 1\nfoo = 2\n")
    with pytest.raises(SettingsError, match=r"mine\.toml, line 2: 'foo' is not known"):
        ask("import", str(shared))
    assert "XYZ" in NarrativeStore(paths.narratives_file).load()[0].coins()


def test_a_broken_book_is_told_and_the_last_good_one_shown(ask, paths):
    ask("add", "XYZ", "--to", "ai")
    paths.narratives_file.write_text("x")
    _, said, errors = ask("book", "ai")
    assert "XYZ" in said
    assert "narratives.toml.broken-1" in errors


async def test_coingecko_is_asked_once_allowed_and_believed_once_accepted(ask, paths):
    row = {"id": "new-coin", "symbol": "newc", "name": "New", "market_cap": 5e9, "total_volume": 1e9}
    async with ProviderServer() as server:
        server.answers(
            "/coins/markets", lambda request: [row] if request.query["category"] == "depin" else []
        )
        paths.settings_file.write_text(f'[narratives]\ncoingecko = true\ncoingecko_url = "{server.url}"\n')
        code, said, errors = await asyncio.to_thread(ask, "refresh")
        assert code == 0
        assert said.startswith("depin: add NEWC, since ")
        assert said.endswith("Nothing was changed; take it over with --accept.\n")
        assert errors.count("no coin of") >= 10
        assert not paths.narratives_file.exists()
        await asyncio.to_thread(ask, "refresh", "--accept")
    assert "NEWC" in NarrativeStore(paths.narratives_file).load()[0].coins()
    with ObservationStore(paths.observations_db, read_only=True) as store:
        assert store.observations("market.cap_usd", "NEWC").value.tolist()[0] == 5e9
