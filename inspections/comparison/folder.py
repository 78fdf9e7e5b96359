"""The national release folder: made by the comparison notebook, put in place in one move.

``evidence/<inspection>/national/`` holds ``release/`` (all that the national report may read),
``notebooks/`` (the notebook as it ran) and ``manifest.json`` (the released files it was made from, by hash).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from inspections.charts import Chart
from inspections.comparison.forces import NATIONAL, ForceRelease, read_earlier, read_forces
from inspections.comparison.missing import Missing, forces_to_compare
from inspections.evidence import unfinished_of
from inspections.release import write_charts, write_csv, write_json
from parameters import PROJECT, InspectionError, Problem

__all__ = ["NOTEBOOK", "Comparison", "inspection_folder", "open_comparison"]

NOTEBOOK = "4_force_comparison"


@dataclass(frozen=True)
class Comparison:
    """What the comparison notebook reads, and the unfinished folder it writes to.

    Attributes
    ----------
    inspection : Path
        ``evidence/<inspection>``.
    now, before : tuple of ForceRelease
        Forces compared, and those of them inspected earlier; none where no earlier inspection was named.
    missing : tuple of Missing
        Forces without a whole result, which a person let it go on without.
    """

    inspection: Path
    now: tuple[ForceRelease, ...]
    before: tuple[ForceRelease, ...]
    missing: tuple[Missing, ...] = ()

    @property
    def folder(self) -> Path:
        """Folder of a finished comparison."""
        return self.inspection / NATIONAL

    @property
    def unfinished(self) -> Path:
        """Folder of a comparison under way."""
        return unfinished_of(self.folder)

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write a table of released numbers as ``release/<name>.csv``."""
        write_csv(self.unfinished / "release", name, table)

    def write_charts(self, charts: Iterable[Chart]) -> None:
        """Write the charts, each with its numbers."""
        write_charts(self.unfinished / "release", [(chart, None) for chart in charts])

    def close(self, facts: Mapping[str, Any]) -> Path:
        """Write the facts and the manifest, and give the folder its final name.

        Parameters
        ----------
        facts : mapping
            What was compared and how, beyond what the forces' own facts say.

        Returns
        -------
        Path
            ``evidence/<inspection>/national``.
        """
        write_json(self.unfinished / "release", NATIONAL, {**self._heading(), **facts})
        inputs = {
            f"{folder.facts['inspection']['id']}/{folder.force}/release/{name}": digest
            for folder in (*self.now, *self.before)
            for name, digest in folder.digests.items()
        }
        text = json.dumps({"notebook": NOTEBOOK, "inputs": inputs}, indent=2, ensure_ascii=False)
        (self.unfinished / "manifest.json").write_text(f"{text}\n", encoding="utf-8")
        previous = self.folder.with_name(f"{NATIONAL}.previous")
        shutil.rmtree(previous, ignore_errors=True)
        if self.folder.exists():
            self.folder.rename(previous)
        self.unfinished.rename(self.folder)
        shutil.rmtree(previous, ignore_errors=True)
        return self.folder

    def _heading(self) -> dict[str, Any]:
        latest = max(self.now, key=lambda release: release.facts["published"])
        shared = {
            name: latest.facts[name] for name in ("inspection", "period", "published", "report", "codebook")
        }
        return {
            **shared,
            "fictional": all(release.facts["fictional"] for release in self.now),
            "threshold": max(release.facts["disclosure"]["threshold"] for release in self.now),
            "forces": [_described(release) for release in self.now],
            "earlier": [_described(release) for release in self.before],
            "missing": [asdict(force) for force in self.missing],
        }


def inspection_folder(root: Path, inspection: str) -> Path:
    """Folder of an inspection in the evidence.

    Raises
    ------
    InspectionError
        When there is none, with the names of those there are.
    """
    folder = root / inspection
    if not folder.is_dir():
        known = sorted(path.name for path in root.glob("*") if path.is_dir())
        remedy = (
            f"Choose one of: {', '.join(known)}." if known else "Run the forces first: inspection run <force>"
        )
        raise InspectionError([Problem(str(folder), "inspection", folder.name, "is not there.", remedy)])
    return folder


def open_comparison(
    inspection: str,
    forces: Sequence[str],
    *,
    earlier: str,
    evidence_folder: str | os.PathLike[str],
    without: int = 0,
) -> Comparison:
    """Read what forces have released, and start the national folder anew.

    Parameters
    ----------
    inspection : str
        Id of the inspection, a folder in the evidence.
    forces : sequence of str
        Short names of the forces; all that have evidence where none is named.
    earlier : str
        Id of an earlier inspection in the evidence, or the path of its folder; empty without one.
    evidence_folder : path
        Where evidence is kept; a relative path is taken from the project's folder.
    without : int
        How many forces have no whole result and are left out, as a person typed it.

    Raises
    ------
    InspectionError
        When there is no such inspection, its forces cannot be compared, or others are missing than was typed.
    """
    root = PROJECT / evidence_folder
    folder = inspection_folder(root, inspection)
    left, missing = forces_to_compare(folder, forces, without=without)
    now = read_forces(folder, left)
    before = read_earlier(root / earlier, now) if earlier else []
    comparison = Comparison(folder, tuple(now), tuple(before), tuple(missing))
    shutil.rmtree(comparison.unfinished, ignore_errors=True)
    (comparison.unfinished / "release").mkdir(parents=True)
    return comparison


def _described(release: ForceRelease) -> dict[str, Any]:
    facts = release.facts
    return {
        "force": release.force,
        "name": release.name,
        "fictional": facts["fictional"],
        "inspection": facts["inspection"],
        "period": facts["period"],
        "frame": facts["counts"]["frame"],
        "sample": facts["counts"]["sample"],
        "threshold": facts["disclosure"]["threshold"],
        "fingerprint": release.fingerprint,
    }
