"""A study as one trader has it on one chart: its numbers, its colours, and whether it is shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workstation.domain.errors import SettingsError
from workstation.domain.study import Study

_COLOUR = re.compile(r"#[0-9a-f]{6}|[a-z_]{1,24}")
LEAST_SHARE, MOST_SHARE = 0.04, 0.6
"""A pane takes between these parts of a chart's height."""


@dataclass(frozen=True, slots=True)
class StudyChoice:
    """One study of a chart.

    Parameters
    ----------
    study_id : str
        Which study.
    values : mapping of str to float
        Its parameters; those that are missing are as they start.
    colours : mapping of str to str
        Colours of outputs by name, as ``"#rrggbb"`` or a role of the theme; the others are as they start.
    is_shown : bool
        False where it is on the chart but not drawn.
    share : float
        Part of the chart's height that its pane takes.
    """

    study_id: str
    values: Mapping[str, float] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    is_shown: bool = True
    share: float = 0.16

    def state(self) -> dict[str, object]:
        """Return it in words of JSON; the inverse of `choice_of`."""
        return {
            "study": self.study_id,
            "values": dict(self.values),
            "colours": dict(self.colours),
            "shown": self.is_shown,
            "share": self.share,
        }


def choice_of(state: object, studies: Mapping[str, Study]) -> StudyChoice:
    """Return what `StudyChoice.state` said.

    Raises
    ------
    SettingsError
        It is of another form, of a study that does not exist, or a number is out of bounds.
    """
    if not isinstance(state, dict):
        raise SettingsError(f"A study must be a table of its values, not {type(state).__name__}.")
    study = studies.get(str(state.get("study")))
    if study is None:
        raise SettingsError(f"There is no study {str(state.get('study'))[:40]!r}; it is left out.")
    values, colours = state.get("values", {}), state.get("colours", {})
    share = state.get("share", 0.16)
    if not isinstance(values, dict) or not isinstance(colours, dict) or not isinstance(share, int | float):
        raise SettingsError(f"The saved {study.title} cannot be read; add it again.")
    names = {output.name for output in study.outputs}
    kept = {str(name): str(one) for name, one in colours.items() if name in names and _is_colour(one)}
    return StudyChoice(
        study.id,
        study.checked(values),
        kept,
        is_shown=state.get("shown", True) is True,
        share=min(max(float(share), LEAST_SHARE), MOST_SHARE) if share == share else 0.16,
    )


def _is_colour(text: object) -> bool:
    return isinstance(text, str) and _COLOUR.fullmatch(text) is not None
