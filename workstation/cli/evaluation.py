"""``tidemark evaluate``: how good the engine would have been on a folder of candles, beside its rivals."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.labour import (
    add_ground,
    add_workers,
    require_parent,
    require_period,
    seed,
    workshop,
)
from workstation.cli.table import print_table
from workstation.domain.errors import TidemarkError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workstation.services.evaluations.evaluation import FrozenModels
    from workstation.services.evaluations.ground import Ground

_STDOUT = "-"
_COLUMNS = ("", "n", "hit rate", "above base, points", "net of costs, % a signal", "profit factor")


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "evaluate",
        help="judge the engine on a folder of candles, walking forward, beside every classic indicator",
        description="Judge signals, probabilities and grades on recorded candles: every quarter by models "
        "that had learnt from earlier ones alone, after costs, beside the classic indicators and random "
        "entries under the same rules, with 95 % intervals. Prints a table; --report writes a page to read, "
        "--json every figure. What was finished is kept: the same command goes on where it was stopped.",
    )
    add_ground(
        parser,
        "folder of candle files, or of such folders; may be given more than once: where recordings overlap, "
        "the longest counts",
        required=True,
    )
    parser.add_argument(
        "--report", metavar="FILE.html", type=Path, help="write a page that a trader can read"
    )
    parser.add_argument(
        "--json",
        metavar="FILE.json",
        nargs="?",
        const=_STDOUT,
        help="write every figure; to standard output without FILE",
    )
    parser.add_argument(
        "--frozen",
        action="store_true",
        help="judge with the models that judge now, as they are, instead of refitting every quarter",
    )
    parser.add_argument(
        "--models",
        metavar="DIR",
        type=Path,
        help="with --frozen: models of this folder, e.g. of train --output",
    )
    parser.add_argument(
        "--shuffle-labels",
        metavar="SEED",
        nargs="?",
        type=seed,
        const=1,
        help="teach the models shuffled labels and judge them on the true ones: what they find then is what "
        "leaks, or chance (1)",
    )
    add_workers(parser)
    parser.set_defaults(carry_out=evaluate)


def evaluate(asked: argparse.Namespace) -> int:
    """Judge the engine, and say what was found."""
    require_period(asked)
    json_file = None if asked.json in (None, _STDOUT) else Path(asked.json)
    require_parent(asked.report, json_file)
    try:
        found = _evaluated(asked)
    except KeyboardInterrupt:
        print(
            "tidemark: stopped before the end; nothing is written, finished quarters are kept.",
            file=sys.stderr,
        )
        return FAILED
    text = json.dumps(found, indent=2, allow_nan=False)
    if json_file is not None:
        _write(json_file, text + "\n")
    if asked.report is not None:
        _write(asked.report, _page(found))
    if asked.json == _STDOUT:
        print(text)
    else:
        _print(found)
    return DONE


def _evaluated(asked: argparse.Namespace) -> "Mapping[str, Any]":
    from workstation.services.evaluations.evaluation import evaluate as evaluated
    from workstation.services.evaluations.shuffling import Shuffling

    ground, frozen = _ground(asked), _frozen(asked) if asked.frozen else None
    with workshop(asked, apart=asked.frozen) as shop:
        return evaluated(ground, frozen, shop, Shuffling(asked.shuffle_labels)).report


def _ground(asked: argparse.Namespace) -> "Ground":
    from workstation.cli.recordings import daily_recordings_of, recordings_of
    from workstation.cli.simulated_recording import simulated_recording
    from workstation.services.evaluations.ground import Ground

    notes: list[str] = []
    if asked.simulated is None:
        recordings = recordings_of(asked.data, asked.timeframe, notes.append)
    else:
        recordings = [simulated_recording(asked.simulated, asked.timeframe)]
        notes.append(
            f"These candles are made by dice ({recordings[0].name}): nothing can be learnt from them but "
            "that lively hours come together, and that narratives lead in turn, for some days each."
        )
    daily = [] if asked.frozen else daily_recordings_of(asked.data, asked.timeframe, notes.append)
    return Ground(recordings, asked.timeframe, asked.symbols, asked.from_ms, asked.until_ms, notes, daily)


def _frozen(asked: argparse.Namespace) -> "FrozenModels":
    """Return the models that judge, or would if they were not switched off, their bytes checked."""
    from workstation.cli.model_places import model_store
    from workstation.engine.features.registry import CANDLE_POINTS
    from workstation.engine.grade.measures import MEASURES
    from workstation.services.evaluations.evaluation import FrozenModels

    store = model_store(asked.models)
    names = (f"signals-{asked.timeframe}", f"grade-{asked.timeframe}")
    places = [store.standing(name).champion for name in names]
    if places[0] is None:
        raise TidemarkError(f"There is no model {names[0]} to judge with; train one with tidemark train.")
    signals = store.read(places[0].model_hash, {point.name for point in CANDLE_POINTS})
    grade = None if places[1] is None else store.read(places[1].model_hash, MEASURES)
    return FrozenModels(
        signals_hash=signals.model_hash,
        grade_hash="" if grade is None else grade.model_hash,
        signals=signals.files,
        grade=None if grade is None else grade.files,
        n_variants_tried=max(model.card.n_variants_tried for model in (signals, grade) if model is not None),
        coins=signals.card.trained_on.coins,
    )


def _page(found: "Mapping[str, Any]") -> str:
    from workstation.cli.evaluation_page import evaluation_page

    return evaluation_page(found)


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise TidemarkError(f"{path} cannot be written: {error.strerror}.") from error


def _print(found: "Mapping[str, Any]") -> None:
    from workstation.services.evaluations.verdict import caution, title_of

    if warning := caution(found["about"]):
        print(warning)
    about, verdict = found["about"], found["verdict"]
    for note in found["notes"]:
        print(note, file=sys.stderr)
    print(
        f"{about['mode']}: {len(about['coins'])} coins, {about['n_bars']:,} bars {about['timeframe']}, "
        f"{about['from']} to {about['until']}, horizon {about['horizon_bars']} bars"
    )
    print()
    rows = [("signals", found["signals"])]
    rows += [(title_of(name), figures) for name, figures in found["baselines"].items()]
    print_table([_COLUMNS, *(_cells(name, figures) for name, figures in rows)])
    print()
    print(verdict["headline"])
    for sentence in verdict["sentences"]:
        print(sentence)
    print(f"{found['n_variants_tried']} variants were tried before this one; intervals are 95 % over weeks.")


def _cells(name: str, figures: "Mapping[str, Any]") -> tuple[str, ...]:
    rate = figures["hit_rate"]["value"]
    return (
        name,
        f"{figures['n']:,}",
        "-" if rate is None else f"{100 * rate:.1f} %",
        interval_text(figures["hit_lift_pp"], 1),
        interval_text(figures["net_mean_pct"], 2),
        interval_text(figures["profit_factor"], 2),
    )


def interval_text(figure: "Mapping[str, Any]", digits: int) -> str:
    """Return a figure with its interval, such as ``+8.0 (+5.3 to +10.7)``; a dash where it is not known."""
    if figure["value"] is None:
        return "-"
    value = f"{figure['value']:+.{digits}f}"
    return (
        value
        if figure["low"] is None
        else f"{value} ({figure['low']:+.{digits}f} to {figure['high']:+.{digits}f})"
    )
