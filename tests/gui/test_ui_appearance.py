"""Light, dark, the colours of rising and falling: chosen, remembered, and as the desktop is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtDBus import QDBusMessage, QDBusVariant

from workstation.ui import desktop_scheme
from workstation.ui.appearance import Appearance
from workstation.ui.desktop_scheme import WISH
from workstation.ui.price_colours import coloured
from workstation.ui.surroundings import Choices
from workstation.ui.theme import DARK, LIGHT


@pytest.fixture
def told():
    return []


@pytest.fixture
def appearance(qapp, told):
    return Appearance(qapp, Choices(theme="dark"), lambda *choice: told.append(choice))


def test_light_and_dark_change_places_and_are_remembered(appearance, told):
    appearance.toggle_theme()
    assert appearance.theme == LIGHT
    appearance.toggle_theme()
    assert appearance.theme == DARK
    assert told == [("appearance.theme", "light"), ("appearance.theme", "dark")]


def test_blue_and_orange_stay_when_light_turns_dark(appearance, told):
    appearance.toggle_colours()
    dark = appearance.theme
    appearance.toggle_theme()
    assert appearance.is_for_colour_blind
    assert {dark.rise, appearance.theme.rise}.isdisjoint({DARK.rise, LIGHT.rise})
    assert told[0] == ("appearance.colours", "blue-orange")


def test_colours_of_ones_own_come_back_when_blue_and_orange_go(qapp, told):
    own = "#3b82f6 #f59e0b"
    appearance = Appearance(qapp, Choices(theme="dark", colours=own), lambda *choice: told.append(choice))
    appearance.toggle_colours()
    appearance.toggle_colours()
    assert told == [("appearance.colours", "blue-orange"), ("appearance.colours", own)]
    assert appearance.theme == coloured(DARK, own)


def test_the_desktop_is_followed_until_the_trader_chooses(qapp, monkeypatch):
    scheme = [Qt.ColorScheme.Light]
    monkeypatch.setattr(type(qapp.styleHints()), "colorScheme", lambda _hints: scheme[0])
    appearance = Appearance(qapp, Choices(theme="system"), lambda *_choice: None)
    assert appearance.theme == LIGHT
    scheme[0] = Qt.ColorScheme.Dark
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.theme == DARK
    appearance.toggle_theme()
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.theme == LIGHT


def test_a_desktop_that_qt_does_not_ask_is_followed_through_its_portal(qapp, monkeypatch):
    monkeypatch.setattr(type(qapp.styleHints()), "colorScheme", lambda _hints: Qt.ColorScheme.Unknown)
    appearance, seen = Appearance(qapp, Choices(theme="system"), lambda *_choice: None), []
    appearance.changed.connect(lambda theme: seen.append(theme.name))
    assert appearance.theme == DARK, "no wish"
    message = QDBusMessage.createSignal("/", "x", "SettingChanged")
    message.setArguments([*WISH, QDBusVariant(2)])
    appearance.desktop.on_changed(message)
    message.setArguments(["org.gnome.desktop.interface", "color-scheme", QDBusVariant(1)])
    appearance.desktop.on_changed(message)
    assert seen == ["light"], "another setting of the desktop is no wish"
    appearance.desktop.take(QDBusVariant(QDBusVariant(1)))
    appearance.desktop.take("nonsense")
    assert seen == ["light", "dark"]
    appearance.desktop.take(2)
    appearance.choose(theme="dark")
    appearance.desktop.take(1)
    appearance.desktop.take(2)
    assert appearance.theme == DARK, "the trader chose"


@pytest.mark.parametrize(("platform", "bus"), [("offscreen", "unix:path=/x"), ("xcb", "")])
def test_no_bus_is_started_to_ask_for_a_wish(monkeypatch, tmp_path, platform, bus):
    monkeypatch.setattr(desktop_scheme.QGuiApplication, "platformName", lambda: platform)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    scheme = desktop_scheme.DesktopScheme()
    scheme.listen()
    assert not scheme._is_listening
