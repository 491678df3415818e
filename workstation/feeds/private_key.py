"""A secret that is a private key: seen to be one that its venue takes, before anything is signed with it."""

from collections.abc import Collection

from workstation.domain.errors import UsageError

RSA, ED25519 = "RSA", "Ed25519"


def check_private_key(secret: str, kinds: Collection[str], label: str) -> None:
    """Let pass what is no private key, and one of these kinds.

    Parameters
    ----------
    secret : str
        As it was pasted.
    kinds : collection of str
        What the venue takes: `RSA`, `ED25519`; empty where it gives secrets itself.
    label : str
        The venue's name for the trader.

    Raises
    ------
    UsageError
        It cannot be read, or is of another kind; nothing of it is repeated.
    """
    if "PRIVATE KEY" not in secret:
        return
    if not kinds:
        raise UsageError(f"{label} takes no private keys; paste the secret that it gave you.")
    kind = _kind(secret)
    if kind is None:
        raise UsageError("The private key cannot be read; export it anew, and paste all its lines.")
    if kind not in kinds:
        raise UsageError(f"{label} takes {' and '.join(kinds)} keys; this one is of another kind.")


def _kind(secret: str) -> str | None:
    """Return what kind of key it is; None where it cannot be read."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(secret.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # the cause may hold parts of the key
        return None
    if isinstance(key, RSAPrivateKey):
        return RSA
    return ED25519 if isinstance(key, Ed25519PrivateKey) else "another"
