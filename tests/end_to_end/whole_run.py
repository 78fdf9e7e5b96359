"""A whole run as a user makes it: the notebooks of a force, and its report by the embedded path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from project_copy import copy_project

from inspections.runner import run_force
from parameters import Parameters, load_parameters
from reports import RenderedReport, refresh, render

__all__ = ["WholeRun", "render_report", "whole_run"]


@dataclass(frozen=True)
class WholeRun:
    evidence: Path
    root: Path
    report: RenderedReport


def whole_run(parameter_file: Path, folder: Path) -> WholeRun:
    """Run the notebooks and render the report in a copy of the project's texts."""
    parameters = load_parameters(parameter_file)
    result = run_force(parameters, folder / "evidence", tell=lambda _: None)
    assert result.evidence is not None
    return render_report(parameters, result.evidence, folder / "project")


def render_report(parameters: Parameters, evidence: Path, root: Path) -> WholeRun:
    """Render the report of a finished run in a copy of the project's texts."""
    copy_project(root)
    force = parameters.force.force
    refresh(force, evidence / "release", root=root)
    (report,) = render([force], site_folder=root / "_site", root=root)
    return WholeRun(evidence, root, report)
