"""The pictures of a backtest of rotation."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workstation.cli.pictures import COLOURS, STYLE, as_svg, picture_of
from workstation.services.rotation_backtests.runs import TITLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

Json = Mapping[str, Any]

_RIVALS = {
    "btc": "-",
    "btc_gated": "--",
    "equal_weight": ":",
    "equal_weight_gated": "-.",
    "eth": "-",
    "sol": "-",
}
_FAINT = ("eth", "sol")
_MOST_NUMBERED = 40  # weeks whose cells are wide enough for a number
_FULL_COLOUR_PCT = 30.0


def charts_of(report: Json) -> dict[str, str]:
    """Return the pictures by name, each as SVG to stand inside a page."""
    import matplotlib

    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]  # its keys are a long list of literals
        return {
            "equity": as_svg(
                _equity(report), "equity", "What each account was worth, and how far below its high"
            ),
            "turnover": as_svg(
                _turnover(report), "turnover", "How much was in coins, and how much was traded"
            ),
            "weeks": as_svg(
                _weeks(report["weeks"], report["about"]["titles"]), "weeks", "Narratives week by week"
            ),
        }


def _days(report: Json) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    return np.array(report["curves"]["close_ms"], "datetime64[ms]")


def _equity(report: Json) -> "Picture":
    picture, (top, bottom) = picture_of(6.2, rows=2)
    days, curves = _days(report), report["curves"]
    lots = curves["random"]
    top.fill_between(days, lots["low"], lots["high"], color=COLOURS["line"], alpha=0.5, linewidth=0)
    for ax, kind in ((top, "value"), (bottom, "drawdown")):
        for name, line in _RIVALS.items():
            if name in curves[kind]:
                colour = COLOURS["ink" if name == "btc_gated" else "theirs"]  # the one to beat
                width = 0.6 if name in _FAINT else 1.2
                _line(ax, days, curves[kind][name], colour, line, width, name)
        _line(ax, days, curves[kind]["strategy"], COLOURS["ours"], "-", 2.0, "strategy")
    top.set_yscale("log")
    top.yaxis.set_major_formatter("{x:g}")
    top.yaxis.set_minor_formatter("")
    top.set_title(
        "value, 1 at the beginning; the band is nine in ten of the rotations drawn by lot", loc="left"
    )
    bottom.invert_yaxis()
    bottom.yaxis.set_major_formatter(lambda value, _: f"−{100 * value:.0f} %" if value else "0 %")
    bottom.set_title("below its highest value so far", loc="left")
    top.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")
    return picture


def _line(
    ax: "Axes",
    days: "np.ndarray[tuple[int], np.dtype[np.datetime64]]",
    values: Sequence[float],
    colour: str,
    line: str,
    width: float,
    name: str,
) -> None:
    ax.plot(days, values, color=colour, linestyle=line, linewidth=width, label=TITLES[name])


def _turnover(report: Json) -> "Picture":
    picture, (top, bottom) = picture_of(3.6, rows=2)
    days, curves = _days(report), report["curves"]
    top.fill_between(
        days, 100.0 * np.array(curves["exposure"]), step="pre", color=COLOURS["ours"], linewidth=0
    )
    top.set_title("in coins, % of the account", loc="left")
    bottom.plot(days, np.cumsum(curves["traded"]), color=COLOURS["ours"], linewidth=1.5)
    bottom.set_title("bought and sold so far, times the account", loc="left")
    return picture


def _weeks(weeks: Sequence[Json], titles: Mapping[str, str]) -> "Picture":
    """Return each narrative's rank, return of 7 days and part of the account, a column for each look."""
    names = _by_mean_rank(weeks)
    picture, (ax,) = picture_of(0.27 * len(names) + 1.4)
    is_numbered = len(weeks) <= _MOST_NUMBERED
    told = [
        (column, names.index(each["name"]), each)
        for column, week in enumerate(weeks)
        for each in week["narratives"]
    ]
    _draw_cells(ax, told, 2.2 if is_numbered else 1.0)
    if is_numbered:
        for column, row, each in told:
            _write_numbers(ax, column, row, each)
    _draw_gate(ax, [week["is_open"] for week in weeks])
    ax.set_xlim(-0.5, len(weeks) - 0.5)
    ax.set_ylim(len(names) - 0.4, -1.5)
    ax.set_yticks([-1.1, *range(len(names))], ["gate", *(titles.get(name, name) for name in names)])
    places = range(0, len(weeks), max(1, len(weeks) // 13))
    ax.set_xticks(list(places), [weeks[k]["at"][2:] for k in places], rotation=60, ha="right", fontsize=8)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return picture


def _by_mean_rank(weeks: Sequence[Json]) -> list[str]:
    ranks: dict[str, list[int]] = {}
    for week in weeks:
        for each in week["narratives"]:
            ranks.setdefault(each["name"], []).append(each["rank"])
    return sorted(ranks, key=lambda name: (float(np.mean(ranks[name])), name))


def _draw_cells(ax: "Axes", told: Sequence[tuple[int, int, Json]], width: float) -> None:
    """Colour a cell for each narrative and week by its return, and frame those that were held."""
    from matplotlib.collections import PolyCollection

    for shade in ("good", "bad"):
        own = [(c, r, roi) for c, r, each in told if (roi := _signed(each, shade)) > 0]
        strength = [min(roi / _FULL_COLOUR_PCT, 1.0) * 0.75 for _, _, roi in own]
        squares = [_square(c, r, 0.5) for c, r, _ in own]
        ax.add_collection(PolyCollection(squares, facecolors=COLOURS[shade], alpha=strength, linewidths=0))
    held = [_square(c, r, 0.42) for c, r, each in told if each["weight"] > 0]
    ax.add_collection(PolyCollection(held, facecolors="none", edgecolors=COLOURS["ours"], linewidths=width))


def _signed(each: Json, shade: str) -> float:
    roi = float(each["roi_7d_pct"] or 0.0)
    return roi if shade == "good" else -roi


def _square(column: int, row: int, half: float) -> list[tuple[float, float]]:
    return [(column + half * x, row + half * y) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]


def _write_numbers(ax: "Axes", column: int, row: int, each: Json) -> None:
    """Write a narrative's rank, and below it the return of 7 days."""
    weight = "bold" if each["weight"] > 0 else "normal"
    middle: dict[str, Any] = {"ha": "center", "va": "center", "in_layout": False}
    ax.text(column, row - 0.13, str(each["rank"]), fontsize=7.5, fontweight=weight, **middle)
    if each["roi_7d_pct"] is not None:
        text = f"{each['roi_7d_pct']:+.0f}"
        ax.text(column, row + 0.24, text, fontsize=5, color=COLOURS["quiet"], **middle)


def _draw_gate(ax: "Axes", is_open: Sequence[bool]) -> None:
    for shade, wanted in (("good", True), ("bad", False)):
        columns = [column - 0.5 for column, each in enumerate(is_open) if each is wanted]
        ax.broken_barh([(column, 1.0) for column in columns], (-1.2, 0.2), color=COLOURS[shade], linewidth=0)
