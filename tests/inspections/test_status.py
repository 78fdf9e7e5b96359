"""What `inspection status` and the watch over a run tell a person, and other programs."""

import io
import json
from pathlib import Path

import pytest
from many_forces import step_of
from rich.console import Console
from ruamel.yaml import YAML
from test_cli import own_parameters, said

from inspections import runner, side_by_side
from inspections.cli import running
from inspections.cli.progress import Picture
from inspections.evidence import EvidenceFolder
from inspections.runner import ForceRun, Progress, run_force
from inspections.step_keys import STEPS, UP_TO_DATE
from inspections.steps import open_step
from parameters import InspectionError, Parameters, load_parameters


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Parameters]:
    """A force with a whole run of steps that take no time, and the folder of evidence."""
    monkeypatch.setattr(runner, "_run_notebook", step_of)
    parameters = load_parameters(own_parameters(tmp_path))
    run_force(parameters, tmp_path / "evidence", tell=lambda _: None)
    return tmp_path / "evidence", parameters


def standing(root: Path, *files: str, expect: int = 0) -> dict:
    told = said("status", *files, "--evidence", str(root), "--json", expect=expect)
    (found,) = json.loads(told)
    return found


def test_a_whole_run_is_up_to_date_until_its_parameters_change(whole: tuple[Path, Parameters]) -> None:
    root, parameters = whole
    assert "up to date up to date up to date" in said("status", "--evidence", str(root))
    file = Path(parameters.file)
    file.write_text(file.read_text(encoding="utf-8") + "\nsample: {size: 20}\n", encoding="utf-8")
    found = standing(root)
    assert found["steps"] == dict.fromkeys(STEPS, "parameters changed")
    assert found["finished"]
    assert not found["failed"]


def test_a_failure_is_told_with_its_step_and_ends_with_1(whole: tuple[Path, Parameters]) -> None:
    root, parameters = whole
    evidence = EvidenceFolder(root, parameters)
    runner.leave_word(evidence, STEPS[1], "ValueError")
    found = standing(root, parameters.file, expect=1)
    assert found["steps"] == {STEPS[0]: "not run", STEPS[1]: "failed", STEPS[2]: "not run"}
    assert found["remark"].startswith(f"failed in {STEPS[1]}, ")
    again = f"inspection run {parameters.file} --evidence {root}"
    assert f"(ValueError). To see why, or go on: {again}" in found["remark"]


def test_who_is_at_work_is_told_and_a_run_that_was_stopped_is_called_so(
    whole: tuple[Path, Parameters],
) -> None:
    root, parameters = whole
    evidence = EvidenceFolder(root, parameters)
    evidence.reopen()
    evidence.keep_only(STEPS[:1])
    with evidence.lock.held():
        found = standing(root)
    assert found["steps"] == {STEPS[0]: "up to date", STEPS[1]: "running", STEPS[2]: "not run"}
    assert found["remark"].startswith("at work: a run of ")
    assert standing(root)["steps"][STEPS[1]] == "stopped"
    file = Path(parameters.file)
    file.write_text(file.read_text(encoding="utf-8") + "\nsample: {size: 20}\n", encoding="utf-8")
    found = standing(root)
    assert found["steps"][STEPS[0]] == "parameters changed"
    assert found["remark"].startswith("stopped before its end. To go on: inspection run ")


def test_a_force_that_was_stopped_in_its_first_step_is_told_with_the_command_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(step: str, evidence: EvidenceFolder) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "_run_notebook", interrupted)
    root, own = tmp_path / "evidence", own_parameters(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run_force(load_parameters(own), root, tell=lambda _: None)
    found = standing(root)
    assert found["steps"] == {STEPS[0]: "stopped", STEPS[1]: "not run", STEPS[2]: "not run"}
    assert found["remark"].endswith(f"To go on: inspection run {own} --evidence {root}")


def test_a_force_whose_parameters_have_mistakes_is_failed(whole: tuple[Path, Parameters]) -> None:
    root, parameters = whole
    Path(parameters.file).write_text("force: [", encoding="utf-8")
    assert "its parameters cannot be read" in standing(root, expect=1)["remark"]


def test_parameters_with_mistakes_fail_their_force_and_stay_on_record(tmp_path: Path) -> None:
    own = own_parameters(tmp_path)
    own.write_text(
        own.read_text(encoding="utf-8").replace("force: northshire", "force: [", 1), encoding="utf-8"
    )
    told = said(
        "run", str(tmp_path / "inspection.yml"), str(own), "--evidence", str(tmp_path / "e"), expect=2
    )
    assert "0 of 1 forces whole, 1 failed. northshire, in its parameters:" in told
    assert f"When that is put right, go on: inspection run {own} --evidence" in told
    inspection = YAML(typ="safe").load((tmp_path / "inspection.yml").read_text(encoding="utf-8"))["id"]
    left = json.loads(
        (tmp_path / "e" / inspection / "northshire.unfinished" / "failed.json").read_text(encoding="utf-8")
    )
    assert (left["step"], left["kind"]) == ("its parameters", "InspectionError")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files of the forces that `inspection run` starts, none of which does anything."""
    files: list[str] = []

    def start(runs: list[Parameters], root: Path, **_: object) -> list[ForceRun]:
        files.extend(parameters.file for parameters in runs)
        return [ForceRun(parameters.force.force, root) for parameters in runs]

    monkeypatch.setattr(running, "ready_reader", lambda: None)
    monkeypatch.setattr(side_by_side, "run_forces", start)
    return files


def another_file(folder: Path, more: str = "") -> str:
    (folder / "other").mkdir()
    return own_parameters(folder / "other", more).as_posix()


def test_evidence_made_from_another_file_is_not_replaced_unless_that_is_said(
    whole: tuple[Path, Parameters], tmp_path: Path, started: list[str]
) -> None:
    root, parameters = whole
    other = another_file(tmp_path, "\nsample: {size: 20}\n")
    told = said("run", other, "--evidence", str(root), expect=2)
    assert f"{other}: another file says something else of northshire: {parameters.file}." in told
    assert f"If it is to be replaced: inspection run {other} --evidence {root} --replace" in told
    with pytest.raises(InspectionError, match="another file says something else"):
        open_step(STEPS[0], other, parameters={}, evidence_folder=root)
    assert standing(root)["steps"] == dict.fromkeys(STEPS, UP_TO_DATE)
    assert started == []
    said("run", other, "--evidence", str(root), "--replace")
    assert started == [other]


@pytest.mark.usefixtures("whole")
def test_a_parameter_file_that_was_moved_or_edited_in_its_place_is_no_other(
    tmp_path: Path, started: list[str]
) -> None:
    moved, edited = another_file(tmp_path), tmp_path / "northshire.yml"
    edited.write_text(edited.read_text(encoding="utf-8") + "\nsample: {size: 20}\n", encoding="utf-8")
    for file in (moved, str(edited)):
        said("run", file, "--evidence", str(tmp_path / "evidence"))
    assert started == [moved, str(edited)]


def test_files_of_no_force_are_passed_over_and_refused_where_there_is_nothing_else(tmp_path: Path) -> None:
    own = own_parameters(tmp_path)
    assert "Northshire Police: 57 cases" in said(
        "check", str(tmp_path / "inspection.yml"), str(own), str(own)
    )
    told = said("run", str(tmp_path / "inspection.yml"), expect=2)
    assert "is not the parameter file of a force" in told


def test_the_watch_over_many_forces_fits_the_terminal() -> None:
    forces = [f"force-{number}" for number in range(43)]
    picture = Picture(forces)
    for force in forces[:40]:
        picture.take(Progress(force, STEPS[0], "running"))
    for force in forces[:10]:
        picture.take(Progress(force, "", "whole"))
    for force in forces[10:30]:
        picture.take(Progress(force, STEPS[0], "failed"))
        picture.take(Progress(force, "", "failed"))
    console = Console(width=80, height=24, record=True, file=io.StringIO())
    console.print(picture.draw(console.size.height))
    lines = console.export_text().splitlines()
    assert len(lines) < console.size.height
    assert lines[0].startswith("10 of 43 forces whole, 20 failed, 10 at work, 3 waiting; 0:00:0")
    assert "force-30" in lines[2]
    assert f"failed in {STEPS[0]}" in lines[12]
    assert lines[-1] == "and 11 more"
