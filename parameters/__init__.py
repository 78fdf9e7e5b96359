"""What to ask of which force: one YAML file per force, the shared inspection design, and their checks.

As every room stands on this one, it also holds what all of them need to read and write files safely: `disk`,
`plain_yaml`, `archives`, `long_cells`, `spreadsheet_text`; how a day is written in a text (`written_dates`);
and how files, commands and mistakes are told to a person (`paths`, `problems`, `suggestions`).
"""

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
