"""Grades, record and models: the panels of judgement, and what they have in common."""

from collections.abc import Callable, Mapping
from datetime import tzinfo

from PySide6.QtCore import QObject

from workstation.ui.asking import Asking
from workstation.ui.judgement.grade_desk import GradeDesk
from workstation.ui.judgement.model_desk import ModelDesk
from workstation.ui.judgement.record_desk import RecordDesk
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme


class JudgementDesk(Section):
    """Three desks over one ledger and one folder of models.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    asking : Asking
        Who is asked to change models.
    theme : Theme
        Colours.
    """

    def __init__(
        self, around: Surroundings, asking: Asking, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        files, bridge = around.past.judgements, around.bridge
        self.grades = GradeDesk(bridge, files, theme, self)
        self.record = RecordDesk(bridge, files, theme, self)
        self.models = ModelDesk(bridge, asking, files, theme, self)
        self.panels = {"Grades": self.grades.late, "Record": self.record.late, "Models": self.models.late}
        self.grades.open_requested.connect(self.symbol_opened)
        self.record.bar_opened.connect(self.bar_opened)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of judgement do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "grades.focus": lambda: go_to("Grades", self.grades.focus),
            "record.focus": lambda: go_to("Record", self.record.focus),
            "record.verify": lambda: go_to("Record", self.record.verify),
            "models.focus": lambda: go_to("Models", self.models.focus),
        }

    def refresh(self) -> None:
        """Let what is on screen grow older; called every second."""
        self.grades.refresh()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.record.set_zone(zone)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        for desk in (self.grades, self.record, self.models):
            desk.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more."""
        for desk in (self.grades, self.record, self.models):
            desk.stop()
