"""Read filled-in forms back: strictly, all mistakes at once, by file, sheet and cell.

Comments are case text. They are kept in the table of answers, which is restricted, and appear in no message;
nor does anything else that a reviewer typed, because a comment may have been pasted into the wrong cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from inspections.reviews.allotment import Allotment, Reading
from inspections.reviews.forms import (
    ANSWER,
    COMMENT,
    ENTRY,
    build_form,
    case_sheet,
    form_facts,
    form_name,
    question_rows,
)
from inspections.reviews.workbooks import (
    BEYOND,
    cell_list,
    changed_cells,
    entry_numbers,
    is_formula,
    open_returned,
    plain,
    read_facts,
)
from parameters import InspectionError, Problem, shown_path
from parameters.questions import NOT_ANSWERED, Question, QuestionSet
from parameters.suggestions import listed

__all__ = ["ANSWER_COLUMNS", "Remark", "Reviews", "read_reviews", "recognise"]

ANSWER_COLUMNS = (
    "case_id",
    "question",
    "stage",
    "pillar",
    "reader",
    "reviewer",
    "answer",
    "evidence",
    "comment",
)
OTHER_SPREADSHEETS = {".xls", ".xlsm", ".xlsb", ".ods", ".csv", ".numbers"}
MOST_CHANGED_CELLS = 6
Grade = Literal["stops", "limits", "noted"]
Entries = Mapping[str, frozenset[int]]


@dataclass(frozen=True)
class Remark:
    """Something found in a form: a problem, and how grave it is.

    ``stops`` ends reading; ``limits`` leaves questions unanswered or unproven; ``noted`` should be looked at.
    """

    grade: Grade
    problem: Problem


@dataclass(frozen=True, repr=False)
class Reviews:
    """What reviewers answered. Restricted: comments are case text.

    Attributes
    ----------
    answers : DataFrame
        One row a case, question and reader, in the order of case, question, first before second. Columns
        ``case_id, question, stage, pillar, reader`` (first | second), ``reviewer, answer`` (one of
        `parameters.questions.ANSWERS`, or "not answered"), ``evidence`` (entry numbers, ``"12, 14"``; empty
        where none was given) and ``comment``.
    remarks : tuple of Remark
        What did not stop reading, worst first.
    """

    answers: pd.DataFrame
    remarks: tuple[Remark, ...]

    def __repr__(self) -> str:
        """Sizes only: the table holds case text."""
        return f"Reviews({self.answers['case_id'].nunique()} cases, {len(self.answers)} answers)"


def read_reviews(
    forms: Path | Iterable[Path],
    allotment: Allotment,
    questions: QuestionSet,
    *,
    notes: pd.DataFrame,
    allow_unfinished: bool = False,
) -> Reviews:
    """Read the forms of all reviewers of one force.

    Parameters
    ----------
    forms : Path or iterable of Path
        The folder the forms came back to, or the files themselves.
    allotment : Allotment
        The allotment the forms were made from.
    questions : QuestionSet
        The questions the forms were made from.
    notes : DataFrame
        ``case_id, entry_no`` of the log entries, to check the entries that answers point at.
    allow_unfinished : bool
        Accept forms that are missing or half filled in. A question left open then has the answer "not
        answered", which is none of the five, and an answer without its log entry is listed in the remarks.

    Returns
    -------
    Reviews
        All answers, and what did not stop reading.

    Raises
    ------
    InspectionError
        With everything that is wrong in any form: another inspection's, force's or question set's form, a
        form twice, changed headings or references, unknown answers, missing or impossible log entries.
    """
    files, remarks = _workbook_files(forms)
    entries = {str(case): frozenset(map(int, group)) for case, group in notes.groupby("case_id")["entry_no"]}
    grade: Grade = "limits" if allow_unfinished else "stops"
    rows: list[dict[str, object]] = []
    seen: dict[str, Path] = {}
    for file in files:
        workbook, found = _open_form(file, allotment, questions, seen)
        remarks += found
        if workbook is not None:
            reviewer = read_facts(workbook)["reviewer"]
            seen[reviewer] = file
            made = build_form(allotment, questions, reviewer, notes=notes)
            answers, found = _read_form(
                workbook, made, _FormReader(file, questions, entries, grade), allotment, reviewer
            )
            rows += answers
            remarks += found
    for reviewer in allotment.reviewers:
        if reviewer not in seen:
            remarks.append(Remark(grade, _missing_form(allotment, reviewer)))
            rows += _unanswered(allotment, questions, reviewer)
    stops = [remark.problem for remark in remarks if remark.grade == "stops"]
    if stops:
        raise InspectionError(stops)
    remarks.sort(key=lambda remark: remark.grade)  # "limits" before "noted"
    return Reviews(_answer_table(rows, questions), tuple(remarks))


def recognise(file: Path, workbook: Workbook, expected: Mapping[str, str]) -> list[Problem]:
    """What tells that a workbook is not the one expected: no facts, or the facts of another."""
    facts, shown = read_facts(workbook), shown_path(file)
    if facts.get("form") != expected["form"]:
        remedy = f"Hand in the workbook this toolkit made ({expected['form']})."
        return [Problem(shown, "", "", "is not a form of this kind.", remedy)]
    another = {
        "inspection": "belongs to another inspection",
        "force": "belongs to another force",
        "questions": "asks another set of questions",
        "allotment": "was made from another allotment",
        "readings": "was made from other readings",
    }
    wrong = [told for name, told in another.items() if facts.get(name) != expected.get(name)]
    remedy = "Take it out of the folder, and hand in the form that was made for this review."
    return [Problem(shown, "", "", f"{listed(wrong)}.", remedy)] if wrong else []


def _workbook_files(forms: Path | Iterable[Path]) -> tuple[list[Path], list[Remark]]:
    """Workbooks to read, each once, in order of name; and files that may hold answers but cannot be read."""
    if not isinstance(forms, Path):
        return sorted({path.resolve() for path in forms}), []
    if not forms.is_dir():
        remedy = "Name the folder the forms came back to, or the files."
        raise InspectionError([Problem(shown_path(forms), "", "", "is not a folder.", remedy)])
    there = sorted(path for path in forms.iterdir() if not path.name.startswith((".", "~$")))
    remedy = "Open it, save it as Excel workbook (.xlsx), and take the other file out of the folder."
    others = [
        Remark("stops", Problem(shown_path(path), "", "", "is not in Excel format (.xlsx).", remedy))
        for path in there
        if path.suffix.lower() in OTHER_SPREADSHEETS
    ]
    return [path.resolve() for path in there if path.suffix.lower() == ".xlsx"], others


def _open_form(
    file: Path, allotment: Allotment, questions: QuestionSet, seen: Mapping[str, Path]
) -> tuple[Workbook | None, list[Remark]]:
    """The workbook of a form that belongs to this review and comes for the first time."""
    workbook = open_returned(file)
    if isinstance(workbook, Problem):
        return None, [Remark("stops", workbook)]
    facts = read_facts(workbook)
    reviewer = facts.get("reviewer", "")
    problems = recognise(file, workbook, form_facts(allotment, questions, reviewer))
    known = reviewer in allotment.reviewers and facts == form_facts(allotment, questions, reviewer)
    if not problems and not known:
        remedy = "Copy the answers into a fresh form; the hidden sheet must stay as it was made."
        problems = [Problem(shown_path(file), "", "", "names another reviewer, or other cases.", remedy)]
    if not problems and reviewer in seen:
        first = shown_path(seen[reviewer])
        message = f"is a second version of the same cases: {first} holds them too."
        remedy = "Keep the one that counts and take the other out of the folder. Nothing was merged."
        problems = [Problem(shown_path(file), "", "", message, remedy)]
    if problems:
        return None, [Remark("stops", problem) for problem in problems]
    return workbook, []


@dataclass(frozen=True)
class _Mistake:
    """A kind of mistake in the cells to fill in. ``when_finished``: it is only work left over until then."""

    message: str
    remedy: str
    grade: Grade = "stops"
    when_finished: bool = False


FORMULA = _Mistake(
    "holds a formula, or the error of one.",
    "Type it again as text; begin with a letter, not with =, +, - or @.",
)
OPEN = _Mistake(
    "holds no answer.",
    'Answer it; where the file is silent, choose "not recorded".',
    when_finished=True,
)
UNKNOWN = _Mistake("holds something that is not an answer.", "Choose one from the list in the cell.")
NOT_OFFERED = _Mistake(
    'holds "not applicable", which this question does not offer.',
    "It arises in every case: choose another answer from the list.",
)
NO_NUMBER = _Mistake(
    "must hold numbers of log entries only.",
    "Write 12, or 12, 14 for two; words belong in the comment.",
)
NO_SUCH_ENTRY = _Mistake(
    "names an entry that the log of this case does not have.",
    "Correct the number; the third line of the sheet says how the entries are numbered.",
)
UNPROVEN = _Mistake(
    "names no log entry, which this answer needs.",
    'Write the number of the entry that shows it; if there is none, the answer is "not recorded".',
    when_finished=True,
)
PROVEN_SILENCE = _Mistake(
    "names a log entry, though the answer says that there is nothing to show.",
    "Check which of the two is meant.",
    grade="noted",
)


@dataclass(frozen=True)
class _FormReader:
    """What is needed to read the sheets of one form, and to say where something is wrong."""

    file: Path
    questions: QuestionSet
    entries: Entries
    unfinished: Grade

    def remark(self, grade: Grade, sheet: str, cells: Iterable[str], message: str, remedy: str) -> Remark:
        """A remark about cells of a sheet; never with what stands in them."""
        named = list(cells)
        if len(named) > 1:  # "C7 holds", but "C7 and C9 hold"
            message = re.sub(r"\b(hold|name)s\b", r"\1", message, count=1)
        place = f"{sheet}, {cell_list(named)}" if named else sheet
        return Remark(grade, Problem(shown_path(self.file), place, "", message, remedy))

    def sheet_remarks(self, sheet: Worksheet, made: Worksheet) -> list[Remark]:
        """What was changed on a sheet besides the cells to fill in."""
        if sheet.max_row > made.max_row + BEYOND:
            remedy = "Delete the rows below the form; if they hold anything, move it into comments."
            return [self.remark("stops", sheet.title, [], f"reaches down to row {sheet.max_row}.", remedy)]
        cells = changed_cells(sheet, made)
        if len(cells) > MOST_CHANGED_CELLS:
            message = f"differs from the form in {len(cells)} cells: rows or columns were moved or deleted."
            remedy = "Copy the answers of this case into a fresh form."
            return [self.remark("stops", sheet.title, cells[:1], message, remedy)]
        if cells:
            message = "no longer holds what the form was made with."
            remedy = "Put back the question, heading or reference as it stands in a fresh form."
            return [self.remark("stops", sheet.title, cells, message, remedy)]
        return []

    def answers(self, sheet: Worksheet, reading: Reading) -> tuple[list[dict[str, object]], list[Remark]]:
        """Answers of one case, and what is wrong with them, cells of a kind together."""
        rows: list[dict[str, object]] = []
        found: dict[_Mistake, list[str]] = {}
        for question, row in question_rows(self.questions).items():
            asked = self.questions.by_id[question]
            answer, numbers = self._answer(sheet, row, asked, reading, found)
            rows.append(
                _answer_row(
                    reading,
                    question,
                    answer,
                    evidence=", ".join(map(str, numbers)),
                    comment=plain(sheet[f"{COMMENT}{row}"]),
                )
            )
        return rows, [
            self.remark(
                self.unfinished if mistake.when_finished else mistake.grade,
                sheet.title,
                cells,
                mistake.message,
                mistake.remedy,
            )
            for mistake, cells in found.items()
        ]

    def _answer(
        self, sheet: Worksheet, row: int, asked: Question, reading: Reading, found: dict[_Mistake, list[str]]
    ) -> tuple[str, tuple[int, ...]]:
        cell, entry, comment = (sheet[f"{column}{row}"] for column in (ANSWER, ENTRY, COMMENT))
        for typed in (cell, entry, comment):
            if is_formula(typed):
                found.setdefault(FORMULA, []).append(typed.coordinate)
        answer = plain(cell).casefold() or NOT_ANSWERED
        if answer == NOT_ANSWERED:
            found.setdefault(OPEN, []).append(cell.coordinate)
        elif answer == "not applicable" and answer not in asked.answers:
            found.setdefault(NOT_OFFERED, []).append(cell.coordinate)
        elif answer not in asked.answers and not is_formula(cell):
            found.setdefault(UNKNOWN, []).append(cell.coordinate)
        numbers = entry_numbers(entry)
        if numbers is None:
            if not is_formula(entry):
                found.setdefault(NO_NUMBER, []).append(entry.coordinate)
        elif set(numbers) - self.entries.get(reading.case_id, frozenset()):
            found.setdefault(NO_SUCH_ENTRY, []).append(entry.coordinate)
        elif not numbers and asked.needs_evidence(answer):
            found.setdefault(UNPROVEN, []).append(entry.coordinate)
        elif numbers and answer in ("not recorded", "not applicable"):
            found.setdefault(PROVEN_SILENCE, []).append(entry.coordinate)
        return answer, numbers or ()


def _read_form(
    workbook: Workbook, made: Workbook, reader: _FormReader, allotment: Allotment, reviewer: str
) -> tuple[list[dict[str, object]], list[Remark]]:
    rows: list[dict[str, object]] = []
    remarks: list[Remark] = []
    extra = len([name for name in workbook.sheetnames if name not in made.sheetnames])
    if extra:
        message = f"are {extra} more than the form had."
        remedy = "Move what counts into the case's own sheet and delete the others: a case is read once."
        remarks.append(reader.remark("stops", "sheets", [], message, remedy))
    for reading in _readings_of(allotment, reviewer):
        name = case_sheet(reading.place)
        if name not in workbook.sheetnames:
            remedy = "Restore it from an earlier copy of the form, under its own name."
            remarks.append(reader.remark("stops", name, [], "is missing.", remedy))
            continue
        changed = reader.sheet_remarks(workbook[name], made[name])
        answers, found = reader.answers(workbook[name], reading) if not changed else ([], [])
        rows += answers
        remarks += changed + found
    return rows, remarks


def _readings_of(allotment: Allotment, reviewer: str) -> Iterator[Reading]:
    return (reading for reading in allotment.readings if reading.reviewer == reviewer)


def _answer_row(
    reading: Reading, question: str, answer: str, *, evidence: str = "", comment: str = ""
) -> dict[str, object]:
    return {
        "case_id": reading.case_id,
        "question": question,
        "reader": reading.reader,
        "reviewer": reading.reviewer,
        "answer": answer,
        "evidence": evidence,
        "comment": comment,
    }


def _missing_form(allotment: Allotment, reviewer: str) -> Problem:
    remedy = f"It was made as {form_name(allotment, reviewer)}: hand it in, or read unfinished reviews."
    return Problem("forms", reviewer, "", "has no form here that could be read.", remedy)


def _unanswered(allotment: Allotment, questions: QuestionSet, reviewer: str) -> list[dict[str, object]]:
    return [
        _answer_row(reading, question.id, NOT_ANSWERED)
        for reading in _readings_of(allotment, reviewer)
        for question in questions.questions
    ]


def _answer_table(rows: Sequence[Mapping[str, object]], questions: QuestionSet) -> pd.DataFrame:
    stages = {question.id: stage.title for stage in questions.stages for question in stage.questions}
    places = {question: place for place, question in enumerate(questions.by_id)}
    table = pd.DataFrame(rows, columns=[name for name in ANSWER_COLUMNS if name not in ("stage", "pillar")])
    table["stage"] = table["question"].map(stages)
    table["pillar"] = table["question"].map(lambda name: questions.by_id[name].pillar).astype("int64")
    table["place"] = table["question"].map(places)
    ordered = table.sort_values(["case_id", "place", "reader"], ignore_index=True)
    return ordered[list(ANSWER_COLUMNS)].astype(dict.fromkeys(set(ANSWER_COLUMNS) - {"pillar"}, "str"))
