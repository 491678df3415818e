"""How a study begins that the trader adds to a chart."""

from dataclasses import replace

from workstation.domain.study import Place
from workstation.domain.study_choice import StudyChoice
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.study_board import StudyBoard
from workstation.ui.studies.study_defaults import StudyDefaults

_CYCLE = ("accent", "warning", "practice", "live", "muted")
"""Colours of the theme that lines over the candles take in turn."""


def fresh_choice(board: StudyBoard, defaults: StudyDefaults, study_id: str) -> StudyChoice:
    """Return a study as it starts; a single line takes a colour that no other over the candles has."""
    choice, study = defaults.of(study_id), STUDIES[study_id]
    if defaults.is_own(study_id) or study.place is not Place.PRICE or len(study.outputs) > 1:
        return choice
    output = study.outputs[0]
    used = {
        one.choice.colours.get(first.name, first.role)
        for one in board.studies
        if one.study.place is Place.PRICE
        for first in one.study.outputs[:1]
    }
    free = next((role for role in (output.role, *_CYCLE) if role not in used), output.role)
    return choice if free == output.role else replace(choice, colours={output.name: free})
