"""Data that would make numbers wrong stops the inspection once, with all that is wrong and what to do.

The whole messages are compared with the ones last approved. After a wanted change, run this file with
--snapshot-update and read the difference.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from force_files import CASE_COLUMNS, CASES, NOTE_COLUMNS, NOTES, force
from syrupy.assertion import SnapshotAssertion

from inspections.case_files import read_case_files, read_note_texts
from parameters import InspectionError, Parameters

CANARY = "Zuleika said she froze"


def problems(parameters: Parameters, folder: Path) -> str:
    with pytest.raises(InspectionError) as error:
        read_case_files(parameters)
    return str(error.value).replace(folder.as_posix(), "extract")


BAD_CASES = {
    "empty file": "",
    "header only": "Ref,Reported,Closed,Outcome\n",
    "misspelt column": CASES.replace("Ref,Reported", "Ref,Reportd"),
    "column twice": CASES.replace("Reported,Closed", "Closed,Closed"),
    "separated by semicolons": CASES.replace(",", ";"),
    "impossible date": CASES.replace("2025-01-10", "2025-02-30"),
    "one date in British order": CASES.replace("2025-01-10", "10/01/2025"),
    "dates in British order": "Ref,Reported,Closed,Outcome\nW/1,10/01/2025,,\nW/2,31/01/2025,,\n",
    "dates known to the month": "Ref,Reported,Closed,Outcome\nW/1,2025-01,,\nW/2,2025-02,,\n",
    "month for a date": CASES.replace("2025-01-10", "2025-01"),
    "word for a date": CASES.replace("2025-01-10", "unknown"),
    "year with a slip": CASES.replace("2025-01-10", "1025-01-10"),
    "many impossible dates": "Ref,Reported,Closed,Outcome\n"
    + "".join(f"W/{number},2025-13-{number:02},,\n" for number in range(1, 9)),
    "reference twice": CASES + "W/1,2025-01-10,2025-05-01,15\n",
    "reference empty": CASES.replace("W/2,", ","),
    "outcome in words": CASES.replace(",15\n", ",Evidential difficulties\n"),
    "outcome unknown": CASES.replace(",15\n", ",23\n"),
    "row cut short": CASES + "W/4,2025-01-10\n",
    "row too long": CASES.replace("2025-05-01,15", "2025-05-01,15,extra,cells"),
    "quotation mark left open": CASES.replace("W/3,", '"W/3,'),
    "several at once": CASES.replace("2025-01-10", "2025-02-30")
    .replace(",16\n", ",99\n")
    .replace("W/2", "W/1"),
}


@pytest.mark.parametrize("mistake", BAD_CASES)
def test_bad_cases(mistake: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert problems(force(tmp_path, cases=BAD_CASES[mistake]), tmp_path) == snapshot


@pytest.mark.parametrize("mistake", BAD_CASES)
def test_messages_do_not_depend_on_how_the_extract_is_cut_into_blocks(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = force(tmp_path, cases=BAD_CASES[mistake])
    whole = problems(parameters, tmp_path)
    monkeypatch.setattr("inspections.source_tables.BLOCK_ROWS", 1)
    assert problems(parameters, tmp_path) == whole


BAD_NOTES = {
    "header only": "Ref,Entered,Note\n",
    "note for no case": NOTES + f"W/8,2025-01-10 10:00,{CANARY}\nW/9,2025-01-10 10:00,{CANARY}\n",
    "two-megabyte note": NOTES + f'W/1,2025-01-10 10:00,"{CANARY} {"x" * 2_000_000}"\n',
    "NUL byte": NOTES + f"W/1,2025-01-10 10:00,{CANARY}\0 and could not move\n",
    "note text in the date column": NOTES + f"W/1,{CANARY},2025-01-10 10:00\n",
    "unquoted comma": NOTES + f"W/1,2025-01-10 10:00,{CANARY}, then left\n",
    "quotation mark left open": NOTES + f'W/1,2025-01-10 10:00,"{CANARY}\n',
}


@pytest.mark.parametrize("mistake", BAD_NOTES)
def test_bad_notes(mistake: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    told = problems(force(tmp_path, notes=BAD_NOTES[mistake]), tmp_path)
    assert "Zuleika" not in told
    assert told == snapshot


MISMAPPED = {
    "entry numbers twice": {"columns": {**NOTE_COLUMNS, "entry_no": "Number"}},
    "entry numbers in words": {"columns": {**NOTE_COLUMNS, "entry_no": "Type"}},
    "reference is the text": {"columns": {"case_id": "Note", "text": "Ref"}},
    "entry number is the text": {"columns": {"case_id": "Ref", "text": "Number", "entry_no": "Note"}},
    "only another force": {"columns": NOTE_COLUMNS, "only": {"Force": ["Westmor"]}},
    "only by a column that is not there": {"columns": NOTE_COLUMNS, "only": {"Area": ["Westmoor"]}},
    "only by the text": {"columns": NOTE_COLUMNS, "only": {"Note": ["Westmoor"]}},
}


@pytest.mark.parametrize("mistake", MISMAPPED)
def test_notes_mapped_wrongly(mistake: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    notes = (
        "Force,Ref,Number,Entered,Type,Note\n"
        f"Westmoor,W/1,1,2025-01-10 10:00,Log,{CANARY} when he came in\n"
        f"Westmoor,W/1,1,2025-01-11 10:00,Plan,{CANARY} and told a friend who called police\n"
    )
    told = problems(force(tmp_path, notes=notes, note_source=MISMAPPED[mistake]), tmp_path)
    assert "Zuleika" not in told
    assert told == snapshot


@pytest.mark.parametrize(
    ("written", "declared"),
    [
        ("cp1252", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-16-le", "utf-8"),
        ("utf-8", "cp1252"),
        ("utf-8", "ascii"),
    ],
)
def test_wrong_encoding(written: str, declared: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    notes = NOTES.replace("victim", "victim’s café").encode(written)
    told = problems(force(tmp_path, notes=notes, note_source={"encoding": declared}), tmp_path)
    assert "caf" not in told
    assert told == snapshot


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_right_encoding(encoding: str, tmp_path: Path) -> None:
    notes = NOTES.replace("victim", "victim’s café").encode(encoding)
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    read = read_case_files(force(tmp_path, notes=notes, note_source={"encoding": declared}))
    assert read_note_texts(read, ["W/1"]).loc[0, "text"] == "Report taken from the victim’s café."


@pytest.mark.parametrize(
    "source",
    [
        {"path": "{folder}/case.csv"},
        {"path": "{folder}/missing/cases.csv"},
        {"path": "{folder}", "format": "csv"},
        {"path": "{folder}/empty", "format": "parquet"},
        {"path": "{folder}/*.tsv"},
        {"path": "{folder}/cases.csv", "format": "excel"},
        {"path": "{folder}/cases.csv", "format": "parquet"},
        {"path": "{folder}/book.xlsx", "sheet": "Case"},
        {"path": "{folder}/book.xlsx", "header": [4, 5]},
    ],
    ids=[
        "name mistyped",
        "folder missing",
        "files with other columns in a folder",
        "empty folder",
        "pattern of nothing",
        "not Excel",
        "not Parquet",
        "sheet mistyped",
        "header below the rows",
    ],
)
def test_files_that_cannot_be_opened(
    source: dict[str, Any], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "empty").mkdir()
    pd.DataFrame({"Ref": ["W/1"]}).to_excel(tmp_path / "book.xlsx", sheet_name="Cases", index=False)
    located = {**source, "path": source["path"].format(folder=tmp_path)}
    assert problems(force(tmp_path, case_source=located), tmp_path) == snapshot


def test_problems_of_all_extracts_come_together(tmp_path: Path) -> None:
    parameters = force(
        tmp_path, cases=CASES.replace("2025-01-10", "2025-02-30"), notes=NOTES.replace("Entered", "Time")
    )
    with pytest.raises(InspectionError) as error:
        read_case_files(parameters)
    assert [problem.field for problem in error.value.problems] == [
        "reported_on (Reported)",
        "sources.notes.columns.entered_at",
    ]


def test_a_flag_in_other_words_is_shown_with_the_way_to_recode_it(tmp_path: Path) -> None:
    cases = "Ref,Wanted\nW/1,perhaps\nW/2,yes\nW/3,\n"
    source = {"columns": {"case_id": "Ref", "victim_wanted_report": "Wanted"}}
    told = problems(force(tmp_path, cases=cases, case_source=source), tmp_path)
    assert 'row 2 (W/1: "perhaps")' in told
    assert 'values: {victim_wanted_report: {"perhaps": ...}}, with true, false or null' in told


def test_the_row_named_is_the_row_a_spreadsheet_shows(tmp_path: Path) -> None:
    notes = 'Ref,Entered,Note\nW/1,2025-01-10 09:30,"two\nlines"\n\nW/1,2025-99-10 09:30,next\n'
    told = problems(force(tmp_path, notes=notes), tmp_path)
    assert "in row 4 (W/1" in told


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_of_other_systems_and_blank_last_rows_are_no_mistake(
    ending: str, tmp_path: Path
) -> None:
    cases = (CASES + "\n,,,\n").replace("\n", ending).encode("utf-8")
    assert read_case_files(force(tmp_path, cases=cases)).cases["case_id"].tolist() == ["W/1", "W/2", "W/3"]


def test_a_mapping_that_names_no_date_column_still_reads(tmp_path: Path) -> None:
    columns = {name: column for name, column in CASE_COLUMNS.items() if name != "reported_on"}
    assert len(read_case_files(force(tmp_path, case_source={"columns": columns})).cases) == 3


def test_a_value_that_may_name_a_person_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(InspectionError) as caught:
        read_case_files(force(tmp_path, cases=CASES.replace("05-01,15", "05-01,Jane Doe lied")))
    assert "outcome_type (Outcome) is not a known value in row 2 (W/1)." in str(caught.value)
    assert "Doe" not in str(caught.value)


def test_a_column_of_surnames_mapped_as_the_reference_is_not_repeated(tmp_path: Path) -> None:
    notes = "Ref,Entered,Note,Officer\n" + "".join(
        f"W/1,2025-01-1{day} 10:00,Call made,{name}\n" for day, name in enumerate(("Quillfeather", "O-Doe"))
    )
    columns = {**NOTE_COLUMNS, "case_id": "Officer"}
    told = problems(force(tmp_path, notes=notes, note_source={"columns": columns}), tmp_path)
    assert "names no case of" in told
    assert "row 2" in told
    assert "Quillfeather" not in told
    assert "Doe" not in told
