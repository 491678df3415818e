"""What the encrypted file of keys looks like on the disk, and what is refused of it."""

import base64
import hashlib
import json
import unicodedata
from pathlib import Path

import msgspec

from workstation.domain.errors import BadSecret, SecretsError
from workstation.domain.venue_key import Passphrase
from workstation.storage.sealed_text import KEY_BYTES, seal, unseal

FORMAT, VERSION = "tidemark keys", 1
_MOST_MEMORY = 1 << 30  # bytes that a file may ask for: one that was tampered with must not take them all
_MOST_ROUNDS = 16


class KeyFileHeader(msgspec.Struct, frozen=True):
    """What may be read of the file by everybody: how the passphrase becomes a key (scrypt, RFC 7914)."""

    format: str
    version: int
    salt: str
    n: int
    r: int
    p: int


class KeyFileText(KeyFileHeader, frozen=True):
    """The whole file; `check` finds damage, the seal finds changes."""

    sealed: str
    check: str


def key_of(passphrase: Passphrase, header: KeyFileHeader) -> bytes:
    """Return what a passphrase opens the file with; takes 0.3 s and 128 MiB, so that nobody tries many."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # Composed and decomposed letters look alike: which of them a keyboard gives must not matter.
    text = unicodedata.normalize("NFKC", passphrase.text.strip())
    kdf = Scrypt(salt=base64.b64decode(header.salt), length=KEY_BYTES, n=header.n, r=header.r, p=header.p)
    return kdf.derive(text.encode("utf-8", "surrogatepass"))


def _open_part(header: KeyFileHeader) -> bytes:
    parts = (header.format, header.version, header.salt, header.n, header.r, header.p)
    return json.dumps(parts).encode()


def _check(header: KeyFileHeader, sealed: str) -> str:
    return hashlib.sha256(_open_part(header) + sealed.encode()).hexdigest()


def encoded(header: KeyFileHeader, key: bytes, keys: dict[str, str]) -> bytes:
    """Return the whole file."""
    text = json.dumps(keys)
    sealed = base64.b64encode(seal(key, text, _open_part(header))).decode()
    whole = {**msgspec.structs.asdict(header), "sealed": sealed, "check": _check(header, sealed)}
    return msgspec.json.format(msgspec.json.encode(whole)) + b"\n"


def decoded(content: bytes, path: Path) -> KeyFileText:
    """Return what a file says; its keys are still sealed.

    Raises
    ------
    SecretsError
        It is of a newer version; `BadSecret` where it is damaged.
    """
    damaged = BadSecret(
        f"{path} is damaged, so no key of it can be read. Put a copy of it back, or put it aside. Nothing "
        "was changed."
    )
    try:
        version = json.loads(content)["version"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise damaged from None
    if isinstance(version, int) and version > VERSION:
        raise SecretsError(
            f"{path} was written by a newer Tidemark (version {version}; this one reads {VERSION}). Start "
            "that one; the file is as it was."
        )
    try:
        file = msgspec.json.decode(content, type=KeyFileText)
        base64.b64decode(file.salt, validate=True)
        base64.b64decode(file.sealed, validate=True)
    except ValueError:  # msgspec's errors are such, too
        raise damaged from None
    if file.check != _check(file, file.sealed) or not _is_payable(file):
        raise damaged
    return file


def _is_payable(header: KeyFileHeader) -> bool:
    """Return whether trying a passphrase takes no more than we are willing to spend."""
    is_scrypt = header.n >= 2 and header.n & (header.n - 1) == 0 and header.r >= 1
    return is_scrypt and 128 * header.n * header.r <= _MOST_MEMORY and 1 <= header.p <= _MOST_ROUNDS


def contents_of(file: KeyFileText, key: bytes) -> dict[str, str] | None:
    """Return the keys; None where this is not what the file was sealed with."""
    text = unseal(key, base64.b64decode(file.sealed), _open_part(file))
    return None if text is None else msgspec.json.decode(text, type=dict[str, str])
