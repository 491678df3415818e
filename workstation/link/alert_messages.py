"""What engine and window say to each other about the trader's own rules of alerts."""

from typing import TypeAlias

import msgspec

from workstation.domain.alert_rule import AlertRule, RuleStanding
from workstation.link.command import Command


class SetAlertRule(Command, frozen=True, tag="set-alert-rule"):
    """Watch this from now on; a rule of the same id is changed to it."""

    rule: AlertRule


class DeleteAlertRule(Command, frozen=True, tag="delete-alert-rule"):
    """Forget a rule."""

    rule_id: str


AlertRuleCommand: TypeAlias = SetAlertRule | DeleteAlertRule


class AlertRulesSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="alert-rules"):
    """How every rule stands, the oldest first."""

    standings: tuple[RuleStanding, ...]
