"""A project with one rendered report and the restricted evidence behind it, for the release gate to judge."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from release_folder import build_release
from ruamel.yaml import YAML

from reports import refresh, render

FORCE = "northshire"
IDENTIFIERS = [
    ("name", "quillfeather", True, False),
    ("reference", "NSFIC/000151/23", True, False),
    ("telephone number", "07700 900123", True, False),
]
HIDDEN = {("effort-more-on-victim", "police NFA"): (3, 7), ("victim-doubt-rebutted", "force"): (5, 24)}
"""Numbers that disclosure control hid."""

SIGNED = {
    "author": "Ruth Marlowe",
    "signatures": [
        {"for": what, "by": by, "role": "a role", "date": "2026-11-03", "why": "Looked at it."}
        for what, by in {
            "coding audit": "Judith Penwarden",
            "disclosure": "Judith Penwarden",
            "factual accuracy": "Ruth Marlowe",
            "release": "Oliver Strathmere",
        }.items()
    ],
    "overrides": [],
}


@dataclass(frozen=True)
class Gated:
    """Where a project's parts are."""

    root: Path

    @property
    def evidence(self) -> Path:
        """Evidence of the force."""
        return self.root / "evidence" / "rasso-2026" / FORCE

    @property
    def site(self) -> Path:
        """The rendered site."""
        return self.root / "_site"

    @property
    def folder(self) -> Path:
        """The author's texts."""
        return self.root / "reports" / FORCE

    @property
    def page(self) -> Path:
        """The report in HTML."""
        return self.site / "reports" / FORCE / "index.html"

    def sign(self, **changed: Any) -> None:
        """Write release.yml, complete but for what is changed."""
        with (self.folder / "release.yml").open("w", encoding="utf-8") as file:
            YAML().dump({**SIGNED, **changed}, file)


def build_gated(root: Path) -> Gated:
    """Build evidence, refresh and render the report in a copy of the project."""
    gated = Gated(root)
    release = build_release(gated.evidence / "release", force=FORCE, name="Northshire Police")
    extracts = json.loads((release / "extracts.json").read_text(encoding="utf-8"))
    refresh(FORCE, release, root=root)
    render([FORCE], site_folder=gated.site, root=root)
    _restricted(gated.evidence / "restricted", release, extracts)
    approvals = [{name: entry[name] for name in ("id", "approved_by", "approved_on")} for entry in extracts]
    manifest = {
        "parameters": {"inspection": {"seed": "a seed"}, "force": {"approved_extracts": approvals}},
        "packages": {"python": "3.11"},
        "steps": [{"step": "3_findings", "outputs": _outputs(gated.evidence)}],
    }
    (gated.evidence / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    gated.sign()
    return gated


def _restricted(folder: Path, release: Path, extracts: list[dict[str, Any]]) -> None:
    folder.mkdir()
    columns = ["kind", "value", "sure", "small"]
    pd.DataFrame(IDENTIFIERS, columns=columns).to_parquet(folder / "identifiers.parquet")
    notes = ["IP Quillfeather walked back along the canal with him after the quiz and he kept her bag."]
    pd.DataFrame({"text": notes}).to_parquet(folder / "notes.parquet")
    pd.DataFrame(extracts)[["id", "text"]].to_csv(folder / "extracts.csv", index=False)
    measured = pd.read_csv(release / "indicators.csv")
    for (name, group), (numerator, denominator) in HIDDEN.items():
        row = (measured["indicator"] == name) & (measured["group"] == group)
        measured.loc[row, ["numerator", "denominator"]] = numerator, denominator
        measured.loc[row, "value"] = 100 * numerator / denominator
    measured.to_parquet(folder / "indicators.parquet")


def _outputs(evidence: Path) -> dict[str, str]:
    return {
        path.relative_to(evidence).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((evidence / "release").rglob("*"))
        if path.is_file()
    }
