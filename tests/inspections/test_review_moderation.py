"""Agreement is measured by the book, disagreements are settled by a named person, and origins are kept."""

import math
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from review_files import CANARY, CASES, NOTES, QUESTIONS, allotment, change, write

from inspections.reviews import (
    Reviews,
    agreement,
    disagreements,
    final_answers,
    make_adjudication,
    print_agreement,
    read_adjudication,
)
from inspections.reviews.agreement import cohen_kappa, gwet_ac1
from parameters import InspectionError

# Two abstractors classify 100 ectopic pregnancies: the worked example of Gwet's Handbook of Inter-Rater
# Reliability, with the coefficients printed there.
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]], dtype=float)
# Kappa's paradox: 118 + 2 of 125 agree, and nearly every answer is the same.
SKEWED = np.array([[118, 5], [2, 0]], dtype=float)
DAY = date(2026, 11, 5)


def test_coefficients_are_those_of_the_published_example() -> None:
    assert cohen_kappa(ABSTRACTORS)[0] == pytest.approx(0.7964, abs=5e-5)
    assert gwet_ac1(ABSTRACTORS)[0] == pytest.approx(0.8493, abs=5e-5)


def test_where_nearly_all_answers_are_alike_kappa_falls_to_nothing_and_ac1_does_not() -> None:
    assert cohen_kappa(SKEWED)[0] == pytest.approx(-0.0234, abs=5e-5)
    assert gwet_ac1(SKEWED)[0] == pytest.approx(0.9408, abs=5e-5)


def test_the_interval_of_ac1_is_the_one_that_leaving_out_one_case_gives() -> None:
    """The jackknife knows nothing of the formula, and agrees with it to the first order in 1/n."""
    n = int(ABSTRACTORS.sum())
    left_out, times = [], []
    for cell in np.ndindex(ABSTRACTORS.shape):
        if ABSTRACTORS[cell]:
            without = ABSTRACTORS.copy()
            without[cell] -= 1
            left_out.append(gwet_ac1(without)[0])
            times.append(ABSTRACTORS[cell])
    spread = np.average(np.square(np.array(left_out) - np.average(left_out, weights=times)), weights=times)
    standard_error = math.sqrt((n - 1) * spread)
    estimate, low, high = gwet_ac1(ABSTRACTORS)
    assert (high - low) / 2 == pytest.approx(1.9842 * standard_error, rel=0.02)
    assert (high + low) / 2 == pytest.approx(estimate)


@given(arrays(float, (4, 4), elements=st.integers(0, 6).map(float)))
def test_coefficients_lie_inside_their_intervals_and_the_intervals_inside_the_scale(counts) -> None:
    for estimate, low, high in (cohen_kappa(counts), gwet_ac1(counts)):
        assert math.isnan(low) == math.isnan(high)
        if not math.isnan(low):
            assert -1 <= low <= estimate <= high <= 1


def test_what_is_undefined_is_not_a_number() -> None:
    nothing, same, one = np.zeros((4, 4)), np.diag([6.0, 0, 0, 0]), np.diag([1.0, 0, 0, 0])
    assert all(math.isnan(value) for value in (*cohen_kappa(nothing), *gwet_ac1(nothing)))
    assert math.isnan(cohen_kappa(same)[0])
    assert gwet_ac1(same)[0] == 1
    assert math.isnan(gwet_ac1(same)[1])
    assert math.isnan(gwet_ac1(one)[1])


def reviews(first: str = "yes", second: str = "no", *, twice: tuple[str, ...] = CASES[:2]) -> Reviews:
    """Every case answered alike on every question but FR1, where first and second reader may differ."""
    rows = []
    for case in CASES:
        for question in QUESTIONS.questions:
            for reader in ("first", "second")[: 1 + (case in twice)]:
                mine = first if reader == "first" else second
                rows.append(
                    {
                        "case_id": case,
                        "question": question.id,
                        "stage": "Suspect",
                        "pillar": question.pillar,
                        "reader": reader,
                        "reviewer": {"first": "A. Khan", "second": "Zoë Lund"}[reader],
                        "answer": mine if question.id == "FR1" else "partly",
                        "evidence": "1" if reader == "first" else "2",
                        "comment": f"={CANARY}",
                    }
                )
    return Reviews(pd.DataFrame(rows), ())


def test_agreement_is_given_for_each_question_and_for_all() -> None:
    table = agreement(reviews(), QUESTIONS, seed="s").set_index("question")
    assert list(table.index) == ["FR1", "FR2", "SU1", "SU2", "all questions"]
    assert list(table["pairs"]) == [2, 2, 2, 2, 8]
    assert list(table["percent"]) == [0, 100, 100, 100, 75]
    assert table.loc["FR2", "percent_low"] == pytest.approx(34.2, abs=0.1)  # Wilson, 2 of 2


def test_two_case_files_read_twice_give_no_interval_over_all_questions() -> None:
    table = agreement(reviews(), QUESTIONS, seed="s").set_index("question")
    assert table.loc["all questions", ["percent_low", "kappa_low", "ac1_high"]].isna().all()


def test_open_questions_are_no_pairs() -> None:
    table = agreement(reviews(second="not answered"), QUESTIONS, seed="s").set_index("question")
    assert table.loc["FR1", "pairs"] == 0
    assert table.loc["all questions", "pairs"] == 6


def test_undefined_values_are_printed_as_such() -> None:
    printed = print_agreement(agreement(reviews(second="not answered"), QUESTIONS, seed="s"))
    assert printed.set_index("question").loc["FR1", ["percent", "kappa", "ac1"]].tolist() == ["n/a"] * 3
    assert printed.set_index("question").loc["FR2", ["kappa", "ac1"]].tolist() == ["n/a", "1.00 (n/a)"]
    assert printed.set_index("question").loc["FR2", "percent"] == "100 (34 to 100)"


def test_without_second_readings_nothing_is_measured_and_nothing_fails() -> None:
    printed = print_agreement(agreement(reviews(twice=()), QUESTIONS, seed="s"))
    assert set(printed["percent"]) == {"n/a"}
    assert disagreements(reviews(twice=())).empty


def test_disagreements_are_different_answers_and_not_open_ones() -> None:
    assert list(disagreements(reviews())["question"]) == ["FR1", "FR1"]
    assert disagreements(reviews(second="yes")).empty
    assert disagreements(reviews(second="not answered")).empty


def settle(sheet: Worksheet, *, answer: str = "no", entries: str = "", day: object = DAY) -> None:
    for row in (4, 5):
        write(sheet, f"J{row}", answer)
        write(sheet, f"K{row}", entries)
        write(sheet, f"L{row}", "C. Adeyemi")
        write(sheet, f"M{row}", f"- {CANARY}")
        sheet[f"N{row}"].value = day  # type: ignore[assignment]


def settled(folder: Path, how: Callable[[Worksheet], object] = settle) -> Path:
    path = folder / "adjudication.xlsx"
    make_adjudication(reviews(), allotment(), QUESTIONS, path)
    change(path, lambda workbook: how(workbook["Disagreements"]))
    return path


def read(path: Path, given: Reviews | None = None) -> pd.DataFrame:
    return read_adjudication(path, given or reviews(), allotment(), QUESTIONS, notes=NOTES)


def as_settled(decisions: pd.DataFrame) -> None:
    assert list(decisions["case_id"]) == list(CASES[:2])
    assert decisions.loc[0].to_dict() == {
        "case_id": "=W/1",
        "question": "FR1",
        "first": "yes",
        "second": "no",
        "final": "no",
        "evidence": "2",
        "decided_by": "C. Adeyemi",
        "why": f"- {CANARY}",
        "decided_on": DAY,
    }


@pytest.mark.parametrize("day", [DAY, "05/11/2026", "2026-11-05"])
def test_decisions_come_back_with_who_why_and_when(day: object, tmp_path: Path) -> None:
    as_settled(read(settled(tmp_path, lambda sheet: settle(sheet, day=day))))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_decisions_survive_a_spreadsheet_program(tmp_path: Path) -> None:
    path = settled(tmp_path)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = [
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path / "back"),
    ]
    subprocess.run(["soffice", profile, *convert, str(path)], check=True, capture_output=True, timeout=180)
    as_settled(read(tmp_path / "back" / path.name))


def test_the_workbook_is_the_same_every_time_and_names_no_reader(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        make_adjudication(reviews(), allotment(), QUESTIONS, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    texts = [
        str(cell.value)
        for sheet in load_workbook(tmp_path / "one.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert not {"A. Khan", "Zoë Lund"} & set(texts)
    with pytest.raises(InspectionError, match="It may hold decisions"):
        make_adjudication(reviews(), allotment(), QUESTIONS, tmp_path / "one.xlsx")


def cell(place: str, value: object) -> Callable[[Worksheet], None]:
    def put(sheet: Worksheet) -> None:
        settle(sheet)
        sheet[place].value = value  # type: ignore[assignment]

    return put


MISTAKES = {
    "unsettled": (cell("J4", None), "Disagreements, J4 holds no answer."),
    "another word": (cell("J4", CANARY), "J4 holds something that is not an answer of this question."),
    "not offered": (
        cell("J4", "not applicable"),
        "J4 holds something that is not an answer of this question.",
    ),
    "no entry": (cell("J4", "partly"), "K4 names no log entry, which this answer needs."),
    "no such entry": (cell("K4", "99"), "K4 must hold numbers of entries that the log of this case has."),
    "nobody": (cell("L5", None), "L5 does not say who decided."),
    "first reader": (cell("L4", "A. Khan"), "L4 names one of the two readers of the case."),
    "second reader": (cell("L5", " zoë  LUND"), "L5 names one of the two readers of the case."),
    "no reason": (cell("M5", " "), "M5 does not say why."),
    "reason by formula": (cell("M5", "=1"), "M5 does not say why."),
    "no day": (cell("N5", CANARY), "N5 holds no date."),
    "reading changed": (
        cell("D4", "no"),
        "Disagreements, D4 no longer holds what the workbook was made with.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_decision_that_cannot_stand_is_refused_by_cell(mistake: str, tmp_path: Path) -> None:
    how, told = MISTAKES[mistake]
    with pytest.raises(InspectionError) as error:
        read(settled(tmp_path, how))
    assert told in str(error.value)
    assert "Zuleika" not in str(error.value)
    assert len(error.value.problems) == 1


def test_decisions_on_other_readings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InspectionError, match="was made from other readings"):
        read(settled(tmp_path), reviews(second="partly"))


def test_decisions_on_a_sheet_of_another_name_are_refused(tmp_path: Path) -> None:
    path = settled(tmp_path, lambda sheet: setattr(sheet, "title", "Settled"))
    with pytest.raises(InspectionError, match="Disagreements is missing"):
        read(path)


def test_a_review_form_is_no_adjudication(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(InspectionError, match="is not a form of this kind"):
        read(tmp_path / "x.xlsx")


def test_final_answers_keep_the_way_they_were_reached(tmp_path: Path) -> None:
    final = final_answers(reviews(), read(settled(tmp_path))).set_index(["case_id", "question"])
    assert len(final) == len(CASES) * len(QUESTIONS.questions)
    assert final.loc[("=W/1", "FR1"), ["answer", "evidence", "origin"]].tolist() == ["no", "2", "adjudicated"]
    assert final.loc[("=W/1", "FR2"), "origin"] == "readers agreed"
    assert final.loc[("W/5", "FR1"), ["answer", "evidence", "origin"]].tolist() == ["yes", "1", "read once"]
    assert CANARY not in final.to_csv()


def test_disagreements_left_open_stop_the_final_answers() -> None:
    with pytest.raises(InspectionError, match="on 2 questions are not settled, in =W/1 and W/2"):
        final_answers(reviews())


def test_an_open_question_is_filled_by_the_second_reader_and_stays_open_without_one() -> None:
    final = final_answers(reviews(first="not answered", second="no")).set_index(["case_id", "question"])
    assert final.loc[("=W/1", "FR1"), ["answer", "evidence", "origin"]].tolist() == [
        "no",
        "2",
        "second reader only",
    ]
    assert final.loc[("W/5", "FR1"), ["answer", "origin"]].tolist() == ["not answered", "read once"]
