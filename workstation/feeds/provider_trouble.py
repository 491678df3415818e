"""A venue that gives observations fails like any other source of them."""

from workstation.domain.errors import (
    ProviderBusy,
    ProviderError,
    ProviderUnreachable,
    VenueBusy,
    VenueError,
    VenueUnreachable,
)


def provider_error(trouble: VenueError) -> ProviderError:
    """Return what a venue's trouble is to whoever waits for observations, with the same sentence."""
    if isinstance(trouble, VenueBusy):
        return ProviderBusy(str(trouble), trouble.retry_after_s)
    if isinstance(trouble, VenueUnreachable):
        return ProviderUnreachable(str(trouble))
    return ProviderError(str(trouble))
