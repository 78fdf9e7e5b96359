"""What to ask of which force: one YAML file per force, the shared inspection design, and their checks."""

from __future__ import annotations

from parameters.loading import load_parameters
from parameters.models import Force, Inspection, Parameters
from parameters.paths import PROJECT, shown_path
from parameters.problems import InspectionError, Problem

__all__ = [
    "PROJECT",
    "Force",
    "Inspection",
    "InspectionError",
    "Parameters",
    "Problem",
    "load_parameters",
    "shown_path",
]
