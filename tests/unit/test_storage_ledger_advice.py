"""Advice in the ledger: written once, joined with what became of it, and never changed unnoticed."""

from dataclasses import replace
from enum import StrEnum

import pytest

from tests.fakes.advice_world import RULES, became, given
from tests.fakes.storage_ledger_world import StepClock, full_signal, tampering
from workstation.cli.ledger_text import cells_of
from workstation.domain.errors import UsageError
from workstation.domain.given_advice import hash_of_rules, rules_in_words
from workstation.domain.ledger import Correction, EntryKind, Flaw
from workstation.storage.ledger import Ledger, _Header
from workstation.storage.ledger_reader import LedgerReader, verify_ledger


class NewerKind(StrEnum):
    PROPHECY = "prophecy"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path):
    with Ledger(path, StepClock()) as ledger:
        yield ledger


def test_advice_comes_back_as_it_was_given(ledger, path):
    assert ledger.add_advice(given(1)) == 2
    assert ledger.add_advice(replace(given(1), engine_version="2")) is None, "one for each close"
    assert ledger.add_advice(given(1, venue="bybit")) == 3
    assert ledger.add_advice(given(2, weights={})) == 4
    with LedgerReader(path) as reader:
        first, second = reader.advice("binance", 10)
        assert (first.row, first.given, first.outcome) == (2, given(1), None)
        assert second.given == given(2, weights={})
        assert [entry.row for entry in reader.advice("binance")] == [4], "the newest"
        assert reader.advice("kraken") == []
        assert reader.verify().is_sound


def test_what_became_of_advice_is_joined_to_it_once(ledger):
    ledger.add_advice(given(1))
    ledger.add_advice(given(2))
    signal_row = ledger.add_signal(full_signal(1))
    assert ledger.add_advice_outcome(2, became(2)) == 5
    assert ledger.add_advice_outcome(2, became(2, targets_pct=99.0)) is None
    assert [entry.outcome for entry in ledger.advice("binance", 5)] == [became(2), None]
    with pytest.raises(UsageError, match="a row that says advice was expected"):
        ledger.add_advice_outcome(signal_row, became(2))


def test_what_is_not_known_is_unknown_and_not_zero(ledger):
    ledger.add_advice(given(1))
    ledger.add_advice_outcome(2, became(2, targets_pct=None, btc_pct=None, note="PEPE had no price."))
    (entry,) = ledger.advice("binance")
    assert (entry.outcome.targets_pct, entry.outcome.btc_pct, entry.outcome.cash_pct) == (None, None, 0.0)
    said = cells_of(ledger.entries()[-1])[-1]
    expected = "Row 2: targets after costs not known, BTC not known, equal weight +0.75 %. PEPE had no price."
    assert said == expected


def test_the_rows_are_shown_in_words(ledger):
    ledger.add_advice(given(1))
    ledger.add_advice(given(2, weights={}))
    ledger.add_advice_outcome(2, became(2))
    rows = [cells_of(entry) for entry in ledger.entries(limit=3)]
    assert [row[2] for row in rows] == ["advice", "advice", "advice_outcome"]
    gate = "the gate is open: BTC is 3.0 % above its 50-day mean."
    assert rows[0][-1] == f"Hold PEPE 25%, BTC 15%, CASH 60% (2 changes); {gate}"
    assert rows[1][-1] == f"Hold CASH 100% (nothing changes); {gate}"
    assert rows[2][-2:] == ("2", "Row 2: targets after costs +1.25 %, BTC -0.50 %, equal weight +0.75 %.")


def test_advice_can_be_said_to_be_wrong_but_its_outcome_cannot_be_replaced(ledger):
    ledger.add_advice(given(1))
    ledger.add_advice_outcome(2, became(2))
    assert ledger.add_correction(Correction(2, "The prices of that day were wrong.")) == 4
    with pytest.raises(UsageError, match="Row 3 of the ledger says advice_outcome"):
        ledger.add_correction(Correction(3, "It was better."))


def test_a_flipped_bit_in_advice_is_named(path):
    with Ledger(path, StepClock()) as ledger:
        ledger.add_advice(given(1))
        ledger.add_advice_outcome(2, became(2))
        ledger.add_advice(given(2))
    for number, kind in ((2, EntryKind.ADVICE), (3, EntryKind.ADVICE_OUTCOME)):
        with tampering(path) as connection:
            before = connection.execute("SELECT body FROM entry WHERE number = ?", (number,)).get
            body = bytearray(before)
            body[len(body) // 2] ^= 4
            connection.execute("UPDATE entry SET body = ? WHERE number = ?", (bytes(body), number))
        found = verify_ledger(path).first_break
        assert (found.row, found.flaw) == (number, Flaw.FLIPPED)
        assert found.text.startswith(f"Row {number} ({kind.value}) is not as it was written: ")
        with LedgerReader(path) as reader:
            entries = reader.advice("binance", 9)
            assert number not in [entry.row for entry in entries]
            assert all(entry.outcome is None for entry in entries), "not joined while it may be wrong"
            assert any(f"Row {number} " in text for text in reader.damage())
        with tampering(path) as connection:
            connection.execute("UPDATE entry SET body = ? WHERE number = ?", (before, number))
    assert verify_ledger(path).is_sound


def test_other_rules_have_another_hash():
    assert hash_of_rules(RULES) == hash_of_rules(replace(RULES))
    assert hash_of_rules(RULES) != hash_of_rules(replace(RULES, n_coins=4))
    assert dict(rules_in_words(RULES))["gate_btc_days"] == RULES.gate_btc_days
    assert given(1).turnover == pytest.approx(0.4)
    assert given(1).weights == {"PEPE": 0.25, "BTC": 0.15}


def test_rows_of_a_newer_tidemark_stand_and_are_left_out(path):
    with Ledger(path, StepClock()) as ledger:
        ledger.add_advice(given(1))
        with ledger.transaction():
            ledger._append(_Header(NewerKind.PROPHECY, 5), b"\x80")
        ledger.add_advice(given(2))
    found = verify_ledger(path)
    assert (found.is_sound, found.n_rows) == (True, 4)
    assert found.notes == ("1 row was written by a newer Tidemark: sound, but not understood here.",)
    with LedgerReader(path) as reader:
        assert [entry.row for entry in reader.entries()] == [1, 2, 4]
        assert reader.damage() == ["Row 3 of the ledger is of a newer Tidemark and was left out."]
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET kind = 'prophecx' WHERE number = 3")
    assert (verify_ledger(path).first_break.row, verify_ledger(path).is_sound) == (3, False)
