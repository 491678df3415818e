"""The models panel, kept as the model store and the engine say, and what the trader decides there."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workstation.ui.asking import Asking
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import JudgementFiles
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight

if TYPE_CHECKING:
    from workstation.ui.judgement.model_reading import ModelsRead
    from workstation.ui.judgement.models_panel import ModelPanel


class ModelDesk(QObject):
    """Reads the models whenever one is new or changed places, while the panel is seen.

    Parameters
    ----------
    bridge : Bridge
        What the engine says.
    asking : Asking
        Who is asked to switch, roll back and promote.
    files : JudgementFiles
        Where the models lie.
    theme : Theme
        Colours.
    """

    def __init__(
        self,
        bridge: Bridge,
        asking: Asking,
        files: JudgementFiles,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._asking, self._files, self._theme = bridge, asking, files, theme
        self._last: ModelsRead | None = None
        self.panel: ModelPanel | None = None
        self.late = LatePanel(self._make_panel)
        self.reading = BackgroundReading(self._work, lambda: is_in_sight(self.late), self)
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(self._on_failure)
        self.late.seen.connect(self.reading.look_again)
        bridge.models_changed.connect(self.reading.want)
        bridge.link_changed.connect(self._show)

    def focus(self) -> None:
        """Give the keyboard to the panel."""
        self.late.ensure()
        if self.panel is not None:
            self.panel.focus_first()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more."""
        self.late.stop()
        self.reading.stop()

    def _make_panel(self) -> "ModelPanel":
        from workstation.ui.judgement.models_panel import ModelPanel

        panel = self.panel = ModelPanel(self._theme)
        panel.switch_requested.connect(self._asking.switch_model)
        panel.roll_back_requested.connect(self._asking.roll_back_model)
        panel.promote_requested.connect(self._asking.promote_model)
        self.reading.want()
        return panel

    def _work(self) -> Work:
        from workstation.ui.judgement.model_reading import read_models

        return partial(read_models, self._files, [state.name for state in self._bridge.world.models])

    def _on_read(self, read: "ModelsRead") -> None:
        self._last = read
        self._show()

    def _show(self) -> None:
        """Show what was read with what the engine says; what it said is nothing worth while it is away."""
        if self.panel is None or self._last is None:
            return
        world = self._bridge.world
        states = {state.name: state for state in world.models} if world.connected else {}
        self.panel.show_models(self._last, states)

    def _on_failure(self, sentence: str) -> None:
        if self.panel is not None:
            self.panel.say(sentence)
