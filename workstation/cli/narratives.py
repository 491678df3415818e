"""``tidemark narratives``: how every narrative stands, what its index holds, and what changed in it."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli import narratives_edit
from workstation.cli.exit_codes import DONE
from workstation.cli.narratives_book import load_book, open_store
from workstation.cli.option_values import date_ms
from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.narrative_index import IndexRules, Weighting

if TYPE_CHECKING:
    from workstation.cli.recordings import SeriesRecording
    from workstation.domain.candle import CandleColumns
    from workstation.domain.narrative import NarrativeBook
    from workstation.domain.narrative_index import IndexStanding
    from workstation.engine.narratives.index import Indices
    from workstation.engine.narratives.panel import CapsAt, MarketPanel
    from workstation.engine.narratives.standing import Mood

_TIMEFRAMES = ("1h", "2h", "4h", "6h", "8h", "12h", "1d")
_SIGNALS_MS = 15 * 86_400_000  # none stands for longer
_MOST_NOTES = 3
_PRACTICE = "practice"  # how the names of practice markets begin


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "narratives",
        help="show how narratives stand: index, returns, rank, breadth, holdings",
        description="Show the index of every narrative from 1,000 on, with its returns over 24 hours, 7 and "
        "30 days and all time, its rank by the week, breadth, share of volume, signals, grade and "
        "correlation with BTC: of the stored candles, or of folders of recorded ones. How an index is made "
        "stands in resources/docs/narrative-indices.md.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, nargs="+", help="folders of candle files")
    parser.add_argument("--at", metavar="DATE", type=date_ms, help="as of YYYY-MM-DD, UTC (the newest close)")
    parser.add_argument(
        "--weighting", choices=[each.value for each in Weighting], default="equal", help="(equal)"
    )
    parser.add_argument(
        "--caps", metavar="FILE", type=Path, help="market caps for --weighting cap (those observed)"
    )
    parser.add_argument(
        "--timeframe", choices=_TIMEFRAMES, help="bars to work with (1d of folders, 1h of what is stored)"
    )
    parser.add_argument(
        "--narrative", metavar="NAME", help="show what this one's index holds, and its log of changes"
    )
    parser.add_argument("--json", action="store_true", help="everything, as JSON; times in milliseconds")
    parser.set_defaults(carry_out=show)
    narratives_edit.add_verbs(parser)


@dataclass(slots=True)
class _Stood:
    """Everything that is shown."""

    panel: "MarketPanel"
    found: "Indices"
    standings: "tuple[IndexStanding, ...]"
    rules: IndexRules
    notes: list[str] = field(default_factory=list)


def show(asked: argparse.Namespace) -> int:
    """Show how narratives stand, or what one of them holds."""
    book = load_book(open_store())
    names = [narrative.name for narrative in book.narratives]
    if asked.narrative is not None and asked.narrative not in names:
        raise UsageError(f"There is no narrative {asked.narrative}; there are {', '.join(names)}.")
    stood = _stand(asked, book)
    if asked.json:
        _print_json(stood, asked.narrative)
        return DONE
    _say_notes(stood.notes)
    if asked.narrative is None:
        from workstation.cli.narratives_text import print_standings

        print_standings(stood.standings)
    else:
        from workstation.cli.narratives_text import print_narrative

        standing = stood.standings[names.index(asked.narrative)]
        print_narrative(standing, stood.found.state.log.changes(asked.narrative))
    return DONE


def _stand(asked: argparse.Namespace, book: "NarrativeBook") -> _Stood:
    from workstation.engine.narratives.index import indices
    from workstation.engine.narratives.panel import join_panel
    from workstation.engine.narratives.standing import standings

    rules, notes = IndexRules(weighting=Weighting(asked.weighting)), list[str]()
    timeframe = asked.timeframe or ("1d" if asked.data else "1h")
    with _recordings(asked, timeframe, notes) as recordings:
        read = [_candles(recording, notes) for recording in recordings]
    caps = _caps(asked) if rules.weighting is Weighting.CAP else None
    joined = join_panel(read, timeframe, caps)
    panel = joined.panel if asked.at is None else joined.panel.until(asked.at)
    if not len(panel.close_ms):
        raise TidemarkError("There is no candle before that day; name a later one with --at.")
    found = indices(panel, book, rules)
    mood = None if asked.data else _mood([recording.name for recording in recordings], panel)
    told = standings(panel, found.net, found.state, mood)
    return _Stood(panel, found, told, rules, notes + list(joined.notes))


@contextlib.contextmanager
def _recordings(
    asked: argparse.Namespace, timeframe: str, notes: list[str]
) -> "Iterator[Sequence[SeriesRecording]]":
    from workstation.cli.recordings import recordings_of, stored_recordings

    if asked.data:
        yield recordings_of(asked.data, timeframe, notes.append)
        return
    from workstation.storage.candle_store import CandleStore
    from workstation.storage.paths import Paths

    with CandleStore(Paths.of_user().candles_db, read_only=True) as store:
        yield _of_one_market(stored_recordings(store, timeframe))


def _of_one_market(recordings: "Sequence[SeriesRecording]") -> "Sequence[SeriesRecording]":
    """Leave practice markets out: the real ones or, where there are none, the newest practice market stay."""
    live = [each for each in recordings if not each.name.startswith(_PRACTICE)]
    if live:
        return live
    return [max(recordings, key=lambda each: int(each.read(each.symbols()[0]).open_time[-1]))]


def _candles(recording: "SeriesRecording", notes: list[str]) -> "dict[str, CandleColumns]":
    """Return the candles of a recording; a series that cannot be trusted is left out and named."""
    from workstation.engine.narratives.panel import coin_of

    found = {}
    for symbol in recording.symbols():
        if coin_of(symbol) is None:
            continue
        try:
            found[symbol] = recording.read(symbol)
        except TidemarkError as error:
            notes.append(f"{symbol} is left out: {error}")
    return found


def _caps(asked: argparse.Namespace) -> "CapsAt":
    from workstation.storage.market_cap_files import observed_caps, read_market_caps

    if asked.caps is not None:
        return read_market_caps(asked.caps).caps_at
    from workstation.storage.observation_store import ObservationStore
    from workstation.storage.paths import Paths

    with ObservationStore(Paths.of_user().observations_db, read_only=True) as store:
        found = observed_caps(store)
    if not found.coins:
        raise UsageError(
            "No market capitalisation was observed yet. Name a file of snapshots with --caps, or let "
            "tidemark narratives refresh ask for them."
        )
    return found.caps_at


def _mood(venues: Sequence[str], panel: "MarketPanel") -> "Mood":
    """Return what the ledger says of coins at the last close; the first venue that graded them wins."""
    from workstation.domain.ledger import SignalFilter
    from workstation.engine.narratives.mood import leans_of
    from workstation.engine.narratives.panel import coin_of
    from workstation.engine.narratives.standing import Mood
    from workstation.storage.ledger_reader import LedgerReader
    from workstation.storage.paths import Paths

    at_ms, grades = int(panel.close_ms[-1]), dict[str, int]()
    with LedgerReader(Paths.of_user().ledger_db) as ledger:
        wanted = SignalFilter(since_ms=at_ms - _SIGNALS_MS, until_ms=at_ms + 1)
        leans = leans_of((entry.signal for entry in ledger.signals(wanted)), at_ms)
        for venue in venues:
            for grade in ledger.newest_grades(venue, at_ms=at_ms):
                named = coin_of(grade.symbol)
                if named is not None and at_ms - grade.at_ms < panel.bar_ms + 86_400_000:
                    grades.setdefault(named[0], grade.value)
    return Mood(leans, grades)


def _say_notes(notes: Sequence[str]) -> None:
    for note in notes[:_MOST_NOTES]:
        print(note, file=sys.stderr)
    if len(notes) > _MOST_NOTES:
        print(f"... and {len(notes) - _MOST_NOTES} more such notes; --json has them all.", file=sys.stderr)


def _print_json(stood: _Stood, wanted: str | None) -> None:
    import msgspec

    from workstation.cli.narratives_json import rotations_of

    rotations = rotations_of(stood.panel, stood.found, stood.rules)
    narratives = [
        asdict(standing)
        | {
            "relative_rotation": rotations[standing.name],
            "changes": [asdict(change) for change in stood.found.state.log.changes(standing.name)],
            "index": {
                "close_ms": stood.found.close_ms.tolist(),
                "net": stood.found.net[:, column].tolist(),
                "gross": stood.found.gross[:, column].tolist(),
            },
        }
        for column, standing in enumerate(stood.standings)
        if wanted in (None, standing.name)
    ]
    said = {
        "at_ms": int(stood.panel.close_ms[-1]),
        "bar_ms": stood.panel.bar_ms,
        "n_coins": len(stood.panel.coins),
        "rules": asdict(stood.rules),
        "absent_coins": stood.found.state.lineup.absent,
        "notes": stood.notes,
        "narratives": narratives,
    }
    # A figure that is not a number becomes null: JSON knows no other.
    print(msgspec.json.format(msgspec.json.encode(said), indent=1).decode())
