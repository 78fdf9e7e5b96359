"""A run that is killed, refused by its disk, or whose evidence is damaged: the next one makes it good."""

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from force_files import force

from inspections.evidence import EvidenceFolder
from inspections.release import write_csv, write_json
from inspections.step_keys import STEPS, StepKeys
from inspections.steps import open_step
from parameters import InspectionError, Parameters

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a child is forked, to be killed")

_CHANGES = {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir"}
"""What Python tells of before it does it, and what changes a folder; opening counts where it is to write."""


def run(evidence: EvidenceFolder) -> None:
    """What a run does to the evidence folder, by the same calls, with steps of a few rows."""
    with evidence.held():
        if evidence.is_current():
            return
        done = evidence.prepare()
        for name in STEPS:
            if name in done:
                continue
            plain = evidence.parameters.model_dump(mode="json")
            step = open_step(name, "westmoor", parameters=plain, evidence_folder=evidence.root)
            step.write(f"restricted/{name}", pd.DataFrame({"by": [name]}))
            write_csv(step.folder / "release", name, pd.DataFrame({"by": [name]}))
            step.record(**{f"fact_of_{name}": 1})
            step.close()
            write_json(step.folder / "restricted" / "notebooks", name, {"cells": []})
            (step.folder / "restricted" / "notebooks" / f"{name}.json").rename(evidence.notebook(name))
            evidence.add_notebook(name)
        evidence.publish()


def in_a_child(work: Callable[[], None]) -> int:
    """Do work in a child process; its exit status, or minus the signal that ended it."""
    child = os.fork()
    if not child:
        try:
            signal.alarm(60)
            work()
            os._exit(0)
        except InspectionError:
            os._exit(2)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number: int, work: Callable[[], None]) -> bool:
    """Do work in a child that is killed before its n-th change to any folder; False where it makes fewer."""

    def watched() -> None:
        left = number

        def watch(event: str, told: tuple[object, ...]) -> None:
            nonlocal left
            if event not in _CHANGES or (event == "open" and not _to_write(told)):
                return
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        work()

    ended = in_a_child(watched)
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


def _to_write(told: tuple[object, ...]) -> bool:
    flags = told[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, the manifest without its times."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: _timeless(path) for name, path in found.items()}


def _timeless(path: Path) -> bytes:
    if path.name != "manifest.json":
        return path.read_bytes()
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for record in manifest["steps"]:
        record["seconds"] = 0
    return json.dumps({**manifest, "stages": {}, "finished": ""}).encode("utf-8")


@pytest.fixture
def parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parameters:
    keys = {
        step: step for step in STEPS
    }  # hashing the whole project at each of many starts would take minutes
    monkeypatch.setattr(StepKeys, "by_step", lambda *_: keys)
    return force(tmp_path)


@pytest.fixture
def undisturbed(tmp_path: Path, parameters: Parameters) -> dict[str, bytes]:
    evidence = EvidenceFolder(tmp_path / "undisturbed", parameters)
    run(evidence)
    return contents(tmp_path / "undisturbed")


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("before", ["nothing", "an older run"])
def test_killed_before_a_change_to_a_folder_a_run_goes_on_to_the_same_bytes(
    before: str, every: int, tmp_path: Path, parameters: Parameters, undisturbed: dict[str, bytes]
) -> None:
    final = "trial/westmoor/"
    new = {name.removeprefix(final): data for name, data in undisturbed.items() if name.startswith(final)}
    stopped, at = True, 0
    while stopped:
        evidence, old = EvidenceFolder(tmp_path / f"killed-{at}", parameters), {}
        if before != "nothing":
            run(evidence)
            (evidence.whole / "release" / "3_findings.csv").write_text("older", encoding="utf-8")
            old = contents(evidence.whole)
        stopped = killed_at(at, partial(run, evidence))
        if evidence.whole.exists():
            assert contents(evidence.whole) in (old, new)
        run(evidence)
        assert contents(evidence.root) == undisturbed, f"killed before change {at}"
        at += every
    assert at > 40


def test_a_kernel_left_over_of_a_killed_run_opens_no_step_of_the_next(
    tmp_path: Path, parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = EvidenceFolder(tmp_path / "evidence", parameters)
    plain = parameters.model_dump(mode="json")
    with evidence.held():
        evidence.prepare()
        monkeypatch.setenv("INSPECTION_RUN", "of a run before")
        with pytest.raises(InspectionError, match="the run that started this notebook has ended"):
            open_step(STEPS[0], "westmoor", parameters=plain, evidence_folder=evidence.root)


@pytest.mark.parametrize("damaged", ["manifest.json", f"restricted/{STEPS[1]}.parquet"])
@pytest.mark.parametrize("content", [b"", b'{"steps": [', b"[]"])
def test_damaged_evidence_is_made_anew(
    damaged: str, content: bytes, tmp_path: Path, parameters: Parameters, undisturbed: dict[str, bytes]
) -> None:
    evidence = EvidenceFolder(tmp_path / "evidence", parameters)
    run(evidence)
    (evidence.whole / damaged).write_bytes(content)
    run(evidence)
    assert contents(evidence.root) == undisturbed


def test_a_clock_that_goes_back_changes_nothing(
    tmp_path: Path, parameters: Parameters, undisturbed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = EvidenceFolder(tmp_path / "evidence", parameters)
    killed_at(30, lambda: run(evidence))
    for moment, path in enumerate(sorted(evidence.root.rglob("*"))):
        os.utime(path, (4e9 - moment, 4e9 - moment))
    monkeypatch.setattr("time.time", lambda: 0.0)
    run(evidence)
    assert contents(evidence.root) == undisturbed
    manifest = json.loads((evidence.whole / "manifest.json").read_text(encoding="utf-8"))
    assert min(manifest["stages"].values()) >= 0


def refused(work: Callable[[], None], *, told_to: Path) -> str:
    """The message of work in a child that a disk refuses."""

    def telling() -> None:
        try:
            work()
        except InspectionError as error:
            told_to.write_text(str(error), encoding="utf-8")
            raise

    assert in_a_child(telling) == 2
    return told_to.read_text(encoding="utf-8")


@pytest.mark.parametrize("room", [0, 1500])
def test_a_full_disk_is_told_by_its_folder_and_the_next_run_goes_on(
    room: int, tmp_path: Path, parameters: Parameters, undisturbed: dict[str, bytes]
) -> None:
    resource = pytest.importorskip("resource")
    evidence = EvidenceFolder(tmp_path / "evidence", parameters)
    message = tmp_path / "message"

    def work() -> None:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            run(evidence)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    told = refused(work, told_to=message)
    assert f"{evidence.root.as_posix()}" in told
    assert "takes no file as large as is needed" in told
    run(evidence)
    assert contents(evidence.root) == undisturbed


@pytest.fixture
def open_to_all(tmp_path: Path) -> Path:
    """A folder that a user without rights can reach, but not write to."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)
    return tmp_path


def test_a_folder_that_may_not_be_written_to_is_named(
    open_to_all: Path, parameters: Parameters, undisturbed: dict[str, bytes]
) -> None:
    evidence = EvidenceFolder(open_to_all / "evidence", parameters)
    evidence.root.mkdir()
    evidence.root.chmod(0o555)
    (message := open_to_all / "message").touch()
    message.chmod(0o666)

    def work() -> None:
        if os.geteuid() == 0:  # root may write anywhere
            os.seteuid(65534)
        run(evidence)

    told = refused(work, told_to=message)
    assert told.startswith(f"{evidence.root.as_posix()}")
    assert "may not be used by this user" in told
    evidence.root.chmod(0o755)
    run(evidence)
    assert contents(evidence.root) == undisturbed
