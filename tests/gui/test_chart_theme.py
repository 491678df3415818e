"""Both themes can be read, and name every colour properly."""

import re
from dataclasses import asdict, fields
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QTableWidget

from workstation.ui.price_colours import BLUE_ORANGE, GREEN_RED, coloured
from workstation.ui.theme import DARK, LIGHT, Theme, apply, palette, style_sheet
from workstation.ui.workspaces.chart_pane_link import LINK_NAMES, link_colour

OWN = "#00ff00 #ffff00"
THEMES = pytest.mark.parametrize(
    "theme",
    [coloured(theme, choice) for theme in (LIGHT, DARK) for choice in (GREEN_RED, BLUE_ORANGE, OWN)],
    ids=lambda theme: f"{theme.name}, rising {theme.rise}",
)
SURFACES = ("window", "panel", "base", "raised")


SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
"""Machado, Oliveira and Fernandes (2009), severity 1.0: of linear red, green and blue."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(colour: str, sight: np.ndarray) -> np.ndarray:
    """Return a colour in CIELAB (D65) as an eye of this sight has it."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(sight @ linear, 0, 1) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@THEMES
def test_every_colour_is_written_as_six_hex_digits(theme: Theme):
    bad = {
        f.name: getattr(theme, f.name)
        for f in fields(theme)
        if f.name != "name" and not re.fullmatch("#[0-9a-f]{6}", getattr(theme, f.name))
    }
    assert bad == {}


@THEMES
def test_writing_can_be_read_on_every_surface(theme: Theme):
    inks = ("text", "muted", "accent", "rise", "fall", "bullish", "bearish", "warning", "practice", "live")
    pairs = [(ink, surface) for ink in inks for surface in (*SURFACES, "selection", "hover")]
    pairs += [("on_accent", "accent"), ("on_tag", "tag"), ("text", "selection"), ("text", "hover")]
    pairs += [("on_badge", badge) for badge in ("warning", "practice", "live", "rise", "fall")]
    weak = {
        pair: round(contrast(getattr(theme, pair[0]), getattr(theme, pair[1])), 2)
        for pair in pairs
        if contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) < 4.5
    }
    assert weak == {}


@THEMES
def test_what_is_switched_off_and_what_lies_over_a_chart_can_still_be_seen(theme: Theme):
    pairs = [(ink, surface) for ink in ("disabled", "crosshair") for surface in SURFACES]
    pairs += [("rise_body", "base"), ("fall_body", "base"), ("accent", "panel")]
    weak = [pair for pair in pairs if contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) < 3.0]
    assert weak == []


@THEMES
def test_candles_stand_out_from_the_chart(theme: Theme):
    assert min(contrast(body, theme.base) for body in (theme.rise_body, theme.fall_body)) >= 3.0


@THEMES
def test_practice_is_never_the_colour_of_live(theme: Theme):
    assert contrast(theme.practice, theme.live) > 1.0
    assert theme.practice not in (theme.live, theme.rise, theme.bullish)


@THEMES
def test_a_theme_reaches_every_widget_whatever_the_platform_prefers(qapp, qtbot, theme: Theme):
    before = qapp.palette(), qapp.styleSheet(), qapp.style().objectName()
    try:
        apply(qapp, theme)
        apply(qapp, theme)  # a second time changes nothing
        table = QTableWidget(2, 2)
        qtbot.addWidget(table)
        table.resize(300, 200)
        table.show()
        image = table.grab().toImage()
        assert image.pixelColor(290, 190).name() == theme.base
        assert qapp.palette().color(QPalette.ColorRole.WindowText).name() == theme.text
        disabled = qapp.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        assert disabled.name() == theme.disabled
    finally:
        qapp.setStyleSheet(before[1])
        qapp.setPalette(before[0])
        qapp.setStyle(before[2])


def test_light_and_dark_know_which_they_are():
    assert DARK.is_dark
    assert not LIGHT.is_dark


def test_blue_and_orange_differ_for_eyes_that_confuse_green_and_red():
    """Blue is the channel that protanopia and deuteranopia keep."""
    for plain in (LIGHT, DARK):
        theme = coloured(plain, BLUE_ORANGE)
        assert QColor(theme.rise_body).blue() - QColor(theme.fall_body).blue() > 100


def test_nothing_is_green_where_blue_stands_for_rising():
    for plain in (LIGHT, DARK):
        theme = coloured(plain, BLUE_ORANGE)
        inks = {name: QColor(ink) for name, ink in asdict(theme).items() if name != "name"}
        green = [name for name, ink in inks.items() if ink.green() > max(ink.red(), ink.blue()) + 25]
        assert green == []


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("plain", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_four_quadrants_are_four_colours_beside_blue_and_orange(plain: Theme, sight: str):
    theme = coloured(plain, BLUE_ORANGE)
    inks = [lab(ink, SIGHTS[sight]) for ink in (theme.rise, theme.weakening, theme.fall, theme.improving)]
    assert min(np.linalg.norm(a - b) for a, b in combinations(inks, 2)) > 25


@THEMES
def test_names_of_quadrants_can_be_read_on_the_graph(theme: Theme):
    assert min(contrast(ink, theme.base) for ink in (theme.weakening, theme.improving)) >= 4.5


def test_groups_of_charts_have_a_colour_each():
    for plain in (LIGHT, DARK):
        for choice in (GREEN_RED, BLUE_ORANGE):
            colours = [link_colour(name, coloured(plain, choice)) for name in LINK_NAMES]
            assert len(set(colours)) == len(LINK_NAMES)
            assert min(contrast(coloured(plain, choice).on_badge, one) for one in colours) >= 4.5


def test_a_free_colour_that_can_be_read_is_taken_as_it_is():
    assert coloured(DARK, "#80c0ff #ffc080").rise == "#80c0ff"


def test_the_chosen_row_of_a_list_is_one_colour_and_needs_no_second_frame(qapp, qtbot):
    rows = QListWidget()
    rows.addItems(["Price", "Grade"])
    rows.setStyleSheet(style_sheet(LIGHT))
    rows.setPalette(palette(LIGHT))
    rows.resize(200, 80)
    qtbot.addWidget(rows)
    rows.show()
    rows.setCurrentRow(0)
    rows.setFocus()
    qtbot.waitUntil(rows.hasFocus, timeout=20_000)
    row, seen = rows.visualItemRect(rows.item(0)), rows.viewport().grab().toImage()
    scale = seen.devicePixelRatio()
    right_half = range(row.center().x(), row.right() - 1)
    inks = {
        seen.pixelColor(round(x * scale), round(y * scale)).name()
        for x in right_half
        for y in range(row.top(), row.bottom())
    }
    assert inks == {LIGHT.selection}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_ticked_row_of_a_list_has_a_box_as_one_that_is_not(qtbot, theme: Theme):
    rows = QListWidget()
    qtbot.addWidget(rows)
    rows.setStyleSheet(style_sheet(theme))
    edges = []
    for state, edge in ((Qt.CheckState.Checked, theme.accent), (Qt.CheckState.Unchecked, theme.muted)):
        rows.clear()
        item = QListWidgetItem("Price", rows)
        item.setCheckState(state)
        image = rows.grab().toImage()
        middle = rows.visualItemRect(item).center().y()
        edges.append(sum(image.pixelColor(x, middle).name() == edge for x in range(40)))
    assert edges[0] >= 2
    assert edges[1] == 2
