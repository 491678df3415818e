"""What this process costs."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class ProcessVitals:
    """Cost of a process since it was last asked.

    Parameters
    ----------
    cpu_pct : float
        Percent of one core.
    memory_bytes : int
        Resident memory.
    """

    cpu_pct: float
    memory_bytes: int


class VitalSigns:
    """Measures the process it is made in."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._process.cpu_percent()

    def measure(self) -> ProcessVitals:
        """Return the cost since the last call."""
        with self._process.oneshot():
            return ProcessVitals(self._process.cpu_percent(), self._process.memory_info().rss)
