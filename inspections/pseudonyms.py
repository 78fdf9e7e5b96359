"""Taking out of a sentence what could point to a person, and saying what still might.

Patterns find what has a shape (dates, numbers, addresses); anything else written with a capital that is not
known to be harmless is taken for a name. That replaces too much rather than too little, and it is still not
complete: nicknames in small letters, rare circumstances and the story itself stay. A person decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Pseudonymised", "Vocabulary", "identifying_words", "pseudonymise"]

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_CLEAR_MONTH = _MONTH.replace("Mar(?:ch)?|", "").replace("May|", "")  # march and may are words too
_WEEKDAY = r"(?:Mon|Tue|Tues|Wed|Weds|Wednes|Thu|Thur|Thurs|Fri|Sat|Satur|Sun)(?:day)?s?"
_STREET = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Way|Court|Crescent|Terrace|Place|Square|Walk|Row|"
    r"Hill|Gardens|Grove|Park|Rec|Bridge|House|Hotel|Inn|Arms|Club|Bar|School|College|Academy|University|"
    r"Hospital|Surgery|Church|Prom|Green|Mews|Quay|Station|Estate|Approach)"
)
_RANK = r"(?:PC|DC|PS|DS|DI|DCI|Insp|Sgt|Supt|PCSO)"

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("web", r"(?:https?://|www\.)\S+"),
    ("account", r"(?<!\w)@\w[\w.]*"),
    ("postcode", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
    ("date", rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ /-]?(?:of )?{_MONTH}(?:[ /,-]*\d{{2,4}})?\b"),
    ("date", rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b"),
    ("date", r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{1,2}/\d{1,2}\b"),
    ("date", rf"\b{_MONTH} \d{{4}}\b|\b(?:19|20)\d{{2}}\b|\b{_CLEAR_MONTH}\b|\b{_WEEKDAY}\b"),
    ("telephone", r"(?<!\w)(?:\+44 ?|0)\d(?:[ -]?\d){8,9}\b"),
    ("time", r"\b\d{1,2}[:.]\d{2}(?: ?(?:hrs|am|pm))?\b|\b\d{1,2} ?(?:am|pm)\b"),
    ("time", r"\b[0-2]\d[0-5]\d ?(?:hrs|hours)\b"),
    ("place", rf"\b\d+[A-Za-z]? (?:[A-Z][\w'-]+ ){{1,3}}{_STREET}\b"),
    ("place", rf"\b(?:[A-Z][\w'-]+ ){{1,3}}{_STREET}\b"),
    ("age", r"\b(?:aged?|age of) \d{1,3}\b|\b\d{1,3}[ -](?:years?|yrs?|yo|y/o)(?:[ -]old)?\b"),
    ("age", r"\b[FM] ?\d{2}\b|\b\d{2} ?[FM]\b"),
    ("vehicle", r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b"),
    ("reference", r"\b(?=[\w/-]*\d)[A-Za-z]\w{0,9}[/-][\w/-]*\d[\w/-]*\b|\b\d+/\d+(?:/\d+)*\b"),
    ("officer", rf"\b{_RANK} ?\d{{2,5}}\b"),
    ("name", rf"\b(?:{_RANK}|Mr|Mrs|Ms|Miss|Dr|Prof)\.? [A-Z][\w'-]+(?: [A-Z][\w'-]+)*"),
    ("number", r"\b\d{3,}\b"),
)
"""What has a shape, most telling first; the kind stands in the text in place of it."""

_SHAPES = re.compile("|".join(f"(?P<p{number}>{pattern})" for number, (_, pattern) in enumerate(_PATTERNS)))

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n\]]|[-•*])[\s\"'“‘(]*$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROLES = _words(
    """IP VIC V V1 AP AGG SUSP SUS S1 DP POI OIC SOLO SOIT STO SOTO ISVA IDVA DS DI DCI DC PC PS SIO CPS FME
    SARC DFU CSI SOCO MASH CSC SW GP AA DDM DSL LADO MOSOVO MAPPA MARAC RSO WIT W1"""
)
_ABBREVIATIONS = _words(
    """ABE ACRO ANPR ASNT BWV CAD CCTV CPIA DASH DNA DOB DVPN DVPO EA EEK EIA IV JIT MG MO NFA NOK NR OC OEL
    PACE PND PNC PSD RASSO ROTI ROVI RUI SCAS SDN SHPO SIM SPO SRO TBC TIE TPM VA VIW VNA VPS VRI VRR OK
    ID TV UK NHS IMEI GPS"""
)
_COMMON = _words(
    """i i'm i've i'd i'll the this that these those there they their then a an and but for from if in it its
    is he him his she her we our us you your no not now of on or so to was what when where which who why
    with as at by yes victim suspect complainant witness officer police crown prosecution service niche
    whatsapp snapchat facebook instagram tinder google uber english action actions review update
    supervisor rationale outcome"""
)
_NUMBER = re.compile(r"\b\d+\b")
_CALLED = re.compile(r"\b(?:called|named|known as|nickname[d]?|a\.?k\.?a\.?)\s+[a-z]", re.IGNORECASE)
_RARE = re.compile(
    r"\b(?:twins?|pregnan\w+|deaf|blind|wheelchair|transgender|nurse|teacher|doctor|councillor|footballer|"
    r"priest|vicar|landl(?:ord|ady)|tattoo\w*|birthmark|funeral|wedding)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Vocabulary:
    """How the force's own notes write their words, which tells names from words that open a sentence.

    Attributes
    ----------
    small : frozenset of str
        Words written in small letters somewhere.
    names : frozenset of str
        Words that, inside a sentence, are written with a capital more often than without; in small letters.
    either : frozenset of str
        Words that are sometimes a name and sometimes not, as "will" is.
    """

    small: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """Read the vocabulary off all the notes at hand."""
        small: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        for text in texts:
            for word in _WORD.finditer(text):
                plain = _plain(word)
                if plain.islower():
                    small[plain] += 1
                elif not _is_harmless(plain) and not _opens_sentence(word, text):
                    capital[plain.lower()] += 1
        names = frozenset(word for word, count in capital.items() if count > small[word])
        return cls(frozenset(small), names, frozenset(capital) - names)


@dataclass(frozen=True)
class Pseudonymised:
    """A text with its identifying parts replaced, their kinds, and what a person should look at again.

    Attributes
    ----------
    text : str
        With ``[name]``, ``[place]``, ``[date]`` and the like in place of what was found.
    replaced : tuple of str
        Kinds of what was replaced, in order, one for each.
    look_again : tuple of str
        Words left in that may still identify someone.
    """

    text: str
    replaced: tuple[str, ...]
    look_again: tuple[str, ...]


def pseudonymise(text: str, vocabulary: Vocabulary | None = None) -> Pseudonymised:
    """Replace what could identify somebody in a piece of a note; codes for roles (VIC, SUSP, OIC) stay.

    Parameters
    ----------
    text : str
        A coding unit.
    vocabulary : Vocabulary, optional
        Of all the notes. Without one, any word with a capital that is not on a short list is replaced.

    Examples
    --------
    >>> pseudonymise("SUSP seen on Mill Road at 23:40 with Jodie.").text
    'SUSP seen on [place] at [time] with [name].'
    """
    vocabulary = vocabulary or Vocabulary()
    pieces, replaced, end = [], [], 0
    shaped, by_shape = _shaped(text)
    replaced += [kind for kind, _ in by_shape]
    for start, stop in _names(shaped, vocabulary):
        pieces += [shaped[end:start], "[name]"]
        replaced.append("name")
        end = stop
    safe = "".join([*pieces, shaped[end:]])
    return Pseudonymised(safe, tuple(replaced), tuple(dict.fromkeys(_look_again(safe, vocabulary))))


def identifying_words(text: str, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Return what :func:`pseudonymise` would replace, each after its kind, as in ``("name", ...)``."""
    shaped, found = _shaped(text)
    return found + [("name", shaped[start:stop]) for start, stop in _names(shaped, vocabulary)]


def _shaped(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Replace what has a shape, and give its kinds and words."""
    found: list[tuple[str, str]] = []

    def replace(match: re.Match[str]) -> str:
        kind = _PATTERNS[int(str(match.lastgroup)[1:])][0]
        found.append((kind, match.group()))
        return f"[{kind}]"

    return _SHAPES.sub(replace, text), found


def _names(text: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Spans of words taken for names; neighbours are one span."""
    spans: list[tuple[int, int]] = []
    for word in _WORD.finditer(text):
        if not _is_name(word, text, vocabulary):
            continue
        if spans and not text[spans[-1][1] : word.start()].strip(" "):
            spans[-1] = (spans[-1][0], word.start() + len(_plain(word)))
        else:
            spans.append((word.start(), word.start() + len(_plain(word))))
    return spans


def _is_name(word: re.Match[str], text: str, vocabulary: Vocabulary) -> bool:
    plain = _plain(word)
    if _is_harmless(plain) or text[word.start() - 1 : word.start()] == "[":
        return False
    if plain.lower() in vocabulary.names:
        return True
    return plain[0].isupper() and not (_opens_sentence(word, text) and plain.lower() in vocabulary.small)


def _plain(word: re.Match[str]) -> str:
    return re.sub(r"['’]s?$", "", word.group())


def _is_harmless(plain: str) -> bool:
    return plain in _ROLES or plain in _ABBREVIATIONS or plain.lower() in _COMMON


def _opens_sentence(word: re.Match[str], text: str) -> bool:
    return bool(_SENTENCE_END.search(text[: word.start()]))


def _look_again(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """What a pattern cannot settle: a telling circumstance, a nickname, a number, a likely name."""
    for pattern in (_CALLED, _RARE, _NUMBER):
        yield from (found.group() for found in pattern.finditer(text))
    capitals = (_plain(word) for word in _WORD.finditer(text) if word.group()[0].isupper())
    yield from (word for word in capitals if word.lower() in vocabulary.either)
