"""What was judged stays as it was judged: the ledger's rows, and the questions it answers."""

import dataclasses
import time

import apsw
import pytest

from tests.fakes.storage_ledger_world import (
    HOUR,
    NOW,
    StepClock,
    full_signal,
    grade,
    outcome,
    plain_signal,
    tampering,
    write_each_kind,
)
from workstation import __version__
from workstation.domain.errors import StoreError, StoreReadOnly, UsageError
from workstation.domain.grade import GradeComponent
from workstation.domain.ledger import (
    Correction,
    EntryKind,
    Genesis,
    LedgerHead,
    ModelChange,
    ModelEvent,
    RecordGroup,
    SignalFilter,
)
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Barrier
from workstation.domain.signal import Direction, Regime, SignalOrigin
from workstation.storage.ledger import Ledger
from workstation.storage.ledger_reader import DAY_MS, LedgerReader


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path):
    with Ledger(path, StepClock()) as ledger:
        yield ledger


def test_an_empty_ledger_has_no_head_and_is_sound(ledger, path):
    assert ledger.head() is None
    for reader in (ledger, ledger.reader(), LedgerReader(path.with_name("never_made.db"))):
        verification = reader.verify()
        assert (verification.is_sound, verification.n_rows, verification.head) == (True, 0, None)
        assert reader.entries() == []
        assert reader.signals() == []
        assert reader.record() == []
        assert reader.grades("binance", "1h", HOUR) == ()


def test_rows_are_numbered_without_holes_and_begin_with_who_began(ledger):
    write_each_kind(ledger)
    entries = ledger.entries()
    assert [entry.row for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert [entry.kind for entry in entries] == [
        EntryKind.GENESIS,
        EntryKind.MODEL,
        EntryKind.SIGNAL,
        EntryKind.GRADES,
        EntryKind.OUTCOME,
        EntryKind.CORRECTION,
        EntryKind.SIGNAL,
    ]
    assert entries[0].value == Genesis(__version__, NOW + 2)
    assert entries[1].value == ModelEvent(ModelChange.CHAMPION, "ab", "First.")
    assert [entry.about for entry in entries] == [0, 0, 0, 0, 3, 5, 0]
    assert entries[2].known_at_ms == 2 * HOUR, "a signal is known at the close of its bar"
    assert entries[2].written_ms > NOW
    assert entries[-1].hash_hex == ledger.head().hash_hex
    assert len(ledger.entries(limit=2)) == 2
    assert [entry.row for entry in ledger.entries("BTC/USDT")] == [3, 5, 6, 7], (
        "and what is about its signals"
    )
    assert [entry.row for entry in ledger.entries(since_ms=NOW)] == [1, 2, 6]


def test_a_signal_is_written_once_and_comes_back_with_every_field(ledger, path):
    assert ledger.add_signal(full_signal(1)) == 2
    assert ledger.add_signal(full_signal(1, probability=0.9)) is None
    assert ledger.add_signal(full_signal(1, direction=Direction.BEARISH)) == 3
    with LedgerReader(path) as reader:
        assert [entry.signal for entry in reader.signals()] == [
            full_signal(1),
            full_signal(1, direction=Direction.BEARISH),
        ]
    with pytest.raises(UsageError, match="forming"):
        ledger.add_signal(plain_signal(2, closed=False))
    with pytest.raises(UsageError, match="Half a character"):
        ledger.add_signal(plain_signal(2, key=SeriesKey("binance", "\ud800", "1h")))
    assert ledger.head().row == 3


def test_the_same_judgements_at_the_same_time_are_the_same_bytes(tmp_path):
    heads = set()
    for name in ("one.db", "two.db"):
        with Ledger(tmp_path / name, StepClock()) as ledger:
            write_each_kind(ledger)
            heads.add(ledger.head())
    assert len(heads) == 1


def test_a_signal_has_one_outcome_and_a_later_one_is_a_correction_that_says_why(ledger):
    row = ledger.add_signal(full_signal(1))
    assert ledger.signals_due(now_ms=26 * HOUR - 1) == []
    assert [entry.row for entry in ledger.signals_due(now_ms=26 * HOUR)] == [row]
    assert ledger.signals_due(now_ms=26 * HOUR, since_ms=3 * HOUR) == []
    outcome_row = ledger.add_outcome(row, outcome(1))
    assert ledger.add_outcome(row, outcome(1, Barrier.STOP)) is None
    assert ledger.signals_due(now_ms=1 << 60) == []
    assert ledger.signals()[0].outcome == outcome(1)
    ledger.add_correction(Correction(outcome_row, "The candle was wrong.", outcome(1, Barrier.TIME, 0.1)))
    ledger.add_correction(Correction(outcome_row, "It was worse.", outcome(1, Barrier.STOP, -3.0)))
    (entry,) = ledger.signals()
    assert (entry.outcome, entry.correction) == (outcome(1, Barrier.STOP, -3.0), "It was worse.")
    assert ledger.entries()[2].value == outcome(1), "the first one stands where it stood"
    ledger.add_correction(Correction(row, "Raised on a bad tick."))
    assert ledger.signals()[0].outcome == outcome(1, Barrier.STOP, -3.0), "explaining away changes no record"


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda ledger: ledger.add_outcome(99, outcome()), "Row 99 of the ledger is none"),
        (lambda ledger: ledger.add_outcome(2, outcome()), "Row 2 of the ledger says model"),
        (lambda ledger: ledger.add_correction(Correction(3, "Why.", outcome())), "says signal"),
        (lambda ledger: ledger.add_correction(Correction(5, "Why.")), "says outcome"),
        (lambda ledger: ledger.add_correction(Correction(1, "Why.")), "says genesis"),
        (lambda ledger: ledger.add_correction(Correction(3, " ")), "needs a reason"),
        (
            lambda ledger: ledger.add_correction(Correction(3, "x", lost=LedgerHead(1, "ab"))),
            "only the ledger",
        ),
        (lambda ledger: ledger.add_grades([]), "one close"),
        (lambda ledger: ledger.add_grades([grade(), grade(at_ms=2 * HOUR)]), "one close"),
        (lambda ledger: ledger.add_grades([grade(), grade()]), "each coin once"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(ledger, write, reason):
    write_each_kind(ledger)
    head = ledger.head()
    with pytest.raises(UsageError, match=reason):
        write(ledger)
    assert ledger.head() == head


def test_the_grades_of_a_close_come_back_by_close_and_by_coin(ledger):
    first = [
        grade("ETH/USDT", DAY_MS, 20, ta_value=33.5, quant_value=0.0, model_hash="cd"),
        grade("BTC/USDT", DAY_MS, 80, ("momentum",), n_coins=1),
        grade("X\udcff/USDT", DAY_MS, 0, ()),
    ]
    second = [grade("ETH/USDT", 2 * DAY_MS, 25, change_24h=5.0)]
    row = ledger.add_grades(first)
    assert ledger.add_grades([grade("ETH/USDT", DAY_MS, 99)]) is None
    assert ledger.add_grades(second) == row + 1
    assert ledger.grades("binance", "1h", DAY_MS) == (first[1], first[0], first[2])
    assert ledger.grade_values("binance", "1h", 2 * DAY_MS - DAY_MS)["ETH/USDT"] == 20, "24 hours before"
    assert ledger.grade_values("binance", "1h", 3 * DAY_MS) == {}
    assert ledger.grade_history("binance", "ETH/USDT", "1h") == [first[0], second[0]]
    assert ledger.grade_history("binance", "ETH/USDT", "1h", 2 * DAY_MS) == second
    assert ledger.grade_history("binance", "ETH/USDT", "1h", 0, DAY_MS) == []
    assert ledger.grade_history("binance", "SOL/USDT", "1h") == []
    assert ledger.entries()[1].value == (first[1], first[0], first[2])


def test_a_thousand_coins_take_little_room_and_time(ledger, path):
    names = ("momentum", "reversal", "volatility", "liquidity", "pressure", "model_rank")
    grades = [
        grade(f"COIN{i}/USDT", HOUR, i % 101, names, n_coins=1000, ta_value=i / 10, model_hash="ab" * 32)
        for i in range(1000)
    ]
    ledger.add_signal(plain_signal())
    took_s = []
    for hour in (1, 2, 3):
        close = [dataclasses.replace(each, at_ms=hour * HOUR) for each in grades]
        began = time.process_time()  # of this process: others may be busy
        ledger.add_grades(close)
        took_s.append(time.process_time() - began)
    with tampering(path) as connection:
        assert connection.execute("SELECT max(length(body)) FROM entry").get < 60_000
    assert min(took_s) < 0.05
    weights = [component.weight for component in ledger.grades("binance", "1h", HOUR)[7].components]
    assert weights == [1 / 6] * 6, "weights are kept to the last bit"


def test_scores_are_kept_as_float32(ledger):
    written = dataclasses.replace(grade(), components=(GradeComponent("momentum", 33.3, 1.0),))
    ledger.add_grades([written])
    (read,) = ledger.grades("binance", "1h", HOUR)
    assert read.components[0].score == pytest.approx(33.3, rel=1e-7)


@pytest.mark.parametrize(
    ("wanted", "bars"),
    [
        (SignalFilter(), [1, 2, 3, 4]),
        (SignalFilter(symbol="ETH/USDT"), [4]),
        (SignalFilter(venue="kraken"), []),
        (SignalFilter(timeframe="1h", since_ms=3 * HOUR, until_ms=5 * HOUR), [2, 3, 4]),
        (SignalFilter(direction=Direction.BEARISH), [2]),
        (SignalFilter(regime=Regime.BULL), [3]),
        (SignalFilter(model_hash="cd"), [4]),
    ],
    ids=["all", "symbol", "venue", "time", "direction", "regime", "model"],
)
def test_signals_are_found_by_series_time_direction_regime_and_model(ledger, wanted, bars):
    ledger.add_signal(full_signal(1))
    ledger.add_signal(full_signal(2, direction=Direction.BEARISH))
    ledger.add_signal(full_signal(3, regime=Regime.BULL))
    ledger.add_signal(full_signal(3, key=SeriesKey("binance", "ETH/USDT", "1h"), model_hash="cd"))
    found = [entry.row - 1 for entry in ledger.signals(wanted)]
    assert found == bars
    assert [entry.row - 1 for entry in ledger.signals(wanted, limit=1)] == bars[-1:]


def test_the_record_counts_what_was_said_at_the_time(ledger):
    for i in range(1, 41):
        row = ledger.add_signal(full_signal(i, regime=Regime.BULL if i <= 30 else None))
        if i < 40:
            barrier = Barrier.TARGET if i % 3 == 0 else Barrier.STOP
            corrected = ledger.add_outcome(row, outcome(i, barrier, 1.0 if i % 3 == 0 else -1.0))
    ledger.add_correction(Correction(corrected, "Bad tick.", outcome(39, Barrier.STOP, -1.0)))
    ledger.add_outcome(ledger.add_signal(full_signal(50, origin=SignalOrigin.HISTORY)), outcome(50))
    (whole,) = ledger.record()
    assert (whole.group, whole.n, whole.n_hits, whole.n_open, whole.n_corrected) == ((), 39, 12, 1, 1)
    assert whole.base_rate == pytest.approx(0.31)
    assert whole.net_mean_pct == pytest.approx((12 - 27) / 39)
    assert whole.note == ""
    bull, unknown = ledger.record([RecordGroup.REGIME, RecordGroup.SYMBOL])
    assert (bull.group, bull.n, bull.n_hits) == (("bull", "BTC/USDT"), 30, 10)
    assert (unknown.group, unknown.n, unknown.note) == (
        ("unknown", "BTC/USDT"),
        9,
        "Only 9 outcomes; fewer than 30 prove nothing.",
    )
    groups = ledger.record(
        [RecordGroup.DIRECTION, RecordGroup.TIMEFRAME, RecordGroup.VENUE, RecordGroup.MODEL]
    )
    assert [record.group for record in groups] == [("bullish", "1h", "binance", "ab" * 32)]


def test_a_record_without_stated_base_rates_has_none(ledger):
    ledger.add_outcome(ledger.add_signal(plain_signal(1)), outcome(1))
    ledger.add_outcome(ledger.add_signal(plain_signal(2, base_rate=0.5)), outcome(2))
    assert ledger.record()[0].base_rate is None


def test_the_file_itself_refuses_changes(ledger, path):
    write_each_kind(ledger)
    connection = apsw.Connection(str(path))
    try:
        for sql in (
            "UPDATE entry SET written_ms = 1",
            "DELETE FROM entry",
            "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE number = 3",
        ):
            with pytest.raises(apsw.ConstraintError, match="only ever added to"):
                connection.execute(sql)
    finally:
        connection.close()


def test_a_damaged_row_is_left_out_of_answers_and_named(ledger, path):
    ledger.add_signal(full_signal(1))
    ledger.add_signal(full_signal(2))
    ledger.add_signal(full_signal(3))
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET known_at_ms = known_at_ms + 1 WHERE number = 3")
    assert [entry.row for entry in ledger.signals()] == [2, 4]
    assert [entry.row for entry in ledger.entries()] == [1, 2, 4]
    assert ledger.damage() == ["Row 3 of the ledger, or the one before it, is damaged and was left out."]


def test_all_calls_of_a_transaction_are_written_or_none(ledger, path):
    def break_off():
        with ledger.transaction():
            ledger.add_signal(full_signal(1))
            raise StoreError("broke off")

    with pytest.raises(StoreError, match="broke off"):
        break_off()
    assert ledger.head() is None
    assert not path.with_suffix(".head").exists()
    with ledger.transaction():
        ledger.add_signal(full_signal(1))
        ledger.add_outcome(2, outcome(1))
    assert ledger.head().row == 3


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        Ledger(tmp_path / "file" / "ledger.db", StepClock())
