"""Lets other processes of ours go first where processors are few."""

import os
from contextlib import suppress
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")


def let_others_go_first(niceness: int) -> None:
    """Lower the priority of this process, and of the session that it leads.

    Linux shares processors out between sessions first and looks at niceness only inside of one
    (``sched(7)``, autogroup): a process in a session of its own would otherwise weigh as much as the window.

    Parameters
    ----------
    niceness : int
        Steps down, 1 or more.
    """
    os.nice(niceness)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such thing on this system
            _AUTOGROUP.write_text(str(os.getpriority(os.PRIO_PROCESS, 0)))
