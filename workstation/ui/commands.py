"""Everything the trader can do from the keyboard or a menu, in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.workspaces.timeframe_keys import TIMEFRAME_KEYS
from workstation.ui.workspaces.workspace_template import TEMPLATES, TIMEFRAME_TEMPLATE


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do.

    Parameters
    ----------
    id : str
        Stable name, e.g. ``"chart.log"``.
    title : str
        What a menu says.
    group : str
        The heading it stands under.
    shortcut : str
        In Qt's portable spelling; empty where it has none.
    checkable : bool
        True where it switches something on and off.
    """

    id: str
    title: str
    group: str
    shortcut: str = ""
    checkable: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("search.open", "Command palette…", "Search", "Ctrl+K"),
    Command("search.commands", "Find a command…", "Search", "Ctrl+Alt+K"),
    Command("chart.log", "Logarithmic prices", "Chart", "Ctrl+L", checkable=True),
    Command("chart.live", "Go to the newest bar", "Chart", "Ctrl+G"),
    Command("chart.levels", "Price levels", "Chart", "Ctrl+Shift+L", checkable=True),
    *(Command(f"chart.kind.{kind.value}", kind.label, "Chart", checkable=True) for kind in ChartKind),
    Command("chart.percent", Scaling.PERCENT.label, "Chart", checkable=True),
    Command("chart.inverted", "Invert the price scale", "Chart", "Alt+I", checkable=True),
    Command("chart.fit", "Fit prices to the bars", "Chart", checkable=True),
    Command("chart.profile", "Volume profile", "Chart", "Alt+P", checkable=True),
    Command("chart.grade", JudgedPane.GRADE.label, "Chart", "Alt+G", checkable=True),
    Command("chart.votes", JudgedPane.VOTES.label, "Chart", "Alt+B", checkable=True),
    Command("chart.compare", "Compare with another market…", "Chart", "Ctrl+Shift+M"),
    Command("chart.zone", "Time zone…", "Chart"),
    Command("chart.jump", "Jump to a date…", "Chart", "Ctrl+J"),
    Command("chart.studies", "Studies…", "Chart", "Ctrl+I"),
    Command("chart.undo_study", "Bring back the removed study", "Chart", "Ctrl+Shift+I"),
    Command("chart.copy", "Copy the chart's picture", "Chart", "Ctrl+Shift+C"),
    Command("chart.save", "Save the chart's picture…", "Chart", "Ctrl+S"),
    *(
        Command(f"timeframe.{name}", f"Timeframe {name}", "Chart", f"Ctrl+{number}")
        for number, name in enumerate(TIMEFRAME_KEYS, 1)
    ),
    Command("drawing.trend", "Trend line", "Drawing", "Alt+T"),
    Command("drawing.ray", "Ray", "Drawing", "Alt+Y"),
    Command("drawing.horizontal", "Horizontal line", "Drawing", "Alt+H"),
    Command("drawing.vertical", "Vertical line", "Drawing", "Alt+V"),
    Command("drawing.channel", "Channel", "Drawing", "Alt+C"),
    Command("drawing.retracement", "Fibonacci retracement", "Drawing", "Alt+F"),
    Command("drawing.extension", "Fibonacci extension", "Drawing", "Alt+E"),
    Command("drawing.rectangle", "Rectangle", "Drawing", "Alt+R"),
    Command("drawing.text", "Text", "Drawing", "Alt+N"),
    Command("drawing.long", "Long position", "Drawing", "Alt+L"),
    Command("drawing.short", "Short position", "Drawing", "Alt+S"),
    Command("drawing.measure", "Measure", "Drawing", "Alt+M"),
    Command("drawing.undo", "Take back the last drawing or change", "Drawing", "Ctrl+Z"),
    Command("drawing.redo", "Do it again", "Drawing", "Ctrl+Shift+Z"),
    Command("drawing.change", "Change the chosen drawing…", "Drawing", "Alt+Return"),
    Command("drawing.alert", "Alert on the chosen drawing…", "Drawing", "Alt+A"),
    Command("drawing.duplicate", "Draw the chosen drawing once more", "Drawing", "Alt+D"),
    Command("drawing.lock", "Lock the chosen drawing, or unlock it", "Drawing", "Alt+K"),
    Command("drawing.delete", "Delete the chosen drawing", "Drawing"),
    Command("drawing.clear", "Delete all drawings of this market", "Drawing", "Alt+Shift+Del"),
    Command("drawing.snap", "Snap points to the bars' prices", "Drawing", "Alt+Shift+S", checkable=True),
    Command("drawing.hide", "Hide drawings", "Drawing", "Alt+Shift+H", checkable=True),
    Command("chart.split_right", "Another chart at the right", "Workspace", "Ctrl+Alt+R"),
    Command("chart.split_below", "Another chart below", "Workspace", "Ctrl+Alt+B"),
    Command("chart.tab", "Another chart as a tab", "Workspace", "Ctrl+Alt+N"),
    Command("chart.next", "Next chart", "Workspace", "F6"),
    Command("chart.previous", "Previous chart", "Workspace", "Shift+F6"),
    Command("chart.maximise", "This chart alone, or all of them", "Workspace", "F11"),
    Command("chart.float", "Float the chart, or bring it back", "Workspace", "Ctrl+Alt+F"),
    Command("chart.link", "Link the chart…", "Workspace", "Ctrl+Alt+L"),
    Command("chart.close", "Close the chart", "Workspace", "Ctrl+Alt+W"),
    Command("workspace.undo", "Take back the last arrangement", "Workspace", "Ctrl+Alt+Z"),
    Command("workspace.choose", "Workspaces…", "Workspace", "Ctrl+Alt+S"),
    *(
        Command(f"workspace.{template.id}", f"Arrange: {template.title.lower()}", "Workspace")
        for template in (*TEMPLATES, TIMEFRAME_TEMPLATE)
    ),
    Command("watchlist.add", "Watch this market", "Watchlist", "Ctrl+D"),
    Command("watchlist.filter", "Filter the watchlist", "Watchlist", "Ctrl+F"),
    Command("watchlist.columns", "Columns of the watchlist…", "Watchlist"),
    Command("watchlist.group", "Group the watchlist by narrative, or not", "Watchlist"),
    Command("watchlist.lists", "Lists: new, rename, import, export…", "Watchlist"),
    Command("watchlist.undo", "Take back the last change of a list", "Watchlist"),
    Command("screener.focus", "Go to the screener", "Watchlist", "Ctrl+Shift+S"),
    Command("screener.screens", "Screens: save, rename, delete, columns…", "Watchlist"),
    Command("screener.alert", "Tell me when a coin enters the screen…", "Watchlist", "Ctrl+Alt+A"),
    Command("alerts.focus", "Go to the alerts", "Alerts", "Ctrl+E"),
    Command("alerts.rules", "Go to what alerts watch", "Alerts", "Ctrl+Alt+E"),
    Command("alerts.dismiss", "Dismiss the alert", "Alerts", "Ctrl+Backspace"),
    Command("alerts.dismiss_all", "Dismiss every alert", "Alerts", "Ctrl+Shift+Backspace"),
    Command("alerts.quiet", "Do not disturb", "Alerts", "Ctrl+Shift+D", checkable=True),
    Command("why.focus", "Why at this bar", "Why", "Ctrl+Y"),
    Command("why.older", "One bar older", "Why", "Alt+Left"),
    Command("why.newer", "One bar newer", "Why", "Alt+Right"),
    Command("why.newest", "Newest closed bar", "Why", "Alt+End"),
    Command("grades.focus", "Go to the grades", "Judgement", "Ctrl+Shift+G"),
    Command("record.focus", "Go to the record of signals", "Judgement", "Ctrl+R"),
    Command("record.verify", "Verify the ledger", "Judgement"),
    Command("models.focus", "Go to the models", "Judgement", "Ctrl+M"),
    Command("narratives.focus", "Go to the narratives", "Judgement", "Ctrl+Shift+N"),
    Command("narratives.edit", "Edit narratives: coins, import, export…", "Judgement"),
    Command("narratives.graph", "Go to the rotation graph", "Judgement", "Ctrl+Shift+O"),
    Command("rotation.focus", "Go to the advice", "Rotation", "Ctrl+Shift+R"),
    Command("rotation.follow", "Follow the newest advice", "Rotation", "Ctrl+Shift+F"),
    Command("rotation.rules", "Change the rules…", "Rotation"),
    Command("paper.focus", "Go to the paper accounts", "Rotation", "Ctrl+Shift+A"),
    Command("backtest.focus", "Go to the backtest", "Rotation", "Ctrl+Shift+B"),
    Command("market.book", "Go to the order book", "Market", "Ctrl+B"),
    Command("market.trades", "Go to the trades", "Market", "Ctrl+Shift+T"),
    Command("market.depth", "Go to the depth", "Market", "Ctrl+Shift+E"),
    Command("market.over_time", "Go to the depth over time", "Market"),
    Command("market.map", "Go to the market map", "Market", "Ctrl+Shift+H"),
    Command("providers.focus", "Go to the providers", "Providers", "Ctrl+P"),
    Command("universe.hold", "Pause loading all coins", "Providers", "Ctrl+Shift+P", checkable=True),
    Command("keys.open", "Keys of venues…", "View", "Ctrl+Shift+K"),
    Command("view.theme", "Light or dark", "View", "Ctrl+T"),
    Command("view.colours", "Rising blue, falling orange", "View", checkable=True),
    Command("settings.open", "Settings…", "View", "Ctrl+,"),
    Command("panel.next", "Next panel", "View", "Ctrl+F6"),
    Command("panel.previous", "Previous panel", "View", "Ctrl+Shift+F6"),
    Command("panel.float", "Float the panel, or bring it back", "View"),
    Command("panel.move", "Put the panel on the other side", "View"),
    Command("panel.close", "Close the panel", "View", "Ctrl+Alt+X"),
    Command("view.reset", "Reset the layout", "View"),
    Command("view.hide", "Hide to the tray", "View", "Ctrl+W"),
    Command("app.autostart", "Start with the desktop", "View", checkable=True),
    Command("help.first_steps", "First steps", "Help", "Shift+F1"),
    Command("help.shortcuts", "Keyboard shortcuts", "Help", "F1"),
    Command("help.documentation", "Documentation", "Help"),
    Command("help.about", "About Tidemark", "Help"),
    Command("app.quit", "Quit", "Help", "Ctrl+Q"),
)
"""Every command; no two share a shortcut."""


def make_actions(window: QMainWindow, handlers: Mapping[str, Callable[[], None]]) -> dict[str, QAction]:
    """Return one action for each command, added to the window so that its shortcut works everywhere in it.

    Parameters
    ----------
    window : QMainWindow
        Whose shortcuts they are.
    handlers : mapping
        What each command does, by its id; every command must have one.
    """
    return {command.id: _action(window, command, handlers[command.id]) for command in COMMANDS}


def _action(window: QMainWindow, command: Command, handler: Callable[[], None]) -> QAction:
    action = QAction(command.title, window)
    action.setObjectName(command.id)
    action.setCheckable(command.checkable)
    if command.shortcut:
        action.setShortcut(QKeySequence(command.shortcut))
    action.triggered.connect(lambda _checked=False: handler())
    window.addAction(action)
    return action


def other_keys() -> tuple[tuple[str, str], ...]:
    """Return keys that belong to one panel, as (key, what it does); for the shortcuts dialog."""
    return (
        ("Any letter or digit", "On the chart: find a market or a command, or type a timeframe such as 15m"),
        ("Point at a bar", "Explain it in the Why panel; a click keeps that bar"),
        ("Tab", "On the chart: the next drawing; arrows move it, Space chooses its points, Del deletes it"),
        ("Double-click, or Enter", "On a drawing: its prices and times in figures, or the words of a text"),
        ("Ctrl while drawing", "Snap to the bar's prices, or not, the other way than chosen"),
        ("Shift while drawing", "Level with the last point, above it, or half way between"),
        ("Left and Right", "On the chart: move it. Why: one bar older, one newer. Rotation graph: one day"),
        ("Arrows", "Market map: the next coin that way. Depth over time: earlier, later, higher, lower"),
        ("Space", "Rotation graph: let time go on, or stop it"),
        ("Up and Down", "On the chart: stretch or press the prices. Rotation graph: the next narrative"),
        ("Enter", "Open the chosen market or alert; on a vote: its data points"),
        ("Alt+Up and Alt+Down", "Watchlist: move the market up or down in your own order"),
        ("Del", "Watchlist: stop watching. Alerts: dismiss"),
        ("Enter, F2, Space and Del", "What alerts watch: show it, change it, pause it, delete it"),
        ("Esc", "Close the search; on the alerts: dismiss"),
    )
