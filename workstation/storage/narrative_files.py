"""A book of narratives as a TOML file that a trader reads, writes and shares."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from workstation.domain.errors import SettingsError, StoreError, StoreReadOnly, UsageError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook, Rename
from workstation.storage.durable_file import replace_durably
from workstation.storage.settings_text import parsed, read_text

FORMAT = 1
"""Of the files that are written, and the newest that is read."""

_HEADER = """\
# Narratives: the stories that coins are bought for, and which coin belonged to which, and when.
# You may write here. Tidemark reads the file again when it changes, and leaves out comments when it writes.
"""
_MOST_FAULTS = 5
_KEYS = {
    "": ("format", "dated", "narrative", "rename"),
    "narrative": ("name", "title", "category", "members"),
    "member": ("coin", "share", "since", "until", "source"),
    "rename": ("old", "new", "at", "ratio", "source"),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Value = TypeVar("_Value")


def read_book(path: Path) -> NarrativeBook:
    """Return the book that a file holds.

    Raises
    ------
    SettingsError
        It is not such a file, or says something that cannot be; the message names file, line and coin.
    StoreError
        It cannot be read.
    """
    try:
        text = read_text(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}).") from error
    except SettingsError as error:
        raise SettingsError(f"{path.name} cannot be used: {error}") from error
    return book_of(text, path.name)


def write_book(path: Path, book: NarrativeBook) -> None:
    """Write a book into a file, whole or not at all; one that is there is replaced.

    Raises
    ------
    StoreError
        The place cannot be written (`StoreReadOnly`), or is full.
    """
    try:
        replace_durably(path, text_of(book).encode())
    except OSError as error:
        kind = StoreReadOnly if isinstance(error, PermissionError) else StoreError
        raise kind(f"{path} cannot be written ({error.strerror}).") from error


def text_of(book: NarrativeBook) -> str:
    """Return a book as the text of a file; reading it gives the same book."""
    lines = [_HEADER, f"format = {FORMAT}", *([f"dated = {book.dated}"] if book.dated else [])]
    for narrative in book.narratives:
        lines += ["", "[[narrative]]", f"name = {_quoted(narrative.name)}"]
        lines.append(f"title = {_quoted(narrative.title)}")
        if narrative.category:
            lines.append(f"category = {_quoted(narrative.category)}")
        lines += ["members = [", *map(_member_line, narrative.members), "]"]
    for rename in book.renames:
        lines += ["", "[[rename]]", f"old = {_quoted(rename.old)}", f"new = {_quoted(rename.new)}"]
        lines += [f"at = {_date(rename.at_ms)}", f"ratio = {float(rename.ratio)!r}"]
        lines += [f"source = {_quoted(rename.source)}"] if rename.source else []
    return "\n".join(lines) + "\n"


def _member_line(member: Membership) -> str:
    cells = [f"coin = {_quoted(member.coin)}"]
    if member.share is not None:
        cells.append(f"share = {float(member.share)!r}")
    cells += [
        f"{key} = {_date(at_ms)}"
        for key, at_ms in (("since", member.since_ms), ("until", member.until_ms))
        if at_ms is not None
    ]
    cells += [f"source = {_quoted(member.source)}"] if member.source else []
    return f"    {{ {', '.join(cells)} }},"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # text here is printable, for which JSON and TOML agree


def _date(at_ms: int) -> str:
    at = _EPOCH + timedelta(milliseconds=at_ms)
    if at_ms % 86_400_000 == 0:
        return f"{at:%Y-%m-%d}"
    return (
        at.replace(tzinfo=None).isoformat(timespec="seconds" if at_ms % 1000 == 0 else "milliseconds") + "Z"
    )


def book_of(text: str, file: str) -> NarrativeBook:
    """Return the book of a file's text.

    Parameters
    ----------
    text : str
        TOML; see ``resources/narratives.toml``.
    file : str
        Its name, for messages.

    Raises
    ------
    SettingsError
        It cannot be used; the message says where and what was expected, of the first few faults.
    """
    try:
        tables = parsed(text)
    except SettingsError as error:
        raise SettingsError(f"{file} is not a file of narratives: {error}") from error
    reading = _Reading(file, text)
    book = reading.book(tables)
    if book is None:
        more = len(reading.faults) - _MOST_FAULTS
        said = reading.faults[:_MOST_FAULTS] + ([f"There are {more} more faults."] if more > 0 else [])
        raise SettingsError(" ".join(said))
    return book


@dataclass(frozen=True)
class _Place:
    """Which part of a file is meant; its line is looked up only where there is something to say."""

    key: str = ""
    value: object = None
    narrative: object = None

    def line_in(self, lines: Sequence[str]) -> int:
        """Return the line where it stands, the narrative's where it is not found, 1 where nothing is."""
        its = re.compile(
            _assigned(self.key, self.value) if self.value else rf"^\s*\[*\s*{re.escape(self.key)}\b"
        )
        section = None if self.narrative is None else re.compile(_assigned("name", self.narrative))
        found, is_inside = 1, section is None
        for number, line in enumerate(lines, 1):
            if section is not None and re.match(r"\s*name\s*=", line):
                is_inside = bool(section.search(line))
                found = number if is_inside else found
            if is_inside and its.search(line):
                return number
        return found

    @property
    def words(self) -> str:
        """Say what it is about, where the line alone may not."""
        inside = "" if self.narrative is None else f" of {_shown(self.narrative)}"
        return f" ({_shown(self.value)}{inside})" if self.value else inside and f" ({inside.strip()})"


_TOP = _Place("format")


class _Reading:
    """Reads the tables of one file and gathers a sentence for every fault."""

    def __init__(self, file: str, text: str) -> None:
        self.faults: list[str] = []
        self._file = file
        self._lines = text.splitlines()

    def book(self, tables: Mapping[str, Any]) -> NarrativeBook | None:
        """Return the book, or None where there is a fault."""
        self._check_keys("", tables, _TOP)
        if tables.get("format") != FORMAT:
            self._say(_TOP, f"format must be {FORMAT}; got {_shown(tables.get('format'))}.")
        dated = self._try(_Place("dated"), lambda: _day(tables.get("dated", "")))
        narratives = [self._narrative(table) for table in self._tables(tables, "narrative")]
        renames = [self._rename(table) for table in self._tables(tables, "rename")]
        if self.faults:
            return None
        whole = tuple(one for one in narratives if one is not None)
        changes = tuple(one for one in renames if one is not None)
        return self._try(None, lambda: NarrativeBook(whole, changes, dated or ""))

    def _tables(self, tables: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        there = tables.get(key, [])
        if isinstance(there, list) and all(isinstance(each, dict) for each in there):
            return there
        self._say(_Place(key), f"{key} must be written as [[{key}]].")
        return []

    def _narrative(self, table: Mapping[str, Any]) -> Narrative | None:
        name = table.get("name", "")
        place = _Place("name", name)
        self._check_keys("narrative", table, place)
        rows = table.get("members", [])
        if not isinstance(rows, list):
            self._say(place, 'members must be a list such as [ { coin = "FET" } ].')
            return None
        members = [self._member(row, name) for row in rows]
        return self._try(
            place,
            lambda: Narrative(
                _text(table, "name"),
                _text(table, "title"),
                tuple(member for member in members if member is not None),
                _text(table, "category"),
            ),
        )

    def _member(self, row: object, name: object) -> Membership | None:
        if not isinstance(row, dict):
            self._say(
                _Place("members", None, name),
                f'a member must look like {{ coin = "FET" }}; got {_shown(row)}.',
            )
            return None
        place = _Place("coin", row.get("coin"), name)
        self._check_keys("member", row, place)
        return self._try(
            place,
            lambda: Membership(
                _text(row, "coin"),
                _number(row, "share") if "share" in row else None,
                _instant(row, "since") if "since" in row else None,
                _instant(row, "until") if "until" in row else None,
                _text(row, "source"),
            ),
        )

    def _rename(self, table: Mapping[str, Any]) -> Rename | None:
        place = _Place("old", table.get("old"))
        self._check_keys("rename", table, place)
        return self._try(
            place,
            lambda: Rename(
                _text(table, "old"),
                _text(table, "new"),
                _instant(table, "at"),
                _number(table, "ratio"),
                _text(table, "source"),
            ),
        )

    def _try(self, place: _Place | None, make: Callable[[], _Value]) -> _Value | None:
        try:
            return make()
        except UsageError as error:
            self._say(place, str(error))
            return None

    def _check_keys(self, kind: str, table: Mapping[str, Any], place: _Place) -> None:
        for key in table:
            if key not in _KEYS[kind]:
                self._say(
                    _Place(key) if kind == "" else place,
                    f"{_shown(key)} is not known here; there are {', '.join(_KEYS[kind])}.",
                )

    def _say(self, place: _Place | None, sentence: str) -> None:
        if place is None or len(self.faults) >= _MOST_FAULTS:  # what is only counted needs no line
            self.faults.append(f"{self._file}: {sentence}")
            return
        line = place.line_in(self._lines)
        self.faults.append(f"{self._file}, line {line}{place.words}: {sentence}")


def _assigned(key: str, value: object) -> str:
    return rf"\b{key}\s*=\s*[\"']{re.escape(str(value))}[\"']"


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise UsageError(f'{key} must be text such as "FET"; got {_shown(value)}.')
    return value


def _number(table: Mapping[str, Any], key: str) -> float:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        raise UsageError(f"{key} must be a number such as 0.5; got {_shown(value)}.")
    return float(value)


def _instant(table: Mapping[str, Any], key: str) -> int:
    """Return a date as UTC milliseconds; one without a time is its 00:00 UTC."""
    value = table.get(key)
    try:
        value = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise UsageError(f"{key} must be a date such as 2024-07-01; got {_shown(value)}.") from None
    if not isinstance(value, date):
        raise UsageError(f"{key} must be a date such as 2024-07-01; got {_shown(value)}.")
    at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)


def _day(value: object) -> str:
    """Return a date as ``YYYY-MM-DD``, empty where there is none."""
    if value == "":
        return ""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = None
    if isinstance(day, datetime) or not isinstance(day, date):
        raise UsageError(f"dated must be a date such as 2025-07-01; got {_shown(value)}.")
    return day.isoformat()


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:59] + "…"
