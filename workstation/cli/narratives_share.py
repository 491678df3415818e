"""``tidemark narratives``: takes narratives from files and from CoinGecko, and gives them away."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.cli.exit_codes import DONE
from workstation.cli.narratives_book import (
    edit_book,
    load_book,
    offer_json,
    open_store,
    print_changes,
    wants_json,
)
from workstation.domain.errors import UsageError
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_book_diff import BookChange, BookDiff, MemberChange

if TYPE_CHECKING:
    from workstation.feeds.narratives.coingecko import Refresh

_Add = Callable[..., argparse.ArgumentParser]


def add_sharing(add: _Add) -> None:
    """Add the verbs that take from elsewhere and give away."""
    importing = add("import", help="use the narratives of a file instead of these")
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.set_defaults(carry_out=import_file)
    export = add("export", help="write the narratives into a file")
    export.add_argument("file", metavar="FILE", type=Path)
    export.set_defaults(carry_out=export_file)
    diff = add("diff", help="say what a file's narratives would change, and take it over")
    diff.add_argument("file", metavar="FILE", type=Path)
    diff.set_defaults(carry_out=compare_file)
    refresh = add(
        "refresh",
        help="say what CoinGecko's categories would change, and take it over",
        description="Ask CoinGecko which coins belong to each narrative and say what that would change. "
        "Nothing is changed without --accept. Off until the setting narratives.coingecko is true.",
    )
    refresh.set_defaults(carry_out=refresh_book)
    for one in (diff, refresh):
        one.add_argument("--accept", action="store_true", help="take the changes over")
        one.add_argument(
            "--only", metavar="A,B", help="only changes of these narratives or coins, e.g. ai,PEPE"
        )
        offer_json(one)


def import_file(asked: argparse.Namespace) -> int:
    """Use the narratives of a file."""
    from workstation.storage.narrative_files import read_book

    book = read_book(asked.file)
    return edit_book(lambda _: book)


def export_file(asked: argparse.Namespace) -> int:
    """Write the narratives into a file."""
    from workstation.storage.narrative_files import write_book

    book = load_book(open_store())
    write_book(asked.file, book)
    print(f"{len(book.narratives)} narratives with {len(book.coins())} coins written to {asked.file}.")
    return DONE


def compare_file(asked: argparse.Namespace) -> int:
    """Say what a file's narratives would change."""
    from workstation.storage.narrative_files import read_book

    other = read_book(asked.file)
    return _offer(asked, other)


def refresh_book(asked: argparse.Namespace) -> int:
    """Ask CoinGecko, say what that would change, and keep what coins are worth."""
    import asyncio

    from workstation.storage.observation_store import ObservationStore
    from workstation.storage.paths import Paths
    from workstation.storage.settings import SettingsFile

    paths = Paths.of_user()
    settings, _ = SettingsFile(paths.settings_file).load()
    if not settings.narratives.coingecko:
        raise UsageError(
            f"CoinGecko is not asked: write coingecko = true below [narratives] "
            f"in {paths.settings_file} first."
        )
    told = asyncio.run(_ask(settings.narratives.coingecko_url, load_book(open_store())))
    for problem in told.problems:
        print(problem, file=sys.stderr)
    with ObservationStore(paths.observations_db) as store:
        store.observe(told.caps)
    return _offer(asked, told.book)


async def _ask(url: str, book: NarrativeBook) -> "Refresh":
    from workstation import __version__
    from workstation.feeds.narratives.coingecko import GAP_S, CoinGecko
    from workstation.feeds.web import FetchRules, Web
    from workstation.services.clock import SystemClock

    web = Web(f"Tidemark/{__version__}", gap_s=GAP_S)
    try:
        rules = FetchRules(loopback_is_allowed=True)
        return await CoinGecko(web, SystemClock(), url, rules).refresh(book)
    finally:
        await web.close()


def _offer(asked: argparse.Namespace, other: NarrativeBook) -> int:
    """Say what another book would change, and take over what is accepted."""
    store = open_store()
    diff = _chosen(BookDiff.between(load_book(store), other), asked.only)
    if asked.accept and diff.changes:
        store.change(diff.applied)
    if wants_json(asked):
        said = {"is_accepted": asked.accept, "dated": diff.dated, "changes": diff.sentences}
        print(json.dumps(said, indent=1, ensure_ascii=False))
        return DONE
    print_changes(diff)
    if diff.changes:
        print("Taken over." if asked.accept else "Nothing was changed; take it over with --accept.")
    return DONE


def _chosen(diff: BookDiff, only: str | None) -> BookDiff:
    if only is None:
        return diff
    words = {word.strip() for word in only.split(",")}
    coins = {word.upper() for word in words}

    def is_wanted(change: BookChange) -> bool:
        if isinstance(change, MemberChange):
            return change.narrative in words or change.coin in coins
        named = getattr(change, "narrative", None) or getattr(change, "old", "")
        return named in words | coins

    return diff.only(is_wanted)
