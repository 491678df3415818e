"""A colour on a button is a sharp square with room before the words."""

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton

from workstation.ui.widgets.swatch import show_swatch

RED, GREY = QColor("#ff0000"), QColor("#808080")


def test_a_swatch_has_an_edge_and_leaves_room_before_the_words(qtbot):
    button = QPushButton("Rising")
    qtbot.addWidget(button)
    show_swatch(button, RED, GREY)
    seen = button.icon().pixmap(button.iconSize()).toImage()
    assert (seen.width(), seen.height()) == (button.iconSize().width(), button.iconSize().height())
    inks = [seen.pixelColor(x, seen.height() // 2) for x in (0, 5, seen.width() - 1)]
    assert [ink.name() for ink in inks[:2]] == [GREY.name(), RED.name()]
    assert inks[2].alpha() == 0
