"""The models of one name: the one that judges, with its card, and those that could."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from workstation.domain.model_card import Figure, ModelCard
from workstation.domain.model_standing import Place
from workstation.domain.model_state import ModelState
from workstation.ui.judgement.model_reading import ModelsOfName
from workstation.ui.judgement.model_words import (
    card_lines,
    day_words,
    figure_interval,
    figure_value,
    figure_word,
    name_words,
    short_hash,
    state_words,
)
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line

_MARKS = {"judging": "●", "switched off": "–", "not judging": "▲", "no model": "○", "not heard of": "○"}


class ModelSection(QFrame):
    """What is known of the models of one name; buttons only ask."""

    switch_requested = Signal(str, bool)
    roll_back_requested = Signal(str)
    promote_requested = Signal(str, str)

    def __init__(self, models: ModelsOfName, state: ModelState | None, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("model")
        self.models, self.state, self._theme = models, state, theme
        self.use_buttons: dict[str, QPushButton] = {}
        self.roll_back_button, self.switch_button = QPushButton("Roll back"), QPushButton()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 12, 14)
        self._column.setSpacing(6)
        self._add_head()
        self._add_champion()
        self._add_others()
        self.setStyleSheet(
            f"#model {{ border: 0; border-bottom: 1px solid {theme.border}; }}"
            " QPushButton { padding: 3px 10px; }"
        )

    def _add_head(self) -> None:
        theme, standing = self._theme, self.models.standing
        word, reason = state_words(self.state, standing)
        head = QHBoxLayout()
        head.addWidget(_label(name_words(self.models.name), theme.text, is_strong=True), 1)
        colour = {"judging": theme.live, "not judging": theme.warning}.get(word, theme.muted)
        self.word = _label(f"{_MARKS[word]} {word}", colour)
        self.word.setWordWrap(False)
        head.addWidget(self.word)
        self._column.addLayout(head)
        is_trouble = word in ("not judging", "switched off")
        self.reason = _label(reason, theme.warning if is_trouble else theme.muted)
        self.reason.setVisible(bool(reason))
        self._column.addWidget(self.reason)
        drift = self.state.drift if self.state is not None else ()
        self.drift = _label("\n".join(f"▲ {one_line(text, 300)}" for text in drift), theme.warning)
        self.drift.setVisible(bool(drift))
        self._column.addWidget(self.drift)
        if standing.champion is not None:
            self._add_buttons(is_on=standing.off is None)

    def _add_buttons(self, *, is_on: bool) -> None:
        name, words = self.models.name, name_words(self.models.name)
        self.switch_button.setText("Switch off" if is_on else "Switch on")
        self.switch_button.setAccessibleName(f"{self.switch_button.text()} {words}")
        self.switch_button.clicked.connect(lambda: self.switch_requested.emit(name, not is_on))
        previous = self.models.standing.previous
        self.roll_back_button.setEnabled(previous is not None)
        back_to = (
            "There is no earlier one" if previous is None else f"Back to {short_hash(previous.model_hash)}"
        )
        self.roll_back_button.setToolTip(f"{back_to}; roll back once more to undo")
        self.roll_back_button.setAccessibleName(f"Roll back {words}")
        self.roll_back_button.clicked.connect(lambda: self.roll_back_requested.emit(name))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.roll_back_button)
        row.addWidget(self.switch_button)
        row.addStretch(1)
        self._column.addLayout(row)

    def _add_champion(self) -> None:
        champion = self.models.standing.champion
        if champion is None:
            return
        text = f"Champion {short_hash(champion.model_hash)}, since {day_words(champion.since_ms)}"
        self.champion = _label(text, self._theme.text, is_strong=True)
        self.champion.setToolTip(champion.model_hash)
        self._column.addSpacing(4)
        self._column.addWidget(self.champion)
        self._column.addWidget(_label(one_line(champion.reason, 300), self._theme.muted))
        card = self.models.cards.get(champion.model_hash)
        if card is None:
            self._column.addWidget(self._problem(champion))
            return
        self._column.addLayout(self._card_grid(card))
        self._add_figures(card.figures)

    def _card_grid(self, card: ModelCard) -> QGridLayout:
        grid = _grid()
        for row, (head, text) in enumerate(card_lines(card)):
            grid.addWidget(_cell(head, self._theme.muted), row, 0)
            grid.addWidget(_label(text, self._theme.text), row, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _add_figures(self, figures: Sequence[Figure]) -> None:
        shown = [figure for figure in figures if not figure.name.startswith("grade_band_")]
        if not shown:
            self._column.addWidget(_label("Its card states no figures out of sample.", self._theme.warning))
            return
        self._column.addSpacing(4)
        self._column.addWidget(_label("Out of sample, with 95 % intervals", self._theme.muted))
        grid = _grid()
        for row, figure in enumerate(shown):
            name = _label(figure_word(figure.name), self._theme.text)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_cell(figure_value(figure), self._theme.text, is_right=True), row, 1)
            interval = _label(figure_interval(figure), self._theme.muted)
            grid.addWidget(interval, row, 2, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        self._column.addLayout(grid)

    def _add_others(self) -> None:
        standing = self.models.standing
        if standing.previous is not None:
            self._add_other("Before", standing.previous)
        for place in standing.challengers:
            self._add_other("Challenger", place)

    def _add_other(self, kind: str, place: Place) -> None:
        theme, card = self._theme, self.models.cards.get(place.model_hash)
        row = QHBoxLayout()
        row.setContentsMargins(0, 6, 0, 0)
        head = _label(
            f"{kind} {short_hash(place.model_hash)}, since {day_words(place.since_ms)}",
            theme.text,
            is_strong=True,
        )
        head.setToolTip(place.model_hash)
        row.addWidget(head, 1)
        if card is not None:
            button = self.use_buttons[place.model_hash] = QPushButton("Use this one")
            button.setAccessibleName(f"Use model {short_hash(place.model_hash)}")
            name, model_hash = self.models.name, place.model_hash
            button.clicked.connect(lambda: self.promote_requested.emit(name, model_hash))
            row.addWidget(button)
        self._column.addLayout(row)
        self._column.addWidget(_label(one_line(place.reason, 300), theme.muted))
        if card is None:
            self._column.addWidget(self._problem(place))
            return
        figures = (f"{figure_word(each.name)} {figure_value(each)}" for each in card.figures[:2])
        facts = (f"Trained {day_words(card.created_ms)}", *figures)
        self._column.addWidget(_label("   ·   ".join(facts), theme.muted))

    def _problem(self, place: Place) -> QLabel:
        problem = self.models.problems.get(place.model_hash, "Its card is missing.")
        return _label(one_line(problem, 300), self._theme.bearish)


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(3)
    return grid


def _label(text: str, colour: str, *, is_strong: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setStyleSheet(f"color: {colour}; font-weight: {600 if is_strong else 400}")
    return label


def _cell(text: str, colour: str, *, is_right: bool = False) -> QLabel:
    """Return a label of a grid that is never broken over lines."""
    label = _label(text, colour)
    label.setWordWrap(False)
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignTop)
    return label
