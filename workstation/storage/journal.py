"""What was said, and when: signals and alerts, written before anybody is told."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from workstation.domain.alert import AdviceMark, Alert, RuleMark
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Signal
from workstation.storage.database import Database, Schema, foreign
from workstation.storage.store_file import TransactionalFile

_APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
    "BEGIN SELECT raise(ABORT, 'the journal is only ever added to'); END;"
    for table in ("signal", "alert", "dismissal")
    for verb in ("UPDATE", "DELETE")
)

_SCHEMA = Schema(
    what="journal",
    application_id=0x54444D4A,  # "TDMJ"
    steps=(
        """
        CREATE TABLE signal (
            id INTEGER PRIMARY KEY, venue BLOB NOT NULL, symbol BLOB NOT NULL, timeframe TEXT NOT NULL,
            open_time INTEGER NOT NULL, direction INTEGER NOT NULL, body BLOB NOT NULL, crc INTEGER NOT NULL,
            UNIQUE (venue, symbol, timeframe, open_time, direction)
        ) STRICT;
        CREATE TABLE alert (
            id INTEGER PRIMARY KEY AUTOINCREMENT, venue BLOB NOT NULL, symbol BLOB NOT NULL,
            timeframe TEXT NOT NULL, open_time INTEGER NOT NULL, direction INTEGER NOT NULL,
            body BLOB NOT NULL, crc INTEGER NOT NULL,
            UNIQUE (venue, symbol, timeframe, open_time, direction)
        ) STRICT;
        CREATE TABLE dismissal (alert INTEGER PRIMARY KEY, crc INTEGER NOT NULL) STRICT;
        """
        + _APPEND_ONLY,
    ),
    synchronous="FULL",  # what the trader was told must survive a power cut
)

_Identity = tuple[bytes, bytes, str, int, int]
_DAILY = "1d"

_encode = msgspec.msgpack.Encoder().encode
_decode_signal = msgspec.msgpack.Decoder(Signal).decode
_decode_alert = msgspec.msgpack.Decoder(Alert).decode


class Journal(TransactionalFile):
    """Signals and alerts in the order they were said, only ever added to.

    A call that returned survives a power cut. A row that the disk has damaged is left out of every answer and
    named by `damage`.

    Parameters
    ----------
    path : Path
        The file. Its folder is made where it may be written.
    read_only : bool
        Another process writes; a missing file is an empty one until it appears.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is damaged, foreign, or from a newer Tidemark.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        super().__init__(Database(path, _SCHEMA, read_only=read_only))

    def reader(self) -> "Journal":
        """Return a reading journal on the same file, for another thread."""
        return Journal(self._database.path, read_only=True)

    def add_signal(self, signal: Signal) -> bool:
        """Write a signal; False where the same (series, bar, direction) is already there.

        Raises
        ------
        UsageError
            Its bar is still forming: it may yet vanish, so it is not for the journal.
        StoreError
            It was not written.
        """
        identity, body = _identity(signal), _encoded(signal)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO signal (venue, symbol, timeframe, open_time, direction, body, crc) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*identity, body, _checksum(0, identity, body)),
            )
            return bool(connection.changes())

    def signals(self, key: SeriesKey) -> list[Signal]:
        """Return the signals of a series, oldest bar first."""
        sql = (
            "SELECT venue, symbol, timeframe, open_time, direction, body, crc FROM signal "
            "WHERE venue = ? AND symbol = ? AND timeframe = ? ORDER BY open_time, id"
        )
        found = []
        with self._database.reading() as connection:
            where = (foreign(key.venue), foreign(key.symbol), key.timeframe)
            for *identity, body, crc in () if connection is None else connection.execute(sql, where):
                if _checksum(0, identity, body) == crc:
                    found.append(_decode_signal(body))
                else:
                    self._name_damage(f"{key}: a stored signal is damaged and was left out.")
        return found

    def add_alert(self, signal: Signal, text: str, raised_at_ms: int, late_ms: int) -> Alert | None:
        """Write an alert; None where this signal already raised one.

        Its number is higher than that of every alert before, and never given again.

        Raises
        ------
        UsageError
            The bar of the signal is still forming.
        StoreError
            It was not written.
        """
        return self._add_alert(_identity(signal), Alert(0, signal, text, raised_at_ms, late_ms))

    def add_advice_alert(self, about: AdviceMark, text: str, raised_at_ms: int, late_ms: int) -> Alert | None:
        """Write an alert on rotation advice; None where this advice already raised one.

        Raises
        ------
        StoreError
            It was not written.
        """
        identity = (foreign(about.venue), b"", _DAILY, about.at_ms, 0)  # no signal has an empty symbol
        return self._add_alert(identity, Alert(0, None, text, raised_at_ms, late_ms, advice=about))

    def add_rule_alert(self, about: RuleMark, text: str, raised_at_ms: int, late_ms: int) -> Alert | None:
        """Write an alert on a rule of the trader's; None where it already raised one on this bar or moment.

        Raises
        ------
        StoreError
            It was not written.
        """
        rule = f"rule {about.rule_id}.{about.revision}"  # no signal has such bars
        when = about.at_ms if about.open_time is None else about.open_time
        identity = (foreign(about.venue), foreign(about.symbol), rule, when, 0)
        return self._add_alert(identity, Alert(0, None, text, raised_at_ms, late_ms, rule=about))

    def _add_alert(self, identity: _Identity, bare: Alert) -> Alert | None:
        """Write an alert under the next number; None where there is one of this identity."""
        insert = (
            "INSERT INTO alert (id, venue, symbol, timeframe, open_time, direction, body, crc) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        taken = (
            "SELECT 1 FROM alert WHERE venue = ? AND symbol = ? AND timeframe = ? "
            "AND open_time = ? AND direction = ?"
        )
        with self._database.writing() as connection:
            if connection.execute(taken, identity).get is not None:
                return None
            last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'alert'").get or 0
            alert = replace(bare, id=last + 1)
            body = _encoded(alert)
            connection.execute(insert, (alert.id, *identity, body, _checksum(alert.id, identity, body)))
        return alert

    def dismiss_alert(self, alert_id: int) -> bool:
        """Write that the trader closed an alert; False where it is not there or already was closed.

        Raises
        ------
        StoreError
            It was not written.
        """
        sql = "INSERT OR IGNORE INTO dismissal (alert, crc) SELECT id, ? FROM alert WHERE id = ?"
        with self._database.writing() as connection:
            connection.execute(sql, (_dismissal_checksum(alert_id), alert_id))
            return bool(connection.changes())

    def alerts(self, after_id: int = 0, limit: int = 500) -> list[Alert]:
        """Return the newest `limit` alerts with an id above `after_id`, oldest first."""
        sql = (
            "SELECT id, dismissal.crc, venue, symbol, timeframe, open_time, direction, body, alert.crc "
            "FROM alert LEFT JOIN dismissal ON dismissal.alert = alert.id "
            "WHERE id > ? ORDER BY id DESC LIMIT ?"
        )
        with self._database.reading() as connection:
            rows = [] if connection is None else connection.execute(sql, (after_id, limit)).fetchall()
        found = []
        for number, dismissal_crc, *identity, body, crc in reversed(rows):
            if _checksum(number, identity, body) != crc:
                self._name_damage(f"Alert {number} is damaged in the journal and was left out.")
                continue
            dismissed = dismissal_crc == _dismissal_checksum(number)
            found.append(replace(_decode_alert(body), dismissed=dismissed))
        return found

    def verify(self) -> list[str]:
        """Read everything and return all damage, one sentence each."""
        self.alerts(limit=-1)
        sql = "SELECT venue, symbol, timeframe, open_time, direction, body, crc FROM signal"
        with self._database.reading() as connection:
            for *identity, body, crc in [] if connection is None else connection.execute(sql):
                if _checksum(0, identity, body) != crc:
                    text = f"The signal of bar {identity[3]} is damaged in the journal and was left out."
                    self._name_damage(text)
        return self.damage() + self._database.check()


def _identity(signal: Signal) -> _Identity:
    """Return what makes a signal the same one: its series, its bar and its direction."""
    if not signal.closed:
        raise UsageError(
            f"A signal on the forming bar of {signal.key} may still vanish; it is not journalled."
        )
    key = signal.key
    return foreign(key.venue), foreign(key.symbol), key.timeframe, signal.open_time, int(signal.direction)


def _encoded(value: Signal | Alert) -> bytes:
    try:
        return _encode(value)
    except UnicodeEncodeError as error:
        raise UsageError(f"Half a character cannot be journalled: {error.reason}.") from error


def _checksum(number: int, identity: Sequence[object], body: Any) -> int:
    return zlib.crc32(body, zlib.crc32(_encode((number, *identity))))


def _dismissal_checksum(alert_id: int) -> int:
    return zlib.crc32(b"dismissed %d" % alert_id)
