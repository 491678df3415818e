"""One model as a folder of plain files, named by the hash of its card.

Whatever loads a damaged LightGBM text model may die of it, hang, or predict something else in silence. So
every byte is held against the hashes of the card here, where nothing parses a model.
"""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from workstation.domain.errors import BadModel
from workstation.domain.model_card import ModelCard, SealedFile, StoredModel
from workstation.storage.durable_file import sync_folder, write_durably
from workstation.storage.model_manifest import (
    LONGEST_CARD,
    decode_card,
    encode_card,
    hash_of,
    is_as_sealed,
)
from workstation.storage.privacy import make_private_folder

CARD = "card.json"
LONGEST_FILE = 16 << 20
LONGEST_MODEL = 32 << 20
MOST_FILES = 64

_TEXT_MODEL = b"tree\n"  # a LightGBM text model begins so
_WHAT_TO_DO = "Roll back to another model, or train again."
_OPEN = (
    os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
)  # a pipe in a file's place makes nobody wait


def read_card(folder: Path) -> ModelCard:
    """Return the card of the model in a folder, checked against the folder's name.

    Raises
    ------
    BadModel
        There is none, or it is another one.
    """
    with _opened(folder) as opened:
        return _card(opened, folder)


def read_model(folder: Path) -> StoredModel:
    """Return the model in a folder: its files checked against the card, the card against the folder's name.

    Files that the card does not name are never opened.

    Raises
    ------
    BadModel
        It is not to the bit what was stored; the message names the file.
    """
    with _opened(folder) as opened:
        card = _card(opened, folder)
        _require_modest(card)
        return StoredModel(
            folder.name, card, {each.name: _sealed(opened, each, folder) for each in card.files}
        )


def write_model(parent: Path, card: ModelCard, files: Mapping[str, bytes]) -> str:
    """Write a model into a new folder and return its hash; on return it would survive a power cut.

    A crash at any moment leaves the whole folder or none of that name.

    Raises
    ------
    BadModel
        It is larger than what would be read again.
    OSError
        The place cannot be written, or is full.
    """
    _require_modest(card)
    text = encode_card(card)
    model_hash = hash_of(text)
    whole = parent / model_hash
    if _is_whole(whole):
        return model_hash
    growing = parent / f".{model_hash}.new"
    shutil.rmtree(growing, ignore_errors=True)
    make_private_folder(growing)
    try:
        for name, content in {**files, CARD: text}.items():
            write_durably(growing / name, content)
        sync_folder(growing)
        shutil.rmtree(whole, ignore_errors=True)  # damaged, if it is there
        growing.rename(whole)
    except OSError:
        shutil.rmtree(growing, ignore_errors=True)
        raise
    sync_folder(parent)
    return model_hash


def _is_whole(folder: Path) -> bool:
    try:
        read_model(folder)
    except BadModel:
        return False
    return True


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise BadModel(f"There is no model at {folder} ({error.strerror}). {_WHAT_TO_DO}") from error
    try:
        yield opened
    finally:
        os.close(opened)


def _card(opened: int, folder: Path) -> ModelCard:
    text = _read(opened, CARD, LONGEST_CARD, folder)
    if hash_of(text) != folder.name:
        raise _changed(folder, f"{CARD} is not the card that the folder is named by")
    return decode_card(text)


def _sealed(opened: int, seal: SealedFile, folder: Path) -> bytes:
    content = _read(opened, seal.name, seal.n_bytes, folder)
    if not is_as_sealed(content, seal):
        raise _changed(folder, f"{seal.name} is not the file that its card seals")
    if seal.name.endswith(".txt") and not content.startswith(_TEXT_MODEL):
        raise _changed(folder, f"{seal.name} is no LightGBM text")
    return content


def _read(opened: int, name: str, most: int, folder: Path) -> bytes:
    """Return a file's content, at most one byte more than `most`; nothing but a plain file is read."""
    try:
        with open(os.open(name, _OPEN, dir_fd=opened), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _changed(folder, f"{name} is no plain file")
            return file.read(most + 1)
    except OSError as error:
        raise _changed(folder, f"{name} cannot be read ({error.strerror})") from error


def _require_modest(card: ModelCard) -> None:
    sizes = [seal.n_bytes for seal in card.files]
    if len(sizes) > MOST_FILES or max(sizes) > LONGEST_FILE or sum(sizes) > LONGEST_MODEL:
        raise BadModel(
            f"The model {card.name} has {len(sizes)} files of {sum(sizes):,} bytes, the longest "
            f"{max(sizes):,}; expected at most {MOST_FILES} of {LONGEST_MODEL:,}, each of {LONGEST_FILE:,}."
        )


def _changed(folder: Path, what: str) -> BadModel:
    return BadModel(f"The model at {folder} was changed since it was stored: {what}. {_WHAT_TO_DO}")
