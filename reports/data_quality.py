"""The annex on the quality of a force's data: what limits its results, and how full its fields are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.labels import field_label, lower_first, place_label, typeset, with_labels
from reports.release import Release
from reports.tables import Column, note_below, pipe_table, status_note

__all__ = ["completeness", "quality"]

_NOT_COUNTED = "Not counted by case"
_COUNTS = {"suppressed": "Suppressed", "not recorded": "Not recorded", "not counted": _NOT_COUNTED}


def quality(release: Release, grade: str) -> str:
    """Return what was found of one grade, as a table.

    Parameters
    ----------
    release : Release
        With the rows of ``data_quality.csv``.
    grade : {"limits", "noted"}
        Limits name the measures that lean on them; what is noted names none.
    """
    rows = [row for row in release.quality if row["grade"] == grade]
    if not rows:
        return "Nothing was found.\n"
    limits = grade == "limits"
    columns = [
        Column("Where", 17 if limits else 22),
        Column("What was found", 17 if limits else 30),
        Column("Cases", 13),
        Column("What it does", 24 if limits else 35),
        *([Column("Measures that lean on it", 29)] if limits else []),
    ]
    cells = (
        (
            place_label(row["table"], row["field"]),
            _first_up(with_labels(row["found"])),
            _cases(row),
            typeset(with_labels(row["effect"])),
            *([typeset(row["measures"]) or "None yet"] if limits else []),
        )
        for row in rows
    )
    caption = "What limits the results" if limits else "What is noted and limits no result"
    table = pipe_table(columns, cells, caption=caption, label=f"data-{grade}")
    note = status_note(row["status"] for row in rows)
    return f"{table}\n{note_below([note])}" if note else table


def _cases(row: Mapping[str, str]) -> str:
    if row["status"] in _COUNTS:
        return _COUNTS[row["status"]]
    return f"{round(float(row['cases'])):,} of {round(float(row['of'])):,}"


def _first_up(words: str) -> str:
    return typeset(words[:1].upper() + words[1:])


def completeness(release: Release) -> str:
    """Return by quarter how far fields are filled in; fields that always are get one sentence."""
    quarters = sorted({row["quarter"] for row in release.completeness})
    by_field: dict[str, dict[str, str]] = {}
    for row in release.completeness:
        words = row["filled"] if row["status"] == "shown" else row["status"]
        by_field.setdefault(row["field"], {})[row["quarter"]] = words[:1].upper() + words[1:]
    if not by_field:
        return "No field was counted by quarter.\n"
    whole = [name for name, told in by_field.items() if set(told.values()) == {"All"}]
    partly = {name: told for name, told in by_field.items() if name not in whole}
    parts = []
    if partly:
        columns = [Column("Field", 28), *(Column(quarter, 72 // len(quarters)) for quarter in quarters)]
        cells = (
            [field_label(name), *(told.get(quarter, "") for quarter in quarters)]
            for name, told in partly.items()
        )
        parts.append(
            pipe_table(
                columns, cells, caption="Cases with the field filled in, by quarter", label="completeness"
            )
        )
        statuses = [row["status"] for row in release.completeness if row["field"] in partly]
        if note := status_note(statuses):
            parts.append(note_below([note]))
    if whole:
        parts.append(f"Filled in wherever it should be, in every quarter: {_list(whole)}.\n")
    return "\n".join(parts)


def _list(names: Sequence[str]) -> str:
    return "; ".join(lower_first(field_label(name)) for name in names)
