"""``tidemark features`` and ``tidemark verify``: every data point, its values, and that none looks ahead."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE
from workstation.cli.progress import Progress
from workstation.cli.table import print_table
from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.market import SeriesKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workstation.domain.candle import FloatArray, IntArray
    from workstation.engine.features_table import About

_ENDINGS = (".parquet", ".csv")


def add_commands(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add both to the commands that can be asked."""
    parser = commands.add_parser(
        "features",
        help="list every data point, or write every value of a recorded series to a file",
        description="List every data point: its family, unit, inputs, warm-up in bars, cadence, range and "
        "what a high value means. With --data, write every value at every candle of a recorded series "
        "instead: column ts is the candle's open in UTC milliseconds, a value is known at its close, an "
        "empty cell is unknown.",
    )
    parser.add_argument("--json", action="store_true", help="list as JSON")
    parser.add_argument("--data", metavar="DIR", type=Path, help="folder of candle files")
    parser.add_argument("--symbol", metavar="S", help="e.g. BTC/USDT")
    parser.add_argument("--timeframe", metavar="T", default="1h", help="e.g. 1h (1h)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="a .parquet or .csv file")
    parser.add_argument(
        "--observations", metavar="DIR", type=Path, help="folder of on-chain and sentiment history"
    )
    parser.set_defaults(carry_out=show_or_write)
    parser = commands.add_parser(
        "verify",
        help="prove on recorded and simulated markets that no data point looks ahead",
        description="Cut the future off, put another in its place, delay and revise observations, change "
        "other coins, begin markets later, follow them live: whatever is done, no data point and no vote may "
        "change before it could know. Prints how many values were compared, and every one that differs.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, required=True, help="folder of candle files")
    parser.add_argument("--timeframe", metavar="T", default="1h", help="e.g. 1h (1h)")
    parser.add_argument("--symbols", metavar="N", type=_count, default=4, help="symbols of each market (4)")
    parser.add_argument("--cuts", metavar="N", type=_count, default=24, help="moments to cut at (24)")
    parser.add_argument("--seed", metavar="N", type=int, default=7, help="the same seed, the same proof (7)")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--digest", metavar="ORDER", type=int, help=argparse.SUPPRESS)
    parser.set_defaults(carry_out=_verify)


def _verify(asked: argparse.Namespace) -> int:
    from workstation.cli.verification import verify

    return verify(asked)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number in 1..10000")
    return int(text)


def show_or_write(asked: argparse.Namespace) -> int:
    """List the data points, or write their values."""
    if asked.data is None:
        if asked.symbol or asked.out or asked.observations:
            raise UsageError("--symbol, --out and --observations go with --data DIR.")
        return _show(asked.json)
    if not asked.symbol or not asked.out:
        raise UsageError("--data needs --symbol and --out: whose values, and where to write them.")
    if asked.json:
        raise UsageError("--json lists the data points; values are written to a .parquet or .csv file.")
    return _write(asked)


def _show(as_json: bool) -> int:
    from workstation.engine.features_table import HEADINGS, registry_cells, registry_table

    points = registry_table()
    if as_json:
        print(json.dumps(points, indent=2))
        return DONE
    print_table([HEADINGS, *registry_cells(points)])
    print(_summary(points))
    return DONE


def _summary(points: "list[About]") -> str:
    families = {point["family"] for point in points}
    return f"{len(points)} data points in {len(families)} families."


def say(sentence: str) -> None:
    """Tell something on standard error."""
    print(sentence, file=sys.stderr)


def _write(asked: argparse.Namespace) -> int:
    from workstation.cli.recorded import VENUE, candles_of, market_of, observed_in, symbols_of
    from workstation.domain.observation import ObservationColumns
    from workstation.engine.features.analogue_library import AnalogueLibrary
    from workstation.engine.features.market_context import market_context
    from workstation.engine.features_table import values_table
    from workstation.engine.sight import Sight
    from workstation.services.clock import SystemClock
    from workstation.storage.candle_files import CandleFolder

    if asked.out.suffix not in _ENDINGS:
        raise UsageError(f"--out must end in {' or '.join(_ENDINGS)}, got {asked.out.name}.")
    folder, key = CandleFolder(asked.data), SeriesKey(VENUE, asked.symbol, asked.timeframe)
    candles = candles_of(folder, key)
    symbols = symbols_of(folder, asked.timeframe)
    series = market_of(folder, asked.timeframe, symbols, say, Progress("series read"))
    observations = None
    if asked.observations is not None:
        observed = observed_in(asked.observations, SystemClock().now_ms(), say)
        nothing = ObservationColumns.empty()

        def observations(metric: str, subject: str) -> ObservationColumns:
            return observed.get((metric, subject), nothing)

    market = market_context(series, key.bar_ms)
    sight = Sight(market, observations, AnalogueLibrary.of(series, asked.timeframe))
    ts, values = values_table(key, candles, sight)
    _save(asked.out, ts, values)
    print(f"{len(values)} data points at {len(ts):,} candles written to {asked.out}.")
    return DONE


def _save(path: Path, ts: "IntArray", values: "Mapping[str, FloatArray]") -> None:
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    columns = {"ts": pa.array(ts), **{k: pa.array(v, from_pandas=True) for k, v in values.items()}}
    table = pa.table(columns)
    part = path.with_name(f".{path.name}.part")
    try:
        if path.suffix == ".csv":
            csv.write_csv(table, part)
        else:
            parquet.write_table(table, part, write_page_checksum=True)
        part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TidemarkError(f"{path} cannot be written: {reason}.") from error
