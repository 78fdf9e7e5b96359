"""Who is the victim and who is the suspect in a unit.

Role tags decide. A pronoun is the nearest tagged person before it in the unit who fits the grammar, else
the last one tagged in the note, else the person the heading is about. Gender is never looked at: every
pronoun is treated alike, whichever it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from typing import Any, NamedTuple

from nlp.scan import Classes, Hits, Span, Words, word_numbers

OTHER = {"victim": "suspect", "suspect": "victim"}
_PRONOUNS = ("subject pronoun", "object pronoun", "possessive pronoun", "ambiguous pronoun")
_AFTER_OBJECT = word_numbers(
    ". , ; : ) ? ! to in on at for with by from of into up out off about and or but as that when while after "
    "before if so because who again over down away this last was is were had has"
)
_BEFORE_COMPLEMENT = word_numbers("on of for re from with to by about")
_CLAUSE_MARKS = word_numbers(", ; : - and but")
_OWNER_MARKS = word_numbers("'s ’s '")
_BEFORE_NAME = ("(", "is", "-", ",", ":", "=")
_NEAR_OWNER = 3
_NEAR_COMPLEMENT = 4
_NAME_LENGTH = 3
_SURNAME_LENGTH = 5
"""A word in capitals must be this long to be a surname and not an abbreviation."""
_AGE = 2
_IN_SIGHT = 20
"""How many people back or forward are looked at, so that a note without full stops stays quick."""


class Mention(NamedTuple):
    """A person named in a unit: token span, who it is ("" while open) and the kind of word used."""

    start: int
    end: int
    person: str
    kind: str


@dataclass
class CaseMemory:
    """What earlier notes of a case have said about names: hashed lower-case name to victim or suspect."""

    case_id: Any = None
    names: dict[int, str] = field(default_factory=dict)

    def turn_to(self, case_id: Any) -> None:
        """Forget everything when another case begins."""
        if case_id != self.case_id:
            self.case_id, self.names = case_id, {}


@dataclass
class NoteMemory:
    """Who was last tagged in the note, and whom its heading is about."""

    heading: str = ""
    last: str = ""


class People:
    """The people of one unit.

    Parameters
    ----------
    mentions
        In order of start.
    section
        The person the title or label above the unit is about, or "".
    fallback
        Whom a trigger is about where nobody is in sight.
    hits
        The unit's word classes.
    verbs, stops
        The classes of the verbs of saying and of the words that start a new thought.
    """

    def __init__(
        self, mentions: list[Mention], *, section: str, fallback: str, hits: Hits, verbs: int, stops: int
    ) -> None:
        self.mentions = mentions
        self.section = section
        self.fallback = fallback
        self.unclear = False
        self._hits = hits
        self._verb_classes = verbs
        self._stop_classes = stops

    @cached_property
    def _starts(self) -> list[int]:
        return [mention.start for mention in self.mentions]

    @cached_property
    def _reported_from(self) -> int | None:
        """Where the suspect starts to be reported ("SUSP says ..."): pronouns after it may be anybody."""
        ends = {mention.end for mention in self.mentions if mention.person == "suspect"}
        verbs = self._hits.spans(self._verb_classes)
        reported = (end for start, end in verbs if not ends.isdisjoint((start, start - 1, start - 2)))
        return min(reported, default=None)

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
        if not self.mentions:
            return self.section or self.fallback, -1
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
        stops = self._hits.spans(self._stop_classes)
        stop = bisect_left(stops, (end, 0))
        limit = stops[stop][0] if stop < len(stops) else None
        yield from (m for m in mentions[after : after + _IN_SIGHT] if limit is None or m.start < limit)


class RoleReader:
    """Settles who is victim and who is suspect, unit by unit, with the role words of a codebook."""

    def __init__(self, classes: Classes, *, known_words: frozenset[str]) -> None:
        """Take the codebook's classes; `known_words` are its words, which are nobody's name."""
        self._known_words = known_words
        self._kinds = [
            (classes.mask("role victim"), "victim", "role"),
            (classes.mask("role suspect"), "suspect", "role"),
            (classes.mask("role other person"), "other", "role"),
            *((classes.mask(f"role {kind}"), "", kind) for kind in ("someone", *_PRONOUNS)),
        ]
        self._anybody = reduce(or_, (mask for mask, _, _ in self._kinds))
        self._verb = classes.mask("role reporting verb")
        self._stops = classes.mask("stop but", "stop reason")
        self._mentions = {
            "victim": classes.mask("victim"),
            "suspect": classes.mask("suspect"),
            "other": classes.mask("other person"),
        }
        self._naming = [
            (
                person,
                classes.mask(f"role {person}"),
                classes.mask(f"role names the {person}"),
                classes.mask(f"role named as the {person}"),
            )
            for person in OTHER
        ]
        self._naming_words = reduce(or_, chain.from_iterable(masks for _, *masks in self._naming))
        self._headings = {person: classes.mask(f"role {person} heading") for person in OTHER}

    def heading(self, hits: Hits) -> str:
        """The person a title, label or entry type is about, or "" where it names neither or both."""
        about = [person for person, mask in self._headings.items() if hits.classes & mask]
        return about[0] if len(about) == 1 else ""

    def resolve(
        self, hits: Hits, words: Words, memory: NoteMemory, *, first: int, section: str, names: list[Mention]
    ) -> People:
        """Resolve the people of a unit and add them to its hits as `victim`, `suspect` and `other person`.

        Parameters
        ----------
        hits
            The unit's word classes; the people are added.
        memory
            Updated with the last person tagged.
        first
            The unit's first token.
        section
            The person the title or label above the unit is about, or "".
        names
            People called by name in the unit.
        """
        verbs = hits.spans(self._verb)
        mentions: list[Mention] = []
        speaker = section or memory.heading or memory.last
        if speaker and verbs and verbs[0][0] == first:  # the left-out subject of "Says ..." or "Denied ..."
            mentions.append(Mention(first, first, speaker, "role"))
            hits.add(first, first, self._mentions[speaker])
        for mention in self._raw_mentions(hits, names):
            if mention.kind == "role":
                person, kind = (
                    mention.person,
                    "complement" if _follows_preposition(words, mention) else "role",
                )
            elif mention.kind == "someone":
                person, kind = _someone(mentions, mention, verbs), "role"
            else:
                person, kind = _pronoun(mentions, mention, words, memory, section), mention.kind
            mentions.append(Mention(mention.start, mention.end, person, kind))
            if person:
                hits.add(mention.start, mention.end, self._mentions[person])
        people = People(
            mentions,
            section=section,
            fallback=memory.heading or memory.last,
            hits=hits,
            verbs=self._verb,
            stops=self._stops,
        )
        for mention in reversed(mentions):
            if mention.person in OTHER and mention.kind not in _PRONOUNS:
                memory.last = mention.person
                break
        return people

    def _raw_mentions(self, hits: Hits, names: list[Mention]) -> list[Mention]:
        found = [(start, -end, -1, person, kind) for start, end, person, kind in names]
        if hits.classes & self._anybody:
            for classes, spans in hits.where.items():
                if classes & self._anybody:
                    for rank, (mask, person, kind) in enumerate(self._kinds):
                        if classes & mask:
                            found += [(start, -end, rank, person, kind) for start, end in spans]
        found.sort()
        kept: list[Mention] = []
        for start, end, _, person, kind in found:
            if not kept or start >= kept[-1].end:
                kept.append(Mention(start, -end, person, kind))
        return kept

    def learn_names(
        self, hits: Hits, words: Words, unit: Span, *, memory: CaseMemory, heading: str = ""
    ) -> None:
        """Tie names to roles, by tag or by what is done: "SUSP Marcus TILLBROOK", "Cole, 26, was arrested".

        Below a heading about the suspect, a full name with an age ("Marcus TILLBROOK 38") is the suspect's.
        """
        if heading != "suspect" and not hits.classes & self._naming_words:
            return
        start, end = unit
        names = _Names(words, start, end, memory, self._known_words)
        if heading == "suspect":
            names.with_an_age(heading)
        for person, tag, names_the, named_as in self._naming:
            for found_start, found_end in hits.spans(tag):
                after = found_end + (found_end < end and words.text(found_end) in _BEFORE_NAME)
                names.after(after, person)
                if found_start - 2 >= start and words.text(found_start - 1) == "(":
                    names.before(found_start - 1, person)
            for _, found_end in hits.spans(names_the):
                names.after(found_end, person)
            for found_start, _ in hits.spans(named_as):
                names.before(found_start, person)


def _follows_preposition(words: Words, mention: Mention) -> bool:
    return mention.start > 0 and words.lowers[mention.start - 1] in _BEFORE_COMPLEMENT


def _someone(mentions: list[Mention], mention: Mention, verbs: list[Span]) -> str:
    """Whom "the male" or "the girl" means: not the person already spoken of in the unit."""
    for earlier in reversed(mentions[-_IN_SIGHT:]):
        if earlier.person in OTHER:
            return OTHER[earlier.person]
    after = bisect_left(verbs, (mention.end, 0))
    reports = after < len(verbs) and verbs[after][0] - mention.end <= 1
    return "victim" if reports else "suspect"


def _pronoun(
    mentions: list[Mention], mention: Mention, words: Words, memory: NoteMemory, section: str
) -> str:
    earlier = [m for m in mentions[-_IN_SIGHT:] if m.person in OTHER]
    if not earlier:
        return section or memory.last or memory.heading
    nearest = earlier[-1]
    same_clause = _same_clause(words, nearest.end, mention.start)
    if _is_object(mention, words) and same_clause and not _owns(words, nearest):
        return OTHER[nearest.person]
    return nearest.person if same_clause else _subject_before(earlier, words).person


def _subject_before(earlier: list[Mention], words: Words) -> Mention:
    """The person the clause before is about: the first in it who is not just an owner."""
    clause = [earlier[-1]]
    for mention in reversed(earlier[:-1]):
        if not _same_clause(words, mention.end, clause[0].start):
            break
        clause.insert(0, mention)
    return next((mention for mention in clause if not _owns(words, mention)), clause[-1])


def _is_object(mention: Mention, words: Words) -> bool:
    if mention.kind == "object pronoun":
        return True
    at_end = mention.end >= len(words.lowers)
    return mention.kind == "ambiguous pronoun" and (at_end or words.lowers[mention.end] in _AFTER_OBJECT)


def _same_clause(words: Words, start: int, end: int) -> bool:
    return _CLAUSE_MARKS.isdisjoint(words.lowers[start:end])


def _owns(words: Words, mention: Mention) -> bool:
    return mention.kind == "possessive pronoun" or (
        mention.end < len(words.lowers) and words.lowers[mention.end] in _OWNER_MARKS
    )


def named_people(words: Words, unit: Span, memory: CaseMemory) -> list[Mention]:
    """People called by a name that the case has tied to a role."""
    start, end = unit
    if memory.names.keys().isdisjoint(words.norms[start:end]):
        return []
    return [
        Mention(at, at + 1, memory.names[words.norms[at]], "role")
        for at in range(start, end)
        if words.norms[at] in memory.names and words.text(at)[:1].isupper()
    ]


@dataclass(frozen=True, slots=True)
class _Names:
    """Reads the names that stand beside words which say whose they are."""

    words: Words
    start: int
    end: int
    memory: CaseMemory
    known_words: frozenset[str]

    def after(self, at: int, person: str) -> None:
        """Learn up to two names that follow."""
        for token in range(at, min(at + 2, self.end)):
            if not self._is_name(token, first=token == at):
                return
            self._learn(token, person)

    def before(self, at: int, person: str) -> None:
        """Learn up to two names that come just before, past an age ("Cole (26) arrested")."""
        while at > self.start and self._is_age_or_mark(self.words.text(at - 1)):
            at -= 1
        for token in reversed(range(max(self.start, at - 2), at)):
            if not self._is_name(token, first=False):
                return
            self._learn(token, person)

    def with_an_age(self, person: str) -> None:
        """Learn full names that an age follows."""
        for at in range(self.start + 2, self.end):
            word = self.words.text(at)
            if len(word) == _AGE and word.isdecimal():
                before = at - 1 if self.words.text(at - 1) in (",", "(") else at
                if before - 2 >= self.start and all(
                    self._is_name(token, first=False) for token in range(before - 2, before)
                ):
                    self.before(before, person)

    def _learn(self, token: int, person: str) -> None:
        self.memory.names.setdefault(self.words.norms[token], person)

    def _is_name(self, token: int, *, first: bool) -> bool:
        word = self.words.text(token)
        return _looks_like_a_name(word, first=first) and word.lower() not in self.known_words

    @staticmethod
    def _is_age_or_mark(word: str) -> bool:
        return word in (",", "(", ")") or (len(word) <= _AGE and word.isdecimal())


def _looks_like_a_name(word: str, *, first: bool) -> bool:
    if len(word) < _NAME_LENGTH or not word.isalpha() or not word[0].isupper():
        return False
    return word[1:].islower() or (word.isupper() and (not first or len(word) >= _SURNAME_LENGTH))
