"""Addresses from outside that open a chart, and do nothing else: ``tidemark://chart/BTC/USDT?tf=1h``.

Whoever follows one in a browser reads no terminal: one that is refused goes to the window, which says why.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from workstation.domain.errors import UsageError
from workstation.domain.market import TIMEFRAMES

SCHEME = "tidemark"
_LONGEST = 200
_SYMBOL = re.compile(r"[^\W_][\w.\-]{0,23}/[^\W_][\w.\-]{0,23}(?::[^\W_][\w.\-]{0,23})?")
_EXPECTED = "an address such as tidemark://chart/BTC/USDT?tf=1h opens a chart, and none does anything else"


@dataclass(frozen=True, slots=True)
class ChartAddress:
    """A chart that somebody points at.

    Parameters
    ----------
    symbol : str
        Market, e.g. ``"BTC/USDT"``; whether the venue has it is not known here.
    timeframe : str
        Length of its bars; empty for as they are.
    """

    symbol: str
    timeframe: str = ""

    @classmethod
    def of(cls, text: str) -> "ChartAddress":
        """Return the chart that an address means.

        Raises
        ------
        UsageError
            It is no such address; nothing is opened.
        """
        if len(text) > _LONGEST or not text.isprintable():
            raise UsageError(f"This address is not one of ours; {_EXPECTED}.")
        try:
            parts = urlsplit(text)
            asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
            symbol = unquote(parts.path.removeprefix("/"), errors="strict")
        except ValueError:
            raise UsageError(f"The address {text!r} cannot be read; {_EXPECTED}.") from None
        timeframe = asked.pop("tf", "")
        if (parts.scheme, parts.netloc, parts.fragment) != (SCHEME, "chart", "") or asked:
            raise UsageError(f"The address {text!r} means nothing here; {_EXPECTED}.")
        if not _SYMBOL.fullmatch(symbol):
            raise UsageError(f"The address {text!r} names no market; {_EXPECTED}.")
        if timeframe and timeframe not in TIMEFRAMES:
            raise UsageError(f"There are no bars of {timeframe!r}; there are {', '.join(TIMEFRAMES)}.")
        return cls(symbol, timeframe)

    def __str__(self) -> str:
        """Return the address, as `of` reads it."""
        timeframe = f"?tf={self.timeframe}" if self.timeframe else ""
        return f"{SCHEME}://chart/{self.symbol}{timeframe}"


@dataclass(frozen=True, slots=True)
class RefusedAddress:
    """An address that opens nothing.

    Parameters
    ----------
    text : str
        As it came, on one line and cut; who reads it again refuses it again.
    why : str
        What is wrong with it, a sentence for the trader.
    """

    text: str
    why: str

    def __str__(self) -> str:
        """Return the address, as it came."""
        return self.text


def read_address(text: str) -> ChartAddress | RefusedAddress:
    """Return the chart that an address means, or why it means none."""
    try:
        return ChartAddress.of(text)
    except UsageError as error:
        shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
        return RefusedAddress(shown[: _LONGEST + 1], str(error))
