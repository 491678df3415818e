"""Which coins a headline is about.

A missed headline costs little, a false one moves a coin that nobody spoke of. So words that are words first
(LINK, NEAR, ONE, Avalanche) count only where nobody could mean anything else; each coin's rule stands in
``resources/coin_names.csv``.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workstation.domain.errors import ProviderError


class NameRule(StrEnum):
    """What of a coin's names is an everyday word, and needs a witness."""

    OPEN = "open"  # neither
    SYMBOL_IS_A_WORD = "symbol-is-a-word"  # LINK, but Chainlink
    NAME_IS_A_WORD = "name-is-a-word"  # Avalanche, but AVAX
    BOTH_ARE_WORDS = "both-are-words"  # FLOW and Flow

    @property
    def guards_symbol(self) -> bool:
        """True where the upper-case symbol alone says nothing."""
        return self in (NameRule.SYMBOL_IS_A_WORD, NameRule.BOTH_ARE_WORDS)

    @property
    def guards_name(self) -> bool:
        """True where the name alone says nothing."""
        return self in (NameRule.NAME_IS_A_WORD, NameRule.BOTH_ARE_WORDS)


@dataclass(frozen=True, slots=True)
class CoinName:
    """What a coin is called.

    Parameters
    ----------
    symbol : str
        ``"LINK"``, in upper case.
    name : str
        ``"Chainlink"``.
    aliases : tuple of str
        Longer or older names that are nothing but this coin; count in any case.
    rule : NameRule
        What needs a witness.
    unless : tuple of str
        Phrases that hold one of its names and are not about it: ``"ETH Zurich"``, ``"gas price"``.
    """

    symbol: str
    name: str
    aliases: tuple[str, ...]
    rule: NameRule
    unless: tuple[str, ...] = ()


def read_coin_names(path: Path) -> list[CoinName]:
    """Return the coins of a CSV file: symbol, name, aliases, rule, unless; lists are parted by ``|``.

    Raises
    ------
    ProviderError
        The file is missing or a row of it cannot be used.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                CoinName(
                    row["symbol"],
                    row["name"],
                    _parts(row["aliases"]),
                    NameRule(row["rule"]),
                    _parts(row["unless"]),
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, ValueError, AttributeError) as error:
        raise ProviderError(f"The list of coins {path.name} cannot be used: {error}.") from error


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COIN_WORDS = _words(
    "token tokens coin price crypto cryptocurrency altcoin memecoin stablecoin holders holder staking "
    "stakers airdrop whales whale bulls bears traders investors futures perpetuals perps etf etp unlock"
)
_CHAIN_WORDS = _words(
    "network protocol blockchain chain mainnet testnet ecosystem foundation labs dao defi dapp dapps "
    "validators tvl l1 l2 layer-1 layer-2 rollup sidechain"
)
_MOVES = _words(
    "surges surged jumps jumped rallies rallied soars soared plunges plunged drops dropped falls fell gains "
    "gained slides climbs climbed rises rose tumbles spikes crashes dips pumps dumps rebounds outperforms "
    "skyrockets slips sinks retreats"
)
_SHORTEST_SYMBOL = 2  # one letter is a coin only as a cashtag: "U.S. crypto" is not about S
_NOBODY = " · "
_QUOTES = "USDT|USDC|USD|EUR|PERP"  # the coin is not about what it is priced in
_GAP = r"(?:['’]s)?[\s\-(]+"  # what may stand between a name and its witness; a comma parts them
_WORD = r"[A-Za-z][\w\-]*"


class Attribution:
    """Finds the coins of a headline.

    A coin is found by

    1. its cashtag, ``$LINK``, or a pair, ``LINK/USDT``;
    2. its symbol in upper case; where that is a word, only beside what is said of coins (``LINK token``,
       ``LINK surges``), in a row of symbols of which one is no word (``BTC, ETH, LINK``), or together with
       its name, and never in a headline that is written in upper case;
    3. its name or an alias, whole, in any case, the longest first, so that Bitcoin Cash is not Bitcoin; where
       the name is a word, only as it is spelt and beside what is said of coins and chains (``Avalanche
       network``), or together with its symbol.

    Parameters
    ----------
    coins : sequence of CoinName
        Each symbol once.
    """

    def __init__(self, coins: Sequence[CoinName]) -> None:
        self._coins = {coin.symbol: coin for coin in coins}
        self._by_name = {
            name.casefold(): coin for coin in coins for name in (coin.name, *coin.aliases) if name
        }
        long_enough = [s for s in self._coins if len(s) >= _SHORTEST_SYMBOL]
        some = _any_of(long_enough)
        self._unless = _whole(_any_of(phrase for coin in coins for phrase in coin.unless), re.IGNORECASE)
        self._name = _whole(_any_of(self._by_name), re.IGNORECASE)
        self._symbol = re.compile(rf"(?<![\w$])({some})(?!\w)")
        self._cashtag = re.compile(rf"(?<![\w$])\$({_any_of(self._coins)})(?!\w)", re.IGNORECASE)
        self._pair = re.compile(rf"(?<![\w$])({some})(?:[/\-](?:{_QUOTES})|USDT)(?!\w)")
        link = r"(?:\s*[,/&+]\s*(?:and\s+)?|\s+and\s+)"
        self._row = re.compile(rf"(?<![\w$])\$?(?:{some})(?:{link}\$?(?:{some}))+(?!\w)")

    def coins_of(self, headline: str) -> tuple[str, ...]:
        """Return the symbols of the coins that a headline is about, sorted; empty where it names none."""
        text = self._pair.sub(r"$\1", self._unless.sub(_NOBODY, headline))
        seen = set(self._symbol.findall(text))
        surely = {symbol for symbol in seen if not self._coins[symbol].rule.guards_symbol}
        symbols = surely if self._is_shouted(text) else seen
        cashtags = {match.group(1).upper() for match in self._cashtag.finditer(text)}
        found = surely | cashtags | self._in_rows(text, surely) & symbols
        found |= {symbol for symbol in symbols - found if _is_spoken_of(text, symbol)}
        return tuple(sorted(found | self._named(text, symbols)))

    def _named(self, text: str, symbols: set[str]) -> set[str]:
        """Return the coins whose names stand in a text with these symbols."""
        named = set()
        for match in self._name.finditer(text):
            name = match.group()
            coin = self._by_name[name.casefold()]
            is_guarded = coin.rule.guards_name and name.casefold() == coin.name.casefold()
            has_witness = coin.symbol in symbols or _is_witnessed(text, match)
            if not is_guarded or (name == coin.name and has_witness):
                named.add(coin.symbol)
        return named

    def _is_shouted(self, text: str) -> bool:
        every: list[str] = re.findall(r"[^\W\d_]{2,}", text)
        words = [word for word in every if word not in self._coins]
        return sum(word.isupper() for word in words) * 2 > len(words)

    def _in_rows(self, text: str, surely: set[str]) -> set[str]:
        """Return symbols in a row with one that can be nothing but a coin."""
        members: set[str] = set()
        for row in self._row.finditer(text):
            symbols = set(self._symbol.findall(row.group()))
            if symbols & surely or self._cashtag.search(row.group()):
                members |= symbols
        return members


def _is_spoken_of(text: str, symbol: str) -> bool:
    """Return whether a symbol that is a word stands beside what is said of coins only."""
    for match in re.finditer(rf"(?<![\w$]){re.escape(symbol)}(?!\w)", text):
        before, after = _neighbours(text, match)
        if before in _COIN_WORDS or after in _COIN_WORDS or after in _MOVES:
            return True
    return False


def _is_witnessed(text: str, match: re.Match[str]) -> bool:
    return any(word in _COIN_WORDS or word in _CHAIN_WORDS for word in _neighbours(text, match))


def _neighbours(text: str, match: re.Match[str]) -> Iterator[str]:
    """Yield the word before and the word after, in lower case; empty where a comma or an end parts them."""
    before = re.search(rf"({_WORD})[\s(]+$", text[: match.start()])
    after = re.match(rf"{_GAP}({_WORD})", text[match.end() :])
    for beside in (before, after):
        yield beside.group(1).lower() if beside else ""


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, longest_first)) or r"(?!)"


def _whole(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", flags)
