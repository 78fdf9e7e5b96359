"""What each step of a run rests on: parameters, data, code and packages, as hashes that change with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inspections.sampling import lost_cases_file
from parameters import PROJECT, Parameters, shown_path

__all__ = [
    "CODE_BEHIND",
    "NOTEBOOKS",
    "NOT_RUN",
    "STEPS",
    "UP_TO_DATE",
    "StepKeys",
    "hash_file",
    "package_versions",
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
UP_TO_DATE, NOT_RUN = "up to date", "not run"
_ABSENT = "absent"
_PACKAGES = ("pandas", "numpy", "scipy", "statsmodels", "spacy", "matplotlib", "seaborn", "papermill")


@dataclass(frozen=True)
class StepKeys:
    """What the steps of one force's run rest on.

    Parameters
    ----------
    parameters : Parameters
        The checked parameters of the force.
    """

    parameters: Parameters

    def inputs(self) -> tuple[Path, ...]:
        """Files that the run reads: the force's extracts and, if there is one, the record of lost cases."""
        lost = lost_cases_file(self.parameters)
        return (*self.parameters.source_files(), *([lost] if lost.is_file() else []))

    def by_step(self, inputs: Mapping[str, str] | None = None) -> dict[str, str]:
        """Hash of all that decides its result: a step is redone when its key changes.

        Parameters
        ----------
        inputs : mapping of str to str, optional
            What :meth:`input_hashes` gave, where that is known: the files may be large.
        """
        inputs = self.input_hashes() if inputs is None else inputs
        keys: dict[str, str] = {}
        plain = self.parameters.model_dump_json(exclude={"force": {"audit"}})
        before = _hash_text(plain, *inputs.values())
        for step in STEPS:
            if step == _AUDITED:
                before = _hash_text(before, *self.audit_hashes().values())
            before = keys[step] = _hash_text(before, self.code(step), *package_versions().values())
        return keys

    def input_hashes(self) -> dict[str, str]:
        """Hash of each input; of one that is not there, that, as the first step tells it best."""
        return {shown_path(path): hash_file(path) if path.is_file() else _ABSENT for path in self.inputs()}

    def audit_hashes(self) -> dict[str, str]:
        """Hash of what is said of the audit, and of each of its files: only the findings rest on it."""
        audit = self.parameters.force.audit
        if audit is None:
            return {}
        files = {shown_path(path): hash_file(path) for path in audit.files()}
        return {"audit": _hash_text(audit.model_dump_json()), **files}

    def code(self, step: str) -> str:
        """Hash of the notebook of a step and of the code and codebook that no earlier step rests on."""
        files = [NOTEBOOKS / f"{step}.ipynb"]
        for pattern in CODE_BEHIND[step]:
            files += sorted(PROJECT.glob(pattern))
        if step == "2_note_coding":
            files += sorted((PROJECT / self.parameters.inspection.codebook).glob("*.yml"))
        return _hash_text(*map(hash_file, files))

    def states(self, manifest: Mapping[str, Any]) -> dict[str, str]:
        """How each step of a record stands: up to date, what has changed that it rests on, or not run."""
        records = {record["step"]: record for record in manifest.get("steps", [])}
        inputs = self.input_hashes()
        keys, changed = self.by_step(inputs), self._changed(manifest, inputs) if records else []
        states: dict[str, str] = {}
        for step in STEPS:
            if step not in records:
                states[step] = NOT_RUN
                continue
            if step == _AUDITED and manifest.get("audit", {}) != self.audit_hashes():
                changed = [*changed, "audit"]
            if records[step].get("code") != self.code(step):
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
            "packages": versions == package_versions(),
        }
        return [what for what, same in compared.items() if not same]


def package_versions() -> dict[str, str]:
    """Versions of the packages whose change can change a result."""
    return {package: version(package) for package in _PACKAGES}


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _but_for_the_audit(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Plain parameters without the audit, which only the findings rest on."""
    return {**parameters, "force": {**parameters["force"], "audit": None}}


def _hash_text(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()
