"""Every error the house may show, as one family.

::

    TidemarkError                 a sentence fit for the trader
    ├── UsageError                the request itself was wrong (exit code 2)
    ├── BadCandle                 a bar that cannot be: high below low, NaN, misaligned
    ├── BadCandleFile             a file of candles that cannot be trusted, with the rows that say so
    ├── BadObservationFile        a file of observations that cannot be trusted, with the row that says so
    ├── SettingsError             a settings file or value that cannot be used
    ├── StoreError                the disk would not take or give what was asked
    │   └── StoreReadOnly         ... because this place cannot be written
    ├── SecretsError              the keyring would not take or give a key, or there is none
    │   └── BadSecret             ... because what lies there is damaged, or no key of ours
    ├── VenueError                the venue answered, but not with what was asked
    │   ├── VenueUnreachable      no answer: network, name, time-out
    │   └── VenueBusy             told to wait (429, 418); carries for how long
    ├── ProviderError             a source of observations answered, but not with what was asked
    │   ├── ProviderUnreachable   no answer: network, name, time-out
    │   └── ProviderBusy          told to wait; carries for how long
    ├── ModelUnavailable          no model judges: none is there, or it died, hung, or was switched off
    │   └── BadModel              ... because its files cannot be trusted; the message names the file
    └── LinkError                 engine and window cannot talk
        └── LinkVersionMismatch   ... because they speak different versions

A library's exception never leaves its room: it rides along as ``__cause__``.
"""


class TidemarkError(Exception):
    """Something went wrong that the trader can be told in one sentence."""


class UsageError(TidemarkError):
    """The request itself was wrong; nothing was started."""


class BadCandle(TidemarkError, ValueError):
    """A bar that cannot be; the message names the bar and the field."""


class BadCandleFile(TidemarkError):
    """A file of candles that cannot be trusted; the message names the file and its first bad rows."""


class BadObservationFile(TidemarkError):
    """A file of observations that cannot be trusted; the message names the file and its first bad row."""


class SettingsError(TidemarkError):
    """A settings file or value that cannot be used; the message says what was expected."""


class StoreError(TidemarkError):
    """The disk would not take or give what was asked."""


class StoreReadOnly(StoreError):
    """The place where data lies cannot be written."""


class SecretsError(TidemarkError):
    """The keyring would not take or give a key, or none is safe; the message says what to do."""


class BadSecret(SecretsError):
    """What lies in a key's place is damaged, or was put there by somebody else; it was not used."""


class VenueError(TidemarkError):
    """The venue answered, but not with what was asked."""


class VenueUnreachable(VenueError):
    """The venue did not answer."""


class VenueBusy(VenueError):
    """The venue told us to wait.

    Parameters
    ----------
    message : str
        A sentence for the trader.
    retry_after_s : float
        Seconds to stay silent, as the venue asked.
    """

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ProviderError(TidemarkError):
    """A source of observations answered, but not with what was asked."""


class ProviderUnreachable(ProviderError):
    """A source of observations did not answer."""


class ProviderBusy(ProviderError):
    """A source of observations told us to wait.

    Parameters
    ----------
    message : str
        A sentence for the trader.
    retry_after_s : float
        Seconds to stay silent, as it asked.
    """

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelUnavailable(TidemarkError):
    """No model judges, so there is no signal of one; the message says why and what to do."""


class BadModel(ModelUnavailable):
    """A model's files cannot be trusted; nothing of them was loaded."""


class LinkError(TidemarkError):
    """Engine and window cannot talk."""


class LinkVersionMismatch(LinkError):
    """Engine and window speak different versions of the link."""
