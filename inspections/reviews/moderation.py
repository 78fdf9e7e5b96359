"""Where two readers differ, a third person decides; every answer keeps the way it was reached."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from inspections.reviews.agreement import double_read
from inspections.reviews.allotment import Allotment, slug
from inspections.reviews.forms import DIP_RULE, UNANSWERED
from inspections.reviews.reading import Reviews, recognise
from inspections.reviews.workbooks import (
    cell_list,
    changed_cells,
    entry_numbers,
    finish_sheet,
    fit_row,
    head_row,
    is_formula,
    new_workbook,
    open_returned,
    plain,
    put,
    put_formula,
    put_input,
    save,
    write_facts,
)
from parameters import InspectionError, Problem, shown_path
from parameters.questions import NOT_ANSWERED, QuestionSet

__all__ = [
    "ADJUDICATION_COLUMNS",
    "FINAL_COLUMNS",
    "disagreements",
    "final_answers",
    "make_adjudication",
    "read_adjudication",
]

Pair = Mapping[Hashable, Any]
FORM = "adjudication, layout 1"
SHEET = "Disagreements"
HEAD = 3
HEADINGS = {
    "A": "Case",
    "B": "No.",
    "C": "Question",
    "D": "First reader",
    "E": "Log entry",
    "F": "First reader's comment",
    "G": "Second reader",
    "H": "Log entry",
    "I": "Second reader's comment",
    "J": "Final answer",
    "K": "Log entry, if neither",
    "L": "Decided by",
    "M": "Why",
    "N": "Date",
    "O": "Still to do",
}
WIDTHS = dict(zip("ABCDEFGHIJKLMNO", (18, 6, 34, 13, 8, 34, 13, 8, 34, 14, 11, 16, 34, 12, 11), strict=True))
HELP = (
    "Each row is a question that two readers of one case answered differently.",
    "Read the log entries they name, and choose the final answer; it need not be one of theirs.",
    "Log entry, if neither: needed only where the final answer is not one of the two, and has to be shown.",
    "Decided by, Why and Date are needed in every row: the decision is kept with them.",
    "A third person decides: neither of the two readers of the case.",
    "Only white cells with a border can be changed. Hand the workbook in as Excel workbook (.xlsx).",
)
ADJUDICATION_COLUMNS = (
    "case_id",
    "question",
    "first",
    "second",
    "final",
    "evidence",
    "decided_by",
    "why",
    "decided_on",
)
FINAL_COLUMNS = ("case_id", "question", "stage", "pillar", "answer", "evidence", "origin")


def disagreements(reviews: Reviews) -> pd.DataFrame:
    """Questions that both readers of a case answered, and answered differently.

    Returns
    -------
    DataFrame
        Rows of `double_read`, in the order of case and question. Restricted.
    """
    pairs = double_read(reviews)
    answered = (pairs["answer_first"] != NOT_ANSWERED) & (pairs["answer_second"] != NOT_ANSWERED)
    return pairs[answered & (pairs["answer_first"] != pairs["answer_second"])].reset_index(drop=True)


def make_adjudication(reviews: Reviews, allotment: Allotment, questions: QuestionSet, path: Path) -> None:
    """Write the workbook in which disagreements are settled; readers' names are left out of it.

    Raises
    ------
    InspectionError
        When the file is already there: it may hold decisions.
    """
    if path.exists():
        remedy = "It may hold decisions. Move it away first, then make it again."
        raise InspectionError([Problem(shown_path(path), "", "", "is already there.", remedy)])
    path.parent.mkdir(parents=True, exist_ok=True)
    save(_build(reviews, allotment, questions), path, dated=allotment.dated)


def read_adjudication(
    path: Path, reviews: Reviews, allotment: Allotment, questions: QuestionSet, *, notes: pd.DataFrame
) -> pd.DataFrame:
    """Read the decisions on disagreements; every one must be settled.

    Parameters
    ----------
    path : Path
        The workbook made by `make_adjudication`, filled in.
    reviews : Reviews
        The readings it was made from.
    allotment : Allotment
        The allotment of those readings.
    questions : QuestionSet
        The questions.
    notes : DataFrame
        ``case_id, entry_no`` of the log entries.

    Returns
    -------
    DataFrame
        ``case_id, question, first, second, final, evidence, decided_by, why, decided_on``. Restricted: the
        reasons are case text.

    Raises
    ------
    InspectionError
        With everything that is wrong, by cell; what was typed is never repeated. Who decides may be neither
        of the two readers, however the name is written.
    """
    workbook = open_returned(path)
    if isinstance(workbook, Problem):
        raise InspectionError([workbook])
    problems = recognise(path, workbook, _facts(reviews, allotment, questions))
    if not problems and SHEET not in workbook.sheetnames:
        remedy = "Restore it under its own name, or copy the decisions into a fresh workbook."
        problems = [Problem(shown_path(path), SHEET, "", "is missing.", remedy)]
    if problems:
        raise InspectionError(problems)
    made, sheet = _build(reviews, allotment, questions)[SHEET], workbook[SHEET]
    if changed := changed_cells(sheet, made):
        remedy = "Copy the decisions into a fresh workbook; only the white cells may be changed."
        place = f"{SHEET}, {cell_list(changed)}"
        message = "no longer holds what the workbook was made with."
        raise InspectionError([Problem(shown_path(path), place, "", message, remedy)])
    entries = {str(case): set(map(int, group)) for case, group in notes.groupby("case_id")["entry_no"]}
    rows = []
    for row, pair in enumerate(disagreements(reviews).to_dict("records"), start=HEAD + 1):
        problems += [
            Problem(shown_path(path), f"{SHEET}, {cell.coordinate}", "", message, remedy)
            for cell, message, remedy in _mistakes(sheet, row, pair, questions, entries)
        ]
        rows.append(_decision(sheet, row, pair))
    if problems:
        raise InspectionError(problems)
    return pd.DataFrame(rows, columns=list(ADJUDICATION_COLUMNS))


def final_answers(reviews: Reviews, adjudications: pd.DataFrame | None = None) -> pd.DataFrame:
    """One answer a case and question, with where it comes from.

    Parameters
    ----------
    reviews : Reviews
        All readings.
    adjudications : DataFrame, optional
        From `read_adjudication`; needed when readers disagree.

    Returns
    -------
    DataFrame
        ``case_id, question, stage, pillar, answer, evidence, origin``; origin is "read once", "readers
        agreed", "adjudicated", or "second reader only" where the first left the question open. No case text.

    Raises
    ------
    InspectionError
        When a disagreement has not been settled.
    """
    keys, answers = ["case_id", "question"], reviews.answers
    columns = [*keys, "final", "evidence"]
    settled = pd.DataFrame(columns=columns) if adjudications is None else adjudications[columns]
    _refuse_unsettled(disagreements(reviews)[keys].merge(settled, on=keys, how="left"))
    second = answers.loc[answers["reader"] == "second", [*keys, "answer", "evidence"]]
    final = (
        answers[answers["reader"] == "first"]
        .merge(second, on=keys, how="left", suffixes=("", "_second"), validate="one_to_one")
        .merge(settled, on=keys, how="left", suffixes=("", "_settled"), validate="one_to_one")
    )
    given_twice = final["answer_second"].notna() & (final["answer_second"] != NOT_ANSWERED)
    open_at_first = final["answer"] == NOT_ANSWERED
    final["origin"] = "read once"
    for rows, origin, source in (
        (given_twice & ~open_at_first, "readers agreed", ["answer", "evidence"]),
        (given_twice & open_at_first, "second reader only", ["answer_second", "evidence_second"]),
        (final["final"].notna(), "adjudicated", ["final", "evidence_settled"]),
    ):
        final.loc[rows, "origin"] = origin
        final.loc[rows, ["answer", "evidence"]] = final.loc[rows, source].to_numpy()
    return final[list(FINAL_COLUMNS)]


def _refuse_unsettled(differing: pd.DataFrame) -> None:
    left = differing[differing["final"].isna()]
    if len(left):
        cases = sorted(left["case_id"].unique())
        message = f"on {len(left)} questions are not settled, in {cell_list(cases)}."
        remedy = "Settle them in the adjudication workbook, and read it first."
        raise InspectionError([Problem("reviews", "disagreements", "", message, remedy)])


def _facts(reviews: Reviews, allotment: Allotment, questions: QuestionSet) -> dict[str, str]:
    readings = disagreements(reviews).to_json(orient="values", force_ascii=False)
    return {
        "form": FORM,
        "inspection": allotment.inspection,
        "force": allotment.force,
        "questions": questions.fingerprint,
        "allotment": allotment.fingerprint,
        "readings": hashlib.sha256(readings.encode("utf-8")).hexdigest(),
    }


def _build(reviews: Reviews, allotment: Allotment, questions: QuestionSet) -> Workbook:
    """The empty adjudication workbook, in memory."""
    pairs = disagreements(reviews)
    workbook, sheets = new_workbook(f"Adjudication: {questions.title}", ["Help", SHEET])
    put(sheets["Help"], "A1", "Settling disagreements", bold=True, size=16, wrapped=False)
    put(sheets["Help"], "A2", f"{allotment.force_name}. {allotment.inspection_name}", wrapped=False)
    if allotment.outcomes:
        put(sheets["Help"], "A3", DIP_RULE)
    for row, line in enumerate(HELP, start=4):
        put(sheets["Help"], f"A{row}", line)
    finish_sheet(sheets["Help"], widths={"A": 110})
    sheet, last = sheets[SHEET], HEAD + max(len(pairs), 1)
    put(sheet, "A1", "Disagreements", bold=True, size=16, wrapped=False)
    left = f'COUNTIF(O{HEAD + 1}:O{last},"decide")'
    put_formula(sheet, "A2", f'="{len(pairs)} disagreements, "&{left}&" still to settle."', bold=True)
    head_row(sheet, HEAD, HEADINGS)
    for row, pair in enumerate(pairs.to_dict("records"), start=HEAD + 1):
        _fill_row(sheet, row, pair, questions)
    rule = FormulaRule([f'$O{HEAD + 1}="decide"'], fill=UNANSWERED)
    sheet.conditional_formatting.add(f"J{HEAD + 1}:N{last}", rule)
    finish_sheet(sheet, widths=WIDTHS, freeze=f"D{HEAD + 1}", titles=f"1:{HEAD}", area=f"A1:N{last}")
    write_facts(workbook, _facts(reviews, allotment, questions))
    return workbook


def _fill_row(sheet: Worksheet, row: int, pair: Pair, questions: QuestionSet) -> None:
    question = questions.by_id[pair["question"]]
    texts = (
        pair["case_id"],
        question.id,
        question.wording,
        *(pair[f"{name}_first"] for name in ("answer", "evidence", "comment")),
        *(pair[f"{name}_second"] for name in ("answer", "evidence", "comment")),
    )
    for column, text in zip("ABCDEFGHI", texts, strict=True):
        put(sheet, f"{column}{row}", text, grid=True)
    for column in "JKLM":
        put_input(sheet, f"{column}{row}")
    put_input(sheet, f"N{row}", format_="dd/mm/yyyy")
    put_formula(sheet, f"O{row}", f'=IF(AND(J{row}<>"",COUNTA(L{row}:N{row})=3),"","decide")')
    choices = DataValidation("list", formula1=f'"{",".join(question.answers)}"', allow_blank=True)
    choices.showErrorMessage, choices.error = True, "Choose one of the answers from the list."
    choices.add(f"J{row}")
    sheet.add_data_validation(choices)
    fit_row(sheet, row, *((sheet[f"{column}{row}"].value, WIDTHS[column], 11) for column in "ACFI"))


def _mistakes(
    sheet: Worksheet, row: int, pair: Pair, questions: QuestionSet, entries: dict[str, set[int]]
) -> list[tuple[Cell, str, str]]:
    """Cell, what is wrong with it, remedy."""
    question = questions.by_id[pair["question"]]
    final, numbers = sheet[f"J{row}"], entry_numbers(sheet[f"K{row}"])
    answer = plain(final).casefold()
    found = []
    if not answer:
        found.append((final, "holds no answer.", "Settle it: choose the final answer from the list."))
    elif answer not in question.answers:
        message = "holds something that is not an answer of this question."
        found.append((final, message, "Choose one from the list in the cell."))
    if numbers is None or set(numbers) - entries.get(pair["case_id"], set()):
        message = "must hold numbers of entries that the log of this case has."
        found.append((sheet[f"K{row}"], message, "Write 12, or 12, 14 for two; or leave it empty."))
    elif question.needs_evidence(answer) and not _evidence(answer, numbers, pair):
        message = "names no log entry, which this answer needs."
        found.append((sheet[f"K{row}"], message, "Write the number of the entry that shows it."))
    for column, what in (("L", "who decided"), ("M", "why")):
        if not plain(sheet[f"{column}{row}"]) or is_formula(sheet[f"{column}{row}"]):
            found.append((sheet[f"{column}{row}"], f"does not say {what}.", "Write it as text."))
    if slug(plain(sheet[f"L{row}"])) in {slug(pair[f"reviewer_{reader}"]) for reader in ("first", "second")}:
        message = "names one of the two readers of the case."
        remedy = "A third person decides: have somebody else settle it, and write that name."
        found.append((sheet[f"L{row}"], message, remedy))
    if _day(sheet[f"N{row}"]) is None:
        found.append(
            (sheet[f"N{row}"], "holds no date.", "Write the day of the decision, such as 05/11/2026.")
        )
    return found


def _evidence(answer: str, numbers: tuple[int, ...], pair: Pair) -> str:
    """Entries that show the final answer: those given with it, or those of the reader it follows."""
    if numbers:
        return ", ".join(map(str, numbers))
    for reader in ("first", "second"):
        if answer == pair[f"answer_{reader}"]:
            return str(pair[f"evidence_{reader}"])
    return ""


def _decision(sheet: Worksheet, row: int, pair: Pair) -> tuple[object, ...]:
    answer = plain(sheet[f"J{row}"]).casefold()
    return (
        pair["case_id"],
        pair["question"],
        pair["answer_first"],
        pair["answer_second"],
        answer,
        _evidence(answer, entry_numbers(sheet[f"K{row}"]) or (), pair),
        plain(sheet[f"L{row}"]),
        plain(sheet[f"M{row}"]),
        _day(sheet[f"N{row}"]),
    )


def _day(cell: Cell) -> date | None:
    """Date of a cell, typed as a date, as 05/11/2026 or as 2026-11-05."""
    if isinstance(cell.value, datetime):
        return cell.value.date()
    for written in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(plain(cell), written).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
