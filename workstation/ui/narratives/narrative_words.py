"""Narratives in words: returns, ranks, lines of the log, quadrants, and what is missing."""

from collections.abc import Sequence
from datetime import tzinfo

from workstation.domain.narrative_index import ChangeKind, IndexChange, IndexStanding
from workstation.engine.narratives.relative_rotation import STEPS, Benchmark, Quadrant
from workstation.ui.narratives.narrative_reading import DAYS_NEEDED
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line
from workstation.ui.zone import day_and_time

QUADRANT_WORDS = {
    Quadrant.LEADING: "Leading",
    Quadrant.WEAKENING: "Weakening",
    Quadrant.LAGGING: "Lagging",
    Quadrant.IMPROVING: "Improving",
}
BENCHMARK_WORDS = {
    Benchmark.BTC: "BTC",
    Benchmark.ETH: "ETH",
    Benchmark.SOL: "SOL",
    Benchmark.EQUAL_WEIGHT: "Equal weight",
}
_KIND_WORDS = {
    ChangeKind.ENTER: "enters",
    ChangeKind.EXIT: "leaves",
    ChangeKind.INCREASE: "grows",
    ChangeKind.REDUCE: "shrinks",
}
_LEAN_WORDS = {1: "▲ bullish", -1: "▼ bearish"}

HOW_THE_GRAPH_IS_MADE = (
    "Each point is one narrative at one daily close, held against the benchmark.",
    "RS = 100 × index / benchmark",
    f"Ratio = 100 + (RS − mean of RS) / deviation of RS, over {STEPS} days",
    "ROC = 100 × (ratio / ratio of the day before − 1)",
    f"Momentum = 100 + (ROC − mean of ROC) / deviation of ROC, over {STEPS} days",
    "Right and above: leading; right and below: weakening; left and below: lagging; left and above: "
    "improving.",
    "Caveat: Julius de Kempenaer's own formula (JdK RS-Ratio) is not published; these standard scores are "
    "the approximation in common use (StockCharts ChartSchool; RRG-Lite). A point tells where a narrative "
    "stands against its own last weeks, not how much it earned, and it does not foretell the next quadrant.",
)
"""Paragraphs, for the reader who asks how."""


def roi(value_pct: float | None) -> str:
    """Return a return with its sign, percent; an en dash where it is not known."""
    if value_pct is None:
        return number_format.NOTHING
    return number_format.percent(value_pct, 1 if abs(value_pct) < 1000 else 0)


def part(value_pct: float | None, decimals: int = 0) -> str:
    """Return a part of a whole, percent without a sign."""
    return number_format.NOTHING if value_pct is None else f"{value_pct:.{decimals}f} %"


def weight(part_of_one: float) -> str:
    """Return a weight as percent."""
    return part(part_of_one * 100, 1)


def index_value(value: float | None) -> str:
    """Return an index's value."""
    return number_format.NOTHING if value is None else f"{value:,.1f}"


def correlation(value: float | None) -> str:
    """Return a correlation with its sign."""
    if value is None:
        return number_format.NOTHING
    return f"{value:+.2f}".replace("-", number_format.MINUS)


def rank(now: int | None, before: int | None) -> str:
    """Return a rank and how many places it rose or fell in a week, e.g. ``"3 ▲2"``."""
    if now is None:
        return number_format.NOTHING
    moved = 0 if before is None else before - now
    return f"{now} {'▲' if moved > 0 else '▼'}{abs(moved)}" if moved else str(now)


def lean(direction: int) -> str:
    """Return what a coin's standing signal says; an en dash where there is none."""
    return _LEAN_WORDS.get(direction, number_format.NOTHING)


def votes(standing: IndexStanding) -> str:
    """Return how many signals stand, e.g. ``"▲ 4  ▼ 1"``."""
    return f"▲ {standing.n_bullish}  ▼ {standing.n_bearish}"


def change_line(change: IndexChange, zone: tzinfo) -> str:
    """Return one line of a log in plain words."""
    coin = one_line(change.coin, 30)
    weights = f"{weight(change.from_weight)} → {weight(change.to_weight)}"
    said = f"{day_and_time(change.at_ms, zone)}   {coin} {_KIND_WORDS[change.kind]}   {weights}"
    return f"{said}   {one_line(change.reason, 120)}"


def summary(standing: IndexStanding, before: int | None) -> tuple[str, str]:
    """Return everything about a narrative in two lines, for where columns have no room."""
    returns = (
        f"{one_line(standing.title)}   {index_value(standing.value)}",
        f"24 h {roi(standing.roi_24h_pct)}",
        f"7 d {roi(standing.roi_7d_pct)}",
        f"30 d {roi(standing.roi_30d_pct)}",
        f"all {roi(standing.roi_all_pct)}",
    )
    grade = number_format.NOTHING if standing.grade is None else str(standing.grade)
    facts = (
        f"rank {rank(standing.rank, before)}",
        f"breadth {part(standing.breadth_pct)}",
        f"volume {part(standing.volume_share_pct, 1)}",
        f"signals {votes(standing)}",
        f"grade {grade}",
        f"with BTC {correlation(standing.btc_correlation)}",
    )
    note = f"\n{one_line(standing.note, 200)}" if standing.note else ""
    return _joined(returns), _joined(facts) + note


def _joined(parts: Sequence[str]) -> str:
    """Return facts on one line, which breaks between two of them only."""
    return "   ·   ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)


def too_short(n_days: int) -> str:
    """Return that the graph needs more days than there are, and what to do."""
    there = {0: "there are none yet", 1: "there is 1 so far"}.get(n_days, f"there are {n_days} so far")
    return (
        f"The graph needs {DAYS_NEEDED} daily closes of an index and of its benchmark; {there}.\n"
        "They come while the history of all coins loads (see the panel Providers), and one more each day."
    )
