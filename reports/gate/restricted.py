"""Looking in all that is published for what may not be: identifiers of people, and spans of raw notes."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from parameters.written_dates import days_written
from reports.gate.items import Found, Grade, Item
from reports.gate.pieces import Contents, Piece, normal
from reports.gate.words import SPAN, Shingles, Words, words_of

__all__ = ["Restricted", "read_restricted", "restricted_items"]

_TITLES = {
    "reference": ("references", "No reference of a case, a person or an exhibit"),
    "name": ("names", "No name from the case files"),
    "date of birth": ("dates-of-birth", "No date of birth"),
    "telephone number": ("telephone-numbers", "No telephone number from the case files"),
    "address": ("addresses", "No address, place, e-mail address or account from the notes"),
    "span of a note": ("note-spans", f"No {SPAN} words in a row of a note beyond approved extracts"),
}
_SHORTEST = 4
"""Letters and digits of a reference or an address: what is shorter is only looked for as it was written."""

_DIGITS = re.compile(r"(?<!\w)\+?\d(?:[\s().\-\u2010-\u2015]{0,2}\d){8,}")
_CODE = {
    "source",
    "style",
    "script",
    "attribute names",
    *(f"attribute {name}" for name in ("class", "scope", "style")),
}
"""Parts in which small letters are the words of a language for machines."""

Hit = tuple[str, str, Grade, int]
"""Kind, value, grade, and where in the piece."""


@dataclass(frozen=True)
class _Phrase:
    kind: str
    value: str
    words: tuple[str, ...]
    sure: bool
    small: bool


class Restricted:
    """All that may not be published of a force, ready to be looked for.

    Parameters
    ----------
    identifiers : DataFrame
        ``kind, value, sure, small``, as the findings notebook keeps them in ``restricted/identifiers``.
    notes : sequence of str
        Texts of notes and whatever else was written freely.
    approved : iterable of str
        Texts of the extracts that a named person approved.
    allowed : iterable of str
        Names and words that may be printed: of the force, of inspectors, of who signs.
    ordinary : iterable of str
        The toolkit's own texts: a word they write in small letters is not taken for a name.
    secret : str
        Makes the keys of what is found, so that nobody who knows a key can guess the value from it.
    """

    def __init__(
        self,
        identifiers: pd.DataFrame,
        notes: Sequence[str],
        *,
        approved: Iterable[str] = (),
        allowed: Iterable[str] = (),
        ordinary: Iterable[str] = (),
        secret: str,
    ) -> None:
        self._secret = secret.encode("utf-8")
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        self._numbers: dict[str, str] = {}
        self._born: set[str] = set()
        self.listed: dict[str, int] = defaultdict(int)
        self._short: dict[str, tuple[str, str]] = {}
        for row in identifiers.itertuples(index=False):
            self._list(str(row.kind), str(row.value), sure=bool(row.sure), small=bool(row.small))
        written = "|".join(map(re.escape, sorted(self._short)))
        self._shorts = re.compile(rf"(?<![\w/-])(?:{written})(?![\w/-])") if written else None
        self._allowed = [words for text in allowed if (words := words_of(normal(text)).folded)]
        self._ordinary = _small_words(ordinary)
        self._spans = Shingles(notes, but=approved)
        self.listed["span of a note"] = len(notes)

    def _list(self, kind: str, value: str, *, sure: bool, small: bool) -> None:
        self.listed[kind] += 1
        words = words_of(normal(value)).folded
        if kind == "telephone number":
            self._numbers[_national(value)] = value
        elif kind == "date of birth":
            self._born.add(value)
        elif kind != "name" and len("".join(words)) < _SHORTEST:
            self._short[normal(value)] = (kind, value)
        elif words:
            self._phrases[words[0]].append(_Phrase(kind, value, words, sure, small))
            if len(words) > 1 and kind != "name":
                self._phrases["".join(words)].append(_Phrase(kind, value, ("".join(words),), sure, small))

    def key(self, kind: str, value: str) -> str:
        """Name a value without telling it."""
        return hmac.new(self._secret, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:8]

    def find(self, piece: Piece) -> Iterator[Hit]:
        """Give kind, value, grade and place of everything restricted that a piece holds."""
        words = words_of(piece.text)
        masked = self._masked(words)
        yield from self._find_phrases(words, masked, code=piece.part in _CODE)
        if self._shorts is not None:
            for short in self._shorts.finditer(piece.text):
                yield (*self._short[short[0]], "fail", short.start())
        for run in _DIGITS.finditer(piece.text):
            yield from (("telephone number", value, "fail", run.start()) for value in self._in_run(run[0]))
        if self._born:
            for day, start in days_written(piece.text):
                if day in self._born:
                    yield "date of birth", day, "fail", start
        for first, last in self._spans.find(words):
            start, end = words.spans[first][0], words.spans[last][1]
            yield "span of a note", " ".join(piece.text[start:end].split()), "fail", start

    def _masked(self, words: Words) -> set[int]:
        """Places of words that stand in a name or phrase which may be printed."""
        places: dict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(words.folded):
            places[word].append(index)
        return {
            index + step
            for phrase in self._allowed
            for index in places.get(phrase[0], ())
            if words.folded[index : index + len(phrase)] == phrase
            for step in range(len(phrase))
        }

    def _find_phrases(self, words: Words, masked: set[int], *, code: bool) -> Iterator[Hit]:
        for index, word in enumerate(words.folded):
            for phrase in self._phrases.get(word, ()):
                end = index + len(phrase.words)
                if words.folded[index:end] != phrase.words or masked.issuperset(range(index, end)):
                    continue
                grade = self._grade(phrase, words, index, code=code)
                if grade:
                    yield phrase.kind, phrase.value, grade, words.spans[index][0]

    def _grade(self, phrase: _Phrase, words: Words, index: int, *, code: bool) -> Grade | None:
        """How sure it is that the words found are what was listed; None where they are not.

        Of code, such as style sheets, words in small letters are a language's own.
        """
        if phrase.kind != "name":
            return self._grade_of_numbers(phrase, words, index)
        ordinary = all(word in self._ordinary for word in phrase.words)
        if len(phrase.words) > 1:
            return "review" if ordinary else "fail"
        if words.capital(index):
            return (
                "fail" if phrase.sure and not ordinary else "review" if phrase.sure or not ordinary else None
            )
        if ordinary or code or not phrase.sure:
            return None
        return "review" if phrase.small else "fail"

    def _grade_of_numbers(self, phrase: _Phrase, words: Words, index: int) -> Grade | None:
        """Digits alone are found by chance: several must be written together, few are to be looked at."""
        if not all(word.isdigit() for word in phrase.words):
            return "fail"
        end = index + len(phrase.words) - 1
        written = words.text[words.spans[index][0] : words.spans[end][1]]
        if re.search(r"\s", written):
            return None
        return "fail" if len("".join(phrase.words)) > _SHORTEST + 1 else "review"

    def _in_run(self, run: str) -> Iterator[str]:
        digits = re.sub(r"\D", "", run)
        for length in {len(number) for number in self._numbers}:
            for start in range(len(digits) - length + 1):
                if value := self._numbers.get(digits[start : start + length]):
                    yield value


def read_restricted(
    evidence: Path, *, approved: Iterable[str], allowed: Iterable[str], ordinary: Iterable[str]
) -> Restricted:
    """Read what may not be published from a force's evidence folder.

    Parameters
    ----------
    evidence : Path
        ``evidence/<inspection>/<force>``, with ``restricted/`` and ``manifest.json``.
    approved, allowed, ordinary : iterable of str
        As for :class:`Restricted`.
    """
    folder = evidence / "restricted"
    manifest = json.loads((evidence / "manifest.json").read_text(encoding="utf-8"))
    free = [("notes", "text"), ("dip_notes", "text"), ("lost_cases", "note")]
    notes = [
        text
        for table, column in free
        if (folder / f"{table}.parquet").is_file()
        for text in pd.read_parquet(folder / f"{table}.parquet", columns=[column])[column]
        .dropna()
        .astype(str)
    ]
    return Restricted(
        pd.read_parquet(folder / "identifiers.parquet"),
        notes,
        approved=approved,
        allowed=allowed,
        ordinary=ordinary,
        secret=manifest["parameters"]["inspection"]["seed"],
    )


def restricted_items(restricted: Restricted, files: Iterable[Contents]) -> list[Item]:
    """Look for everything restricted in everything published.

    Returns
    -------
    list of Item
        One for each kind of value, and one for what could not be read. A value is told once for each part of
        a file it stands in, with the first place.
    """
    found: dict[str, dict[tuple[str, ...], Found]] = {kind: {} for kind in _TITLES}
    unread: list[Found] = []
    pieces = 0
    for contents in files:
        unread += [Found("review", f"could not be read: it {why}", name) for name, why in contents.unread]
        seen: set[tuple[str, str, str]] = set()
        for piece in sorted(contents.pieces, key=lambda piece: piece.part == "source"):
            pieces += 1
            for kind, value, grade, offset in restricted.find(piece):
                if piece.part == "source" and (piece.file, kind, value) in seen:
                    continue
                seen.add((piece.file, kind, value))
                one = Found(grade, kind, piece.place(offset), value, restricted.key(kind, value))
                place = (piece.file, piece.part, value)
                if place not in found[kind] or (grade == "fail" and found[kind][place].grade == "review"):
                    found[kind][place] = one
    items = [
        Item(
            name,
            title,
            _looked_at(restricted, kind, pieces),
            tuple(found[kind].values()),
            by_key=True,
        )
        for kind, (name, title) in _TITLES.items()
    ]
    return [
        *items,
        Item("unread", "Every published file could be read", f"{pieces} pieces of text", tuple(unread)),
    ]


def _looked_at(restricted: Restricted, kind: str, pieces: int) -> str:
    what = "notes" if kind == "span of a note" else f"values of the kind: {kind}"
    return f"{restricted.listed[kind]:,} {what}, looked for in {pieces:,} pieces of text"


def _small_words(texts: Iterable[str]) -> frozenset[str]:
    """Words that some texts write in small letters."""
    return frozenset(
        word for text in texts for word in re.findall(r"[^\W\d_]+", normal(text)) if word.islower()
    )


def _national(number: str) -> str:
    """A telephone number without country code, leading nought and signs."""
    digits = re.sub(r"\D", "", number)
    for prefix in ("0044", "44", "0"):
        if digits.startswith(prefix):
            return digits.removeprefix(prefix).removeprefix("0")
    return digits
