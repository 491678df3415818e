"""Narratives as the command line prints them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from workstation.cli.table import print_table
from workstation.domain.narrative_index import IndexChange, IndexStanding

_COLUMNS = (
    *("rank", "narrative", "index", "24h", "7d", "30d", "all", "breadth", "volume", "bull/bear", "grade"),
    *("BTC corr", "coins", "note"),
)
_HOLDING_COLUMNS = ("coin", "weight", "24h", "7d", "30d", "grade", "signal")
_LEANS = {1: "bullish", -1: "bearish", 0: "-"}
_MOST_CHANGES = 30


def print_standings(standings: Sequence[IndexStanding]) -> None:
    """Print a table of narratives, the best week first."""
    print(f"Narratives at {_minute(standings[0].at_ms)} UTC, indices from 1,000." if standings else "None.")
    ranked = sorted(standings, key=lambda one: (one.rank is None, one.rank or 0))
    if ranked:
        print_table([_COLUMNS, *map(_cells, ranked)])


def print_narrative(standing: IndexStanding, changes: Sequence[IndexChange]) -> None:
    """Print what an index holds, and the newest lines of its log."""
    print_standings([standing])
    if standing.holdings:
        print()
        print_table([_HOLDING_COLUMNS, *(_holding_cells(standing, n) for n in range(len(standing.holdings)))])
    if changes:
        shown = changes[-_MOST_CHANGES:]
        print()
        if len(shown) < len(changes):
            print(f"The newest {len(shown)} of {len(changes):,} changes; --json has them all.")
        print_table([("when (UTC)", "coin", "change", "from", "to", "why"), *map(_change_cells, shown)])


def _cells(one: IndexStanding) -> tuple[str, ...]:
    returns = (one.roi_24h_pct, one.roi_7d_pct, one.roi_30d_pct, one.roi_all_pct)
    return (
        "-" if one.rank is None else str(one.rank),
        one.title,
        "-" if one.value is None else f"{one.value:,.1f}",
        *map(_change, returns),
        _part(one.breadth_pct),
        _part(one.volume_share_pct),
        f"{one.n_bullish}/{one.n_bearish}",
        "-" if one.grade is None else str(one.grade),
        "-" if one.btc_correlation is None else f"{one.btc_correlation:+.2f}",
        str(len(one.holdings)),
        one.note,
    )


def _holding_cells(standing: IndexStanding, place: int) -> tuple[str, ...]:
    one = standing.holdings[place]
    returns = map(_change, (one.roi_24h_pct, one.roi_7d_pct, one.roi_30d_pct))
    grade = "-" if one.grade is None else str(one.grade)
    return (one.coin, f"{one.weight:.1%}", *returns, grade, _LEANS[one.lean])


def _change_cells(one: IndexChange) -> tuple[str, ...]:
    return (
        _minute(one.at_ms),
        one.coin,
        one.kind.value,
        f"{one.from_weight:.1%}",
        f"{one.to_weight:.1%}",
        one.reason,
    )


def _change(pct: float | None) -> str:
    return "-" if pct is None else f"{pct:+.1f} %"


def _part(pct: float | None) -> str:
    return "-" if pct is None else f"{pct:.1f} %"


def _minute(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"
