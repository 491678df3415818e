"""A model's card as a file: one canonical text, so that its SHA-256 names the model and all that it seals."""

import hashlib
from collections.abc import Mapping

import msgspec

from workstation.domain.errors import BadModel
from workstation.domain.model_card import FORMAT, ModelCard, SealedFile

LONGEST_CARD = 1_000_000
"""Bytes; a longer one is not parsed."""


class _Format(msgspec.Struct):
    format: int


def encode_card(card: ModelCard) -> bytes:
    """Return the one text that says this: JSON, keys sorted, one value a line, UTF-8."""
    return msgspec.json.format(msgspec.json.encode(card, order="sorted"), indent=1) + b"\n"


def hash_of(text: bytes) -> str:
    """Return what names the model with a card of this text: its SHA-256, as ``sha256sum card.json`` does."""
    return hashlib.sha256(text).hexdigest()


def decode_card(text: bytes) -> ModelCard:
    """Return the card that a text says.

    Raises
    ------
    BadModel
        It is of another format, says something that cannot be, or says it in another way than `encode_card`.
    """
    if len(text) > LONGEST_CARD:
        raise BadModel(f"The model's card is longer than {LONGEST_CARD:,} bytes; nothing of it was read.")
    try:
        found = msgspec.json.decode(text, type=_Format).format
        if found != FORMAT:
            raise BadModel(
                f"The model's card has format {found}; this version of Tidemark reads {FORMAT}. "
                "Update Tidemark, or train the model again."
            )
        card = msgspec.json.decode(text, type=ModelCard)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadModel(f"The model's card cannot be read: {error}") from error
    if not card.files:
        raise BadModel("The model's card seals no file; expected those of the model.")
    if encode_card(card) != text:
        raise BadModel("The model's card is not written as Tidemark writes it; expected its canonical form.")
    return card


def seal(files: Mapping[str, bytes]) -> tuple[SealedFile, ...]:
    """Return the seals of a model's files, by name.

    Raises
    ------
    ValueError
        A name is none that a model's file may have, or a file is empty.
    """
    return tuple(
        SealedFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in sorted(files.items())
    )


def is_as_sealed(content: bytes, seal: SealedFile) -> bool:
    """Return whether this is, to the bit, the file that was sealed."""
    return len(content) == seal.n_bytes and hashlib.sha256(content).hexdigest() == seal.sha256
