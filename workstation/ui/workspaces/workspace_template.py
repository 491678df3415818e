"""Arrangements to begin with: how many charts, and what each shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

State = dict[str, object]

TIMEFRAMES_SIDE_BY_SIDE = ("15m", "1h", "4h", "1d")
"""What one market is shown in, shortest first."""


@dataclass(frozen=True, slots=True)
class Template:
    """An arrangement.

    Parameters
    ----------
    id, title : str
        Of its command.
    n_columns, n_rows : int
        Charts in a row, and rows.
    """

    id: str
    title: str
    n_columns: int
    n_rows: int

    @property
    def n_charts(self) -> int:
        """How many charts it has."""
        return self.n_columns * self.n_rows


TEMPLATES = (
    Template("1", "One chart", 1, 1),
    Template("2x1", "Two charts side by side", 2, 1),
    Template("2x2", "Four charts", 2, 2),
    Template("3x3", "Nine charts", 3, 3),
)
"""Arrangements of different markets."""

TIMEFRAME_TEMPLATE = Template("timeframes", "One market in four timeframes", 2, 2)
"""One market, in `TIMEFRAMES_SIDE_BY_SIDE`."""


def filled(
    template: Template, charts: Sequence[Mapping[str, object]], watched: Sequence[str], timeframe: str
) -> list[Mapping[str, object]]:
    """Return what each chart of an arrangement shows: those that are there first, then watched markets.

    Parameters
    ----------
    charts : sequence of mapping
        What the charts that are there have saved, the active one first.
    watched : sequence of str
        Markets to fill up with; those that are shown already come last.
    timeframe : str
        Of charts that are new.
    """
    kept = list(charts[: template.n_charts])
    shown = {_symbol(chart) for chart in kept}
    fresh = [symbol for symbol in watched if symbol not in shown] or [*watched, ""]
    n_missing = template.n_charts - len(kept)
    return [*kept, *(_chart(fresh[n % len(fresh)], timeframe) for n in range(n_missing))]


def in_timeframes(chart: Mapping[str, object], link: str) -> list[State]:
    """Return a chart's market in every timeframe, linked so that another market changes in all of them."""
    symbol = _symbol(chart)
    return [
        {**chart, **_chart(symbol, timeframe), "link": {"colour": link, "timeframe": False, "range": False}}
        for timeframe in TIMEFRAMES_SIDE_BY_SIDE
    ]


def like(
    pattern: Mapping[str, object], charts: Sequence[Mapping[str, object]], watched: Sequence[str]
) -> State:
    """Return a workspace arranged as another one is, with other markets in it.

    Parameters
    ----------
    pattern : mapping
        The workspace that is the template; its timeframes, studies, links and places stay.
    charts : sequence of mapping
        Whose markets are shown, the active one first; charts of one market have one market again.
    watched : sequence of str
        Markets to fill up with; where there are too few, those of the template stay.
    """
    saved = pattern.get("charts")
    parts = (
        {name: one for name, one in saved.items() if isinstance(one, dict)} if isinstance(saved, dict) else {}
    )
    fresh = iter(dict.fromkeys(symbol for symbol in (*map(_symbol, charts), *watched) if symbol))
    markets: dict[str, str] = {}
    first = str(pattern.get("active"))
    for name in sorted(parts, key=lambda name: name != first):
        old = _symbol(parts[name])
        markets[old] = markets.get(old) or next(fresh, old)
    return {**pattern, "charts": {name: _shows(one, markets[_symbol(one)]) for name, one in parts.items()}}


def _shows(chart: Mapping[str, object], symbol: str) -> State:
    series = chart.get("series")
    return {**chart, "series": {**(series if isinstance(series, dict) else {}), "symbol": symbol}}


def _chart(symbol: str, timeframe: str) -> State:
    return {"series": {"symbol": symbol, "timeframe": timeframe}}


def _symbol(chart: Mapping[str, object]) -> str:
    series = chart.get("series")
    return str(series.get("symbol", "")) if isinstance(series, dict) else ""
