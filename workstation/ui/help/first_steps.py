"""The five steps through the window: what each shows, what it says, and what can be tried there."""

import re
from collections.abc import Callable
from dataclasses import dataclass

LOOK_BACK, NEXT_MARKET = "look back", "next market"
"""What a try does that no command does: move the chart into the past, open the next watched market."""

_KEYS = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Try:
    """Something to do in a step.

    Parameters
    ----------
    label : str
        What its button says after "Try it:".
    does : str
        Id of a command, `LOOK_BACK` or `NEXT_MARKET`.
    dock : str
        Title of the dock that shows it; the step's own where left out.
    """

    label: str
    does: str
    dock: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Parameters
    ----------
    title : str
    words : str
        Two or three sentences; ``{search.open}`` stands for the keys of that command.
    dock : str
        Title of the dock that it opens and points at; the active chart where it is empty.
    tries : tuple of Try
        Offered one after the other, and then again.
    """

    title: str
    words: str
    dock: str
    tries: tuple[Try, ...]

    def in_words(self, keys_of: Callable[[str], str]) -> str:
        """Return the words with the keys as they are now; a command without keys is in the menu."""
        return _KEYS.sub(lambda found: keys_of(found[1]) or "the menu", self.words)


STEPS = (
    Step(
        "The chart",
        "Each bar is a candle. A triangle is a signal, solid once its bar has closed. Type a letter to find "
        "another market. Drag or scroll into the past; the pill “Newest” ({chart.live}) goes live again.",
        "",
        (Try("look back", LOOK_BACK), Try("go live", "chart.live")),
    ),
    Step(
        "Why, and signals",
        "Click any bar: how eight families of factors voted, what stood behind each, what is missing, and "
        "how often a bar like it went on so. {why.older} and {why.newer} go from bar to bar.",
        "Why",
        (Try("one bar older", "why.older"), Try("the newest closed bar", "why.newest")),
    ),
    Step(
        "Watchlist and screener",
        "Enter or a double click opens a market; {watchlist.add} watches the one on the chart. The screener "
        "({screener.focus}) finds coins by what is known of them, such as grade > 80.",
        "Watchlist",
        (Try("open a market", NEXT_MARKET), Try("open the screener", "screener.focus", "Screener")),
    ),
    Step(
        "Narratives and advice",
        "Each narrative has an index that opens as a chart. After the day's close the advice "
        "({rotation.focus}) says what to hold and why. No order is ever placed: follow it on paper.",
        "Narratives",
        (
            Try("show the advice", "rotation.focus", "Advice"),
            Try("show the narratives", "narratives.focus", "Narratives"),
        ),
    ),
    Step(
        "Alerts, palette and settings",
        "A signal on a watched market is said here, once. {search.open} finds every market, panel and "
        "command, {help.shortcuts} lists and changes the keys, {settings.open} holds everything else.",
        "Alerts",
        (Try("open the palette", "search.open"), Try("open the settings", "settings.open")),
    ),
)
"""In the order they are shown."""
