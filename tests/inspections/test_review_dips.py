"""Files of dip samples go the whole way through review by the command line, apart from the main sample."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from review_files import write
from typer.testing import CliRunner

from inspections.cli import app, forms
from inspections.reviews.forms import question_rows
from parameters import PROJECT
from parameters.questions import load_questions

NORTHSHIRE = str(PROJECT / "parameters" / "northshire.yml")
DECISION = {"J": "no", "L": "C. Adeyemi", "M": "Read again", "N": "05/11/2026"}
MAIN, SHARED, DIP = ["N/1", "N/2", "N/3"], "N/3", ["N/7", "N/8"]


def notes_of(cases: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"case_id": cases, "entry_no": 1, "text": "Report taken."})


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three files of the main sample, and a dip sample of three of which one is the main sample's too."""
    restricted = tmp_path / "evidence" / "restricted"
    restricted.mkdir(parents=True)
    pd.DataFrame({"case_id": MAIN, "stratum": "police NFA"}).to_parquet(restricted / "sample.parquet")
    pd.DataFrame({"case_id": [SHARED, *DIP], "outcome": "16"}).to_parquet(restricted / "dip_samples.parquet")
    notes_of(MAIN).to_parquet(restricted / "notes.parquet")
    notes_of(DIP).to_parquet(restricted / "dip_notes.parquet")
    monkeypatch.setattr(forms, "whole_evidence", lambda parameters, root: restricted.parent)
    return restricted


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["forms", *arguments])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def fill(path: Path, answer: str) -> None:
    """Give one answer to every question, with the only log entry there is."""
    workbook = load_workbook(path)
    for sheet in workbook.worksheets:
        if sheet.title.startswith("Case"):
            for row in question_rows(load_questions()).values():
                write(sheet, f"C{row}", answer)
                write(sheet, f"D{row}", "1")
    workbook.save(path)


def settle(path: Path) -> None:
    workbook = load_workbook(path)
    sheet = workbook["Disagreements"]
    for row in range(4, sheet.max_row + 1):
        if sheet[f"A{row}"].value:
            for column, text in DECISION.items():
                write(sheet, f"{column}{row}", text)
    workbook.save(path)


def test_dip_files_are_dealt_read_settled_and_kept_apart(evidence: Path, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    made = said("make", NORTHSHIRE, "--reviewer", "A. Khan", "--reviewer", "B. Osei", "--to", str(forms),
                "--second-share", "1")  # fmt: skip
    assert "northshire-a-khan.xlsx" in made
    assert "dip-samples/northshire-dips-b-osei.xlsx" in made
    for path in (forms / "dip-samples").glob("*.xlsx"):
        fill(path, "yes" if "khan" in path.name else "no")
    asked = len(load_questions().questions)
    assert f"{4 * asked} of {4 * asked} answers given" in said("read", NORTHSHIRE, str(forms), "--dips")
    said("moderate", NORTHSHIRE, str(forms), "--dips")
    again = CliRunner().invoke(app, ["forms", "moderate", NORTHSHIRE, str(forms), "--dips"])
    assert again.exit_code == 2  # the workbook may hold decisions; agreement is told all the same
    assert "all questions" in again.output
    workbook = forms / "dip-samples" / "adjudication" / "adjudication.xlsx"
    settle(workbook)
    told = said("moderate", NORTHSHIRE, str(forms), "--dips", "--decisions", str(workbook))
    final = pd.read_parquet(forms / "final_answers" / "dip_samples.parquet")
    assert set(final["case_id"]) == set(DIP)  # the file drawn for both is read for the main sample
    assert final["answer"].eq("no").all()
    assert set(final["origin"]) == {"adjudicated"}
    assert f"reviews: {{path: {(forms / 'final_answers').resolve()}, format: parquet" in told


def test_the_main_sample_is_read_without_the_forms_of_the_dip_samples(evidence: Path, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    said("make", NORTHSHIRE, "--reviewer", "A. Khan", "--to", str(forms), "--second-share", "0")
    fill(forms / "northshire-a-khan.xlsx", "yes")
    asked = 3 * len(load_questions().questions)
    assert f"{asked} of {asked} answers given" in said("read", NORTHSHIRE, str(forms))
