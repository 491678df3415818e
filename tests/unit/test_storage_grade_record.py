"""Grades in the ledger, and what the coins they were given to did next."""

import numpy as np
import pytest

from tests.fakes.storage_ledger_world import HOUR, StepClock, grade, outcome, plain_signal, tampering
from workstation.domain.errors import UsageError
from workstation.domain.grade_record import DAY_MS, LEAST_COINS, WEEK_MS, GradeRecord, RecordSource
from workstation.domain.ledger import Correction, EntryKind
from workstation.domain.outcome import GradeOutcome
from workstation.engine.grade.panel import MIN_COINS
from workstation.engine.grade.record import CRASH, record
from workstation.storage.ledger import Ledger

N_COINS = 40


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path):
    with Ledger(path, StepClock()) as ledger:
        yield ledger


def coins(n=N_COINS):
    return [f"C{i:02}/USDT" for i in range(n)]


def write_close(ledger, at_ms, values, timeframe="1h", venue="binance"):
    plain = [grade(symbol, at_ms, int(value)) for symbol, value in zip(coins(), values, strict=False)]
    given = ("symbol", "at_ms", "value", "components", "n_coins")
    return ledger.add_grades(
        [
            type(one)(venue, timeframe=timeframe, **{name: getattr(one, name) for name in given})
            for one in plain
        ]
    )


def became(day, week):
    each = zip(coins(), day, week, strict=False)
    return [
        GradeOutcome(s, None if np.isnan(d) else float(d), None if np.isnan(w) else float(w))
        for s, d, w in each
    ]


def joined_market(ledger, n_days=30, n_unknown=3):
    """Write grades of every midnight with what followed; return both as arrays."""
    rng = np.random.default_rng(5)
    times = (np.arange(n_days) + 1) * DAY_MS
    values = rng.integers(0, 101, (n_days, N_COINS))
    after = rng.normal(0.0, 0.15, (n_days, N_COINS, 2)).astype(np.float32).astype(np.float64)
    after[:, :n_unknown] = np.nan
    for at_ms, graded, found in zip(times.tolist(), values, after, strict=True):
        row = write_close(ledger, at_ms, graded)
        assert ledger.add_grade_outcomes(row, became(found[:, 0], found[:, 1])) == row + 1
    return times, values.astype(np.float64), after


# the newest close


def test_the_newest_close_is_found_by_time_and_not_by_when_it_was_written(ledger):
    for at_ms in (5 * HOUR, 9 * HOUR, 7 * HOUR):
        write_close(ledger, at_ms, [50])
    assert ledger.newest_grades("binance", "1h")[0].at_ms == 9 * HOUR
    assert ledger.newest_grades("binance", "1h", 8 * HOUR)[0].at_ms == 7 * HOUR
    assert ledger.newest_grades("binance", "1h", 4 * HOUR) == ()
    assert ledger.newest_grades("binance", "4h") == ()
    assert ledger.newest_grades("okx") == ()


def test_without_a_timeframe_the_newest_of_all_is_meant(ledger):
    write_close(ledger, 5 * HOUR, [50])
    write_close(ledger, 8 * HOUR, [60, 70], timeframe="4h")
    write_close(ledger, 90 * HOUR, [1], venue="okx")
    assert [each.value for each in ledger.newest_grades("binance")] == [60, 70]
    assert ledger.graded_series() == [
        ("binance", "1h", 5 * HOUR),
        ("binance", "4h", 8 * HOUR),
        ("okx", "1h", 90 * HOUR),
    ]


def test_where_the_newest_close_is_damaged_the_one_before_is_told_with_the_damage(ledger, path):
    write_close(ledger, 5 * HOUR, [50])
    write_close(ledger, 6 * HOUR, [60])
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET body = x'00' WHERE known_at_ms = ?", (6 * HOUR,))
    with ledger.reader() as reader:
        assert reader.newest_grades("binance", "1h")[0].value == 50
        assert len(reader.damage()) == 1


def test_the_newest_closes_of_one_coin_come_oldest_first(ledger):
    for hour in range(1, 9):
        write_close(ledger, hour * HOUR, [hour, 100 - hour])
    newest = ledger.grade_history("binance", "C01/USDT", "1h", limit=3)
    assert [each.value for each in newest] == [94, 93, 92]
    assert len(ledger.grade_history("binance", "C01/USDT", "1h", 2 * HOUR, 5 * HOUR)) == 3


# what followed


def test_what_followed_is_written_once_and_read_back_as_it_was(ledger):
    row = write_close(ledger, HOUR, [50, 60])
    told = [GradeOutcome("C01/USDT", 0.5, None), GradeOutcome("C00/USDT", -0.25, 0.125)]
    number = ledger.add_grade_outcomes(row, told)
    assert ledger.add_grade_outcomes(row, told) is None
    entry = ledger.entries(limit=1)[0]
    assert (entry.row, entry.kind, entry.about) == (number, EntryKind.OUTCOME, row)
    assert entry.known_at_ms == HOUR + WEEK_MS
    assert entry.value == tuple(told[::-1])
    assert ledger.verify().is_sound


@pytest.mark.parametrize("told", [[], [GradeOutcome("A", 0.1, 0.1)] * 2], ids=["none", "a coin twice"])
def test_what_is_no_outcome_of_a_close_is_refused(ledger, told):
    row = write_close(ledger, HOUR, [50])
    with pytest.raises(UsageError, match="at least one coin, and each once"):
        ledger.add_grade_outcomes(row, told)


def test_signals_and_grades_keep_their_outcomes_apart(ledger):
    row = write_close(ledger, HOUR, [50])
    signal_row = ledger.add_signal(plain_signal(1))
    with pytest.raises(UsageError, match="says signal; a row that says grades"):
        ledger.add_grade_outcomes(signal_row, became([0.1], [0.1]))
    with pytest.raises(UsageError, match="says grades; a row that says signal"):
        ledger.add_outcome(row, outcome())
    number = ledger.add_grade_outcomes(row, became([0.1], [0.1]))
    with pytest.raises(UsageError, match="no outcome of a signal can replace"):
        ledger.add_correction(Correction(number, "Wrong.", outcome()))
    assert [entry.outcome for entry in ledger.signals()] == [None]


def test_one_close_a_day_waits_until_it_is_joined(ledger):
    rows = [write_close(ledger, at_ms, [50]) for at_ms in (DAY_MS - HOUR, DAY_MS, DAY_MS + HOUR, 3 * DAY_MS)]
    write_close(ledger, DAY_MS, [50], venue="okx")
    waiting = ledger.grades_waiting("binance")
    assert [each.row for each in waiting] == [rows[0], rows[2], rows[3]], "midnight ends a day"
    ledger.add_grade_outcomes(rows[2], became([0.1], [0.1]))
    assert [each.at_ms for each in ledger.grades_waiting("binance")] == [DAY_MS - HOUR, 3 * DAY_MS]
    later = ledger.grades_waiting("binance", DAY_MS + 2 * HOUR)
    assert [each.row for each in later] == [rows[3]], "a day that has begun is not begun again"


# the record


def test_the_record_of_a_week_is_what_the_models_examination_would_count(ledger):
    assert (LEAST_COINS, -0.2) == (MIN_COINS, CRASH)
    times, values, after = joined_market(ledger)
    own = {each.low: each for each in ledger.grade_records("binance", "1h") if each.horizon_ms == WEEK_MS}
    for band in record(values, after, times):
        found = own[band.low]
        assert (found.n, found.source) == (band.n, RecordSource.LEDGER)
        assert (found.beat_median.value, found.beat_median.low, found.beat_median.high) == (
            band.beats_median,
            band.beats_median_low,
            band.beats_median_high,
        )
        assert found.crashed.value == band.crash_rate
        assert found.median_return == band.median_return
    assert sum(each.n for each in own.values()) == 5 * (N_COINS - 3), "closes a week apart"


def test_the_record_of_a_day_counts_every_day_and_says_what_is_not_known(ledger):
    joined_market(ledger)
    days = [each for each in ledger.grade_records("binance", "1h") if each.horizon_ms == DAY_MS]
    assert sum(each.n for each in days) == 30 * (N_COINS - 3)
    assert sum(each.n_unknown for each in days) == 30 * 3
    assert ledger.grade_records("binance", "4h") == ()


def test_closes_less_than_a_day_apart_count_once(ledger):
    for at_ms in (DAY_MS, DAY_MS + HOUR):
        row = write_close(ledger, at_ms, range(N_COINS))
        ledger.add_grade_outcomes(row, became(np.full(N_COINS, 0.1), np.full(N_COINS, 0.1)))
    assert sum(each.n for each in ledger.grade_records("binance", "1h")) == 2 * N_COINS


def test_a_close_of_which_too_little_is_known_has_no_median(ledger):
    row = write_close(ledger, HOUR, [95] * 20)
    after = np.where(np.arange(20) < LEAST_COINS - 1, 0.1, np.nan)
    ledger.add_grade_outcomes(row, became(after, after))
    assert all(each.n == 0 and each.beat_median is None for each in ledger.grade_records("binance", "1h"))


def test_a_coin_of_which_no_outcome_was_written_is_not_known(ledger):
    row = write_close(ledger, DAY_MS, [95] * 20)
    ledger.add_grade_outcomes(row, became(np.arange(20) / 100, np.arange(20) / 100)[4:])
    (day, _) = (each for each in ledger.grade_records("binance", "1h") if each.low == 90)
    assert (day.n, day.n_unknown, day.median_return) == (16, 4, pytest.approx(0.115))


def test_a_damaged_outcome_is_left_out_of_the_record_and_named(ledger, path):
    joined_market(ledger, n_days=1)
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET body = x'00' WHERE kind = 'outcome'")
    with ledger.reader() as reader:
        assert reader.grade_records("binance", "1h") == ()
        assert reader.damage() == ["Row 3 of the ledger, or the one before it, is damaged and was left out."]


def test_few_cases_say_so():
    assert GradeRecord(90, DAY_MS, RecordSource.LEDGER, 1, None).note == (
        "Only 1 case; fewer than 30 prove nothing."
    )
    assert GradeRecord(90, DAY_MS, RecordSource.LEDGER, 30, None).note == ""
    assert GradeRecord(90, DAY_MS, RecordSource.LEDGER, 30, None).high == 100
