"""The evidence folder: whole or not there, and never a step built on something that has changed."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from force_files import force

from inspections.evidence import EvidenceFolder
from inspections.sampling import TrailStep
from inspections.step_keys import STEPS
from inspections.steps import Step, open_step
from parameters import InspectionError, Parameters


@pytest.fixture
def parameters(tmp_path: Path) -> Parameters:
    return force(tmp_path)


@pytest.fixture
def evidence(tmp_path: Path, parameters: Parameters) -> EvidenceFolder:
    return EvidenceFolder(tmp_path / "evidence", parameters)


def opened(evidence: EvidenceFolder, name: str) -> Step:
    plain = evidence.parameters.model_dump(mode="json")
    return open_step(name, "westmoor", parameters=plain, evidence_folder=evidence.root)


def do(evidence: EvidenceFolder, *names: str) -> None:
    for name in names:
        step = opened(evidence, name)
        step.write(f"restricted/{name}", pd.DataFrame({"by": [name]}))
        step.account(TrailStep("read", 3, 2, "one was blank"))
        step.record(**{f"fact_of_{name}": 1})
        step.close()
        evidence.notebook(name).parent.mkdir(parents=True, exist_ok=True)
        evidence.notebook(name).write_text("{}", encoding="utf-8")
        evidence.add_notebook(name)


def test_nothing_has_the_final_name_before_every_step_is_done(evidence: EvidenceFolder) -> None:
    evidence.prepare()
    do(evidence, *STEPS[:2])
    with pytest.raises(InspectionError, match="3_findings has not been run"):
        evidence.publish()
    assert not evidence.whole.exists()
    do(evidence, STEPS[2])
    assert evidence.publish() == evidence.whole
    assert evidence.whole.is_dir()
    assert not evidence.unfinished.exists()


def test_the_manifest_says_what_was_read_and_written_and_how_long_each_stage_took(
    evidence: EvidenceFolder,
) -> None:
    evidence.prepare()
    do(evidence, *STEPS)
    manifest = json.loads((evidence.publish() / "manifest.json").read_text(encoding="utf-8"))
    assert [Path(name).name for name in manifest["inputs"]] == ["cases.csv", "notes.csv"]
    assert list(manifest["stages"]) == list(STEPS)
    assert manifest["parameters"] == evidence.parameters.model_dump(mode="json")
    first = manifest["steps"][0]
    assert list(first["outputs"]) == [
        "restricted/1_case_sample.parquet",
        "restricted/notebooks/1_case_sample.ipynb",
    ]
    row = {
        "notebook": STEPS[0],
        "step": "read",
        "rows_in": 3,
        "rows_out": 2,
        "why": "one was blank",
        "rows": "cases",
    }
    assert first["rows"] == [row]


def test_a_step_cannot_be_opened_before_the_one_it_rests_on(evidence: EvidenceFolder) -> None:
    evidence.prepare()
    with pytest.raises(InspectionError, match="1_case_sample has not been run"):
        opened(evidence, STEPS[1])


def test_a_stopped_run_goes_on_where_it_stopped(evidence: EvidenceFolder) -> None:
    evidence.prepare()
    do(evidence, *STEPS[:2])
    (evidence.unfinished / "restricted" / "half-written.parquet").write_bytes(b"PAR1")
    assert evidence.prepare() == list(STEPS[:2])
    assert not (evidence.unfinished / "restricted" / "half-written.parquet").exists()


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_step_whose_output_is_not_as_it_was_written_is_redone_and_so_are_later_ones(
    evidence: EvidenceFolder, damage: str
) -> None:
    evidence.prepare()
    do(evidence, *STEPS)
    output = evidence.unfinished / "restricted" / f"{STEPS[1]}.parquet"
    output.write_bytes(b"other") if damage == "changed" else output.unlink()
    assert evidence.prepare() == [STEPS[0]]
    assert not (evidence.unfinished / "restricted" / f"{STEPS[2]}.parquet").exists()


def test_changed_case_files_make_a_finished_run_out_of_date(
    evidence: EvidenceFolder, parameters: Parameters
) -> None:
    evidence.prepare()
    do(evidence, *STEPS)
    evidence.publish()
    assert evidence.is_current()
    notes = parameters.source_files()[-1]
    notes.write_text(notes.read_text(encoding="utf-8") + "W/3,2025-03-13 09:00,Again.\n", encoding="utf-8")
    assert not evidence.is_current()


@pytest.mark.parametrize("name", [STEPS[0], STEPS[2]])
def test_a_step_that_was_at_work_while_the_case_files_changed_is_not_done(
    evidence: EvidenceFolder, parameters: Parameters, name: str
) -> None:
    evidence.prepare()
    do(evidence, *STEPS[: STEPS.index(name)])
    step = opened(evidence, name)
    notes = parameters.source_files()[-1]
    notes.write_text(notes.read_text(encoding="utf-8") + "W/3,2025-03-13 09:00,Again.\n", encoding="utf-8")
    with pytest.raises(InspectionError, match=f"notes.csv: was changed while {name} was at work on it."):
        step.close()
    assert evidence.steps_done() == []


def test_a_changed_codebook_makes_the_coding_out_of_date_and_not_the_sample(
    tmp_path: Path, parameters: Parameters
) -> None:
    codebook = tmp_path / "codebook"
    codebook.mkdir()
    (codebook / "codebook.yml").write_text("version: 1", encoding="utf-8")
    own = parameters.inspection.model_copy(update={"codebook": str(codebook)})
    evidence = EvidenceFolder(tmp_path / "evidence", parameters.model_copy(update={"inspection": own}))
    before = evidence.step_keys.by_step()
    (codebook / "codebook.yml").write_text("version: 2", encoding="utf-8")
    after = evidence.step_keys.by_step()
    assert [step for step in STEPS if before[step] == after[step]] == [STEPS[0]]


def test_a_second_run_of_a_force_is_refused_while_one_is_at_work(evidence: EvidenceFolder) -> None:
    other = (
        "import sys, time; from pathlib import Path; from inspections.at_work import Lock\n"
        "with Lock(Path(sys.argv[1])).held():\n    print('held', flush=True); time.sleep(60)"
    )
    whole = str(evidence.whole)
    with subprocess.Popen([sys.executable, "-c", other, whole], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        holder = evidence.lock.holder()
        try:
            who = rf"another run or notebook is at work on it: a run of .+ \(process {process.pid}\), since"
            with pytest.raises(InspectionError, match=who), evidence.lock.held():
                pass
        finally:
            process.kill()
    assert holder is not None
    assert holder.process == process.pid
    assert evidence.lock.holder() is None
    with evidence.lock.held():
        assert evidence.lock.holder() is not None
        assert not evidence.whole.exists()


def test_later_steps_know_the_facts_and_row_counts_of_earlier_ones(evidence: EvidenceFolder) -> None:
    evidence.prepare()
    do(evidence, STEPS[0])
    step = opened(evidence, STEPS[1])
    assert step.known() == {"fact_of_1_case_sample": 1}
    assert [row["notebook"] for row in step.row_trail()] == [STEPS[0]]


@pytest.mark.parametrize("whole", [True, False])
def test_a_stop_between_the_two_renames_loses_neither_run(evidence: EvidenceFolder, whole: bool) -> None:
    evidence.prepare()
    do(evidence, *STEPS)
    evidence.publish()
    evidence.whole.rename(evidence.whole.with_name("westmoor.previous"))
    evidence.unfinished.mkdir()
    marker = {"whole": True, "new": True} if whole else {"steps": []}
    (evidence.unfinished / "manifest.json").write_text(json.dumps(marker), encoding="utf-8")
    evidence.prepare()
    manifest = json.loads((evidence.whole / "manifest.json").read_text(encoding="utf-8"))
    assert manifest.get("new", False) is whole
    assert not evidence.whole.with_name("westmoor.previous").exists()


def test_a_notebook_opened_by_hand_without_a_force_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(InspectionError) as caught:
        open_step(STEPS[0], "choose-a-force", parameters={}, evidence_folder=tmp_path)
    assert "no force is chosen" in str(caught.value)
    assert "carrowdale, northshire, saltmere" in str(caught.value)


def test_by_hand_the_last_step_publishes_and_a_later_step_can_be_redone(tmp_path: Path) -> None:
    def by_hand(name: str, mark: str) -> Step:
        step = open_step(name, "northshire", parameters={}, evidence_folder=tmp_path)
        step.write(f"restricted/{name}", pd.DataFrame({"mark": [mark]}))
        step.close()
        return step

    for name in STEPS:
        step = by_hand(name, "first")
    whole = step.evidence.whole
    assert whole.is_dir()
    by_hand(STEPS[2], "second")
    marks = [pd.read_parquet(whole / "restricted" / f"{name}.parquet")["mark"][0] for name in STEPS]
    assert marks == ["first", "first", "second"]
