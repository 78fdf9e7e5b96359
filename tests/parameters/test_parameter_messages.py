"""What a person reads when a parameter file is wrong: the whole message, compared with the one last approved.

After a wanted change, run this file with --snapshot-update and read the difference.
"""

from pathlib import Path

import pytest
from parameter_files import FORCE, INSPECTION, write
from syrupy.assertion import SnapshotAssertion

from parameters import InspectionError, load_parameters

MISTAKES_IN_FORCE = {
    "unknown key": ("    path: cases.csv", "    path: cases.csv\n    delimeter: ';'"),
    "misspelt field": ("closed_on: Closed", "closd_on: Closed"),
    "unknown field": ("closed_on: Closed", "closed_on: Closed, weather: Weather"),
    "no reference": ("case_id: Ref, closed_on", "closed_on"),
    "no text": (", text: Note", ""),
    "constant reference": ("case_id: Ref, closed_on", "case_id: {value: A1}, closed_on"),
    "column is a list": ("closed_on: Closed", "closed_on: [Closed]"),
    "constant without value": ("closed_on: Closed", "closed_on: {worth: 1}"),
    "text and reference from one column": ("text: Note", "text: Ref"),
    "date and category from one column": ("outcome_type: Outcome", "outcome_type: Closed"),
    "unreadable date pattern": ("    path: cases.csv", "    path: cases.csv\n    dates: dd/mm/yyyy"),
    "date pattern for no date": (
        "    path: cases.csv",
        "    path: cases.csv\n    dates: {outcome_type: iso}",
    ),
    "dates is a list": ("    path: cases.csv", "    path: cases.csv\n    dates: [iso]"),
    "unknown encoding": ("    path: cases.csv", "    path: cases.csv\n    encoding: utf-9"),
    "encoding of no text": ("    path: cases.csv", "    path: cases.csv\n    encoding: base64"),
    "unknown format": ("    path: cases.csv", "    path: cases.csv\n    format: exel"),
    "unknown ending": ("path: cases.csv", "path: cases.doc"),
    "address in the file": (
        "    path: cases.csv",
        "    url_from: postgresql://reader:secret@db.example/crime\n    table: cases",
    ),
    "address as a key": ("    path: cases.csv", "    url: postgresql://reader:secret@db.example/crime"),
    "variable with a dollar": ("    path: cases.csv", "    url_from: $DATABASE\n    table: cases"),
    "file and database": ("    path: cases.csv", "    path: cases.csv\n    url_from: DATABASE_URL"),
    "neither file nor database": ("    path: cases.csv\n", ""),
    "table of a file": ("    path: cases.csv", "    path: cases.csv\n    table: cases"),
    "database without a table": ("    path: cases.csv", "    url_from: DATABASE_URL"),
    "table and query": (
        "    path: cases.csv",
        "    url_from: DATABASE_URL\n    table: cases\n    query: SELECT * FROM cases",
    ),
    "query that changes data": (
        "    path: cases.csv",
        "    url_from: DATABASE_URL\n    query: DELETE FROM cases",
    ),
    "delimiter of a database": (
        "    path: cases.csv",
        "    url_from: DATABASE_URL\n    table: cases\n    delimiter: ';'",
    ),
    "header in words": ("    path: cases.csv", "    path: cases.csv\n    header: third"),
    "header rows apart": ("    path: cases.csv", "    path: cases.csv\n    header: [1, 3]"),
    "recoding of a field without a column": (
        "    path: cases.csv",
        "    path: cases.csv\n    values: {victim_gender: {F: female}, outcome_type: {Charged: '1'}}",
    ),
    "dates of a field without a column": (
        "    path: cases.csv",
        "    path: cases.csv\n    dates: {closed_on: iso, charged_on: '%d/%m/%Y'}",
    ),
    "recoding of notes": ("    path: notes.csv", "    path: notes.csv\n    values: {text: {none: null}}"),
    "sheet of a CSV file": ("    path: cases.csv", "    path: cases.csv\n    sheet: Cases"),
    "delimiter of an Excel file": ("    path: cases.csv", "    path: cases.xlsx\n    delimiter: ';'"),
    "header of a Parquet file": ("    path: cases.csv", "    path: cases.parquet\n    header: 2"),
    "sheet by number": ("    path: cases.csv", "    path: cases.xlsx\n    sheet: 1"),
    "long delimiter": ("    path: cases.csv", "    path: cases.csv\n    delimiter: ';;'"),
    "code without quotes": ("    path: cases.csv", "    path: cases.csv\n    only: {Force: [7]}"),
    "recoded to a list": (
        "    path: cases.csv",
        "    path: cases.csv\n    values: {outcome_type: {Won: [1]}}",
    ),
    "force and file differ": ("force: westmoor", "force: eastmoor"),
    "force is not a short name": ("force: westmoor", "force: West Moor"),
    "no name": ("name: Westmoor Police\n", ""),
    "empty name": ("name: Westmoor Police", "name:"),
    "fictional in words": ("name: Westmoor Police", "name: Westmoor Police\nfictional: perhaps"),
    "no sources": (FORCE[FORCE.index("sources:") :], "sources:\n"),
    "no notes": (FORCE[FORCE.index("  notes:") :], ""),
    "approved twice": (
        "force: westmoor",
        "force: westmoor\napproved_extracts: [{id: x-3f9a1c, approved_by: A, approved_on: 2026-10-30},"
        " {id: x-3f9a1c, approved_by: B, approved_on: 2026-10-30}]",
    ),
    "approved by id alone, the older form": (
        "force: westmoor",
        "force: westmoor\napproved_extracts: [x-3f9a1c]",
    ),
    "approved by nobody": (
        "force: westmoor",
        "force: westmoor\napproved_extracts: [{id: 3f9a1c, approved_on: 30/10/2026}]",
    ),
    "closing date not mapped": (", closed_on: Closed", ""),
    "outcome not mapped": (", outcome_type: Outcome", ""),
    "key twice": ("name: Westmoor Police", "name: Westmoor Police\nname: Westmoor"),
    "tab": ("    path: cases.csv", "\tpath: cases.csv"),
    "open bracket": ("{case_id: Ref, text: Note}", "{case_id: Ref, text: Note"),
    "colon in text": ("name: Westmoor Police", "name: Westmoor: Police"),
    "a list": (FORCE, "- force: westmoor\n"),
    "nothing": (FORCE, "# to be done\n"),
}
MISTAKES_IN_INSPECTION = {
    "period backwards": ("end: 2026-03-31", "end: 2024-03-31"),
    "date in British order": ("start: 2025-04-01", "start: 01/04/2025"),
    "day that does not exist": ("start: 2025-04-01", "start: 2025-04-31"),
    "size zero": ("size: 12", "size: 0"),
    "size in words": ("size: 12", "size: most"),
    "seed is a number": ('seed: "any words"', "seed: 20261"),
    "outcome type unknown": ("seed:", 'frame: {outcome_types: ["15", "23"]}\nseed:'),
    "offence code as number": ("seed:", "frame: {offence_codes: [21]}\nseed:"),
    "offence codes as text": ("seed:", "frame: {offence_codes: 19C}\nseed:"),
    "date basis unknown": ("seed:", "frame: {date_basis: reported}\nseed:"),
    "design unknown": ("size: 12", "size: 12, design: random"),
    "threshold too low": ("seed:", "disclosure: {threshold: 2, reason: small force}\nseed:"),
    "threshold without reason": ("seed:", "disclosure: {threshold: 5}\nseed:"),
    "unknown rounding": ("seed:", "disclosure: {rounding: 10}\nseed:"),
    "exception without a name": (
        "seed:",
        "disclosure: {exceptions: [{indicator: charged, reason: known, approved_on: 2026-10-30}]}\nseed:",
    ),
    "exception twice": (
        "seed:",
        "disclosure: {exceptions: ["
        "{indicator: charged, reason: known, approved_by: A, approved_on: 2026-10-30}, "
        "{indicator: charged, reason: again, approved_by: B, approved_on: 2026-10-31}]}\nseed:",
    ),
    "published too early": ("published: 2026-11-12", "published: 2026-01-12"),
    "offence code not mapped": ("seed:", 'frame: {offence_codes: ["19C"]}\nseed:'),
}


def messages(path: Path) -> str:
    with pytest.raises(InspectionError) as error:
        load_parameters(path)
    return str(error.value).replace(path.parent.as_posix(), "parameters")


@pytest.mark.parametrize("mistake", MISTAKES_IN_FORCE)
def test_mistake_in_a_force_file(mistake: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    right, wrong = MISTAKES_IN_FORCE[mistake]
    assert right in FORCE
    assert messages(write(tmp_path, force=FORCE.replace(right, wrong, 1))) == snapshot


@pytest.mark.parametrize("mistake", MISTAKES_IN_INSPECTION)
def test_mistake_in_the_inspection_file(mistake: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    right, wrong = MISTAKES_IN_INSPECTION[mistake]
    assert right in INSPECTION
    assert messages(write(tmp_path, inspection=INSPECTION.replace(right, wrong, 1))) == snapshot


def test_file_name_mistyped(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    write(tmp_path)
    assert messages(tmp_path / "westmor.yml") == snapshot


def test_inspection_file_absent(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    path = write(tmp_path)
    (tmp_path / "inspection.yml").unlink()
    assert messages(path) == snapshot


def test_folder_instead_of_a_file(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    write(tmp_path)
    (tmp_path / "sub.yml").mkdir()
    assert messages(tmp_path / "sub.yml") == snapshot


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_file_saved_in_another_encoding(encoding: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    path = write(tmp_path)
    path.write_text(FORCE.replace("Westmoor Police", "Wéstmoor Police"), encoding=encoding)
    assert messages(path) == snapshot
