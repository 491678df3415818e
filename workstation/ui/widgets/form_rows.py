"""Rows of a form: a word at the left, level with the field that it names."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QFormLayout

_HIGHEST = 2.5  # times its label: what is higher has its label at the top


class FormRows(QFormLayout):
    """As Qt's own, whose labels stand some pixels above what they name."""

    def setGeometry(self, rect: QRect) -> None:
        """Lay the rows out, each label as high as its field."""
        super().setGeometry(rect)
        for row in range(self.rowCount()):
            label = self.itemAt(row, QFormLayout.ItemRole.LabelRole)
            field = self.itemAt(row, QFormLayout.ItemRole.FieldRole)
            if label is None or field is None:
                continue
            beside, box = label.geometry(), field.geometry()
            if box.height() <= _HIGHEST * label.sizeHint().height():
                label.setGeometry(QRect(beside.x(), box.y(), beside.width(), box.height()))
