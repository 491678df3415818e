"""What is kept of paper accounts: every trade for good, and what the account was worth over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from workstation.domain.paper_account import PaperAccount, PaperFill


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """A paper account as it is kept.

    Parameters
    ----------
    id : int
        Given once; an account that was reset has another.
    account : PaperAccount
        As it is called and set now.
    """

    id: int
    account: PaperAccount


@dataclass(frozen=True, slots=True)
class PaperTrading:
    """Trades that were made together, all of them or none.

    Parameters
    ----------
    cause : str
        What they follow, e.g. ``"advice 1700006400000"``; the same cause trades once in an account.
    at_ms : int
        When, UTC milliseconds of the venue.
    fills : tuple of PaperFill
        In order; empty where there was nothing to do.
    notes : tuple of str
        What could not be done as wanted.
    """

    cause: str
    at_ms: int
    fills: tuple[PaperFill, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperWorth:
    """What an account was worth at a time.

    Parameters
    ----------
    at_ms : int
        UTC milliseconds of the venue.
    total : Decimal
        Account's currency.
    """

    at_ms: int
    total: Decimal


class PaperKeeper(Protocol):
    """Keeps paper accounts for good; what it writes survives a power cut once the call returned."""

    async def create(self, account: PaperAccount) -> KeptAccount:
        """Begin an account.

        Raises
        ------
        UsageError
            There is one of that name.
        """
        ...

    async def change(self, kept: KeptAccount) -> None:
        """Keep an account's name, costs and following as they are now; its past stays.

        Raises
        ------
        UsageError
            There is another one of that name, or none with this number.
        """
        ...

    async def end(self, account_id: int, at_ms: int) -> None:
        """End an account; its past stays, its name is free."""
        ...

    async def begin_again(self, account_id: int, account: PaperAccount) -> KeptAccount:
        """End an account and begin another one, both or neither."""
        ...

    async def add_trading(self, account_id: int, trading: PaperTrading) -> bool:
        """Write trades; False where the same cause traded in this account before."""
        ...

    async def add_worth(self, account_id: int, worth: PaperWorth) -> bool:
        """Write what an account is worth; False where that time is already there."""
        ...


class PaperReader(Protocol):
    """Reads paper accounts; its calls block."""

    def accounts(self) -> Sequence[KeptAccount]:
        """Return all accounts that have not ended, in the order in which they were made."""
        ...

    def tradings(self, account_id: int) -> Sequence[PaperTrading]:
        """Return everything that was traded in an account, oldest first.

        Raises
        ------
        StoreError
            A part is damaged, so that nobody knows what the account holds.
        """
        ...

    def worths(self, account_id: int, since_ms: int = 0) -> Sequence[PaperWorth]:
        """Return what an account was worth over time, oldest first."""
        ...
