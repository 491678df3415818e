"""How a headline sounds: VADER, with what its words mean among traders.

VADER was made for everyday talk. There "shares" are kind, "interest" is a compliment and a "rug" lies on the
floor; the lexicon in ``resources/crypto_lexicon.csv`` says what such words say about a coin.
"""

import csv
import math
import re
from collections.abc import Mapping
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from workstation.domain.errors import ProviderError

STRONGEST = 4.0
"""VADER's scale: a word's valence lies in −4..4."""


def read_lexicon(path: Path) -> dict[str, float]:
    """Return the valence of each word or phrase of a CSV file with the columns word and valence.

    Raises
    ------
    ProviderError
        The file is missing or a row of it cannot be used; the message names the row.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["word"].lower(): _valence(row) for row in csv.DictReader(file)}
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise ProviderError(f"The lexicon {path.name} cannot be used: {error}.") from error


def _valence(row: Mapping[str, str]) -> float:
    value = float(row["valence"])
    if not row["word"] or not abs(value) <= STRONGEST:
        raise ValueError(f"{row['word']!r} has the valence {row['valence']!r}, expected −4..4")
    return value


class Tone:
    """Scores headlines.

    Parameters
    ----------
    lexicon : mapping of str to float
        Valence, −4..4, of words and of phrases; takes the place of what VADER says. 0 is a word that says
        nothing about a coin. Empty is plain VADER.
    """

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        self._vader = SentimentIntensityAnalyzer()
        phrases = sorted((word for word in lexicon if not word.isalpha()), key=len, reverse=True)
        self._joined = {phrase: re.sub(r"\W+", "_", phrase) for phrase in phrases}
        self._phrase = re.compile(
            rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases)) or '(?!)'})(?!\w)", re.IGNORECASE
        )
        for word, valence in lexicon.items():
            self._vader.lexicon[self._joined.get(word, word)] = valence

    def of(self, headline: str) -> float:
        """Return how a headline sounds, −1 (worst) to 1 (best); 0 where nothing in it says.

        The same text always gives the same number.
        """
        told = self._phrase.sub(lambda match: self._joined[match.group().lower()], headline)
        score = float(self._vader.polarity_scores(told)["compound"])
        return min(1.0, max(-1.0, score)) if math.isfinite(score) else 0.0
