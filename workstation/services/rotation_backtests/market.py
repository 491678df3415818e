"""The market that rotation is tried on: candles of some recordings, graded by models of their own past."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.errors import BadCandleFile, TidemarkError
from workstation.domain.narrative import NarrativeBook
from workstation.domain.rotation import RotationRules
from workstation.engine.grade.grading import grades
from workstation.engine.grade.measures import N_MEASURES, measure
from workstation.engine.grade.panel import HORIZONS_MS, MeasuredPanel, outcomes_of
from workstation.engine.grade.rank_training import Examples
from workstation.engine.grade.weights import GradeWeights
from workstation.engine.narratives.panel import DAY_MS, MarketPanel, coin_of, join_panel
from workstation.engine.narratives.rotation_facts import BoolArray
from workstation.engine.narratives.rotation_history import BTC, MarketHistory
from workstation.services.evaluations.evaluation import Workshop
from workstation.services.evaluations.grading import walk_forward_grades
from workstation.services.evaluations.ground import Recording
from workstation.services.work.engine_mark import engine_mark
from workstation.services.work.kept import Arrays, KeptResults

TIMEFRAME = "1d"
_QUARTER_MS = 92 * DAY_MS

Series = Mapping[str, CandleColumns]


@dataclass(slots=True)
class RotationGround:
    """What rotation is tried on.

    Parameters
    ----------
    recordings : sequence of Recording
        Of daily bars, in the order of trust.
    book : NarrativeBook
    rules : RotationRules
    from_ms, until_ms : int or None
        Days that open in ``from_ms <= open < until_ms`` are traded; earlier ones warm up and teach, later
        ones do not exist. UTC milliseconds.
    notes : list of str
        What had to be left out, found on the way.
    newest_days : int or None
        Grade no more than so many days up to the newest close; None for all that are traded.
    """

    recordings: Sequence[Recording]
    book: NarrativeBook
    rules: RotationRules
    from_ms: int | None = None
    until_ms: int | None = None
    notes: list[str] = field(default_factory=list)
    newest_days: int | None = None

    def graded_from_ms(self, newest_ms: int) -> int:
        """Return from when on coins are graded, UTC milliseconds."""
        first_ms = self.from_ms or 0
        return first_ms if self.newest_days is None else max(first_ms, newest_ms - self.newest_days * DAY_MS)


@dataclass(frozen=True, slots=True, eq=False)
class RotationMarket:
    """A market with its grades.

    Parameters
    ----------
    panel : MarketPanel
    grade : ndarray of float64, shape (n_days, n_coins)
        Each by a model that had not seen the day; NaN where a coin has none.
    history : MarketHistory
        Of both, under the rules of the ground.
    mark : str
        Of all candles that went in, hexadecimal.
    """

    panel: MarketPanel
    grade: FloatArray
    history: MarketHistory
    mark: str


def rotation_market(ground: RotationGround, shop: Workshop) -> RotationMarket:
    """Return the market of a ground; grades that were worked out before are read.

    Raises
    ------
    TidemarkError
        There is no candle of BTC, or none of any coin of a narrative.
    """
    recorded, mark = _recorded(ground)
    joined = join_panel(recorded, TIMEFRAME)
    ground.notes.extend(joined.notes)
    panel = joined.panel
    if BTC not in panel.coins:
        raise TidemarkError("There are no candles of BTC here; rotation looks at BTC before everything else.")
    if not ground.book.coins() & set(panel.coins):
        raise TidemarkError("There are no candles of any coin that belongs to a narrative.")
    absent = [
        narrative.title
        for narrative in ground.book.narratives
        if not {member.coin for member in narrative.members} & set(panel.coins)
    ]
    if absent:
        ground.notes.append(f"Without any coin in these candles, and left out: {', '.join(absent)}.")
    grade = _graded(ground, recorded, panel, shop, mark)
    return RotationMarket(panel, grade, MarketHistory.of(panel, ground.book, ground.rules, grade), mark)


def _recorded(ground: RotationGround) -> tuple[list[Series], str]:
    """Return the candles of every recording by symbol, and a mark of all of them."""
    mark = hashlib.sha256()
    recorded: list[Series] = []
    for recording in ground.recordings:
        series: dict[str, CandleColumns] = {}
        for symbol in recording.symbols():
            if coin_of(symbol) is None:
                continue
            try:
                candles = recording.read(symbol)
            except BadCandleFile as error:
                ground.notes.append(f"{symbol} of {recording.name} is left out: {error}")
                continue
            if ground.until_ms is not None:
                candles = candles[: int(np.searchsorted(candles.open_time, ground.until_ms))]
            if len(candles):
                series[symbol] = candles
                _add_to(mark, symbol, candles)
        recorded.append(series)
    return recorded, mark.hexdigest()


def _add_to(mark: "hashlib._Hash", symbol: str, candles: CandleColumns) -> None:
    mark.update(f"{symbol} {len(candles)}\n".encode())
    for column in (candles.open_time, candles.open, candles.high, candles.low, candles.close, candles.volume):
        mark.update(np.ascontiguousarray(column).data)


def _graded(
    ground: RotationGround, recorded: Sequence[Series], panel: MarketPanel, shop: Workshop, mark: str
) -> FloatArray:
    """Return grades of every coin at every close, kept from one time to the next."""
    from_ms = ground.graded_from_ms(int(panel.close_ms[-1]))
    first_ms = max(0, from_ms - _QUARTER_MS)
    told = f"{engine_mark()} {mark} {first_ms}"
    kept = KeptResults(shop.folder / f"rotation-{hashlib.sha256(told.encode()).hexdigest()[:24]}")

    def work(_: str) -> Arrays:
        measured = _measured(recorded, panel, shop)
        lessons = [Examples.of(measured)]
        stage = "quarters of grades learnt"
        found = walk_forward_grades(
            measured, lessons, first_ms, shop.workers, kept, lambda done, n: shop.on_progress(stage, done, n)
        )
        return {"grade": found.grade, "plain": _plain(measured)}

    (found,) = kept.map(_Here(), work, ["all"], lambda name: name)
    grade, plain = (np.asarray(found[name], np.float64) for name in ("grade", "plain"))
    untaught: BoolArray = np.asarray(~np.isfinite(grade).any(axis=1) & np.isfinite(plain).any(axis=1))
    n_untaught = int((untaught & (panel.close_ms >= from_ms)).sum())
    if n_untaught:
        ground.notes.append(
            f"On {n_untaught:,} days no model had learnt enough: grades are there the mean of their plain "
            "components."
        )
    return np.where(untaught[:, None], plain, grade)


class _Here:
    """Works in this process: what is asked for hands its own parts to others."""

    description = "one process"
    map = staticmethod(map)


def _plain(measured: MeasuredPanel) -> FloatArray:
    return grades(measured.measures, None, GradeWeights.equal()).values


def _measured(recorded: Sequence[Series], panel: MarketPanel, shop: Workshop) -> MeasuredPanel:
    """Return what grades are made of, coin by coin as in the panel; of the first recording that knows it."""
    shape = (len(panel.close_ms), len(panel.coins))
    measures = np.full((*shape, N_MEASURES), np.nan, np.float32)
    later = np.full((*shape, len(HORIZONS_MS)), np.nan)
    column = {coin: i for i, coin in enumerate(panel.coins)}
    pieces = [(column[named[0]], candles) for series in recorded for symbol, candles in series.items()
              if (named := coin_of(symbol)) is not None and named[0] in column]  # fmt: skip
    for done, (place, candles) in enumerate(pieces, 1):
        missing = np.flatnonzero(np.isnan(measures[:, place, 0]))
        close_ms = panel.close_ms[missing]
        measures[missing, place] = measure(candles, TIMEFRAME, close_ms)
        later[missing, place] = outcomes_of(candles, TIMEFRAME, close_ms)
        shop.on_progress("coins measured", done, len(pieces))
    return MeasuredPanel(panel.coins, panel.close_ms, measures, later)
