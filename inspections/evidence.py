"""The evidence folder of a force: written step by step, read only when whole.

``evidence/<inspection>/<force>/`` holds ``restricted/`` (never leaves the inspectorate), ``release/`` (all
that a report may read) and ``manifest.json`` (what made it). Work in progress is in ``<force>.unfinished/``
beside it and takes the final name in one rename, so nobody ever reads half a folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from inspections.at_work import Lock
from inspections.confidential import OWNER_ALONE
from inspections.manifest import facts_in, now, read_failure, read_manifest, write_manifest
from inspections.step_keys import STEPS, StepKeys, hash_file
from parameters import InspectionError, Parameters, Problem
from parameters.disk import disk_problem
from parameters.models import Sources
from parameters.paths import run_command

__all__ = [
    "UNFINISHED",
    "EvidenceFolder",
    "last_parameters",
    "not_run_yet",
    "parameter_file_of",
    "unfinished_of",
]

UNFINISHED = ".unfinished"
"""What the name of a force's folder ends in while its run is under way."""

_PLACES: dict[str, Any] = {
    "file": True,
    "force": {"sources": {table: {"path"} for table in Sources.model_fields}, "audit": {"round"}},
}
"""Parameters that say where files lie, as `model_dump` leaves them out."""


@dataclass(frozen=True)
class EvidenceFolder:
    """Where one force's evidence lies and how far it has come.

    Parameters
    ----------
    root : Path
        The folder of all evidence, by default ``evidence/`` in the project.
    parameters : Parameters
        The checked parameters of the force.
    """

    root: Path
    parameters: Parameters

    @property
    def whole(self) -> Path:
        """Folder of a finished run."""
        return self.root / self.parameters.inspection.id / self.parameters.force.force

    @property
    def unfinished(self) -> Path:
        """Folder of a run still under way."""
        return unfinished_of(self.whole)

    @property
    def temporary(self) -> Path:
        """Where the run under way keeps temporary files: restricted, and gone at its end."""
        return self.unfinished / "restricted" / "temporary"

    @property
    def run_command(self) -> str:
        """The command that runs this force into this folder."""
        return run_command(self.parameters.file, evidence=self.root)

    @property
    def _previous(self) -> Path:
        return self.whole.with_name(f"{self.whole.name}.previous")

    @property
    def step_keys(self) -> StepKeys:
        """What each step of this force's run rests on."""
        return StepKeys(self.parameters)

    def step_states(self) -> dict[str, str]:
        """How each step of the last run stands: up to date, what it rests on that has changed, or not run.

        Of a run that has not finished, its own steps; else those of the finished run.
        """
        return self.step_keys.states(
            read_manifest(self.unfinished if self.unfinished.is_dir() else self.whole)
        )

    def failure(self) -> dict[str, str]:
        """Where, how and when the last run failed; empty where it did not."""
        return read_failure(self.unfinished)

    def finished(self) -> str:
        """When the last finished run ended; empty where there is none."""
        return str(read_manifest(self.whole).get("finished", ""))

    def steps_done(self, folder: Path | None = None) -> list[str]:
        """Steps of an unfinished (or the given) folder that still hold, in running order.

        A step holds when its key is unchanged and every file it wrote, its notebook among them, is there with
        the bytes it wrote.
        """
        folder = folder or self.unfinished
        manifest, keys = read_manifest(folder), self.step_keys.by_step()
        done: list[str] = []
        for record in manifest.get("steps", []):
            if (
                len(done) == len(STEPS)
                or record.get("step") != STEPS[len(done)]
                or record.get("key") != keys[record["step"]]
            ):
                break
            if record["run_by"] == "papermill" and _notebook(record["step"]) not in record["outputs"]:
                break  # stopped between the step's end and its notebook's
            if any(not _holds(folder / name, digest) for name, digest in record["outputs"].items()):
                break
            done.append(record["step"])
        return done

    def is_current(self) -> bool:
        """Whether the finished folder is what a new run would make."""
        return self.whole.is_dir() and self.steps_done(self.whole) == list(STEPS)

    def last_facts(self) -> dict[str, Any]:
        """Facts that the steps of the last finished run recorded; none where there is none."""
        return facts_in(read_manifest(self.whole))

    def refuse_another_file(self) -> None:
        """Refuse to replace what was made from a parameter file elsewhere that says something else.

        A file that was moved or copied is no other, nor is one that was edited in its place.

        Raises
        ------
        InspectionError
            With the name of the other file.
        """
        ours, last = self.parameters, last_parameters(self.whole)
        if last.get("file", ours.file) == ours.file or _say_the_same(last, ours):
            return
        message = (
            f"another file says something else of {ours.force.force}: {last['file']}. "
            "The evidence was made from that, and would be replaced."
        )
        remedy = (
            f"If it is to be replaced: {self.run_command} --replace\n"
            f"To keep it, give the inspection an id of its own in {ours.inspection_file}."
        )
        raise InspectionError([Problem(ours.file, "", "", message, remedy)])

    def announce(self) -> None:
        """Leave on record that this force was to be run, so that a comparison misses it."""
        if not self.whole.is_dir() and not self.unfinished.is_dir():
            self.unfinished.mkdir(parents=True)
            self.keep_only([])

    def discard_unfinished(self) -> None:
        """Remove what a run left that did not finish, once the finished folder is up to date without it."""
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def prepare(self) -> list[str]:
        """Make the unfinished folder ready and return the steps in it that need not be redone."""
        self._recover()
        self.unfinished.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.temporary, ignore_errors=True)
        done = self.steps_done()
        self.keep_only(done)
        return done

    def reopen(self) -> None:
        """Start from a copy of the finished run, so that a later step can be redone alone."""
        self._recover()
        if not self.unfinished.exists() and self.whole.exists():
            shutil.copytree(self.whole, self.unfinished)

    def keep_only(self, steps: Iterable[str]) -> None:
        """Remove from the unfinished folder whatever the given steps did not write.

        What is left is on record with the parameters of this run, so that it can be told whose it is.
        """
        manifest, kept = read_manifest(self.unfinished), set(steps)
        records = [record for record in manifest.get("steps", []) if record["step"] in kept]
        files = {self.unfinished / name for record in records for name in record["outputs"]}
        for path in reversed(self.contents()):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
            elif path.is_file() and path not in files:
                path.unlink()
        parameters = self.parameters.model_dump(mode="json")
        write_manifest(self.unfinished, {**manifest, "parameters": parameters, "steps": records})

    def contents(self) -> list[Path]:
        """Files and folders of the unfinished folder, in order, but for temporary ones."""
        found = self.unfinished.rglob("*")
        return sorted(path for path in found if not path.is_relative_to(self.temporary))

    @property
    def lock(self) -> Lock:
        """The lock that whoever works on this force's evidence holds; it goes with the process."""
        return Lock(self.whole)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other run of this force out, and finish what one that was stopped had begun to publish.

        Raises
        ------
        InspectionError
            When another run, or a notebook open by hand, is at work on it; when the disk is full, or the
            folder may not be written to.
        """
        try:
            with self.lock.held():
                self._recover()
                yield
        except OSError as error:
            if (problem := disk_problem(error, self.root)) is None:
                raise
            raise InspectionError([problem]) from None

    def notebook(self, step: str) -> Path:
        """Where the executed notebook of a step is written, after the step has closed."""
        return self.unfinished / _notebook(step)

    def add_notebook(self, step: str) -> None:
        """Count the executed notebook of a step among its outputs: only then is the step done."""
        manifest = read_manifest(self.unfinished)
        for record in manifest["steps"]:
            if record["step"] == step:
                record["outputs"][_notebook(step)] = hash_file(self.notebook(step))
        write_manifest(self.unfinished, manifest)

    def publish(self) -> Path:
        """Give the unfinished folder its final name, replacing an earlier run in one move."""
        manifest = read_manifest(self.unfinished)
        missing = [
            step for step in STEPS if step not in {record["step"] for record in manifest.get("steps", [])}
        ]
        if missing:
            raise InspectionError([not_run_yet(self, missing[0])])
        seconds = {record["step"]: record["seconds"] for record in manifest["steps"]}
        facts = {"stages": seconds, "finished": now(), "whole": True}
        write_manifest(self.unfinished, {**manifest, **facts})
        if self.whole.exists():
            self.whole.rename(self._previous)
        self.unfinished.rename(self.whole)
        shutil.rmtree(self._previous, ignore_errors=True)
        return self.whole

    def _recover(self) -> None:
        # A stop between publish's two renames leaves no finished folder but a previous one: finish the move.
        # One after them leaves both.
        if self._previous.exists() and not self.whole.exists():
            whole = read_manifest(self.unfinished).get("whole", False)
            (self.unfinished if whole else self._previous).rename(self.whole)
        shutil.rmtree(self._previous, ignore_errors=True)
        for folder in (self.whole, self.unfinished):  # an earlier run may not have made them private
            with suppress(OSError):  # not there, or on a disk without modes
                folder.chmod(OWNER_ALONE)


def not_run_yet(evidence: EvidenceFolder, step: str) -> Problem:
    """What to tell where a step is missing that others need."""
    force = evidence.parameters.force.force
    remedy = f"Run {step}.ipynb for {force} first, or all of them: {evidence.run_command}"
    return Problem(
        f"evidence of {force}",
        "",
        "",
        f"the step {step} has not been run, or what it rests on has changed.",
        remedy,
    )


def unfinished_of(whole: Path) -> Path:
    """Folder of a run under way, beside that of the finished run."""
    return whole.with_name(f"{whole.name}{UNFINISHED}")


def parameter_file_of(whole: Path) -> str:
    """Parameter file with which the evidence of a force was last run, from the project; empty where none was.

    Parameters
    ----------
    whole : Path
        ``evidence/<inspection>/<force>``, whether or not its run has finished.
    """
    return last_parameters(whole).get("file") or read_failure(unfinished_of(whole)).get("file", "")


def last_parameters(whole: Path) -> dict[str, Any]:
    """Plain parameters with which the evidence of a force was last run; empty where none was."""
    for folder in (unfinished_of(whole), whole):
        if parameters := read_manifest(folder).get("parameters"):
            return dict(parameters)
    return {}


def _say_the_same(last: Mapping[str, Any], ours: Parameters) -> bool:
    """Whether parameters say the same, wherever they, the extracts and the audit lie."""
    try:
        earlier = Parameters.model_validate(last)
    except ValidationError:  # another version of the toolkit wrote them
        return False
    return earlier.model_dump(exclude=_PLACES) == ours.model_dump(exclude=_PLACES)


def _notebook(step: str) -> str:
    return f"restricted/notebooks/{step}.ipynb"


def _holds(path: Path, digest: str) -> bool:
    return path.is_file() and hash_file(path) == digest
