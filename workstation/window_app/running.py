"""One window over its folders, from its start to its end."""

import asyncio
import sys
from dataclasses import replace

from workstation.domain.errors import TidemarkError
from workstation.link.doorbell import ring
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.paths import Paths
from workstation.storage.privacy import leave_no_core
from workstation.storage.settings import Settings, SettingsFile
from workstation.ui.application import LastResort, make_application
from workstation.ui.freed_memory import keep_one_heap
from workstation.ui.qt_loop import run
from workstation.window_app.house import WindowHouse
from workstation.window_app.options import WindowOptions


def run_window(options: WindowOptions) -> int:
    """Open the window over this user's folders, or bring the one that is open to the front.

    Returns
    -------
    int
        Exit code: 0 done.
    """
    paths = Paths.of_user()
    leave_no_core()
    lock = InstanceLock(paths.window_lock)
    if not lock.acquire():
        if options.hidden:
            return 0  # it runs already, in the tray or not: nobody asked to see it
        if ring(paths.window_socket, options.address):
            return 0  # it came to the front, with the chart: that is what was asked for
        raise TidemarkError("Tidemark is open already, but its window does not answer; close it first.")
    try:
        settings, problems = SettingsFile(paths.settings_file).load()
        if problems:  # one thing happened to the file, however many sentences tell it
            options = replace(options, notices=(*options.notices, " ".join(problems)))
        keep_one_heap()
        app = make_application(
            sys.argv[:1], settings.appearance.theme, options.scale_pct or settings.appearance.scale
        )
        last_resort = LastResort(str(paths.log_dir))
        restore = last_resort.install()
        try:
            return run(_live(paths, options, settings, last_resort), app) or 0
        finally:
            restore()
    finally:
        lock.release()


async def _live(paths: Paths, options: WindowOptions, settings: Settings, last_resort: LastResort) -> int:
    asyncio.get_running_loop().set_exception_handler(last_resort.on_loop_error)
    return await WindowHouse(paths, options, settings).live()
