"""The pictures of an evaluation, drawn in colours that the page's own light or dark decides."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workstation.services.evaluations.verdict import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

_COLOURS = {"ink": "#010203", "quiet": "#010204", "line": "#010205", "ours": "#010206", "theirs": "#010207"}
"""Drawn with these, which nothing else uses; the page puts its own in their place."""

_STYLE = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": _COLOURS["ink"],
    "axes.labelcolor": _COLOURS["quiet"],
    "axes.titlecolor": _COLOURS["ink"],
    "axes.edgecolor": _COLOURS["line"],
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _COLOURS["quiet"],
    "ytick.color": _COLOURS["quiet"],
    "ytick.labelcolor": _COLOURS["ink"],
}

Interval = Mapping[str, Any]


def charts_of(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the pictures by name, each as SVG to stand inside a page."""
    import matplotlib

    with matplotlib.rc_context(_STYLE):  # type: ignore[arg-type]  # its keys are a long list of literals
        return {
            "methods": _svg(
                _methods(report), "methods", "Signals and rivals, hits above base and net return"
            ),
            "calibration": _svg(_calibration(report), "calibration", "Probabilities said and what happened"),
            "deciles": _svg(
                _deciles(report), "deciles", "How often each tenth by grade beat the median coin"
            ),
        }


def _picture(height: float, columns: int) -> "tuple[Picture, list[Axes]]":
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(9.0, height), layout="constrained")
    picture.patch.set_alpha(0.0)
    axes = [picture.add_subplot(1, columns, k + 1) for k in range(columns)]
    for each in axes:
        each.patch.set_alpha(0.0)
    return picture, axes


def _methods(report: Mapping[str, Any]) -> "Picture":
    methods = {"signals": report["signals"], **report["baselines"]}
    picture, axes = _picture(0.36 * len(methods) + 0.8, 2)
    wanted = (
        ("hit_lift_pp", "hits above the base rate, points"),
        ("net_mean_pct", "after costs, % a signal"),
    )
    for place, (ax, (key, title)) in enumerate(zip(axes, wanted, strict=True)):
        ax.axvline(0, color=_COLOURS["line"], linewidth=1)
        for row, figures in enumerate(methods.values()):
            _dot(ax, figures[key], row, _COLOURS["ours" if row == 0 else "theirs"])
        ax.set_yticks(range(len(methods)), [title_of(name) for name in methods] if place == 0 else [])
        ax.set_ylim(len(methods) - 0.5, -0.5)
        ax.set_title(title, loc="left")
        ax.tick_params(length=0)
    return picture


def _dot(ax: "Axes", figure: Interval, row: int, colour: str) -> None:
    if figure["value"] is None:
        return
    if figure["low"] is not None:
        ax.plot([figure["low"], figure["high"]], [row, row], color=colour, linewidth=2)
    ax.plot([figure["value"]], [row], "o", color=colour, markersize=6)


def _calibration(report: Mapping[str, Any]) -> "Picture":
    picture, axes = _picture(3.6, 2)
    for ax, (name, title) in zip(
        axes, (("up", "upper barrier first"), ("down", "lower barrier first")), strict=True
    ):
        curve = report["calibration"]["by_direction"].get(name, {}).get("curve", [])
        _curve(ax, [point for point in curve if point["happened"]["value"] is not None])
        ax.set_title(title, loc="left")
        ax.set_xlabel("said, %")
    axes[0].set_ylabel("happened, %")
    return picture


def _curve(ax: "Axes", points: Sequence[Mapping[str, Any]]) -> None:
    if not points:
        return
    said = [100 * point["predicted"] for point in points]
    came = [100 * point["happened"]["value"] for point in points]
    ends = [min(said + came), max(said + came)]
    ax.plot(ends, ends, "--", color=_COLOURS["quiet"], linewidth=1)
    ax.plot(said, came, "o-", color=_COLOURS["ours"], markersize=5, linewidth=1.5)
    for x, point in zip(said, points, strict=True):
        if point["happened"]["low"] is not None:
            bounds = [100 * point["happened"][end] for end in ("low", "high")]
            ax.plot([x, x], bounds, color=_COLOURS["ours"], linewidth=1.5)


def _deciles(report: Mapping[str, Any]) -> "Picture":
    picture, axes = _picture(3.2, 2)
    wanted = (
        ("beats_median_pct", "beat the median coin, %"),
        ("crash_pct", "fell by 20 % or more in a week, %"),
    )
    for ax, (key, title) in zip(axes, wanted, strict=True):
        for decile in report["grade"].get("deciles", ()):
            figure, place = decile[key], decile["decile"]
            if figure["low"] is not None:
                ax.plot([place, place], [figure["low"], figure["high"]], color=_COLOURS["ours"], linewidth=2)
            if figure["value"] is not None:
                ax.plot([place], [figure["value"]], "o", color=_COLOURS["ours"], markersize=6)
        ax.set_xticks(range(1, 11))
        ax.set_xlabel("tenth by grade, 10 is best")
        ax.set_title(title, loc="left")
    axes[0].axhline(50, color=_COLOURS["line"], linewidth=1)
    return picture


def _svg(picture: "Picture", name: str, label: str) -> str:
    """Return a picture as an element of a page: no foreign addresses, the page's own colours."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):  # ids that no other picture of the page has
        picture.savefig(out, format="svg", metadata={"Date": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg)
    for colour, code in _COLOURS.items():
        svg = svg.replace(code, f"var(--{colour})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
