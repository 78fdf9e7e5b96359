"""Folders, sheets, headings over two rows and typed cells: the same table whatever file it comes in."""

import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from force_files import CASE_COLUMNS, CASES, NOTES, force
from openpyxl import Workbook

from inspections.case_files import read_case_files, read_note_texts
from parameters import InspectionError, Parameters

at = datetime.fromisoformat


def notes_with_texts(parameters: Parameters) -> pd.DataFrame:
    read = read_case_files(parameters)
    return read_note_texts(read, read.cases["case_id"])


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_excel_and_parquet_read_like_csv(suffix: str, tmp_path: Path) -> None:
    cases = pd.DataFrame(
        {
            "Ref": ["W/1", "W/2", "W/3"],
            "Reported": pd.to_datetime(["2025-01-10", "2025-02-11", "2025-03-12"]),
            "Closed": pd.to_datetime(["2025-05-01", "2025-06-02", None]),
            "Outcome": [15.0, 16.0, None],
        }
    )
    path = tmp_path / f"cases{suffix}"
    cases.to_excel(path, index=False) if suffix == ".xlsx" else cases.to_parquet(path)
    from_csv = read_case_files(force(tmp_path)).cases
    # A pattern meant for typed cells elsewhere does not disturb cells that already are dates.
    source = {"path": str(path), "dates": "%d/%m/%Y"}
    pd.testing.assert_frame_equal(read_case_files(force(tmp_path, case_source=source)).cases, from_csv)


def test_a_folder_reads_as_one_extract(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    header, *rows = NOTES.splitlines()
    (folder / "2025-01.csv").write_text("\n".join([header, *rows[:2]]), encoding="utf-8")
    (folder / "2025-02.csv").write_text(
        "Note,Ref,Entered\nInitial account recorded.,W/2,2025-02-11 11:15\n"
        "CCTV requested.,W/3,2025-03-12 08:05\n",
        encoding="utf-8",
    )
    from_file = notes_with_texts(force(tmp_path))
    source = {"path": str(folder), "format": "csv"}
    pd.testing.assert_frame_equal(notes_with_texts(force(tmp_path, note_source=source)), from_file)


def test_rows_of_a_folder_are_named_by_their_file(tmp_path: Path) -> None:
    for name, case_id, day in (("a.csv", "W/1", "2025-01-10"), ("b.csv", "W/2", "2025-01-32")):
        (tmp_path / name).write_text(f"Ref,Reported\n{case_id},{day}\n", encoding="utf-8")
    source = {
        "path": str(tmp_path / "?.csv").replace("?", "[ab]"),
        "columns": {"case_id": "Ref", "reported_on": "Reported"},
    }
    with pytest.raises(InspectionError, match=r"in b\.csv row 2 \(W/2: "):
        read_case_files(force(tmp_path, case_source=source))


def workbook(path: Path, **sheets: list[list[object]]) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name == "merged":
            sheet.merge_cells("A2:A3")
            sheet.merge_cells("B2:C2")
    book.save(path)


def test_sheets_and_a_header_below_the_title_are_read(tmp_path: Path) -> None:
    title = [["Crimes by quarter"], []]
    header = ["Ref", "Reported", "Closed", "Outcome"]
    rows = [
        ["W/1", at("2025-01-10"), at("2025-05-01"), 15],
        ["W/2", date(2025, 2, 11), at("2025-06-02 23:59"), "16"],
        ["W/3", "2025-03-12", None, None],
    ]
    workbook(tmp_path / "c.xlsx", Q1=[*title, header, *rows[:2]], Q2=[*title, header, rows[2]], Notes=[["x"]])
    source = {"path": str(tmp_path / "c.xlsx"), "sheet": ["Q1", "Q2"], "header": 3}
    read = read_case_files(force(tmp_path, case_source=source)).cases
    pd.testing.assert_frame_equal(read, read_case_files(force(tmp_path)).cases)


def test_a_heading_merged_over_columns_is_part_of_their_names(tmp_path: Path) -> None:
    rows = [
        ["Extract of 1 April"],
        ["Ref", "Dates", None, None],
        [None, "Reported", "Closed", "Outcome"],
        ["W/1", at("2025-01-10"), at("2025-05-01"), 15],
        ["W/2", at("2025-02-11"), at("2025-06-02"), 16],
        ["W/3", at("2025-03-12"), None, None],
    ]
    workbook(tmp_path / "c.xlsx", merged=rows)
    columns = {**CASE_COLUMNS, "reported_on": "Dates / Reported", "closed_on": "Dates / Closed"}
    source = {"path": str(tmp_path / "c.xlsx"), "header": [2, 3], "columns": columns}
    read = read_case_files(force(tmp_path, case_source=source)).cases
    pd.testing.assert_frame_equal(read, read_case_files(force(tmp_path)).cases)


def workbook_of_formulas(path: Path, *, results: bool) -> None:
    """Closing dates by formula, with their results as Excel keeps them or without, as programs write them."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Ref", "Reported", "Closed", "Outcome"])
    sheet.append(["W/1", "2025-01-10", '=CONCATENATE("2025","-05-01")', "15"])
    sheet.append(["W/2", "2025-02-11", '=IF(B3="","",B3)', "16"])
    sheet.append(["W/3", "2025-03-12", None, None])
    book.save(path)
    if results:
        with ZipFile(path) as written:
            parts = {name: written.read(name) for name in written.namelist()}
        part = "xl/worksheets/sheet1.xml"
        parts[part] = re.sub(
            rb'(<c r="C2")([^>]*>)(<f>.*?</f>)(?:<v ?/>|<v></v>)',
            rb'\1 t="str"\2\3<v>2025-05-01</v>',
            parts[part],
        )
        with ZipFile(path, "w") as kept:
            for name, content in parts.items():
                kept.writestr(name, content)


def test_results_of_formulas_are_read_and_formulas_never_worked_out_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    parameters = force(tmp_path, case_source={"path": str(path)})
    workbook_of_formulas(path, results=True)
    closed = read_case_files(parameters).cases["closed_on"]
    assert closed.dropna().dt.strftime("%Y-%m-%d").tolist() == ["2025-05-01"]
    workbook_of_formulas(path, results=False)
    with pytest.raises(InspectionError, match="formulas whose results were never worked out"):
        read_case_files(parameters)


def test_times_in_excel_cells_keep_the_minute(tmp_path: Path) -> None:
    rows = [["Ref", "Entered", "Note"], ["W/1", at("2025-01-10 09:30"), "Report taken."]]
    workbook(tmp_path / "n.xlsx", notes=rows)
    notes = read_case_files(force(tmp_path, note_source={"path": str(tmp_path / "n.xlsx")})).notes
    assert notes["entered_at"].tolist() == [pd.Timestamp("2025-01-10 09:30")]


def test_csv_names_over_two_rows_are_joined(tmp_path: Path) -> None:
    cases = "Sent 1 April,,,\n,Dates,,\n" + CASES
    columns = {
        "case_id": "Ref",
        "reported_on": "Dates / Reported",
        "closed_on": "Dates / Closed",
        "outcome_type": "Dates / Outcome",
    }
    source = {"header": [2, 3], "columns": columns}
    read = read_case_files(force(tmp_path, cases=cases, case_source=source)).cases
    pd.testing.assert_frame_equal(read, read_case_files(force(tmp_path)).cases)


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (pa.array([15.0, 1.5, float("nan"), None]), ["15", "1.5", "", ""]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        (pa.array([at("2025-05-03 22:51")], pa.timestamp("us", "Europe/London")), ["2025-05-03 23:51"]),
        (pa.array([at("2025-05-03 22:51")], pa.timestamp("ms", "UTC")), ["2025-05-03 22:51:00.000Z"]),
        (pa.array([Decimal("15.00"), None]), ["15", ""]),
        (pa.array([True, None]), ["True", ""]),
    ],
    ids=["numbers", "dictionary", "time with a zone", "time in UTC", "decimals", "flags"],
)
def test_typed_parquet_cells_are_read_as_written(cells: pa.Array, texts: list[str], tmp_path: Path) -> None:
    references = [f"W/{row}" for row in range(len(cells))]
    pq.write_table(pa.table({"Ref": references, "Cell": cells}), tmp_path / "c.parquet")
    source = {
        "path": str(tmp_path / "c.parquet"),
        "columns": {"case_id": "Ref", "relationship": "Cell"},
    }
    notes = "Ref,Entered,Note\nW/0,2025-01-10 09:30,x\n"
    read = read_case_files(force(tmp_path, notes=notes, case_source=source)).cases
    found = read["relationship"].fillna("").tolist()
    assert [text[: len(shown)] for text, shown in zip(found, texts, strict=True)] == texts


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_a_file_that_breaks_off_is_refused_by_its_name(suffix: str, part: float, tmp_path: Path) -> None:
    cases = pd.DataFrame(
        [line.split(",") for line in CASES.splitlines()[1:]], columns=[*CASE_COLUMNS.values()]
    )
    path = tmp_path / f"cases{suffix}"
    cases.to_excel(path, index=False) if suffix == ".xlsx" else cases.to_parquet(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(InspectionError, match="cannot be opened") as caught:
        read_case_files(force(tmp_path, case_source={"path": str(path)}))
    assert path.name in str(caught.value)


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_a_file_with_damaged_bytes_is_refused_without_its_words(suffix: str, tmp_path: Path) -> None:
    canary = "She said CANARY-TEXT and nothing else"
    notes = pd.DataFrame({"Ref": "W/1", "Entered": "2025-01-10 09:30", "Note": [canary] * 400})
    notes["Note"] += notes.index.astype(str)
    path = tmp_path / f"notes{suffix}"
    notes.to_excel(path, index=False) if suffix == ".xlsx" else notes.to_parquet(path, row_group_size=50)
    whole = path.read_bytes()
    for place in range(len(whole) // 8, len(whole), len(whole) // 8):
        path.write_bytes(whole[:place] + bytes(40) + whole[place + 40 :])
        parameters = force(tmp_path, note_source={"path": str(path)})
        with suppress(InspectionError):  # damage to what is not read does no harm
            read_case_files(parameters)
            continue
        told = _message(parameters)
        assert path.name in told
        assert "CANARY" not in told


def _message(parameters: Parameters) -> str:
    with pytest.raises(InspectionError) as caught:
        read_case_files(parameters)
    return str(caught.value)
