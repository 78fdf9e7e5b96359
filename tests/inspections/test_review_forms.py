"""A form is the same on every machine, runs nothing that came from data, and hides who reads second."""

import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from review_files import CASES, NOTES, QUESTIONS, ROWS, SAMPLE, allotment, forms, parameters

from inspections.reviews import allot, make_forms
from inspections.reviews.forms import build_form, question_rows
from inspections.reviews.workbooks import fit_row
from parameters import InspectionError
from parameters.questions import load_questions


def test_making_a_form_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = (forms(tmp_path / name, allotment()) for name in ("one", "two"))
    assert [path.name for path in first.values()] == ["northshire-a-khan.xlsx", "northshire-zoë-lund.xlsx"]
    for reviewer, path in first.items():
        assert path.read_bytes() == again[reviewer].read_bytes()


def test_a_form_carries_the_date_of_the_report_and_no_other(tmp_path: Path) -> None:
    path = next(iter(forms(tmp_path, allotment()).values()))
    with zipfile.ZipFile(path) as form:
        assert {entry.date_time[:3] for entry in form.infolist()} == {(2026, 11, 12)}
        core = form.read("docProps/core.xml").decode("utf-8")
    assert core.count("2026-11-12T00:00:00Z") == 2


def test_a_form_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    made = forms(tmp_path, allotment())
    before = {path: path.read_bytes() for path in made.values()}
    with pytest.raises(InspectionError, match="It may hold answers"):
        make_forms(allotment(), QUESTIONS, tmp_path, notes=NOTES)
    assert {path: path.read_bytes() for path in made.values()} == before


def test_text_from_data_is_never_a_formula(tmp_path: Path) -> None:
    for path in forms(tmp_path, allotment()).values():
        workbook = load_workbook(path)
        formulas = {
            str(cell.value)
            for sheet in workbook
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }
        assert not any(case in formula for formula in formulas for case in (*CASES, "Trial"))
        assert workbook["Help"]["A1"].value == "=Trial"
        assert workbook["Help"]["A1"].data_type == "s"
        assert workbook["Help"]["A1"].quotePrefix


def test_a_form_does_not_tell_first_readings_from_second(tmp_path: Path) -> None:
    for path in forms(tmp_path, allotment(share=1)).values():
        with zipfile.ZipFile(path) as form:
            text = b"".join(form.read(name) for name in form.namelist()).decode("utf-8", errors="replace")
        assert "second" not in text.casefold().replace("second line", "")


def test_only_the_cells_to_fill_in_can_be_changed() -> None:
    workbook = build_form(allotment(), QUESTIONS, "A. Khan", notes=NOTES)
    assert all(sheet.protection.sheet for sheet in workbook)
    sheet = workbook["Case 01"]
    free = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert free == {f"{column}{row}" for column in "CDE" for row in ROWS.values()}
    assert {sheet[cell].number_format for cell in free} == {"@"}  # typed as text: 3-5 stays 3-5


def test_each_question_offers_its_own_answers() -> None:
    sheet = build_form(allotment(), QUESTIONS, "A. Khan", notes=NOTES)["Case 01"]
    offered = {
        cell: choices.formula1.strip('"').split(",")
        for choices in sheet.data_validations.dataValidation
        for cell in str(choices.sqref).split()
    }
    assert "not applicable" in offered[f"C{ROWS['SU1']}"]
    assert "not applicable" not in offered[f"C{ROWS['SU2']}"]


def test_a_drop_down_list_is_short_enough_for_excel() -> None:
    for question in load_questions().questions:
        assert len(",".join(question.answers)) <= 253


def test_every_row_is_high_enough_for_the_guidance_beside_it() -> None:
    sheet = build_form(allotment(), load_questions(), "A. Khan", notes=NOTES)["Case 01"]
    for question, row in question_rows(load_questions()).items():
        guidance, high = str(sheet[f"G{row}"].value), sheet.row_dimensions[row].height
        fit_row(sheet, row, (guidance, sheet.column_dimensions["G"].width, 9))
        assert high >= sheet.row_dimensions[row].height, question


def test_a_reviewer_sees_how_the_log_is_numbered() -> None:
    sheet = build_form(allotment(), QUESTIONS, "A. Khan", notes=NOTES)["Case 01"]
    assert "Log entries: 4 numbered 1 to 12." in str(sheet["A3"].value)


def test_a_case_without_notes_still_has_its_sheet() -> None:
    sheet = build_form(allotment(), QUESTIONS, "A. Khan", notes=NOTES[:0])["Case 01"]
    assert "Log entries: none." in str(sheet["A3"].value)


def test_a_form_of_dip_samples_says_so_and_names_the_outcome_on_every_sheet(tmp_path: Path) -> None:
    dips = SAMPLE.assign(outcome="16")
    dealt = allot(dips, ["A. Khan"], parameters=parameters(), seed="autumn", second_share=0)
    (path,) = forms(tmp_path, dealt).values()
    assert path.name == "northshire-dips-a-khan.xlsx"
    workbook = load_workbook(path)
    assert "never counted with the main sample" in str(workbook["Help"]["A4"].value)
    sheets = [sheet for sheet in workbook if sheet.title.startswith("Case")]
    assert len(sheets) == len(CASES)
    assert all("Dip sample of outcome 16: Suspect identified" in str(sheet["A2"].value) for sheet in sheets)
    main = load_workbook(next(iter(forms(tmp_path / "main", allotment()).values())))
    assert not any("Dip sample" in str(cell.value) for sheet in main for cell in (sheet["A2"], sheet["A4"]))
