"""A provider that says what a test tells it to, and writes down what it is asked."""

import asyncio
from collections.abc import Collection, Sequence

from workstation.domain.observation import Observation
from workstation.domain.provider import ProviderAbout

DAY = 86_400_000
METRIC = "onchain.active_addresses"


def about(
    name: str = "coinmetrics", metrics: Sequence[str] = (METRIC,), every_s: float = 1000.0
) -> ProviderAbout:
    return ProviderAbout(
        name, name.title(), "It gives numbers.", "https://example.com", "free", tuple(metrics), every_s
    )


def seen(day: int, value: float, known_ms: int | None = None, subject: str = "BTC") -> Observation:
    """Return what was seen of a day, known half a day later or when said so."""
    known_ms = day * DAY + DAY // 2 if known_ms is None else known_ms
    return Observation(METRIC, subject, day * DAY, known_ms, value, "coinmetrics")


class ScriptedProvider:
    """Answers with what stands next in its script: rows, or an error that it raises; then with nothing."""

    trouble = ""

    def __init__(self, script: Sequence[Sequence[Observation] | BaseException] = (), **what: object) -> None:
        self.about = about(**what)
        self.script = list(script)
        self.asked: list[tuple[set[str], int]] = []
        self.last_coins: tuple[str, ...] = ()
        self.hangs = False
        self.is_open = False

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        self.is_open = True
        self.asked.append((set(coins), since_ms))
        self.last_coins = tuple(coins)
        await asyncio.sleep(0)
        if self.hangs:
            await asyncio.sleep(3600)
        said = self.script.pop(0) if self.script else []
        if isinstance(said, BaseException):
            raise said
        return said

    async def close(self) -> None:
        self.is_open = False
