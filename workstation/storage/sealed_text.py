"""Text under lock: encrypted so that whoever changes a byte of it is found out (AES-256 in GCM)."""

import os

KEY_BYTES = 32
_NONCE_BYTES = 12


def new_key() -> bytes:
    """Return a key that nobody can guess."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, text: str, about: bytes) -> bytes:
    """Return a text encrypted.

    Parameters
    ----------
    key : bytes
        32 of them.
    text : str
        What nobody may read.
    about : bytes
        What may be read beside it, and must not be changed either.

    Returns
    -------
    bytes
        Twelve that are never used twice, then the text and sixteen that prove it.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # late: the window seldom needs it

    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text.encode("utf-8", "surrogatepass"), about)


def unseal(key: bytes, sealed: bytes, about: bytes) -> str | None:
    """Return the text; None where the key is another one, or anything was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        text = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        return None
    return text.decode("utf-8", "surrogatepass")
