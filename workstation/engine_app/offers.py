"""Every provider of observations that can be asked, and how each is made."""

import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from workstation import __version__
from workstation.domain.errors import ProviderError, TidemarkError
from workstation.domain.ports import Clock, TaskOwner
from workstation.domain.provider import Provider, ProviderAbout
from workstation.engine_app.keyring_node import KeyringNode
from workstation.feeds import books, derivatives
from workstation.feeds.onchain.coin_metrics import CoinMetrics
from workstation.feeds.onchain.defillama import DefiLlama, read_places
from workstation.feeds.onchain.mempool import Mempool
from workstation.feeds.perpetual_venues import has_perpetuals
from workstation.feeds.sentiment.fear_greed import FearGreed
from workstation.feeds.sentiment.news import News, NewsOptions
from workstation.feeds.venues import OpenVenue
from workstation.feeds.web import Web
from workstation.feeds.whales import evm_about
from workstation.feeds.whales.large_trades import about_trades
from workstation.feeds.whales.tokens import read_tokens
from workstation.services.clock import SystemClock
from workstation.services.provider_host import ProviderHost
from workstation.services.providers import ProviderOffer
from workstation.storage.headline_store import HeadlineStore, headlines_db
from workstation.storage.node_address import NodeAddresses
from workstation.storage.paths import Paths, resource
from workstation.storage.secrets import Secrets
from workstation.storage.setting import ProviderSettings
from workstation.storage.setting_text import is_dotted
from workstation.storage.transfer_store import TransferStore
from workstation.storage.wallet_labels import WalletLabels

AGENT = f"Tidemark/{__version__}"

_OF_THE_WORLD = frozenset({"coinmetrics", "defillama", "mempool", "news", "fear_greed", "evm"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What providers are made with.

    Parameters
    ----------
    opened : OpenVenue
        The venue that is heard.
    settings : ProviderSettings
        The trader's.
    paths : Paths
        Where headlines, transfers and labels lie.
    tasks : TaskOwner
        Owns what providers do in the background.
    symbols : callable
        Returns the symbols whose books and trades are watched.
    price_of : callable
        Returns a coin's price in dollars; None where it is not known.
    """

    opened: OpenVenue
    settings: ProviderSettings
    paths: Paths
    tasks: TaskOwner
    symbols: Callable[[], Collection[str]]
    price_of: Callable[[str], float | None]


class Offers:
    """Who can be asked at a venue.

    Parameters
    ----------
    around : Surroundings
        What providers are made with.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._wall: Clock = SystemClock()
        self._open = contextlib.ExitStack()  # stores that live as long as we do
        opened = around.opened
        self.host = ProviderHost(opened.venue, opened.url, around.symbols, around.tasks)

    def all(self) -> tuple[ProviderOffer, ...]:
        """Return every offer, in the order in which they are shown."""
        trades = about_trades(self._around.opened.venue.label)
        return (
            ProviderOffer(CoinMetrics.about, lambda: CoinMetrics(self._web(), self._wall)),
            ProviderOffer(DefiLlama.about, self._defillama),
            ProviderOffer(Mempool.about, lambda: Mempool(self._web(), self._wall)),
            ProviderOffer(evm_about.ABOUT, self._evm),
            self._hosted(trades),
            ProviderOffer(News.about, self._news),
            ProviderOffer(FearGreed.about, lambda: FearGreed(self._web(), self._wall)),
            self._hosted(books.ABOUT),
            self._hosted(derivatives.ABOUT),
        )

    def why_off(self, name: str) -> str | None:
        """Return why a provider cannot be asked here at all; None where it can."""
        if name in _OF_THE_WORLD and self._around.opened.venue.kind.is_practice:
            return "Not on a practice market: what the world says today is not about its time and its prices."
        if name == "evm" and not self._around.settings.evm_url:
            return "No node is known: set the address of one in the settings (providers.evm_url)."
        if name == "derivatives" and not has_perpetuals(self._around.opened.venue):
            return f"{self._around.opened.venue.label} has no perpetuals that are known here."
        return None

    def close(self) -> None:
        """Close what providers kept; after the last of them was left."""
        self._open.close()

    def _hosted(self, about: ProviderAbout) -> ProviderOffer:
        return ProviderOffer(about, lambda: self.host.provider(about))

    @staticmethod
    def _web() -> Web:
        return Web(AGENT)

    def _defillama(self) -> Provider:
        with _as_provider_error():
            places = read_places(resource("defillama_coins.csv"))
        return DefiLlama(self._web(), self._wall, places)

    def _evm(self) -> Provider:
        from workstation.feeds.whales.evm import EvmOptions, EvmTransfers  # web3: a second, and 60 MB

        around = self._around
        with _as_provider_error():
            labels = self._open.enter_context(WalletLabels.of(around.paths))
            store = self._open.enter_context(TransferStore.of(around.paths))
            tokens = read_tokens(resource("evm_tokens.csv"))
        options = EvmOptions(threshold_usd=around.settings.evm_threshold_usd)
        url, price_of = around.settings.evm_url, around.price_of

        def made(address: str) -> Provider:
            return EvmTransfers(address, labels, store, tokens, price_of, self._wall, options)

        if not is_dotted(url):
            return made(url)
        addresses = NodeAddresses(Secrets(sealed=around.paths.sealed_keys))
        return KeyringNode(evm_about.ABOUT, url, addresses, made)

    def _news(self) -> Provider:
        with _as_provider_error():
            keeper = self._open.enter_context(HeadlineStore(headlines_db(self._around.paths)))
            options = NewsOptions(
                self._around.settings.news_feeds,
                resource("crypto_lexicon.csv"),
                resource("coin_names.csv"),
            )
        return News(options, self._web(), keeper, self._wall)


@contextlib.contextmanager
def _as_provider_error() -> Iterator[None]:
    try:
        yield
    except TidemarkError as error:
        raise ProviderError(str(error)) from error
