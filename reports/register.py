"""The register of recommendations: what was asked of whom, and what has become of it.

It is one CSV file for all forces, a row for each status a recommendation has had, and a page of the site.
The next inspection starts from it: the file of the last one is kept as ``reports/register/earlier.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from parameters import InspectionError, Problem
from parameters.disk import whole_file, write_whole
from parameters.problems import as_written
from parameters.spreadsheet_text import guarded, unguarded
from reports.home import site_metadata
from reports.recommendations import (
    OPEN,
    Decisions,
    EarlierRecommendation,
    brought_up_to_date,
)
from reports.release import Release
from reports.source import write_metadata
from reports.tables import Column, escape_note, format_date, pipe_table

__all__ = ["COLUMNS", "EARLIER", "REGISTER", "keep_register", "read_register", "still_open", "write_register"]

COLUMNS = (
    "inspection", "force", "force_name", "number", "pillar", "owner", "deadline", "act", "measure",
    "judgements", "findings", "evidence", "date", "status", "by", "note",
)  # fmt: skip
"""Columns of the register. ``judgements`` and ``findings`` are ids, ``evidence`` their statements."""

REGISTER, EARLIER = "recommendations.csv", "earlier.csv"
_KEPT = "register.csv"
_OF_A_RECOMMENDATION = COLUMNS[: COLUMNS.index("date")]


def keep_register(
    generated: Path,
    decisions: Decisions,
    *,
    release: Release,
    earlier: Sequence[EarlierRecommendation] = (),
) -> None:
    """Keep beside a force's partials its rows of the register.

    Parameters
    ----------
    generated : Path
        ``reports/<force>/_generated``.
    decisions : Decisions
        The author's recommendations, and the follow-up of earlier ones.
    release : Release
        Holds the findings they rest on.
    earlier : sequence of EarlierRecommendation
        Those of earlier inspections that were still open.
    """
    entries = [*brought_up_to_date(earlier, decisions), *_of_this_inspection(decisions, release=release)]
    facts = release.facts
    with whole_file(generated / _KEPT) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for entry in entries:
            writer.writerows(map(_guarded, _rows(entry, force=facts.force, name=facts.name)))


def write_register(root: Path, forces: Iterable[str]) -> None:
    """Write the register's page and file from the rows kept of each force.

    Parameters
    ----------
    root : Path
        The project's folder.
    forces : iterable of str
        Forces whose reports are on the site.
    """
    folder = root / "reports" / "register"
    kept = [root / "reports" / force / "_generated" / _KEPT for force in sorted(forces)]
    rows = [row for path in kept if path.is_file() for row in _read(path)]
    (folder / "_generated").mkdir(parents=True, exist_ok=True)
    with whole_file(folder / REGISTER) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(_guarded, rows))
    write_whole(folder / "_generated" / "register.md", _page(rows))
    write_metadata(folder, {**site_metadata(root, forces), "home": "../../index.html"})


def read_register(path: Path, *, force: str) -> list[EarlierRecommendation]:
    """Read what a register holds of a force; nothing where no inspection came before.

    Parameters
    ----------
    path : Path
        The register of an earlier inspection.
    force : str
        Short name of the force.

    Raises
    ------
    InspectionError
        When the file lacks a column, or holds a value that cannot be read: every such place.
    """
    if not path.is_file():
        return []
    rows = _read(path)
    if rows and (missing := [name for name in COLUMNS if name not in rows[0]]):
        message = f"has no column {', '.join(missing)}."
        remedy = "Give the register as the last inspection wrote it, with all its columns."
        raise InspectionError([Problem(path.name, "", "", message, remedy)])
    own = sorted(
        (row for row in rows if row["force"] == force), key=lambda row: (row["inspection"], row["number"])
    )
    read: list[EarlierRecommendation] = []
    problems: list[Problem] = []
    for (inspection, number), group in groupby(own, key=lambda row: (row["inspection"], row["number"])):
        try:
            read.append(_earlier(list(group)))
        except ValidationError as error:
            problems += [
                Problem(
                    path.name,
                    f"recommendation {number} of {inspection}, {'.'.join(map(str, detail['loc']))}",
                    str(detail["input"]),
                    f'is "{detail["input"]}", which cannot be read.',
                    f"{detail['msg']}. Correct it in the register.",
                )
                for detail in error.errors()
            ]
    if problems:
        raise InspectionError(problems)
    return sorted(read, key=lambda entry: (entry.inspection, entry.number))


def still_open(register: Iterable[EarlierRecommendation], *, inspection: str) -> list[EarlierRecommendation]:
    """Return the recommendations of other inspections on which something was still to be done."""
    return [entry for entry in register if entry.status in OPEN and entry.inspection != inspection]


def _of_this_inspection(decisions: Decisions, *, release: Release) -> Iterator[EarlierRecommendation]:
    statements = {finding.id: finding.statement for finding in release.findings}
    for entry in decisions.published:
        yield EarlierRecommendation(
            inspection=release.facts.inspection.id,
            number=entry.number,
            pillar=entry.pillar,
            owner=_line(entry.owner),
            deadline=entry.deadline,
            act=_line(entry.act),
            measure=_line(entry.measure),
            judgements=entry.answers,
            findings=entry.findings,
            evidence=" | ".join(statements[name] for name in entry.findings),
            history=entry.history,
        )


def _rows(entry: EarlierRecommendation, *, force: str, name: str) -> Iterator[dict[str, Any]]:
    fixed = {
        **entry.model_dump(mode="json", exclude={"history"}),
        "force": force,
        "force_name": name,
        "judgements": " ".join(entry.judgements),
        "findings": " ".join(entry.findings),
    }
    for step in entry.history:
        yield {**fixed, **step.model_dump(mode="json"), "note": _line(step.note)}
    if not entry.history:
        yield {**fixed, "date": "", "status": "draft", "by": "", "note": ""}


def _guarded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: guarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def _earlier(rows: list[dict[str, str]]) -> EarlierRecommendation:
    first = rows[0]
    fixed: dict[str, Any] = {
        name: first[name] for name in _OF_A_RECOMMENDATION if name not in ("force", "force_name")
    }
    history = [
        {name: row[name] for name in ("date", "status", "by", "note")}
        for row in rows
        if row["status"] != "draft"
    ]
    lists = {name: first[name].split() for name in ("judgements", "findings")}
    return EarlierRecommendation.model_validate({**fixed, **lists, "history": history})


def _read(path: Path) -> list[dict[str, str]]:
    remedy = "Give the register as it was written; save it as CSV UTF-8 if it was edited."
    with as_written(path.name, remedy=remedy), path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, restval="", strict=True)
        return [{name: unguarded(cell) for name, cell in row.items()} for row in rows]


# --- the page -------------------------------------------------------------------------------------------


def _page(rows: Sequence[Mapping[str, str]]) -> str:
    if not rows:
        return "No recommendation has been made.\n"
    parts = []
    for force, group in groupby(rows, key=lambda row: row["force"]):
        own = list(group)
        name = own[0]["force_name"]
        parts += [f"## {escape_note(name)} {{#{force}}}\n", _standing(own, force=force, name=name)]
        parts += [_over_time(own, force=force, name=name)]
    return "\n".join(parts)


def _standing(rows: Sequence[Mapping[str, str]], *, force: str, name: str) -> str:
    last = {(row["inspection"], row["number"]): row for row in rows}
    columns = (
        Column("No.", 9),
        Column("What should be different", 45),
        Column("Who", 22),
        Column("By when", 12),
        Column("Status", 12),
    )
    cells = (
        (
            _number(row),
            row["act"].removeprefix("that ")[:1].upper() + row["act"].removeprefix("that ")[1:],
            row["owner"][:1].upper() + row["owner"][1:],
            format_date(date.fromisoformat(row["deadline"])),
            row["status"].capitalize(),
        )
        for row in last.values()
    )
    return pipe_table(
        columns, cells, caption=f"Recommendations to {name} and their status", label=f"standing-{force}"
    )


def _over_time(rows: Sequence[Mapping[str, str]], *, force: str, name: str) -> str:
    columns = (
        Column("No.", 9),
        Column("Date", 14),
        Column("Status", 14),
        Column("By", 18),
        Column("Note", 45),
    )
    cells = (
        (
            _number(row),
            format_date(date.fromisoformat(row["date"])),
            row["status"].capitalize(),
            row["by"],
            row["note"] or "\N{EN DASH}",
        )
        for row in sorted(rows, key=lambda row: row["date"])
        if row["date"]
    )
    return pipe_table(columns, cells, caption=f"{name}: status over time", label=f"history-{force}")


def _number(row: Mapping[str, str]) -> str:
    return f"{row['number']} of {row['inspection']}"


def _line(text: str) -> str:
    return " ".join(text.split())
