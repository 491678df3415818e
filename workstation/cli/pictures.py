"""How the pictures of a page are drawn: in colours that the page's own light or dark decides."""

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

COLOURS = {
    "ink": "#010203",
    "quiet": "#010204",
    "line": "#010205",
    "ours": "#010206",
    "theirs": "#010207",
    "good": "#010208",
    "bad": "#010209",
}
"""Drawn with these, which nothing else uses; the page puts its own in their place."""

STYLE = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": COLOURS["ink"],
    "axes.labelcolor": COLOURS["quiet"],
    "axes.titlecolor": COLOURS["ink"],
    "axes.edgecolor": COLOURS["line"],
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": COLOURS["quiet"],
    "ytick.color": COLOURS["quiet"],
    "ytick.labelcolor": COLOURS["ink"],
}
"""Settings of the drawing library."""


def picture_of(height: float, rows: int = 1, columns: int = 1) -> "tuple[Picture, list[Axes]]":
    """Return an empty picture, so many inches high, and the places in it, row by row."""
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(9.0, height), layout="constrained")
    picture.patch.set_alpha(0.0)
    axes = [picture.add_subplot(rows, columns, k + 1) for k in range(rows * columns)]
    for each in axes:
        each.patch.set_alpha(0.0)
    return picture, axes


def as_svg(picture: "Picture", name: str, label: str) -> str:
    """Return a picture as an element of a page: no foreign addresses, the page's own colours.

    Parameters
    ----------
    name : str
        Makes its inner names differ from those of the page's other pictures.
    label : str
        What it shows, for who cannot see it.
    """
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        picture.savefig(out, format="svg", metadata={"Date": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg)
    for colour, code in COLOURS.items():
        svg = svg.replace(code, f"var(--{colour})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
