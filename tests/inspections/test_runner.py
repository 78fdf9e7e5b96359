"""The strict wrapper round papermill: wrong parameters never run, and failures leave no case text."""

from pathlib import Path

import nbformat
import pytest
from force_files import force
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from inspections import runner
from inspections.runner import Progress, check_notebook_parameters, run_force
from inspections.step_keys import NOTEBOOKS, STEPS
from parameters import InspectionError

FIRST = NOTEBOOKS / "1_case_sample.ipynb"
GIVEN = {"force": "northshire", "parameters": {}, "evidence_folder": "evidence"}
CANARY = "She said CANARY-TEXT and nothing else"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forse": "northshire"}, "1_case_sample.ipynb: forse is not a parameter of this notebook."),
        ({"force": 3}, "1_case_sample.ipynb: force is a int, but the notebook wants a str."),
        ({"parameters": "{}"}, "1_case_sample.ipynb: parameters is a str, but the notebook wants a dict."),
    ],
)
def test_an_unknown_or_mistyped_parameter_stops_before_a_kernel_starts(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(InspectionError) as caught:
        check_notebook_parameters(FIRST, GIVEN | change)
    assert message in str(caught.value)


def test_a_missing_parameter_stops_before_a_kernel_starts() -> None:
    with pytest.raises(InspectionError, match="evidence_folder is not given"):
        check_notebook_parameters(FIRST, {name: GIVEN[name] for name in ("force", "parameters")})


def failing_notebook(folder: Path, source: str) -> None:
    cell = new_code_cell(
        'force: str = ""\nparameters: dict = {}\nevidence_folder: str = ""', metadata={"tags": ["parameters"]}
    )
    notebook = new_notebook(
        cells=[new_markdown_cell("# A step"), cell, new_code_cell(source)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, folder / f"{STEPS[0]}.ipynb")


@pytest.fixture
def failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """Message of a run whose first notebook fails on the words of a note, and the folder it leaves."""
    failing_notebook(tmp_path, f"print({CANARY!r})\nraise ValueError({CANARY!r})")
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    evidence = tmp_path / "evidence"
    with pytest.raises(InspectionError) as caught:
        run_force(force(tmp_path), evidence, tell=lambda _: None)
    return str(caught.value), evidence


def test_a_failed_notebook_is_marked_and_nothing_it_leaves_quotes_a_note(failed: tuple[str, Path]) -> None:
    message, evidence = failed
    assert "stopped with ValueError" in message
    assert "CANARY-TEXT" not in message
    left = [path for path in evidence.rglob("*") if path.is_file()]
    marked = [path for path in left if path.name == "1_case_sample.FAILED.ipynb"]
    assert len(marked) == 1
    outputs = [cell.get("outputs") for cell in nbformat.read(marked[0], as_version=4).cells]
    assert not any(outputs)
    assert [path for path in left if b"traceback" in path.read_bytes().lower()] == []


def test_a_mistake_in_the_data_reaches_the_reader_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "from parameters import InspectionError, Problem\n"
        'raise InspectionError([Problem("cases.csv", "closed_on", "", "is not a date (row 4).", "Mend it.")])'
    )
    failing_notebook(tmp_path, source)
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    with pytest.raises(InspectionError) as caught:
        run_force(force(tmp_path), tmp_path / "evidence", tell=lambda _: None)
    assert "cases.csv: closed_on is not a date (row 4).\n" in str(caught.value)
    assert "Mend it." in str(caught.value)


def test_progress_tells_of_a_step_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_notebook(tmp_path, "1 / 0")
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    news: list[Progress] = []
    with pytest.raises(InspectionError):
        run_force(force(tmp_path), tmp_path / "evidence", tell=news.append)
    assert [(event.step, event.state) for event in news] == [(STEPS[0], "running"), (STEPS[0], "failed")]


def test_traffic_with_the_kernel_is_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "import json\n"
        "from ipykernel.kernelapp import IPKernelApp\n"
        "from parameters import InspectionError, Problem\n"
        "with open(IPKernelApp.instance().abs_connection_file) as file:\n"
        "    keys = sorted(json.load(file))\n"
        'raise InspectionError([Problem("connection", "", "", " ".join(keys), "")])'
    )
    failing_notebook(tmp_path, source)
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    with pytest.raises(InspectionError) as caught:
        run_force(force(tmp_path), tmp_path / "evidence", tell=lambda _: None)
    assert "curve" in str(caught.value)
