"""Which cases are inspected: the frame, and a sample that anyone can draw again.

The frame is the list of cases that could have been chosen. It is frozen first and its hash kept; the order of
the draw comes from the seed *and* that hash, so nobody who knew the seed beforehand could have steered the
list, and nobody who has both can draw a different sample.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from inspections.hashing import keyed_hash
from parameters import models
from parameters.problems import InspectionError, Problem

__all__ = ["Frame", "Sample", "TrailStep", "build_frame", "draw_sample", "frame_hash", "select_offences"]

NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class TrailStep:
    """Rows in and out of one step, why the others left, and what the rows are."""

    step: str
    rows_in: int
    rows_out: int
    why: str
    rows: Literal["cases", "notes", "outcomes", "units"] = "cases"


@dataclass(frozen=True)
class Frame:
    """The cases that could be drawn, ordered by reference, and how the list came about."""

    cases: pd.DataFrame
    trail: tuple[TrailStep, ...]


@dataclass(frozen=True)
class Sample:
    """The cases drawn.

    Attributes
    ----------
    cases : DataFrame
        Columns of the frame plus ``stratum``, ``weight`` (cases of the frame it stands for) and ``order``
        (1 is read first).
    strata : DataFrame
        One row a stratum: ``stratum, frame, wanted, sample, weight``.
    remarks : tuple of str
        What a reader must know about the draw, such as a stratum that ran out.
    frame_hash, effective_seed : str
        The frozen list's fingerprint, and the seed made of it and the inspection's own.
    """

    cases: pd.DataFrame
    strata: pd.DataFrame
    remarks: tuple[str, ...]
    frame_hash: str
    effective_seed: str


def select_offences(cases: pd.DataFrame, offence_codes: Sequence[str] | str) -> pd.DataFrame:
    """Cases of the offences inspected, whatever their dates; all of them when ``offence_codes`` is "all"."""
    if isinstance(offence_codes, str):
        return cases
    return cases[_column(cases, "offence_code").isin(offence_codes)]


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
    column = f"{frame.date_basis}_on"
    dates = pd.to_datetime(_column(cases, column))
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
        wanted = _column(cases, "outcome_type").isin(frame.outcome_types)
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

    Only references enter, so correcting a date in one case does not draw a new sample; the hashes of the
    force's files, kept beside this one, cover everything else.
    """
    references = sorted(map(str, frame.cases["case_id"]))
    return hashlib.sha256(json.dumps(references, ensure_ascii=False).encode("utf-8")).hexdigest()


def draw_sample(
    frame: Frame, sample: models.Sample, *, seed: str, file: str = "parameters/inspection.yml"
) -> Sample:
    """Draw the case files to read, the same way on every machine.

    Cases are ordered by a hash of the effective seed and their reference; each stratum gives its first ones.
    Places are dealt to the strata one at a time, so a stratum too short for its share passes the rest on.

    Parameters
    ----------
    frame : Frame
        The frozen list.
    sample : parameters.models.Sample
        Design, strata column and size.
    seed : str
        The inspection's seed.
    file : str
        Parameter file named in an error.

    Raises
    ------
    InspectionError
        When the sample is larger than the frame, or too small to reach every stratum.
    """
    fingerprint = frame_hash(frame)
    effective = keyed_hash(seed, fingerprint)
    cases = frame.cases.assign(
        stratum=_strata(frame.cases, sample),
        draw=[keyed_hash(effective, ref) for ref in frame.cases["case_id"]],
    )
    sizes = {str(name): int(count) for name, count in cases["stratum"].value_counts().sort_index().items()}
    size = len(cases) if isinstance(sample.size, str) else sample.size
    _check_size(size, sizes, file=file)
    strata = _strata_table(size, sizes, sample)
    in_stratum = strata.set_index("stratum")
    cases = cases.sort_values("draw")
    taken = cases.groupby("stratum").cumcount() < cases["stratum"].map(in_stratum["sample"])
    drawn = cases[taken].drop(columns="draw").reset_index(drop=True)
    drawn["weight"] = drawn["stratum"].map(in_stratum["weight"]).astype(float)
    drawn["order"] = range(1, len(drawn) + 1)
    return Sample(drawn, strata, _remarks(strata), fingerprint, effective)


def _column(cases: pd.DataFrame, name: str) -> pd.Series:
    """A column, or one of nothing where the force does not record it."""
    return cases[name] if name in cases else pd.Series(None, index=cases.index, dtype=object)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _strata(cases: pd.DataFrame, sample: models.Sample) -> pd.Series:
    if sample.design == "simple":
        return pd.Series("all cases", index=cases.index)
    return _column(cases, sample.strata).astype(object).fillna(NOT_RECORDED).astype(str)


def _strata_table(size: int, sizes: dict[str, int], sample: models.Sample) -> pd.DataFrame:
    if sample.size == "all":
        wanted = drawn = sizes
    else:
        unlimited = dict.fromkeys(sizes, size)
        wanted = _deal_places(size, sizes, room=unlimited, allocation=sample.allocation)
        drawn = _deal_places(size, sizes, room=sizes, allocation=sample.allocation)
    strata = pd.DataFrame({"frame": sizes, "wanted": wanted, "sample": drawn}, dtype="int64")
    strata["weight"] = strata["frame"] / strata["sample"]
    return strata.rename_axis("stratum").reset_index()


def _deal_places(
    size: int, sizes: dict[str, int], *, room: dict[str, int], allocation: str
) -> dict[str, int]:
    """Deal places one at a time to the stratum that has the best claim to the next and still has room.

    Equal allocation: the one with fewest places. Proportional: one without any, then the one whose cases are
    most thinly covered (Webster's rule). Ties go to the longer list, then by name.
    """
    places = dict.fromkeys(sorted(sizes), 0)

    def claim(name: str) -> tuple[float, float]:
        if allocation == "equal":
            return (-places[name], sizes[name])
        return (places[name] == 0, sizes[name] / (2 * places[name] + 1))

    for _ in range(size):
        places[max((name for name in places if places[name] < room[name]), key=claim)] += 1
    return places


def _check_size(size: int, sizes: dict[str, int], *, file: str) -> None:
    available = sum(sizes.values())
    if available == 0:
        message = "cannot be met: the frame holds no case."
        remedy = "No case passed the frame's rules. Check the period, the offence codes and the date columns."
        raise InspectionError([Problem(file, "sample.size", str(size), message, remedy)])
    if size > available:
        message = f"is {size}, but the frame holds {available} cases."
        remedy = f'Lower it to {available} or fewer, or write "all".'
        raise InspectionError([Problem(file, "sample.size", str(size), message, remedy)])
    if size < len(sizes):
        message = f"is {size}, but the frame has {len(sizes)} strata: {', '.join(sizes)}."
        remedy = f"Raise it to {len(sizes)} or more, so that no stratum goes unread, or use design: simple."
        raise InspectionError([Problem(file, "sample.size", str(size), message, remedy)])


def _remarks(strata: pd.DataFrame) -> tuple[str, ...]:
    places = zip(strata["stratum"], strata["frame"], strata["wanted"], strata["sample"], strict=True)
    return tuple(
        f"Stratum '{stratum}' holds {frame} cases, {wanted - drawn} fewer than its share of {wanted}: all "
        "were taken and the places left went to the other strata."
        for stratum, frame, wanted, drawn in places
        if drawn < wanted
    )
