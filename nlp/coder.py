"""Coding notes: from a table of note texts to the coding table, a row a coded unit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from nlp.codebook import Codebook
from nlp.context import ActiveCue, CueReader, does_count, read_context
from nlp.decide import Decision, Given, decide
from nlp.roles import CaseMemory, NoteMemory, RoleReader, named_people
from nlp.rules import Fired, RuleReader
from nlp.scan import Hits, Scanner, Span, Words, fold, whole
from nlp.units import Cut, Unit, cut_units, inline_label, quotations

_Read = TypeVar("_Read")

_HEADINGS_KEPT = 5000
_NOTES_AT_A_TIME = 1000
_CHARACTERS_AT_A_TIME = 1_000_000
_STRETCH = 200_000
"""A longer note is read in stretches of whole units of about so many characters, to bound the memory."""
_LABEL_WITHIN = 80


class CodedUnit(NamedTuple):
    """One row of the coding table; offsets are code points of the note, end exclusive."""

    case_id: Any
    entry_no: Any
    unit_no: int
    start: int
    end: int
    code: str
    orientation: str
    polarity: str
    voice: str
    status: str
    frame: str
    purpose: str
    origin: str
    flags: str
    counts: bool
    rule_id: str
    trigger: str
    cues: str
    source: str
    confidence: str
    codebook_version: str


class EntryCount(NamedTuple):
    """What was read of one note: units cut, pieces dropped as having no words, words."""

    case_id: Any
    entry_no: Any
    units: int
    dropped: int
    words: int


class CodedNote(NamedTuple):
    """One note of a stream: its rows and its counts."""

    rows: list[CodedUnit]
    entry: EntryCount


@dataclass(frozen=True)
class Coding:
    """What the coder returns.

    Attributes
    ----------
    table
        A row a coded unit and code, with the fields of `CodedUnit` as columns.
    entries
        A row a note, with the fields of `EntryCount` as columns.
    """

    table: pd.DataFrame
    entries: pd.DataFrame


class ReadUnit(NamedTuple):
    """A unit with every code its rules give it, before any gives way; `unclear` if a person was open."""

    unit: Unit
    given: tuple[Given, ...]
    unclear: bool


class ReadNote(NamedTuple):
    """A note with all its units as its rules read them; `text` is the note's as it was read."""

    note: dict[Any, Any]
    text: str
    units: list[ReadUnit]
    entry: EntryCount


class _Heading(NamedTuple):
    """What a title, label or entry type says about the units below it."""

    cues: tuple[ActiveCue, ...]
    person: str
    classes: int


class Coder:
    """Codes notes with one codebook.

    Examples
    --------
    >>> from nlp import Coder, load_codebook
    >>> coder = Coder(load_codebook("nlp/codebook"))
    >>> list(coder.code_text("I do not find IP to be a credible witness.")["code"])
    ['vic-disbelief']
    """

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self._scanner = Scanner(codebook)
        classes = self._scanner.classes
        self._roles = RoleReader(classes, known_words=_vocabulary(codebook))
        self._rules = RuleReader(codebook.rules(), classes)
        self._cues = CueReader(codebook, classes)
        self._headings: dict[str, _Heading] = {}

    def code_notes(self, notes: pd.DataFrame) -> Coding:
        """Code a table of notes.

        Parameters
        ----------
        notes
            Columns `case_id`, `entry_no`, `text`; `author_role` and `entry_type` are used where present.
            Notes of a case stand together, in the order written: names learnt in one serve the later ones.
        """
        return _coding(self.code_stream(notes.to_dict("records")))

    def code_text(self, text: str, *, author_role: str = "", entry_type: str = "") -> pd.DataFrame:
        """Code one note on its own; the rows of the coding table."""
        note = {
            "case_id": "",
            "entry_no": 1,
            "text": text,
            "author_role": author_role,
            "entry_type": entry_type,
        }
        return _coding(self.code_stream([note])).table

    def code_stream(
        self, notes: Iterable[dict[Any, Any]], *, memory: CaseMemory | None = None
    ) -> Iterator[CodedNote]:
        """Code notes as they come, one dict a note; memory stays flat however many there are.

        Parameters
        ----------
        notes
            As dicts with the columns that `code_notes` reads.
        memory
            Names learnt where the notes of the first case began in another stream; updated.
        """
        return self._stream(notes, self._code_note, memory or CaseMemory())

    def read_stream(self, notes: Iterable[dict[Any, Any]]) -> Iterator[ReadNote]:
        """Read notes as `code_stream` does, without deciding between codes: every rule that fires.

        `settle` decides, for one unit, as often as asked and without rules that are to be left out.
        """
        return self._stream(notes, self._read_note, CaseMemory())

    def settle(self, read: ReadNote, unit_no: int, *, without: Collection[str] = ()) -> Iterator[CodedUnit]:
        """The rows of one unit of a note, as if the rules named in `without` did not exist."""
        unit = read.units[unit_no - 1]
        given = tuple(one for one in unit.given if one.rule.id not in without)
        return self._rows(unit._replace(given=given), note=read.note, unit_no=unit_no, text=read.text)

    def _stream(
        self,
        notes: Iterable[dict[Any, Any]],
        read: Callable[[dict[Any, Any], CaseMemory], _Read],
        memory: CaseMemory,
    ) -> Iterator[_Read]:
        for batch in _batches(notes):
            done = []
            with self._scanner.memory_zone():
                for note in batch:
                    memory.turn_to(note["case_id"])
                    done.append(read(note, memory))
            yield from done

    def read_units(self, text: str, *, above: str = "", memory: CaseMemory | None = None) -> list[ReadUnit]:
        """Read a note without deciding between codes: every rule that fires, unit by unit.

        Parameters
        ----------
        above
            What is known of the entry as a whole: author's role and entry type.
        memory
            Names learnt from earlier notes of the case; updated.
        """
        return list(self._read(cut_units(text), text, above=above, memory=memory or CaseMemory()))

    def _code_note(self, note: dict[Any, Any], memory: CaseMemory) -> CodedNote:
        text, entry, read = self._begin(note, memory)
        rows = [
            row
            for unit_no, unit in enumerate(read, start=1)
            if unit.given
            for row in self._rows(unit, note=note, unit_no=unit_no, text=text)
        ]
        return CodedNote(rows, entry)

    def _read_note(self, note: dict[Any, Any], memory: CaseMemory) -> ReadNote:
        text, entry, read = self._begin(note, memory)
        return ReadNote(note, text, list(read), entry)

    def _begin(self, note: dict[Any, Any], memory: CaseMemory) -> tuple[str, EntryCount, Iterator[ReadUnit]]:
        """A note's text and counts, and its units, read as they are asked for."""
        text = note.get("text")
        text = whole(text) if isinstance(text, str) else ""
        roles = (note.get(key) for key in ("author_role", "entry_type"))
        above = " | ".join(role for role in roles if isinstance(role, str) and role)
        cut = cut_units(text)
        entry = EntryCount(note["case_id"], note["entry_no"], len(cut.units), cut.dropped, len(text.split()))
        return text, entry, self._read(cut, text, above=above, memory=memory)

    def _read(self, cut: Cut, text: str, *, above: str, memory: CaseMemory) -> Iterator[ReadUnit]:
        folded = fold(text)
        entry = self._heading(above)
        note_memory = NoteMemory(heading=entry.person)
        before: Unit | None = None
        lead: Sequence[ActiveCue] = ()
        for unit, words, tokens, hits in self._scan(cut.units, folded):
            first, last = tokens
            if lead and before and not _in_list(before, unit, folded):
                lead = ()
            label = inline_label(folded[unit.start : min(unit.end, unit.start + _LABEL_WITHIN)])
            section = self._heading(" | ".join(filter(None, (unit.section, label))))
            self._roles.learn_names(
                hits, words, tokens, memory=memory, heading=section.person or entry.person
            )
            names = named_people(words, tokens, memory) if memory.names else []
            people = self._roles.resolve(
                hits, words, note_memory, first=first, section=section.person, names=names
            )
            fired = self._rules.fired(hits, people, above=section.classes | entry.classes)
            given: tuple[Given, ...] = ()
            if fired:
                cues = self._cues.active(hits, first, last, (*lead, *section.cues, *entry.cues))
                given = tuple(_give(one, cues, words, text) for one in fired)
            yield ReadUnit(unit, given, people.unclear)
            if _opens_list(folded, unit):
                lead = self._cues.below(hits)
            before = unit

    def _scan(self, units: Sequence[Unit], folded: str) -> Iterator[tuple[Unit, Words, Span, Hits]]:
        """Each unit with the tokens around it, its own among them, and the word classes found there."""
        for begin, end, stretch in _stretches(units, len(folded)):
            with self._scanner.memory_zone():
                doc = self._scanner.read(folded[begin:end])
                words = Words(doc, begin)
                ranges = _token_ranges(words.starts, stretch)
                for unit, tokens, hits in zip(stretch, ranges, self._scanner.find(doc, ranges), strict=True):
                    yield unit, words, tokens, hits

    def _heading(self, text: str) -> _Heading:
        if text not in self._headings:
            if len(self._headings) >= _HEADINGS_KEPT:
                self._headings.clear()
            doc = self._scanner.read(fold(text))
            (hits,) = self._scanner.find(doc, [(0, len(doc))])
            self._headings[text] = _Heading(
                tuple(self._cues.below(hits)), self._roles.heading(hits), hits.classes
            )
        return self._headings[text]

    def _rows(self, read: ReadUnit, *, note: dict[Any, Any], unit_no: int, text: str) -> Iterator[CodedUnit]:
        unit = read.unit
        quoted = quotations(text[unit.start : unit.end])
        for decision in decide(read.given, self.codebook.by_id, checklist=unit.checklist):
            flags = _flags(decision, read, quoted)
            code = self.codebook.by_id[decision.given.code]
            yield CodedUnit(
                case_id=note["case_id"],
                entry_no=note["entry_no"],
                unit_no=unit_no,
                start=unit.start,
                end=unit.end,
                code=code.id,
                orientation=code.orientation,
                **_attributes(decision),
                flags=" ".join(flags),
                counts=decision.given.counts and "boilerplate" not in flags,
                rule_id=decision.given.rule.id,
                trigger=text[decision.given.start : decision.given.end],
                cues=decision.given.cues,
                source="rules",
                confidence="low" if decision.mixed else decision.given.values["confidence"],
                codebook_version=self.codebook.version,
            )


def _batches(notes: Iterable[dict[Any, Any]]) -> Iterator[list[dict[Any, Any]]]:
    """Some notes at a time, fewer where they are long."""
    batch: list[dict[Any, Any]] = []
    characters = 0
    for note in notes:
        batch.append(note)
        characters += len(str(note.get("text")))
        if len(batch) == _NOTES_AT_A_TIME or characters >= _CHARACTERS_AT_A_TIME:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _stretches(units: Sequence[Unit], length: int) -> Iterator[tuple[int, int, Sequence[Unit]]]:
    """A note of some length cut before units, so that no stretch is long unless one unit is."""
    if not units:
        return
    starts = [0]
    for at in range(1, len(units)):
        if units[at].end - units[starts[-1]].start > _STRETCH:
            starts.append(at)
    for first, after in pairwise((*starts, len(units))):
        begin = units[first].start if first else 0
        end = units[after].start if after < len(units) else length
        yield begin, end, units[first:after]


def _coding(notes: Iterable[CodedNote]) -> Coding:
    rows: list[CodedUnit] = []
    entries: list[EntryCount] = []
    for note in notes:
        rows += note.rows
        entries.append(note.entry)
    return Coding(
        pd.DataFrame(rows, columns=list(CodedUnit._fields)).astype({"counts": bool}),
        pd.DataFrame(entries, columns=list(EntryCount._fields)),
    )


def _give(fired: Fired, cues: Sequence[ActiveCue], words: Words, text: str) -> Given:
    context = read_context(fired, cues)
    return Given(
        rule=fired.rule,
        values=context.values,
        start=words.starts[fired.trigger.start],
        end=words.end(fired.trigger.end),
        cues="; ".join([_cue_text(active, words, text) for active in context.decided_by.values()]),
        counts=does_count(fired.rule.code, context.values),
    )


def _cue_text(active: ActiveCue, words: Words, text: str) -> str:
    if active.above:
        return f"{active.cue.id} (heading)"
    trigger = active.trigger
    said = " ".join(text[words.starts[trigger.start] : words.end(trigger.end)].split())
    return f"{active.cue.id} ({said})"


def _attributes(decision: Decision) -> dict[str, str]:
    """The context attributes of a row; OTH codes have none but the voice of content."""
    values = decision.given.values
    if decision.given.code.startswith("oth-"):
        voice = values["voice"] if decision.given.code == "oth-account-content" else "police"
        return {
            "polarity": "affirmed",
            "voice": voice,
            "status": "done",
            "frame": "current",
            "purpose": "",
            "origin": "police",
        }
    chosen = {key: values[key] for key in ("polarity", "voice", "status", "frame", "purpose", "origin")}
    return {**chosen, "status": "planned"} if decision.planned else chosen


def _flags(decision: Decision, read: ReadUnit, quoted: Sequence[tuple[int, int]]) -> list[str]:
    given, unit = decision.given, read.unit
    flags = []
    if given.values["boilerplate"] or unit.checklist:
        flags.append("boilerplate")
    if any(start <= given.start - unit.start and given.end - unit.start <= end for start, end in quoted):
        flags.append("quote")
    if read.unclear:
        flags.append("role-unclear")
    return flags


def _vocabulary(codebook: Codebook) -> frozenset[str]:
    return frozenset(
        word.lower()
        for words in codebook.words.values()
        for phrase in (*words.words, *words.exact)
        for word in phrase.split()
    )


def _opens_list(text: str, unit: Unit) -> bool:
    """Whether a sentence stands over the lines that follow, as "We will not ask for the following:" does."""
    last = text[unit.end - 1]
    return last == ":" or (last == ";" and text.find(":", unit.start, unit.end) >= 0)


def _in_list(before: Unit, unit: Unit, text: str) -> bool:
    """Whether a unit is one more item of the list the unit before it opens or stands in."""
    gap = text[before.end : unit.start]
    return unit.section == before.section and (
        text[before.end - 1] == ";" if "\n" not in gap else "\n\n" not in gap and bool(gap.strip())
    )


def _token_ranges(starts: Sequence[int], units: Sequence[Unit]) -> list[Span]:
    """The tokens of each unit."""
    ranges: list[Span] = []
    last = 0
    for unit in units:
        first = bisect_left(starts, unit.start, last)
        last = bisect_left(starts, unit.end, first)
        ranges.append((first, last))
    return ranges
