"""Who is the victim and who is the suspect in a unit (codebook section 3.1).

Role tags decide. A pronoun is the nearest tagged person before it in the unit who fits the grammar, else
the last one tagged in the note, else the person the heading is about. Gender is never looked at: every
pronoun is treated alike, whichever it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.attrs import NORM
from spacy.tokens import Doc, Token

from nlp.scan import Hits

OTHER = {"victim": "suspect", "suspect": "victim"}
_PRONOUNS = ("subject pronoun", "object pronoun", "possessive pronoun", "ambiguous pronoun")
_PREPOSITIONS = {
    "to",
    "in",
    "on",
    "at",
    "for",
    "with",
    "by",
    "from",
    "of",
    "into",
    "up",
    "out",
    "off",
    "about",
}
_JOINS = {"and", "or", "but", "as", "that", "when", "while", "after", "before", "if", "so", "because", "who"}
_ADVERBS = {"again", "over", "down", "away", "this", "last", "was", "is", "were", "had", "has"}
_AFTER_OBJECT = frozenset({*".,;:)?!"} | _PREPOSITIONS | _JOINS | _ADVERBS)
_NEAR_OWNER = 3
_NEAR_COMPLEMENT = 4
_NAME_LENGTH = 3
_SURNAME_LENGTH = 5
"""A word in capitals must be this long to be a surname and not an abbreviation."""
_AGE = 2
_IN_SIGHT = 20
"""How many people back or forward are looked at, so that a note without full stops stays quick."""


@dataclass(frozen=True)
class Mention:
    """A person named in a unit: token span, who it is ("" while open) and the kind of word used."""

    start: int
    end: int
    person: str
    kind: str


@dataclass
class CaseMemory:
    """What earlier notes of a case have said about names: hashed lower-case name to victim or suspect."""

    names: dict[int, str] = field(default_factory=dict)


@dataclass
class NoteMemory:
    """Who was last tagged in the note, and whom its heading is about."""

    heading: str = ""
    last: str = ""


class People:
    """The people of one unit."""

    def __init__(
        self, mentions: list[Mention], *, section: str, fallback: str, reported: list[int], stops: list[int]
    ) -> None:
        self.mentions = mentions
        self.section = section
        self.fallback = fallback
        self._starts = [mention.start for mention in mentions]
        self._stops = stops
        self._reported_from = min(reported, default=None)
        self.unclear = False

    def allow(
        self, about: str, parts: tuple[tuple[int, int], ...], words: tuple[tuple[int, int], ...]
    ) -> bool:
        """Whether the person a trigger is about is one that the rule accepts."""
        if about == "anyone":
            return True
        person, pronoun_at = self.person(parts, words)
        if person == "suspect" and self._reported_from is not None and pronoun_at >= self._reported_from:
            return True
        wanted = about.removeprefix("not ")
        if about.startswith("not "):
            return person != wanted
        if not person:
            self.unclear = True
        return person == wanted

    def person(
        self, parts: tuple[tuple[int, int], ...], words: tuple[tuple[int, int], ...]
    ) -> tuple[str, int]:
        """Who a trigger is about ("" if nobody is in sight), and where the pronoun is if it was one."""
        start, end = words[0][0], words[-1][1]
        for mention in self._in_order_of_claim(parts[0][0], start, end):
            if mention.person:
                return mention.person, mention.start if mention.kind in _PRONOUNS else -1
        return self.section or self.fallback, -1

    def _in_order_of_claim(self, first: int, start: int, end: int) -> Iterator[Mention]:
        """Whoever is in the trigger, owns it, completes it ("on IP"), stands before it or after it."""
        mentions, starts = self.mentions, self._starts
        before, inside, after = (bisect_left(starts, at) for at in (start, first, end))
        if inside < after:
            yield mentions[inside]
        if before and start - mentions[before - 1].end <= _NEAR_OWNER:
            yield from (m for m in mentions[before - 1 : before] if m.kind != "subject pronoun")
        if after < len(mentions) and starts[after] - end <= _NEAR_COMPLEMENT:
            yield from (m for m in mentions[after : after + 1] if m.kind == "complement")
        yield from reversed(mentions[max(0, before - _IN_SIGHT) : before])
        stop = bisect_left(self._stops, end)
        limit = self._stops[stop] if stop < len(self._stops) else None
        yield from (m for m in mentions[after : after + _IN_SIGHT] if limit is None or m.start < limit)


def resolve(
    hits: Hits, doc: Doc, memory: NoteMemory, *, first: int, section: str, names: list[Mention]
) -> People:
    """Resolve the people of a unit and add them to its hits as `victim`, `suspect` and `other person`.

    Parameters
    ----------
    hits
        The unit's word classes; three entries are added.
    memory
        Updated with the last person tagged.
    first
        The unit's first token.
    section
        The person the title or label above the unit is about, or "".
    names
        People called by name in the unit.
    """
    mentions = _left_out_subject(hits, memory, first=first, section=section)
    for mention in _raw_mentions(hits, names):
        if mention.kind == "role":
            person, kind = mention.person, "complement" if _follows_preposition(doc, mention) else "role"
        elif mention.kind == "someone":
            person, kind = _someone(mentions, mention, hits), "role"
        else:
            person, kind = _pronoun(mentions, mention, doc, memory, section), mention.kind
        mentions.append(Mention(mention.start, mention.end, person, kind))
    for name, person in (("victim", "victim"), ("suspect", "suspect"), ("other person", "other")):
        spans = [(m.start, m.end) for m in mentions if m.person == person]
        if spans:
            hits[name] = spans
    people = People(
        mentions,
        section=section,
        fallback=memory.heading or memory.last,
        reported=_reported(mentions, hits),
        stops=sorted(start for kind in ("but", "reason") for start, _ in hits.get(f"stop {kind}", ())),
    )
    for mention in mentions:
        if mention.person in OTHER and mention.kind not in _PRONOUNS:
            memory.last = mention.person
    return people


def _left_out_subject(hits: Hits, memory: NoteMemory, *, first: int, section: str) -> list[Mention]:
    """The speaker of a unit that opens with "Says ..." or "Denied ...": whom the section is about."""
    person = section or memory.heading or memory.last
    if person and any(start == first for start, _ in hits.get("role reporting verb", ())):
        return [Mention(first, first, person, "role")]
    return []


def _raw_mentions(hits: Hits, names: list[Mention]) -> list[Mention]:
    found = list(names)
    for name, person in (
        ("role victim", "victim"),
        ("role suspect", "suspect"),
        ("role other person", "other"),
    ):
        found += [Mention(start, end, person, "role") for start, end in hits.get(name, ())]
    for kind in ("someone", *_PRONOUNS):
        found += [Mention(start, end, "", kind) for start, end in hits.get(f"role {kind}", ())]
    found.sort(key=lambda m: (m.start, -m.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _follows_preposition(doc: Doc, mention: Mention) -> bool:
    return mention.start > 0 and doc[mention.start - 1].lower_ in (
        "on",
        "of",
        "for",
        "re",
        "from",
        "with",
        "to",
        "by",
        "about",
    )


def _someone(mentions: list[Mention], mention: Mention, hits: Hits) -> str:
    """Whom "the male" or "the girl" means: not the person already spoken of in the unit."""
    for earlier in reversed(mentions[-_IN_SIGHT:]):
        if earlier.person in OTHER:
            return OTHER[earlier.person]
    reports = any(start - mention.end in (0, 1) for start, _ in hits.get("role reporting verb", ()))
    return "victim" if reports else "suspect"


def _pronoun(mentions: list[Mention], mention: Mention, doc: Doc, memory: NoteMemory, section: str) -> str:
    earlier = [m for m in mentions[-_IN_SIGHT:] if m.person in OTHER]
    if not earlier:
        return section or memory.last or memory.heading
    nearest = earlier[-1]
    same_clause = _same_clause(doc, nearest.end, mention.start)
    if _is_object(mention, doc) and same_clause and not _owns(doc, nearest):
        return OTHER[nearest.person]
    return nearest.person if same_clause else _subject_before(earlier, doc).person


def _subject_before(earlier: list[Mention], doc: Doc) -> Mention:
    """The person the clause before is about: the first in it who is not just an owner."""
    clause = [earlier[-1]]
    for mention in reversed(earlier[:-1]):
        if not _same_clause(doc, mention.end, clause[0].start):
            break
        clause.insert(0, mention)
    return next((mention for mention in clause if not _owns(doc, mention)), clause[-1])


def _is_object(mention: Mention, doc: Doc) -> bool:
    if mention.kind == "object pronoun":
        return True
    following = doc[mention.end].lower_ if mention.end < len(doc) else "."
    return mention.kind == "ambiguous pronoun" and following in _AFTER_OBJECT


def _same_clause(doc: Doc, start: int, end: int) -> bool:
    return not any(token.lower_ in (",", ";", ":", "-", "and", "but") for token in doc[start:end])


def _owns(doc: Doc, mention: Mention) -> bool:
    return mention.kind == "possessive pronoun" or (
        mention.end < len(doc) and doc[mention.end].lower_ in ("'s", "’s", "'")
    )


def _reported(mentions: list[Mention], hits: Hits) -> list[int]:
    """Where the suspect starts to be reported ("SUSP says ..."): pronouns after it may be anybody."""
    suspect_ends = {m.end for m in mentions if m.person == "suspect"}
    verbs = hits.get("role reporting verb", ())
    return [end for start, end in verbs if suspect_ends & {start, start - 1, start - 2}]


def named_people(doc: Doc, start: int, end: int, memory: CaseMemory) -> list[Mention]:
    """People called by a name that the case has tied to a role."""
    if not memory.names:
        return []
    norms = doc.to_array(NORM)[start:end].tolist()
    return [
        Mention(start + at, start + at + 1, memory.names[norm], "role")
        for at, norm in enumerate(norms)
        if norm in memory.names and doc[start + at].text[:1].isupper()
    ]


def learn_names(
    hits: Hits,
    doc: Doc,
    start: int,
    end: int,
    *,
    memory: CaseMemory,
    known_words: frozenset[str],
    heading: str = "",
) -> None:
    """Tie names to roles, by tag or by what is done: "SUSP Marcus TILLBROOK", "Cole, 26, was arrested".

    Below a heading about the suspect, a full name with an age ("Marcus TILLBROOK 38") is the suspect's.
    """
    names = _Names(doc, start, end, memory, known_words)
    if heading == "suspect":
        names.with_an_age(heading)
    for person in OTHER:
        for found_start, found_end in hits.get(f"role {person}", ()):
            at = found_end + (found_end < end and doc[found_end].text in ("(", "is", "-", ",", ":", "="))
            names.after(at, person)
            if found_start - 2 >= start and doc[found_start - 1].text == "(":
                names.before(found_start - 1, person)
        for _, found_end in hits.get(f"role names the {person}", ()):
            names.after(found_end, person)
        for found_start, _ in hits.get(f"role named as the {person}", ()):
            names.before(found_start, person)


@dataclass(frozen=True)
class _Names:
    """Reads the names that stand beside words which say whose they are."""

    doc: Doc
    start: int
    end: int
    memory: CaseMemory
    known_words: frozenset[str]

    def after(self, at: int, person: str) -> None:
        """Learn up to two names that follow."""
        for token in self.doc[at : min(at + 2, self.end)]:
            if not self._is_name(token, first=token.i == at):
                return
            self.memory.names.setdefault(token.norm, person)

    def before(self, at: int, person: str) -> None:
        """Learn up to two names that come just before, past an age ("Cole (26) arrested")."""
        while at > self.start and self._is_age_or_mark(self.doc[at - 1].text):
            at -= 1
        for token in reversed(list(self.doc[max(self.start, at - 2) : at])):
            if not self._is_name(token, first=False):
                return
            self.memory.names.setdefault(token.norm, person)

    def with_an_age(self, person: str) -> None:
        """Learn full names that an age follows."""
        for at in range(self.start + 2, self.end):
            word = self.doc[at].text
            if len(word) == _AGE and word.isdecimal():
                before = at - 1 if self.doc[at - 1].text in (",", "(") else at
                if before - 2 >= self.start and all(
                    self._is_name(token, first=False) for token in self.doc[before - 2 : before]
                ):
                    self.before(before, person)

    def _is_name(self, token: Token, *, first: bool) -> bool:
        return _looks_like_a_name(token.text, first=first) and token.lower_ not in self.known_words

    @staticmethod
    def _is_age_or_mark(word: str) -> bool:
        return word in (",", "(", ")") or (len(word) <= _AGE and word.isdecimal())


def _looks_like_a_name(word: str, *, first: bool) -> bool:
    if len(word) < _NAME_LENGTH or not word.isalpha() or not word[0].isupper():
        return False
    return word[1:].islower() or (word.isupper() and (not first or len(word) >= _SURNAME_LENGTH))
