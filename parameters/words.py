"""The words that stand for numbers: `parameters/words.yml`, its model and its reader."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from parameters.loading import load_model
from parameters.models.values import Strictly, Words, given_twice, rule
from parameters.paths import PROJECT
from parameters.suggestions import listed

__all__ = ["WORDS_FILE", "NumberWords", "ShareWord", "StrengthWord", "load_words"]

WORDS_FILE = PROJECT / "parameters" / "words.yml"

PerCent = Annotated[int, Field(ge=0, le=100)]


class ShareWord(Strictly):
    """A word for shares, and what the share and its interval must be for it to stand."""

    word: Words = Field(description="The word, following In and followed by what is counted.")
    from_: PerCent = Field(alias="from", description="Smallest share, in whole per cent as printed.")
    under: PerCent = Field(description="The share is below this, in whole per cent as printed.")
    interval_from: PerCent = Field(0, description="The interval may reach down to this.")
    interval_up_to: PerCent = Field(100, description="The interval may reach up to this.")

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if self.from_ >= self.under:
            raise rule(f'gives "{self.word}" no share at all.', "Write a from that is below under.")
        if self.interval_from > self.from_ or self.interval_up_to < self.under - 1:
            raise rule(
                f'has bounds for the interval of "{self.word}" that its own shares are outside of.',
                "An interval holds its share: let the bounds hold the range from from to under.",
            )
        return self

    def fits(self, share: float, low: float, high: float) -> bool:
        """Whether the word stands for a share with this interval, all in whole per cent as printed."""
        return self.from_ <= share < self.under and self.interval_from <= low and high <= self.interval_up_to


class StrengthWord(Strictly):
    """A word for how strong the evidence is, and what it takes."""

    word: Words = Field(description="The word.")
    cases: int = Field(ge=1, description="At least so many cases.")
    width: float = Field(gt=0, description="An interval at most so wide, in percentage points.")


class NumberWords(Strictly):
    """Words for numbers: `parameters/words.yml`."""

    shares: tuple[ShareWord, ...] = Field(description="Words for shares; of two that fit, the first is used.")
    otherwise: Words = Field(description="The word where none of them fits.")
    smallest_base: int = Field(ge=1, description="Below this many cases a share is given in counts alone.")
    strength: tuple[StrengthWord, ...] = Field(description="Words for the evidence, the strongest first.")
    weakest: Words = Field(description="The word where none of them fits.")
    agreement: PerCent = Field(
        description="Two strands agree where their intervals together are at most so wide, in points."
    )

    @model_validator(mode="after")
    def _words_are_given_once(self) -> Self:
        for field, words in (
            ("shares", [*(entry.word for entry in self.shares), self.otherwise]),
            ("strength", [*(entry.word for entry in self.strength), self.weakest]),
        ):
            twice = given_twice(words)
            if twice:
                raise rule(f"gives {listed(twice)} more than once.", "Keep each word once.", field=field)
        return self


@cache
def load_words(path: Path = WORDS_FILE) -> NumberWords:
    """Read the words for numbers.

    Parameters
    ----------
    path : Path
        YAML file, by default ``parameters/words.yml``.

    Raises
    ------
    InspectionError
        With every problem of the file: field, value, what is wrong, remedy.

    Examples
    --------
    >>> load_words().shares[0].word
    'nearly all'
    """
    return load_model(path, NumberWords)
