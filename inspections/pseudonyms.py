"""Taking out of a sentence what could point to a person, and saying what still might.

Patterns find what has a shape (dates, numbers, addresses); anything else written with a capital that is not
known to be harmless is taken for a name. A name stands as its role where the notes of the case say whose it
is ("IP Jodie"), and as a name where they do not. That replaces too much rather than too little, and it is
still not complete: nicknames in small letters, rare circumstances and the story stay. A person decides.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = [
    "RANKS",
    "TITLES",
    "Found",
    "Pseudonymised",
    "Vocabulary",
    "identifying_spans",
    "identifying_words",
    "is_harmless",
    "pseudonymise",
    "roles_by_name",
]

Found = tuple[str, str]
"""A kind, such as "name" or "date", and the words."""

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_CLEAR_MONTH = _MONTH.replace("Mar(?:ch)?|", "").replace("May|", "")  # march and may are words too
_BEFORE_MONTH = "|".join(
    rf"(?<=\b{word} )"
    for word in ("in", "In", "since", "Since", "until", "by", "early", "late", "mid", "last")
)
_WEEKDAY = r"(?:Mon|Tue|Tues|Wed|Weds|Wednes|Thu|Thur|Thurs|Fri|Sat|Satur|Sun)(?:day)?s?"
_FEAST = (
    r"(?:(?:Christmas|Xmas|Boxing|Easter|New Year(?:['’]?s)?|Halloween|Valentine(?:['’]?s)?)"
    r"(?: (?:Day|Eve|Sunday|Monday))?)"
)
_STREET = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Way|Court|Crescent|Terrace|Place|Square|Walk|Row|"
    r"Hill|Gardens|Grove|Park|Rec|Bridge|House|Hotel|Inn|Arms|Club|Bar|School|College|Academy|University|"
    r"Hospital|Surgery|Church|Prom|Green|Mews|Quay|Station|Estate|Approach)"
)
RANKS = ("PC", "DC", "PS", "DS", "DI", "DCI", "Insp", "Sgt", "Supt", "PCSO")
TITLES = ("Mr", "Mrs", "Ms", "Miss", "Dr", "Prof")
"""What stands before a name and is no part of it."""

_RANK = rf"(?:{'|'.join(RANKS)})"
_NO_POSTCODE = r"(?:st|nd|rd|th|am|pm|hr|yr|mg|ml|kg|cm|mm|km)"
"""Two small letters after a number that are no end of a postcode."""

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("email", r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"),
    ("web", r"(?:https?://|www\.)\S+"),
    ("account", r"(?<!\w)@\w[\w.]*"),
    ("postcode", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
    ("postcode", rf"\b[a-z]{{1,2}}\d[a-z\d]? ?\d(?!{_NO_POSTCODE}\b)[a-z]{{2}}\b"),
    ("date", rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ /-]?(?:of )?{_MONTH}(?:[ /,-]*\d{{2,4}})?\b"),
    ("date", rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b"),
    ("date", r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{1,2}/\d{1,2}\b"),
    ("date", rf"\b{_MONTH} \d{{4}}\b|\b(?:19|20)\d{{2}}\b|\b{_CLEAR_MONTH}\b|\b{_WEEKDAY}\b"),
    ("date", rf"(?:{_BEFORE_MONTH})(?:March|Mar|May)\b"),
    ("date", rf"\b{_FEAST}\b"),
    ("telephone", r"(?<!\w)(?:\+44 ?|0)\d(?:[ -]?\d){8,9}\b"),
    ("time", r"\b\d{1,2}[:.]\d{2}(?: ?(?:hrs|am|pm))?\b|\b\d{1,2} ?(?:am|pm)\b"),
    ("time", r"\b[0-2]\d[0-5]\d ?(?:hrs|hours)\b"),
    ("place", rf"\b\d+[A-Za-z]? (?:[A-Z][\w'-]+ ){{1,3}}{_STREET}\b"),
    ("place", rf"\b(?:[A-Z][\w'-]+ ){{1,3}}{_STREET}\b"),
    ("age", r"\b(?:aged?|age of) \d{1,3}\b|\b\d{1,3}[ -](?:years?|yrs?|yo|y/o)(?:[ -]old)?\b"),
    ("age", r"\b[FM] ?\d{2}\b|\b\d{2} ?[FM]\b"),
    ("vehicle", r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b"),
    ("reference", r"\b(?=[\w/-]{0,40}\d)[A-Za-z]\w{0,9}[/-][\w/-]{0,40}\d[\w/-]*\b|\b\d+/\d+(?:/\d+)*\b"),
    ("officer", rf"\b{_RANK} ?\d{{2,5}}\b"),
    ("name", rf"\b(?:{'|'.join(TITLES)})\.? [A-Z][\w'-]+(?: [A-Z][\w'-]+)*"),
    ("number", r"\b\d{3,}\b"),
)
"""What has a shape, most telling first; the kind stands in the text in place of it."""

_SHAPES = re.compile("|".join(f"(?P<p{number}>{pattern})" for number, (_, pattern) in enumerate(_PATTERNS)))

_ADDRESS = re.compile("|".join(pattern for kind, pattern in _PATTERNS if kind in ("email", "web", "account")))
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n\]]|[-•*])[\s\"'“‘(]{0,40}$")
_RANK_BEFORE = re.compile(rf"\b{_RANK} $")
_INITIAL_BEFORE = re.compile(r"(?<![\w'’])[A-Z]\.? $")
_NEAR = 60
"""Signs before a word that are looked at: ranks are shorter, and a long note has many words."""
_OF_PLACES = re.compile(rf"{_STREET}|{_MONTH}|{_WEEKDAY}")
_BENT = re.compile(r"(?<=[A-Z0-9])['’]?(?:s|d|ed|ing)$")
"""What officers hang on an abbreviation: IPs, PND'd, NFAing."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROLES = _words(
    """IP VIC V V1 AP AGG SUSP SUS S1 DP POI OIC SOLO SOIT STO SOTO ISVA IDVA DS DI DCI DC PC PS SIO CPS FME
    SARC DFU CSI SOCO MASH CSC SW GP AA DDM DSL LADO MOSOVO MAPPA MARAC RSO WIT W1 Insp Sgt Supt PCSO CID
    YP CAMHS CMHT DBS HMP RMP CQC NMC RSPCA"""
)
_ABBREVIATIONS = _words(
    """ABE ACRO ANPR ASNT BWV CAD CCTV CPIA DASH DNA DOB DVPN DVPO EA EEK EIA IV JIT MG MO NFA NOK NR OC OEL
    PACE PND PNC PSD RASSO ROTI ROVI RUI SCAS SDN SHPO SIM SPO SRO TBC TIE TPM VA VIW VNA VPS VRI VRR OK ID
    TV UK NHS IMEI GPS ABH ACCT ADHD ASB CD CSE CSM DA DARA DV DVDS EUPD EDT FCR FIC FWIW FYI GBL GHB GMT
    HQ HR HRT HV IR LA LD LGBT MDT MH MP NB NC NDNAD NMO NPA NRM NT OT PA PDF PEP PIN PNB PPN PR PT PTPH RE
    RI RPC RS SAR SFR SIA SMIT SOA URN UTI VCL Occ Rptd Supv Conds Strat Circ Unk Ref Tel Arr Col Pt Yr Cpl
    PhD"""
)
_COMMON = _words(
    """i i'm i've i'd i'll the this that these those there they their then a an and but for from if in it its
    is he him his she her we our us you your no not now of on or so to was what when where which who why
    with as at by yes victim suspect complainant witness officer police crown prosecution service niche
    whatsapp snapchat facebook instagram tinder google uber english action actions review update supervisor
    rationale right outcome victims suspects witnesses officers chief constable detective sergeant
    inspector superintendent magistrates authority code test full office home social services care act
    lawyer defence neighbour neighbourhood handover checklist template credibility safeguarding interview
    statement custody bail disclosure exhibits associates overtime mum dad god gp's iphone huawei motorola
    nokia samsung pixel android sharepoint powerbi excel outlook word snap bumble hinge telegram tiktok
    onlyfans hypothesis reasons weaknesses strengths comments peripheral undermining n/a"""
)
_SHOUTED = _words(
    """after again allegations arrest book capacity closure comment crime done golden high hold hour initial
    investigation issues lines note notes phone plan previous request result sheet file stranger urgent
    overdue gap advice block stamp pasted day about do"""
)
"""Words of headings and of raised voices, harmless where they are written in capitals throughout."""

_NUMBER = re.compile(
    r"\b\d+\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|"
    r"hundred|twice)\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    rf"\b(?:{_CLEAR_MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|march|may \d+|christmas|xmas|easter|"
    r"new year\w*|halloween|"
    r"bonfire night|valentine\w*|ramadan|eid|diwali|hanukkah|bank holiday|birthday|anniversary|"
    r"freshers\w*)\b",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\b(?:pub|bar|club|nightclub|hotel|hostel|school|college|university|campus|halls|hospital|clinic|surgery|church|"
    r"mosque|temple|synagogue|station|park|beach|river|canal|gym|barracks|prison|farm|caravan|festival|factory|"
    r"warehouse|shop|salon|restaurant|taxi rank|island|village)s?\b",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b(?:called|named|known as|nickname[d]?|a\.?k\.?a\.?)\s+[a-z]", re.IGNORECASE)
_CIRCUMSTANCES = re.compile(
    r"\b(?:twins?|pregnan\w+|deaf|blind|wheelchair|transgender|nurse|teacher|doctor|councillor|footballer|"
    r"priest|vicar|imam|rabbi|landl(?:ord|ady)|tattoo\w*|birthmark|funeral|wedding|soldier|pilot|paramedic|"
    r"firefighter|barrister|solicitor|midwife|carer|coach|jockey|dancer|singer)\b",
    re.IGNORECASE,
)
_SHORTEST_RARE = 5
"""Letters of a rare word: shorter ones are mostly an officer's shorthand."""

_SURELY_A_WORD = 3
"""Times a word is written in small letters before its capital at the start of a sentence says nothing."""

_OFTEN_A_NAME = 0.01
"""Part of its uses, inside sentences, in which a word has a capital, before any capital of it is in doubt."""

_NAMES_TOO = _words(
    """april bill bob carol chase clay dale dawn dean dot drew faith fern frank gene grace grant guy harry
    heather holly hope iris ivy jack jade jasmine joy june lily mark may miles nick olive pat penny pepper
    poppy ray rich rob robin rose ruby rusty sandy sky skip sonny star stone sue summer sunny victor violet
    will woody"""
)
"""Words that are names as often as not, whatever these notes use them for."""

_TAGS: Mapping[str, tuple[str, str]] = {
    "victim": ("IP|VIC|V1|AP|AGG", "[Vv]ictim|[Cc]omplainant|[Ii]njured party"),
    "suspect": ("SUSP|SUS|S1|DP", "[Ss]uspect"),
    "witness": ("WIT|W1", "[Ww]itness"),
}
"""Codes for a role, which stand before a name, and words, which stand before much else: "suspect Jo met"."""

_NAMED = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}"
_TAGGED = {
    role: re.compile(
        rf"\b(?:(?:{codes})(?: is|:)?|(?:{words})(?: is|:)) \(?(?P<after>{_NAMED})"
        rf"|\b(?P<before>{_NAMED}) \((?:the )?(?:{codes}|{words})\)"
    )
    for role, (codes, words) in _TAGS.items()
}


@dataclass(frozen=True)
class Vocabulary:
    """How notes write their words, which tells names from words that open a sentence.

    Attributes
    ----------
    small : frozenset of str
        Words written in small letters somewhere.
    names : frozenset of str
        Words that, inside a sentence, are written with a capital more often than without; in small letters.
    either : frozenset of str
        Words that may be either, as "will" may.
    alone : frozenset of str
        Names in small letters too: seldom written small, or more seldom than as a name of one word. "Little"
        of a Little Astrow is none.
    sure : frozenset of str
        Words written in small letters several times.
    rare : frozenset of str
        Words that stand in one text only.
    """

    small: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    sure: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """Read the vocabulary off all the notes at hand, and those of other people if there are any."""
        small: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        titled: Counter[str] = Counter()
        alone: Counter[str] = Counter()
        in_texts: Counter[str] = Counter()
        for text in texts:
            text = _ADDRESS.sub(
                " ", text
            )  # a name is written small in an address, and is a name all the same
            found = [(word, _plain(word)) for word in _WORD.finditer(text)]
            in_texts.update({plain.lower() for _, plain in found})
            for place, (word, plain) in enumerate(found):
                if plain.islower():
                    small[plain] += 1
                elif not is_harmless(plain) and not _opens_sentence(word, text):
                    capital[plain.lower()] += 1
                    if not plain.isupper() and not _OF_PLACES.fullmatch(plain):
                        titled[plain.lower()] += 1
                        alone[plain.lower()] += not any(
                            other[0].isupper() and not is_harmless(other)
                            for _, other in (*found[max(place - 1, 0) : place], *found[place + 1 : place + 2])
                        )
        names = frozenset(word for word, count in capital.items() if count > small[word])
        return cls(
            small=frozenset(small),
            names=names,
            either=frozenset(
                word
                for word, count in capital.items()
                if word in _NAMES_TOO or count >= _OFTEN_A_NAME * small[word]
            )
            - names,
            alone=frozenset(
                word
                for word, count in titled.items()
                if count > small[word] and (small[word] < _SURELY_A_WORD or alone[word] > small[word])
            ),
            sure=frozenset(word for word, count in small.items() if count >= _SURELY_A_WORD),
            rare=frozenset(word for word, count in in_texts.items() if count == 1),
        )

    def knows(self, word: str) -> bool:
        """Whether something is a word like any other, itself or without its ending; in small letters."""
        return word in self.small or any(stem in self.small for stem in _stems(word))


@dataclass(frozen=True)
class Pseudonymised:
    """A text with its identifying parts replaced, and what a person should look at again.

    Attributes
    ----------
    text : str
        With ``[victim]``, ``[name]``, ``[place]``, ``[date]`` and the like in place of what was found.
    replaced : tuple of Found
        What stands in its place and the words that were there, in order.
    look_again : tuple of Found
        What may still identify someone: the kind of suspicion and the words.
    """

    text: str
    replaced: tuple[Found, ...]
    look_again: tuple[Found, ...]


def pseudonymise(
    text: str, vocabulary: Vocabulary | None = None, *, people: Mapping[str, str] = MappingProxyType({})
) -> Pseudonymised:
    """Replace what could identify somebody in a piece of a note; codes for roles (VIC, SUSP, OIC) stay.

    Parameters
    ----------
    text : str
        A coding unit.
    vocabulary : Vocabulary, optional
        Of all the notes. Without one, any word with a capital that is not on a short list is replaced.
    people : mapping of str to str
        Role by name, as :func:`roles_by_name` reads them off the case.

    Examples
    --------
    >>> pseudonymise("SUSP seen on Mill Road at 23:40 with Jodie.", people={"jodie": "victim"}).text
    'SUSP seen on [place] at [time] with [victim].'
    """
    vocabulary = vocabulary or Vocabulary()
    pieces, end = [], 0
    shaped, replaced = _shaped(text, people)
    for start, stop in _names(shaped, vocabulary):
        kind = _role(shaped[start:stop], people)
        pieces += [shaped[end:start], f"[{kind}]"]
        replaced.append((kind, shaped[start:stop]))
        end = stop
    safe = "".join([*pieces, shaped[end:]])
    return Pseudonymised(safe, tuple(replaced), tuple(dict.fromkeys(_look_again(safe, vocabulary))))


def roles_by_name(texts: Iterable[str]) -> dict[str, str]:
    """Whose the names in the notes of one case are, where they stand beside a code for a role.

    Parameters
    ----------
    texts : iterable of str
        The notes of one case.

    Returns
    -------
    dict of str to str
        Each part of a name in small letters, with victim, suspect or witness; none for who is given two.

    Examples
    --------
    >>> roles_by_name(["IP Jodie Marsh rang. Suspect: NORCLIFFE", "seen with Kyle (SUSP)"])
    {'jodie': 'victim', 'marsh': 'victim', 'norcliffe': 'suspect', 'kyle': 'suspect'}
    """
    given: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        for role, pattern in _TAGGED.items():
            for found in pattern.finditer(text):
                for part in _WORD.finditer(found["after"] or found["before"]):
                    if not is_harmless(_plain(part)):
                        given[_plain(part).lower()].add(role)
    return {name: next(iter(roles)) for name, roles in given.items() if len(roles) == 1}


def identifying_words(text: str, vocabulary: Vocabulary) -> list[Found]:
    """Return what :func:`pseudonymise` would replace, each after its kind, as in ``("name", ...)``."""
    shaped, found = _shaped(text, {})
    return found + [("name", shaped[start:stop]) for start, stop in _names(shaped, vocabulary)]


def identifying_spans(
    text: str, vocabulary: Vocabulary, *, people: Mapping[str, str] = MappingProxyType({})
) -> list[tuple[int, int, str]]:
    """Where :func:`pseudonymise` would replace something in a text, in order, and what it would put there.

    Examples
    --------
    >>> identifying_spans("SUSP seen on Mill Road.", Vocabulary())
    [(13, 22, '[place]')]
    """
    shaped, found = _shaped(text, people)
    spans, starts, moved, length = [], [0], [0], 0
    for match, (kind, _) in zip(_SHAPES.finditer(text), found, strict=True):
        spans.append((match.start(), match.end(), f"[{kind}]"))
        length += len(f"[{kind}]") - (match.end() - match.start())
        starts.append(match.end() + length)
        moved.append(length)
    for start, end in _names(shaped, vocabulary):
        by = moved[bisect_right(starts, start) - 1]
        spans.append((start - by, end - by, f"[{_role(shaped[start:end], people)}]"))
    return sorted(spans)


def is_harmless(word: str) -> bool:
    """Whether a word with a capital is known to name nobody: a role, an abbreviation, a common word."""
    root = _BENT.sub("", word)
    return (
        len(word) == 1
        or root in _ROLES
        or root in _ABBREVIATIONS
        or word.lower() in _COMMON
        or (word.isupper() and word.lower() in _SHOUTED)
    )


def _shaped(text: str, people: Mapping[str, str]) -> tuple[str, list[Found]]:
    """Replace what has a shape, and give its kinds and words."""
    found: list[Found] = []

    def replace(match: re.Match[str]) -> str:
        kind = _PATTERNS[int(str(match.lastgroup)[1:])][0]
        kind = _role(match.group(), people) if kind == "name" else kind
        found.append((kind, match.group()))
        return f"[{kind}]"

    return _SHAPES.sub(replace, text), found


def _role(name: str, people: Mapping[str, str]) -> str:
    """Whose a name is: an officer's after a rank, somebody's of this case, or just a name."""
    if re.match(rf"{_RANK} ", name):
        return "officer"
    roles = {people[part] for word in _WORD.finditer(name) if (part := _plain(word).lower()) in people}
    return roles.pop() if len(roles) == 1 else "name"


def _names(text: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Spans of words taken for names, with a rank or an initial before them; neighbours are one span."""
    spans: list[tuple[int, int]] = []
    for word in _WORD.finditer(text):
        if not _is_name(word, text, vocabulary):
            continue
        start, stop = word.start(), word.start() + len(_plain(word))
        if spans and not text[spans[-1][1] : start].strip(" "):
            spans[-1] = (spans[-1][0], stop)
            continue
        near = max(0, start - _NEAR)
        if before := _RANK_BEFORE.search(text, near, start) or _INITIAL_BEFORE.search(text, near, start):
            start = before.start()
        spans.append((start, stop))
    return spans


def _is_name(word: re.Match[str], text: str, vocabulary: Vocabulary) -> bool:
    plain = _plain(word)
    if is_harmless(plain) or text[word.start() - 1 : word.start()] == "[":
        return False
    if plain[0].islower():
        return plain.lower() in vocabulary.alone
    return plain.lower() in vocabulary.names or not (
        _opens_sentence(word, text) and vocabulary.knows(plain.lower())
    )


def _stems(word: str) -> Iterator[str]:
    """What a word is without an ending of a verb or an adverb: "giggled" is of "giggle"."""
    for ending in ("ed", "ing", "ly"):
        if word.endswith(ending) and len(stem := word.removesuffix(ending)) > 3:
            yield from (stem, f"{stem}e")
            if stem[-1] == stem[-2]:
                yield stem[:-1]
    for prefix in ("re", "un"):
        if word.startswith(prefix) and len(stem := word.removeprefix(prefix)) > 3:
            yield stem.removeprefix("-")


def _plain(word: re.Match[str]) -> str:
    return re.sub(r"['’]s?$", "", word.group())


def _opens_sentence(word: re.Match[str], text: str) -> bool:
    return bool(_SENTENCE_END.search(text, max(0, word.start() - _NEAR), word.start()))


def _look_again(text: str, vocabulary: Vocabulary) -> Iterator[Found]:
    """What a pattern cannot settle: a telling circumstance, a nickname, a number, a name, a rare word."""
    for kind, pattern in (
        ("nickname", _CALLED),
        ("circumstance", _CIRCUMSTANCES),
        ("number", _NUMBER),
        ("date", _TIMES),
        ("place", _PLACES),
    ):
        yield from ((kind, found.group()) for found in pattern.finditer(text))
    for word in _WORD.finditer(text):
        plain = _plain(word)
        if text[word.start() - 1 : word.start()] == "[":
            continue
        if plain[0].isupper() and len(plain) == 1 and plain not in "AI":
            yield "initial", plain
        elif is_harmless(plain):
            continue
        elif plain[0].isupper() and (
            plain.lower() in vocabulary.either or plain.lower() not in vocabulary.sure
        ):
            yield "capital", plain
        elif len(plain) >= _SHORTEST_RARE and plain.lower() in vocabulary.rare:
            yield "rare word", plain
