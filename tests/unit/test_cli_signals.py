"""``tidemark signals``: the history of signals as words, JSON and CSV."""

import csv
import json

import pytest

from tests.fakes.storage_ledger_world import HOUR, StepClock, full_signal, outcome, plain_signal, tampering
from workstation.cli.command_line import run
from workstation.cli.signal_words import lines_of
from workstation.domain.ledger import Correction
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Barrier
from workstation.domain.signal import Direction, Family, FamilyVote, Reading, Regime, SignalOrigin
from workstation.storage.ledger import Ledger
from workstation.storage.paths import Paths

KEY_4H = SeriesKey("okx", "ETH/USDT", "4h")


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test's own process keeps its handlers
    monkeypatch.setattr("workstation.cli.command_line.use_compiled_code", lambda _: None)
    return Paths.of_user().ledger_db


@pytest.fixture
def ask(path, capsys):
    """Return what asks for the signals: exit code, what was said, and what went wrong."""

    def asked(*words):
        try:
            code = run(["signals", *words])
        except SystemExit as left:
            code = left.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


def voted(slot):
    """Return a signal on inputs that are 90 minutes old, and on some of its own close."""
    close = (slot + 1) * HOUR
    reading = Reading("momentum.rsi_14", 28.125)
    votes = (
        FamilyVote(Family.MOMENTUM, Direction.BULLISH, 0.5, (reading,), close),
        FamilyVote(Family.VOLUME, Direction.NEUTRAL, 0.0, (), close - 90 * 60_000),
    )
    return full_signal(slot, votes=votes)


@pytest.fixture
def ledger(path):
    """Return a ledger of four signals: a hit, an open one, a corrected one, and one without a model."""
    with Ledger(path, StepClock()) as ledger:
        ledger.add_outcome(ledger.add_signal(voted(1)), outcome(1))
        ledger.add_signal(
            full_signal(5, direction=Direction.BEARISH, regime=Regime.BULL, model_hash="cd" * 32)
        )
        row = ledger.add_outcome(ledger.add_signal(full_signal(6)), outcome(6))
        ledger.add_correction(Correction(row, "Bad tick.", outcome(6, Barrier.STOP, -2.0)))
        ledger.add_signal(plain_signal(30, key=KEY_4H, origin=SignalOrigin.HISTORY))
        yield ledger


def rows_of(said):
    """Return the lines that begin a signal, with one blank between words."""
    return [" ".join(line.split()) for line in said.splitlines() if line.startswith("19")]


def test_a_signal_is_shown_with_all_that_it_stands_on(ask, ledger):
    code, said, trouble = ask("--limit", "4")
    assert (code, trouble) == (0, "")
    assert rows_of(said) == [
        "1970-01-01 02:00 BTC/USDT 1h bullish 100.5 41% (of any bar 31%) 24 bars bear "
        "hit its target, +1.50 % net",
        "1970-01-01 06:00 BTC/USDT 1h bearish 100.5 41% (of any bar 31%) 24 bars bull open",
        "1970-01-01 07:00 BTC/USDT 1h bullish 100.5 41% (of any bar 31%) 24 bars bear "
        "was stopped, -2.00 % net",
        "1970-01-06 04:00 ETH/USDT 4h bullish 100.5 - - - -",
    ]
    first = said.splitlines()[2:8]
    assert [line.strip() for line in first] == [
        "votes    1 of 2 agree: momentum bullish +0.50, momentum.rsi_14 28.12; "
        "volume neutral +0.00, 1 h 30 min old",
        "because  volume.cmf_20 -inf (-0.25, 1 h 30 min old)",
        "unless   volume.cmf_20 0.5 were 0.25",
        "became   in at 100, out at 102 on 1970-01-02 01:00, +1.80 % before costs, +1.50 % after them",
        "candle   opened 1970-01-01 01:00 on binance",
        "by       model abababababab, engine 1, row 2 of 2023-11-14 22:13",
    ]
    assert "became   open until 1970-01-02 06:00" in said
    assert "corrected: Bad tick." in said
    assert "no model, engine 1, row 8 of 2023-11-14 22:13, worked out from history" in said
    assert "--limit" not in said
    assert ask("--limit", "3")[1].endswith("The newest 3 are shown; --limit shows more.\n")


def test_on_a_terminal_nothing_below_a_signal_is_wider_than_it(ledger):
    lines = lines_of(ledger.signals(), 60)
    below = [line for line in lines if line.startswith("    ")]
    assert max(map(len, below)) <= 60
    assert "             momentum.rsi_14 28.12; volume neutral +0.00, 1" in below
    assert lines[-1] == "Inputs are of the very close of the candle unless an age is named."


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (["--symbol", "ETH/USDT"], [8]),
        (["--timeframe", "1h"], [2, 4, 5]),
        (["--since", "1970-01-01T06:00"], [4, 5, 8]),
        (["--until", "1970-01-01T06:00"], [2]),
        (["--direction", "bearish"], [4]),
        (["--regime", "bull"], [4]),
        (["--model", "abab"], [2, 5]),
        (["--model", "none"], [8]),
        (["--limit", "2"], [5, 8]),
        (["--direction", "bullish", "--regime", "bear", "--until", "1970-01-01T06:30"], [2]),
        (["--symbol", "X/Y"], []),
    ],
    ids=lambda value: " ".join(map(str, value)),
)
def test_signals_are_chosen_by_any_of_their_facts(ask, ledger, words, rows):
    assert [each["row"] for each in json.loads(ask("--json", *words)[1])] == rows


def test_json_has_every_field_of_the_ledger(ask, ledger):
    first = json.loads(ask("--json")[1])[0]
    assert first == {
        "row": 2,
        "written_ms": 1_700_000_000_003,
        "known_at_ms": 2 * HOUR,
        "open_time": HOUR,
        "venue": "binance",
        "symbol": "BTC/USDT",
        "timeframe": "1h",
        "price": 100.5,
        "direction": "bullish",
        "horizon_bars": 24,
        "horizon_end_ms": 26 * HOUR,
        "probability": 0.41,
        "base_rate": 0.31,
        "votes": [
            {
                "family": "momentum",
                "direction": "bullish",
                "score": 0.5,
                "readings": [{"name": "momentum.rsi_14", "value": 28.125}],
                "as_of_ms": 2 * HOUR,
                "age_ms": 0,
            },
            {
                "family": "volume",
                "direction": "neutral",
                "score": 0.0,
                "readings": [],
                "as_of_ms": 2 * HOUR - 5_400_000,
                "age_ms": 5_400_000,
            },
        ],
        "contributions": [{"name": "volume.cmf_20", "value": None, "weight": -0.25, "age_ms": 5_400_000}],
        "flips": [{"name": "volume.cmf_20", "value": 0.5, "needed": 0.25}],
        "regime": "bear",
        "model_hash": "ab" * 32,
        "engine_version": "1",
        "origin": "live",
        "outcome": {
            "barrier": "target",
            "is_hit": True,
            "entry": 100.0,
            "exit": 102.0,
            "ended_ms": 25 * HOUR,
            "gross_pct": 1.8,
            "net_pct": 1.5,
        },
        "correction": "",
    }


def test_a_csv_file_has_a_row_for_each_signal(ask, ledger, tmp_path):
    out = tmp_path / "signals.csv"
    code, said, _ = ask("--out", str(out))
    assert (code, said) == (0, f"4 signals written to {out}.\n")
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [row["outcome"] for row in rows] == ["target", "", "stop", ""]
    assert rows[0]["known_at"] == "1970-01-01T02:00:00Z"
    assert rows[0]["votes"] == "momentum bullish +0.5; volume neutral +0"
    assert rows[0]["strongest"] == "volume.cmf_20 -inf -0.25"
    assert rows[0]["input_ages_s"] == "momentum 0; volume 5400"
    assert rows[0]["flips"] == "volume.cmf_20 0.5 to 0.25"
    assert float(rows[0]["net_pct"]) == 1.5
    assert rows[2]["correction"] == "Bad tick."
    assert rows[3]["probability"] == ""
    assert ask("--out", str(tmp_path / "none" / "x.csv"))[0] == 1


def test_an_empty_ledger_and_a_damaged_one_are_sentences(ask, path, ledger):
    assert ask("--symbol", "X/Y") == (0, "No signal of that sort is in the ledger yet.\n", "")
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET body = x'00' WHERE number = 2")
    code, said, trouble = ask()
    assert code == 1
    assert "Row 2 of the ledger" in trouble
    assert len(rows_of(said)) == 3


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--model", "xyz"], "is no hash of a model"),
        (["--direction", "up"], "invalid choice"),
        (["--since", "yesterday"], "is not a date"),
        (["--data", "."], "--data needs --symbol"),
        (["--data", ".", "--symbol", "BTC/USDT"], "--data needs --symbol"),
        (
            ["--data", ".", "--symbol", "A", "--out", "x.csv", "--regime", "bull"],
            "--regime is about the ledger",
        ),
        (["--data", ".", "--symbol", "A", "--out", "x.csv", "--json"], "--json is about the ledger"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_asked_wrongly_is_refused_with_exit_code_2(ask, words, reason):
    code, said, trouble = ask(*words)
    assert (code, said) == (2, "")
    assert reason in trouble
