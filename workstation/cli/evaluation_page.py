"""An evaluation as one page that needs nothing else: verdict first, then every figure with its interval."""

from collections.abc import Mapping
from typing import Any

from workstation.cli.evaluation_charts import charts_of
from workstation.services.evaluations.verdict import caution, title_of
from workstation.storage.paths import resource

Figure = Mapping[str, Any]


def evaluation_page(report: Mapping[str, Any]) -> str:
    """Return the page of a report, HTML that links to nothing; light or dark as the reader's system is."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = figure_text
    environment.filters["share"] = share_text
    template = resource("report", "evaluation.html.j2").read_text(encoding="utf-8")
    charts = {name: Markup(svg) for name, svg in charts_of(report).items()}  # noqa: S704  drawn here
    lists = {
        "methods": [("signals", report["signals"]), *_titled(report["baselines"])],
        "paired": _titled(report["paired"]),
        "regimes": list(report["regimes"].items()),
    }
    return environment.from_string(template).render(
        {**report, **lists, "charts": charts, "caution": caution(report["about"])}
    )


def _titled(methods: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(title_of(name), figures) for name, figures in methods.items()]


def figure_text(figure: Figure, digits: int, signed: bool = False) -> str:
    """Return a figure with its interval, such as ``+8.0 (+5.3 to +10.7)``; a dash where it is not known."""
    if figure["value"] is None:
        return "–"
    sign = "+" if signed else ""
    told = [f"{figure[key]:{sign}.{digits}f}" for key in ("value", "low", "high") if figure[key] is not None]
    return told[0] if len(told) == 1 else f"{told[0]} ({told[1]} to {told[2]})"


def share_text(figure: Figure) -> str:
    """Return a share of one as percent."""
    return "–" if figure["value"] is None else f"{100 * figure['value']:.1f} %"
