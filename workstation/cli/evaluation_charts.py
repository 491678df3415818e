"""The pictures of an evaluation."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workstation.cli.pictures import COLOURS, STYLE, as_svg, picture_of
from workstation.services.evaluations.verdict import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

Interval = Mapping[str, Any]


def charts_of(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the pictures by name, each as SVG to stand inside a page."""
    import matplotlib

    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]  # its keys are a long list of literals
        return {
            "methods": as_svg(
                _methods(report), "methods", "Signals and rivals, hits above base and net return"
            ),
            "calibration": as_svg(
                _calibration(report), "calibration", "Probabilities said and what happened"
            ),
            "deciles": as_svg(
                _deciles(report), "deciles", "How often each tenth by grade beat the median coin"
            ),
        }


def _methods(report: Mapping[str, Any]) -> "Picture":
    methods = {"signals": report["signals"], **report["baselines"]}
    picture, axes = picture_of(0.36 * len(methods) + 0.8, columns=2)
    wanted = (
        ("hit_lift_pp", "hits above the base rate, points"),
        ("net_mean_pct", "after costs, % a signal"),
    )
    for place, (ax, (key, title)) in enumerate(zip(axes, wanted, strict=True)):
        ax.axvline(0, color=COLOURS["line"], linewidth=1)
        for row, figures in enumerate(methods.values()):
            _dot(ax, figures[key], row, COLOURS["ours" if row == 0 else "theirs"])
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
    picture, axes = picture_of(3.6, columns=2)
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
    ax.plot(ends, ends, "--", color=COLOURS["quiet"], linewidth=1)
    ax.plot(said, came, "o-", color=COLOURS["ours"], markersize=5, linewidth=1.5)
    for x, point in zip(said, points, strict=True):
        if point["happened"]["low"] is not None:
            bounds = [100 * point["happened"][end] for end in ("low", "high")]
            ax.plot([x, x], bounds, color=COLOURS["ours"], linewidth=1.5)


def _deciles(report: Mapping[str, Any]) -> "Picture":
    picture, axes = picture_of(3.2, columns=2)
    wanted = (
        ("beats_median_pct", "beat the median coin, %"),
        ("crash_pct", "fell by 20 % or more in a week, %"),
    )
    for ax, (key, title) in zip(axes, wanted, strict=True):
        for decile in report["grade"].get("deciles", ()):
            figure, place = decile[key], decile["decile"]
            if figure["low"] is not None:
                ax.plot([place, place], [figure["low"], figure["high"]], color=COLOURS["ours"], linewidth=2)
            if figure["value"] is not None:
                ax.plot([place], [figure["value"]], "o", color=COLOURS["ours"], markersize=6)
        ax.set_xticks(range(1, 11))
        ax.set_xlabel("tenth by grade, 10 is best")
        ax.set_title(title, loc="left")
    axes[0].axhline(50, color=COLOURS["line"], linewidth=1)
    return picture
