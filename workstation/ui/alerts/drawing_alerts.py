"""Keeps alerts on their drawings: moved with them, taken away with them, and brought back with them."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from workstation.domain.alert_rule import AlertRule, RuleStanding, RuleState
from workstation.domain.drawing import Drawing
from workstation.ui.bridge import Bridge
from workstation.ui.chart.drawing_book import Bell, Drawn
from workstation.ui.drawings.drawing_desk import DrawingDesk

_SETTLES_MS = 300
"""A drawing that is moved step by step moves its alert once."""

_SHOWN = {RuleState.WATCHING: True, RuleState.WAITING: True, RuleState.PAUSED: False}


class DrawingAlerts(QObject):
    """Follows the drawings that have alerts, and draws a bell on each.

    Parameters
    ----------
    bridge : Bridge
        Knows the rules.
    desk : DrawingDesk
        Its book is followed.
    set_rule, forget_rule : callable
        Ask the engine; return whether it could be asked.
    """

    def __init__(
        self,
        bridge: Bridge,
        desk: DrawingDesk,
        set_rule: Callable[[AlertRule], bool],
        forget_rule: Callable[[AlertRule], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._desk, self._book = bridge, desk, desk.book
        self._set, self._forget = set_rule, forget_rule
        self._seen: dict[Drawn, dict[str, Drawing]] = {}
        self._gone: dict[str, list[AlertRule]] = {}  # by the drawing that was deleted with them
        self._late: dict[str, AlertRule] = {}  # brought back while the engine was away
        self._timer = QTimer(self, interval=_SETTLES_MS, singleShot=True)
        self._timer.timeout.connect(self.follow)
        self._book.changed.connect(self._on_drawings)
        self._book.put_away.connect(lambda market: self._seen.pop(market, None))
        bridge.alert_rules_changed.connect(self._on_rules)
        bridge.link_changed.connect(self._timer.start)

    def stop(self) -> None:
        """Follow nothing more, but what was moved just now."""
        if self._timer.isActive():
            self._timer.stop()
            self.follow()

    def follow(self) -> None:
        """Have every alert stand where its drawing stands."""
        if not self._bridge.world.connected:
            return
        for rule in tuple(self._late.values()):
            self._set(self._late.pop(rule.id))
        for rule in self._on_lines():
            drawing = self._seen.get(_market(rule), {}).get(_drawing(rule).id)
            if drawing is not None and _place(drawing) != _place(_drawing(rule)):
                self._set(_put_on(rule, drawing))
            elif drawing is None and _drawing(rule).id in self._gone:
                self._forget(rule)  # it was deleted while the engine was away

    def _on_drawings(self, market: Drawn) -> None:
        before, now = self._seen.get(market, {}), {one.id: one for one in self._book.drawings(market)}
        self._seen[market] = now
        taken = [rule for rule in self._on_lines() if _drawing(rule).id in before.keys() - now.keys()]
        for rule in taken:
            self._gone.setdefault(_drawing(rule).id, []).append(rule)
            self._late.pop(rule.id, None)
            if self._bridge.world.connected:  # else it is forgotten when the engine is back
                self._forget(rule)
        back = [one for one in self._gone if one in now]
        for drawing_id in back:
            rules = [_put_on(rule, now[drawing_id]) for rule in self._gone.pop(drawing_id)]
            for rule in rules:
                if not self._bridge.world.connected or not self._set(rule):
                    self._late[rule.id] = rule
        if taken or back:
            QTimer.singleShot(0, self, lambda: self._say(len(taken), len(back)))
        self._timer.start()

    def _say(self, n_taken: int, n_back: int) -> None:
        """Say it after what the book says of the drawing itself."""
        if n_taken:
            them = "its alert" if n_taken == 1 else f"{n_taken} alerts"
            self._desk.say(f"Deleted with {them}. Ctrl+Z brings everything back.")
        elif n_back:
            self._desk.say("The drawing is back, and so is its alert; it is watched from now on.")

    def _on_rules(self) -> None:
        bells: dict[Drawn, tuple[Bell, ...]] = {}
        for standing in self._bridge.world.alert_rules:
            if standing.rule.line is not None and standing.state in _SHOWN:
                market = _market(standing.rule)
                bells[market] = (*bells.get(market, ()), _bell(standing))
        self._book.set_bells(bells)
        self._timer.start()

    def _on_lines(self) -> list[AlertRule]:
        rules = (standing.rule for standing in self._bridge.world.alert_rules)
        return [rule for rule in rules if rule.line is not None]


def _bell(standing: RuleStanding) -> Bell:
    line = standing.rule.line
    part = "" if line is None else line.part
    return Bell(_drawing(standing.rule).id, part, _SHOWN[standing.state])


def _drawing(rule: AlertRule) -> Drawing:
    assert rule.line is not None  # noqa: S101  only rules on lines come here
    return rule.line.drawing


def _market(rule: AlertRule) -> Drawn:
    assert rule.line is not None  # noqa: S101  only rules on lines come here
    return Drawn(rule.line.key.venue, rule.line.key.symbol)


def _place(drawing: Drawing) -> tuple[object, ...]:
    """Return what decides on where the lines of a drawing are; how it looks does not."""
    return drawing.kind, drawing.anchors, drawing.is_log


def _put_on(rule: AlertRule, drawing: Drawing) -> AlertRule:
    line = rule.line
    return rule if line is None else replace(rule, line=replace(line, drawing=drawing))
