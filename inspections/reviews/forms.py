"""The form a reviewer fills in: one workbook a person, one sheet a case file, one row a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from inspections.reviews.allotment import Allotment, slug
from inspections.reviews.workbooks import (
    STAGE,
    finish_sheet,
    fit_row,
    head_row,
    new_workbook,
    put,
    put_formula,
    put_input,
    save,
    write_facts,
)
from parameters import InspectionError, Problem, shown_path
from parameters.fields import OUTCOME_TYPES, PILLARS
from parameters.questions import ANSWERS, FOUND, Question, QuestionSet

__all__ = [
    "ANSWER",
    "COMMENT",
    "DIP_RULE",
    "ENTRY",
    "FORM",
    "build_form",
    "case_sheet",
    "form_facts",
    "form_name",
    "make_forms",
    "question_rows",
]

FORM = "case-file review form, layout 1"
ANSWER, ENTRY, COMMENT, TO_DO = "C", "D", "E", "F"
HEADINGS = {
    "A": "No.",
    "B": "Question",
    ANSWER: "Answer",
    ENTRY: "Log entry",
    COMMENT: "Comment",
    TO_DO: "Still to do",
    "G": "When to give which answer",
}
WIDTHS = {"A": 6, "B": 50, ANSWER: 15, ENTRY: 10, COMMENT: 46, TO_DO: 12, "G": 74}
GUIDANCE_WIDTHS = {"A": 7, "B": 42, "C": 76, "D": 11, "E": 26, "F": 44}
HEAD = 4
DIP_RULE = (
    "A dip sample is a few case files of one outcome, read beside the main sample to see whether the outcome "
    "was right. It speaks for that outcome alone and is never counted with the main sample."
)
UNANSWERED = PatternFill("solid", bgColor="FFF2CC")
UNPROVEN = PatternFill("solid", bgColor="F8CBAD")
HELP = (
    "Read the case file and its log from first entry to last, then answer all questions on its sheet.",
    "Answer: choose from the list in the cell. The column on the right says when to give which answer.",
    "Log entry: the number of the entry in the investigation log that shows it, such as 12. Several: 12, 14.",
    "Questions that need a log entry for yes, partly and no say so under Still to do until it is filled in.",
    "Comment: what another reader would need to follow you. It is case material: it stays with this form.",
    "Still to do: empty when a question is finished. The sheet Progress counts what is left in each case.",
    "Only white cells with a border can be changed. Please do not add, copy, rename or delete sheets.",
    "Work alone: do not discuss a case with another reviewer before all forms are in.",
    "Hand the workbook in under its own name, in Excel format (.xlsx). Keep one version only.",
)


def make_forms(
    allotment: Allotment, questions: QuestionSet, folder: Path, *, notes: pd.DataFrame
) -> list[Path]:
    """Write one workbook for each reviewer.

    Parameters
    ----------
    allotment : Allotment
        Who reads what.
    questions : QuestionSet
        What is asked of every case.
    folder : Path
        Made if absent; in a place where case material may be kept.
    notes : DataFrame
        ``case_id, entry_no`` of the log entries; other columns are not looked at.

    Returns
    -------
    list of Path
        ``<force>-<reviewer>.xlsx``, or ``<force>-dips-<reviewer>.xlsx`` for dip samples, in order of the
        reviewers' names.

    Raises
    ------
    InspectionError
        When a form is already there: it may hold answers.
    """
    paths = {reviewer: folder / form_name(allotment, reviewer) for reviewer in allotment.reviewers}
    remedy = "It may hold answers. Move it away first, then make the forms again."
    there = [
        Problem(shown_path(path), "", "", "is already there.", remedy)
        for path in paths.values()
        if path.exists()
    ]
    if there:
        raise InspectionError(there)
    folder.mkdir(parents=True, exist_ok=True)
    for reviewer, path in paths.items():
        save(build_form(allotment, questions, reviewer, notes=notes), path, dated=allotment.dated)
    return list(paths.values())


def form_name(allotment: Allotment, reviewer: str) -> str:
    """File name of a reviewer's form."""
    dips = "-dips" if allotment.outcomes else ""
    return f"{allotment.force}{dips}-{slug(reviewer)}.xlsx"


def case_sheet(place: int) -> str:
    """Name of the sheet of a reviewer's case; references hold characters that sheet names may not."""
    return f"Case {place:02}"


def form_facts(allotment: Allotment, questions: QuestionSet, reviewer: str) -> dict[str, str]:
    """What a form is recognised by when it comes back."""
    cases = {case_sheet(place): case for place, case in enumerate(allotment.cases_of(reviewer), start=1)}
    return {
        "form": FORM,
        "inspection": allotment.inspection,
        "force": allotment.force,
        "questions": questions.fingerprint,
        "allotment": allotment.fingerprint,
        "reviewer": reviewer,
        **cases,
    }


def question_rows(questions: QuestionSet) -> dict[str, int]:
    """Question id -> its row on every case sheet."""
    return {item.id: row for row, item in _rows(questions) if isinstance(item, Question)}


def build_form(
    allotment: Allotment, questions: QuestionSet, reviewer: str, *, notes: pd.DataFrame
) -> Workbook:
    """The empty form of one reviewer, as a workbook in memory.

    Reading a form back compares it with this one, cell by cell.
    """
    cases = allotment.cases_of(reviewer)
    names = [case_sheet(place) for place in range(1, len(cases) + 1)]
    workbook, sheets = new_workbook(questions.title, ["Help", "Progress", "Questions", *names])
    entries = notes.groupby("case_id")["entry_no"]
    spans = {case: _span(entries.get_group(case)) if case in entries.groups else "none" for case in cases}
    last = max(question_rows(questions).values())
    _fill_help(sheets["Help"], allotment, questions, reviewer)
    _fill_progress(
        sheets["Progress"], dict(zip(names, cases, strict=True)), last=last, of=len(questions.questions)
    )
    _fill_questions(sheets["Questions"], questions)
    for place, case in enumerate(cases, start=1):
        sheet = sheets[case_sheet(place)]
        put(sheet, "A1", f"Case {place} of {len(cases)}: {case}", bold=True, size=14, wrapped=False)
        heading = f"{allotment.force_name}. {allotment.inspection_name}. Reviewer: {reviewer}"
        if outcome := allotment.outcomes.get(case):
            heading += f". Dip sample of outcome {outcome}: {OUTCOME_TYPES[outcome]}"
        put(sheet, "A2", heading, wrapped=False)
        _fill_case(sheet, questions, span=spans[case])
    write_facts(workbook, form_facts(allotment, questions, reviewer))
    return workbook


def _rows(questions: QuestionSet) -> Iterator[tuple[int, str | Question]]:
    """Rows of a case sheet below the headings: stage titles and questions."""
    return enumerate(_titles_and_questions(questions), start=HEAD + 1)


def _titles_and_questions(questions: QuestionSet) -> Iterator[str | Question]:
    for stage in questions.stages:
        yield stage.title
        yield from stage.questions


def _span(numbers: pd.Series) -> str:
    low, high, count = int(numbers.min()), int(numbers.max()), numbers.nunique()
    if count == high - low + 1:
        return f"{low} to {high}" if high > low else str(low)
    return f"{count} numbered {low} to {high}"


def _fill_help(sheet: Worksheet, allotment: Allotment, questions: QuestionSet, reviewer: str) -> None:
    put(sheet, "A1", questions.title, bold=True, size=16, wrapped=False)
    put(sheet, "A2", f"{allotment.force_name}. {allotment.inspection_name}", wrapped=False)
    put(sheet, "A3", f"Reviewer: {reviewer}", wrapped=False)
    if allotment.outcomes:
        put(sheet, "A4", DIP_RULE, wrapped=False)
    put(sheet, "A5", "How to fill in this form", bold=True, size=13, wrapped=False)
    for row, line in enumerate(HELP, start=6):
        put(sheet, f"A{row}", str(row - 5))
        put(sheet, f"B{row}", line)
    below = 6 + len(HELP) + 1
    put(sheet, f"A{below}", "The five answers", bold=True, size=13, wrapped=False)
    for row, (answer, meaning) in enumerate(ANSWERS.items(), start=below + 1):
        put(sheet, f"A{row}", answer, bold=True)
        put(sheet, f"B{row}", meaning)
    put(
        sheet,
        f"B{below + len(ANSWERS) + 1}",
        "Where the file is silent, the answer is not recorded: never no.",
        bold=True,
    )
    finish_sheet(sheet, widths={"A": 16, "B": 105})


def _fill_progress(sheet: Worksheet, cases: dict[str, str], *, last: int, of: int) -> None:
    put(sheet, "A1", "Progress", bold=True, size=16, wrapped=False)
    put(sheet, "A2", "Click a sheet's name to go to the case.", wrapped=False)
    headings = ("Sheet", "Case", "Answered", "Questions", "Log entries missing", "State")
    head_row(sheet, HEAD, dict(zip("ABCDEF", headings, strict=True)))
    for row, (name, case) in enumerate(cases.items(), start=HEAD + 1):
        link = put(sheet, f"A{row}", name, color="0563C1", grid=True)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{name}'!A1")
        link.font = Font(name="Arial", size=11, underline="single", color="0563C1")
        put(sheet, f"B{row}", case, grid=True)
        answers, to_do = (f"'{name}'!${column}${HEAD + 1}:${column}${last}" for column in (ANSWER, TO_DO))
        put_formula(sheet, f"C{row}", f"=COUNTA({answers})", grid=True)
        put(sheet, f"D{row}", of, grid=True)
        put_formula(sheet, f"E{row}", f'=COUNTIF({to_do},"log entry")', grid=True)
        state = f'IF(C{row}=0,"not started",IF(AND(C{row}=D{row},E{row}=0),"finished","under way"))'
        put_formula(sheet, f"F{row}", f"={state}", grid=True)
    widths = {"A": 12, "B": 30, "C": 12, "D": 12, "E": 14, "F": 16}
    finish_sheet(sheet, widths=widths, freeze=f"A{HEAD + 1}", titles=f"1:{HEAD}")


def _fill_questions(sheet: Worksheet, questions: QuestionSet) -> None:
    """The whole question set with its guidance and sources, to read beforehand or on paper."""
    put(sheet, "A1", "Questions, guidance and sources", bold=True, size=16, wrapped=False)
    headings = ("No.", "Question", "When to give which answer", "Log entry", "Pillar", "Why it is asked")
    head_row(sheet, 2, dict(zip("ABCDEF", headings, strict=True)))
    for row, item in enumerate(_titles_and_questions(questions), start=3):
        if isinstance(item, str):
            _stage_row(sheet, row, item, columns="ABCDEF")
            continue
        source = f"{questions.sources[item.source.work]}: {item.source.point}"
        pillar = f"{item.pillar}: {PILLARS[item.pillar]}"
        for column, text in zip(
            "ABCDEF", (item.id, item.wording, _guidance(item), item.evidence, pillar, source), strict=True
        ):
            put(sheet, f"{column}{row}", text, grid=True)
        widths = GUIDANCE_WIDTHS
        fit_row(
            sheet,
            row,
            (item.wording, widths["B"], 11),
            (_guidance(item), widths["C"], 11),
            (pillar, widths["E"], 11),
            (source, widths["F"], 11),
        )
    finish_sheet(sheet, widths=GUIDANCE_WIDTHS, freeze="A3", titles="1:2")


def _fill_case(sheet: Worksheet, questions: QuestionSet, *, span: str) -> None:
    last = max(question_rows(questions).values())
    answers, to_do = (f"{column}{HEAD + 1}:{column}{last}" for column in (ANSWER, TO_DO))
    counts = f'COUNTA({answers})&" of {len(questions.questions)} questions"'
    missing = f'COUNTIF({to_do},"log entry")'
    progress = f'="Log entries: {span}. Answered: "&{counts}&". Log entries still to give: "&{missing}&"."'
    put_formula(sheet, "A3", progress, bold=True)
    head_row(sheet, HEAD, HEADINGS)
    for row, item in _rows(questions):
        if isinstance(item, str):
            _stage_row(sheet, row, item, columns=HEADINGS)
        else:
            _question_row(sheet, row, item)
    _add_choices(sheet, questions)
    _add_colours(sheet, last=last)
    finish_sheet(sheet, widths=WIDTHS, freeze=f"C{HEAD + 1}", titles=f"1:{HEAD}", area=f"A1:{COMMENT}{last}")


def _stage_row(sheet: Worksheet, row: int, title: str, *, columns: Iterable[str]) -> None:
    for column in columns:
        sheet[f"{column}{row}"].fill = STAGE
    put(sheet, f"A{row}", title, bold=True, size=12, wrapped=False)


def _question_row(sheet: Worksheet, row: int, question: Question) -> None:
    put(sheet, f"A{row}", question.id, grid=True)
    put(sheet, f"B{row}", question.wording, grid=True)
    for column in (ANSWER, ENTRY, COMMENT):
        put_input(sheet, f"{column}{row}")
    found = ",".join(f'{ANSWER}{row}="{answer}"' for answer in FOUND)
    entry_missing = f'IF(AND(OR({found}),{ENTRY}{row}=""),"log entry","")'
    finished = entry_missing if question.evidence == "required" else '""'
    put_formula(sheet, f"{TO_DO}{row}", f'=IF({ANSWER}{row}="","answer",{finished})')
    put(sheet, f"G{row}", _guidance(question), size=9, color="404040")
    fit_row(sheet, row, (question.wording, WIDTHS["B"], 11), (_guidance(question), WIDTHS["G"], 9))


def _guidance(question: Question) -> str:
    """When to give which answer; the usual meaning of not recorded stands under Help, once."""
    told = {answer: words for answer, words in question.guidance.items() if words != ANSWERS.get(answer)}
    return "\n".join(f"{answer.capitalize()}: {words}" for answer, words in told.items())


def _add_choices(sheet: Worksheet, questions: QuestionSet) -> None:
    """Drop-down lists, one for each set of answers offered."""
    rows, lists = question_rows(questions), {}
    for question in questions.questions:
        if question.answers not in lists:
            choices = DataValidation("list", formula1=f'"{",".join(question.answers)}"', allow_blank=True)
            choices.errorTitle, choices.error = "Not an answer", "Choose one of the answers from the list."
            choices.showErrorMessage = True
            lists[question.answers] = choices
            sheet.add_data_validation(choices)
        lists[question.answers].add(f"{ANSWER}{rows[question.id]}")


def _add_colours(sheet: Worksheet, *, last: int) -> None:
    """Colour what is open; the column Still to do says the same in words."""
    first = HEAD + 1
    for column, wanted, fill in ((ANSWER, "answer", UNANSWERED), (ENTRY, "log entry", UNPROVEN)):
        rule = FormulaRule([f'${TO_DO}{first}="{wanted}"'], fill=fill)
        sheet.conditional_formatting.add(f"{column}{first}:{column}{last}", rule)
