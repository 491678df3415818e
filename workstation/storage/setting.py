"""What the trader may choose, declared once: the settings dialog and the manual are made from it."""

import math
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeAlias

from workstation.domain.errors import SettingsError
from workstation.domain.market import TIMEFRAMES
from workstation.storage.setting_text import (
    is_colours,
    is_node,
    is_page,
    is_service,
    is_symbol,
    is_zone,
)

Value: TypeAlias = str | int | float | bool | tuple[str, ...]
"""What a setting can hold."""

_SETTING = "setting"
_TYPE_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list of texts",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to choose.

    Parameters
    ----------
    sentence : str
        What it does, for the trader.
    unit : str
        Of a number; empty where it has none.
    restart : bool
        Whether it takes effect only at the next start.
    choices : tuple of str
        All that is allowed, for a text or for each of a list; empty where any text is.
    minimum, maximum : float
        Of a number, both included.
    check : callable or None
        Returns whether a text is allowed, where a list of choices cannot say it.
    expected : str
        What `check` wants, in words.
    name : str
        ``"section.key"`` as in the file; filled in by `declarations`.
    default : Value
        Filled in by `declarations`.
    """

    sentence: str
    unit: str = ""
    restart: bool = False
    choices: tuple[str, ...] = ()
    minimum: float = -math.inf
    maximum: float = math.inf
    check: Callable[[str], bool] | None = None
    expected: str = ""
    name: str = ""
    default: Value = ""

    @property
    def kind(self) -> type:
        """Type of its value: str, int, float, bool, or tuple for a list of texts."""
        return type(self.default)

    def accept(self, raw: object) -> Value:
        """Return a value from a file or a dialog as this setting's type.

        Raises
        ------
        SettingsError
            It cannot be used; the message says what was expected.
        """
        if self.kind is tuple:
            return self._accept_list(raw)
        if self.kind is float and type(raw) is int and abs(raw) <= 1 << 53:
            raw = float(raw)
        if type(raw) is not self.kind or (isinstance(raw, float) and not math.isfinite(raw)):
            raise self._refusal(raw)
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            if not self.minimum <= raw <= self.maximum:
                raise self._refusal(raw)
        elif isinstance(raw, str) and not self._allows(raw):
            raise self._refusal(raw)
        return raw  # type: ignore[return-value]  # its type was compared above

    def _accept_list(self, raw: object) -> Value:
        if not isinstance(raw, list | tuple) or not all(isinstance(x, str) and self._allows(x) for x in raw):
            raise self._refusal(raw)
        return tuple(dict.fromkeys(raw))

    def _allows(self, text: str) -> bool:
        if self.choices:
            return text in self.choices
        return self.check is None or self.check(text)

    def _refusal(self, raw: object) -> SettingsError:
        if self.check is is_node:  # even one that is mistyped may hold a key, and errors are logged
            return SettingsError(f"{self.name} must be {self.wanted}.")
        shown = repr(raw) if len(repr(raw)) <= 60 else repr(raw)[:59] + "…"
        return SettingsError(f"{self.name} is {shown}, but must be {self.wanted}.")

    @property
    def wanted(self) -> str:
        """What it can be, in words."""
        text = _TYPE_NAMES[self.kind]
        if self.choices:
            text += (" out of " if self.kind is tuple else ": ") + ", ".join(self.choices)
        elif self.expected:
            text = self.expected
        if self.minimum > -math.inf:
            text += f" from {self.minimum:.15g} to {self.maximum:.15g}"
        return text + (f" ({self.unit})" if self.unit else "")


def _setting(default: Any, sentence: str, **rules: Any) -> Any:
    return field(default=default, metadata={_SETTING: Setting(sentence, default=default, **rules)})


@dataclass(frozen=True)
class VenueSettings:
    """Where prices come from."""

    name: str = _setting(
        "auto",
        "Where prices come from: auto (live if a venue answers, else the practice market), practice, or a "
        "venue, e.g. binance.",
        restart=True,
        choices=("auto", "practice", "binance", "okx", "kraken", "bybit", "kucoin", "gate", "bitget"),
    )
    answer_within_s: float = _setting(
        5.0,
        "How long a live venue may take to answer at the start before the practice market is opened.",
        unit="seconds",
        restart=True,
        minimum=1.0,
        maximum=60.0,
    )


@dataclass(frozen=True)
class PracticeSettings:
    """The practice market."""

    seed: int = _setting(
        7,
        "Which simulated market it is: the same number, the same prices.",
        restart=True,
        minimum=0,
        maximum=2**31 - 1,
    )


@dataclass(frozen=True)
class WatchlistSettings:
    """What is watched."""

    symbols: tuple[str, ...] = _setting(
        (),
        "The symbols on the watchlist, in this order; empty takes the venue's most traded.",
        check=is_symbol,
        expected='a list of symbols such as "BTC/USDT"',
    )


@dataclass(frozen=True)
class ChartSettings:
    """How charts are drawn."""

    timeframe: str = _setting("1h", "Length of a bar on a new chart.", choices=tuple(TIMEFRAMES))
    log_scale: bool = _setting(False, "Whether equal distances are equal percentages.")
    zone: str = _setting(
        "UTC",
        "Time zone of every time on screen.",
        check=is_zone,
        expected='a time zone such as "UTC", "Europe/Berlin" or "local"',
    )


@dataclass(frozen=True)
class AppearanceSettings:
    """How the window looks."""

    theme: str = _setting("system", "Light, dark, or as the desktop is.", choices=("system", "light", "dark"))
    colours: str = _setting(
        "green-red",
        "Rising and falling: green-red, blue-orange for eyes that confuse those, or two colours of your own.",
        check=is_colours,
        expected="green-red, blue-orange, or two different colours, rising first, such as '#3b82f6 #f59e0b'",
    )
    scale: int = _setting(
        100,
        "Size of everything in the window, beside what the desktop asks for.",
        unit="%",
        restart=True,
        minimum=100,
        maximum=300,
    )
    on_close: str = _setting(
        "ask",
        "What closing the window means where the desktop has a tray: ask once, go to the tray, or quit.",
        choices=("ask", "tray", "quit"),
    )
    at_login: str = _setting(
        "nothing",
        "What starts when you log in: nothing, Tidemark in the tray, or Tidemark with its window.",
        choices=("nothing", "tray", "window"),
    )


@dataclass(frozen=True)
class AlertSettings:
    """How the trader is told."""

    sound: bool = _setting(True, "Whether an alert is heard.")
    notifications: bool = _setting(True, "Whether an alert is shown by the desktop, beside the alert panel.")


@dataclass(frozen=True)
class SignalSettings:
    """What is judged."""

    timeframes: tuple[str, ...] = _setting(
        ("1h",), "Lengths of bars on which signals are looked for.", restart=True, choices=tuple(TIMEFRAMES)
    )


@dataclass(frozen=True)
class UniverseSettings:
    """What is judged beside the watchlist: everything liquid on the venue."""

    on: bool = _setting(
        True,
        "Whether everything liquid on the venue is stored and judged, not only what is watched.",
        restart=True,
    )
    timeframe: str = _setting(
        "1h", "Length of the bars on which it is judged.", restart=True, choices=tuple(TIMEFRAMES)
    )
    bars: int = _setting(
        3_000, "Closed bars of each that are stored at first.", restart=True, minimum=500, maximum=20_000
    )
    least_volume_usd: float = _setting(
        500_000.0,
        "Traded in 24 hours by whatever counts as liquid.",
        unit="USD",
        restart=True,
        minimum=0.0,
        maximum=1e12,
    )
    most_symbols: int = _setting(
        2_000,
        "The most liquid so many at most; each takes about 2 MB of memory.",
        restart=True,
        minimum=1,
        maximum=5_000,
    )


@dataclass(frozen=True)
class ProviderSettings:
    """Who is asked for what is observed outside the candles. Each switch is named as its provider."""

    coinmetrics: bool = _setting(True, "Whether Coin Metrics is asked for on-chain activity.")
    defillama: bool = _setting(True, "Whether DefiLlama is asked for value locked and stablecoins.")
    mempool: bool = _setting(True, "Whether mempool.space is asked for the fees and the queue of Bitcoin.")
    news: bool = _setting(True, "Whether the news feeds below are read.")
    fear_greed: bool = _setting(True, "Whether alternative.me is asked for the Fear & Greed index.")
    evm: bool = _setting(
        False, "Whether the EVM node below is asked for large transfers to and from exchanges."
    )
    trades: bool = _setting(True, "Whether the venue's public trades are watched for large ones.")
    books: bool = _setting(True, "Whether the venue's order books are measured.")
    derivatives: bool = _setting(
        True, "Whether the venue's perpetuals are asked for funding, open interest and liquidations."
    )
    evm_url: str = _setting(
        "",
        "Address of the EVM node, your own or one that you trust; empty where you have none. What follows "
        "the host may be a key: it goes to the keyring, and dots stand here.",
        restart=True,
        check=is_node,
        expected='an address such as "http://127.0.0.1:8545" or "https://node.example"',
    )
    evm_threshold_usd: float = _setting(
        100_000.0,
        "Smallest transfer that counts as large.",
        unit="USD",
        restart=True,
        minimum=1_000.0,
        maximum=1e12,
    )
    news_feeds: tuple[str, ...] = _setting(
        (
            "https://www.coindesk.com/arc/outboundfeeds/rss/",
            "https://cointelegraph.com/rss",
            "https://decrypt.co/feed",
            "https://www.theblock.co/rss.xml",
            "https://bitcoinmagazine.com/feed",
        ),
        "Pages with headlines, RSS or Atom.",
        restart=True,
        check=is_page,
        expected='a list of addresses such as "https://example.com/rss"',
    )


@dataclass(frozen=True)
class NarrativeSettings:
    """Where narratives are refreshed from."""

    coingecko: bool = _setting(
        False, "Whether CoinGecko may be asked, when you refresh the narratives, which coins belong to them."
    )
    coingecko_url: str = _setting(
        "https://api.coingecko.com/api/v3",
        "Address of CoinGecko's public service.",
        check=is_service,
        expected='an address such as "https://api.coingecko.com/api/v3"',
    )


@dataclass(frozen=True)
class Settings:
    """Everything the trader chose, each section a table of the file."""

    venue: VenueSettings = VenueSettings()
    practice: PracticeSettings = PracticeSettings()
    watchlist: WatchlistSettings = WatchlistSettings()
    chart: ChartSettings = ChartSettings()
    appearance: AppearanceSettings = AppearanceSettings()
    alerts: AlertSettings = AlertSettings()
    signals: SignalSettings = SignalSettings()
    universe: UniverseSettings = UniverseSettings()
    providers: ProviderSettings = ProviderSettings()
    narratives: NarrativeSettings = NarrativeSettings()

    def value(self, name: str) -> Value:
        """Return what a setting is set to, by its name, e.g. ``"chart.zone"``."""
        section, key = name.split(".")
        value: Value = getattr(getattr(self, section), key)
        return value

    def changed(self, values: dict[str, object]) -> "Settings":
        """Return these settings with some values changed, by name.

        Raises
        ------
        SettingsError
            There is no such setting, or a value cannot be used.
        """
        known = {setting.name: setting for setting in declarations()}
        sections: dict[str, dict[str, Value]] = {}
        for name, raw in values.items():
            if name not in known:
                raise SettingsError(f"There is no setting {name!r}.")
            section, key = name.split(".")
            sections.setdefault(section, {})[key] = known[name].accept(raw)
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        return Settings(**{name: _with(part, sections.get(name, {})) for name, part in kept.items()})


def declarations() -> tuple[Setting, ...]:
    """Return every setting with its name, in the order of the file."""
    return _DECLARATIONS


def _with(section: Any, values: dict[str, Value]) -> Any:
    return type(section)(**{f.name: values.get(f.name, getattr(section, f.name)) for f in fields(section)})


def _declared(section: str, part: Field[Any]) -> Setting:
    bare: Setting = part.metadata[_SETTING]
    values = {f.name: getattr(bare, f.name) for f in fields(Setting)}
    return Setting(**values | {"name": f"{section}.{part.name}"})


_DECLARATIONS = tuple(
    _declared(section.name, part)
    for section in fields(Settings)
    for part in fields(getattr(Settings, section.name))
)
