"""The commands that take the coding into other software and back, as a person gives them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from inspections.audit.coding_tables import read_table, write_table
from inspections.cli import app
from nlp import Coder, load_codebook
from parameters import PROJECT

SECRET = "=HYPERLINK would run. IP has been inconsistent, her account is not credible 🙂."
HEAD = "case_id,entry_no,start,end,code"
NOTES = pd.DataFrame(
    [("FIC/1", 1, "No reply yet."), ("FIC/1", 2, SECRET)], columns=["case_id", "entry_no", "text"]
)
ANN = pd.DataFrame(
    [
        ("FIC/1", 2, 0, len(SECRET), "vic-disbelief", "Ann", "+why"),
        ("FIC/1", 1, 0, 8, "oth-admin", "Ann", ""),
    ],
    columns=["case_id", "entry_no", "start", "end", "code", "coder", "memo"],
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


@pytest.fixture(scope="module")
def machine() -> pd.DataFrame:
    return Coder(load_codebook(PROJECT / "nlp" / "codebook")).code_notes(NOTES).table


@pytest.fixture
def files(tmp_path: Path, machine: pd.DataFrame) -> Path:
    """Notes as CSV, the rules' coding of them as Parquet, and Ann's coding as CSV."""
    NOTES.to_csv(tmp_path / "notes.csv", index=False, encoding="utf-8")
    machine.to_parquet(tmp_path / "machine.parquet")
    ANN.to_csv(tmp_path / "ann.csv", index=False, encoding="utf-8")
    return tmp_path


def export(files: Path, name: str, *more: object) -> Path:
    target = files / name
    tables = ("--coding", files / "machine.parquet", "--coding", files / "ann.csv")
    result = run("export", files / "notes.csv", *tables, "-o", target, *more)
    assert result.exit_code == 0, result.output
    assert "of people. Restricted: it holds the notes." in result.output
    assert "credible" not in result.output
    return target


def test_a_project_goes_out_and_peoples_coding_comes_back(files: Path) -> None:
    project = export(files, "p.qdpx", "--for", "Bo")
    result = run("import", project, "-o", files / "back.csv", "--notes", files / "notes.csv")
    assert result.exit_code == 0, result.output
    assert "2 codings (Ann: 2), made with rasso-inspection." in result.output
    back = pd.read_csv(files / "back.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(back, ANN.sort_values("entry_no", ignore_index=True), check_dtype=False)


def test_the_machines_codings_come_back_only_where_asked_for(files: Path) -> None:
    project = export(files, "p.qdpx")
    run("import", project, "-o", files / "all.parquet", "--with-machine")
    coders = set(pd.read_parquet(files / "all.parquet")["coder"])
    assert any(coder.startswith("machine: rules ") for coder in coders)
    blind = export(files, "blind.qdpx", "--blind")
    assert b"machine: rules" not in zipfile.ZipFile(blind).read("project.qde")


def test_coded_units_are_written_as_a_corpus_where_asked_for(files: Path) -> None:
    project = export(files, "p.qdpx")
    run(
        "import", project, "-o", files / "back.jsonl", "--notes", files / "notes.csv", "--corpus", files / "c"
    )
    lines = (files / "c" / "coder-ann.jsonl").read_text(encoding="utf-8").splitlines()
    coded = {unit["unit_id"]: [code["code"] for code in unit["codes"]] for unit in map(json.loads, lines)}
    assert coded["FIC/1/1/1"] == ["oth-admin"]
    assert coded["FIC/1/2/1"] == ["vic-disbelief"]


def test_in_a_workbook_text_that_looks_like_a_formula_stays_text(files: Path) -> None:
    sheet = load_workbook(export(files, "t.xlsx"))["codings"]
    cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(("=", "+"))]
    assert {cell.value for cell in cells} >= {SECRET, "+why"}
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_table_holds_every_coding_with_its_words_and_who_gave_it(files: Path, kind: str) -> None:
    path = export(files, f"t.{kind}")
    readers = {"csv": pd.read_csv, "parquet": pd.read_parquet}
    table = pd.read_json(path, lines=True) if kind == "jsonl" else readers[kind](path)
    assert set(table[table["coder"] == "Ann"]["words"]) == {SECRET, NOTES["text"][0][:8]}
    assert table[table["coder"] != "Ann"]["rule_id"].notna().all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_text_that_looks_like_a_number_or_a_date_is_read_as_it_was_written(tmp_path: Path, kind: str) -> None:
    table = pd.DataFrame({"case_id": ["007"], "entered_at": ["2025-01-02"], "coder": ["01"]})
    write_table(tmp_path / f"t.{kind}", table)
    read = read_table(tmp_path / f"t.{kind}", needed=["case_id"])
    assert read.to_dict("records") == table.to_dict("records")


@pytest.mark.parametrize("kind", ["qdpx", "xlsx", "csv", "jsonl", "parquet", "qdc"])
def test_the_same_coding_gives_the_same_file(files: Path, kind: str) -> None:
    arguments = ("export", files / "notes.csv", "--coding", files / "ann.csv", "-o")
    for name in ("one", "two"):
        assert run(*arguments, files / f"{name}.{kind}").exit_code == 0
    assert (files / f"one.{kind}").read_bytes() == (files / f"two.{kind}").read_bytes()


def test_a_codebook_goes_out_alone(tmp_path: Path) -> None:
    result = run("export", PROJECT / "nlp" / "codebook", "-o", tmp_path / "codes.qdc")
    assert result.exit_code == 0
    assert "25 codes" in result.output


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("people.csv", f"{HEAD},coder\nFIC/1,1,x,3,oth-admin,A\n", "row 1, start"),
        (
            "people.csv",
            f"{HEAD},coder\nFIC/1,1,0,300,oth-admin,A\n",
            "case FIC/1, entry 1",
        ),
        ("people.csv", f"{HEAD}\nFIC/1,1,0,3,oth-admin\n", "has no column coder"),
        ("people.csv", "case_id,start,end,code\n", "lacks entry_no"),
        ("people.txt", "x", "is of a kind that tables are not read from"),
    ],
)
def test_a_table_of_codings_that_cannot_be_used_is_refused_by_its_place(
    files: Path, name: str, content: str, told: str
) -> None:
    (files / name).write_text(content, encoding="utf-8")
    result = run("export", files / "notes.csv", "--coding", files / name, "-o", files / "p.qdpx")
    assert result.exit_code == 2
    assert told in result.output
    assert not (files / "p.qdpx").exists()


@pytest.mark.parametrize("kind", ["xlsx", "qdpx"])
def test_a_coding_of_other_notes_is_refused_by_its_place(
    files: Path, machine: pd.DataFrame, kind: str
) -> None:
    machine.assign(case_id="FIC/2").to_parquet(files / "other.parquet")
    coding = ("--coding", files / "other.parquet")
    result = run("export", files / "notes.csv", *coding, "-o", files / f"t.{kind}")
    assert result.exit_code == 2
    assert "the codings: " in result.output
    assert "case FIC/2" in result.output
    assert not (files / f"t.{kind}").exists()


def test_a_file_that_is_no_project_is_refused_and_nothing_is_written(files: Path) -> None:
    result = run("import", files / "notes.csv", "-o", files / "back.csv")
    assert result.exit_code == 2
    assert "is not a whole project file" in result.output
    assert not (files / "back.csv").exists()
