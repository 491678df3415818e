"""How each live venue is asked what a key may do, and how its answer is read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import ccxt

from workstation.domain.venue_key import KeyRights
from workstation.feeds.private_key import ED25519, RSA

_GATE_TRADES = frozenset({"spot", "margin", "futures", "delivery", "options", "unified"})

Asked = Callable[[Any], Awaitable[KeyRights]]


def _flag(told: Mapping[str, Any], name: str) -> bool | None:
    """Return a right; None where the venue left it out: what is not said is not granted, nor denied."""
    value = told.get(name)
    return value if isinstance(value, bool) else None


def _words(told: object) -> set[str]:
    """Return rights told as words with commas between them."""
    return {word.strip().lower() for word in str(told or "").split(",") if word.strip()}


async def _binance(exchange: Any) -> KeyRights:
    told = await exchange.sapiGetAccountApiRestrictions()
    await exchange.privateGetAccount()
    return KeyRights(
        read=_flag(told, "enableReading"),
        trade=_flag(told, "enableSpotAndMarginTrading"),
        withdraw=_flag(told, "enableWithdrawals"),
    )


async def _okx(exchange: Any) -> KeyRights:
    words = _words((await exchange.privateGetAccountConfig())["data"][0].get("perm"))
    return KeyRights(bool(words), "trade" in words, "withdraw" in words) if words else KeyRights()


async def _bybit(exchange: Any) -> KeyRights:
    told = (await exchange.privateGetV5UserQueryApi())["result"]
    rights = told["permissions"]
    can_write = str(told.get("readOnly")) == "0"
    trades = any(rights.get(kind) for kind in ("Spot", "ContractTrade", "Derivatives", "Options"))
    return KeyRights(True, can_write and trades, can_write and "Withdraw" in rights["Wallet"])


async def _kucoin(exchange: Any) -> KeyRights:
    words = _words((await exchange.privateGetUserApiKey())["data"].get("permission"))
    if not words:
        return KeyRights()
    # "Transfer" is its word for sending money out, past the second factor; "InnerTransfer" stays inside.
    withdraws = any(word == "transfer" or word.startswith("withdraw") for word in words)
    return KeyRights(bool(words), bool(words & {"spot", "trade", "margin", "futures"}), withdraws)


async def _kraken(exchange: Any) -> KeyRights:
    try:
        told = (await exchange.privatePostGetApiKeyInfo())["result"]["permissions"]
    except ccxt.AuthenticationError:
        raise
    except ccxt.ExchangeError:  # some accounts are not served this question
        await exchange.privatePostBalance()
        return KeyRights(read=True)
    words = set(told)
    return KeyRights("query-funds" in words, "modify-trades" in words, "withdraw-funds" in words)


async def _gate(exchange: Any) -> KeyRights:
    """Ask for the account; then for the rights of its keys, each of which is named by its beginning."""
    await exchange.privateSpotGetAccounts()
    try:
        keys = await exchange.privateAccountGetMainKeys()
    except ccxt.ExchangeError:  # a key without the right to see the account is not told
        return KeyRights(read=True)
    beginnings = [str(key["key"]).rstrip("*") for key in keys]
    ours = [
        key
        for key, known in zip(keys, beginnings, strict=True)
        if known and exchange.apiKey.startswith(known)
    ]
    if len(ours) != 1:
        return KeyRights(read=True)
    may_write = {right["name"].lower() for right in ours[0]["perms"] or () if not right["read_only"]}
    # Its documents name no right to withdraw: one that is told counts, one that is not told is not denied.
    withdraws = True if any(name.startswith("withdraw") for name in may_write) else None
    return KeyRights(True, bool(may_write & _GATE_TRADES), withdraws)


async def _bitget(exchange: Any) -> KeyRights:
    try:
        told = (await exchange.privateSpotGetV2SpotAccountInfo())["data"].get("authorities") or ()
    except ccxt.PermissionDenied:  # a unified account, which the other question is for; it tells no rights
        await exchange.privateUtaGetV3AccountSettings()
        return KeyRights(read=True)
    words = {str(word).lower() for word in told}
    return KeyRights(
        read=True,
        trade=True if "trade" in words else None,
        withdraw=True if any(word.startswith("withdraw") for word in words) else None,
    )


@dataclass(frozen=True, slots=True)
class VenueDesk:
    """How a venue is asked.

    Parameters
    ----------
    label : str
        Its name for the trader.
    ask : callable
        Asks it, through ccxt's exchange that holds the key.
    tells_rights : bool
        Whether it says for certain whether a key can withdraw.
    private_keys : tuple of str
        Kinds of private keys that the trader may make himself.
    """

    label: str
    ask: Asked
    tells_rights: bool = True
    private_keys: tuple[str, ...] = ()


DESKS: Mapping[str, VenueDesk] = MappingProxyType(
    {
        "binance": VenueDesk("Binance", _binance, private_keys=(ED25519, RSA)),
        "okx": VenueDesk("OKX", _okx),
        "kraken": VenueDesk("Kraken", _kraken),
        "bybit": VenueDesk("Bybit", _bybit, private_keys=(RSA,)),
        "kucoin": VenueDesk("KuCoin", _kucoin),
        "gate": VenueDesk("Gate", _gate, tells_rights=False),
        "bitget": VenueDesk("Bitget", _bitget, tells_rights=False),
    }
)
WANT_PASSWORD = frozenset({"okx", "kucoin", "bitget"})
