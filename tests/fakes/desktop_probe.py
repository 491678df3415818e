"""Run inside a real desktop session: shows one notification or a tray icon, and prints what came of it.

Usage: ``python desktop_probe.py notify [--click] | tray SECONDS``
"""

import contextlib
import json
import sys
import time

from PySide6.QtCore import QTimer

from tests.fakes.patience import until
from workstation.storage.paths import resource
from workstation.ui import qt_loop
from workstation.ui.alerts.notifier import Notifier
from workstation.ui.application import make_application
from workstation.ui.desktop.tray import Tray
from workstation.ui.theme import DARK


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def notify() -> None:
    troubles: list[str] = []
    clicked: list[int] = []
    notifier = Notifier(resource("icons", "tidemark.svg"), troubles.append)
    gaps, last = [0.0], time.monotonic()

    def tick() -> None:
        nonlocal last
        gaps.append(time.monotonic() - last)
        last = time.monotonic()

    timer = QTimer(interval=5)
    timer.timeout.connect(tick)
    timer.start()
    began = time.monotonic()
    body = "Price <b>crossed</b> 60 000 & rising"
    first = await notifier.show("▲ BTC/USDT 1h bullish", body, lambda: clicked.append(1))
    took_s = time.monotonic() - began
    timer.stop()
    second = await notifier.show("▼ ETH/USDT 1h bearish", "Volume", lambda: clicked.append(2))
    if first and "--click" in sys.argv:
        await until(lambda: clicked)
    notifier.close()
    shown = [first, second]
    say(shown=shown, troubles=troubles, took_s=took_s, longest_gap_s=max(gaps), clicked=clicked)


async def tray(within_s: float) -> None:
    told: list[bool] = []
    icon = Tray(DARK)
    icon._looking.setInterval(200)
    icon.available_changed.connect(told.append)
    icon.start()
    say(started=True)
    with contextlib.suppress(TimeoutError):
        await until(lambda: told, within_s)
        icon.set_unread(3)
        await until(lambda: icon._icon.geometry().width())
    say(available=icon.is_available, told=told, width=icon._icon.geometry().width())
    icon.stop()


if __name__ == "__main__":
    app = make_application(["tidemark"], "dark")
    work = notify() if sys.argv[1] == "notify" else tray(float(sys.argv[2]))
    qt_loop.run(work, app)
