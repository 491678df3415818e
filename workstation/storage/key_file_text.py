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
_MOST_KIB = 1 << 20  # of memory that a file may ask for: one that was tampered with must not take it all
_MOST_ROUNDS = 16


class KeyFileHeader(msgspec.Struct, frozen=True):
    """What may be read of the file by everybody: how the passphrase becomes a key (Argon2id, RFC 9106)."""

    format: str
    version: int
    salt: str
    memory_kib: int
    rounds: int
    lanes: int


class KeyFileText(KeyFileHeader, frozen=True):
    """The whole file; `check` finds damage, the seal finds changes."""

    sealed: str
    check: str


def key_of(passphrase: Passphrase, header: KeyFileHeader) -> bytes:
    """Return what a passphrase opens the file with; takes long and much memory, so that nobody tries many."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    # Composed and decomposed letters look alike: which of them a keyboard gives must not matter.
    text = unicodedata.normalize("NFKC", passphrase.text.strip())
    kdf = Argon2id(
        salt=base64.b64decode(header.salt),
        length=KEY_BYTES,
        iterations=header.rounds,
        lanes=header.lanes,
        memory_cost=header.memory_kib,
    )
    return kdf.derive(text.encode("utf-8", "surrogatepass"))


def _open_part(header: KeyFileHeader) -> bytes:
    parts = (header.format, header.version, header.salt, header.memory_kib, header.rounds, header.lanes)
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
    is_argon = header.lanes >= 1 and header.rounds >= 1 and header.memory_kib >= 8 * header.lanes
    return is_argon and header.memory_kib <= _MOST_KIB and max(header.lanes, header.rounds) <= _MOST_ROUNDS


def contents_of(file: KeyFileText, key: bytes) -> dict[str, str] | None:
    """Return the keys; None where this is not what the file was sealed with."""
    text = unseal(key, base64.b64decode(file.sealed), _open_part(file))
    return None if text is None else msgspec.json.decode(text, type=dict[str, str])
