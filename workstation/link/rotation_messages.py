"""What engine and window say to each other about rotation advice and paper accounts."""

from decimal import Decimal
from typing import TypeAlias

import msgspec

from workstation.domain.given_advice import AdviceEntry
from workstation.domain.paper_standing import PaperStanding
from workstation.domain.rotation import RotationRules
from workstation.link.command import Command


class CreatePaperAccount(Command, frozen=True, tag="create-paper-account"):
    """Begin a paper account; the costs are percent of every trade."""

    name: str
    start_balance: Decimal
    fee_pct: Decimal
    slippage_pct: Decimal


class RenamePaperAccount(Command, frozen=True, tag="rename-paper-account"):
    """Call a paper account something else."""

    name: str
    new_name: str


class DeletePaperAccount(Command, frozen=True, tag="delete-paper-account"):
    """End a paper account. Unless `is_sure`, the answer is `Failed` with what would be lost."""

    name: str
    is_sure: bool


class ResetPaperAccount(Command, frozen=True, tag="reset-paper-account"):
    """Begin a paper account anew. Unless `is_sure`, the answer is `Failed` with what would be lost."""

    name: str
    is_sure: bool


class SwitchFollowing(Command, frozen=True, tag="switch-following"):
    """Let a paper account follow every new advice by itself, or stop that."""

    name: str
    is_on: bool


class FollowAdvice(Command, frozen=True, tag="follow-advice"):
    """Trade a paper account to the newest advice, at the first prices from now on."""

    name: str


class ChangeRotationRules(Command, frozen=True, tag="change-rotation-rules"):
    """Change rules of rotation, by name; the next advice follows them."""

    values: dict[str, int | float]


RotationCommand: TypeAlias = (
    CreatePaperAccount
    | RenamePaperAccount
    | DeletePaperAccount
    | ResetPaperAccount
    | SwitchFollowing
    | FollowAdvice
    | ChangeRotationRules
)


class AdviceSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="advice"):
    """Rotation advice as it is in the ledger; `is_new` where it was given just now."""

    entry: AdviceEntry
    is_new: bool


class PaperAccountsSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="paper-accounts"):
    """How every paper account of the venue stands."""

    standings: tuple[PaperStanding, ...]


class RotationRulesSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="rotation-rules"):
    """Which rules the next rotation advice follows."""

    rules: RotationRules


RotationFact: TypeAlias = AdviceSaid | PaperAccountsSaid | RotationRulesSaid
