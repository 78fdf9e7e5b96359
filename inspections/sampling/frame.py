"""The frame: the list of cases that could have been chosen, and how it came about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from inspections.columns import column
from parameters import models
from parameters.fields import Table

__all__ = ["Frame", "TrailStep", "build_frame", "frame_hash", "select_offences"]


@dataclass(frozen=True)
class TrailStep:
    """Rows in and out of one step, why the others left, and what the rows are."""

    step: str
    rows_in: int
    rows_out: int
    why: str
    rows: Table | Literal["units"] = "cases"


@dataclass(frozen=True)
class Frame:
    """The cases that could be drawn, ordered by reference, and how the list came about."""

    cases: pd.DataFrame
    trail: tuple[TrailStep, ...]


def select_offences(cases: pd.DataFrame, offence_codes: Sequence[str] | str) -> pd.DataFrame:
    """Cases of the offences inspected, whatever their dates; all of them when ``offence_codes`` is "all"."""
    if isinstance(offence_codes, str):
        return cases
    return cases[column(cases, "offence_code").isin(offence_codes)]


def build_frame(
    cases: pd.DataFrame,
    frame: models.Frame,
    *,
    period: models.Period,
    notes_per_case: pd.Series | None = None,
    minimum_notes: int = 0,
) -> Frame:
    """List the cases that could be drawn, and account for every case that is not on the list.

    Parameters
    ----------
    cases : DataFrame
        The force's cases, one row each (``case_id`` unique).
    frame : parameters.models.Frame
        Date basis, offence codes and outcome types.
    period : parameters.models.Period
        First and last day, both included, on the date basis chosen.
    notes_per_case : Series, optional
        Number of notes by case reference; needed when ``minimum_notes`` is above zero.
    minimum_notes : int
        Cases with fewer notes leave the list: there is nothing to read.

    Returns
    -------
    Frame
        Cases ordered by reference, and one trail step a rule.
    """
    dates = pd.to_datetime(column(cases, f"{frame.date_basis}_on"))
    within = dates.between(pd.Timestamp(period.start), pd.Timestamp(period.end))
    steps = [
        (f"{frame.date_basis} date known", dates.notna(), f"no {frame.date_basis} date"),
        (
            "within the period",
            within,
            f"{frame.date_basis} before {_day(period.start)} or after {_day(period.end)}",
        ),
        (
            "offences inspected",
            cases.index.isin(select_offences(cases, frame.offence_codes).index),
            "another offence code, or none recorded",
        ),
    ]
    if not isinstance(frame.outcome_types, str):
        wanted = column(cases, "outcome_type").isin(frame.outcome_types)
        steps.append(("outcomes inspected", wanted, "another outcome type, or none recorded"))
    if minimum_notes > 0:
        counts = pd.Series(dtype=int) if notes_per_case is None else notes_per_case
        enough = cases["case_id"].map(counts).fillna(0) >= minimum_notes
        steps.append(("notes to read", enough, f"fewer than {minimum_notes} investigation notes"))
    kept, trail = cases, []
    for step, passes, why in steps:
        remaining = kept[pd.Series(passes, index=cases.index).loc[kept.index].to_numpy(dtype=bool)]
        trail.append(TrailStep(step, len(kept), len(remaining), why))
        kept = remaining
    return Frame(kept.sort_values("case_id", ignore_index=True), tuple(trail))


def frame_hash(frame: Frame) -> str:
    """Fingerprint of the frozen list: SHA-256 of its case references in order.

    Only references enter, so correcting a date in one case does not draw a new sample. How the cases are
    grouped is in `strata_hash`; the hashes of the force's files, kept beside both, cover everything else.
    """
    return list_hash(sorted(map(str, frame.cases["case_id"])))


def list_hash(entries: Sequence[object]) -> str:
    """SHA-256 of a list as JSON."""
    return hashlib.sha256(json.dumps(entries, ensure_ascii=False).encode("utf-8")).hexdigest()


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
