"""One engine over its folders, from its start to its end."""

import asyncio

from workstation.domain.errors import TidemarkError
from workstation.engine_app.house import EngineHouse
from workstation.engine_app.options import EngineOptions
from workstation.services.priority import let_others_go_first
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.paths import Paths
from workstation.storage.privacy import leave_no_core

NICENESS = 5  # an engine of a window's lets the window go first where cores are few


def run_engine(paths: Paths, options: EngineOptions) -> int:
    """Run an engine over these folders until it is asked to end.

    Returns
    -------
    int
        Exit code 0.

    Raises
    ------
    TidemarkError
        Another engine runs over them already.
    """
    leave_no_core()
    lock = InstanceLock(paths.engine_lock)
    if not lock.acquire():
        raise TidemarkError(f"Another engine is already running over {paths.data}; this one did nothing.")
    if options.linger_s is not None:
        let_others_go_first(NICENESS)
    try:
        asyncio.run(_live(paths, options))
    finally:
        lock.release()
    return 0


async def _live(paths: Paths, options: EngineOptions) -> None:
    await EngineHouse(paths, options).live()
