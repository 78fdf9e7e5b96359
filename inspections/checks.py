"""What is missing from a force's case files, and what in them contradicts itself.

Nothing is corrected: a check says what was found, in how many cases, and which measures lean on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from parameters.fields import FIELDS, CaseFileField, Table, fields_of
from parameters.models import Source

__all__ = [
    "MILESTONES_IN_ORDER",
    "Check",
    "check_cases",
    "check_notes",
    "check_reading",
    "find_gaps",
    "remarks",
]

GAP_COLUMNS = ["table", "field", "tells", "missing", "of", "status", "limits"]
MILESTONES_IN_ORDER = (
    ("offence_from", "reported_on"),
    ("reported_on", "recorded_on"),
    ("reported_on", "suspect_named_on"),
    ("reported_on", "arrested_on"),
    ("reported_on", "suspect_interviewed_on"),
    ("reported_on", "early_advice_on"),
    ("reported_on", "file_to_cps_on"),
    ("file_to_cps_on", "cps_decision_on"),
    ("reported_on", "charged_on"),
    ("reported_on", "closed_on"),
)
"""Pairs of dates, the first of which cannot be the later; no other order is certain in every case."""


@dataclass(frozen=True)
class Check:
    """Something found in the data that does not stop the inspection.

    Attributes
    ----------
    grade : {"limits", "noted"}
        Whether numbers lean on it.
    table, field : str
        Where it was found.
    found : str
        What was found, in words.
    count, of : int
        Rows that show it, of the rows looked at.
    cases : tuple of str
        References of the cases; restricted.
    effect : str
        What it does to the results.
    """

    grade: Literal["limits", "noted"]
    table: Table
    field: str
    found: str
    count: int
    of: int
    cases: tuple[str, ...]
    effect: str


def find_gaps(tables: Mapping[Table, pd.DataFrame]) -> pd.DataFrame:
    """List the fields a force does not hold, never fills in, or fills in only in part.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical tables by name.

    Returns
    -------
    DataFrame
        ``table, field, tells, missing, of, status, limits``, in the order of the data dictionary.
    """
    rows = [
        {"table": table, "field": field.name, "tells": field.tells, "limits": field.limits, **gap}
        for table, frame in tables.items()
        for field in FIELDS[table]
        if (gap := _gap(frame, field)) is not None
    ]
    return pd.DataFrame(rows, columns=GAP_COLUMNS)


def _gap(frame: pd.DataFrame, field: CaseFileField) -> dict[str, object] | None:
    if field.name not in frame:
        return {"missing": len(frame), "of": len(frame), "status": "not held"}
    empty = frame[field.name].isna()
    if len(frame) and empty.all():
        return {"missing": len(frame), "of": len(frame), "status": "never filled in"}
    expected = _expected(frame, field)
    missing = int((empty & expected).sum())
    return {"missing": missing, "of": int(expected.sum()), "status": "partly missing"} if missing else None


def _expected(frame: pd.DataFrame, field: CaseFileField) -> pd.Series:
    """Rows in which an empty value is a gap, and not the answer that it has not happened."""
    if field.expected == "always":
        return pd.Series(True, index=frame.index)
    if field.expected == "when closed":
        signs = [frame[name].notna() for name in ("closed_on", "charged_on") if name in frame]
        if "outcome_type" in frame:
            signs.append(frame["outcome_type"].notna() & (frame["outcome_type"] != "0"))
        return pd.concat(signs, axis=1).any(axis=1)
    return pd.Series(False, index=frame.index)


def check_reading(source: Source, rows: pd.DataFrame) -> Iterator[Check]:
    """Check how values are written: spaces around codes, dates without a day.

    Parameters
    ----------
    source : Source
        Mapping of the columns.
    rows : DataFrame
        Texts as written, by source column.
    """
    references = rows[str(source.columns["case_id"])].str.strip() if "case_id" in source.columns else None
    fields = fields_of(source.table)
    for name, column in source.columns.items():
        if not isinstance(column, str):
            continue
        if fields[name].kind in ("reference", "category"):
            padded = rows[column] != rows[column].str.strip()
            found = "spaces around the value, taken off"
            yield from _check(
                "noted", source.table, name, found, padded, references, "Results do not change."
            )
        if fields[name].kind == "date" and not _names_a_day(source.date_format(name)):
            filled = rows[column].str.strip() != ""
            found, effect = (
                "dates without a day; read as the first of the month",
                "Days are good to a month only.",
            )
            yield from _check("limits", source.table, name, found, filled, references, effect)


def _names_a_day(written: str) -> bool:
    return written == "iso" or any(mark in written for mark in ("%d", "%j", "%x", "%c", "%D", "%F"))


def check_cases(cases: pd.DataFrame, *, published: date) -> Iterator[Check]:
    """Check that the dates and outcomes of each case agree with each other.

    Parameters
    ----------
    cases : DataFrame
        Canonical cases.
    published : date
        Day of publication; no date can be later.
    """
    references = cases["case_id"]
    for earlier, later in MILESTONES_IN_ORDER:
        if earlier in cases and later in cases:
            effect = f"Times between {earlier} and {later} are wrong in these cases."
            found = f"{later} before {earlier}"
            yield from _check(
                "limits", "cases", later, found, cases[later] < cases[earlier], references, effect
            )
    for field in FIELDS["cases"]:
        if field.kind == "date" and field.name in cases:
            future = cases[field.name] > pd.Timestamp(published)
            effect = f"Times to and from {field.name} are wrong in these cases."
            yield from _check(
                "limits", "cases", field.name, "after the day of publication", future, references, effect
            )
    yield from _check_outcomes(cases)


def _check_outcomes(cases: pd.DataFrame) -> Iterator[Check]:
    if "outcome_type" not in cases:
        return
    references, outcome = cases["case_id"], cases["outcome_type"]
    charged, unknown_suspect = outcome.isin(["1", "1A"]), outcome.isin(["14", "18"])
    contradictions = [
        (
            "charged_on",
            "a charge date, but another outcome than charged",
            lambda held: held & ~charged & outcome.notna(),
        ),
        ("charged_on", "outcome charged, but no charge date", lambda held: ~held & charged),
        (
            "arrested_on",
            "outcome says no suspect identified, but one was arrested",
            lambda held: held & unknown_suspect,
        ),
        (
            "suspect_interviewed_on",
            "outcome says no suspect identified, but one was interviewed",
            lambda held: held & unknown_suspect,
        ),
    ]
    for name, found, contradicts in contradictions:
        if name in cases:
            effect = "Charge rates and results by outcome may be wrong by these cases."
            bad = contradicts(cases[name].notna())
            yield from _check("limits", "cases", "outcome_type", found, bad, references, effect)


def check_notes(notes: pd.DataFrame, cases: pd.DataFrame) -> Iterator[Check]:
    """Check that notes can be read, belong to the life of their case, and were not entered twice.

    Parameters
    ----------
    notes : DataFrame
        Canonical notes.
    cases : DataFrame
        Canonical cases.
    """
    references = notes["case_id"]
    without = ~cases["case_id"].isin(references)
    yield from _check(
        "limits",
        "cases",
        "case_id",
        "no notes",
        without,
        cases["case_id"],
        "These cases cannot be read or coded.",
    )
    empty = notes["text"].str.strip() == ""
    yield from _check(
        "noted", "notes", "text", "no words", empty, references, "Nothing to code in these entries."
    )
    again = notes.duplicated(["case_id", "text"]) & ~empty
    effect = "Counts of coded units rise by the repeats."
    yield from _check("noted", "notes", "text", "the same text again in one case", again, references, effect)
    if "entered_at" not in notes:
        return
    effect = "Codes do not change; check that the entry belongs to the case."
    dates = cases.set_index("case_id")
    for name, found in (("reported_on", "entered before the report"), ("closed_on", "entered after closure")):
        if name in dates:
            limit = notes["case_id"].map(dates[name])
            day = notes["entered_at"].dt.normalize()
            outside = day < limit if name == "reported_on" else day > limit
            yield from _check("noted", "notes", "entered_at", found, outside, references, effect)
    latest_before = notes.groupby("case_id")["entered_at"].cummax()
    unordered = notes["entered_at"] < latest_before
    effect = "Order of entries and gaps between them are uncertain."
    yield from _check(
        "noted", "notes", "entry_no", "numbered out of order of time", unordered, references, effect
    )


def _check(
    grade: Literal["limits", "noted"],
    table: Table,
    field: str,
    found: str,
    bad: pd.Series,
    references: pd.Series | None,
    effect: str,
) -> Iterator[Check]:
    """One check, where any row shows it."""
    count = int(bad.sum())
    if count:
        cases = tuple(sorted(set(references[bad]))) if references is not None else ()
        yield Check(grade, table, field, found, count, len(bad), cases, effect)


def remarks(gaps: pd.DataFrame, checks: pd.DataFrame) -> list[str]:
    """Gaps and checks as sentences without case references.

    Parameters
    ----------
    gaps, checks : DataFrame
        As in `CaseFiles`.
    """
    return [*_gap_sentences(gaps), *_check_sentences(checks)]


def _gap_sentences(gaps: pd.DataFrame) -> Iterator[str]:
    for gap in gaps.to_dict("records"):
        share = f" ({gap['missing']} of {gap['of']})" if gap["status"] == "partly missing" else ""
        limits = f" Limits: {gap['limits']}." if gap["limits"] else ""
        yield f"Gap: {gap['field']} in {gap['table']} is {gap['status']}{share}.{limits}"


def _check_sentences(checks: pd.DataFrame) -> Iterator[str]:
    for check in checks.to_dict("records"):
        share = f"{check['count']} of {check['of']}"
        where = f"{check['table']}, {check['field']}"
        yield f"{check['grade'].capitalize()}: {where}: {check['found']} ({share}). {check['effect']}"
