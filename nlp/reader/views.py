"""What the reader sees of a coding unit: its wording, what stands above it in the entry, nothing later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nlp.reader.corpus import Corpus, GoldUnit
from nlp.reader.plain import plain
from nlp.units import Unit, cut_units

_EARLIER_UNITS = 30
"""Units of the entry remembered; more would make one endless note slow and add nothing."""
_LETTERS = re.compile("[a-z]+")


class View(NamedTuple):
    """A unit as the reader sees it; every field is plain text.

    `before` is the unit before it in the entry, `earlier` all units before it, `role` the author's role,
    `heading` the role with the words of the entry type and of the title or label the unit stands under.
    """

    wording: str
    before: str
    earlier: str
    role: str
    heading: str


def views_of_note(note: Mapping[Any, Any], text: str, units: Sequence[Unit]) -> Iterator[View]:
    """The views of a note's units in order; `author_role` and `entry_type` are used where present."""
    role = f"role={_field(note, 'author_role').replace(' ', '-')}"
    entry = [role, *(f"type={word}" for word in _LETTERS.findall(_field(note, "entry_type")))]
    earlier: list[str] = []
    for unit in units:
        wording = plain(text[unit.start : unit.end])
        under = [f"under={word}" for word in _LETTERS.findall(unit.section)]
        yield View(
            wording=wording,
            before=earlier[-1] if earlier else "",
            earlier=" ".join(earlier[-_EARLIER_UNITS:]),
            role=role,
            heading=" ".join(entry + under),
        )
        earlier.append(wording)


def views_of_corpus(corpus: Corpus) -> list[View]:
    """The views of a corpus's gold units, in the corpus's order.

    Gold boundaries are kept as they were coded; the section is that of the unit the project's own
    cutting puts in the same place.
    """
    of_entry: dict[tuple[str, int], list[GoldUnit]] = {}
    for unit in corpus.units:
        of_entry.setdefault((unit.case_id, unit.entry_no), []).append(unit)
    notes = {(note["case_id"], note["entry_no"]): note for note in corpus.notes.to_dict("records")}
    views: list[View] = []
    for key, gold in of_entry.items():
        note = notes[key]
        text = note["text"]
        cut = cut_units(text).units
        placed = [Unit(unit.start, unit.end, section=_section_at(unit, cut)) for unit in gold]
        views += views_of_note(note, text, placed)
    return views


def _section_at(gold: GoldUnit, cut: Sequence[Unit]) -> str:
    overlaps = ((min(gold.end, unit.end) - max(gold.start, unit.start), unit.section) for unit in cut)
    shared, section = max(overlaps, key=lambda found: found[0], default=(0, ""))
    return section if shared > 0 else ""


def _field(note: Mapping[Any, Any], name: str) -> str:
    value = note.get(name)
    return value.lower() if isinstance(value, str) else ""
