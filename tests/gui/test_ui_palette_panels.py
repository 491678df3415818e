"""A panel is found in the palette by the name that stands over it."""

import pytest
from PySide6.QtGui import QAction

from workstation.ui.bridge import World
from workstation.ui.commands import COMMANDS
from workstation.ui.keyboard.command_words import PANELS
from workstation.ui.keyboard.palette_rows import Finder, Sources
from workstation.ui.window_docks import STACKS

TITLES = [title for stack in STACKS for title in stack]


@pytest.fixture(scope="module")
def finder(qapp):
    return Finder(World(), Sources(actions={command.id: QAction() for command in COMMANDS}))


@pytest.mark.parametrize("title", [*TITLES, "Order book", "Heat map"])
def test_its_name_finds_what_opens_it_first(finder, title):
    first = finder.find(title)[0]
    assert title in PANELS[first.id]
    assert f"panel {PANELS[first.id][0]}" in first.note


def test_every_name_belongs_to_a_dock_and_to_a_command_that_is_there():
    assert {names[0] for names in PANELS.values()} == set(TITLES)
    assert set(PANELS) <= {command.id for command in COMMANDS}
