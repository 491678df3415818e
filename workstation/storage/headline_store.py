"""Headlines that were heard: each story once, whatever restarts and however often a feed shows it."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from workstation.domain.headline import SAME_STORY_MS, Headline
from workstation.storage.database import Database, Schema
from workstation.storage.paths import Paths, private_folder
from workstation.storage.store_file import StoreFile

KEPT_MS = 30 * 24 * 3_600_000
"""How long a headline is kept after it was heard, and a link after a feed last showed it."""

_SCHEMA = Schema(
    what="headline file",
    application_id=0x54444D48,  # "TDMH"
    steps=(
        """
        CREATE TABLE headline (
            id INTEGER PRIMARY KEY, seen_ms INTEGER NOT NULL, story BLOB NOT NULL, body BLOB NOT NULL,
            crc INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX headline_seen ON headline (seen_ms);
        CREATE INDEX headline_story ON headline (story, seen_ms);
        CREATE TABLE sight (key BLOB PRIMARY KEY, last_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX sight_last ON sight (last_ms);
        CREATE TABLE coin (symbol TEXT PRIMARY KEY, first_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """,
    ),
    synchronous="FULL",  # a headline that was counted must not be counted again after a power cut
)

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Headline).decode


def headlines_db(paths: Paths) -> Path:
    """Return the file that holds the user's headlines."""
    return private_folder(paths.data) / "headlines.db"


class HeadlineStore(StoreFile):
    """`workstation.domain.headline.HeadlineKeeper` in a file.

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

    def add(self, headlines: Sequence[Headline]) -> list[Headline]:
        """Keep those that were not heard before, each story once; return them.

        Raises
        ------
        StoreError
            Nothing of this call was stored.
        """
        if not headlines:
            return []
        with self._database.writing() as connection:
            new = [one for one in headlines if _is_new(connection, one)]
            _forget(connection, max(one.seen_ms for one in headlines) - KEPT_MS)
        return new

    def headlines(self, since_ms: int, until_ms: int) -> list[Headline]:
        """Return those with ``since_ms <= seen_ms < until_ms``, in the order in which they were heard."""
        query = "SELECT body, crc FROM headline WHERE seen_ms >= ? AND seen_ms < ? ORDER BY seen_ms, id"
        with self._database.reading() as connection:
            rows = [] if connection is None else connection.execute(query, (since_ms, until_ms)).fetchall()
        return list(_readable(rows))

    def newest(self, n: int, coin: str | None = None) -> list[Headline]:
        """Return the newest `n`, newest first; of one coin where it is named."""
        found: list[Headline] = []
        with self._database.reading() as connection:
            if connection is None:
                return found
            rows = connection.execute("SELECT body, crc FROM headline ORDER BY seen_ms DESC, id DESC")
            for headline in _readable(rows):
                if coin is None or coin in headline.coins:
                    found.append(headline)
                if len(found) == n:
                    break
        return found

    def first_heard(self) -> Mapping[str, int]:
        """Return every coin that ever had a headline, with when it had its first, UTC milliseconds."""
        with self._database.reading() as connection:
            return {} if connection is None else dict(connection.execute("SELECT symbol, first_ms FROM coin"))


def _is_new(connection: apsw.Connection, headline: Headline) -> bool:
    """Note that a headline was seen, keep it where its story was not told; return whether it was kept."""
    key = _digest(headline.link or f"{headline.source} {headline.story}")
    story = _digest(headline.story)
    is_known = connection.execute("SELECT 1 FROM sight WHERE key = ?", (key,)).fetchone() is not None
    connection.execute(
        "INSERT INTO sight VALUES (?, ?) ON CONFLICT DO UPDATE SET last_ms = max(last_ms, excluded.last_ms)",
        (key, headline.seen_ms),
    )
    if is_known or _was_told(connection, story, headline.seen_ms):
        return False
    body = _encode(headline)
    connection.execute(
        "INSERT INTO headline (seen_ms, story, body, crc) VALUES (?, ?, ?, ?)",
        (headline.seen_ms, story, body, zlib.crc32(body)),
    )
    connection.executemany(
        "INSERT INTO coin VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(coin, headline.seen_ms) for coin in headline.coins],
    )
    return True


def _was_told(connection: apsw.Connection, story: bytes, at_ms: int) -> bool:
    query = "SELECT 1 FROM headline WHERE story = ? AND seen_ms > ? LIMIT 1"
    return connection.execute(query, (story, at_ms - SAME_STORY_MS)).fetchone() is not None


def _forget(connection: apsw.Connection, before_ms: int) -> None:
    connection.execute("DELETE FROM headline WHERE seen_ms < ?", (before_ms,))
    connection.execute("DELETE FROM sight WHERE last_ms < ?", (before_ms,))


def _readable(rows: Iterable[tuple[Any, ...]]) -> Iterator[Headline]:
    """Yield the headlines that the disk has kept whole."""
    for body, crc in rows:
        if zlib.crc32(body) == crc:
            yield _decode(body)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
