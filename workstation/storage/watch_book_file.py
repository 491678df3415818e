"""The file of the trader's lists and saved screens."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workstation.domain.errors import StoreError, UsageError
from workstation.domain.list_view import read_view, written_view
from workstation.domain.watch_book import CoinNote, SavedScreen, WatchBook, WatchList
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import NewerFileError, check_version, set_aside

_VERSION = 1
_LARGEST = 8 << 20


def load_watch_book(path: Path) -> tuple[WatchBook, str]:
    """Return the book, and a sentence about what the trader must be told; empty where nothing.

    A missing file is an empty book. One that cannot be used is renamed to ``*.damaged``, never overwritten.
    """
    try:
        return _book_of(path.read_bytes()), ""
    except FileNotFoundError:
        return WatchBook(), ""
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        UsageError,
        NewerFileError,
    ) as error:
        return WatchBook(), (
            f"{set_aside(path, error)} It held your lists and screens, which start empty; what the engine "
            "watches is unaffected."
        )


def save_watch_book(path: Path, book: WatchBook) -> None:
    """Write the book so that a crash leaves the old one or the new one.

    Raises
    ------
    StoreError
        The place cannot be written; the file is as it was.
    """
    lists = [asdict(one) | {"view": written_view(one.view)} for one in book.lists]
    saved = asdict(book) | {"lists": lists, "watched_view": written_view(book.watched_view)}
    text = json.dumps({"version": _VERSION, **saved}, ensure_ascii=False, indent=1)
    try:
        make_private_folder(path.parent)
        replace_durably(path, text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise StoreError(
            f"Your lists and screens could not be saved in {path.name}: {error.strerror or error}. They last "
            "until Tidemark closes; make room or allow writing there, and change one of them again."
        ) from error


def _book_of(raw: bytes) -> WatchBook:
    if len(raw) > _LARGEST:
        raise ValueError("it is too large")
    saved: Any = json.loads(raw)
    if not isinstance(saved, dict):
        raise TypeError("it is no book of lists")
    check_version(saved.get("version"), _VERSION)
    lists = tuple(
        WatchList(
            _text(one["name"]),
            tuple(map(_text, one["symbols"])),
            tuple(
                (_text(symbol), CoinNote(_text(note["flag"]), _text(note["text"])))
                for symbol, note in one["notes"]
            ),
            read_view(one.get("view", {})),
        )
        for one in saved["lists"]
    )
    screens, last = tuple(map(_screen_of, saved["screens"])), saved.get("last_screen")
    view = read_view(saved.get("watched_view", {}))
    return WatchBook(lists, screens, view, None if last is None else _screen_of(last))


def _screen_of(raw: Any) -> SavedScreen:
    return SavedScreen(
        _text(raw["name"]),
        _text(raw["text"]),
        tuple(map(_text, raw["columns"])),
        raw["is_grouped"] is True,
        _text(raw.get("sorted_by", "")),
        raw.get("is_descending") is True,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
