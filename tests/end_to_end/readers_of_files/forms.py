"""Workbooks that people fill in, and what is kept beside them: forms of a review, rounds of an audit."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from harmed_files import CANARY
from openpyxl import load_workbook

from inspections import reviews
from inspections.audit import (
    ForceNotes,
    make_round,
    make_workbooks,
    open_round,
    read_coded,
    read_settled,
    settle,
)
from inspections.audit.adjudication import DECIDED_BY
from inspections.audit.workbooks import HEAD, UNITS, Layout, workbook_path
from inspections.reviews.forms import form_name, question_rows
from parameters.questions import QuestionSet
from readers_of_files.reader import TEXT, Reader, codebook, northshire, rules


@cache
def _questions() -> QuestionSet:
    question = {
        "pillar": 1, "wording": "Was it done?", "yes_when": "All.", "partly_when": "Some.",
        "no_when": "None.",
        "evidence": "optional", "source": {"work": "a", "point": "all"},
    }  # fmt: skip
    stage = {"id": "FR", "title": "First", "questions": [{"id": f"FR{n}", **question} for n in (1, 2)]}
    return QuestionSet.model_validate(
        {"id": "trial", "title": "Trial", "sources": {"a": "A"}, "stages": [stage]}
    )


_REVIEWED = pd.DataFrame(
    [(f"W/{case}", entry) for case in (1, 2) for entry in (1, 2)], columns=["case_id", "entry_no"]
)


def _forms(folder: Path) -> None:
    cases = pd.DataFrame({"case_id": ["W/1", "W/2"]})
    dealt = reviews.allot(cases, ("Ann Able", "Bo Best"), parameters=northshire(), seed="s", second_share=1.0)
    reviews.make_forms(dealt, _questions(), folder, notes=_REVIEWED)
    reviews.write_allotment(dealt, folder / "allotment.json")
    for number, reviewer in enumerate(dealt.reviewers):
        path = folder / form_name(dealt, reviewer)
        book = load_workbook(path)
        for sheet in book.worksheets:
            if sheet.title.startswith("Case"):
                for row in question_rows(_questions()).values():
                    sheet[f"C{row}"], sheet[f"D{row}"], sheet[f"E{row}"] = ("yes", "no")[number], "1", CANARY
        book.save(path)
        path.rename(folder / f"form-{number}.xlsx")
    read = reviews.read_reviews(folder, dealt, _questions(), notes=_REVIEWED)
    (folder / "settled").mkdir()
    path = folder / "settled" / "adjudication.xlsx"
    reviews.make_adjudication(read, dealt, _questions(), path)
    book = load_workbook(path)
    for row in range(4, 4 + len(reviews.disagreements(read))):
        for column, settled in zip("JKLMN", ("yes", "1", "Cy Court", CANARY, date(2026, 11, 5)), strict=True):
            book["Disagreements"][f"{column}{row}"] = settled
    book.save(path)


def _read_forms(folder: Path) -> Any:
    dealt = reviews.read_allotment(folder / "allotment.json")
    return dealt, reviews.read_reviews(folder, dealt, _questions(), notes=_REVIEWED)


def _read_adjudication(folder: Path) -> None:
    dealt, read = _read_forms(folder)
    reviews.read_adjudication(
        folder / "settled" / "adjudication.xlsx", read, dealt, _questions(), notes=_REVIEWED
    )


def _round(folder: Path) -> None:
    notes = pd.DataFrame(
        [(f"F/{case}", 1, "OIC", f"{TEXT}\nSUSP arrested.") for case in range(4)],
        columns=["case_id", "entry_no", "author_role", "text"],
    )
    cases = pd.DataFrame({"case_id": sorted(set(notes["case_id"])), "weight": 1.0, "stratum": "all"})
    material = ForceNotes("made", notes, rules().coder.code_notes(notes).table, cases)
    held = make_round(
        folder, "pilot", [material], ("Ann Able", "Bo Best"), codebook=codebook(), seed="s", size=4
    )
    make_workbooks(held, codebook())
    for number, coder in enumerate(held.coders):
        path = workbook_path(held, coder)
        book = load_workbook(path)
        for row in range(HEAD + 1, HEAD + 1 + len(held.units)):
            book[UNITS][f"{Layout().column['Code 1']}{row}"] = ("oth-admin", "vic-disbelief")[number]
            book[UNITS][f"{Layout().column['Comment']}{row}"] = CANARY
        book.save(path)
    settling = settle(held, read_coded(held, codebook()), codebook())
    assert settling is not None
    book, layout = load_workbook(settling), Layout(settling=True)
    book[UNITS][DECIDED_BY] = "Cy Court"
    for row in range(HEAD + 1, HEAD + 1 + len(held.units)):
        book[UNITS][f"{layout.column['Code 1']}{row}"] = "oth-admin"
        book[UNITS][f"{layout.column['Why']}{row}"] = CANARY
    book.save(settling)


def _read_round(folder: Path) -> None:
    held = open_round(folder / "pilot")
    read_settled(held, read_coded(held, codebook()), codebook())


READERS = (
    Reader("review form", "form-0.xlsx", _forms, _read_forms),
    Reader("allotment", "allotment.json", _forms, _read_forms),
    Reader("adjudication", "settled/adjudication.xlsx", _forms, _read_adjudication),
    Reader("coding workbook", "pilot/workbooks/pilot-ann-able.xlsx", _round, _read_round),
    Reader("settling workbook", "pilot/pilot-settling.xlsx", _round, _read_round),
    Reader("audit round", "pilot/round.json", _round, _read_round),
    Reader("audit round units", "pilot/units.parquet", _round, _read_round),
)
