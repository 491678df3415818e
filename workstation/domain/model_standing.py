"""Which model judges, which did before, and which would like to: all kept, all dated."""

from dataclasses import dataclass, replace

from workstation.domain.model_card import is_model_hash


@dataclass(frozen=True, slots=True)
class Place:
    """A model in its place.

    Parameters
    ----------
    model_hash : str
        SHA-256 of its card, hexadecimal.
    since_ms : int
        When it came to this place, UTC milliseconds.
    reason : str
        Why, a sentence.

    Raises
    ------
    ValueError
        The hash cannot be one.
    """

    model_hash: str
    since_ms: int
    reason: str

    def __post_init__(self) -> None:
        if not is_model_hash(self.model_hash):
            raise ValueError(f"{self.model_hash!r} names no model; expected 64 hexadecimal digits.")


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """That no model judges although there is a champion.

    Parameters
    ----------
    since_ms : int
        Since when, UTC milliseconds.
    reason : str
        Why, a sentence for the trader.
    """

    since_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The models of one name.

    Parameters
    ----------
    champion : Place or None
        The one that judges unless it is switched off; None where there is none.
    previous : Place or None
        The champion before, for one step back.
    challengers : tuple of Place
        Every other one, the last that came first.
    off : SwitchedOff or None
        Set while no model is to judge.
    """

    champion: Place | None = None
    previous: Place | None = None
    challengers: tuple[Place, ...] = ()
    off: SwitchedOff | None = None

    @property
    def hashes(self) -> tuple[str, ...]:
        """Every model in it, the champion first."""
        places = (self.champion, self.previous, *self.challengers)
        return tuple(place.model_hash for place in places if place is not None)

    def challenged(self, challenger: Place) -> "Standing":
        """Return the standing with one more challenger; unchanged where that model has a place already."""
        if challenger.model_hash in self.hashes:
            return self
        return replace(self, challengers=(challenger, *self.challengers))

    def promoted(self, champion: Place) -> "Standing":
        """Return the standing with this model judging; the one before is kept for a step back.

        Promoting the champion itself switches it on again.
        """
        if self.champion is None or champion.model_hash == self.champion.model_hash:
            return replace(self._without(champion.model_hash), champion=champion, off=None)
        rest = self._without(champion.model_hash)
        displaced = () if rest.previous is None else (rest.previous,)
        retired = Place(self.champion.model_hash, champion.since_ms, champion.reason)
        return Standing(champion, retired, (*displaced, *rest.challengers))

    def switched_off(self, now_ms: int, reason: str) -> "Standing":
        """Return the standing with no model judging; all keep their places."""
        return replace(self, off=SwitchedOff(now_ms, reason))

    def trimmed(self, n_challengers: int) -> "Standing":
        """Return the standing without the oldest challengers beyond `n_challengers`."""
        return replace(self, challengers=self.challengers[:n_challengers])

    def _without(self, model_hash: str) -> "Standing":
        previous = self.previous
        if previous is not None and previous.model_hash == model_hash:
            previous = None
        rest = tuple(place for place in self.challengers if place.model_hash != model_hash)
        return replace(self, previous=previous, challengers=rest)
