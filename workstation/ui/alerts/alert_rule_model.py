"""The trader's rules of alerts, newest first."""

from datetime import UTC, tzinfo
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from workstation.domain.alert_rule import RuleStanding
from workstation.ui.alerts.alert_rule_words import condition_words, last_words, spoken
from workstation.ui.words.foreign_text import tooltip

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ACCESSIBLE = 0, 3, 11


class AlertRuleModel(QAbstractListModel):
    """How every rule stands.

    Attributes
    ----------
    places : dict of str to str
        Where the line of a rule is now, in words, by its id.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._standings: list[RuleStanding] = []
        self.places: dict[str, str] = {}
        self.zone: tzinfo = UTC

    @property
    def standings(self) -> list[RuleStanding]:
        """Every rule, newest first."""
        return self._standings

    def standing_at(self, row: int) -> RuleStanding | None:
        """Return the rule of a row; None where there is none."""
        return self._standings[row] if 0 <= row < len(self._standings) else None

    def row_of(self, rule_id: str) -> int:
        """Return the row of a rule; -1 where it is not there."""
        ids = [standing.rule.id for standing in self._standings]
        return ids.index(rule_id) if rule_id in ids else -1

    def set_standings(self, standings: tuple[RuleStanding, ...]) -> None:
        """Take how rules stand; rows stay in place where the same rules are there."""
        after = list(reversed(standings))
        if [one.rule.id for one in after] == [one.rule.id for one in self._standings]:
            self._standings = after
            self.renew()
            return
        self.beginResetModel()
        self._standings = after
        self.endResetModel()

    def set_places(self, places: dict[str, str]) -> None:
        """Take where lines are now."""
        if places != self.places:
            self.places = places
            self.renew()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.zone = zone
        self.renew()

    def renew(self) -> None:
        """Say that every row may read otherwise."""
        if self._standings:
            self.dataChanged.emit(self.index(0), self.index(len(self._standings) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._standings)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a row says, in plain text."""
        standing = self.standing_at(index.row())
        if standing is None:
            return None
        if role in (_DISPLAY, _ACCESSIBLE):
            return spoken(standing, self.zone)
        if role == _TOOLTIP:
            screen = standing.rule.screen
            conditions = () if screen is None else (screen.text,)
            return tooltip(condition_words(standing.rule), *conditions, last_words(standing, self.zone))
        return None
