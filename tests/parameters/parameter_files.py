"""The smallest parameter files that are right, to be spoilt one mistake at a time."""

from pathlib import Path

INSPECTION = """\
id: trial-2026
name: Trial inspection
period: {start: 2025-04-01, end: 2026-03-31}
sample: {size: 12}
seed: "any words"
report:
  title: Trial
  publisher: Inspectorate
  author: Team
  published: 2026-11-12
  contact: team@inspectorate.example
"""
FORCE = """\
force: westmoor
name: Westmoor Police
sources:
  cases:
    path: cases.csv
    columns: {case_id: Ref, closed_on: Closed, outcome_type: Outcome}
  notes:
    path: notes.csv
    columns: {case_id: Ref, text: Note}
"""


def write(
    folder: Path, *, force: str = FORCE, inspection: str = INSPECTION, name: str = "westmoor.yml"
) -> Path:
    (folder / "inspection.yml").write_text(inspection, encoding="utf-8")
    (folder / name).write_text(force, encoding="utf-8")
    return folder / name
