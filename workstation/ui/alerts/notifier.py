"""Alerts through the desktop's own notification service, with or without a tray.

The service may be missing, may hang, and may read the text as markup. None of that may reach the trader as
anything but one sentence: the alert panel is the record.
"""

import asyncio
import html
import importlib
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMEOUT_S = 2.0
"""A service that has not answered by then is taken for dead."""

_KEPT = 20  # notifications that can still be clicked
NO_SERVICE = (
    "This desktop shows no notifications (no notification service answers). "
    "Alerts are in the alert panel, and their sound is unaffected."
)


class Notifier:
    """Shows notifications. Loads its library with the first one, never before.

    Parameters
    ----------
    icon : Path
        Picture shown beside the text.
    on_trouble : callable
        Told one sentence when the service cannot be used, and an empty one when it can again.
    """

    def __init__(self, icon: Path, on_trouble: Callable[[str], None]) -> None:
        self._icon = icon
        self._on_trouble = on_trouble
        self._service: Any = None
        self._is_in_trouble = False

    async def show(self, title: str, body: str, on_click: Callable[[], None]) -> bool:
        """Show one notification.

        Parameters
        ----------
        title, body : str
            Plain text; markup in it is shown as it is.
        on_click : callable
            Called when the trader clicks it.

        Returns
        -------
        bool
            Whether the service took it.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                is_shown = await self._send(title, body, on_click)
        except Exception as error:  # noqa: BLE001  # a desktop's service fails in its library's own ways
            logging.getLogger(__name__).info("No notification: %s: %s", type(error).__name__, error)
            is_shown = False
        if not is_shown:
            self.close()
        if is_shown is self._is_in_trouble:
            self._is_in_trouble = not is_shown
            self._on_trouble("" if is_shown else NO_SERVICE)
        return is_shown

    def close(self) -> None:
        """Leave the notification service."""
        service, self._service = self._service, None
        bus = getattr(getattr(service, "_backend", None), "bus", None)
        if bus is not None:
            bus.disconnect()

    async def _send(self, title: str, body: str, on_click: Callable[[], None]) -> bool:
        loop = asyncio.get_running_loop()
        desktop_notifier = await loop.run_in_executor(None, _library)
        if self._service is None:
            # The library reports failures as log lines only; ours is the sentence in the window.
            logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)
            icon = desktop_notifier.Icon(path=self._icon)
            self._service = desktop_notifier.DesktopNotifier(app_name="Tidemark", app_icon=icon)
            await self._service.get_capabilities()
        dispatched: list[bool] = []
        await self._service.send(
            title=title,
            message=html.escape(body, quote=False) if await self._reads_markup() else body,
            urgency=desktop_notifier.Urgency.Normal,
            on_dispatched=lambda: dispatched.append(True),
            on_clicked=on_click,
        )
        self._forget_old()
        return bool(dispatched)

    async def _reads_markup(self) -> bool:
        interface = getattr(self._service._backend, "interface", None)
        if interface is None:  # not D-Bus: Windows and macOS take plain text
            return False
        return "body-markup" in await interface.call_get_capabilities()

    def _forget_old(self) -> None:
        cache = self._service._backend._notification_cache
        for identifier in list(cache)[:-_KEPT]:
            del cache[identifier]


def _library() -> Any:
    """Import the library with what it would import later on the window's thread; takes some 50 ms."""
    if sys.platform == "linux":
        importlib.import_module("desktop_notifier.backends.dbus")
    return importlib.import_module("desktop_notifier")
