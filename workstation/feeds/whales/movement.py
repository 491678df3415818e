"""Something of value that went from one account to another."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment or a token's transfer, as the chain has it.

    Parameters
    ----------
    block : int
        Height of its block.
    block_hash : str
        Its block.
    transaction : str
        Hash of its transaction.
    index : int
        Which log entry of the block; -1 for the transaction's own payment.
    token : str
        Address of the token's contract, or `workstation.domain.transfer.NATIVE`.
    sender, receiver : str
        Addresses in lower case.
    units : int
        In the token's smallest unit.
    """

    block: int
    block_hash: str
    transaction: str
    index: int
    token: str
    sender: str
    receiver: str
    units: int
