"""Bitcoin's waiting room, as mempool.space and every explorer of its kind tell it."""

from collections.abc import Collection, Sequence
from typing import Any

from workstation.domain.errors import ProviderError
from workstation.domain.observation import Observation
from workstation.domain.ports import Clock
from workstation.domain.provider import ProviderAbout
from workstation.feeds.onchain.harvest import NotAFigure, figure
from workstation.feeds.web import FetchRules, Web

_COIN = "BTC"
_HIGHEST_FEE = 1e6  # sat/vB; the highest ever recommended is below 2,000
_LARGEST_SIZE = 1e12  # vB
_DEFAULT_RULES = FetchRules()


class Mempool:
    """Fees and size of Bitcoin's mempool, now; there is no history.

    Parameters
    ----------
    web : Web
        Asks; stays open when this closes.
    clock : Clock
        The time at which an answer arrived.
    base_url : str
        The explorer, e.g. the trader's own.
    rules : FetchRules
        What a request may cost.
    """

    trouble = ""
    about = ProviderAbout(
        name="mempool",
        label="mempool.space",
        sentence="Fees and size of Bitcoin's mempool; it is asked every ten minutes and told nothing.",
        home="https://mempool.space",
        terms="free for fair use; AGPL software",
        metrics=("onchain.mempool_fee", "onchain.mempool_size"),
        every_s=600.0,
    )

    def __init__(
        self,
        web: Web,
        clock: Clock,
        base_url: str = "https://mempool.space",
        rules: FetchRules = _DEFAULT_RULES,
    ) -> None:
        self._web = web
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._rules = rules

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return the fee and the size of this moment; nothing where Bitcoin is not followed.

        Raises
        ------
        ProviderError
            One of them did not come, or cannot be; then neither is given.
        """
        if _COIN not in coins:
            return ()
        fee = await self._read("/api/v1/fees/recommended", "halfHourFee", _HIGHEST_FEE)
        if fee == 0:
            raise ProviderError("mempool.space recommended to pay no fee at all, which cannot be.")
        size = await self._read("/api/mempool", "vsize", _LARGEST_SIZE)
        now_ms = self._clock.now_ms()
        return tuple(
            Observation(metric, _COIN, now_ms, now_ms, value, self.about.name)
            for metric, value in zip(self.about.metrics, (fee, size), strict=True)
        )

    async def close(self) -> None:
        """Leave nothing behind; nothing is held."""

    async def _read(self, path: str, field: str, largest: float) -> float:
        reply: Any = await self._web.get_json(self._base_url + path, rules=self._rules)
        if not isinstance(reply, dict):
            raise ProviderError(f"mempool.space answered something that is not data instead of {field}.")
        try:
            return figure(reply.get(field), largest)
        except NotAFigure as error:
            raise ProviderError(f"mempool.space answered {error} where {field} should stand.") from error
