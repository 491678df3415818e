"""Which movements on a chain are large transfers to or from an exchange. Pure: no node, no clock."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workstation.domain.errors import ProviderError
from workstation.domain.transfer import NATIVE, Block, Transfer
from workstation.feeds.whales.movement import Movement
from workstation.feeds.whales.tokens import STABLECOINS, Token

_HEX = re.compile(r"0x[0-9a-fA-F]{1,64}")


class Judge:
    """Decides what counts.

    Parameters
    ----------
    tokens : iterable of Token
        Of one chain.
    wallets : mapping of str to str
        The exchange of every labelled address.
    price_of : callable
        Returns the price of a coin in USD, or None where it is not known.
    threshold_usd : float
        Least worth of a large transfer.
    """

    def __init__(
        self,
        tokens: Iterable[Token],
        wallets: Mapping[str, str],
        price_of: Callable[[str], float | None],
        threshold_usd: float,
    ) -> None:
        self._tokens = {token.address: token for token in tokens}
        self._wallets = wallets
        self._price_of = price_of
        self._threshold_usd = threshold_usd

    def payments(self, block: Block, transactions: Sequence[Mapping[str, Any]]) -> list[Movement]:
        """Return the transactions of a block that pay the chain's own coin to or from a labelled wallet."""
        if NATIVE not in self._tokens:
            return []
        found = []
        for told in transactions:
            sender, receiver = str(told.get("from")).lower(), str(told.get("to")).lower()
            value = told.get("value")
            if value == "0x0" or not (sender in self._wallets or receiver in self._wallets):
                continue
            name = str(told.get("hash")).lower()
            if not isinstance(value, str) or not _HEX.fullmatch(value) or not _HEX.fullmatch(name):
                raise ProviderError(f"Block {block.number} holds something that is not a transaction.")
            if int(value, 16):
                found.append(
                    Movement(block.number, block.hash, name, -1, NATIVE, sender, receiver, int(value, 16))
                )
        return found

    def transfer(self, moved: Movement, time_ms: int) -> Transfer | None:
        """Return a movement as a large transfer; None where it is none.

        What stays within one exchange is none, and so is what is worth less than the threshold. Where the
        coin has no price now, its worth stays unknown.
        """
        token = self._tokens.get(moved.token)
        sender, receiver = self._wallets.get(moved.sender), self._wallets.get(moved.receiver)
        if token is None or sender == receiver or not moved.units:
            return None
        price = self._price(token.coin)
        usd = None if price is None else moved.units / 10**token.decimals * price
        if usd is not None and usd < self._threshold_usd:
            return None
        return Transfer(
            moved.block, moved.transaction, moved.index, time_ms, token.coin, sender, receiver, usd
        )

    def _price(self, coin: str) -> float | None:
        price = 1.0 if coin in STABLECOINS else self._price_of(coin)
        return price if price is not None and 0 < price < math.inf else None
