"""From case files to pages, as a user runs it: the same bytes twice, nothing secret outside restricted."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest
import tutorial
from pypdf import PdfReader
from typer.testing import CliRunner
from whole_run import WholeRun, whole_run

from inspections.cli import app
from inspections.fictional.forces import canaries
from inspections.step_keys import STEPS
from nlp import Codebook, load_codebook
from parameters import PROJECT

REAL = Path(__file__).parents[1] / "inspections" / "real"
DATA = PROJECT.parent / "shared" / "data"
needs_real_data = pytest.mark.skipif(not DATA.is_dir(), reason="real public material is not on this machine")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb" and path.name != "manifest.json"
    }


def test_two_runs_give_the_same_evidence_to_the_byte(runs: list[WholeRun]) -> None:
    first, second = (digests(run.evidence) for run in runs)
    assert {"restricted/coding.parquet", "release/findings.json", "release/indicators.csv"} <= set(first)
    assert first == second


def test_two_runs_give_the_same_pages_to_the_byte(runs: list[WholeRun]) -> None:
    first, second = (run.report for run in runs)
    assert first.pdf.read_bytes() == second.pdf.read_bytes()
    assert first.html.read_bytes() == second.html.read_bytes()


def test_the_manifest_times_every_stage_and_names_what_made_the_evidence(runs: list[WholeRun]) -> None:
    manifest = json.loads((runs[0].evidence / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest["stages"]) == list(STEPS)
    assert all(seconds > 0 for seconds in manifest["stages"].values())
    assert manifest["steps"][1]["facts"]["codebook_version"]
    assert "spacy" in manifest["packages"]


def test_a_finding_can_be_walked_back_to_a_rule_and_its_words(runs: list[WholeRun]) -> None:
    evidence = runs[0].evidence
    findings = json.loads((evidence / "release" / "findings.json").read_text(encoding="utf-8"))
    balance = next(finding for finding in findings if "effort-balance" in finding["indicators"])
    behind = pd.read_parquet(evidence / "restricted" / "indicator_cases.parquet")
    cases = behind.loc[behind["indicator"] == balance["indicators"][0], "case_id"]
    coding = pd.read_parquet(evidence / "restricted" / "coding.parquet")
    counted = coding[coding["case_id"].isin(cases) & coding["counts"]]
    # a unit with two codes of one orientation is one piece of effort
    unit = ["case_id", "entry_no", "unit_no", "orientation"]
    assert len(counted.drop_duplicates(unit)) == balance["denominator"]
    assert counted["rule_id"].ne("").all()
    notes = pd.read_parquet(evidence / "restricted" / "notes.parquet").set_index(["case_id", "entry_no"])[
        "text"
    ]
    for unit in counted.itertuples():
        assert unit.trigger in notes[unit.case_id, unit.entry_no][unit.start : unit.end]


def test_no_personal_detail_leaves_restricted(runs: list[WholeRun]) -> None:
    details = [detail for kind in canaries("saltmere").values() for detail in kind]
    assert len(details) > 20
    sample = pd.read_parquet(runs[0].evidence / "restricted" / "sample.parquet")
    details += sample["case_id"].tolist()
    texts = [
        path.read_text(encoding="utf-8")
        for folder in (runs[0].evidence / "release", runs[0].root)
        for path in folder.rglob("*")
        if path.suffix in {".csv", ".json", ".md", ".yml", ".html", ".svg", ".qmd"}
    ]
    texts.append("\n".join(page.extract_text() for page in PdfReader(runs[0].report.pdf).pages))
    assert [detail for detail in details if any(detail in text for text in texts)] == []


def test_no_notebook_quotes_a_note(runs: list[WholeRun]) -> None:
    notes = pd.read_parquet(runs[0].evidence / "restricted" / "notes.parquet")["text"]
    openings = [text[:60] for text in notes if len(text) > 60]
    assert len(openings) > 50
    for notebook in (runs[0].evidence / "restricted" / "notebooks").glob("*.ipynb"):
        shown = json.dumps(json.loads(notebook.read_text(encoding="utf-8")), ensure_ascii=False)
        assert [
            opening for opening in openings if json.dumps(opening, ensure_ascii=False)[1:-1] in shown
        ] == []


def test_the_page_says_that_the_force_is_fictional_and_how_many_files_were_read(runs: list[WholeRun]) -> None:
    report = runs[0].report
    assert report.renderer
    facts = json.loads((runs[0].evidence / "release" / "force.json").read_text(encoding="utf-8"))
    page = report.html.read_text(encoding="utf-8")
    pdf = "\n".join(page.extract_text() for page in PdfReader(report.pdf).pages)
    read = f"We read the investigation notes of {facts['counts']['sample']} case files"
    for text in (page, pdf):
        assert "Saltmere Police is fictional" in text
        assert read in " ".join(text.split())


@needs_real_data
@pytest.mark.parametrize("force", ["sussex", "ucpd"])
def test_real_public_material_runs_to_a_report_by_mapping_alone(force: str, tmp_path: Path) -> None:
    run = whole_run(REAL / f"{force}.yml", tmp_path)
    facts = json.loads((run.evidence / "release" / "force.json").read_text(encoding="utf-8"))
    assert facts["counts"]["sample"] > 10
    indicators = pd.read_csv(run.evidence / "release" / "indicators.csv")
    assert indicators["status"].isin(["shown", "zero"]).any()
    assert run.report.html.is_file()
    assert run.report.pdf.read_bytes().startswith(b"%PDF")
    if force == "sussex":
        official = indicators[indicators["indicator"] == "official-outcomes-recorded"]
        assert len(official) > 5


@pytest.fixture
def codebooks_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a codebook once for as long as its files are the same: commands read it every time."""
    read: dict[str, Codebook] = {}

    def load(folder: Path) -> Codebook:
        files = sorted(Path(folder).glob("*.yml"))
        key = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
        return read.setdefault(key, load_codebook(folder)) if key not in read else read[key]

    monkeypatch.setattr("nlp.load_codebook", load)


@pytest.mark.usefixtures("codebooks_read_once")
def test_the_audit_tutorial_can_be_followed(
    runs: list[WholeRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its quicker commands are given as they stand there, the others read as the program reads them."""
    monkeypatch.chdir(tmp_path)
    slow = ("inspection run", "inspection audit rules", "inspection audit concordance saltmere.yml")
    quick = [
        command
        for command in tutorial.play(
            tmp_path,
            runs[0].evidence.parents[1],
            wanted=lambda line: (
                not line.startswith(slow) and ("codebook diff" not in line or "--force" in line)
            ),
        )
    ]
    assert len(quick) > 8
    for command in quick:
        told, printed = (
            [re.sub(r"[\d.]+", "0", row).split() for row in text.splitlines()]
            for text in (command.told, tutorial.tidy(command.printed))
        )
        # numbers may be those of another codebook or reader, and so may be the codes that are listed
        assert [row[:2] for row in printed][:1] == [row[:2] for row in told][:1], command.line
        assert not command.told or printed[-1][:2] == told[-1][:2], command.line


@pytest.mark.slow
def test_the_audit_tutorial_shows_what_its_commands_print(
    runs: list[WholeRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else play it anew: python tests/end_to_end/tutorial.py."""
    monkeypatch.chdir(tmp_path)
    for command in tutorial.play(tmp_path, runs[0].evidence.parents[1]):
        printed, told = (
            re.sub(r"[\d.]+ s$", "0 s", text, flags=re.MULTILINE)
            for text in (tutorial.tidy(command.printed), command.told)
        )
        assert printed == told, command.line


def test_the_audit_notebook_runs_for_a_force_with_its_file_elsewhere_and_marks_its_notes(
    runs: list[WholeRun], tmp_path: Path
) -> None:
    evidence = str(runs[0].evidence.parents[1])
    for name in ("inspection.yml", "saltmere.yml"):
        text = (PROJECT / "parameters" / name).read_text(encoding="utf-8")
        text = text.replace("../inspections", (PROJECT / "inspections").as_posix())
        (tmp_path / name).write_text(text, encoding="utf-8")
    own = str(tmp_path / "saltmere.yml")
    result = CliRunner().invoke(
        app, ["audit", "notebook", own, "--to", str(tmp_path), "--evidence", evidence]
    )
    assert result.exit_code == 0, result.output
    text = (tmp_path / "saltmere-coding-audit.ipynb").read_text(encoding="utf-8")
    outputs = [output for cell in json.loads(text)["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert "<mark" in json.dumps(outputs)
