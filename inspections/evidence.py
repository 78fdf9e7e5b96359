"""The evidence folder of a force: written step by step, read only when whole.

``evidence/<inspection>/<force>/`` holds ``restricted/`` (never leaves the inspectorate), ``release/`` (all
that a report may read) and ``manifest.json`` (what made it). Work in progress is in ``<force>.unfinished/``
beside it and takes the final name in one rename, so nobody ever reads half a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from inspections.at_work import BY_HAND, Lock
from inspections.confidential import OWNER_ALONE, secluded, temporary_files_in
from inspections.sampling import TrailStep, lost_cases_file
from parameters import PROJECT, InspectionError, Parameters, Problem, load_parameters, shown_path
from parameters.disk import disk_problem, write_whole
from parameters.loading import SHARED_FILES

__all__ = [
    "CODE_BEHIND",
    "NOTEBOOKS",
    "NOT_RUN",
    "STEPS",
    "UNFINISHED",
    "UP_TO_DATE",
    "EvidenceFolder",
    "Step",
    "last_parameters",
    "open_step",
    "parameter_file_of",
    "read_failure",
    "unfinished_of",
    "write_failure",
]

NOTEBOOKS = PROJECT / "inspections"
STEPS = ("1_case_sample", "2_note_coding", "3_findings")
_AUDITED = "3_findings"
"""The step that a settled audit of the coding has a part in."""

# What each step's result depends on besides its parameters, its data and what the steps before it name.
CODE_BEHIND = {
    "1_case_sample": (
        "parameters/**/*.py",
        "parameters/questions.yml",
        "inspections/*.py",
        "inspections/sampling/*.py",
        "inspections/indicators/*.py",  # which results a gap in the data limits
        "inspections/reviews/*.py",  # the reading list is a workbook like the forms
        "reports/fonts/*.ttf",
    ),
    "2_note_coding": ("nlp/*.py", "nlp/reader/*.py", "nlp/corpus/*/*.jsonl", "nlp/corpus/*/corpus.yml"),
    "3_findings": (
        "inspections/disclosure/*.py",
        "inspections/audit/*.py",
        "nlp/audit/**/*.py",
        "nlp/evaluation/*.py",
        "nlp/evaluation/error.json",  # how often the coding is right, which the release says
        "parameters/words.yml",
    ),
}
FAILURE = "failed.json"
"""File of an unfinished folder that says which step failed, how and when; never with what words."""

UNFINISHED = ".unfinished"
"""What the name of a force's folder ends in while its run is under way."""

UP_TO_DATE, NOT_RUN = "up to date", "not run"
_ABSENT = "absent"
_PACKAGES = ("pandas", "numpy", "scipy", "statsmodels", "spacy", "matplotlib", "seaborn", "papermill")


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
    def _previous(self) -> Path:
        return self.whole.with_name(f"{self.whole.name}.previous")

    def inputs(self) -> tuple[Path, ...]:
        """Files that the run reads: the force's extracts and, if there is one, the record of lost cases."""
        lost = lost_cases_file(self.parameters)
        return (*self.parameters.source_files(), *([lost] if lost.is_file() else []))

    def keys(self) -> dict[str, str]:
        """Hash of all that decides each step's result: a step is redone when its key changes."""
        return self._keys(self._input_hashes())

    def _keys(self, inputs: Mapping[str, str]) -> dict[str, str]:
        keys: dict[str, str] = {}
        plain = self.parameters.model_dump_json(exclude={"force": {"audit"}})
        before = _hash_text(plain, *inputs.values())
        for step in STEPS:
            if step == _AUDITED:
                before = _hash_text(before, *self._audit_hashes().values())
            before = keys[step] = _hash_text(before, self._code(step), *_versions().values())
        return keys

    def _input_hashes(self) -> dict[str, str]:
        """Hash of each input; of one that is not there, that, as the first step tells it best."""
        return {shown_path(path): _hash_file(path) if path.is_file() else _ABSENT for path in self.inputs()}

    def _audit_hashes(self) -> dict[str, str]:
        """Hash of what is said of the audit, and of each of its files: only the findings rest on it."""
        audit = self.parameters.force.audit
        if audit is None:
            return {}
        files = {shown_path(path): _hash_file(path) for path in audit.files()}
        return {"audit": _hash_text(audit.model_dump_json()), **files}

    def _code(self, step: str) -> str:
        """Hash of the notebook of a step and of the code and codebook that no earlier step rests on."""
        files = [NOTEBOOKS / f"{step}.ipynb"]
        for pattern in CODE_BEHIND[step]:
            files += sorted(PROJECT.glob(pattern))
        if step == "2_note_coding":
            files += sorted((PROJECT / self.parameters.inspection.codebook).glob("*.yml"))
        return _hash_text(*map(_hash_file, files))

    def step_states(self) -> dict[str, str]:
        """How each step of the last run stands: up to date, what it rests on that has changed, or not run.

        Of a run that has not finished, its own steps; else those of the finished run.
        """
        manifest = _read_manifest(self.unfinished if self.unfinished.is_dir() else self.whole)
        records = {record["step"]: record for record in manifest.get("steps", [])}
        inputs = self._input_hashes()
        keys, changed = self._keys(inputs), self._changed(manifest, inputs) if records else []
        states: dict[str, str] = {}
        for step in STEPS:
            if step not in records:
                states[step] = NOT_RUN
                continue
            if step == _AUDITED and manifest.get("audit", {}) != self._audit_hashes():
                changed = [*changed, "audit"]
            if records[step].get("code") != self._code(step):
                changed = [*changed, "code"]
            if not changed and records[step]["key"] != keys[step]:
                changed = ["an earlier step"]
            states[step] = f"{', '.join(dict.fromkeys(changed))} changed" if changed else UP_TO_DATE
        return states

    def _changed(self, manifest: Mapping[str, Any], inputs: Mapping[str, str]) -> list[str]:
        versions = {package: manifest["packages"].get(package) for package in _PACKAGES}
        compared = {
            "parameters": _but_for_the_audit(manifest["parameters"])
            == _but_for_the_audit(self.parameters.model_dump(mode="json")),
            "data": manifest["inputs"] == inputs,
            "packages": versions == _versions(),
        }
        return [what for what, same in compared.items() if not same]

    def failure(self) -> dict[str, str]:
        """Where, how and when the last run failed; empty where it did not."""
        return read_failure(self.unfinished)

    def finished(self) -> str:
        """When the last finished run ended; empty where there is none."""
        return str(_read_manifest(self.whole).get("finished", ""))

    def steps_done(self, folder: Path | None = None) -> list[str]:
        """Steps of an unfinished (or the given) folder that still hold, in running order.

        A step holds when its key is unchanged and every file it wrote, its notebook among them, is there with
        the bytes it wrote.
        """
        folder = folder or self.unfinished
        manifest, keys = _read_manifest(folder), self.keys()
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
        return _facts(_read_manifest(self.whole))

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
        """Remove from the unfinished folder whatever the given steps did not write."""
        manifest, kept = _read_manifest(self.unfinished), set(steps)
        records = [record for record in manifest.get("steps", []) if record["step"] in kept]
        files = {self.unfinished / name for record in records for name in record["outputs"]}
        for path in reversed(self.contents()):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
            elif path.is_file() and path not in files:
                path.unlink()
        _write_manifest(self.unfinished, {**manifest, "steps": records})

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
        manifest = _read_manifest(self.unfinished)
        for record in manifest["steps"]:
            if record["step"] == step:
                record["outputs"][_notebook(step)] = _hash_file(self.notebook(step))
        _write_manifest(self.unfinished, manifest)

    def publish(self) -> Path:
        """Give the unfinished folder its final name, replacing an earlier run in one move."""
        manifest = _read_manifest(self.unfinished)
        missing = [
            step for step in STEPS if step not in {record["step"] for record in manifest.get("steps", [])}
        ]
        if missing:
            raise InspectionError([_not_run_yet(self.parameters.force.force, missing[0])])
        seconds = {record["step"]: record["seconds"] for record in manifest["steps"]}
        facts = {"stages": seconds, "finished": _now(), "whole": True}
        _write_manifest(self.unfinished, {**manifest, **facts})
        if self.whole.exists():
            self.whole.rename(self._previous)
        self.unfinished.rename(self.whole)
        shutil.rmtree(self._previous, ignore_errors=True)
        return self.whole

    def _recover(self) -> None:
        # A stop between publish's two renames leaves no finished folder but a previous one: finish the move.
        # One after them leaves both.
        if self._previous.exists() and not self.whole.exists():
            whole = _read_manifest(self.unfinished).get("whole", False)
            (self.unfinished if whole else self._previous).rename(self.whole)
        shutil.rmtree(self._previous, ignore_errors=True)
        for folder in (self.whole, self.unfinished):  # an earlier run may not have made them private
            with suppress(OSError):  # not there, or on a disk without modes
                folder.chmod(OWNER_ALONE)


@dataclass
class Step:
    """A notebook's hand on the evidence folder: reads what came before, writes its own, accounts for rows."""

    name: str
    evidence: EvidenceFolder
    by_hand: bool
    rows: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)
    _before: frozenset[Path] = frozenset()
    _secluded: ExitStack = field(default_factory=ExitStack)

    @property
    def parameters(self) -> Parameters:
        """The checked parameters of the run."""
        return self.evidence.parameters

    @property
    def folder(self) -> Path:
        """The unfinished evidence folder."""
        return self.evidence.unfinished

    def read(self, name: str) -> pd.DataFrame:
        """Read a table an earlier step wrote, such as ``restricted/sample``."""
        return pd.read_parquet(self.folder / f"{name}.parquet")

    def has(self, name: str) -> bool:
        """Whether an earlier step wrote this table."""
        return (self.folder / f"{name}.parquet").is_file()

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as Parquet, such as ``restricted/sample``."""
        path = self.folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(path, index=False)

    def account(self, *trail: TrailStep) -> None:
        """Note how many rows went into and came out of each operation, and why the others left."""
        self.rows.extend({"notebook": self.name, **asdict(step)} for step in trail)

    def record(self, **facts: Any) -> None:
        """Keep facts for the manifest and for later steps: seed, frame hash, codebook version."""
        self.facts.update(facts)

    def known(self) -> dict[str, Any]:
        """Facts recorded by the steps before this one and by this one."""
        return {**_facts(_read_manifest(self.folder)), **self.facts}

    def row_trail(self) -> list[dict[str, Any]]:
        """Row counts in and out of everything done so far, in order."""
        earlier = [row for record in _read_manifest(self.folder).get("steps", []) for row in record["rows"]]
        return earlier + self.rows

    def close(self) -> None:
        """Record the step as done; after the last step of a run by hand, publish the evidence folder."""
        manifest = _read_manifest(self.folder)
        written = [
            path
            for path in self.evidence.contents()
            if path.is_file() and path not in self._before and path.name != "manifest.json"
        ]
        record = {
            "step": self.name,
            "key": self.evidence.keys()[self.name],
            "code": self.evidence._code(self.name),
            "run_by": "hand" if self.by_hand else "papermill",
            "seconds": round(time.monotonic() - self._started, 2),
            "rows": self.rows,
            "facts": self.facts,
            "outputs": {path.relative_to(self.folder).as_posix(): _hash_file(path) for path in written},
        }
        steps = [known for known in manifest.get("steps", []) if known["step"] != self.name] + [record]
        _write_manifest(self.folder, {**self._heading(), "steps": steps})
        if self.by_hand:
            self._secluded.close()
            if self.name == STEPS[-1]:
                self.evidence.publish()
            self.evidence.lock.release()
        else:
            self.evidence.lock.close_step()

    def _heading(self) -> dict[str, Any]:
        return {
            "inspection": self.parameters.inspection.id,
            "force": self.parameters.force.force,
            "fictional": self.parameters.force.fictional,
            "parameters": self.parameters.model_dump(mode="json"),
            "inputs": self.evidence._input_hashes(),
            "audit": self.evidence._audit_hashes(),
            "packages": {"python": platform.python_version(), **_versions()},
        }


def open_step(
    name: str, force: str, *, parameters: Mapping[str, Any], evidence_folder: str | os.PathLike[str]
) -> Step:
    """Open a notebook's step of a run: under ``inspection run``, or by hand in JupyterLab.

    Parameters
    ----------
    name : str
        The notebook's name without its ending, such as ``1_case_sample``.
    force : str
        By hand: the name of a file in ``parameters/``, such as ``northshire``, or the path of another one.
    parameters : mapping
        The checked parameters as plain values, given by ``inspection run``; empty by hand.
    evidence_folder : path
        Where evidence is kept; a relative path is taken from the project's folder.

    Raises
    ------
    InspectionError
        When no force is chosen, its parameters have problems, or an earlier step has not been run.
    """
    by_hand = not parameters
    checked = _load_by_name(force) if by_hand else Parameters.model_validate(dict(parameters))
    evidence = EvidenceFolder(PROJECT / evidence_folder, checked)
    earlier = list(STEPS[: STEPS.index(name)])
    with ExitStack() as private:
        if by_hand:
            private.enter_context(secluded())
            evidence.lock.take(BY_HAND)
            if earlier:
                evidence.reopen()
            evidence.prepare()
        else:
            evidence.lock.open_step()
        if missing := [step for step in earlier if step not in evidence.steps_done()]:
            raise InspectionError([_not_run_yet(checked.force.force, missing[0])])
        evidence.keep_only(earlier)
        before = frozenset(path for path in evidence.contents() if path.is_file())
        if by_hand:
            private.enter_context(temporary_files_in(evidence.temporary))
        return Step(name, evidence, by_hand, _before=before, _secluded=private.pop_all())


def _load_by_name(force: str) -> Parameters:
    if force.endswith(".yml"):
        return load_parameters(force)
    path = PROJECT / "parameters" / f"{force}.yml"
    if not path.is_file():
        names = sorted(file.stem for file in path.parent.glob("*.yml") if file.name not in SHARED_FILES)
        remedy = (
            f'In the cell tagged "parameters", write one of: {", ".join(names)}. Then run all cells again.'
        )
        raise InspectionError(
            [Problem("this notebook", "force", force, f'is "{force}": no force is chosen.', remedy)]
        )
    return load_parameters(path)


def _not_run_yet(force: str, step: str) -> Problem:
    remedy = f"Run {step}.ipynb for {force} first, or all of them: inspection run parameters/{force}.yml"
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


def write_failure(unfinished: Path, step: str, kind: str, *, name: str, file: str) -> None:
    """Leave word in an unfinished folder that its run failed, for `inspection status` and for a comparison.

    Parameters
    ----------
    unfinished : Path
        ``evidence/<inspection>/<force>.unfinished``.
    step : str
        Step that failed, or what did before the first.
    kind : str
        Kind of the error, such as ``ValueError``. Its words may quote a case, so they are not kept.
    name, file : str
        The force's name as printed, and its parameter file.
    """
    unfinished.mkdir(parents=True, exist_ok=True)
    facts = {"step": step, "kind": kind, "at": _now(), "name": name, "file": file}
    write_whole(unfinished / FAILURE, json.dumps(facts, ensure_ascii=False))


def read_failure(unfinished: Path) -> dict[str, str]:
    """What `write_failure` left there; empty where there is nothing."""
    path = unfinished / FAILURE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


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
        if parameters := _read_manifest(folder).get("parameters"):
            return dict(parameters)
    return {}


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _notebook(step: str) -> str:
    return f"restricted/notebooks/{step}.ipynb"


def _versions() -> dict[str, str]:
    return {package: version(package) for package in _PACKAGES}


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _but_for_the_audit(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Plain parameters without the audit, which only the findings rest on."""
    return {**parameters, "force": {**parameters["force"], "audit": None}}


def _hash_text(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


def _holds(path: Path, digest: str) -> bool:
    return path.is_file() and _hash_file(path) == digest


_RECORD: Mapping[str, type] = {"step": str, "key": str, "rows": list, "facts": dict, "outputs": dict}
"""What the manifest records of a step, as far as it is read back."""


def _read_manifest(folder: Path) -> dict[str, Any]:
    """The record of a run; empty where there is none, or one that no run wrote: nothing counts as done."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        whole = all(
            isinstance(record.get(name, kind()), kind)
            for record in found.get("steps", [])
            for name, kind in _RECORD.items()
        )
    except (
        FileNotFoundError,
        NotADirectoryError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return {}
    return found if whole else {}


def _facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fact for record in manifest.get("steps", []) for name, fact in record["facts"].items()}


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    write_whole(folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
