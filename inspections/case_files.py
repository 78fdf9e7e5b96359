"""A force's case files as typed tables with the same columns everywhere, whatever its own system calls them.

A field that the force does not hold is left out of the tables and listed among the gaps: nothing is guessed.
What is found wrong has one of three grades. *Stops*: no number could be trusted, so reading ends with one
:class:`~parameters.problems.InspectionError` that lists everything. *Limits*: some numbers lean on it.
*Noted*: a reader should know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from inspections.breaches import row_label
from inspections.canonical_tables import TEXT_FACTS, CanonicalTable, read_canonical_table
from inspections.checks import (
    Check,
    check_cases,
    check_further_tables,
    check_notes,
)
from inspections.columns import column
from inspections.further_tables import keep_rows_of_cases, unknown_questions, without_their_case
from inspections.sampling import TrailStep
from inspections.source_tables import ROWS_SHOWN, row_list
from parameters import InspectionError, Parameters, Problem
from parameters.fields import (
    CHARGED,
    DECIDED_BY_CPS,
    FIELDS,
    FURTHER_TABLES,
    NO_FURTHER_ACTION,
    NOT_YET_ASSIGNED,
    VICTIM_DOES_NOT_SUPPORT,
    Table,
)
from parameters.questions import load_questions

__all__ = ["CaseFiles", "decide", "read_case_files", "read_note_texts"]


@dataclass(frozen=True, repr=False)
class CaseFiles:
    """Everything a force sent, typed and checked.

    Attributes
    ----------
    cases : DataFrame
        One row a crime, in the order of the file. Columns of `parameters.fields.FIELDS["cases"]` that the
        force holds; always ``case_id`` (str, unique). Two are worked out where not mapped: ``decision`` from
        the outcome (see `decide`), ``suspect_named`` from the dates of naming, arrest and interview.
        Dates are ``datetime64`` at midnight, flags nullable ``boolean``, the rest ``str``.
    notes : DataFrame
        One row an entry, ordered by ``case_id, entry_no``, which together are unique. Always ``case_id``,
        ``entry_no`` (Int64) and ``text_hash``, by which `read_note_texts` knows that it reads the same text
        again; never the text. References and categories are categorical: millions of rows take little room.
    outcomes : DataFrame or None
        Official counts by ``period`` and ``outcome_type``, summed over offences.
    further : dict of str to DataFrame
        Of `parameters.fields.FURTHER_TABLES` those that the force holds, by name: one row a suspect of a
        case, a device, an officer or a count of them, a review answer.
    checks : DataFrame
        What else was found, worst first: ``grade`` ("limits" or "noted"), ``table, field, found, count, of,
        cases`` (references), ``effect``. Holds references: restricted.
    trail : tuple of TrailStep
        Rows in and out of each reading step, and why rows left.
    fingerprints : dict of str to str
        For each extract that came from a database, such as "sources.notes": SHA-256 over the rows read, the
        same in whatever order they come. Stands for the hash that a file has.
    parameters : Parameters
        Where it was read from.
    """

    cases: pd.DataFrame
    notes: pd.DataFrame
    outcomes: pd.DataFrame | None
    further: dict[Table, pd.DataFrame]
    checks: pd.DataFrame
    trail: tuple[TrailStep, ...]
    fingerprints: dict[str, str]
    parameters: Parameters

    def __repr__(self) -> str:
        """Sizes only: a table of notes shown by accident would show what victims said."""
        return f"CaseFiles({len(self.cases)} cases, {len(self.notes)} notes)"

    @property
    def tables(self) -> dict[Table, pd.DataFrame]:
        """Canonical tables by name: all that the force sent."""
        official: dict[Table, pd.DataFrame] = {} if self.outcomes is None else {"outcomes": self.outcomes}
        return {"cases": self.cases, "notes": self.notes, **official, **self.further}


def read_case_files(parameters: Parameters) -> CaseFiles:
    """Read the extracts of one force as its parameter file maps them, and check them.

    Texts of notes pass through once, to be checked, and are not kept: `read_note_texts` gives those of the
    cases that are drawn, so that an extract may hold more text than fits into memory.

    Parameters
    ----------
    parameters : Parameters
        From `parameters.load_parameters`.

    Returns
    -------
    CaseFiles
        Typed tables, gaps, checks and the trail of rows.

    Raises
    ------
    InspectionError
        With every problem that stops the inspection, of all extracts. Rows are named by their number in the
        file and by case reference; note text never appears.
    """
    problems: list[Problem] = []
    read: dict[Table, CanonicalTable] = {}
    for source in parameters.force.sources.given():
        try:
            read[source.holds] = read_canonical_table(
                source, parameter_file=parameters.file, hidden=_hidden(parameters)
            )
        except InspectionError as error:
            problems += error.problems
    if "cases" in read and "notes" in read:
        problems += _notes_without_case(read["cases"], read["notes"], parameters.file)
    if "reviews" in read:
        problems += unknown_questions(read["reviews"], load_questions())
    if "cases" in read:
        sent = {*read["cases"].table["case_id"], *read["cases"].left_out}
        problems += without_their_case(read, cases=sent, parameter_file=parameters.file)
    if problems:
        raise InspectionError(dict.fromkeys(problems))
    return _assemble(read, parameters)


def read_note_texts(case_files: CaseFiles, case_ids: Iterable[str]) -> pd.DataFrame:
    """Read the notes of some cases with their texts: those of the sample, once it is drawn.

    Parameters
    ----------
    case_files : CaseFiles
        What was read and checked.
    case_ids : iterable of str
        References of the cases to read.

    Returns
    -------
    DataFrame
        One row an entry, ordered by ``case_id, entry_no``: the fields of `parameters.fields.FIELDS["notes"]`
        that the force holds, ``text`` exactly as written.

    Raises
    ------
    InspectionError
        When the extract is no longer what was checked.
    """
    parameters, wanted = case_files.parameters, frozenset(case_ids)
    source = parameters.force.sources.notes
    read = read_canonical_table(
        source, parameter_file=parameters.file, hidden=_hidden(parameters), texts_of=wanted
    )
    notes, _ = _notes_of_cases(read.table, read.left_out)
    checked = case_files.notes[case_files.notes["case_id"].isin(wanted)]
    if not _same_notes(notes, checked):
        message = "has changed since it was checked: it does not give the same notes again."
        remedy = "Run again from the start. An extract must stay as it is while it is read."
        raise InspectionError([Problem(read.name, "", "", message, remedy)])
    words = notes.select_dtypes("category").columns
    return notes.astype(dict.fromkeys(words, "str")).drop(columns=list(TEXT_FACTS))


def _same_notes(again: pd.DataFrame, checked: pd.DataFrame) -> bool:
    keys = ("case_id", "entry_no", "text_hash")
    return len(again) == len(checked) and all(
        (again[key].to_numpy() == checked[key].to_numpy()).all() for key in keys
    )


def _hidden(parameters: Parameters) -> frozenset[str]:
    """Source columns that hold note text, whichever table they are met in."""
    return frozenset({str(parameters.force.sources.notes.columns["text"])})


def _assemble(read: dict[Table, CanonicalTable], parameters: Parameters) -> CaseFiles:
    """Case files from what was read, which is used up: two copies of a large table would not fit."""
    checks = [check for table in read.values() for check in table.checks]
    trail = [step for table in read.values() for step in table.trail]
    fingerprints = {f"sources.{name}": table.fingerprint for name, table in read.items() if table.fingerprint}
    left_out = read["cases"].left_out
    cases = _with_derived_fields(read.pop("cases").table.reset_index(drop=True))
    notes, steps = _notes_of_cases(read.pop("notes").table, left_out)
    tables: dict[Table, pd.DataFrame] = {"cases": cases, "notes": notes}
    if "outcomes" in read:
        tables["outcomes"] = _total_outcomes(read.pop("outcomes").table)
    for name in (name for name in FURTHER_TABLES if name in read):
        tables[name], left, noted = keep_rows_of_cases(name, read.pop(name).table, cases["case_id"])
        steps += left
        checks += noted
    checks += check_further_tables(tables)
    checks += check_cases(cases, published=parameters.inspection.report.published)
    checks += check_notes(notes, cases)
    checks.sort(key=lambda check: check.grade)  # "limits" before "noted", and otherwise as found
    return CaseFiles(
        cases=cases,
        notes=notes.drop(columns=["near_hash", "no_words"]),
        outcomes=tables.get("outcomes"),
        further={name: tables[name] for name in FURTHER_TABLES if name in tables},
        checks=pd.DataFrame(map(vars, checks), columns=list(Check.__dataclass_fields__)),
        trail=(*trail, *steps),
        fingerprints=fingerprints,
        parameters=parameters,
    )


def _with_derived_fields(cases: pd.DataFrame) -> pd.DataFrame:
    """Add what follows from other fields, where the force has no column of its own for it."""
    if "outcome_type" in cases and "decision" not in cases:
        cases = cases.assign(decision=decide(cases))
    if "suspect_named_on" in cases and "suspect_named" not in cases:
        signs = ("suspect_named_on", "arrested_on", "suspect_interviewed_on")
        named = pd.concat([column(cases, name).notna() for name in signs], axis=1).any(axis=1)
        cases = cases.assign(suspect_named=named.astype("boolean"))
    return cases[[field.name for field in FIELDS["cases"] if field.name in cases]]


def decide(cases: pd.DataFrame) -> pd.Series:
    """How each case ended, from its outcome type and CPS decision date.

    ========================================================  ================
    outcome type                                              decision
    ========================================================  ================
    none or 0, and no closing date                            open
    1, 1A                                                     charged
    14, 16                                                    victim withdrew
    9; or 10, 12, 13, 15, 17, 18, 21 with a CPS decision      CPS NFA
    10, 12, 13, 15, 17, 18, 21 without                        police NFA
    any other, or a closing date without an outcome           other closed
    ========================================================  ================

    Parameters
    ----------
    cases : DataFrame
        With ``outcome_type``; ``cps_decision_on`` and ``closed_on`` are used where held.

    Returns
    -------
    Series of str
        One of `parameters.fields.DECISIONS`, with the index of `cases`.
    """
    outcome = cases["outcome_type"].where(cases["outcome_type"] != NOT_YET_ASSIGNED)
    cps_decided, closed = column(cases, "cps_decision_on").notna(), column(cases, "closed_on").notna()
    no_action = outcome.isin(NO_FURTHER_ACTION)
    decision = pd.Series("other closed", index=cases.index, dtype="str")
    decision[no_action] = "police NFA"
    decision[(no_action & cps_decided) | outcome.isin(DECIDED_BY_CPS)] = "CPS NFA"
    decision[outcome.isin(VICTIM_DOES_NOT_SUPPORT)] = "victim withdrew"
    decision[outcome.isin(CHARGED)] = "charged"
    decision[outcome.isna() & ~closed] = "open"
    return decision


def _notes_without_case(cases: CanonicalTable, notes: CanonicalTable, parameter_file: str) -> list[Problem]:
    references = notes.table["case_id"]
    known = pd.Index([*cases.table["case_id"], *cases.left_out]).get_indexer(references.cat.categories) >= 0
    strays = references[~known[references.cat.codes]]
    if strays.empty:
        return []
    shown = strays.head(ROWS_SHOWN)
    labels = [
        row_label(notes.row_names(key), str(reference), "")
        for key, reference in zip(shown.index, shown, strict=True)
    ]
    message = f"names no case of {cases.name} in {row_list(labels, len(strays))}."
    remedy = (
        "Ask the force for the missing cases, or take these notes out. If every note is listed, check "
        f"sources.notes.columns.case_id in {parameter_file}, and how both files write references."
    )
    return [Problem(notes.name, "case_id", "", message, remedy)]


def _notes_of_cases(notes: pd.DataFrame, left_out: frozenset[str]) -> tuple[pd.DataFrame, list[TrailStep]]:
    """Notes of the cases kept, numbered and in order."""
    kept, steps = notes, []
    if left_out:
        kept = notes[~notes["case_id"].isin(left_out)]
        kept = kept.assign(case_id=kept["case_id"].cat.remove_unused_categories())
        why = "their case was not asked for"
        steps = [TrailStep("notes of cases kept", len(notes), len(kept), why, "notes")]
    if "entry_no" not in kept:
        in_time = kept.sort_values("entered_at", kind="stable") if "entered_at" in kept else kept
        numbers = in_time.groupby("case_id", observed=True).cumcount() + 1
        kept = kept.assign(entry_no=numbers.astype("Int64"))
    order = np.lexsort((kept["entry_no"].to_numpy(dtype="int64"), kept["case_id"].cat.codes.to_numpy()))
    names = [*(field.name for field in FIELDS["notes"]), *TEXT_FACTS]
    ordered = {name: kept[name].array.take(order) for name in names if name in kept}
    return pd.DataFrame(ordered, copy=False), steps


def _total_outcomes(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Counts by period and outcome type; a count missing from every row stays missing."""
    keys = [name for name in ("period", "outcome_type") if name in outcomes]
    counts = [name for name in ("recorded", "closed") if name in outcomes]
    return outcomes.groupby(keys, as_index=False, dropna=False)[counts].sum(min_count=1)
