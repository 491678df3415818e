"""The book of narratives as the command line opens, edits and prints it."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE
from workstation.domain.errors import UsageError
from workstation.domain.narrative import Narrative, NarrativeBook
from workstation.domain.narrative_book_diff import BookDiff

if TYPE_CHECKING:
    from workstation.storage.narrative_store import NarrativeStore

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def offer_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json`` to a verb."""
    # Suppressed, so that the narratives' own --json, said before the verb, is not overwritten.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as JSON")


def show_book(asked: argparse.Namespace) -> int:
    """List narratives with every coin that ever belonged to them."""
    book = load_book(open_store())
    narratives = [book.narrative(name) for name in asked.names] or list(book.narratives)
    if wants_json(asked):
        print(json.dumps(_book_data(book, narratives), indent=1, ensure_ascii=False))
        return DONE
    for narrative in narratives:
        _print_narrative(narrative)
    coins = {member.coin for narrative in narratives for member in narrative.members}
    print(
        f"{len(narratives)} narratives with {len(coins)} coins, compiled on {book.dated or 'no known day'}."
    )
    return DONE


def open_store() -> "NarrativeStore":
    """Return the store of this user's book."""
    from workstation.storage.narrative_store import NarrativeStore
    from workstation.storage.paths import Paths

    return NarrativeStore(Paths.of_user().narratives_file)


def load_book(store: "NarrativeStore") -> NarrativeBook:
    """Return the book; what must be told of it goes to standard error."""
    book, notices = store.load()
    for notice in notices:
        print(notice, file=sys.stderr)
    return book


def edit_book(edit: Callable[[NarrativeBook], NarrativeBook]) -> int:
    """Edit the book, and say what that changed."""
    store = open_store()
    before = load_book(store)
    print_changes(BookDiff.between(before, store.change(edit)))
    return DONE


def print_changes(diff: BookDiff) -> None:
    """Print every change as a sentence."""
    from workstation.ui.words.foreign_text import one_line

    for sentence in diff.sentences or ("Nothing changes.",):
        print(one_line(sentence, 2_000))


def _print_narrative(narrative: Narrative) -> None:
    from workstation.cli.table import print_table
    from workstation.ui.words.foreign_text import one_line

    print(f"{narrative.name}: {one_line(narrative.title)}")
    rows = [
        (
            " ",
            one_line(member.coin),
            "" if member.share is None else f"{member.share:g}",
            day_of(member.since_ms),
            day_of(member.until_ms),
            one_line(member.source, 300),
        )
        for member in narrative.members
    ]
    print_table([(" ", "coin", "share", "since", "until", "source"), *rows])
    print()


def _book_data(book: NarrativeBook, narratives: list[Narrative]) -> dict[str, Any]:
    return {
        "dated": book.dated,
        "narratives": [
            {
                "name": narrative.name,
                "title": narrative.title,
                "category": narrative.category,
                "members": [
                    {
                        "coin": member.coin,
                        "share": member.share,
                        "since_ms": member.since_ms,
                        "until_ms": member.until_ms,
                        "source": member.source,
                    }
                    for member in narrative.members
                ],
            }
            for narrative in narratives
        ],
        "renames": [
            {"old": one.old, "new": one.new, "at_ms": one.at_ms, "ratio": one.ratio, "source": one.source}
            for one in book.renames
        ],
    }


def wants_json(asked: argparse.Namespace) -> bool:
    """Whether JSON was asked for, before the verb or after it."""
    return bool(getattr(asked, "json", False))


def date_ms(text: str | None, nothing: str) -> int | None:
    """Return a day's 00:00 UTC in milliseconds, None where none or the word for nothing was said."""
    return None if text is None or text == nothing else day_ms(text)


def day_ms(text: str) -> int:
    """Return a day's 00:00 UTC in milliseconds."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{text!r} is not a day such as 2024-07-01.") from None
    return (day - _EPOCH) // timedelta(milliseconds=1)


def this_second_ms() -> int:
    """Return this second, UTC milliseconds: nothing that happened before is changed."""
    from workstation.services.clock import SystemClock

    return SystemClock().now_ms() // 1000 * 1000


def day_of(at_ms: int | None) -> str:
    """Return the UTC day of a time, empty for none."""
    return "" if at_ms is None else f"{_EPOCH + timedelta(milliseconds=at_ms):%Y-%m-%d}"
