"""The names beside the heads of a rotation graph: the chosen one is there however crowded it is."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap

from workstation.engine.narratives.relative_rotation import Quadrant, RelativeRotation
from workstation.ui.narratives import rotation_graph_painter
from workstation.ui.narratives.rotation_graph_painter import RotationGraphPainter, Scene
from workstation.ui.narratives.rotation_graph_places import Places
from workstation.ui.theme import DARK, LIGHT

N = 30
ROOM = QRectF(40, 10, 120, 80)


class Listening(QPainter):
    """Remembers what is written, and where."""

    def __init__(self, device):
        super().__init__(device)
        self.written: dict[str, QRectF] = {}

    def drawText(self, place, flags, text):
        self.written[text] = place
        super().drawText(place, flags, text)


def names_of(lit: int) -> dict[str, QRectF]:
    """Paint thirty narratives into one small room; return the names that are written."""
    angle = np.linspace(0, 2 * np.pi, N)
    at = np.stack((100 + np.cos(angle), 100 + np.sin(angle)))[:, None, :]
    graph = RelativeRotation(np.zeros(1, np.int64), tuple(map(str, range(N))), *at)
    titles = tuple(f"A narrative, number {n}" for n in range(N))
    scene = Scene(graph, titles, Places.of(graph, ROOM), 0, 1, lit)
    canvas = QPixmap(220, 120)
    painter = Listening(canvas)
    RotationGraphPainter(DARK, QFont()).paint(painter, scene)
    painter.end()
    return painter.written


def test_the_chosen_narrative_is_named_where_nothing_is_free(qapp):
    written = {lit: names_of(lit) for lit in range(N)}
    missing = [lit for lit in range(N) if f"A narrative, number {lit}" not in written[lit]]
    assert missing == []
    outside = [lit for lit in range(N) if written[lit][f"A narrative, number {lit}"].top() < ROOM.top()]
    assert outside == []


def test_others_are_named_only_where_there_is_room(qapp):
    assert len(names_of(-1)) < N


def brightness(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("where", list(Quadrant))
def test_what_is_not_chosen_is_fainter_but_still_found(qapp, theme, where):
    inks = RotationGraphPainter(theme, QFont())
    ground = brightness(QColor(theme.base)) + 0.05
    faded, full = (
        brightness(inks._mixed(where, share)) + 0.05 for share in (rotation_graph_painter._FADED, 1.0)
    )
    contrast, most = (max(one, ground) / min(one, ground) for one in (faded, full))
    assert 2.3 < contrast < most / 1.5
