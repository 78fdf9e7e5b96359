"""Many forces side by side: what befalls one reaches no other, and only what changed is done again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from many_forces import forces, quick, step_of

from inspections import runner
from inspections.at_work import Lock
from inspections.comparison.missing import forces_to_compare
from inspections.evidence import EvidenceFolder
from inspections.runner import ForceRun, Progress, run_force
from inspections.side_by_side import run_forces
from inspections.step_keys import STEPS, UP_TO_DATE
from parameters import InspectionError, Parameters


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Parameters], dict[str, ForceRun]]:
    """A sound force after one whose process is killed, one with bad data and one with a fault."""
    folder = tmp_path_factory.mktemp("mixed")
    runs = forces(folder, "killed-one", "broken-one", "puzzled-one", "ashdale")
    results = run_forces(runs, folder / "evidence", jobs=2, tell=lambda _: None, work=quick)
    return folder, runs, {result.force: result for result in results}


def test_a_force_whose_process_is_killed_leaves_the_others_whole(mixed: tuple) -> None:
    _, runs, results = mixed
    assert list(results) == [parameters.force.force for parameters in runs]
    assert [name for name, result in results.items() if result.evidence] == ["ashdale"]
    killed = results["killed-one"]
    assert "ended from outside (SIGKILL)" in killed.message
    assert killed.step == "2_note_coding"


def test_bad_data_fail_their_force_alone_and_a_fault_quotes_no_note(mixed: tuple) -> None:
    _, _, results = mixed
    assert "cases.csv: closed_on is not a date (row 4).\n  Mend it." in results["broken-one"].message
    assert "stopped with ValueError at many_forces.py, line" in results["puzzled-one"].message
    assert "CANARY" not in results["puzzled-one"].message


def test_a_failed_force_leaves_word_of_where_and_how_and_never_of_what(mixed: tuple) -> None:
    folder, runs, _ = mixed
    told = {p.force.force: EvidenceFolder(folder / "evidence", p).failure() for p in runs}
    assert told["ashdale"] == {}
    assert [told[name]["kind"] for name in ("broken-one", "puzzled-one", "killed-one")] == [
        "InspectionError",
        "ValueError",
        "process ended by SIGKILL",
    ]
    assert {failure["step"] for failure in told.values() if failure} == {"2_note_coding"}
    assert not any("CANARY" in str(failure) for failure in told.values())


def test_touching_the_extract_of_one_force_reruns_that_force_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_run_notebook", step_of)
    news: list[Progress] = []
    runs = forces(tmp_path, "ashdale", "birchley", "cedarton")
    for parameters in runs:
        run_force(parameters, tmp_path / "evidence", tell=lambda _: None)
    touched = tmp_path / "birchley" / "cases.csv"
    touched.write_text(touched.read_text(encoding="utf-8") + "W/4,2025-03-12,,\n", encoding="utf-8")
    assert EvidenceFolder(tmp_path / "evidence", runs[0]).step_states() == dict.fromkeys(STEPS, UP_TO_DATE)
    changed = EvidenceFolder(tmp_path / "evidence", runs[1])
    assert changed.step_states() == dict.fromkeys(STEPS, "data changed")
    for parameters in runs:
        run_force(parameters, tmp_path / "evidence", tell=news.append)
    assert {(told.force, told.state) for told in news} == {
        ("ashdale", "unchanged"),
        ("birchley", "running"),
        ("birchley", "done"),
        ("cedarton", "unchanged"),
    }


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Tests begun in the background are begun deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_run_ends_its_processes_and_no_force_is_forgotten(tmp_path: Path) -> None:
    begun = tmp_path / "evidence" / "begun"

    def interrupt() -> None:
        while not begun.is_file() or not begun.read_text(encoding="utf-8"):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    runs = forces(tmp_path, "endless-one", "waiting-one")
    with pytest.raises(KeyboardInterrupt):
        run_forces(runs, tmp_path / "evidence", jobs=1, tell=lambda _: None, work=quick)
    assert not psutil.pid_exists(int(begun.read_text(encoding="utf-8")))
    with pytest.raises(InspectionError, match="2 forces have no whole result") as refused:
        forces_to_compare(tmp_path / "evidence" / runs[0].inspection.id, [], without=0)
    assert "waiting-one: not finished. To go on: inspection run waiting-one" in str(refused.value)


def test_the_processes_of_forces_end_when_the_run_itself_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from many_forces import forces, quick\n"
        "from inspections.side_by_side import run_forces\n"
        "if __name__ == '__main__':\n"
        "    folder = Path(sys.argv[1])\n"
        "    runs = forces(folder, 'endless-one')\n"
        "    run_forces(runs, folder / 'evidence', jobs=1, tell=lambda _: None, work=quick)\n"
    )
    (tmp_path / "run.py").write_text(script, encoding="utf-8")
    begun = tmp_path / "evidence" / "begun"
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "run.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        while not begun.is_file() or not begun.read_text(encoding="utf-8"):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
    force = int(begun.read_text(encoding="utf-8"))
    while psutil.pid_exists(force):  # or the test does not end
        time.sleep(0.05)
    assert Lock(tmp_path / "evidence" / "trial" / "endless-one").holder() is None
