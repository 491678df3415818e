"""Where models lie: shipped ones, read only, and those trained here; and which of them judges."""

import contextlib
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from workstation.domain.errors import BadModel, ModelUnavailable, StoreError
from workstation.domain.model_card import ModelCard, StoredModel, is_model_hash
from workstation.domain.model_standing import Place, Standing
from workstation.domain.ports import Clock
from workstation.storage.model_folder import read_card, read_model, write_model
from workstation.storage.model_manifest import seal
from workstation.storage.model_standing_file import StandingFile

N_CHALLENGERS = 8
_SHIPPED = "It came with Tidemark."


class ModelStore:
    """Models by the hash of their card, and their standing by name.

    Nothing is deleted but the oldest challengers of a name beyond a number. Every call reads the disk: two
    programs, such as the engine and a training, may use the same folder.

    Parameters
    ----------
    folder : Path
        Of the models trained here; made on demand.
    shipped : Path
        Of those that came with Tidemark, never written; may be missing.
    clock : Clock
        Dates every change.
    n_challengers : int
        How many of a name are kept beside champion and previous one.
    """

    def __init__(self, folder: Path, shipped: Path, clock: Clock, n_challengers: int = N_CHALLENGERS) -> None:
        self._folder = folder
        self._shipped = shipped
        self._clock = clock
        self._n_challengers = n_challengers
        self._record = StandingFile(folder / "standing.json")

    @property
    def trouble(self) -> str:
        """What is wrong with the record of standings or a shipped model's card, in sentences; else empty."""
        return " ".join(filter(None, [self._record.load()[1], *self._shipped_cards()[1]]))

    def standing(self, name: str) -> Standing:
        """Return the champion, the previous one and the challengers of a name.

        A shipped model that has no place yet is the champion where there is none, else a challenger.
        """
        return self._with_shipped(name, self._record.load()[0].get(name, Standing()))

    def champion(self, name: str, known_features: Collection[str]) -> StoredModel:
        """Return the model that is to judge.

        Raises
        ------
        ModelUnavailable
            There is none, it is switched off, or (`BadModel`) it cannot be trusted or used.
        """
        standing = self.standing(name)
        if standing.champion is None:
            raise ModelUnavailable(f"There is no model {name}; train one with tidemark train.")
        if standing.off is not None:
            raise ModelUnavailable(f"The model {name} is switched off: {standing.off.reason}")
        return self.read(standing.champion.model_hash, known_features)

    def read(self, model_hash: str, known_features: Collection[str]) -> StoredModel:
        """Return a model, every byte checked against its hashes; nothing of it is parsed but the card.

        Parameters
        ----------
        model_hash : str
            Of its card.
        known_features : collection of str
            Names of the data points that this engine can give it.

        Raises
        ------
        BadModel
            It is not there, is not what was stored, or needs data points that are not known.
        """
        model = read_model(self._place(model_hash))
        unknown = [name for name in model.card.features if name not in known_features]
        if unknown:
            raise BadModel(
                f"The model {model.title} needs {len(unknown)} data points that this version of Tidemark "
                f"does not compute, such as {unknown[0]}; roll back or train again."
            )
        return model

    def card(self, model_hash: str) -> ModelCard:
        """Return a model's card; its files are not looked at.

        Raises
        ------
        BadModel
            It is not there, or is not what was stored.
        """
        return read_card(self._place(model_hash))

    def add(self, card: ModelCard, files: Mapping[str, bytes], reason: str) -> str:
        """Store a model as a challenger and return its hash; what is stored already is left as it is.

        Raises
        ------
        BadModel
            It is too large to be read again.
        StoreError
            The place cannot be written, or is full; nothing changed.
        """
        with self._record.changing() as standings:
            model_hash = self._keep(replace(card, files=seal(files)), files)
            before = standings.get(card.name, Standing())
            challenger = Place(model_hash, self._clock.now_ms(), reason)
            full = before.challenged(challenger)
            standings[card.name] = full.trimmed(self._n_challengers)
        for gone in set(full.hashes) - set(standings[card.name].hashes):
            shutil.rmtree(self._folder / gone, ignore_errors=True)
        return model_hash

    def promote(self, model_hash: str, reason: str) -> Standing:
        """Have a model judge from now on; the champion before becomes the previous one.

        Promoting the champion switches it on again.

        Raises
        ------
        BadModel
            It cannot be trusted; nothing changed.
        StoreError
            The place cannot be written; nothing changed.
        """
        name = read_model(self._place(model_hash)).card.name
        place = Place(model_hash, self._clock.now_ms(), reason)
        return self._change(name, lambda standing: standing.promoted(place))

    def roll_back(self, name: str, reason: str) -> Standing:
        """Have the previous model judge again; the champion becomes the previous one.

        Raises
        ------
        ModelUnavailable
            There is no previous one, or (`BadModel`) it cannot be trusted; nothing changed.
        StoreError
            The place cannot be written; nothing changed.
        """
        previous = self.standing(name).previous
        if previous is None:
            raise ModelUnavailable(f"There is no earlier model {name} to go back to.")
        return self.promote(previous.model_hash, reason)

    def switch_off(self, name: str, reason: str) -> Standing:
        """Have no model of this name judge until one is promoted or rolled back to.

        Parameters
        ----------
        name : str
            Of the model.
        reason : str
            A sentence for the trader.

        Raises
        ------
        StoreError
            The place cannot be written; nothing changed.
        """
        return self._change(name, lambda standing: standing.switched_off(self._clock.now_ms(), reason))

    def _change(self, name: str, change: Callable[[Standing], Standing]) -> Standing:
        with self._record.changing() as standings:
            after = change(self._with_shipped(name, standings.get(name, Standing())))
            for place in (after.champion, after.previous):
                if place is not None:
                    self._keep_shipped(place.model_hash)
            trained = tuple(each for each in after.challengers if (self._folder / each.model_hash).is_dir())
            standings[name] = replace(after, challengers=trained)
        return self._with_shipped(name, standings[name])

    def _keep_shipped(self, model_hash: str) -> None:
        """Copy a shipped model to those trained here: the next version of Tidemark may come without it."""
        if not (self._folder / model_hash).is_dir() and (self._shipped / model_hash).is_dir():
            with contextlib.suppress(BadModel):  # a damaged one keeps its place, to be seen and replaced
                model = read_model(self._shipped / model_hash)
                self._keep(model.card, model.files)

    def _keep(self, card: ModelCard, files: Mapping[str, bytes]) -> str:
        try:
            return write_model(self._folder, card, files)
        except OSError as error:
            raise StoreError(
                f"The model {card.name} cannot be stored in {self._folder} ({error.strerror}); "
                "nothing changed."
            ) from error

    def _place(self, model_hash: str) -> Path:
        if not is_model_hash(model_hash):
            raise BadModel(f"{model_hash!r} names no model; expected 64 hexadecimal digits.")
        shipped = self._shipped / model_hash
        return shipped if shipped.is_dir() else self._folder / model_hash

    def _with_shipped(self, name: str, standing: Standing) -> Standing:
        cards = [(path.name, card) for path, card in self._shipped_cards()[0] if card.name == name]
        for model_hash, card in sorted(cards, key=lambda each: (-each[1].created_ms, each[0])):
            place = Place(model_hash, card.created_ms, _SHIPPED)
            if standing.champion is None and model_hash not in standing.hashes:
                standing = replace(standing, champion=place)
            elif model_hash not in standing.hashes:
                standing = replace(standing, challengers=(*standing.challengers, place))
        return standing

    def _shipped_cards(self) -> tuple[list[tuple[Path, ModelCard]], list[str]]:
        """Return the cards of the shipped models, and a sentence for each that cannot be trusted."""
        cards, problems = [], []
        for path in sorted(self._shipped.glob("[0-9a-f]*")):
            try:
                cards.append((path, read_card(path)))
            except BadModel as error:
                problems.append(str(error))
        return cards, problems
