"""Paper accounts, written by the engine's hand."""

from workstation.domain.paper_account import PaperAccount
from workstation.domain.paper_record import KeptAccount, PaperTrading, PaperWorth
from workstation.storage.recorder import Recorder


class PaperAccountRecorder:
    """`workstation.domain.paper_record.PaperKeeper` for the engine.

    Parameters
    ----------
    recorder : Recorder
        Writes; it was given a store of paper accounts.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def create(self, account: PaperAccount) -> KeptAccount:
        """Begin an account."""
        return await self._recorder.write_papers(lambda store: store.create(account))

    async def change(self, kept: KeptAccount) -> None:
        """Keep an account's name, costs and following as they are now."""
        await self._recorder.write_papers(lambda store: store.change(kept))

    async def end(self, account_id: int, at_ms: int) -> None:
        """End an account; its past stays."""
        await self._recorder.write_papers(lambda store: store.end(account_id, at_ms))

    async def begin_again(self, account_id: int, account: PaperAccount) -> KeptAccount:
        """End an account and begin another one, both or neither."""
        return await self._recorder.write_papers(lambda store: store.begin_again(account_id, account))

    async def add_trading(self, account_id: int, trading: PaperTrading) -> bool:
        """Write trades; False where the same cause traded in this account before."""
        return await self._recorder.write_papers(lambda store: store.add_trading(account_id, trading))

    async def add_worth(self, account_id: int, worth: PaperWorth) -> bool:
        """Write what an account is worth; False where that time is already there."""
        return await self._recorder.write_papers(lambda store: store.add_worth(account_id, worth))
