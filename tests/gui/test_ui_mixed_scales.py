"""What is moved to a screen of twice the density is painted as sharp as if it were born there."""

import json
import os
import subprocess
import sys

SCREENS = [
    {"name": "plain", "x": 0, "y": 0, "width": 1200, "height": 900},
    {"name": "fine", "x": 1200, "y": 0, "width": 2400, "height": 1800},
]
DPI = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1.0}

CODE = """
import numpy as np
from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QPushButton

from tests.fakes.market_book import book
from tests.fakes.window_world import columns
from workstation.domain.market import Market, SeriesKey
from workstation.domain.narrative_index import Holding
from workstation.domain.ticker import Ticker
from workstation.engine.book_ladder import sight_of
from workstation.engine.narratives.relative_rotation import RelativeRotation
from workstation.ui import theme as themes
from workstation.ui.chart.book_past import BookPast
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.icon import glyph
from workstation.ui.looks.jump_dialog import JumpDialog
from workstation.ui.market.depth_over_time import DepthOverTimeView
from workstation.ui.market.depth_view import DepthView
from workstation.ui.market.market_map_view import MarketMapView
from workstation.ui.market.market_tiles import Tile, TileColour, TileGroup
from workstation.ui.market.order_book_ladder import LadderView
from workstation.ui.narratives.rotation_graph_view import RotationGraphView
from workstation.ui.narratives.treemap import Treemap
from workstation.ui.theme import DARK

app = QApplication([])
themes.apply(app, DARK)
places = {one.name(): one.geometry().topLeft() + QPoint(40, 40) for one in app.screens()}
KEY = SeriesKey("practice", "BTC/USDT", "1h")
SIGHT = sight_of(book(), 0.0)


def chart():
    view = ChartView()
    view.set_series(KEY, columns(KEY, 300))
    return view


def floating_dock():
    window = QMainWindow()
    window.show()
    dock = QDockWidget("Chart", window)
    dock.setWidget(chart())
    dock.setFloating(True)
    dock.window_ = window
    return dock


def dialog():
    made = JumpDialog(lambda _words: (0, ""), "UTC", DARK, None)
    QPushButton(glyph("search", DARK.text), "Search", made).move(20, 120)
    return made


def ladder():
    view = LadderView(DARK)
    view.set_units("BTC", "USDT", is_value=False)
    view.show_book(SIGHT, 0.01, is_live=True)
    return view


def depth():
    view = DepthView(DARK)
    view.show_book(SIGHT, 0.01, "USDT", is_live=True)
    return view


def heat():
    past, view = BookPast(), DepthOverTimeView(DARK)
    for second in range(60):
        past.take(SIGHT, float(second))
    view.show_past(past, 0.01, "USDT", 60.0)
    return view


def market_map():
    symbols = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
    view = MarketMapView(DARK)
    view.show_groups([TileGroup("Layer 1", symbols, (3.0, 2.0, 1.0))])
    tiles = {
        one: Tile(Market(one, one[:3], "USDT", 0.01), Ticker(one, 10.0, 2.5, 1e6, 0), 70, "Layer 1")
        for one in symbols
    }
    view.show_tiles(tiles, TileColour.CHANGE, is_old=False)
    return view


def treemap():
    view = Treemap(DARK)
    view.set_holdings([Holding(coin, 0.5, 1.0, 2.0, 3.0) for coin in ("AAA", "BBB")])
    return view


def rotation_graph():
    steps = np.arange(20.0)
    ratio = np.column_stack((100 + np.sin(steps), 101 - np.cos(steps)))
    graph = RelativeRotation(np.arange(20) * 86_400_000, ("a", "b"), ratio, ratio[:, ::-1].copy())
    view = RotationGraphView(DARK)
    view.set_graph(graph, ("One", "Two"))
    return view


def shown(make, name):
    widget = make()
    widget.resize(QSize(420, 300))
    widget.move(places[name])
    widget.show()
    for _ in range(3):
        app.processEvents()
    if app.focusWidget() is not None:
        app.focusWidget().clearFocus()  # only one of two can have it
    return widget


for make in (chart, floating_dock, dialog, ladder, depth, heat, market_map, treemap, rotation_graph):
    widget, born = shown(make, "plain"), shown(make, "fine")
    before = widget.grab().toImage()
    widget.move(places["fine"])
    for _ in range(3):
        app.processEvents()
    after, fresh = widget.grab().toImage(), born.grab().toImage()
    print(make.__name__, before.devicePixelRatio(), after.devicePixelRatio(), after == fresh)
    widget.close()
    born.close()
"""


def test_nothing_stays_blurred_on_a_denser_screen(tmp_path):
    config = tmp_path / "screens.json"
    config.write_text(json.dumps({"screens": [{**one, **DPI} for one in SCREENS]}))
    run = subprocess.run(
        [sys.executable, "-c", CODE],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": f"offscreen:configfile={config}",
            "QT_SCREEN_SCALE_FACTORS": "plain=1;fine=2",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    told = [line.split() for line in run.stdout.splitlines()]
    assert len(told) == 9
    assert [name for name, *rest in told if rest != ["1.0", "2.0", "True"]] == []
