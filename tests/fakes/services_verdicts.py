"""A house in which no model judges."""

from workstation.services.models import Models
from workstation.services.verdicts import Verdicts


def no_verdicts(bus) -> Verdicts:
    """Return verdicts that leave everything to the families' votes."""
    return Verdicts(Models(bus, None, None, {}), None, None, None)
