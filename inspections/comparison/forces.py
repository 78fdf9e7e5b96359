"""What forces have released, read side by side: the only evidence a comparison may use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from parameters import InspectionError, Problem
from parameters.problems import as_written
from parameters.spreadsheet_text import unguarded

__all__ = ["NATIONAL", "ForceRelease", "forces_with_release", "read_earlier", "read_forces"]

NATIONAL = "national"
"""Name of the folder, beside those of the forces, that holds what all of them say together."""

_TABLES = ("indicators", "answers", "balance")
_FILES = ("force.json", "findings.json", *(f"{table}.csv" for table in _TABLES))
_SAME = {
    "period": "cases of another period",
    "frame": "another kind of cases",
    "codebook": "another codebook",
    "coding": "another way of coding",
}


@dataclass(frozen=True)
class ForceRelease:
    """The release folder of one force.

    Attributes
    ----------
    facts : dict
        ``force.json``.
    indicators, answers, balance : DataFrame
        The released tables; hidden numbers are missing.
    findings : list of dict
        ``findings.json``.
    digests : dict
        SHA-256 of each file read, by its name.
    """

    facts: dict[str, Any]
    indicators: pd.DataFrame
    answers: pd.DataFrame
    balance: pd.DataFrame
    findings: list[dict[str, Any]]
    digests: dict[str, str]

    @property
    def force(self) -> str:
        """The force's short name, as in its folder."""
        return str(self.facts["force"])

    @property
    def name(self) -> str:
        """The force's name, as printed."""
        return str(self.facts["name"])

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the digests of all files read."""
        return hashlib.sha256("\0".join(self.digests.values()).encode("utf-8")).hexdigest()


def forces_with_release(inspection: Path) -> list[str]:
    """Names of the forces with a finished release folder in an inspection's evidence, by the alphabet."""
    folders = (path.parents[1] for path in inspection.glob("*/release/force.json"))
    return sorted(folder.name for folder in folders if not folder.suffix)


def read_forces(inspection: Path, forces: Sequence[str]) -> list[ForceRelease]:
    """Read the release folders of forces that can be compared.

    Parameters
    ----------
    inspection : Path
        ``evidence/<inspection>``.
    forces : sequence of str
        Short names.

    Returns
    -------
    list of ForceRelease
        In the order of the alphabet of their printed names, whatever the order given.

    Raises
    ------
    InspectionError
        When fewer than two forces are given, one has no release folder, or they were not inspected in the
        same way: of the same period and cases, by the same codebook.
    """
    if len(set(forces)) < 2:
        remedy = "Name two forces or more, and run each first: inspection run <force>"
        raise InspectionError(
            [Problem("inspection compare", "forces", "", "are fewer than two that have evidence.", remedy)]
        )
    releases = _read(inspection, forces)
    if problems := list(_not_alike(releases)):
        raise InspectionError(problems)
    return releases


def read_earlier(inspection: Path, now: Sequence[ForceRelease]) -> list[ForceRelease]:
    """Read the release folders of an earlier inspection of the same forces.

    Parameters
    ----------
    inspection : Path
        ``evidence/<earlier inspection>``.
    now : sequence of ForceRelease
        The forces compared; those that were not inspected then are left out.

    Raises
    ------
    InspectionError
        When none of them was inspected then, or the two periods share days: the difference of two counts of
        the same cases can tell a hidden one.
    """
    known = set(forces_with_release(inspection))
    releases = _read(inspection, [release.force for release in now if release.force in known])
    if not releases:
        remedy = (
            "Give the folder of an inspection, such as evidence/rasso-2024, in which the forces' folders are."
        )
        raise InspectionError(
            [Problem(str(inspection), "", "", "holds no release folder of any of these forces.", remedy)]
        )
    periods = {release.force: release.facts["period"] for release in now}
    shared = [
        release
        for release in releases
        if release.facts["period"]["end"] >= periods[release.force]["start"]
        and release.facts["period"]["start"] <= periods[release.force]["end"]
    ]
    if shared:
        remedy = "Compare with an earlier period: a case counted twice may be told by subtraction."
        raise InspectionError(
            Problem(
                f"{release.force}/release/force.json",
                "period",
                "",
                "shares days with the period now.",
                remedy,
            )
            for release in shared
        )
    return releases


def _read(inspection: Path, forces: Iterable[str]) -> list[ForceRelease]:
    folders = [inspection / force / "release" for force in sorted(set(forces))]
    problems = [
        Problem(
            str(folder / name),
            "",
            "",
            "is not there.",
            f"Run the force first: inspection run {folder.parent.name}",
        )
        for folder in folders
        for name in _FILES
        if not (folder / name).is_file()
    ]
    if problems:
        raise InspectionError(problems)
    return sorted((_read_folder(folder) for folder in folders), key=lambda release: release.name)


def _read_folder(folder: Path) -> ForceRelease:
    remedy = f"Run the force again: inspection run {folder.parent.name}"
    with as_written(f"{folder.parent.name}/release", remedy=remedy):
        tables = {
            name: pd.read_csv(
                folder / f"{name}.csv", keep_default_na=False, na_values=[""], dtype={"group": str}
            )
            for name in _TABLES
        }
        for table in tables.values():
            words = [str(name) for name in table if not pd.api.types.is_numeric_dtype(table[name])]
            table[words] = table[words].map(lambda cell: unguarded(cell) if isinstance(cell, str) else cell)
        texts = {name: (folder / name).read_bytes() for name in _FILES}
        return ForceRelease(
            facts=json.loads(texts["force.json"]),
            findings=json.loads(texts["findings.json"]),
            digests={name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
            **tables,
        )


def _not_alike(releases: Sequence[ForceRelease]) -> Iterable[Problem]:
    first = releases[0]
    for release in releases[1:]:
        for fact, words in _SAME.items():
            if release.facts[fact] != first.facts[fact]:
                yield Problem(
                    f"{release.force}/release/force.json",
                    fact,
                    "",
                    f"is not that of {first.name}: it was inspected on {words}.",
                    "Run both forces again with the same inspection.yml and codebook.",
                )
