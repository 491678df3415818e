"""Alerts on screens follow the trader's book: its screens' names and conditions, and what its lists hold."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject

from workstation.domain.alert_rule import AlertRule, ScreenRule
from workstation.domain.errors import UsageError
from workstation.domain.screen_text import parse
from workstation.domain.watch_book import list_renamed
from workstation.ui.bridge import Bridge
from workstation.ui.watchlists.watchlist_keeper import WatchlistKeeper
from workstation.ui.words.foreign_text import one_line

_LIST_GONE = "The list “{}” is deleted, but {} for it and finds no coin there. Undo brings the list back."
_SCREEN_GONE = "The screen “{}” is deleted, but {} on as it was. Ctrl+Alt+E lists all alerts."


class ScreenAlerts(QObject):
    """Has alerts on screens changed when the book changes; while the engine is away, when it is back.

    Parameters
    ----------
    bridge : Bridge
        Says which alerts are set.
    keeper : WatchlistKeeper
        The book.
    set_rule : callable
        Asks the engine to watch a rule as it is now.
    say : callable
        Tells the trader what became of alerts whose list or screen he deleted; empty takes it back.
    """

    def __init__(
        self,
        bridge: Bridge,
        keeper: WatchlistKeeper,
        set_rule: Callable[[AlertRule], bool],
        say: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._keeper, self._set = bridge, keeper, set_rule
        self._say = say
        self._lost: frozenset[str] = frozenset()  # lists and screens whose alerts were spoken of
        self._texts: dict[str, str] = {}  # of the saved screens
        self._lists: dict[str, tuple[str, ...]] = {}  # what they hold
        self._asked: dict[str, AlertRule] = {}
        bridge.alert_rules_changed.connect(self._follow)
        keeper.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        world = self._bridge.world
        if not world.connected or world.venue is None:
            return
        book, before, lists = self._keeper.book, self._texts, self._lists
        self._texts = {one.name: one.text for one in book.screens}
        self._lists = {one.name: one.symbols for one in book.lists}
        renamed = {old: _renamed(lists, self._lists, old) for old in lists}
        self._tell_deleted(before, lists)
        for rule in [standing.rule for standing in world.alert_rules]:
            screen = rule.screen
            if screen is None or rule.venue != world.venue.name:
                continue  # the engine would refuse it
            with contextlib.suppress(UsageError):  # it cannot be watched: the alert stays as it was
                wanted = replace(rule, screen=self._as_now(screen, before, renamed))
                if wanted != rule and self._asked.get(rule.id) != wanted:
                    self._asked[rule.id] = wanted
                    self._set(wanted)

    def _tell_deleted(self, before: Mapping[str, str], lists: Mapping[str, object]) -> None:
        """Say which alerts asked for a list that was deleted, and which stood on a deleted screen."""
        screens = [one.rule.screen for one in self._bridge.world.alert_rules if one.rule.screen is not None]
        if self._lost & (self._texts.keys() | self._lists.keys()):
            self._lost = frozenset()
            self._say("")
        for name in _deleted(lists, self._lists):
            n_asking = sum(name in dict(screen.lists) for screen in screens)
            if n_asking:
                self._lost |= {name}
                self._say(_LIST_GONE.format(one_line(name, 40), _alerts(n_asking, "asks", "ask")))
        for name in _deleted(before, self._texts):
            n_on = sum((screen.name, screen.text) == (name, before[name]) for screen in screens)
            if n_on:
                self._lost |= {name}
                self._say(_SCREEN_GONE.format(one_line(name, 40), _alerts(n_on, "goes", "go")))

    def _as_now(self, screen: ScreenRule, before: dict[str, str], renamed: dict[str, str]) -> ScreenRule:
        """Return a screen by the name it has now, with its conditions where they were the saved one's."""
        name = _renamed(before, self._texts, screen.name)
        saved, was = self._texts.get(name, ""), before.get(screen.name)
        text = saved if saved and was == screen.text else screen.text
        for old, new in renamed.items():
            text = list_renamed(text, new, old) if new != old else text
        return replace(screen, name=name, text=text, lists=self._keeper.book.asked_by(parse(text)))


def _deleted(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    return [name for name in before if name not in now and _renamed(before, now, name) == name]


def _alerts(n: int, one_does: str, many_do: str) -> str:
    return f"an alert {one_does}" if n == 1 else f"{n} alerts {many_do}"


def _renamed(before: Mapping[str, object], now: Mapping[str, object], name: str) -> str:
    """Return what something is called now: where it is gone, and just one of the same contents came."""
    new = [one for one in now if one not in before]
    is_renamed = name in before and name not in now and len(new) == 1
    return new[0] if is_renamed and now[new[0]] == before[name] else name
