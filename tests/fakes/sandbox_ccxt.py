"""ccxt's own Binance class, with nothing changed but its URLs."""

from typing import Any

import ccxt.async_support
import ccxt.pro

OPTIONS = {
    "fetchMarkets": {"types": ["spot"]},
    "fetchCurrencies": False,
    "fetchMargins": False,
    "watchOrderBookLimit": 1000,
}


def rest_client(url: str) -> Any:
    return _pointed_at(url, ccxt.async_support.binance(_settings()))


def stream_client(url: str) -> Any:
    return _pointed_at(url, ccxt.pro.binance(_settings()))


def _settings() -> dict[str, Any]:
    return {"enableRateLimit": False, "options": OPTIONS}


def _pointed_at(url: str, client: Any) -> Any:
    api = client.urls["api"]
    for name in api:
        if name != "ws":
            api[name] = f"{url}/{'api/v3' if name == 'public' else 'not-served'}"
    if "ws" in api:
        sockets = url.replace("http:", "ws:")
        api["ws"] = dict.fromkeys(api["ws"], f"{sockets}/not-served")
        api["ws"]["spot"] = f"{sockets}/stream/ws"
    client.urls.pop("test", None)
    client.urls.pop("demo", None)
    return client
