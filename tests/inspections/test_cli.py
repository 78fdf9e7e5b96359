"""The command line as a person meets it: plain answers, plain mistakes, exit codes that scripts can use."""

import errno
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from inspections.case_files import read_case_files
from inspections.cli import app
from inspections.data_quality import GRADES
from inspections.evidence import EvidenceFolder
from inspections.manifest import write_manifest
from inspections.sampling import draw, read_losses
from inspections.steps import load_by_hand
from nlp import parts
from parameters import PROJECT, InspectionError, Problem, load_parameters

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
    stops, limits, noted = (told.index(f"{grade}: ") for grade in GRADES.values())
    assert stops < limits < told.index("recorded_on in cases: empty (") < noted
    assert "Stops the run: nothing found" in told
    assert "Measures: Cases charged or summonsed; Days from report to crime record" in told


def own_parameters(folder: Path, more: str = "") -> Path:
    """Northshire's parameters in a folder of their own, with more at their end."""
    for name in ("inspection.yml", "northshire.yml"):
        text = (PROJECT / "parameters" / name).read_text(encoding="utf-8")
        text = text.replace("../inspections", (PROJECT / "inspections").as_posix())
        (folder / name).write_text(text, encoding="utf-8")
    own = folder / "northshire.yml"
    own.write_text(own.read_text(encoding="utf-8") + more, encoding="utf-8")
    return own


def test_the_audit_notebook_is_given_the_parameter_file_wherever_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str] = {}
    monkeypatch.setattr("inspections.audit.coded_force.open_coded_force", lambda *_: None)
    monkeypatch.setattr("inspections.runner.execute_notebook", lambda _, values, **__: given.update(values))
    monkeypatch.setattr("inspections.runner.write_notebook", lambda *_: None)
    own = own_parameters(tmp_path)
    said("audit", "notebook", str(own), "--to", str(tmp_path))
    assert load_by_hand(given["force"]) == load_parameters(own)


def test_check_finds_a_sample_that_cannot_be_drawn(tmp_path: Path) -> None:
    told = said("check", str(own_parameters(tmp_path, "\nsample: {size: 200}\n")), expect=2)
    assert "Stops the run: 1" in told
    assert "northshire.yml: sample.size is 200, but the frame holds 43 cases." in told


def test_check_says_that_the_list_changed_since_a_whole_run_drew_with_the_same_seed(tmp_path: Path) -> None:
    own = own_parameters(tmp_path)
    parameters = load_parameters(own)
    read = read_case_files(parameters)
    drawn = draw(read.cases, read.notes["case_id"].value_counts(), parameters)
    facts = {
        "seed": parameters.inspection.seed,
        "frame_hash": drawn.sample.frame_hash,
        "strata_hash": drawn.strata_hash,
    }
    whole = EvidenceFolder(tmp_path / "evidence", parameters).whole
    whole.mkdir(parents=True)

    def told_after(**changed: str) -> str:
        record = {"step": "case_sample", "key": "", "rows": [], "outputs": {}, "facts": facts | changed}
        write_manifest(whole, {"steps": [record]})
        return said("check", str(own), "--evidence", str(tmp_path / "evidence"))

    assert "after the seed was used" not in told_after()
    assert "The list of cases changed after the seed was used" in told_after(frame_hash="another")
    assert "The strata of its cases changed after the seed was used" in told_after(strata_hash="another")
    assert "after the seed was used" not in told_after(frame_hash="another", seed="of last year")


def test_an_earlier_inspection_may_be_named_by_its_folder_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def compare_forces(*_: object, earlier: str, **__: object) -> None:
        asked.append(earlier)
        raise InspectionError([Problem("compare", "", "", "stops here.", "")])

    monkeypatch.setattr("inspections.comparison.run.compare_forces", compare_forces)
    monkeypatch.chdir(tmp_path)
    for folder in ("evidence/rasso-2023", "kept/rasso-2020"):
        (tmp_path / folder).mkdir(parents=True)
    for earlier in ("rasso-2023", "kept/rasso-2020"):
        said("compare", "--inspection", "now", "--earlier", earlier, "--evidence", "evidence", expect=2)
    assert asked == ["rasso-2023", str(tmp_path / "kept" / "rasso-2020")]


def lose(own: Path, case: str, *more: str, expect: int = 0) -> str:
    return said("replace", str(own), "--case", case, "--reason", "not found", *more, expect=expect)


def test_a_lost_case_file_is_recorded_and_the_next_of_its_stratum_named(
    tmp_path: Path,
) -> None:
    own = own_parameters(tmp_path, '\nsample: {dip_samples: {"16": 2}}\n')
    parameters = load_parameters(own)
    read = read_case_files(parameters)
    notes = read.notes["case_id"].value_counts()
    before = draw(read.cases, notes, parameters)
    lost = before.sample.cases.loc[before.sample.cases["stratum"] == "police NFA", "case_id"].iloc[0]
    following = before.sample.reserve.query("stratum == 'police NFA'")["case_id"].iloc[0]
    told = lose(own, lost, "--by", "A. Khan", "--on", "2026-09-14", "--note", "Store flooded")
    assert f"main sample, police NFA: read {following} instead" in told
    record = (tmp_path / "northshire-lost-cases.csv").read_text(encoding="utf-8")
    assert record.splitlines()[1] == f"{lost},not found,Store flooded,A. Khan,2026-09-14"
    after = draw(read.cases, notes, parameters)
    assert lost not in set(after.sample.cases["case_id"])
    assert following in set(after.sample.cases["case_id"])
    assert (after.sample.frame_hash, after.sample.effective_seed) == (
        before.sample.frame_hash,
        before.sample.effective_seed,
    )
    assert "1 lost" in said("check", str(own))
    again = lose(own, lost, "--by", "A. Khan", expect=2)
    assert f"{lost} was recorded as lost by A. Khan on 2026-09-14." in again
    assert "not among the cases to be read" in lose(own, "NO/1", "--by", "A. Khan", expect=2)
    assert "--by is empty" in lose(own, following, "--by", " ", expect=2)
    assert len(read_losses(tmp_path / "northshire-lost-cases.csv")) == 1


@pytest.mark.parametrize("command", ["check", "run", "plan", "report"])
def test_a_missing_parameter_file_is_told_without_a_traceback(command: str) -> None:
    assert "nowhere.yml: does not exist." in said(command, "nowhere.yml", expect=2)


@pytest.mark.parametrize("command", ["check", "run", "plan", "report"])
def test_a_force_is_called_by_its_name_or_by_its_file(command: str) -> None:
    told = said(command, "northshir", expect=2)
    assert 'northshir.yml: does not exist. Did you mean "northshire.yml"?' in told
    assert "inspection.yml" not in told


def test_a_report_needs_evidence_that_is_up_to_date(tmp_path: Path) -> None:
    told = said("report", "northshire", "--evidence", str(tmp_path), expect=2)
    assert "has no finished run with these parameters, case files and rules." in told
    assert "inspection run northshire" in told  # which serves from any folder


def test_the_plan_tells_what_a_margin_costs() -> None:
    assert "Case files needed for wanted margins" in said("plan", NORTHSHIRE)


def test_a_code_is_shown_as_a_coder_reads_it() -> None:
    told = said("codebook", "show", "sus-digital")
    assert "Include" in told
    assert "sus-digital-01" in told
    assert "vic-nothing is not a code" in said("codebook", "show", "vic-nothing", expect=2)


def test_checking_the_codebook_says_how_well_its_rules_do_and_against_whose_coding() -> None:
    told = said("codebook", "check")
    assert "no mistakes" in told
    assert "Model-coded. Measured against units coded by: language models." in told
    for name in ("victim credibility", "floor: plain keywords", "vic-disbelief", "sus-risk-disruption"):
        assert name in told


def test_the_card_describes_the_coding_that_the_parameters_ask_for(tmp_path: Path) -> None:
    own = own_parameters(tmp_path)
    shared = tmp_path / "inspection.yml"
    text = shared.read_text(encoding="utf-8")
    shared.write_text(text.replace("combine: either", "combine: rules"), encoding="utf-8")
    said("codebook", "card", str(own), "-o", str(tmp_path / "card.md"))
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "They are read by the rules of the codebook." in card
    assert "| Trained reader | none |" in card


def test_notes_are_coded_from_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text(
        "case_id,text\nA,I do not find IP to be a credible witness. Not sure I buy this.\n", encoding="utf-8"
    )
    target = tmp_path / "coding.csv"
    command = ["code", str(tmp_path / "notes.csv"), "-o", str(target)]
    assert "notes read: 1, coding units: 2." in said(*command, "--combine", "rules")
    assert "vic-disbelief" in target.read_text(encoding="utf-8")
    assert ",model," not in target.read_text(encoding="utf-8")
    said(*command)
    assert ",model," in target.read_text(encoding="utf-8")
    assert "joined by one of rules, reader, either" in said(*command, "--combine", "neither", expect=2)


def test_an_address_that_is_none_is_told_before_any_work(tmp_path: Path) -> None:
    command = ["code", str(tmp_path), "-o", f"{tmp_path}/coding/", "--combine", "rules"]
    for address in ("head", "head:8786", "tls://head"):
        told = said(*command, "--scheduler", address, expect=2)
        assert told.endswith(f"{address}: is not the address of a scheduler. Write it as tls://host:8786.")


def test_coding_in_parts_that_is_interrupted_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(parts, "code_parts", interrupted)
    told = said("code", str(tmp_path), "-o", f"{tmp_path}/coding/", "--combine", "rules", expect=2)
    assert told.endswith("Parts done are kept: give the same command again to go on.")


def test_notes_are_coded_in_parts_to_a_folder_that_is_read_only_when_whole(tmp_path: Path) -> None:
    notes = pd.DataFrame(
        {"case_id": "A", "entry_no": [1], "text": "I do not find IP to be a credible witness."}
    )
    notes.to_parquet(tmp_path / "notes.parquet")
    source, target = str(tmp_path / "notes.parquet"), tmp_path / "coding.2026"
    command = ["code", source, "--combine", "rules", "-o"]
    told = said(*command, f"{target}/")
    assert "notes read: 1, coding units: 1." in told
    assert json.loads((target / "_manifest.json").read_text(encoding="utf-8"))["hash"] in told
    (target / "_manifest.json").unlink()
    audit = ["audit", "sample", "--coding", str(target), "--notes", source]
    audit += ["--to", str(tmp_path / "audit"), "--coder", "A. Khan", "--coder", "B. Lee"]
    assert "holds no finished coding" in said(*audit, expect=2)
    assert "needs a folder for its coding" in said(*command, "one.csv", "--scheduler", "tls://a:1", expect=2)


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["check"],
        ["run"],
        ["plan"],
        ["replace"],
        ["report"],
        ["code"],
        ["codebook"],
        ["forms"],
        ["reader"],
    ],
)
def test_every_command_explains_itself(command: list[str]) -> None:
    assert "Usage:" in said(*command, "--help")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["codebook", "card", "-o", "nowhere/card.md"], "nowhere: there is no such folder. Make it first."),
        (["axe", "--to", "nowhere/axe.json"], "nowhere: there is no such folder. Make it first."),
        (["audit", "import", "a.qdpx", "-o", "nowhere/a.csv"], "nowhere: there is no such folder."),
        (["codebook", "check", "--codebook", "nowhere"], "nowhere: there is no such folder of a codebook."),
    ],
)
def test_a_folder_that_is_not_there_is_told_in_one_line_before_any_work(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in said(*arguments, expect=2)


def test_comments_that_are_not_in_a_word_file_are_a_plain_mistake(tmp_path: Path) -> None:
    reply = tmp_path / "reply.docx"
    reply.write_text("Dear inspector", encoding="utf-8")
    told = said("comments", NORTHSHIRE, str(reply), expect=2)
    assert "reply.docx: cannot be read as a Word file." in told


def test_a_full_disk_ends_a_command_with_its_folder_and_not_with_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes.csv"
    notes.write_text("case_id,text\nW/1,CCTV requested.\n", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "coding.parquet"))

    monkeypatch.setattr("nlp.files.code_file", full)
    result = CliRunner().invoke(app, ["code", str(notes), "-o", str(tmp_path / "coding.parquet")])
    assert result.exit_code == 2
    assert f"{tmp_path.as_posix()}: has no space left on its disk." in result.stderr


def test_an_extract_that_this_user_may_not_read_is_told_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "cases.csv"))

    monkeypatch.setattr("inspections.case_files.read_case_files", refused)
    told = said("check", NORTHSHIRE, expect=2)
    assert f"{tmp_path.as_posix()}: may not be used by this user. Ask for the right" in told
