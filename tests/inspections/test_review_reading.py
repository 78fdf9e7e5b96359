"""Filled-in forms are read whole, or refused with every mistake by cell; what was typed is never told."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from openpyxl import Workbook
from review_files import (
    ANSWERS,
    CANARY,
    CASES,
    NOTES,
    QUESTIONS,
    REVIEWERS,
    ROWS,
    allotment,
    change,
    fill,
    forms,
    write,
)

from inspections.reviews import Allotment, Reviews, read_reviews
from inspections.reviews.forms import form_name
from parameters import InspectionError

KHAN = "northshire-a-khan.xlsx"


@cache
def _filled_once() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        paths = list(forms(Path(folder), allotment()).values())
        for path in paths:
            fill(path)
        return {path.name: path.read_bytes() for path in paths}


def filled(folder: Path) -> Allotment:
    """Finished forms of every reviewer."""
    folder.mkdir(exist_ok=True)
    for name, content in _filled_once().items():
        (folder / name).write_bytes(content)
    return allotment()


def read(folder: Path, *, allow_unfinished: bool = False) -> Reviews:
    return read_reviews(folder, allotment(), QUESTIONS, notes=NOTES, allow_unfinished=allow_unfinished)


def refused(folder: Path, *, allow_unfinished: bool = False) -> str:
    with pytest.raises(InspectionError) as error:
        read(folder, allow_unfinished=allow_unfinished)
    told = str(error.value)
    assert "Zuleika" not in told
    assert "Zuleika" not in repr(error.value.problems)
    return told.replace(f"{folder.resolve().as_posix()}/", "")


def as_given(reviews: Reviews) -> None:
    """Every answer came back as it was typed, and every reading is there."""
    answers = reviews.answers
    assert sorted(set(answers["case_id"])) == sorted(CASES)
    assert len(answers) == len(allotment().readings) * len(ANSWERS)
    for question, (answer, evidence, comment) in ANSWERS.items():
        rows = answers[answers["question"] == question]
        assert set(rows["answer"]) == {answer}
        assert set(rows["evidence"]) == {evidence}
        assert set(rows["comment"]) == {comment}


def test_answers_come_back_as_they_were_given(tmp_path: Path) -> None:
    filled(tmp_path)
    reviews = read(tmp_path)
    as_given(reviews)
    assert reviews.remarks == ()
    assert list(reviews.answers["reader"]).count("second") == len(ANSWERS)
    assert dict(zip(reviews.answers["question"], reviews.answers["pillar"], strict=True))["SU1"] == 2


def test_files_may_be_named_instead_of_their_folder(tmp_path: Path) -> None:
    given = filled(tmp_path)
    files = [tmp_path / form_name(given, reviewer) for reviewer in REVIEWERS]
    as_given(read_reviews([*files, files[0]], given, QUESTIONS, notes=NOTES))


def test_a_review_shown_by_accident_shows_sizes_only(tmp_path: Path) -> None:
    filled(tmp_path)
    assert repr(read(tmp_path)) == "Reviews(5 cases, 24 answers)"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_answers_survive_a_spreadsheet_program_that_opens_and_saves_the_form(tmp_path: Path) -> None:
    given = filled(tmp_path / "sent")
    files = [tmp_path / "sent" / form_name(given, reviewer) for reviewer in REVIEWERS]
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    command = ["soffice", profile, *convert, "--outdir", str(tmp_path / "back"), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    as_given(read(tmp_path / "back"))


def _sheet_twice(workbook: Workbook) -> None:
    workbook.copy_worksheet(workbook["Case 01"]).title = CANARY[:30]


def _row_inserted(workbook: Workbook) -> None:
    workbook["Case 01"].insert_rows(7)


def at(place: str, value: object) -> Callable[[Workbook], None]:
    """Put a value into a cell of the first case."""

    def put(workbook: Workbook) -> None:
        workbook["Case 01"][place].value = value  # type: ignore[assignment]

    return put


def typed(place: str, text: str) -> Callable[[Workbook], None]:
    return lambda workbook: write(workbook["Case 01"], place, text)


FR1, FR2, SU1, SU2 = (ROWS[name] for name in ("FR1", "FR2", "SU1", "SU2"))
MISTAKES: dict[str, tuple[Callable[[Workbook], object], str]] = {
    "open question": (at(f"C{FR1}", None), f"Case 01, C{FR1} holds no answer."),
    "spaces for an answer": (typed(f"C{FR1}", "  "), f"Case 01, C{FR1} holds no answer."),
    "comment in the answer": (typed(f"C{FR1}", CANARY), f"C{FR1} holds something that is not an answer."),
    "true for an answer": (at(f"C{FR1}", True), f"C{FR1} holds something that is not an answer."),
    "answer not offered": (
        typed(f"C{SU2}", "not applicable"),
        f'C{SU2} holds "not applicable", which this question does not offer.',
    ),
    "formula for an answer": (at(f"C{FR1}", f'="{CANARY}"'), f"C{FR1} holds a formula"),
    "formula for a comment": (at(f"E{FR1}", f'="{CANARY}"'), f"E{FR1} holds a formula"),
    "error for an entry": (at(f"D{FR1}", "#NAME?"), f"D{FR1} holds a formula, or the error of one."),
    "no entry": (at(f"D{FR1}", None), f"D{FR1} names no log entry, which this answer needs."),
    "entry in words": (typed(f"D{FR1}", CANARY), f"D{FR1} must hold numbers of log entries only."),
    "entry became a date": (at(f"D{FR1}", datetime(2026, 5, 3)), f"D{FR1} must hold numbers"),  # noqa: DTZ001
    "range of entries": (typed(f"D{FR1}", "1-3"), f"D{FR1} must hold numbers of log entries only."),
    "no such entry": (typed(f"D{FR1}", "3, 99"), f"D{FR1} names an entry that the log of this case does not"),
    "reference changed": (at("A1", "Case 1 of 3: W/9"), "Case 01, A1 no longer holds what the form was made"),
    "heading changed": (at("C4", "Verdict"), "Case 01, C4 no longer holds what the form was made with."),
    "question changed": (at(f"B{FR1}", CANARY), f"Case 01, B{FR1} no longer holds what the form was made"),
    "words beside the form": (at("K9", CANARY), "Case 01, K9 no longer holds what the form was made with."),
    "row inserted": (_row_inserted, "rows or columns were moved or deleted."),
    "far below the form": (at("A9000", "x"), "Case 01 reaches down to row 9000."),
    "case sheet copied": (_sheet_twice, "sheets are 1 more than the form had."),
    "case sheet deleted": (lambda workbook: workbook.remove(workbook["Case 02"]), "Case 02 is missing."),
    "hidden sheet deleted": (
        lambda workbook: workbook.remove(workbook["_form"]),
        "is not a form of this kind.",
    ),
    "hidden sheet changed": (
        lambda workbook: workbook["_form"].cell(7, 2, "W/9"),
        "names another reviewer, or other cases.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_by_file_sheet_and_cell(mistake: str, tmp_path: Path) -> None:
    filled(tmp_path)
    how, told = MISTAKES[mistake]
    change(tmp_path / KHAN, how)
    message = refused(tmp_path)
    assert message.startswith(f"{KHAN}: ")
    assert told in message


def test_all_mistakes_of_all_forms_come_at_once(tmp_path: Path) -> None:
    given = filled(tmp_path)
    other = form_name(given, REVIEWERS[1])
    change(tmp_path / KHAN, at(f"C{FR1}", "perhaps"))
    change(tmp_path / KHAN, at(f"C{FR2}", "perhaps"))
    change(tmp_path / KHAN, typed(f"D{SU2}", "x"))
    change(tmp_path / other, at("A1", "Case 1"))
    assert refused(tmp_path) == (
        f"{KHAN}: Case 01, C{FR1} and C{FR2} hold something that is not an answer.\n"
        "  Choose one from the list in the cell.\n"
        f"{KHAN}: Case 01, D{SU2} must hold numbers of log entries only.\n"
        "  Write 12, or 12, 14 for two; words belong in the comment.\n"
        f"{other}: Case 01, A1 no longer holds what the form was made with.\n"
        "  Put back the question, heading or reference as it stands in a fresh form."
    )


def test_two_versions_of_one_form_are_refused_and_not_merged(tmp_path: Path) -> None:
    filled(tmp_path)
    shutil.copy(tmp_path / KHAN, tmp_path / "northshire-a-khan (2).xlsx")
    told = refused(tmp_path)
    assert "is a second version of the same cases" in told
    assert KHAN in told
    assert "northshire-a-khan (2).xlsx" in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"inspection": "rasso-2027"}, "belongs to another inspection and was made from another allotment."),
        ({"force": "saltmere"}, "belongs to another force and was made from another allotment."),
        ({"readings": allotment(share=0).readings}, "was made from another allotment."),
    ],
)
def test_a_form_of_another_review_is_refused(changes: dict[str, str], told: str, tmp_path: Path) -> None:
    for path in forms(tmp_path, replace(allotment(), **changes)).values():
        fill(path)
    assert told in refused(tmp_path)


def test_a_form_of_another_question_set_is_refused(tmp_path: Path) -> None:
    given = filled(tmp_path)
    questions = QUESTIONS.model_copy(update={"title": "Later"})
    with pytest.raises(InspectionError, match="asks another set of questions"):
        read_reviews(tmp_path, given, questions, notes=NOTES)


def test_a_form_not_handed_in_is_asked_for_by_name(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / KHAN).unlink()
    told = refused(tmp_path)
    assert told.startswith("forms: A. Khan has no form here that could be read.")
    assert KHAN in told


@pytest.mark.parametrize(
    ("name", "told"), [("a.ods", "not in Excel format"), ("a.xlsx", "is not a workbook")]
)
def test_a_file_that_is_no_workbook_is_named(name: str, told: str, tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / name).write_text(CANARY, encoding="utf-8")
    assert told in refused(tmp_path)


def test_lock_files_of_open_workbooks_are_passed_over(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / f"~${KHAN}").write_text("lock", encoding="utf-8")
    as_given(read(tmp_path))


def test_an_answer_typed_by_hand_in_capitals_is_the_answer(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path / KHAN, at(f"C{FR1}", " Yes "))
    as_given(read(tmp_path))


def test_entry_numbers_are_put_in_order_and_kept_once(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path / KHAN, at(f"D{FR2}", 2))
    change(tmp_path / KHAN, typed(f"D{FR1}", "12; 3 3"))
    as_given(read(tmp_path))


def test_half_filled_forms_are_accepted_when_asked_and_open_is_not_no(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path / KHAN, at(f"C{FR1}", None))
    change(tmp_path / KHAN, at(f"D{FR2}", None))
    reviews = read(tmp_path, allow_unfinished=True)
    rows = reviews.answers[reviews.answers["answer"] == "not answered"]
    assert list(rows["question"]) == ["FR1"]
    assert list(rows["comment"]) == [ANSWERS["FR1"][2]]
    assert [(remark.grade, remark.problem.field) for remark in reviews.remarks] == [
        ("limits", f"Case 01, C{FR1}"),
        ("limits", f"Case 01, D{FR2}"),
    ]


def test_unfinished_forms_are_still_refused_for_what_is_wrong_in_them(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path / KHAN, at(f"C{FR1}", "perhaps"))
    change(tmp_path / KHAN, at(f"C{FR2}", None))
    told = refused(tmp_path, allow_unfinished=True)
    assert "not an answer" in told
    assert "no answer" not in told


def test_a_form_not_yet_in_leaves_its_cases_unanswered(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / KHAN).unlink()
    reviews = read(tmp_path, allow_unfinished=True)
    of_khan = reviews.answers[reviews.answers["reviewer"] == "A. Khan"]
    assert set(of_khan["answer"]) == {"not answered"}
    assert len(reviews.answers) == 24
    assert [remark.problem.field for remark in reviews.remarks] == ["A. Khan"]


def test_an_entry_named_for_silence_is_noted_and_kept(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path / KHAN, typed(f"D{SU2}", "3"))
    reviews = read(tmp_path)
    assert [remark.grade for remark in reviews.remarks] == ["noted"]
    assert "3" in set(reviews.answers.loc[reviews.answers["question"] == "SU2", "evidence"])


def test_the_table_of_answers_survives_parquet(tmp_path: Path) -> None:
    filled(tmp_path)
    answers = read(tmp_path).answers
    answers.to_parquet(tmp_path / "answers.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "answers.parquet"), answers)
