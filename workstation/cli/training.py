"""``tidemark train``: new models from the trader's own candles; they judge only where they are better."""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.labour import add_ground, add_workers, require_period, workshop

if TYPE_CHECKING:
    from workstation.cli.recordings import SeriesRecording
    from workstation.services.evaluations.training import Training
    from workstation.storage.ledger import Ledger

_OWN = "candles of the trader's own store"
_UNSTATED = "not stated"


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "train",
        help="train models on the stored candles, or on a folder; they judge only if they are better",
        description="Train the model of the signals and that of the grade on the candles in the store, or on "
        "folders of candles. Both are examined walking forward, on quarters that they had not seen, and "
        "stored with their figures as challengers; one that was better than what judges now takes over, and "
        "the one before is kept. One that turns out to be no better than the plain vote of the families is "
        "switched off. The ledger says which. Finished quarters are kept: the same command goes on where it "
        "was stopped.",
    )
    add_ground(
        parser,
        "folder of candle files, or of such folders, instead of the store; may be given more than once",
        required=False,
    )
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        help="keep the models there instead of where the engine finds them",
    )
    parser.add_argument(
        "--licence", metavar="WORDS", default=_UNSTATED, help="terms of the candles, for the models' cards"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_workers(parser)
    parser.set_defaults(carry_out=train)


def train(asked: argparse.Namespace) -> int:
    """Train, and say what came of it."""
    require_period(asked)
    try:
        found = _trained(asked)
    except KeyboardInterrupt:
        print(
            "tidemark: stopped before the end; no model is stored, finished quarters are kept.",
            file=sys.stderr,
        )
        return FAILED
    if asked.json:
        print(json.dumps(_as_json(found), indent=2, allow_nan=False))
    else:
        _print(found)
    return DONE


def _trained(asked: argparse.Namespace) -> "Training":
    from workstation.cli.model_places import model_store
    from workstation.services.clock import SystemClock
    from workstation.services.evaluations.ground import Ground
    from workstation.services.evaluations.model_cards import Provenance
    from workstation.services.evaluations.training import ModelDesk, train_models

    notes: list[str] = []
    with _ledger(asked) as ledger, _recordings(asked, notes) as (recordings, daily, source):
        period = asked.from_ms, asked.until_ms
        ground = Ground(recordings, asked.timeframe, asked.symbols, *period, notes, daily)
        origin = Provenance(source, asked.licence, SystemClock().now_ms())
        desk = ModelDesk(model_store(asked.output), ledger, origin)
        with workshop(asked) as shop:
            return train_models(ground, desk, shop)


@contextlib.contextmanager
def _ledger(asked: argparse.Namespace) -> "Iterator[Ledger | None]":
    """Give the ledger, which an engine may be writing, too; None where no engine looks for the models."""
    if asked.output is not None:
        print(f"Nothing is written to the ledger: no engine looks in {asked.output}.", file=sys.stderr)
        yield None
        return
    from workstation.services.clock import SystemClock
    from workstation.storage.ledger import Ledger
    from workstation.storage.paths import Paths

    with Ledger(Paths.of_user().ledger_db, SystemClock()) as ledger:
        yield ledger


@contextlib.contextmanager
def _recordings(
    asked: argparse.Namespace, notes: list[str]
) -> "Iterator[tuple[list[SeriesRecording], list[SeriesRecording], str]]":
    """Give the recordings, daily ones that are too coarse, and what the model's card calls them."""
    from workstation.cli.recordings import (
        daily_recordings_of,
        daily_stored_recordings,
        recordings_of,
        stored_recordings,
    )

    if asked.data:
        found = recordings_of(asked.data, asked.timeframe, notes.append)
        daily = daily_recordings_of(asked.data, asked.timeframe, notes.append)
        yield found, daily, f"recorded candles: {', '.join(recording.name for recording in found)}"
        return
    from workstation.storage.candle_store import CandleStore
    from workstation.storage.paths import Paths

    with CandleStore(Paths.of_user().candles_db, read_only=True) as store:
        found = stored_recordings(store, asked.timeframe)
        yield (
            found,
            daily_stored_recordings(store, asked.timeframe),
            f"{_OWN}: {', '.join(recording.name for recording in found)}",
        )


def _as_json(found: "Training") -> dict[str, object]:
    models = [
        {
            "name": model.name,
            "model_hash": model.model_hash,
            "takes_over": model.decision.takes_over,
            "reason": model.decision.reason,
            "switched_off": model.decision.dismissal or None,
            "n_rows": model.card.trained_on.n_rows,
            "figures": {
                figure.name: {"value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n}
                for figure in model.card.figures
            },
        }
        for model in found.models
    ]
    return {"models": models, "report": found.report}


def _print(found: "Training") -> None:
    for note in found.report["notes"]:  # type: ignore[attr-defined]  # JSON
        print(note, file=sys.stderr)
    for model in found.models:
        role = "judges from now on" if model.decision.takes_over else "is kept as a challenger"
        learnt = model.card.trained_on
        print(
            f"{model.name} {model.model_hash[:12]} {role}. Learnt from {learnt.n_rows:,} bars of "
            f"{len(learnt.coins)} coins."
        )
        print(f"  {model.decision.reason}")
        if model.decision.dismissal:
            print(f"No model {model.name} judges from now on. {model.decision.dismissal}")
