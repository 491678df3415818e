"""A provider of observations, and how it is doing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workstation.domain.observation import Observation


@dataclass(frozen=True, slots=True)
class ProviderAbout:
    """What a provider is.

    Parameters
    ----------
    name : str
        Short name, e.g. ``"coinmetrics"``; the name of its switch in the settings.
    label : str
        For the trader, e.g. ``"Coin Metrics"``.
    sentence : str
        What it gives, and what it sends out: for whoever decides to switch it on.
    home : str
        Its web page, https.
    terms : str
        Licence of its data in a few words.
    metrics : tuple of str
        Names from `workstation.domain.metric.METRICS`.
    every_s : float
        Seconds between two requests for news.
    key : str or None
        What its key is called, where one helps; the key itself lies in the keyring.
    """

    name: str
    label: str
    sentence: str
    home: str
    terms: str
    metrics: tuple[str, ...]
    every_s: float
    key: str | None = None


class ProviderStatus(StrEnum):
    """How a provider is doing."""

    OFF = "off"  # switched off, or not to be had here; the reason says which
    IDLE = "idle"  # on, and nothing asked yet
    FETCHING = "fetching"
    OK = "ok"
    WAITING = "waiting"  # told to wait, or failed and tried again later


@dataclass(frozen=True, slots=True)
class ProviderState:
    """How a provider is doing, for the trader.

    Parameters
    ----------
    about : ProviderAbout
        Which one.
    status : ProviderStatus
        How it is doing.
    reason : str
        One sentence: why it is off, or what went wrong and when it is tried again; empty where all is well.
    last_ok_ms : int or None
        When it last answered, UTC milliseconds.
    n_rows : int
        Observations that it gave since the start.
    """

    about: ProviderAbout
    status: ProviderStatus
    reason: str = ""
    last_ok_ms: int | None = None
    n_rows: int = 0


class Provider(Protocol):
    """Ears at one source of observations."""

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        ...

    @property
    def trouble(self) -> str:
        """What it could not tell when it was last asked, as a sentence; empty where all is well."""
        ...

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return what became known since `since_ms` about the coins, or about the market.

        May be cancelled at any time; the next call then gives what this one would have given. Rows that are
        told twice cost nothing: whoever keeps them keeps each version once.

        Raises
        ------
        ProviderError
            With what the provider said, or that it did not answer. `ProviderBusy` carries how long to wait.
        """
        ...

    async def close(self) -> None:
        """Leave the source; no socket and no task stays behind."""
        ...
