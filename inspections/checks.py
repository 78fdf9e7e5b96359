"""What is missing from a force's case files, and what in them contradicts itself.

Nothing is corrected: a check says what was found, in how many cases, and which measures lean on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import pandas as pd

from inspections.columns import column, is_true
from inspections.completeness import closed
from parameters.fields import (
    CHARGED,
    DECIDED_BY_CPS,
    FIELDS,
    NO_SUSPECT_IDENTIFIED,
    NOT_YET_ASSIGNED,
    OFFENCE_CODES,
    OUTCOMES_OF_OTHER_OFFENCES,
    SUSPECT_IDENTIFIED,
    Table,
    fields_of,
)
from parameters.models import Source

__all__ = [
    "MILESTONES_IN_ORDER",
    "Check",
    "check_cases",
    "check_further_tables",
    "check_notes",
    "check_reading",
    "contradicted_outcomes",
    "merge_checks",
]

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

USUAL_ORDER = (
    ("recorded_on", "closed_on"),
    ("arrested_on", "closed_on"),
    ("suspect_interviewed_on", "closed_on"),
    ("file_to_cps_on", "charged_on"),
    ("cps_decision_on", "charged_on"),
    ("charged_on", "closed_on"),
)
"""Pairs of dates that come in this order, but for a reopened case or a charge before the file is sent."""

SUMMER_IN_UTC = r"^\d{4}-0[4-9]-\d\d.\d\d:\d\d.*(?:Z|[+-]00:?00)$"
"""A time of April to September that is not told by British clocks, which are an hour ahead of UTC then."""


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


def check_reading(source: Source, rows: pd.DataFrame, references: pd.Series) -> Iterator[Check]:
    """Check how values are written in a block of rows: spaces around codes, dates without a day, UTC.

    Parameters
    ----------
    source : Source
        Mapping of the columns.
    rows : DataFrame
        Texts as written, by source column.
    references : Series of str
        Case reference of each row.
    """
    fields, holds = fields_of(source.holds), source.holds
    for name, written_as in source.columns.items():
        if not isinstance(written_as, str):
            continue
        if fields[name].kind in ("reference", "category"):
            padded = rows[written_as] != rows[written_as].str.strip()
            found = "spaces around the value, taken off"
            yield from _check("noted", holds, name, found, padded, references, "Results do not change.")
        if fields[name].kind == "date" and not _names_a_day(source.date_format(name)):
            filled = rows[written_as].str.strip() != ""
            found, effect = (
                "dates without a day; read as the first of the month",
                "Days are good to a month only.",
            )
            yield from _check("limits", holds, name, found, filled, references, effect)
        if fields[name].kind in ("date", "time"):
            behind = rows[written_as].str.strip().str.contains(SUMMER_IN_UTC, regex=True)
            found = "times of summer in UTC, an hour behind the clock; read as written"
            effect = "Times are an hour early, and days a day early where it was before one in the morning."
            yield from _check("limits", holds, name, found, behind, references, effect)


def merge_checks(checks: Iterable[Check], *, of: int) -> list[Check]:
    """Put together what was found in the blocks of one extract of `of` rows, in order of first sight."""
    alike: dict[Check, list[Check]] = {}
    for check in checks:
        alike.setdefault(replace(check, count=0, of=of, cases=()), []).append(check)
    return [
        replace(
            kind,
            count=sum(check.count for check in found),
            cases=tuple(sorted({case for check in found for case in check.cases} - {""})),
        )
        for kind, found in alike.items()
    ]


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
    for earlier, later in USUAL_ORDER:
        if earlier in cases and later in cases:
            before = cases[later] < cases[earlier]
            found, effect = (
                f"{later} before {earlier}",
                "Check whether the case was reopened, or a date is wrong.",
            )
            yield from _check("noted", "cases", later, found, before, references, effect)
    for field in FIELDS["cases"]:
        if field.kind == "date" and field.name in cases:
            future = cases[field.name] > pd.Timestamp(published)
            effect = f"Times to and from {field.name} are wrong in these cases."
            yield from _check(
                "limits", "cases", field.name, "after the day of publication", future, references, effect
            )
    yield from _check_offence_codes(cases)
    yield from _check_outcomes(cases)


def _check_offence_codes(cases: pd.DataFrame) -> Iterator[Check]:
    if "offence_code" in cases:
        codes = cases["offence_code"]
        unknown = codes.notna() & ~codes.isin(list(OFFENCE_CODES))
        found = "not a Home Office code of a sexual offence"
        effect = "These cases are left out wherever offences are selected by code."
        yield from _check("noted", "cases", "offence_code", found, unknown, cases["case_id"], effect)


def _check_outcomes(cases: pd.DataFrame) -> Iterator[Check]:
    """Check each outcome type against the outcome framework, and against the fields that go with it."""
    if "outcome_type" not in cases:
        return
    effect = "Charge rates and results by outcome may be wrong by these cases."
    for found, bad in contradicted_outcomes(cases).items():
        yield from _check("limits", "cases", "outcome_type", found, bad, cases["case_id"], effect)


def contradicted_outcomes(cases: pd.DataFrame) -> dict[str, pd.Series]:
    """Cases whose outcome type cannot be right, as the outcome framework or other fields show.

    A date that the force records in none of these cases contradicts nothing.

    Parameters
    ----------
    cases : DataFrame
        All of a force's canonical cases, with ``outcome_type``.

    Returns
    -------
    dict of str to Series of bool
        What is wrong, in words -> the cases of which it is true; a case may be in several.
    """
    outcome = column(cases, "outcome_type")
    given, charged = outcome.notna() & outcome.ne(NOT_YET_ASSIGNED), outcome.isin(CHARGED)
    charge_date, cps_date = (column(cases, name).notna() for name in ("charged_on", "cps_decision_on"))
    met = column(cases, "arrested_on").notna() | column(cases, "suspect_interviewed_on").notna()
    named = column(cases, "suspect_named").astype("boolean")
    return {
        "an outcome that no sexual offence can have": outcome.isin(OUTCOMES_OF_OTHER_OFFENCES),
        "closed, but no outcome": closed(cases) & ~given,
        "a charge date, but another outcome than charged": charge_date & given & ~charged,
        "outcome charged, but no charge date": charged & ~charge_date & bool(charge_date.any()),
        "outcome says no suspect identified, but one was named, arrested or interviewed": (
            outcome.isin(NO_SUSPECT_IDENTIFIED) & (is_true(named) | met)
        ),
        "outcome says a suspect was identified, but none was named": (
            outcome.isin(SUSPECT_IDENTIFIED) & ~named.fillna(True).astype(bool)
        ),
        "outcome says the CPS decided, but there is no CPS decision date": (
            outcome.isin(DECIDED_BY_CPS) & ~cps_date & bool(cps_date.any())
        ),
    }


def check_notes(notes: pd.DataFrame, cases: pd.DataFrame) -> Iterator[Check]:
    """Check that notes can be read, belong to the life of their case, and were not entered twice.

    Parameters
    ----------
    notes : DataFrame
        Canonical notes, with `text_hash`, `near_hash` and `no_words` in place of their texts, and ``case_id``
        as a category.
    cases : DataFrame
        Canonical cases.
    """
    references, empty = notes["case_id"], notes["no_words"]
    places = references.cat.categories.get_indexer(pd.Index(cases["case_id"]))
    without = pd.Series(places, index=cases.index) < 0
    effect = "These cases cannot be read or coded."
    yield from _check("limits", "cases", "case_id", "no notes", without, cases["case_id"], effect)
    effect = "Nothing to code in these entries."
    yield from _check("noted", "notes", "text", "no words", empty, references, effect)
    again = notes["text_hash"].duplicated() & ~empty
    effect = "Counts of coded units rise by the repeats."
    yield from _check("noted", "notes", "text", "the same text again in one case", again, references, effect)
    nearly = notes["near_hash"].duplicated() & ~again & ~empty
    found = "the same text again in one case, but for digits, spaces and capitals"
    yield from _check("noted", "notes", "text", found, nearly, references, effect)
    if "entered_at" in notes:
        yield from _check_times_of_notes(notes, cases)


def _check_times_of_notes(notes: pd.DataFrame, cases: pd.DataFrame) -> Iterator[Check]:
    references, entered = notes["case_id"], notes["entered_at"]
    effect = "Codes do not change; check that the entry belongs to the case."
    for name, found in (("reported_on", "entered before the report"), ("closed_on", "entered after closure")):
        if name in cases:
            of_case = cases.set_index("case_id")[name].reindex(references.cat.categories)
            limit = pd.Series(of_case.array.take(references.cat.codes), index=notes.index)
            after = pd.Timedelta(days=1)  # an entry later on the day of closure belongs to it
            outside = entered < limit if name == "reported_on" else entered >= limit + after
            yield from _check("noted", "notes", "entered_at", found, outside, references, effect)
    latest_before = entered.groupby(references, observed=True).cummax()
    effect = "Order of entries and gaps between them are uncertain."
    found = "numbered out of order of time"
    yield from _check("noted", "notes", "entry_no", found, entered < latest_before, references, effect)


FURTHER_ORDER: Mapping[Table, tuple[tuple[str, str, str], ...]] = {
    "suspects": (
        ("bail_changed_on", "victim_told_on", "The victim counts as told of the change all the same."),
    ),
    "devices": (
        ("taken_at", "examined_at", "These rows are left out of the days until devices were examined."),
        ("taken_at", "returned_at", "These devices count as not back within 24 hours."),
    ),
}
"""Pairs of dates of the further tables, the first of which cannot be the later, and what follows if it is."""


def check_further_tables(tables: Mapping[Table, pd.DataFrame]) -> Iterator[Check]:
    """Check that the dates of suspects and devices are in order, and that counts of officers make sense.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical tables by name.
    """
    for name, pairs in FURTHER_ORDER.items():
        for earlier, later, effect in pairs:
            if name in tables and {earlier, later} <= set(tables[name]):
                table = tables[name]
                before, found = table[later] < table[earlier], f"{later} before {earlier}"
                yield from _check("limits", name, later, found, before, table["case_id"], effect)
    if "officers" in tables.get("workforce", ()):
        officers = tables["workforce"]["officers"]
        found = "rows that count no officer: 0, or empty"
        effect = (
            "They stand for nobody in what is said of training, caseload and vacant posts: only their "
            "vacancies count. Ask the force whether an empty number means none."
        )
        roles = pd.Series("", index=officers.index)
        yield from _check("limits", "workforce", "officers", found, officers.fillna(0).eq(0), roles, effect)


def _check(
    grade: Literal["limits", "noted"],
    table: Table,
    field: str,
    found: str,
    bad: pd.Series,
    references: pd.Series,
    effect: str,
) -> Iterator[Check]:
    """One check, where any row shows it."""
    count = int(bad.sum())
    if count:
        cases = tuple(sorted(references[bad].unique()))
        yield Check(grade, table, field, found, count, len(bad), cases, effect)
