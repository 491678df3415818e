"""What a window's process holds: objects, timers, threads, connections, open files and memory.

Not a command of its own: `bench_long_use` and a test count with it.
"""

import contextlib
import ctypes
import gc
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QMetaMethod, QObject, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsScene

from workstation.ui.freed_memory import give_back

MB = 1e6
CHART_PARTS = frozenset(
    f"workstation.ui.chart.{name}"
    for name in (
        "compare_series.Comparison",
        "drawing_shape.Shape",
        "labels.Labels",
        "marker_painter.Sprites",
        "picture.Picture",
        "pyramid.Pyramid",
        "series.ChartSeries",
        "study_board.BoardStudy",
        "study_trace.Trace",
    )
)
"""What a chart is made of, and what the trader puts on it; the rest are values of the frame painted last."""

CALM_MS = 500

TAB_BAR = "QMainWindowTabBar"
"""Qt keeps those it does not need just now, with their buttons, and takes them again."""


@dataclass(frozen=True, slots=True)
class Census:
    """What was there at one moment.

    Parameters
    ----------
    objects : Counter of str
        Every QObject by class, those without a parent and those that only C++ knows included.
    timers : Counter of str
        Active timers that go on until they are stopped, by the class of whom they belong to.
    connections : Counter of str
        How many listen to a signal, by class and signal.
    chart_parts : Counter of str
        What charts are drawn from, by class; items of graphics scenes are among them.
    zombies : Counter of str
        Objects of our own classes that outlived their QObject, by class.
    python : Counter of str
        Objects of our own classes and functions, by class.
    threads, files : int
        Of the process, without those that a pool keeps for the next work: pools are counted as objects.
    """

    objects: Counter[str]
    timers: Counter[str]
    connections: Counter[str]
    chart_parts: Counter[str]
    zombies: Counter[str]
    python: Counter[str]
    threads: int
    files: int

    def dangling(self, before: "Census") -> list[str]:
        """Return what there is more or less of than before, in words; nothing where all is the same.

        Threads and files that are fewer dangle nowhere: one of before ended by itself.
        """
        found = []
        for name in ("objects", "timers", "connections", "chart_parts", "zombies"):
            now, was = getattr(self, name), getattr(before, name)
            changed = {kind: now[kind] - was[kind] for kind in now | was if now[kind] != was[kind]}
            found += [f"{name}: {kind} {change:+}" for kind, change in sorted(changed.items())]
        for name in ("threads", "files"):
            change = getattr(self, name) - getattr(before, name)
            found += [f"{name} {change:+}"] if change > 0 else []
        return found


@dataclass(frozen=True, slots=True)
class Memory:
    """What the process takes, bytes.

    Parameters
    ----------
    rss, own : int
        Resident; and of that what is no file's. Pages of libraries are left out: they become its own
        or shared as other programs end and start.
    trimmed : int
        The latter once the C library gave back what it holds free between blocks in use.
    heap : int
        In use by C and C++, as the C library counts; 0 where it cannot say.
    blocks : int
        Blocks of Python's own allocator in use; a number, not bytes.
    """

    rss: int
    own: int
    trimmed: int
    heap: int
    blocks: int


def settle(let_pass: Callable[[float], None]) -> None:
    """Let everything that was begun come to its end, and take out what nobody holds any more.

    What flashes or moves is waited for: a window that is left alone has no timer faster than `CALM_MS`.

    Parameters
    ----------
    let_pass : callable
        Lets the window run for so many seconds.
    """
    let_pass(0.02)  # what is about to be deleted goes first: to be asked for now would keep it
    objects = list(all_objects())
    pools = [one for one in objects if isinstance(one, QThreadPool)]
    timers = [one for one in objects if isinstance(one, QTimer)]
    for _ in range(200):
        if not any(_goes_on(one) and one.interval() < CALM_MS for one in timers if shiboken6.isValid(one)):
            break
        let_pass(0.05)
    for _ in range(2):
        let_pass(0.1)
        for pool in pools:
            if shiboken6.isValid(pool):
                pool.waitForDone()
        let_pass(0.02)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def count() -> Census:
    """Count everything; call `settle` before."""
    objects, held = list(all_objects()), gc.get_objects()
    ours = [one for one in held if _name(one).startswith("workstation.")]
    zombies = (one for one in ours if isinstance(one, QObject) and not shiboken6.isValid(one))
    items = [item for one in objects if isinstance(one, QGraphicsScene) for item in one.items()]
    parts = Counter(name for name in map(_name, ours) if name in CHART_PARTS)
    return Census(
        objects=Counter(_class(one) for one in objects),
        timers=Counter(_owner(one) for one in objects if isinstance(one, QTimer) and _goes_on(one)),
        connections=_connections(objects),
        chart_parts=parts + Counter(_name(item) for item in items if isinstance(item, QGraphicsItem)),
        zombies=Counter(map(_name, zombies)),
        python=Counter(map(_name, ours)),
        threads=_n_threads(),
        files=_n_files(),
    )


def measure() -> Memory:
    """Return what the process takes now, and what it takes once free memory is given back."""
    blocks, heap = sys.getallocatedblocks(), heap_in_use()
    rss, own = psutil.Process().memory_info().rss, _own_bytes()
    give_back()
    return Memory(rss, own, _own_bytes(), heap, blocks)


def all_objects() -> Iterator[QObject]:
    """Yield every QObject that can be reached, each once."""
    known: set[int] = set()
    for root in _roots():
        for one in (root, *root.findChildren(QObject)):
            if _is_of_spare_tab_bar(one):
                continue
            address = shiboken6.getCppPointer(one)[0]
            if address not in known:
                known.add(address)
                yield one


def _is_of_spare_tab_bar(one: QObject) -> bool:
    of = one.parent() if one.metaObject().className() != TAB_BAR else one
    return of is not None and of.metaObject().className() == TAB_BAR


def _roots() -> list[QObject]:
    held = [one for one in shiboken6.getAllValidWrappers() if isinstance(one, QObject)]
    alone = [one for one in held if shiboken6.isValid(one) and one.parent() is None]
    return [*QApplication.topLevelWidgets(), *QApplication.allWidgets(), *alone]


def _goes_on(timer: QTimer) -> bool:
    return timer.isActive() and not timer.isSingleShot()


def _owner(timer: QTimer) -> str:
    parent = timer.parent()
    return _class(parent) if parent is not None else "nobody"


def _connections(objects: list[QObject]) -> Counter[str]:
    """Count who listens to the signals of our own classes; Qt's own parts listen to one another."""
    found: Counter[str] = Counter()
    for one in objects:
        if isinstance(one, QThread) or not _name(one).startswith("workstation."):
            continue
        meta = one.metaObject()
        for number in range(meta.methodCount()):
            method = meta.method(number)
            if method.methodType() is QMetaMethod.MethodType.Signal:
                signature = bytes(method.methodSignature().data()).decode()
                n = one.receivers(f"2{signature}")
                if n:
                    found[sys.intern(f"{meta.className()}.{signature.partition('(')[0]}")] += n
    return found


def _name(one: object) -> str:
    """Return the class of something; the same text each time, so that counting takes no memory of its own."""
    return sys.intern(f"{type(one).__module__}.{type(one).__qualname__}")


def _class(one: QObject) -> str:
    return sys.intern(one.metaObject().className())


def _n_threads() -> int:
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        return threading.active_count()
    names = [_read(tasks / task / "comm") for task in os.listdir(tasks)]
    return sum(not name.startswith("Thread (pooled)") for name in names)


def _n_files() -> int:
    """Return how many files are open; each thread of Qt's has an event of its own beside them."""
    folder = Path("/proc/self/fd")
    names = [_read_link(folder / number) for number in os.listdir(folder)] if folder.exists() else []
    return sum("eventfd" not in name for name in names)


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):  # the thread ended meanwhile
        return path.read_text()
    return ""


def _read_link(path: Path) -> str:
    with contextlib.suppress(OSError):
        return os.readlink(path)
    return "eventfd"  # closed meanwhile: it was this very listing


class _MallocInfo(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    )


def heap_in_use() -> int:
    """Return what is in use of the C library's heap, bytes; 0 where it is not glibc 2.33 or newer."""
    asked = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if asked is None:
        return 0
    asked.restype = _MallocInfo
    info = asked()
    return int(info.uordblks + info.hblkhd)


def _own_bytes() -> int:
    """Return what is resident and no file's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return int(psutil.Process().memory_full_info().uss)
    line = next(line for line in status.read_text().splitlines() if line.startswith("RssAnon"))
    return 1024 * int(line.split()[1])
