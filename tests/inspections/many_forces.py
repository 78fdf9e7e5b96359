"""What the process of a force does in tests of many: steps that take no time, and ways to fail."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pandas as pd
from force_files import force
from nbformat.v4 import new_notebook

from inspections import runner
from inspections.evidence import EvidenceFolder
from inspections.runner import ForceRun, Tell, run_force
from inspections.steps import open_step
from parameters import InspectionError, Parameters, Problem


def forces(folder: Path, *names: str) -> list[Parameters]:
    """Small forces of one inspection, each with extracts of its own."""
    made = []
    for name in names:
        (folder / name).mkdir()
        parameters = force(folder / name)
        named = parameters.force.model_copy(update={"force": name, "name": f"{name.title()} Police"})
        made.append(parameters.model_copy(update={"force": named, "file": f"parameters/{name}.yml"}))
    return made


def quick(parameters: Parameters, evidence_root: Path, *, tell: Tell, again: bool) -> ForceRun:
    """A whole run whose notebooks write one small table; a force called after a mishap meets with it."""
    runner._run_notebook = step_of  # in the force's own process, so that no other test meets it
    return run_force(parameters, evidence_root, tell=tell, again=again)


def step_of(name: str, evidence: EvidenceFolder) -> None:
    """A step that writes how many rows the first extract has."""
    plain = evidence.parameters.model_dump(mode="json")
    step = open_step(name, "", parameters=plain, evidence_folder=evidence.root)
    if name == "2_note_coding":
        _meet_mishap(evidence)
    rows = evidence.parameters.source_files()[0].read_bytes().count(b"\n")
    step.write(f"restricted/{name}", pd.DataFrame({"rows": [rows]}))
    step.close()
    runner.write_notebook(new_notebook(), evidence.notebook(name))
    evidence.add_notebook(name)


def _meet_mishap(evidence: EvidenceFolder) -> None:
    mishap = evidence.parameters.force.force.partition("-")[0]
    if mishap == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if mishap == "broken":
        raise InspectionError([Problem("cases.csv", "closed_on", "", "is not a date (row 4).", "Mend it.")])
    if mishap == "puzzled":
        raise ValueError("She said CANARY-TEXT and nothing else")
    if mishap == "endless":
        (evidence.root / "begun").write_text(str(os.getpid()), encoding="utf-8")
        time.sleep(600)
