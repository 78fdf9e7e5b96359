"""Texts as words, and raw spans of notes found again by hashes of every eight words in a row.

Spans are compared as numbers, so that ten thousand notes and a report take seconds: each word becomes a
number of 64 bits, eight in a row are joined to one, and the numbers are looked up all at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.gate.pieces import normal

__all__ = ["SPAN", "Shingles", "Words", "words_of"]

SPAN = 8
"""Words in a row that are too many to be a coincidence."""

_WORD = re.compile(r"[^\W_]+")
_FACTOR = 0x9E3779B97F4A7C15
"""An odd number whose powers mix a word's place in the span into the sum."""


@dataclass(frozen=True)
class Words:
    """Words of a normalised text in small letters, where each starts and ends, and which have a capital."""

    text: str
    folded: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def capital(self, index: int) -> bool:
        """Whether a word is written with a capital."""
        return self.text[self.spans[index][0]].isupper()


def words_of(text: str) -> Words:
    """Cut a normalised text into words of letters and digits."""
    found = list(_WORD.finditer(text))
    return Words(text, tuple(word[0].casefold() for word in found), tuple(word.span() for word in found))


class Shingles:
    """Every eight words in a row of some texts.

    Parameters
    ----------
    texts : iterable of str
        Notes.
    but : iterable of str
        Texts whose spans are left out: extracts that a person approved.
    """

    def __init__(self, texts: Iterable[str], *, but: Iterable[str] = ()) -> None:
        self._numbers: dict[str, int] = {}
        spans, left_out = self._of_all(texts), self._of_all(but)
        self._spans = np.setdiff1d(spans, left_out)

    def find(self, words: Words) -> Iterator[tuple[int, int]]:
        """Give first and last word of each stretch that stands in the texts, words in between included."""
        hashes = self._hashes(words.folded)
        places = np.flatnonzero(np.isin(hashes, self._spans))
        start = last = None
        for place in places.tolist():
            if start is not None and last is not None and place > last + 1:
                yield start, last + SPAN - 1
                start = None
            start, last = place if start is None else start, place
        if start is not None and last is not None:
            yield start, last + SPAN - 1

    def _of_all(self, texts: Iterable[str]) -> NDArray[np.uint64]:
        parts = [self._hashes(words_of(normal(text)).folded) for text in texts]
        return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.uint64)

    def _hashes(self, words: Sequence[str]) -> NDArray[np.uint64]:
        """One number for every eight words in a row; sums wrap around at 64 bits."""
        count = len(words) - SPAN + 1
        if count < 1:
            return np.empty(0, np.uint64)
        numbers = np.fromiter(map(self._number, words), np.uint64, len(words))
        total = np.zeros(count, np.uint64)
        for place in range(SPAN):
            total = total * np.uint64(_FACTOR) + numbers[place : place + count]
        return total

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            digest = hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest()
            number = self._numbers[word] = int.from_bytes(digest, "little")
        return number
