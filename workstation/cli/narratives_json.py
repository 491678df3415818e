"""Where narratives stand on the relative rotation graph, as JSON says it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workstation.domain.errors import UsageError

if TYPE_CHECKING:
    from workstation.domain.narrative_index import IndexRules
    from workstation.engine.narratives.index import Indices
    from workstation.engine.narratives.panel import MarketPanel

Rotation = Mapping[str, Mapping[str, object]]
"""By benchmark: ratio, momentum and quadrant."""


def rotations_of(panel: "MarketPanel", found: "Indices", rules: "IndexRules") -> Mapping[str, Rotation]:
    """Return by narrative where it stands against every benchmark that is among the coins.

    Steps are days that close at 00:00 UTC; the newest of them is told.
    """
    from workstation.engine.narratives.relative_rotation import (
        Benchmark,
        benchmark_values,
        each_day,
        relative_rotation,
    )

    names, rows = found.state.lineup.names, each_day(found.close_ms)
    told: dict[str, dict[str, Mapping[str, object]]] = {name: {} for name in names}
    for benchmark in Benchmark if len(rows) else ():
        try:
            its = benchmark_values(panel, benchmark, rules)
        except UsageError:
            continue
        graph = relative_rotation(found.close_ms[rows], names, found.net[rows], its[rows])
        for column, (name, where) in enumerate(zip(names, graph.quadrants(-1), strict=True)):
            told[name][benchmark.value] = {
                "ratio": float(graph.ratio[-1, column]),
                "momentum": float(graph.momentum[-1, column]),
                "quadrant": where,
            }
    return told
