"""Whatever is done to the ledger's file behind its back is found, and the row is named."""

import shutil
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.storage_ledger_world import StepClock, full_signal, tampering, write_each_kind
from workstation.domain.ledger import EntryKind, Flaw, LedgerHead
from workstation.storage import ledger_diagnosis
from workstation.storage.ledger import Ledger, _Header
from workstation.storage.ledger_reader import LedgerReader, verify_ledger
from workstation.storage.ledger_row import SCHEMA, Row

N_ROWS = 7


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ledger.db"
    with Ledger(path, StepClock()) as ledger:
        write_each_kind(ledger)
    return path


def values(connection, number):
    return Row(*connection.execute("SELECT * FROM entry WHERE number = ?", (number,)).fetchone())


def flips(value):
    """Yield every value that differs from this one in one bit, as SQL text and value."""
    if isinstance(value, int):
        for bit in range(64):
            unsigned = value % (1 << 64) ^ 1 << bit
            yield "?", unsigned - (unsigned >> 63 << 64)
        return
    data = value.encode() if isinstance(value, str) else value
    for i in range(len(data)):
        for bit in range(8):
            flipped = data[:i] + bytes([data[i] ^ 1 << bit]) + data[i + 1 :]
            yield ("CAST(? AS TEXT)" if isinstance(value, str) else "?"), flipped


def flip_all(path, number):
    """Flip every bit of a row in turn; return each break with the field it is in."""
    found = []
    with tampering(path) as connection, LedgerReader(path) as reader:
        for index in ("one_signal", "signal_time", "one_close", "one_outcome", "corrected"):
            connection.execute(f"DROP INDEX {index}")
        row = values(connection, number)
        for field, value in row._asdict().items():
            for place, flipped in flips(value):
                key = flipped if field == "number" else number
                if field == "number" and 1 <= flipped <= N_ROWS:
                    continue  # two rows cannot have one number
                connection.execute(f"UPDATE entry SET {field} = {place} WHERE number = ?", (flipped, number))
                found.append((field, reader.verify().first_break))
                connection.execute(f"UPDATE entry SET {field} = ? WHERE number = ?", (value, key))
        assert reader.verify().is_sound
    return found


@pytest.mark.parametrize("number", range(1, N_ROWS + 1))
def test_every_single_flipped_bit_of_a_row_is_found_and_its_row_named(path, number, monkeypatch):
    monkeypatch.setattr(ledger_diagnosis, "MOST_TRIED_BYTES", 0)  # which bit it was is the next test's
    found = flip_all(path, number)
    assert len(found) > 8 * 100
    for field, first_break in found:
        assert first_break is not None, field
        if field == "number":
            assert first_break.flaw in (Flaw.MISSING, Flaw.REORDERED)
            assert first_break.row <= number, "a row with a smaller number comes earlier"
        else:
            assert (first_break.row, first_break.n_standing) == (number, number - 1)
            assert f"Row {number}" in first_break.text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_of_one_flipped_bit_the_very_place_is_told(path, data):
    with tampering(path) as connection:
        number = data.draw(st.integers(1, N_ROWS))
        field = data.draw(
            st.sampled_from(["written_ms", "known_at_ms", "venue", "kind", "about", "body", "hash"])
        )
        value = values(connection, number)._asdict()[field]
        choices = list(flips(value))
        if not choices:
            return
        which = data.draw(st.integers(0, len(choices) - 1))
        place, flipped = choices[which]
        shutil.copyfile(path, path.with_name("copy.db"))
    copy = path.with_name("copy.db")
    copy.with_name("copy.head").unlink(missing_ok=True)
    with tampering(copy) as connection:
        for index in ("one_signal", "signal_time", "one_close", "one_outcome", "corrected"):
            connection.execute(f"DROP INDEX {index}")
        connection.execute(f"UPDATE entry SET {field} = {place} WHERE number = ?", (flipped, number))
    found = verify_ledger(copy).first_break
    assert (found.row, found.flaw) == (number, Flaw.FLIPPED)
    where = f"bit {which % 8} of byte {which // 8} of its {field}."
    if isinstance(value, int):
        names = {"written_ms": "time written", "known_at_ms": "time known", "about": "row it is about"}
        where = f"bit {which} of its {names[field]}"
    assert where.rstrip(".") in found.text


def test_flipped_bytes_of_the_file_where_rows_lie_are_found(path):
    with tampering(path) as connection:
        connection.pragma("wal_checkpoint(TRUNCATE)")
        bodies = [values(connection, number).body for number in range(1, N_ROWS + 1)]
        hashes = [values(connection, number).hash for number in range(1, N_ROWS + 1)]
    whole = path.read_bytes()
    for number, (body, hash_) in enumerate(zip(bodies, hashes, strict=True), 1):
        for content in (body, hash_):
            begin = whole.index(content)
            for place in range(begin, begin + len(content), 7):
                path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
                found = verify_ledger(path).first_break
                assert (found.row, found.flaw) == (number, Flaw.FLIPPED)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), n=st.integers(1, 40))
def test_no_damage_to_any_byte_of_the_file_is_raised_or_changes_what_is_answered(path, place, bit, n):
    with tampering(path) as connection:
        connection.pragma("wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    with LedgerReader(path) as reader:
        truth = {entry.row: entry for entry in reader.entries()}
    damaged = bytearray(whole)
    begin = 100 + int(place * (len(whole) - 100))  # after the header, which is refused on opening
    for i in range(begin, min(begin + n, len(whole))):
        damaged[i] ^= 1 << bit
    try:
        path.write_bytes(damaged)
        verification = verify_ledger(path)
        if verification.is_sound:
            with LedgerReader(path) as reader:
                assert {entry.row: entry for entry in reader.entries()} == truth
    finally:
        path.write_bytes(whole)


def test_rows_that_are_missing_or_stand_in_another_place_are_named(path):
    original = path.with_name("whole.db")
    with tampering(path) as connection:
        connection.pragma("wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, original)
    cases = {
        "DELETE FROM entry WHERE number = 4": (4, Flaw.MISSING, "Row 4 is missing; the next one is row 5."),
        "DELETE FROM entry WHERE number < 3": (1, Flaw.MISSING, "Row 1 is missing; the next one is row 3."),
        "UPDATE entry SET number = -4 WHERE number = 4": (1, Flaw.REORDERED, "stands one with the number -4"),
        "UPDATE entry SET number = 9 - number WHERE number IN (4, 5)": (4, Flaw.REORDERED, "at row 5 now"),
        "UPDATE entry SET body = x'c1' WHERE number = 6": (6, Flaw.UNDECODABLE, "Row 6 (correction)"),
        "UPDATE entry SET body = (SELECT body FROM entry WHERE number = 3) WHERE number = 7": (
            7,
            Flaw.MISMATCH,
            "Row 7 (signal) is not as it was written: its content and its hash do not fit.",
        ),
    }
    for sql, (row, flaw, text) in cases.items():
        shutil.copyfile(original, path)
        with tampering(path) as connection:
            for index in ("one_signal", "signal_time", "one_close", "one_outcome", "corrected"):
                connection.execute(f"DROP INDEX {index}")
            if "9 - number" in sql:  # one after the other: two rows never have one number
                connection.execute("UPDATE entry SET number = 100 WHERE number = 4")
                connection.execute("UPDATE entry SET number = 4 WHERE number = 5")
                connection.execute("UPDATE entry SET number = 5 WHERE number = 100")
            else:
                connection.execute(sql)
        verification = verify_ledger(path)
        found = verification.first_break
        assert (found.row, found.flaw, found.n_standing) == (row, flaw, row - 1)
        assert text in found.text
        assert verification.n_rows == row - 1


def test_rows_cut_from_the_end_are_noticed_by_the_file_beside_and_by_a_noted_head(path):
    with LedgerReader(path) as reader:
        head = reader.head()
    with tampering(path) as connection:
        connection.execute("DELETE FROM entry WHERE number > 5")
    found = verify_ledger(path).first_break
    assert (found.row, found.flaw, found.n_standing) == (6, Flaw.TRUNCATED, 5)
    assert found.text == "Rows 6 to 7 are gone from the end; the newest was once row 7."
    path.with_suffix(".head").unlink()
    without = verify_ledger(path)
    assert without.is_sound, "a chain without its tail is a sound chain: that is what a noted head is for"
    assert "only a head that was noted elsewhere" in without.notes[0]
    assert verify_ledger(path, noted=head).first_break.flaw is Flaw.TRUNCATED
    by_hash = verify_ledger(path, noted=LedgerHead(None, head.hash_hex)).first_break
    assert (by_hash.flaw, by_hash.n_standing) == (Flaw.REPLACED, 0)


def test_a_chain_that_was_written_anew_is_not_the_one_that_was_noted(path, tmp_path):
    with LedgerReader(path) as reader:
        noted = [LedgerHead(entry.row, entry.hash_hex) for entry in reader.entries()]
    assert all(verify_ledger(path, noted=head).is_sound for head in noted)
    assert all(verify_ledger(path, noted=LedgerHead(None, head.hash_hex)).is_sound for head in noted)
    anew = tmp_path / "anew.db"
    with Ledger(anew, StepClock(5)) as ledger:
        write_each_kind(ledger)
    for head in noted:
        found = verify_ledger(anew, noted=head).first_break
        assert (found.row, found.flaw, found.n_standing) == (head.row, Flaw.REPLACED, 0)


def test_a_ledger_that_lost_its_tail_says_so_for_good_in_its_next_row(path):
    with tampering(path) as connection:
        connection.execute("DELETE FROM entry WHERE number > 5")
    with Ledger(path, StepClock()) as ledger:
        ledger.add_signal(full_signal(8))
        ledger.add_signal(full_signal(9))
        assert [entry.kind.value for entry in ledger.entries()][5:] == ["correction", "signal", "signal"]
    found = verify_ledger(path)
    assert (found.first_break.row, found.first_break.flaw) == (6, Flaw.TRUNCATED)
    assert found.first_break.text.startswith("Row 6 says: The ledger once reached row 7:")
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET about = 1 WHERE number = 8")
    both = verify_ledger(path)
    assert both.first_break.row == 8, "a break that comes later is found all the same"
    assert both.notes == (found.first_break.text,)


def test_a_ledger_whose_file_is_gone_or_no_ledger_is_named(path):
    path.write_bytes(b"not a ledger" * 100)
    found = verify_ledger(path)
    assert (found.first_break.flaw, found.n_rows) == (Flaw.UNREADABLE, 0)
    assert "is damaged" in found.first_break.text
    path.unlink()
    assert (
        verify_ledger(path).first_break.text
        == "Rows 1 to 7 are gone from the end; the newest was once row 7."
    )


def test_damage_beside_the_rows_is_told(path):
    with tampering(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'one_outcome'").get
        connection.pragma("wal_checkpoint(TRUNCATE)")
        size = connection.pragma("page_size")
    with open(path, "r+b") as file:
        file.seek((page - 1) * size + size - 3)
        file.write(b"\x7f")
    found = verify_ledger(path).first_break
    assert (found.row, found.flaw, found.n_standing) == (0, Flaw.UNREADABLE, N_ROWS)


def test_it_is_verified_in_pieces_while_another_goes_on_writing(tmp_path, monkeypatch):
    path, told = tmp_path / "ledger.db", []
    with Ledger(path, StepClock()) as ledger:
        with ledger.transaction():
            for i in range(1200):
                ledger.add_signal(full_signal(i))

        def progress(done, total):
            told.append((done, total))
            ledger.add_signal(full_signal(2000 + done))

        with ledger.reader() as reader:
            path.chmod(0o400)
            verification = reader.verify(progress)
        assert told == [(500, 1201), (1000, 1201), (1201, 1201)]
        assert (verification.is_sound, verification.n_rows) == (True, 1201)
        assert ledger.verify().n_rows == 1204


def test_a_torn_line_of_the_head_file_leaves_the_other_one(path):
    beside = path.with_suffix(".head")
    whole = beside.read_bytes()
    assert len(whole) == 256
    assert beside.stat().st_mode & 0o777 == 0o600
    beside.write_bytes(whole[:140] + b"\0" * 20 + whole[160:])
    assert verify_ledger(path).notes == (), "row 6 is still noted"
    beside.write_bytes(b"\xff" * 256)
    assert "missing or damaged" in verify_ledger(path).notes[0]


def test_where_the_head_file_cannot_be_written_the_rows_still_are(path):
    beside = path.with_suffix(".head")
    beside.unlink()
    beside.mkdir()
    with Ledger(path, StepClock()) as ledger:
        assert ledger.add_signal(full_signal(8)) == N_ROWS + 1
        assert "could not be kept" in ledger.damage()[0]
        assert ledger.verify().is_sound


def test_a_body_that_is_not_understood_is_a_break_though_its_hash_is_right(path):
    with Ledger(path, StepClock()) as ledger:
        ledger.add_signal(full_signal(9))
    found = Counter()
    for bad in (b"\xc1", b"\x80"):
        with Ledger(path, StepClock()) as ledger, ledger.transaction():
            ledger._append(_Header(EntryKind.OUTCOME, 1, about=100 + bad[0]), bad)
        first_break = verify_ledger(path).first_break
        found[first_break.flaw, first_break.row] += 1
        assert "is as it was written, but is not understood" in first_break.text
    assert found == {(Flaw.UNDECODABLE, N_ROWS + 2): 2}
    assert SCHEMA.synchronous == "FULL"
