"""The tables that may come beside cases and notes: suspects, devices, workforce and review answers.

Registers of suspects and devices often hold other crimes too: rows of cases that the force did not send are
left out and counted. Review answers are made from these very cases, so there such a row is a mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from inspections.breaches import row_label
from inspections.canonical_tables import CanonicalTable
from inspections.checks import Check
from inspections.sampling import TrailStep
from inspections.source_tables import ROWS_SHOWN, row_list
from parameters import Problem, shown_path
from parameters.fields import FURTHER_TABLES, Table
from parameters.questions import QUESTIONS_FILE, QuestionSet

__all__ = ["keep_rows_of_cases", "unknown_questions", "without_their_case"]


def without_their_case(
    read: Mapping[Table, CanonicalTable], *, cases: Collection[str], parameter_file: str
) -> list[Problem]:
    """Tables that cannot belong to these cases, as their references show.

    Parameters
    ----------
    read : mapping of str to CanonicalTable
        Canonical tables by name.
    cases : collection of str
        References of all cases the force sent, those that ``only`` leaves out among them.
    parameter_file : str
        Parameter file to name where a reference may be mapped wrongly.
    """
    problems = []
    for name in FURTHER_TABLES:
        if name not in read or "case_id" not in read[name].table:
            continue
        table, references = read[name], read[name].table["case_id"]
        strays = references[~references.isin(cases)]
        if strays.empty or (name != "reviews" and len(strays) < len(references)):
            continue
        shown = strays.head(ROWS_SHOWN)
        labels = [
            row_label(table.row_names(key), case, "") for key, case in zip(shown.index, shown, strict=True)
        ]
        message = f"names no case of sources.cases in {row_list(labels, len(strays))}."
        remedy = (
            f"Check sources.{name}.columns.case_id in {parameter_file}, and how both files write references."
        )
        problems.append(Problem(table.name, "case_id", "", message, remedy))
    return problems


def unknown_questions(reviews: CanonicalTable, questions: QuestionSet) -> list[Problem]:
    """What tells that answers were given to another set of questions."""
    asked = reviews.table["question"]
    strays = asked[~asked.isin(list(questions.by_id))]
    if strays.empty:
        return []
    shown = strays.head(ROWS_SHOWN)
    labels = [reviews.row_names(key) for key in map(int, shown.index)]
    message = f"is no question of {shown_path(QUESTIONS_FILE)} in {row_list(labels, len(strays))}."
    remedy = (
        "Use the questions that the forms were made with, or take out answers to questions since dropped."
    )
    return [Problem(reviews.name, "question", "", message, remedy)]


def keep_rows_of_cases(
    name: Table, table: pd.DataFrame, cases: pd.Series
) -> tuple[pd.DataFrame, list[TrailStep], list[Check]]:
    """Keep the rows of cases that are inspected; what belongs to no case is kept whole.

    Parameters
    ----------
    name : str
        Name of the canonical table.
    table : DataFrame
        Its rows.
    cases : Series of str
        References of the cases.

    Returns
    -------
    tuple of DataFrame, list of TrailStep, list of Check
        The rows kept, with a new index; how many rows left, and what a reader should know of that.
    """
    if "case_id" not in table:
        return table.reset_index(drop=True), [], []
    kept = table[table["case_id"].isin(cases)]
    lost = len(table) - len(kept)
    if not lost:
        return kept.reset_index(drop=True), [], []
    why = "their case is not among those sent"
    found = "rows of cases that were not sent, left out"
    effect = "Usual where a register holds other crimes as well; else ask the force for these cases."
    check = Check("noted", name, "case_id", found, lost, len(table), (), effect)
    return (
        kept.reset_index(drop=True),
        [TrailStep(f"{name} of cases sent", len(table), len(kept), why, name)],
        [check],
    )
