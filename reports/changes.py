"""Which passages of an author's lean on a number or a finding that has changed since the author read it.

``reports/<force>/as-read.json`` holds, for each passage, the values as its author last read them. A flag is
cleared by :func:`mark_read` alone. To edit a passage clears nothing: new words about a value take over what
was last read of it, in the passage that is gone or else at the last refresh.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from parameters import InspectionError, Problem
from parameters.disk import whole_file, write_whole
from parameters.problems import as_written
from reports.authors_yaml import read_authors_text
from reports.passages import TEXT, Passage, chapter_headings, chapter_id, sentence_ids
from reports.tables import escape_note

__all__ = [
    "Change",
    "Flag",
    "find_flags",
    "flat",
    "mark_draft",
    "mark_read",
    "read_again",
    "read_again_list",
    "read_changes",
    "write_changes",
]

_AS_READ, _SHOWN, _CHANGES = "as-read.json", "shown.json", "changes.csv"
_COLUMNS = ("id", "file", "line", "what", "value", "before", "now", "text")

_WORDS_SHOWN = 100
_REMEDY = (
    "Restore it from an earlier copy, or delete it and refresh the report: all is then to be read again."
)

AsRead = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """A value as the author last read it, and as it is now."""

    value: str
    before: str
    now: str

    @property
    def name(self) -> str:
        """The value's name; that of a finding for its statement."""
        return self.value.removeprefix("finding.").removesuffix(".statement")

    @property
    def is_statement(self) -> bool:
        """Whether it is what a finding says, rather than a number or a word to cite."""
        return self.value.endswith(".statement")

    def __str__(self) -> str:
        """Say a number in a line; of a statement, which is long, only whose it is."""
        if self.is_statement:
            return self.name
        return f"{self.name} was {self.before or 'nothing'} and is now {self.now or 'nothing'}"


@dataclass(frozen=True)
class Flag:
    """A passage to be read again; ``id`` clears it."""

    id: str
    file: str
    line: int
    what: str
    text: str
    changes: tuple[Change, ...]

    @property
    def place(self) -> str:
        """Where it is, and what."""
        words = self.text if len(self.text) <= _WORDS_SHOWN else f"{self.text[:_WORDS_SHOWN]} ..."
        return f"{self.file}, line {self.line}, {self.what}" + (
            f": {words}" if self.what == "sentence" else ""
        )


def flat(values: Mapping[str, Any]) -> dict[str, str]:
    """Return metadata by dotted names, as plain words without the escapes of Markdown."""
    return dict(_flat(values))


def find_flags(
    folder: Path, passages: Sequence[Passage], numbers: Mapping[str, str]
) -> tuple[list[Flag], AsRead]:
    """Compare what each passage leans on with what its author last read.

    Parameters
    ----------
    folder : Path
        ``reports/<force>``.
    passages : sequence of Passage
        Those of the author's files now.
    numbers : mapping
        The metadata now, from :func:`flat`.

    Returns
    -------
    list of Flag
        In the order of the passages.
    dict
        The values as read, for ``as-read.json``.
    """
    kept: AsRead = _json(folder / _AS_READ)
    shown: dict[str, str] = _json(folder / "_generated" / _SHOWN) or dict(numbers)
    present = {passage.id for passage in passages}
    gone: dict[tuple[str, str], str] = {}
    for name, entry in kept.items():
        for value, read in entry["values"].items() if name not in present else ():
            if read != numbers.get(value, "") or (entry["file"], value) not in gone:
                gone[entry["file"], value] = read
    as_read: AsRead = {}
    for passage in passages:
        before = kept.get(passage.id, {}).get("values", {})
        read = {
            value: before.get(value, gone.get((passage.file, value), shown.get(value, "")))
            for value in passage.values
        }
        as_read[passage.id] = {"file": passage.file, "what": passage.what, "values": read}
    flags = [
        Flag(passage.id, passage.file, passage.line, passage.what, passage.text, changes)
        for passage in passages
        if (changes := tuple(_changed(as_read[passage.id]["values"], numbers)))
    ]
    return flags, as_read


def write_changes(folder: Path, flags: Iterable[Flag], as_read: AsRead, numbers: Mapping[str, str]) -> None:
    """Keep what was read and what is shown now, and list the flags in ``_generated/changes.csv``."""
    generated = folder / "_generated"
    with whole_file(generated / _CHANGES) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(
            (flag.id, flag.file, flag.line, flag.what, change.value, change.before, change.now, flag.text)
            for flag in flags
            for change in flag.changes
        )
    _write_json(folder / _AS_READ, as_read)
    _write_json(generated / _SHOWN, dict(numbers))


def read_changes(folder: Path) -> list[Flag]:
    """Read the flags that the last refresh of ``reports/<force>`` found."""
    path = folder / "_generated" / _CHANGES
    if not path.is_file():
        return []
    flags = []
    with as_written(path.name, remedy=_REMEDY), path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
        for name, group in groupby(rows, key=lambda row: row["id"]):
            own = list(group)
            changes = tuple(Change(row["value"], row["before"], row["now"]) for row in own)
            first = own[0]
            flags.append(Flag(name, first["file"], int(first["line"]), first["what"], first["text"], changes))
    return flags


def mark_read(folders: Sequence[Path], ids: Sequence[str]) -> None:
    """Clear flags whose passages the author has read again, against the values of the last refresh.

    Parameters
    ----------
    folders : sequence of Path
        ``reports/<force>`` of each force in hand.
    ids : sequence of str
        Ids of flags.

    Raises
    ------
    InspectionError
        When an id is not that of a flag; then nothing is cleared.
    """
    flags = {flag.id: (folder, flag) for folder in folders for flag in read_changes(folder)}
    if unknown := [name for name in ids if name not in flags]:
        known = ", ".join(flags)
        remedy = f"Those to be read again are: {known}." if known else "Nothing is to be read again."
        raise InspectionError(
            Problem("inspection report", "--seen", name, f'is "{name}", which is not a flag.', remedy)
            for name in unknown
        )
    for name in ids:
        folder, flag = flags[name]
        as_read: AsRead = _json(folder / _AS_READ)
        with as_written(_AS_READ, remedy=_REMEDY):
            as_read[name]["values"] |= {change.value: change.now for change in flag.changes}
        _write_json(folder / _AS_READ, as_read)


def mark_draft(folder: Path) -> None:
    """Put a mark after each flagged sentence and chapter heading of a *copy* of a report's folder."""
    flags = {flag.id for flag in read_changes(folder) if flag.file == TEXT}
    path = folder / TEXT
    text = read_authors_text(path)
    marks = [
        (stretch.end, f" {read_again(name)}" if stretch.mark == "inline" else f"\n\n{read_again(name)}\n")
        for name, stretch in sentence_ids(text, force=folder.name)
        if name in flags and stretch.mark != "nowhere"
    ]
    marks += [
        (heading.end(), f"\n\n{read_again(name)}\n")
        for heading in chapter_headings(text)
        if (name := chapter_id(heading[1], force=folder.name)) in flags
    ]
    for place, mark in sorted(marks, reverse=True):
        text = f"{text[:place]}{mark}{text[place:]}"
    path.write_text(text, encoding="utf-8")


def read_again(name: str) -> str:
    """Mark in a draft what is to be read again, with the id that clears it; Markdown."""
    return f"[**\\[Read again: {name}\\]**]{{.read-again}}"


def read_again_list(flags: Sequence[Flag]) -> dict[str, list[str]]:
    """Return the metadata that puts a list of the flags at the head of a draft; none without flags.

    It names what changed and gives no number: one that was told before may have to be hidden now.
    """
    if not flags:
        return {}
    return {
        "read-again": [
            f"**{flag.id}** {escape_note(flag.place)}: "
            f"{escape_note('; '.join(change.name for change in flag.changes))}."
            for flag in flags
        ]
    }


def _changed(read: Mapping[str, str], numbers: Mapping[str, str]) -> Iterator[Change]:
    for value, before in read.items():
        if before != (now := numbers.get(value, "")):
            yield Change(value, before, now)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", re.sub(r"\\(.)", r"\1", str(value))


def _json(path: Path) -> dict[str, Any]:
    with as_written(path.name, remedy=_REMEDY):
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
