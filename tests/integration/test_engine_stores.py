"""A store whose file cannot be used costs what was in it: engine and window start, and nothing is lost."""

import asyncio
import sqlite3

import pytest

from tests.fakes.storage_ledger_world import StepClock, plain_signal, write_each_kind
from workstation.domain.errors import StoreError, StoreReadOnly
from workstation.domain.ledger import Correction
from workstation.engine_app.stores import open_recorder
from workstation.storage.ledger import Ledger
from workstation.storage.paths import Paths
from workstation.window_app.stored_past import StoredPast

SUBJECTS = {
    "candles.db": "store",
    "journal.db": "journal",
    "observations.db": "observations",
    "ledger.db": "ledger",
    "paper_accounts.db": "paper accounts",
}


def begun(paths):
    """Open every store as the engine does, close all, and return what was told."""
    recorder, told = open_recorder(paths, None, StepClock())
    asyncio.run(recorder.close())
    return told


@pytest.fixture
def paths(tmp_path):
    made = Paths.below(tmp_path)
    assert begun(made) == {}
    return made


def test_damaged_files_are_kept_aside_told_and_begun_anew(paths):
    raw = b"scrambled" * 2000
    for name in SUBJECTS:
        (paths.data / name).write_bytes(raw)
    told = begun(paths)
    assert sorted(told) == sorted(SUBJECTS.values())
    for name, subject in SUBJECTS.items():
        assert f"kept as {name}.damaged-1" in told[subject]
        assert (paths.data / f"{name}.damaged-1").read_bytes() == raw
    assert begun(paths) == {}, "once"


@pytest.mark.parametrize(
    ("pragma", "word", "why"),
    [
        ("user_version = 99", "newer", "was written by a newer Tidemark"),
        ("application_id = 1234", "foreign", "belongs to another program"),
    ],
    ids=["newer", "foreign"],
)
def test_files_of_a_newer_tidemark_or_another_program_are_named_so(paths, pragma, word, why):
    for name in SUBJECTS:
        connection = sqlite3.connect(paths.data / name)
        connection.execute(f"PRAGMA {pragma}")
        connection.close()
    told = begun(paths)
    for name, subject in SUBJECTS.items():
        assert f"{name} {why} and is kept as {name}.{word}-1" in told[subject]
        assert (paths.data / f"{name}.{word}-1").exists()


def test_a_ledger_that_is_begun_anew_says_for_good_what_is_missing_before_it(paths):
    with Ledger(paths.ledger_db, StepClock()) as ledger:
        write_each_kind(ledger)
        head = ledger.head()
    paths.ledger_db.write_bytes(b"scrambled" * 2000)
    begun(paths)
    with Ledger(paths.ledger_db, StepClock()) as ledger:
        ledger.add_signal(plain_signal(9))
        said = [entry.value.lost for entry in ledger.entries() if isinstance(entry.value, Correction)]
        assert said == [head]


def test_a_window_starts_over_damaged_files_and_reads_what_takes_their_place(paths):
    for name in SUBJECTS:
        (paths.data / name).write_bytes(b"scrambled" * 2000)
    past = StoredPast.of(paths)
    with pytest.raises(StoreError, match="is damaged and cannot be read"):
        past.journal.alerts()
    with pytest.raises(StoreError, match="is damaged and cannot be read"):
        past.candles.series()
    assert len(begun(paths)) == len(SUBJECTS)
    assert past.journal.alerts() == []
    assert past.candles.series() == []
    past.close()


def test_a_file_that_cannot_be_renamed_is_no_reason_to_write_over_it(paths, monkeypatch):
    paths.journal_db.write_bytes(b"scrambled" * 2000)

    def refuse(*_paths):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(paths.journal_db), "rename", refuse)
    with pytest.raises(StoreReadOnly, match=r"journal\.db cannot be kept aside \(Permission denied\)"):
        begun(paths)
    assert paths.journal_db.read_bytes() == b"scrambled" * 2000
