"""Kernels that die, and runs that die before their kernels: the next run is not disturbed by either."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from force_files import force
from nbformat.v4 import new_code_cell, new_notebook

from inspections import runner, step_keys
from inspections.evidence import EvidenceFolder
from inspections.runner import run_force
from inspections.step_keys import STEPS
from parameters import InspectionError, Parameters

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a kernel is killed")

PARAMETERS = 'force: str = ""\nparameters: dict = {}\nevidence_folder: str = ""'
OPEN = """\
import os, signal, time
import pandas as pd
from pathlib import Path
from inspections import step_keys, steps
step_keys.NOTEBOOKS = Path({folder!r})  # as in the run, so that both see the same notebooks
step = steps.open_step({name!r}, force, parameters=parameters, evidence_folder=evidence_folder)"""
WRITE = 'step.write("restricted/{name}", pd.DataFrame({{"by": ["{name}"]}}))\nstep.close()'


def write_notebooks(folder: Path, *between: str) -> None:
    """The three notebooks of a run, each of which writes one table; in the first, something comes before."""
    for name in STEPS:
        cells = [
            OPEN.format(name=name, folder=str(folder)),
            *(between if name == STEPS[0] else ()),
            WRITE.format(name=name),
        ]
        notebook = new_notebook(
            cells=[new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), *map(new_code_cell, cells)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        nbformat.write(notebook, folder / f"{name}.ipynb")


@pytest.fixture
def parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parameters:
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(step_keys, "NOTEBOOKS", tmp_path)
    return force(tmp_path)


def test_a_kernel_that_dies_is_told_and_the_next_run_goes_on(tmp_path: Path, parameters: Parameters) -> None:
    dead = tmp_path / "dead"
    die = (
        f"if not Path({str(dead)!r}).exists():\n"
        f"    Path({str(dead)!r}).touch()\n    os.kill(os.getpid(), signal.SIGKILL)"
    )
    write_notebooks(tmp_path, die)
    with pytest.raises(InspectionError) as caught:
        run_force(parameters, tmp_path / "evidence", tell=lambda _: None)
    assert "1_case_sample.ipynb: was stopped: the process that ran it ended" in str(caught.value)
    states = []
    result = run_force(parameters, tmp_path / "evidence", tell=lambda news: states.append(news.state))
    assert states == ["running", "done"] * len(STEPS)
    assert result.evidence is not None
    assert (result.evidence / "restricted" / f"{STEPS[0]}.parquet").is_file()


def test_the_kernel_of_a_run_that_is_killed_alone_ends_and_writes_nothing_into_the_next(
    tmp_path: Path, parameters: Parameters
) -> None:
    begun, late = tmp_path / "begun", tmp_path / "late"
    linger = (
        f"if not Path({str(begun)!r}).exists():\n"
        f"    Path({str(begun)!r}).write_text(str(os.getpid()))\n"
        f"    time.sleep(20)\n    Path({str(late)!r}).touch()"
    )
    write_notebooks(tmp_path, linger)
    command = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from force_files import force; from inspections import runner, step_keys\n"
        "folder = Path(sys.argv[1]); runner.NOTEBOOKS = step_keys.NOTEBOOKS = folder\n"
        "runner.run_force(force(folder), folder / 'evidence', tell=lambda _: None)"
    )
    arguments = [sys.executable, "-c", command, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(arguments) as process:
        while not (begun.exists() and begun.read_text()) and process.poll() is None:
            time.sleep(0.02)
        process.kill()
    kernel = int(begun.read_text())
    assert psutil.pid_exists(kernel)
    result = run_force(parameters, tmp_path / "evidence", tell=lambda _: None)
    assert not psutil.pid_exists(kernel)
    assert not late.exists()
    assert result.evidence is not None
    assert EvidenceFolder(tmp_path / "evidence", parameters).is_current()
