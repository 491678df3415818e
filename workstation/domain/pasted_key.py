"""A key as it was pasted: stripped of what surrounds it, and refused where it cannot be whole."""

import re

from workstation.domain.errors import UsageError
from workstation.domain.venue_key import KeyVenue, VenueCredentials

LONGEST = 8_192
"""Characters; a private RSA key of 8,192 bits has 6,500."""

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LINE = 64


def pasted(venue: KeyVenue, key: str, secret: str, password: str) -> VenueCredentials:
    """Return what was pasted as credentials; a private key comes out in lines, however it was pasted.

    Raises
    ------
    UsageError
        Something is missing, too long, or no key of this venue; nothing of it is repeated.
    """
    if max(map(len, (key, secret, password))) > LONGEST:
        raise UsageError(f"No key has more than {LONGEST:,} characters; paste the key alone.")
    whole = _private_key(secret, venue) if "-----BEGIN" in secret else _word("secret", secret)
    return VenueCredentials(_word("key", key), whole, password.strip())


def _word(what: str, text: str) -> str:
    word = text.strip()
    if not word:
        raise UsageError(f"The {what} is missing; paste it as the venue shows it.")
    if len(word.split()) > 1:
        raise UsageError(
            f"The {what} has a space or a line break in it; paste it alone, without words around."
        )
    return word


def _private_key(text: str, venue: KeyVenue) -> str:
    found = _PEM.search(text)
    if found is None:
        raise UsageError("The private key is not whole; paste all its lines, from BEGIN to END.")
    kind, body = found.group(1), "".join(found.group(2).split())
    if "PRIVATE" not in kind:
        raise UsageError("This is the public half, which the venue gets; paste the private key.")
    if "ENCRYPTED" in kind or "Proc-Type" in body:
        raise UsageError(
            "This private key has a passphrase of its own; export it without one, and paste that."
        )
    if not venue.takes_pem:
        raise UsageError(f"{venue.label} takes no private keys; paste the secret that it gave you.")
    if not _BASE64.fullmatch(body) or len(body) % 4:
        raise UsageError("The private key is damaged; paste all its lines, from BEGIN to END.")
    lines = [body[i : i + _LINE] for i in range(0, len(body), _LINE)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])
