"""``tidemark narratives``: reads, edits, shares and refreshes the book of narratives."""

import argparse
from collections.abc import Callable

from workstation.cli.exit_codes import DONE
from workstation.cli.narratives_book import (
    date_ms,
    day_ms,
    day_of,
    edit_book,
    offer_json,
    open_store,
    print_changes,
    show_book,
    this_second_ms,
)
from workstation.cli.narratives_share import add_sharing
from workstation.domain.errors import UsageError
from workstation.domain.narrative import Membership, Narrative

_Add = Callable[..., argparse.ArgumentParser]


def add_verbs(parser: argparse.ArgumentParser) -> None:
    """Add what can be done with the book to the command ``narratives``; without any of it, it does its own.

    Whatever is asked carries in `carry_out` who does it.
    """
    verbs = parser.add_subparsers(metavar="WHAT", title="the book of narratives")
    _add_reading(verbs.add_parser)
    _add_coin_verbs(verbs.add_parser)
    _add_narrative_verbs(verbs.add_parser)
    add_sharing(verbs.add_parser)


def _add_reading(add: _Add) -> None:
    book = add("book", help="list narratives with their coins, in the past too")
    book.add_argument("names", metavar="NAME", nargs="*", help="only these")
    offer_json(book)
    book.set_defaults(carry_out=show_book)


def _add_coin_verbs(add: _Add) -> None:
    adding = add("add", help="add a coin to a narrative, from now or another day on")
    _coin_in(adding, "--to", "the narrative")
    changing = add("set", help="change a coin's share or dates in a narrative")
    _coin_in(changing, "--in", "the narrative")
    for one in (adding, changing):
        one.add_argument("--share", metavar="0.5", help="part of the coin that counts here, or 'equal'")
        one.add_argument("--since", metavar="DATE", help="from this day on, YYYY-MM-DD, or 'always'")
        one.add_argument("--until", metavar="DATE", help="before this day, or 'open'")
        one.add_argument("--source", metavar="WORDS", default=None, help="where this is said")
    adding.set_defaults(carry_out=add_coin)
    changing.set_defaults(carry_out=set_coin)
    removing = add(
        "remove",
        help="end a coin's time in a narrative",
        description="End a coin's time in a narrative. It stays in the past that it belonged to, so that "
        "what was measured there does not change.",
    )
    _coin_in(removing, "--from", "the narrative")
    when = removing.add_mutually_exclusive_group()
    when.add_argument("--on", metavar="DATE", help="from this day on (now)")
    when.add_argument("--past-too", action="store_true", help="as if it had never been there")
    removing.set_defaults(carry_out=remove_coin)


def _add_narrative_verbs(add: _Add) -> None:
    new = add("new", help="make a narrative")
    new.add_argument("name", metavar="NAME", help="lower-case letters, digits and hyphens")
    new.add_argument("--title", metavar="T", required=True, help="as it is shown")
    new.set_defaults(carry_out=new_narrative)
    title = add("title", help="call a narrative otherwise")
    title.add_argument("name", metavar="NAME")
    title.add_argument("title", metavar="TITLE")
    title.set_defaults(carry_out=retitle)
    drop = add("drop", help="take a narrative out, its past too")
    drop.add_argument("name", metavar="NAME")
    drop.set_defaults(carry_out=drop_narrative)
    undo = add("undo", help="take the last edit back")
    undo.set_defaults(carry_out=undo_edit)


def _coin_in(parser: argparse.ArgumentParser, word: str, help_: str) -> None:
    parser.add_argument("coin", metavar="COIN", type=str.upper, help="e.g. FET")
    parser.add_argument(word, metavar="NAME", dest="name", required=True, help=help_)


def add_coin(asked: argparse.Namespace) -> int:
    """Add a coin to a narrative."""
    from workstation.domain.narrative_book_edit import member_added

    since_ms = this_second_ms() if asked.since is None else date_ms(asked.since, "always")
    source = asked.source if asked.source is not None else f"added by hand, {day_of(this_second_ms())}"
    member = Membership(asked.coin, _share(asked.share), since_ms, date_ms(asked.until, "open"), source)
    return edit_book(lambda book: member_added(book, asked.name, member))


def set_coin(asked: argparse.Namespace) -> int:
    """Change what is said of a coin in a narrative."""
    from workstation.domain.narrative_book_edit import member_changed

    changes: dict[str, object] = {}
    if asked.share is not None:
        changes["share"] = _share(asked.share)
    if asked.since is not None:
        changes["since_ms"] = date_ms(asked.since, "always")
    if asked.until is not None:
        changes["until_ms"] = date_ms(asked.until, "open")
    if asked.source is not None:
        changes["source"] = asked.source
    if not changes:
        raise UsageError("Say what to change: --share, --since, --until or --source.")
    return edit_book(lambda book: member_changed(book, asked.name, asked.coin, **changes))


def remove_coin(asked: argparse.Namespace) -> int:
    """End a coin's time in a narrative, or take it out of its past, too."""
    from workstation.domain.narrative_book_edit import member_ended, member_erased

    if asked.past_too:
        return edit_book(lambda book: member_erased(book, asked.name, asked.coin))
    end_ms = this_second_ms() if asked.on is None else day_ms(asked.on)
    return edit_book(lambda book: member_ended(book, asked.name, asked.coin, end_ms))


def new_narrative(asked: argparse.Namespace) -> int:
    """Make a narrative without a coin."""
    from workstation.domain.narrative_book_edit import narrative_added

    return edit_book(lambda book: narrative_added(book, Narrative(asked.name, asked.title, ())))


def retitle(asked: argparse.Namespace) -> int:
    """Call a narrative otherwise."""
    from workstation.domain.narrative_book_edit import narrative_changed

    return edit_book(lambda book: narrative_changed(book, asked.name, title=asked.title))


def drop_narrative(asked: argparse.Namespace) -> int:
    """Take a narrative out."""
    from workstation.domain.narrative_book_edit import narrative_dropped

    return edit_book(lambda book: narrative_dropped(book, asked.name))


def undo_edit(_asked: argparse.Namespace) -> int:
    """Take the last edit back, and say what that changed."""
    print_changes(open_store().undo())
    return DONE


def _share(text: str | None) -> float | None:
    if text in (None, "equal"):
        return None
    try:
        return float(text or "")
    except ValueError:
        raise UsageError(f"--share must be a number such as 0.5, or 'equal'; got {text!r}.") from None
