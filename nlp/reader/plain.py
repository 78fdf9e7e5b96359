"""Putting the wording of many writers into one plain form, so that what was learnt from one serves another.

Every way of naming the victim becomes one word and every way of naming the suspect another; dates, times,
numbers and names are masked; common abbreviations are written out; gender is taken out altogether.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from nlp.scan import fold

VICTIM, SUSPECT, NAME = "xvictim", "xsuspect", "xname"

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}"
_MASKS = (
    (
        re.compile(
            r"\bIP\b(?! address)|\b(?:VIC|V1|AP|AGG|VICTIM|[Vv]ictims?|[Vv]ic|[Cc]omplainants?|[Ss]urvivors?"
            r"|[Ii]njured [Pp]arty|[Aa]ggrieved)\b|(?<![\w.])V(?='s\b|\b(?![.\d]))"
        ),
        VICTIM,
    ),
    (
        re.compile(
            r"\b(?:SUSPS?|SUS|S1|DP|POI|PERP|SUSPECT|[Ss]usp(?:ect)?s?|[Oo]ffenders?|[Dd]efendants?|[Nn]ominal"
            r"|[Pp]erp|[Aa]ccused|[Dd]etained person)\b|(?<![\w.§])S(?='s\b|\b(?![.\d]))"
        ),
        SUSPECT,
    ),
    (re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"), " xdate "),
    (re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}\b", re.IGNORECASE), " xdate "),
    (re.compile(r"\b(?:19|20)\d\d\b"), " xyear "),
    (re.compile(r"\b\d{1,2}[:.]\d\d\b|\b[012]\d[0-5]\d(?:hrs)?\b"), " xtime "),
    (re.compile(r"\b\d[\d,.]{0,30}\b"), " xnum "),
)
_PIECE = re.compile(r"[A-Za-z][A-Za-z']*|\d+|[^\sA-Za-z]")
_WORD = re.compile(r"[a-z][a-z']*|[?!\";]")

_WRITTEN_OUT = {
    **dict.fromkeys(("int", "intvw"), "interview"),
    **dict.fromkeys(("req", "reqs"), "request"),
    **dict.fromkeys(("mob", "mobile", "handset", "tel"), "phone"),
    **dict.fromkeys(("prev", "prevs"), "previous"),
    **dict.fromkeys(("ev", "evid"), "evidence"),
    "acct": "account",
    "appt": "appointment",
    "cons": "consent",
    "conv": "conviction",
    "convs": "convictions",
    "cred": "credible",
    "enq": "enquiry",
    "enqs": "enquiries",
    "fwd": "forward",
    "hx": "history",
    "msg": "message",
    "msgs": "messages",
    "ref": "refer",
    "rel": "relationship",
    "reqd": "requested",
    "rpt": "report",
    "stmt": "statement",
    "wit": "witness",
    "wits": "witnesses",
    "cant": "can't",
    "didnt": "didn't",
    "doesnt": "doesn't",
    "dont": "don't",
    "isnt": "isn't",
    "wasnt": "wasn't",
    "wont": "won't",
}
_WITHOUT_GENDER = {
    **dict.fromkeys(("he", "she", "they"), "xthey"),
    **dict.fromkeys(("him", "her", "his", "hers", "them", "their", "theirs"), "xtheir"),
    **dict.fromkeys(("himself", "herself", "themselves", "themself"), "xthemself"),
    **dict.fromkeys(
        ("male", "female", "man", "woman", "lad", "girl", "boy", "bloke", "guy", "lady", "m", "f"), "xperson"
    ),
    **dict.fromkeys(("males", "females", "men", "women", "lads", "girls", "boys", "ladies"), "xpeople"),
    **dict.fromkeys(("boyfriend", "girlfriend", "bf", "gf"), "xpartner"),
    **dict.fromkeys(("husband", "wife"), "xspouse"),
    **dict.fromkeys(("mother", "father", "mum", "dad"), "xparent"),
    **dict.fromkeys(("brother", "sister"), "xsibling"),
    **dict.fromkeys(("son", "daughter"), "xchild"),
    **dict.fromkeys(("uncle", "aunt", "auntie"), "xrelative"),
    **dict.fromkeys(("mr", "mrs", "ms", "miss"), "xtitle"),
}
_SHORTEST, _LONGEST = 2, 5
_WORD_READ = 60
"""Letters of a word that are looked at; nobody writes longer ones, but a pasted file may hold them."""
_PLAIN = {**_WRITTEN_OUT, **_WITHOUT_GENDER}


def plain(text: str) -> str:
    """The plain form of a unit's wording: lower-case words and signs, one blank between.

    Examples
    --------
    >>> plain("IP didnt tell Karen about the msgs until 12/03.")
    "xvictim didn't tell xname about the messages until xdate ."
    """
    text = fold(text)
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return " ".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Words and signs in lower case; a capital inside a sentence is a name."""
    opens = True
    for found in _PIECE.finditer(text):
        piece = found.group()
        if not opens and len(piece) > 1 and piece[0].isupper() and not piece.isupper():
            yield NAME
            opens = False
            continue
        opens = piece in '.?!:;"'
        piece = piece.lower()
        yield _owner(piece) or _PLAIN.get(piece, piece)


def _owner(piece: str) -> str:
    """`mother's` as `xparent's`; an empty string for a word that is nobody's."""
    stem, mark, _ = piece.partition("'s")
    return f"{_PLAIN[stem]}'s" if mark and stem in _PLAIN else ""


def words(text: str) -> list[str]:
    """The words of a plain text, and the question, exclamation and quotation marks and semicolons in it."""
    return _WORD.findall(text)


def phrase_features(text: str) -> list[str]:
    """Words and pairs of neighbouring words of a plain text."""
    single = words(text)
    return single + [f"{first} {second}" for first, second in pairwise(single)]


def letter_features(text: str) -> list[str]:
    """Letter sequences within words, blanks at their edges included: they read through misspellings."""
    return [piece for word in text.split() for piece in letters_of(word)]


@lru_cache(maxsize=50_000)
def letters_of(word: str) -> tuple[str, ...]:
    """The sequences of two to five letters of one word, its edges marked by a blank."""
    padded = f" {word[:_WORD_READ]} "
    sizes = range(_SHORTEST, min(_LONGEST, len(padded)) + 1)
    return tuple(padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1))


@lru_cache(maxsize=50_000)
def shown(feature: str) -> str:
    """A word feature as a reader of the coding table should see it.

    >>> shown("xvictim says")
    '[victim] says'
    """
    return re.sub(
        r"\bx(victim|suspect|name|date|year|time|num|they|their|themself|person|people|partner"
        r"|spouse|parent|sibling|child|relative|title)\b",
        r"[\1]",
        feature,
    )
