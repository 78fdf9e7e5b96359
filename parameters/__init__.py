"""What to ask of which force: one YAML file per force, the shared inspection design, and their checks."""

from __future__ import annotations

from pathlib import Path

from parameters.problems import InspectionError, Problem

PROJECT = Path(__file__).resolve().parent.parent

__all__ = ["PROJECT", "InspectionError", "Problem"]
