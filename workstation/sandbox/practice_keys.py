"""Keys of the practice market: Binance's signed requests, checked as Binance checks them.

Nothing can be taken out with any of them: there is no money here. They differ so that what a real key may do
can be tried: one only reads, one may trade, one may withdraw, too.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workstation.sandbox.request import Refused
from workstation.sandbox.trading_floor import TradingFloor
from workstation.sandbox.wire import Event

KEY_HEADER = "X-MBX-APIKEY"
_SIGNATURE = "&signature="
_LONGEST_WINDOW_MS, _WINDOW_MS, _AHEAD_MS = 60_000, 5_000, 1_000
_BALANCES = (("USDT", "10000.00000000"), ("BTC", "0.25000000"))


@dataclass(frozen=True, slots=True)
class PracticeKey:
    """A key, its secret, and what it may do beside reading."""

    key: str
    secret: str
    may_trade: bool = False
    may_withdraw: bool = False


PRACTICE_KEYS = (
    PracticeKey("practice-key-read-only", "practice-secret-read-only"),
    PracticeKey("practice-key-may-trade", "practice-secret-may-trade", may_trade=True),
    PracticeKey(
        "practice-key-may-withdraw", "practice-secret-may-withdraw", may_trade=True, may_withdraw=True
    ),
)
"""Every key; they are no secret."""

_BY_KEY: Mapping[str, PracticeKey] = MappingProxyType({each.key: each for each in PRACTICE_KEYS})


class SignedDesk:
    """Answers what a key's owner may ask, about a trading floor at its present moment.

    Parameters
    ----------
    floor : TradingFloor
        Whose time counts.
    """

    def __init__(self, floor: TradingFloor) -> None:
        self._floor = floor
        self.routes = MappingProxyType(
            {"/api/v3/account": self.account, "/sapi/v1/account/apiRestrictions": self.restrictions}
        )

    def admit(self, key: str | None, query: str) -> PracticeKey:
        """Return whose request this is.

        Parameters
        ----------
        key : str or None
            From the header `KEY_HEADER`.
        query : str
            As it came, not decoded; the signature is its last parameter.

        Raises
        ------
        Refused
            In Binance's words: no such key, a wrong signature, or a time that is too far off.
        """
        if not key:
            raise Refused(-2014, "API-key format invalid.", status=401)
        known = _BY_KEY.get(key)
        if known is None:
            raise Refused(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
        signed, found, signature = query.rpartition(_SIGNATURE)
        if not found:
            raise _missing("signature")
        right = hmac.new(known.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right.encode(), signature.encode()):
            raise Refused(-1022, "Signature for this request is not valid.")
        self._check_time(dict(part.partition("=")[::2] for part in signed.split("&")))
        return known

    def _check_time(self, asked: Mapping[str, str]) -> None:
        """Refuse a request from too long ago, or from the future; market time may run fast here."""
        try:
            sent_ms, window_ms = int(asked.get("timestamp", "")), int(asked.get("recvWindow", _WINDOW_MS))
        except ValueError:
            raise _missing("timestamp") from None
        if window_ms > _LONGEST_WINDOW_MS:
            raise Refused(-1131, "recvWindow must be less than 60000")
        now_ms, speed = self._floor.now_ms, max(1.0, self._floor.speed)
        if not now_ms - window_ms * speed <= sent_ms < now_ms + _AHEAD_MS * speed:
            raise Refused(-1021, "Timestamp for this request is outside of the recvWindow.")

    def account(self, owner: PracticeKey) -> Event:
        """Return the account, as Binance spot tells it."""
        return {
            "makerCommission": 10,
            "takerCommission": 10,
            "buyerCommission": 0,
            "sellerCommission": 0,
            "canTrade": owner.may_trade,
            "canWithdraw": owner.may_withdraw,
            "canDeposit": True,
            "updateTime": self._floor.now_ms,
            "accountType": "SPOT",
            "balances": [{"asset": asset, "free": free, "locked": "0.00000000"} for asset, free in _BALANCES],
            "permissions": ["SPOT"],
            "uid": 1,
        }

    def restrictions(self, owner: PracticeKey) -> Event:
        """Return what a key may do, as Binance tells it."""
        return {
            "ipRestrict": False,
            "createTime": self._floor.source.first_ms,
            "enableReading": True,
            "enableWithdrawals": owner.may_withdraw,
            "enableInternalTransfer": False,
            "enableMargin": False,
            "enableFutures": False,
            "permitsUniversalTransfer": False,
            "enableVanillaOptions": False,
            "enableFixApiTrade": False,
            "enableFixReadOnly": False,
            "enableSpotAndMarginTrading": owner.may_trade,
            "enablePortfolioMarginTrading": False,
        }


def _missing(name: str) -> Refused:
    return Refused(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
