"""``tidemark grades``: how coins stand, over time, and what coins with such a grade did next."""

import json

import numpy as np
import pytest

from tests.fakes.models import PRETENDED, card
from tests.fakes.storage_ledger_world import HOUR, StepClock, tampering
from workstation.cli.command_line import run
from workstation.domain.grade import Grade, GradeComponent
from workstation.domain.grade_record import DAY_MS, WEEK_MS
from workstation.domain.model_card import Figure
from workstation.domain.outcome import GradeOutcome
from workstation.storage.ledger import Ledger
from workstation.storage.model_store import ModelStore
from workstation.storage.paths import Paths

BEGIN = 1_704_067_200_000  # 2024-01-01
PARTS = (GradeComponent("momentum", 90.0, 0.75), GradeComponent("model", 30.0, 0.25))
FIGURES = (
    Figure("grade_band_90_beats_median", 0.58, 0.53, 0.63, 412),
    Figure("grade_band_90_crash_rate", 0.02, 0.01, 0.04, 412),
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test's own process keeps its handlers
    monkeypatch.setattr("workstation.cli.command_line.use_compiled_code", lambda _: None)
    return Paths.of_user()


@pytest.fixture
def ask(home, capsys):
    """Return what asks for the grades: exit code, what was said, and what went wrong."""

    def asked(*words):
        try:
            code = run(["grades", *words])
        except SystemExit as left:
            code = left.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


@pytest.fixture
def ledger(home):
    with Ledger(home.ledger_db, StepClock()) as ledger:
        yield ledger


def grade(symbol, value, at_ms=BEGIN, venue="binance", timeframe="1h", **facts):
    return Grade(venue, symbol, timeframe, at_ms, value, facts.pop("parts", PARTS), 3, **facts)


def close(ledger, at_ms=BEGIN, **facts):
    known = {"change_24h": 3.0, "ta_value": 70.0, "quant_value": 50.0} | facts
    return ledger.add_grades(
        [
            grade("BTC/USDT", 95, at_ms, **known),
            grade("ETH/USDT", 15, at_ms, **facts),
            grade("A\x1b/USDT", 50, at_ms, **facts),
        ]
    )


def joined(ledger, n_days, seed=1):
    """Write closes of forty coins, of which those graded high did better."""
    rng = np.random.default_rng(seed)
    for day in range(n_days):
        values = rng.integers(0, 101, 40)
        after = values / 100 - 0.5 + rng.normal(0.0, 0.2, 40)
        coins = [f"C{i:02}/USDT" for i in range(40)]
        graded = [grade(s, int(v), BEGIN + day * DAY_MS) for s, v in zip(coins, values, strict=True)]
        row = ledger.add_grades(graded)
        ledger.add_grade_outcomes(
            row, [GradeOutcome(s, float(x), float(x) * 2) for s, x in zip(coins, after, strict=True)]
        )


def words(line):
    """Return a line of a table with one blank between its words."""
    return " ".join(line.split())


def test_the_newest_close_is_shown_best_first_with_every_part(ask, ledger):
    close(ledger)
    close(ledger, BEGIN + HOUR)
    code, said, trouble = ask()
    assert (code, trouble) == (0, "")
    assert [words(line) for line in said.splitlines()] == [
        "Grades of 3 coins on binance, 1h, close of 2024-01-01 01:00 UTC, no model: the components alone.",
        "coin grade 24 h label zone TA Quant compat. momentum 75% model 25%",
        "BTC/USDT 95 +3 strong buy surging 70 50 66 90 30",
        "A\N{REPLACEMENT CHARACTER}/USDT 50 - neutral holding - - - 90 30",
        "ETH/USDT 15 - strong sell crashing - - - 90 30",
        "What coins with such grades did next is not known yet: they are too young here.",
    ]
    assert len(ask("--limit", "1")[1].splitlines()) == 5
    assert ask("--limit", "1")[1].endswith("2 more are there; --limit shows them.\n")


def test_a_close_is_shown_as_it_stood_at_a_time(ask, ledger):
    for hour in (0, 1, 5):
        close(ledger, BEGIN + hour * HOUR)
    assert "close of 2024-01-01 01:00 UTC" in ask("--at", "2024-01-01T04:59")[1]
    assert "close of 2024-01-01 05:00 UTC" in ask("--at", "2024-01-01T05:00")[1]
    assert ask("--at", "2023-12-31")[1].startswith("No grade of that sort")


def test_one_coin_is_shown_over_time(ask, ledger):
    for hour in range(4):
        close(ledger, BEGIN + hour * HOUR, change_24h=float(hour))
    lines = [words(line) for line in ask("--symbol", "BTC/USDT", "--limit", "2")[1].splitlines()]
    assert lines[0] == "Grades of BTC/USDT on binance, 1h, no model: the components alone."
    assert [line[:22] for line in lines[2:4]] == ["2024-01-01 02:00 95 +2", "2024-01-01 03:00 95 +3"]
    at = ask("--symbol", "BTC/USDT", "--at", "2024-01-01T01:00", "--json")[1]
    assert [each["at_ms"] for each in json.loads(at)["grades"]] == [BEGIN, BEGIN + HOUR]
    assert ask("--symbol", "X/Y")[1].startswith("No grade of that sort")


def test_venue_and_timeframe_are_those_graded_last_unless_they_are_named(ask, ledger):
    close(ledger, BEGIN + HOUR)
    close(ledger, BEGIN, timeframe="4h")
    close(ledger, BEGIN + 9 * HOUR, venue="okx")
    assert "on okx, 1h" in ask()[1]
    assert "on binance, 1h" in ask("--venue", "binance")[1]
    assert "on binance, 4h" in ask("--venue", "binance", "--timeframe", "4h")[1]
    assert ask("--venue", "moon")[1].startswith("No grade of that sort")


def test_weights_that_differ_between_coins_stand_beside_the_scores(ask, ledger):
    other = (GradeComponent("momentum", 10.0, 1.0),)
    ledger.add_grades([grade("BTC/USDT", 95), grade("ETH/USDT", 15, parts=other)])
    lines = [words(line) for line in ask()[1].splitlines()]
    assert lines[1].endswith("compat. momentum model 25%")
    assert lines[2].endswith("90 (75%) 30")
    assert lines[3].endswith("10 (100%) -")


def test_the_record_of_a_band_comes_from_the_ledger_where_that_has_enough_cases(ask, ledger):
    joined(ledger, 12)
    close(ledger, BEGIN + 30 * DAY_MS)
    found = json.loads(ask("--json")[1])
    day, week = found["records"]["90"]
    assert (day["horizon_ms"], week["horizon_ms"]) == (DAY_MS, WEEK_MS)
    assert (day["source"], day["n"] >= 30, day["note"]) == ("ledger", True, "")
    assert day["beat_median"]["low"] < day["beat_median"]["value"] < day["beat_median"]["high"]
    assert day["beat_median"]["value"] > 0.8
    assert week["note"].endswith("fewer than 30 prove nothing.")
    lines = [words(line) for line in ask()[1].splitlines()]
    assert any(line.startswith(f"90-100 24 hours {day['n']} ") and line.endswith("ledger") for line in lines)
    few = next(line for line in lines if line.startswith("90-100 7 days"))
    assert f"{week['n']} - - - - ledger Only {week['n']} cases; fewer than 30 prove nothing." in few


def test_where_the_ledger_is_young_the_models_card_speaks_and_is_named(ask, ledger, home):
    store = ModelStore(home.models, home.models / "shipped", StepClock())
    model_hash = store.add(card("grade-1h", figures=FIGURES), PRETENDED, "First.")
    joined(ledger, 1)
    close(ledger, BEGIN + 30 * DAY_MS, model_hash=model_hash)
    code, said, trouble = ask()
    assert (code, trouble) == (0, "")
    lines = [words(line) for line in said.splitlines()]
    assert lines[0].endswith(f"model {model_hash[:12]}.")
    assert "90-100 7 days 412 58.0% 53.0% to 63.0% - 2.0% model's card" in lines
    assert any(line.startswith("90-100 24 hours") and "ledger Only" in line for line in lines)


def test_a_model_that_is_gone_is_said_and_the_grades_are_shown(ask, ledger):
    close(ledger, model_hash="ab" * 32)
    code, said, trouble = ask()
    assert code == 0
    assert "BTC/USDT" in said
    assert trouble.startswith("What the model's card tells is not known: ")


def test_json_has_every_field(ask, ledger):
    close(ledger)
    assert json.loads(ask("--json", "--limit", "1")[1])["grades"] == [
        {
            "venue": "binance",
            "symbol": "BTC/USDT",
            "timeframe": "1h",
            "at_ms": BEGIN,
            "value": 95,
            "band": 90,
            "change_24h": 3.0,
            "label": "strong_buy",
            "zone": "surging",
            "ta_value": 70.0,
            "quant_value": 50.0,
            "compatible_value": 66.0,
            "components": [
                {"name": "momentum", "score": 90.0, "weight": 0.75},
                {"name": "model", "score": 30.0, "weight": 0.25},
            ],
            "n_coins": 3,
            "model_hash": "",
        }
    ]


def test_an_empty_ledger_and_a_damaged_one_are_sentences(ask, ledger, home):
    assert ask()[:2] == (
        0,
        "No grade of that sort is in the ledger yet; coins are graded at each close while the engine runs.\n",
    )
    assert json.loads(ask("--json")[1]) == {"grades": [], "records": {}}
    close(ledger)
    close(ledger, BEGIN + HOUR)
    with tampering(home.ledger_db) as connection:
        connection.execute("UPDATE entry SET body = x'00' WHERE number = 3")
    code, said, trouble = ask()
    assert code == 1
    assert "Row 3 of the ledger" in trouble
    assert "close of 2024-01-01 00:00 UTC" in said


@pytest.mark.parametrize("asked", [["--limit", "0"], ["--at", "soon"]], ids=" ".join)
def test_what_is_asked_wrongly_is_refused_with_exit_code_2(ask, asked):
    assert ask(*asked)[:2] == (2, "")
