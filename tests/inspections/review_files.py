"""A small review: five cases, two reviewers, four questions, and forms filled in as a person would."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from inspections.reviews import Allotment, allot, make_forms
from inspections.reviews.forms import form_name, question_rows
from parameters import PROJECT, Parameters, load_parameters
from parameters.questions import QuestionSet

CANARY = "Zuleika said she froze"
REVIEWERS = ("A. Khan", "Zoë Lund")
CASES = ("=W/1", "W/2", "W/3", "W/4", "W/5")


def _question(name: str, **changes: object) -> dict[str, object]:
    return {
        "id": name,
        "pillar": 1,
        "wording": f"Was {name} done?",
        "yes_when": "All of it.",
        "partly_when": "Some of it.",
        "no_when": "The file shows that it was not.",
        "evidence": "required",
        "source": {"work": "a-report", "point": "all"},
        **changes,
    }


QUESTIONS = QuestionSet.model_validate(
    {
        "id": "trial",
        "title": "=Trial",
        "sources": {"a-report": "A report"},
        "stages": [
            {"id": "FR", "title": "First report", "questions": [_question("FR1"), _question("FR2")]},
            {
                "id": "SU",
                "title": "Suspect",
                "questions": [
                    _question("SU1", not_applicable_when="No suspect.", pillar=2),
                    _question("SU2", evidence="optional"),
                ],
            },
        ],
    }
)
ROWS = question_rows(QUESTIONS)
SAMPLE = pd.DataFrame({"case_id": CASES})
NOTES = pd.DataFrame(
    [(case, number) for case in CASES for number in (1, 2, 3, 12)], columns=["case_id", "entry_no"]
)
ANSWERS: Mapping[str, tuple[str, str, str]] = {
    "FR1": ("yes", "3, 12", f"{CANARY}.\nSecond line, café"),
    "FR2": ("no", "2", "=not a formula"),
    "SU1": ("not applicable", "", ""),
    "SU2": ("not recorded", "", "- nothing found"),
}


def parameters() -> Parameters:
    return load_parameters(PROJECT / "parameters" / "northshire.yml")


def allotment(share: float = 0.2) -> Allotment:
    return allot(SAMPLE, REVIEWERS, parameters=parameters(), seed="autumn", second_share=share)


def forms(folder: Path, given: Allotment) -> dict[str, Path]:
    make_forms(given, QUESTIONS, folder, notes=NOTES)
    return {reviewer: folder / form_name(given, reviewer) for reviewer in given.reviewers}


def write(sheet: Worksheet, place: str, text: str) -> None:
    """Type text as a person does into a cell formatted as text."""
    if text:
        sheet[place].value, sheet[place].data_type = text, "s"


def fill(
    path: Path, answers: Callable[[str], Mapping[str, tuple[str, str, str]]] = lambda case: ANSWERS
) -> None:
    """Answer every question of every case; the answers may depend on the case."""
    workbook = load_workbook(path)
    for sheet in workbook.worksheets:
        if sheet.title.startswith("Case"):
            case = str(sheet["A1"].value).split(": ", 1)[1]
            for question, texts in answers(case).items():
                for column, text in zip("CDE", texts, strict=True):
                    write(sheet, f"{column}{ROWS[question]}", text)
    workbook.save(path)


def change(path: Path, how: Callable[[Workbook], object]) -> None:
    workbook = load_workbook(path)
    how(workbook)
    workbook.save(path)
