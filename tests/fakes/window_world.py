"""A small market for the window, and hand-written ends for everything it is joined to."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workstation.domain.alert import Alert
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.events import FeedState
from workstation.domain.explanation import Availability, Explanation, PointReading
from workstation.domain.market import Market, SeriesKey, Venue, VenueKind, timeframe_ms
from workstation.domain.provider import ProviderAbout, ProviderState, ProviderStatus
from workstation.domain.signal import Direction, Family, FamilyVote, Reading, Signal, SignalOrigin
from workstation.domain.ticker import Ticker
from workstation.link import messages as said
from workstation.storage.settings import SettingsFile
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import JudgementFiles, NarrativeFiles, RotationFiles
from workstation.ui.main_window import MainWindow
from workstation.ui.steady_settings import SteadySettings
from workstation.ui.surroundings import Choices, Surroundings
from workstation.ui.window_memory import WindowMemory

NOW_MS = 1_722_513_600_000  # 2024-08-01 12:00 UTC
LIVE = Venue("binance", VenueKind.LIVE, "Binance")
PRACTICE = Venue("practice", VenueKind.PRACTICE_SIMULATED, "Practice market, seed 7", 60.0)
PRICES = {
    "BTC/USDT": 64_412.5,
    "ETH/USDT": 3_204.18,
    "SOL/USDT": 171.42,
    "XRP/USDT": 0.6241,
    "DOGE/USDT": 0.12034,
    "PEPE/USDT": 0.00001127,
    "LINK/USDT": 12.884,
    "AVAX/USDT": 26.31,
    "FET/USDT": 1.2087,
    "RENDER/USDT": 6.114,
    "ONDO/USDT": 0.8862,
    "WIF/USDT": 2.217,
    "NEAR/USDT": 4.862,
    "SUI/USDT": 0.7321,
}
STEPS = {"BTC/USDT": 0.01, "ETH/USDT": 0.01, "PEPE/USDT": 1e-8}


def markets(symbols: Sequence[str] = tuple(PRICES)) -> tuple[Market, ...]:
    return tuple(Market(s, s.split("/")[0], s.split("/")[-1], STEPS.get(s, 0.0)) for s in symbols)


def ticker(symbol: str, last: float, change: float | None = 1.0, volume: float | None = 1e6) -> Ticker:
    return Ticker(symbol, last, change, volume, NOW_MS)


def columns(key: SeriesKey, n: int, until_ms: int = NOW_MS) -> CandleColumns:
    """Return `n` closed candles before an instant, ending at the market's price."""
    end = PRICES.get(key.symbol, 100.0)
    random = np.random.default_rng(sum(map(ord, str(key))))
    bar = timeframe_ms(key.timeframe)
    moves = random.standard_t(4, n) * 0.0035 * (0.6 + np.abs(np.sin(np.arange(n) / 37)))
    close = np.exp(np.cumsum(moves))
    close *= end / close[-1] if n else 1.0
    open_ = np.concatenate(([close[0]], close[:-1])) if n else close
    spread = np.abs(random.normal(0, 0.0028, (2, n))) * close
    times = (until_ms // bar - n + np.arange(n)) * bar
    volume = 400 * np.exp(random.normal(0, 0.5, n)) * (1 + 60 * np.abs(moves))
    return CandleColumns.of(
        times,
        open_,
        np.maximum(open_, close) + spread[0],
        np.minimum(open_, close) - spread[1],
        close,
        volume,
    )


def signal(
    key: SeriesKey, open_time: int, price: float, direction: Direction, *, closed: bool = True
) -> Signal:
    votes = tuple(
        FamilyVote(family, way, 0.6 * way, (Reading(f"{family}.x", 1.0),), open_time)
        for family, way in (
            (Family.MOMENTUM, direction),
            (Family.VOLUME, direction),
            (Family.LEVELS, Direction.NEUTRAL),
        )
    )
    return Signal(key, open_time, price, direction, votes, closed, SignalOrigin.LIVE, "0.1.0")


def alert(
    number: int,
    symbol: str = "BTC/USDT",
    direction: Direction = Direction.BULLISH,
    *,
    venue: str = LIVE.name,
    timeframe: str = "1h",
    bars_ago: int = 1,
    late_ms: int = 0,
    text: str = "",
) -> Alert:
    key = SeriesKey(venue, symbol, timeframe)
    bar = timeframe_ms(timeframe)
    open_time = (NOW_MS // bar - bars_ago) * bar
    about = signal(key, open_time, PRICES.get(symbol, 1.0), direction)
    word = "Bullish" if direction is Direction.BULLISH else "Bearish"
    sentence = text or f"{word} on {symbol} {timeframe}: momentum and volume agree."
    return Alert(number, about, sentence, about.known_at_ms + late_ms, late_ms)


class StoredCandles:
    """Candles in memory, read as from the store."""

    def __init__(self) -> None:
        self.by_key: dict[SeriesKey, CandleColumns] = {}
        self.n_reads = 0

    def read(self, key: SeriesKey, since_ms: int | None = None, until_ms: int | None = None) -> CandleColumns:
        found = self.by_key.get(key, CandleColumns.empty())
        chosen = np.ones(len(found), bool)
        if since_ms is not None:
            chosen &= found.open_time >= since_ms
        if until_ms is not None:
            chosen &= found.open_time < until_ms
        return found.pick(chosen)

    def read_last(self, key: SeriesKey, n: int) -> CandleColumns:
        self.n_reads += 1
        return self.by_key.get(key, CandleColumns.empty())[-n:]


class StoredJournal:
    """Signals and alerts in memory, read as from the journal."""

    def __init__(self) -> None:
        self.said: list[Signal] = []
        self.raised: list[Alert] = []

    def signals(self, key: SeriesKey) -> list[Signal]:
        return [one for one in self.said if one.key == key]

    def alerts(self, after_id: int = 0, limit: int = 500) -> list[Alert]:
        return [one for one in self.raised if one.id > after_id][-limit:]


class StoredPast:
    """The store."""

    def __init__(self, folder: Path) -> None:
        self.judgements = JudgementFiles(folder / "ledger.db", folder / "models", folder / "shipped")
        self.narratives = NarrativeFiles(folder / "candles.db", folder / "narratives.toml")
        self.rotation = RotationFiles(folder / "papers.db", folder / "backtest")
        self.candles = StoredCandles()
        self.journal = StoredJournal()


class Requests:
    """Notes what the window asks of the engine."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.refusals: list[Callable[[str], None]] = []

    def follow(self, key: SeriesKey) -> None:
        self.asked.append(("follow", key))

    def unfollow(self, key: SeriesKey) -> None:
        self.asked.append(("unfollow", key))

    def set_watchlist(self, symbols: Sequence[str]) -> None:
        self.asked.append(("watch", tuple(symbols)))

    def dismiss_alert(self, alert_id: int) -> None:
        self.asked.append(("dismiss", alert_id))

    def change_alert_rule(self, command: Callable[[int], Any], on_refused: Callable[[str], None]) -> None:
        self.asked.append(("alert rule", command(len(self.asked))))
        self.refusals.append(on_refused)

    def explain(self, key: SeriesKey, open_time: int, on_refused: Callable[[str], None]) -> None:
        self.asked.append(("explain", (key, open_time)))
        self.refusals.append(on_refused)

    def find_votes(self, key: SeriesKey, since: int, until: int, on_refused: Callable[[str], None]) -> None:
        self.asked.append(("find votes", (key, since, until)))
        self.refusals.append(on_refused)

    def switch_provider(self, name: str, is_on: bool) -> None:
        self.asked.append(("switch", (name, is_on)))

    def hold_universe(self, is_held: bool) -> None:
        self.asked.append(("hold", is_held))

    def follow_market(self, symbol: str, step: float) -> None:
        self.asked.append(("market", (symbol, step)))

    def follow_quotes(self, is_on: bool) -> None:
        self.asked.append(("quotes", is_on))

    def switch_model(self, name: str, is_on: bool) -> None:
        self.asked.append(("switch model", (name, is_on)))

    def roll_back_model(self, name: str) -> None:
        self.asked.append(("roll back", name))

    def promote_model(self, name: str, model_hash: str) -> None:
        self.asked.append(("promote", (name, model_hash)))

    def rotate(self, command: Callable[[int], Any], on_refused: Callable[[str], None]) -> None:
        self.asked.append(("rotate", command(len(self.asked))))
        self.refusals.append(on_refused)

    def look_after_key(self, command: Callable[[int], Any], on_refused: Callable[[str], None]) -> None:
        self.asked.append(("key", command(len(self.asked))))
        self.refusals.append(on_refused)

    @property
    def explained(self) -> list[tuple[SeriesKey, int]]:
        return [what for name, what in self.asked if name == "explain"]


class Notes:
    """A notifier and a sound that only note what they were given."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []
        self.clicks: list[Callable[[], None]] = []
        self.n_played = 0

    async def show(self, title: str, body: str, on_click: Callable[[], None]) -> bool:
        self.shown.append((title, body))
        self.clicks.append(on_click)
        return True

    async def play(self) -> bool:
        self.n_played += 1
        return True


class RunAtOnce:
    """Runs work that never waits to its end, without a loop."""

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        try:
            work.send(None)
        except StopIteration:
            return None  # type: ignore[return-value]
        raise AssertionError(f"{name} waited for something")


class Desk:
    """A window joined to the fakes, and ways to tell it things."""

    def __init__(
        self, folder: Path, choices: Choices | None = None, memory: WindowMemory | None = None
    ) -> None:
        self.seconds = 1000.0
        self.bridge = Bridge(monotonic=lambda: self.seconds)
        self.past, self.requests, self.notes = StoredPast(folder), Requests(), Notes()
        self.chosen: list[tuple[str, object]] = []
        self.memory_file = folder / "window.json"
        self.memory = memory or WindowMemory.load(self.memory_file)
        self.surroundings = Surroundings(
            self.bridge,
            self.requests,
            self.past,
            RunAtOnce(),
            self.notes,
            self.notes,
            self.memory,
            self.memory_file,
            lambda name, value: self.chosen.append((name, value)),
            SteadySettings(SettingsFile(folder / "settings.toml")),
        )
        self.choices = choices or Choices(theme="dark")

    def fill_store(self, venue: Venue = LIVE, n: int = 600) -> None:
        for symbol in PRICES:
            for timeframe in ("1h", "15m"):
                key = SeriesKey(venue.name, symbol, timeframe)
                self.past.candles.by_key[key] = columns(key, n)

    def open(self) -> MainWindow:
        self.window = MainWindow(self.surroundings, self.choices)
        self.window.start()
        self.window.show()
        return self.window

    def tell(self, *messages: said.ToWindow) -> None:
        for message in messages:
            self.bridge.on_fact(message)
        self.bridge.flush()

    def welcome(self, venue: Venue = LIVE, watchlist: Sequence[str] = tuple(PRICES)) -> None:
        self.tell(
            said.Welcome(said.PROTOCOL, "0.1.0", 4711, venue, tuple(watchlist)),
            said.MarketsListed(markets(), is_last=True),
            said.FeedStateSaid(FeedState.LIVE, "all streams are up"),
        )

    def prices(self, prices: dict[str, float] | None = None) -> None:
        rows = tuple(
            ticker(symbol, last, ((i * 37) % 113) / 10 - 5, last * 1e6 / (i + 1))
            for i, (symbol, last) in enumerate((prices or PRICES).items())
        )
        vitals = said.Vitals(6.4, 148_000_000, 1_284.0)
        self.tell(said.Frame(NOW_MS, 180, tickers=rows, vitals=vitals))

    def candle(self, key: SeriesKey, close: float, *, closed: bool = False) -> Candle:
        bar = timeframe_ms(key.timeframe)
        return Candle(NOW_MS // bar * bar, close, close * 1.001, close * 0.999, close, 12.5, closed)


def reading(
    name: str, value: float | None = 1.0, lean: float | None = 0.4, age_ms: int | None = 0, **facts: Any
) -> PointReading:
    """Return one data point; one without a value is silent unless `availability` says otherwise."""
    missing = Availability.KNOWN if value is not None else Availability.SILENT
    return PointReading(
        name=name,
        family=Family(name.partition(".")[0]),
        unit=facts.get("unit", "0..100"),
        sentence=facts.get("sentence", f"What {name} says."),
        meaning=facts.get("meaning", "bullish"),
        availability=facts.get("availability", missing),
        value=value,
        age_ms=age_ms,
        lean=lean if value is not None else None,
    )


READINGS = (
    reading("momentum.rsi_14", 54.237, 0.08, sentence="Share of the recent movement that was upward."),
    reading("momentum.macd_histogram", -0.4182, -0.42, unit="average true ranges"),
    reading("volume.dollar_volume", 12_345.6, None, unit="log10 of quote currency"),
    reading("levels.retest", None),
    reading("onchain.mvrv_365", None, age_ms=None, availability=Availability.NOT_OBSERVED),
    reading("onchain.tvl_7", None, age_ms=3 * 86_400_000, availability=Availability.STALE),
    reading("whales.netflow_24h", 0.31, 0.6, age_ms=3 * 3_600_000),
    reading("patterns.analogue_outcome", None, availability=Availability.WARMING_UP),
)


def explanation(key: SeriesKey, open_time: int, readings: Sequence[PointReading] = READINGS) -> Explanation:
    """Return why a bar was judged: momentum is bullish, whales bearish, volume neutral, the rest silent."""
    closed = open_time + key.bar_ms
    votes = (
        FamilyVote(Family.MOMENTUM, Direction.BULLISH, 0.46, (), closed),
        FamilyVote(Family.VOLUME, Direction.NEUTRAL, 0.02, (), closed),
        FamilyVote(Family.WHALES, Direction.BEARISH, -0.28, (), closed - 3 * 3_600_000),
    )
    return Explanation(key, open_time, tuple(readings), votes)


def provider(
    name: str, status: ProviderStatus = ProviderStatus.OK, reason: str = "", **facts: Any
) -> ProviderState:
    """Return how a provider is doing."""
    about = ProviderAbout(
        name,
        facts.get("label", name.title()),
        facts.get("sentence", f"What {name} gives."),
        facts.get("home", f"https://{name}.example/page"),
        facts.get("terms", "CC BY 4.0"),
        (),
        600.0,
    )
    return ProviderState(about, status, reason, facts.get("last_ok_ms"), facts.get("n_rows", 0))
