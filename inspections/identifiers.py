"""What in the case files could point to somebody, for the release gate to look for in what is published.

The list holds what it is there to keep in, so it never leaves the restricted folder.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from inspections.pseudonyms import RANKS, TITLES, Vocabulary, identifying_words
from parameters.fields import FIELDS
from parameters.written_dates import days_written

__all__ = ["identifiers"]

_KINDS = {
    "name": "name",
    "officer": "name",
    "reference": "reference",
    "vehicle": "reference",
    "telephone": "telephone number",
    "email": "address",
    "web": "address",
    "account": "address",
    "postcode": "address",
    "place": "address",
}
"""Kind that the gate speaks of, by kind of what pseudonymising replaces; the rest points to nobody alone."""

_REFERENCES = sorted(
    {field.name for fields in FIELDS.values() for field in fields if field.kind == "reference"}
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_TITLES = frozenset(title.lower() for title in (*TITLES, *RANKS))
_CALENDAR = frozenset(
    name.lower() for names in (calendar.month_name, calendar.day_name, calendar.day_abbr) for name in names
)
_SHORTEST = 3
"""Letters of a name: what is shorter is mostly an abbreviation, and would be found everywhere."""

_ABBREVIATED = 5
"""Letters up to which a word in capitals may be an abbreviation and no name."""

_BORN = re.compile(r"\b(?:d\.?o\.?b\.?|date of birth|born)\W{0,3}(?:on (?:the )?)?$", re.IGNORECASE)
_NEAR = 30
"""Signs before a day that are looked at for what makes it one of birth."""


def identifiers(
    tables: Mapping[str, pd.DataFrame], texts: Iterable[str], *, beside: Iterable[str] = ()
) -> pd.DataFrame:
    """List references, names, dates of birth, telephone numbers and addresses, each once.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by name, such as ``cases`` and ``suspects``: every reference in them is listed.
    texts : iterable of str
        Notes, and whatever else was written freely.
    beside : iterable of str
        Notes of other people, such as the coded corpora: a word that is mostly written in small letters in
        all of them together is no name.

    Returns
    -------
    DataFrame
        ``kind, value, sure, small``. Names are in small letters, dates of birth as 1987-06-01. ``sure`` is
        False where the word may be no name: it only ever opens a sentence, or looks like an abbreviation.
        ``small`` is True where it is also written in small letters somewhere, as a word like any other.
        Restricted.
    """
    texts = list(texts)
    vocabulary = Vocabulary.of([*texts, *beside])
    sure = {("reference", value): True for value in _references(tables.values())}
    for text in texts:
        for kind, value, certain in _in_text(text, vocabulary):
            sure[kind, value] = sure.get((kind, value), False) or certain
    rows = [
        (kind, value, certain, value in vocabulary.small) for (kind, value), certain in sorted(sure.items())
    ]
    columns = ["kind", "value", "sure", "small"]
    return pd.DataFrame(rows, columns=columns).astype({"sure": bool, "small": bool})


def _references(tables: Iterable[pd.DataFrame]) -> Iterator[str]:
    for table in tables:
        for column in _REFERENCES:
            if column in table:
                yield from table[column].dropna().astype(str).unique()


def _in_text(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str, bool]]:
    for day, start in days_written(text):
        if _BORN.search(text, max(0, start - _NEAR), start):
            yield "date of birth", day, True
    for kind, words in identifying_words(text, vocabulary):
        if kind == "name" or (kind == "officer" and not any(sign.isdigit() for sign in words)):
            yield from _names_in(words, vocabulary)
        elif kind == "place":
            yield "address", _without_opening(words, vocabulary), True
        elif kind in _KINDS:
            yield _KINDS[kind], words, True


def _names_in(words: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str, bool]]:
    """Give each word of a name by itself, and the name as a whole where it has several."""
    parts = [part for part in _plain_words(words) if part.lower() not in _TITLES]
    known = [part for part in parts if part.lower() in vocabulary.names | vocabulary.either]
    for length in range(2, len(known) + 1):
        for start in range(len(known) - length + 1):
            yield "name", " ".join(known[start : start + length]).lower(), True
    for part in parts:
        if len(part) >= _SHORTEST and part.lower() not in _CALENDAR:
            abbreviated = part.isupper() and len(part) <= _ABBREVIATED
            certain = part.lower() in vocabulary.names or (part in known and len(known) > 1)
            yield "name", part.lower(), certain and not abbreviated


def _plain_words(words: str) -> list[str]:
    return [re.sub(r"['’][sd]?$", "", word) for word in _WORD.findall(words)]


def _without_opening(place: str, vocabulary: Vocabulary) -> str:
    """Leave out a word that only opened the sentence, as in "Attended Mill Road"."""
    words = place.split()
    while len(words) > 2 and words[0].lower() in vocabulary.small:
        words = words[1:]
    return " ".join(words)
