"""Which fields a force fills in: one account of empty fields for messages, indicators and the report.

An empty field is a gap only where it should be filled in: an outcome once a case is closed, a charge date
once a case is charged. A milestone that may rightly not have happened is never counted as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import pandas as pd

from inspections.columns import column, is_kept, is_true
from parameters.fields import CHARGED, FIELDS, FURTHER_TABLES, NOT_YET_ASSIGNED, CaseFileField, Table

__all__ = ["GAP_COLUMNS", "NOT_A_GAP", "closed", "completeness_by_quarter", "expected_rows", "find_gaps"]

GAP_COLUMNS = ["table", "field", "tells", "missing", "of", "among", "gap", "effect", "status"]
PLACING_DATES = ("recorded_on", "reported_on", "closed_on")

NOT_A_GAP = ("case_id", "decision")
"""The reference is required; the decision is worked out where a force has none."""

_NOUNS: Mapping[Table, str] = {
    "cases": "cases",
    "notes": "notes",
    "outcomes": "rows of official counts",
    "suspects": "rows of suspects",
    "devices": "rows of devices and records",
    "workforce": "rows of the workforce",
    "reviews": "review answers",
}

_NOT_HELD = {"among": "", "gap": "not held", "status": "not recorded"}

Expectation = tuple[str, Callable[[pd.DataFrame], pd.Series]]


def _charged(cases: pd.DataFrame) -> pd.Series:
    return column(cases, "outcome_type").isin(CHARGED)


def _sent_to_cps(cases: pd.DataFrame) -> pd.Series:
    decided = column(cases, "cps_decision_on").notna() | column(cases, "decision").eq("CPS NFA")
    return _charged(cases) | decided


def _with_suspect(cases: pd.DataFrame) -> pd.Series:
    return is_true(column(cases, "suspect_named"))


def closed(cases: pd.DataFrame) -> pd.Series:
    """Cases that a closing date, a charge or an outcome shows to be closed."""
    outcome = column(cases, "outcome_type")
    signs = [column(cases, name).notna() for name in ("closed_on", "charged_on")]
    return signs[0] | signs[1] | (outcome.notna() & outcome.ne(NOT_YET_ASSIGNED))


_WHERE_IT_HAPPENED: Mapping[str, Expectation] = {
    "suspect_named_on": ("cases with a named suspect", _with_suspect),
    "suspect_id": ("cases with a named suspect", _with_suspect),
    "suspect_interviewed_on": ("charged cases", _charged),
    "file_to_cps_on": ("cases decided by the CPS", _sent_to_cps),
    "cps_decision_on": ("cases decided by the CPS", _sent_to_cps),
    "charged_on": ("charged cases", _charged),
}
"""Where a milestone must have happened. Milestones not listed may rightly be empty in any case."""


def expected_rows(table: Table, field: CaseFileField) -> Expectation | None:
    """Rows in which a field should be filled in, in words and as a test; None where it may be empty."""
    if field.expected == "always":
        return _NOUNS[table], lambda rows: pd.Series(True, index=rows.index)
    if table != "cases":
        return None
    return ("closed cases", closed) if field.expected == "when closed" else _WHERE_IT_HAPPENED.get(field.name)


def find_gaps(tables: Mapping[Table, pd.DataFrame], *, cases: Collection[str] | None = None) -> pd.DataFrame:
    """List the fields a force does not hold, never fills in, or leaves empty where they should be filled in.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical tables by name; of the cases those of the offences inspected, as of the indicators.
    cases : collection of str, optional
        References of the cases that count, such as those of the frame, on which every number rests; all where
        not given. Tables that tell of no case count whole.

    Returns
    -------
    DataFrame
        ``table, field, tells, missing, of, among, gap, effect, status``, in the order of the data dictionary;
        last the tables that the force does not hold at all, without a field. ``gap`` is "not held", "never
        filled in" (in the whole table, whichever cases count) or "partly missing"; ``status`` is "not
        recorded" for the first two, which have no counts, and "shown" for the last. Counts are not yet safe
        to release.
    """
    where = "" if cases is None else " in the frame"
    rows: list[dict[str, object]] = []
    for name, table in tables.items():
        counted = table if cases is None or "case_id" not in table else table[table["case_id"].isin(cases)]
        rows += _gaps_of(name, counted, whole=table, where=where)
    rows += [
        {"table": name, "field": "", "tells": table.tells, "effect": table.limits, **_NOT_HELD}
        for name, table in FURTHER_TABLES.items()
        if name not in tables
    ]
    return pd.DataFrame(rows, columns=GAP_COLUMNS).astype({"missing": "Int64", "of": "Int64"})


def _gaps_of(
    name: Table, table: pd.DataFrame, *, whole: pd.DataFrame, where: str
) -> Iterator[dict[str, object]]:
    for field in FIELDS[name]:
        if field.required or field.name in NOT_A_GAP:
            continue
        expectation = expected_rows(name, field)
        words = expectation[0] if expectation else _NOUNS[name]
        among = f"{words}{where}" if name == "cases" else f"{words} of cases{where}" if where else words
        row = {
            "table": name,
            "field": field.name,
            "tells": field.tells,
            "effect": field.limits,
            "among": among,
        }
        if field.name not in whole or (len(whole) and not is_kept(whole, field.name)):
            gap = "not held" if field.name not in whole else "never filled in"
            yield {**row, "gap": gap, "status": "not recorded"}
        elif expectation is not None:
            expected = expectation[1](table).to_numpy(dtype=bool)
            missing = int((table[field.name].isna().to_numpy() & expected).sum())
            if missing:
                counts = {"missing": missing, "of": int(expected.sum())}
                yield {**row, **counts, "gap": "partly missing", "status": "shown"}


def completeness_by_quarter(cases: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
    """Count how many cases of each quarter have each field filled in: a system that changed shows as a step.

    Parameters
    ----------
    cases : DataFrame
        Canonical cases.
    by : str, optional
        Date field that places a case in its quarter; by default the first held of ``recorded_on``,
        ``reported_on`` and ``closed_on``.

    Returns
    -------
    DataFrame
        ``field, quarter, filled, of, expected``: every field held, in the order of the data dictionary, by
        calendar quarter such as "2025 Q2", cases without the date last as "no date". ``of`` counts the cases
        in which the field should be filled in; where ``expected`` is false no case surely should, and every
        case is counted, though the field may rightly be empty. Small counts: for restricted use.

    Raises
    ------
    ValueError
        When the cases hold no date to place them by.

    Examples
    --------
    >>> completeness_by_quarter(case_files.cases).query("field == 'arrested_on'")
    """
    by = by or next((name for name in PLACING_DATES if name in cases), None)
    if by is None or by not in cases:
        raise ValueError(f"cases hold no {by or ' or '.join(PLACING_DATES)} to place them in a quarter")
    dates = cases[by].dt
    quarters = dates.year.astype("Int64").astype("str") + " Q" + dates.quarter.astype("Int64").astype("str")
    quarters = quarters.where(cases[by].notna(), "no date")
    counts = []
    for field in (field for field in FIELDS["cases"] if field.name in cases):
        expectation = expected_rows("cases", field)
        wanted = expectation[1](cases) if expectation else cases["case_id"].notna()
        counted = pd.DataFrame({"filled": cases[field.name].notna() & wanted, "of": wanted.astype(bool)})
        by_quarter = counted.groupby(quarters).sum().rename_axis("quarter").reset_index()
        counts.append(by_quarter.assign(field=field.name, expected=expectation is not None))
    table = pd.concat(counts, ignore_index=True)
    return table[["field", "quarter", "filled", "of", "expected"]]
