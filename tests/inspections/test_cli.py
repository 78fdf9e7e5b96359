"""The command line as a person meets it: plain answers, plain mistakes, exit codes that scripts can use."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from inspections.cli import app
from parameters import PROJECT

NORTHSHIRE = str(PROJECT / "parameters" / "northshire.yml")


def said(*arguments: str, expect: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == expect, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def test_check_says_what_was_read_what_will_be_and_what_is_missing() -> None:
    told = said("check", NORTHSHIRE)
    assert "Northshire Police: 57 cases" in told
    assert "36 to be read" in told
    assert "Gap: recorded_on in cases is partly missing" in told


def test_check_finds_a_sample_that_cannot_be_drawn(tmp_path: Path) -> None:
    for name in ("inspection.yml", "northshire.yml"):
        text = (PROJECT / "parameters" / name).read_text(encoding="utf-8")
        text = text.replace("../inspections", (PROJECT / "inspections").as_posix())
        (tmp_path / name).write_text(text, encoding="utf-8")
    own = tmp_path / "northshire.yml"
    own.write_text(own.read_text(encoding="utf-8") + "\nsample: {size: 200}\n", encoding="utf-8")
    told = said("check", str(own), expect=2)
    assert "northshire.yml: sample.size is 200, but the frame holds 43 cases." in told


@pytest.mark.parametrize("command", ["check", "run", "plan", "report"])
def test_a_missing_parameter_file_is_told_without_a_traceback(command: str) -> None:
    assert "nowhere.yml: does not exist." in said(command, "nowhere.yml", expect=2)


def test_a_report_needs_evidence_that_is_up_to_date(tmp_path: Path) -> None:
    told = said("report", "northshire", "--evidence", str(tmp_path), expect=2)
    assert "has no finished run with these parameters, case files and rules." in told
    assert "inspection run parameters/northshire.yml" in told


def test_the_plan_tells_what_a_margin_costs() -> None:
    assert "Case files needed for wanted margins" in said("plan", NORTHSHIRE)


def test_a_code_is_shown_as_a_coder_reads_it() -> None:
    told = said("codebook", "show", "sus-digital")
    assert "Include" in told
    assert "sus-digital-01" in told
    assert "vic-nothing is not a code" in said("codebook", "show", "vic-nothing", expect=2)


def test_notes_are_coded_from_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text(
        "case_id,text\nA,I do not find IP to be a credible witness.\n", encoding="utf-8"
    )
    target = tmp_path / "coding.csv"
    assert "1 notes, 1 coding units read." in said("code", str(tmp_path / "notes.csv"), "-o", str(target))
    assert "vic-disbelief" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command", [[], ["check"], ["run"], ["plan"], ["report"], ["code"], ["codebook"], ["forms"], ["reader"]]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    assert "Usage:" in said(*command, "--help")
