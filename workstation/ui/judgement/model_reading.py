"""Which models there are, read from their folders. Called in another thread than the window's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.domain.errors import BadModel, StoreError
from workstation.domain.model_card import ModelCard, is_model_hash
from workstation.domain.model_standing import Standing
from workstation.ui.engine_port import JudgementFiles

if TYPE_CHECKING:
    from workstation.storage.model_store import ModelStore


@dataclass(frozen=True, slots=True)
class ModelsOfName:
    """The models of one name.

    Parameters
    ----------
    name : str
        Such as ``"signals-1h"``.
    standing : Standing
        Which one judges, which did, and which would like to.
    cards : mapping of str to ModelCard
        By hash; a model whose card cannot be trusted is in `problems` instead.
    problems : mapping of str to str
        By hash, why its card cannot be used, a sentence.
    """

    name: str
    standing: Standing
    cards: Mapping[str, ModelCard]
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ModelsRead:
    """Every model there is, and what is wrong with the record of them; empty text where nothing is."""

    models: tuple[ModelsOfName, ...] = ()
    trouble: str = ""


class _NeverAsked:
    """A clock for a store that is only read."""

    def now_ms(self) -> int:
        raise StoreError("The window never changes a model; the engine does.")


def _store(files: JudgementFiles) -> "ModelStore":
    from workstation.storage.model_store import ModelStore

    return ModelStore(files.models, files.shipped_models, _NeverAsked())


def card_of(files: JudgementFiles, model_hash: str) -> ModelCard:
    """Return a model's card.

    Raises
    ------
    BadModel
        It is not there, or is not what was stored.
    """
    return _store(files).card(model_hash)


def read_models(files: JudgementFiles, known: Iterable[str]) -> ModelsRead:
    """Return the models of every name that the engine knows or of which a model is stored.

    Raises
    ------
    StoreError
        The folders cannot be read.
    """
    store = _store(files)
    try:
        cards, problems = _stored(store, files)
        names = dict.fromkeys([*known, *sorted({card.name for card in cards.values()})])
        return ModelsRead(tuple(_of_name(store, name, cards, problems) for name in names), store.trouble)
    except OSError as error:
        raise StoreError(f"The models in {files.models} cannot be read ({error.strerror}).") from error


def _of_name(
    store: "ModelStore", name: str, cards: Mapping[str, ModelCard], problems: Mapping[str, str]
) -> ModelsOfName:
    standing = store.standing(name)
    wanted = standing.hashes
    gone = {each: "Its folder is gone." for each in wanted if each not in cards and each not in problems}
    return ModelsOfName(
        name,
        standing,
        {each: cards[each] for each in wanted if each in cards},
        gone | {each: problems[each] for each in wanted if each in problems},
    )


def _stored(store: "ModelStore", files: JudgementFiles) -> tuple[dict[str, ModelCard], dict[str, str]]:
    cards: dict[str, ModelCard] = {}
    problems: dict[str, str] = {}
    for model_hash in {*_hashes_in(files.models), *_hashes_in(files.shipped_models)}:
        try:
            cards[model_hash] = store.card(model_hash)
        except BadModel as error:
            problems[model_hash] = str(error)
    return cards, problems


def _hashes_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if is_model_hash(path.name)] if folder.is_dir() else []
