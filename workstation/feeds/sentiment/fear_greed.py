"""The Fear & Greed index of alternative.me."""

from collections.abc import Collection, Sequence
from typing import Any

from workstation.domain.errors import ProviderError
from workstation.domain.observation import MARKET, Observation
from workstation.domain.ports import Clock
from workstation.domain.provider import ProviderAbout
from workstation.feeds.onchain.availability import DAY_MS, Visit
from workstation.feeds.onchain.harvest import Harvest, NotAFigure, figure_of_text
from workstation.feeds.web import FetchRules, Web

LAG_MS = 3_600_000
"""Delay after the instant that a value is dated: they publish within minutes of midnight UTC."""

_METRIC = "sentiment.fear_greed"
_LATEST_S = 1e11  # seconds since 1970; more is milliseconds by mistake
_DEFAULT_RULES = FetchRules()


class FearGreed:
    """One number a day for the mood of the whole market, 0 extreme fear to 100 extreme greed.

    Parameters
    ----------
    web : Web
        Asks; stays open when this closes.
    clock : Clock
        The time at which an answer arrived.
    base_url : str
        The service.
    rules : FetchRules
        What a request may cost.
    """

    trouble = ""
    about = ProviderAbout(
        name="fear_greed",
        label="Fear & Greed index",
        sentence="alternative.me's daily mood of the whole market; it is told nothing.",
        home="https://alternative.me/crypto/fear-and-greed-index/",
        terms="free with attribution beside the number",
        metrics=(_METRIC,),
        every_s=3_600.0,
    )

    def __init__(
        self,
        web: Web,
        clock: Clock,
        base_url: str = "https://api.alternative.me",
        rules: FetchRules = _DEFAULT_RULES,
    ) -> None:
        self.n_left_out = 0
        self._web = web
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._rules = rules

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return the index, whatever the coins; see `Visit` for which days and how they are stamped.

        Raises
        ------
        ProviderError
            With what went wrong; nothing of this fetch is given.
        """
        first = Visit(since_ms, self._clock.now_ms())
        n_days = 0 if first.is_first else (first.now_ms - first.from_ms) // DAY_MS + 2  # 0 is all of them
        reply: Any = await self._web.get_json(
            self._base_url + "/fng/", params={"limit": str(n_days), "format": "json"}, rules=self._rules
        )
        rows = reply.get("data") if isinstance(reply, dict) else None
        if not isinstance(rows, list) or not rows:
            raise ProviderError("The Fear & Greed index answered something that is not a table of days.")
        visit = Visit(since_ms, self._clock.now_ms())
        harvest = Harvest(self.about.name, LAG_MS)
        for row in rows:
            _take(row, visit, harvest)
        self.n_left_out += harvest.n_left_out
        return harvest.rows()

    async def close(self) -> None:
        """Leave nothing behind; nothing is held."""


def _take(row: Any, visit: Visit, harvest: Harvest) -> None:
    if not isinstance(row, dict):
        harvest.leave_out("something that is not a day")
        return
    try:
        event_ms = int(figure_of_text(row.get("timestamp"), _LATEST_S)) * 1000
        value = figure_of_text(row.get("value"), 100.0)
    except NotAFigure as error:
        harvest.leave_out(str(error))
        return
    if event_ms >= visit.from_ms:
        harvest.add(_METRIC, MARKET, event_ms, value, visit)
