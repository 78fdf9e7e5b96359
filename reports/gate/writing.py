"""What people owe a report before it goes out: decisions, finished prose, approvals, an audit, signatures."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from parameters.spreadsheet_text import unguarded
from reports.authors_yaml import read_authors_text
from reports.changes import read_changes
from reports.gate.items import Found, Item
from reports.gate.release_file import REQUIRED_SIGNATURES, ReleaseFile, Signature
from reports.recommendations import OPEN, Decisions
from reports.release import Release

__all__ = [
    "extracts_approved",
    "no_passages_to_read_again",
    "no_placeholders",
    "recommendations_decided",
    "signed",
    "texts_of",
]

_COMMENT = re.compile(r"<!--.*?-->|\{\{<.*?>\}\}", re.DOTALL)
_PLACEHOLDER = re.compile(r"(?<!!)\\?\[(?!\^)([^\[\]]*?[A-Za-z][^\[\]]*?)\\?\](?![({])")


def recommendations_decided(decisions: Decisions, release: Release) -> Item:
    """Check that nothing is still a draft, and that each recommendation has an owner and a date to come."""
    file = "recommendations.yml"
    found = [
        Found("fail", "is still a draft", f"{file}, {problem.field}")
        for problem in decisions.unsettled(file=file)
    ]
    for entry in decisions.published:
        if not entry.owner.strip():
            found.append(Found("fail", "has no owner", f"{file}, recommendation {entry.number}"))
        if entry.status in OPEN and entry.deadline <= release.facts.published:
            says = "is due before the report is published"
            found.append(Found("fail", says, f"{file}, recommendation {entry.number}"))
    looked_at = f"{len(decisions.judgements)} judgements, {len(decisions.published)} recommendations"
    return Item(
        "recommendations", "Recommendations are decided, with owner and date", looked_at, tuple(found)
    )


def texts_of(decisions: Decisions) -> Iterator[tuple[str, str]]:
    """Give the words that an author wrote in ``recommendations.yml``, after the entry they stand in."""
    for judgement in decisions.judgements:
        yield f"judgement {judgement.id}", f"{judgement.text}\n{judgement.reasons}"
    for entry in decisions.published:
        notes = "\n".join(step.note for step in entry.history)
        yield f"recommendation {entry.number}", f"{entry.owner}\n{entry.act}\n{entry.measure}\n{notes}"
    for follow_up in decisions.earlier:
        notes = "\n".join(step.note for step in follow_up.history)
        yield f"earlier {follow_up.inspection} {follow_up.number}", notes


def no_placeholders(folder: Path, decisions: Decisions) -> Item:
    """Find what the template asks an author to write, in square brackets, and has not been written."""
    places = [
        (f"reports/{folder.name}/{path.name}, line {line}", words)
        for path in sorted(folder.glob("*.qmd"))
        for line, words in _placeholders(read_authors_text(path))
    ]
    places += [
        (f"recommendations.yml, {where}", words)
        for where, text in texts_of(decisions)
        for _, words in _placeholders(text)
    ]
    says = "words in square brackets, to be written by the author"
    found = tuple(Found("fail", says, where, words) for where, words in places)
    return Item("placeholders", "Nothing is left for the author to write", found=found)


def _placeholders(text: str) -> Iterator[tuple[int, str]]:
    prose = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in _PLACEHOLDER.finditer(prose):
        yield prose.count("\n", 0, found.start()) + 1, found[1]


def no_passages_to_read_again(folder: Path) -> Item:
    """Refuse while a passage leans on a number that has changed since its author read it."""
    found = [
        Found(
            "fail",
            "leans on what has changed; read it again",
            f"{folder.name}/{flag.file}, line {flag.line}",
            flag.text,
            flag.id,
        )
        for flag in read_changes(folder)
    ]
    title = "No passage leans on a number that has changed since it was read"
    return Item("read-again", title, found=tuple(found))


def extracts_approved(release: Release, manifest: Mapping[str, Any], restricted: Path) -> Item:
    """Check that a named person approved each extract, in these words.

    Parameters
    ----------
    release : Release
        The extracts that would go out.
    manifest : mapping
        Of the run: holds the approvals of the parameter file.
    restricted : Path
        Holds ``extracts.csv``, from which a person chose.
    """
    approvals = {
        entry["id"]: (entry["approved_by"], entry["approved_on"])
        for entry in manifest["parameters"]["force"]["approved_extracts"]
    }
    proposed = {}
    if (table := restricted / "extracts.csv").is_file():
        with table.open(encoding="utf-8", newline="") as file:
            proposed = {row["id"]: unguarded(row["text"]) for row in csv.DictReader(file)}
    found = []
    for number, extract in enumerate(release.extracts, 1):
        where = f"extracts.json, extract {number}"
        by, on = extract.get("approved_by", ""), extract.get("approved_on", "")
        if not (by and on) or approvals.get(extract["id"]) != (by, on):
            found.append(
                Found("fail", "an extract that nobody approved in the force's parameter file", where)
            )
        elif proposed.get(extract["id"]) != extract["text"]:
            found.append(Found("fail", "an extract in other words than were approved", where))
    title = "Each extract was approved by a named person"
    return Item("extracts", title, f"{len(release.extracts)} extracts", tuple(found))


def signed(file: ReleaseFile, release: Release, *, fingerprint: str) -> Item:
    """Check audit and signatures: who, when and why, and that the release is signed for these pages."""
    found: list[Found] = []
    by_what = {entry.for_: entry for entry in file.signatures}
    for what in REQUIRED_SIGNATURES:
        entry = by_what.get(what)
        where = f"release.yml, signature for {what}"
        if entry is None:
            found.append(Found("fail", "is not there", where))
        elif missing := [*entry.missing()]:
            found.append(Found("fail", f"lacks: {', '.join(missing)}", where))
        elif entry.date and entry.date > release.facts.published:
            found.append(Found("review", "is later than the day of publication", where))
    if not file.author:
        found.append(Found("fail", "the author of the report is not named", "release.yml, author"))
    if (entry := by_what.get("release")) and entry.by:
        found += _of_these_pages(entry, file.author, fingerprint)
    title = "The coding was audited, and people have signed"
    return Item("sign-offs", title, f"{len(REQUIRED_SIGNATURES)} signatures are needed", tuple(found))


def _of_these_pages(entry: Signature, author: str, fingerprint: str) -> Iterator[Found]:
    where = "release.yml, signature for release"
    if entry.by.casefold() == author.casefold():
        yield Found("fail", "the author may not sign for the release alone", where)
    if not entry.pages:
        yield Found("review", f"does not say of which pages; those checked now are {fingerprint}", where)
    elif entry.pages != fingerprint:
        yield Found("fail", f"was given for other pages than these, which are {fingerprint}", where)
