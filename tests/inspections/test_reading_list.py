"""The workbook an inspector takes to the force."""

from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from inspections.case_files import read_case_files
from inspections.reading_list import write_reading_list
from inspections.sampling import Drawn, draw, reading_list
from parameters import PROJECT, Parameters, load_parameters


def saltmere() -> tuple[Parameters, Drawn]:
    parameters = load_parameters(PROJECT / "parameters" / "saltmere.yml")
    read = read_case_files(parameters)
    return parameters, draw(read.cases, read.notes["case_id"].value_counts(), parameters)


def rows_of(sheet: Worksheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(min_row=5, values_only=True))


def test_the_list_holds_every_file_in_order_the_reserves_and_the_rules(tmp_path: Path) -> None:
    parameters, drawn = saltmere()
    path = tmp_path / "reading_list.xlsx"
    write_reading_list(path, drawn.sample, drawn.dips, parameters=parameters)
    book = load_workbook(path)
    listed = rows_of(book["To read"])
    expected = reading_list(drawn.sample, drawn.dips)
    assert [row[0] for row in listed] == expected["place"].tolist()
    assert [row[1] for row in listed] == expected["case_id"].tolist()
    dips = [row for row in listed if "dip sample of outcome 16" in str(row[2])]
    assert [row[1] for row in dips] != []
    assert {row[1] for row in dips} == set(drawn.dips["16"].cases["case_id"])
    reserves = {row[1] for row in rows_of(book["Reserves"]) if row[2] == "main sample"}
    assert reserves.isdisjoint(drawn.sample.cases["case_id"])
    rules = dict(row[:2] for row in rows_of(book["Rules"]))
    assert rules["Case list, SHA-256"] == drawn.sample.frame_hash
    assert "Nobody chooses a replacement" in str(rules["Replacing a file"])


def test_the_list_is_the_same_bytes_twice(tmp_path: Path) -> None:
    parameters, drawn = saltmere()
    paths = [tmp_path / name for name in ("one.xlsx", "two.xlsx")]
    for path in paths:
        write_reading_list(path, drawn.sample, drawn.dips, parameters=parameters)
    assert paths[0].read_bytes() == paths[1].read_bytes()
