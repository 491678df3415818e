"""``tidemark ledger``: proof and record in sentences, tables, JSON and exit codes."""

import json

import pytest

from tests.fakes.storage_ledger_world import (
    StepClock,
    full_signal,
    grade,
    outcome,
    plain_signal,
    tampering,
    write_each_kind,
)
from workstation.cli.command_line import run
from workstation.domain.ledger import Correction, ModelChange, ModelEvent
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Barrier
from workstation.storage.ledger import Ledger
from workstation.storage.paths import Paths


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test's own process keeps its handlers
    monkeypatch.setattr("workstation.cli.command_line.use_compiled_code", lambda _: None)
    return Paths.of_user().ledger_db


@pytest.fixture
def ask(path, capsys):
    """Return what asks for the ledger: exit code, what was said, and what went wrong."""

    def asked(*words):
        try:
            code = run(["ledger", *words])
        except SystemExit as left:
            code = left.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


@pytest.fixture
def ledger(path):
    with Ledger(path, StepClock()) as ledger:
        write_each_kind(ledger)
        yield ledger


def words(line):
    """Return a line of a table with one blank between its words."""
    return " ".join(line.split())


def test_an_empty_ledger_is_fine_and_says_so(ask):
    empty = "The ledger is empty: nothing was judged yet.\n"
    assert ask("verify") == (0, empty, "")
    assert ask("show") == (0, empty, "")
    assert ask("head") == (0, empty, "")
    assert ask("record") == (0, "No signal of that sort is in the ledger yet.\n", "")
    assert json.loads(ask("verify", "--json")[1])["is_sound"] is True
    assert json.loads(ask("show", "--json")[1]) == []
    assert json.loads(ask("record", "--json")[1]) == []
    assert json.loads(ask("head", "--json")[1]) is None


def test_a_whole_chain_is_proven_and_its_head_can_be_noted(ask, ledger):
    head = ask("head")[1].strip()
    assert head == str(ledger.head())
    assert ask("verify") == (0, f"The chain is whole: 7 rows, each as it was written.\nHead: {head}\n", "")
    code, said, _ = ask("verify", "--head", head)
    assert (code, "nothing up to that row was replaced" in said) == (0, True)
    found = json.loads(ask("verify", "--head", head.partition(":")[2], "--json")[1])
    assert found == {
        "n_rows": 7,
        "head": {"row": 7, "hash_hex": head[2:]},
        "first_break": None,
        "notes": [],
        "is_sound": True,
    }
    assert json.loads(ask("head", "--json")[1]) == {"row": 7, "hash_hex": head[2:]}


def test_a_broken_chain_is_named_with_exit_code_1(ask, ledger, path):
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET known_at_ms = known_at_ms + (1 << 40) WHERE number = 3")
    code, said, _ = ask("verify")
    assert code == 1
    assert said == (
        "The chain is broken. Row 3 (signal) is not as it was written: bit 40 of its time known is flipped.\n"
        "2 rows stand before that.\n"
    )
    code, said, _ = ask("verify", "--json")
    assert code == 1
    assert json.loads(said)["first_break"]["row"] == 3
    code, said, trouble = ask("show")
    assert code == 1
    assert "Row 3 of the ledger, or the one before it, is damaged" in trouble
    assert "Bullish" not in said


def test_another_head_breaks_the_proof(ask, ledger):
    code, said, _ = ask("verify", "--head", f"3:{'ab' * 32}")
    assert (code, "Row 3 is not the one whose hash was noted" in said) == (1, True)
    code, said, trouble = ask("verify", "--head", "abc")
    assert (code, said) == (2, "")
    assert "A head is ROW:HASH or HASH" in trouble


def test_a_note_about_the_missing_head_file_is_told(ask, ledger, path):
    path.with_suffix(".head").unlink()
    code, said, trouble = ask("verify")
    assert (code, said.startswith("The chain is whole")) == (0, True)
    assert "only a head that was noted elsewhere" in trouble


def test_rows_are_shown_in_words(ask, ledger):
    ledger.add_signal(full_signal(5, key=SeriesKey("binance", "X\x1b[2J/USDT", "1h")))
    ledger.add_correction(Correction(3, "Raised on a bad tick."))
    ledger.add_model_event(ModelEvent(ModelChange.SWITCHED_OFF, "cd" * 32, "No better than the vote."))
    ledger.add_grades([grade(at_ms=0)])
    assert [words(line) for line in ask("show")[1].splitlines()] == [
        "row known at (UTC) kind about what it says",
        "1 2023-11-14 22:13 genesis The ledger begins, with engine 0.1.0.",
        "2 2023-11-14 22:13 model champion: model ab. First.",
        "3 1970-01-01 02:00 signal Bullish BTC/USDT 1h on binance at 100.5.",
        "4 1970-01-01 01:00 grades Grades of 2 coins on binance, 1h.",
        "5 1970-01-02 01:00 outcome 3 Row 3 hit its target: +1.50 % after costs.",
        "6 2023-11-14 22:13 correction 5 Row 5: it was stopped: -2.00 % after costs. Bad tick.",
        "7 1970-01-01 03:00 signal Bearish BTC/USDT 1h on binance at 100.5.",
        "8 1970-01-01 06:00 signal Bullish X\N{REPLACEMENT CHARACTER}[2J/USDT 1h on binance at 100.5, "
        "41% against 31% of any bar, within 24 bars.",
        "9 2023-11-14 22:13 correction 3 Raised on a bad tick.",
        "10 2023-11-14 22:13 model switched off: model cdcdcdcdcdcd. No better than the vote.",
        "11 1970-01-01 00:00 grades Grades of 1 coin on binance, 1h.",
    ]
    assert len(ask("show", "--limit", "2")[1].splitlines()) == 3
    assert ask("show", "--since", "2030-01-01")[1] == "No row of the ledger is about that.\n"
    rows = json.loads(ask("show", "--json", "--symbol", "BTC/USDT")[1])
    assert [row["row"] for row in rows] == [3, 5, 6, 7, 9]
    assert rows[0]["value"]["key"] == {"venue": "binance", "symbol": "BTC/USDT", "timeframe": "1h"}
    assert (
        json.loads(ask("show", "--json", "--limit", "4")[1])[0]["value"]["contributions"][0]["value"] is None
    )


def test_the_record_says_how_little_it_knows(ask, ledger):
    code, said, _ = ask("record", "--by", "direction,regime")
    assert code == 0
    assert "Only 1 outcome; fewer than 30 prove nothing." in said
    for i in range(10, 50):
        barrier = Barrier.TARGET if i % 2 else Barrier.STOP
        ledger.add_outcome(ledger.add_signal(full_signal(i)), outcome(i, barrier, 0.25))
    heading, first, second = ask("record", "--by", "direction,regime")[1].splitlines()[:3]
    assert words(heading) == "direction, regime n open hits hit rate 95 % base rate net mean note"
    assert words(first) == "bullish, bear 40 0 20 50.0% 35.2% to 64.8% 31.0% +0.25 %"
    assert "Only 1 outcome" in second
    bull, _, _ = json.loads(ask("record", "--json", "--by", "direction,regime", "--symbol", "BTC/USDT")[1])
    assert bull["group"] == {"direction": "bullish", "regime": "bear"}
    assert bull["hit_rate"]["value"] == 0.5
    assert bull["note"] == ""


def test_open_signals_have_no_figures(ask, path):
    with Ledger(path, StepClock()) as ledger:
        ledger.add_signal(plain_signal(1))
    line = ask("record")[1].splitlines()[1]
    assert words(line) == "bullish 0 1 0 - - - - Only 0 outcomes; fewer than 30 prove nothing."
    assert json.loads(ask("record", "--json")[1])[0]["hit_rate"] is None


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (["show", "--limit", "0"], "0 is not a whole number in 1..100000"),
        (["show", "--limit", "²"], "is not a whole number"),
        (["show", "--since", "2024-13-01"], "is not a date"),
        (["record", "--since", "2024-01-01T00:00+01:00"], "is not a date"),
        (["record", "--by", "moon"], "is not made of direction, timeframe, regime, symbol, venue, model"),
        ([], "required"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_exit_code_2(ask, asked, reason):
    code, said, trouble = ask(*asked)
    assert (code, said) == (2, "")
    assert reason in trouble
