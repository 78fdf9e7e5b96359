"""A notebook's step of a run: what it reads of the steps before it, what it writes, and its record."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from inspections.at_work import BY_HAND
from inspections.confidential import secluded, temporary_files_in
from inspections.evidence import EvidenceFolder, not_run_yet
from inspections.manifest import facts_in, read_manifest, write_manifest
from inspections.sampling import TrailStep
from inspections.step_keys import STEPS, hash_file, package_versions
from parameters import PROJECT, InspectionError, Parameters, Problem, load_parameters
from parameters.loading import SHARED_FILES

__all__ = ["Step", "load_by_hand", "open_step"]


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
    _inputs: Mapping[str, str] = field(default_factory=dict)
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
        return {**facts_in(read_manifest(self.folder)), **self.facts}

    def row_trail(self) -> list[dict[str, Any]]:
        """Row counts in and out of everything done so far, in order."""
        earlier = [row for record in read_manifest(self.folder).get("steps", []) for row in record["rows"]]
        return earlier + self.rows

    def close(self) -> None:
        """Record the step as done; after the last step of a run by hand, publish the evidence folder.

        Raises
        ------
        InspectionError
            When what the run reads has changed since the step was opened: nobody knows which was read.
        """
        inputs = self._unchanged_inputs()
        manifest = read_manifest(self.folder)
        written = [
            path
            for path in self.evidence.contents()
            if path.is_file() and path not in self._before and path.name != "manifest.json"
        ]
        record = {
            "step": self.name,
            "key": self.evidence.step_keys.by_step(inputs)[self.name],
            "code": self.evidence.step_keys.code(self.name),
            "run_by": "hand" if self.by_hand else "papermill",
            "seconds": round(time.monotonic() - self._started, 2),
            "rows": self.rows,
            "facts": self.facts,
            "outputs": {path.relative_to(self.folder).as_posix(): hash_file(path) for path in written},
        }
        steps = [known for known in manifest.get("steps", []) if known["step"] != self.name] + [record]
        write_manifest(self.folder, {**self._heading(inputs), "steps": steps})
        if self.by_hand:
            self._secluded.close()
            if self.name == STEPS[-1]:
                self.evidence.publish()
            self.evidence.lock.release()
        else:
            self.evidence.lock.close_step()

    def _unchanged_inputs(self) -> Mapping[str, str]:
        """Hashes of the files that the run reads, which are those they had when the step was opened."""
        inputs = self.evidence.step_keys.input_hashes()
        both = sorted(inputs.keys() | self._inputs.keys())
        if changed := [name for name in both if inputs.get(name) != self._inputs.get(name)]:
            message = f"was changed while {self.name} was at work on it."
            remedy = f"Run again, to read it as it is now: inspection run {self.parameters.called}"
            raise InspectionError(Problem(name, "", "", message, remedy) for name in changed)
        return inputs

    def _heading(self, inputs: Mapping[str, str]) -> dict[str, Any]:
        return {
            "inspection": self.parameters.inspection.id,
            "force": self.parameters.force.force,
            "fictional": self.parameters.force.fictional,
            "parameters": self.parameters.model_dump(mode="json"),
            "inputs": inputs,
            "audit": self.evidence.step_keys.audit_hashes(),
            "packages": {"python": platform.python_version(), **package_versions()},
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
        When no force is chosen, its parameters have problems, or an earlier step has not been run; by hand
        also where the evidence was made from another parameter file.
    """
    by_hand = not parameters
    checked = load_by_hand(force) if by_hand else Parameters.model_validate(dict(parameters))
    evidence = EvidenceFolder(PROJECT / evidence_folder, checked)
    earlier = list(STEPS[: STEPS.index(name)])
    with ExitStack() as private:
        if by_hand:
            private.enter_context(secluded())
            evidence.refuse_another_file()
            evidence.lock.take(BY_HAND)
            if earlier:
                evidence.reopen()
            evidence.prepare()
        else:
            evidence.lock.open_step()
        if missing := [step for step in earlier if step not in evidence.steps_done()]:
            raise InspectionError([not_run_yet(evidence, missing[0])])
        evidence.keep_only(earlier)
        before = frozenset(path for path in evidence.contents() if path.is_file())
        if by_hand:
            private.enter_context(temporary_files_in(evidence.temporary))
        inputs = evidence.step_keys.input_hashes()
        return Step(name, evidence, by_hand, _before=before, _inputs=inputs, _secluded=private.pop_all())


def load_by_hand(force: str) -> Parameters:
    """Read the parameters of the force that stands in a notebook's parameters cell.

    Parameters
    ----------
    force : str
        The name of a file in ``parameters/``, such as ``northshire``, or the full path of another one.

    Raises
    ------
    InspectionError
        When no force is chosen, or its parameters have problems.
    """
    if force.endswith(".yml"):
        return load_parameters(force)
    path = PROJECT / "parameters" / f"{force}.yml"
    if not path.is_file():
        names = sorted(file.stem for file in path.parent.glob("*.yml") if file.name not in SHARED_FILES)
        remedy = (
            f'In the cell tagged "parameters", write one of: {", ".join(names)}. Or write the full path '
            "of the force's file. Then run all cells again."
        )
        raise InspectionError(
            [Problem("this notebook", "force", force, f'is "{force}": no force is chosen.', remedy)]
        )
    return load_parameters(path)
