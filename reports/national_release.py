"""The national release folder: what all forces together may be said to show, checked as it is read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from parameters import InspectionError, Problem
from parameters.problems import as_written
from reports.labels import typeset
from reports.release import (
    STATUSES,
    CodebookIdentity,
    Indicator,
    Named,
    Period,
    ReportDetails,
    indicator_of,
    read_rows,
)

__all__ = [
    "ComparedForce",
    "ForceMeasure",
    "MissingForce",
    "NationalFacts",
    "NationalRelease",
    "read_national",
]

_REMEDY = "Compare the forces again: inspection compare. The release folder is never edited by hand."
_FACTS = "national.json"


class _Facts(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ComparedForce(_Facts):
    """A force with the length of its list, the files read of it, and a fingerprint of what it released."""

    force: str
    name: str
    fictional: bool
    inspection: Named
    period: Period
    frame: int
    sample: int
    fingerprint: str


class MissingForce(_Facts):
    """A force that is not in the report, and why: ``failed``, ``not finished`` or ``not run``."""

    force: str
    name: str
    why: Literal["failed", "not finished", "not run"]


class NationalFacts(_Facts):
    """``national.json``: what was compared, of whom, who is missing, and how many comparisons were made.

    ``points`` are places in funnels, ``beyond`` those beyond the 95% limits, ``tested`` changes tested.
    """

    inspection: Named
    period: Period
    published: date
    report: ReportDetails
    codebook: CodebookIdentity
    fictional: bool
    threshold: int
    forces: list[ComparedForce]
    earlier: list[ComparedForce]
    missing: list[MissingForce] = []
    points: int
    beyond: int
    tested: int


@dataclass(frozen=True)
class ForceMeasure:
    """One measure in one force: the released row, and where its share lies in the funnel.

    ``limits`` are the 95% limits in per cent; None, and ``standing`` empty, where there is no funnel.
    """

    force: str
    name: str
    source: str
    row: Indicator
    standing: str
    limits: tuple[float, float] | None


@dataclass(frozen=True)
class NationalRelease:
    """Everything the national report may say.

    Parameters
    ----------
    folder : Path
        Where it was read from; figures are copied from here.
    facts : NationalFacts
        Names, period, forces, counts of comparisons.
    measures : tuple of ForceMeasure
        In file order: by pillar and measure, forces in the order of the alphabet.
    funnels, changes, balance, official : list of dict
        Rows of the CSV files, as text.
    figures : list of dict
        As written in ``figures.json``.
    """

    folder: Path
    facts: NationalFacts
    measures: tuple[ForceMeasure, ...]
    funnels: list[dict[str, str]]
    changes: list[dict[str, str]]
    balance: list[dict[str, str]]
    official: list[dict[str, str]]
    figures: list[dict[str, Any]]


def read_national(folder: Path) -> NationalRelease:
    """Read and check the national release folder.

    Parameters
    ----------
    folder : Path
        ``evidence/<inspection>/national/release``.

    Raises
    ------
    InspectionError
        When a file is absent, a status is unknown, a hidden value carries a number, or a figure has no file
        or no text alternative: every such problem at once.
    """
    required = (_FACTS, "measures.csv", "funnels.csv", "figures.json")
    if absent := [name for name in required if not (folder / name).is_file()]:
        raise InspectionError(
            Problem(str(folder / name), "", "", "is not there, so there is nothing to report.", _REMEDY)
            for name in absent
        )
    with as_written("the national release folder", remedy=_REMEDY):
        release = NationalRelease(
            folder=folder,
            facts=_facts(folder / _FACTS),
            measures=tuple(_measure(row) for row in read_rows(folder / "measures.csv")),
            funnels=read_rows(folder / "funnels.csv"),
            changes=read_rows(folder / "changes.csv"),
            balance=read_rows(folder / "balance.csv"),
            official=read_rows(folder / "official.csv"),
            figures=[
                {**figure, "caption": typeset(figure["caption"]), "alt": typeset(figure["alt"])}
                for figure in json.loads((folder / "figures.json").read_text(encoding="utf-8"))
            ],
        )
        problems = [*_measure_problems(release), *_figure_problems(release)]
    if problems:
        raise InspectionError(problems)
    return release


def _facts(path: Path) -> NationalFacts:
    try:
        return NationalFacts.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise InspectionError(
            Problem(_FACTS, ".".join(map(str, detail["loc"])), "", f"is wrong: {detail['msg']}.", _REMEDY)
            for detail in error.errors()
        ) from None


def _measure(row: dict[str, str]) -> ForceMeasure:
    ends = [row["low_95"], row["high_95"]]
    return ForceMeasure(
        force=row["force"],
        name=row["name"],
        source=row["source"],
        row=indicator_of({**row, "indicator": row["measure"]}),
        standing=row["standing"],
        limits=(float(ends[0]), float(ends[1])) if all(ends) else None,
    )


def _measure_problems(release: NationalRelease) -> Iterable[Problem]:
    for measure in release.measures:
        row, where = measure.row, f"{measure.force}, {measure.row.id}, {measure.row.group}"
        if row.status not in STATUSES:
            message = f'has the status "{row.status}", which is not one of: {", ".join(STATUSES)}.'
            yield Problem("measures.csv", where, row.status, message, _REMEDY)
        elif row.status not in ("shown", "zero") and any(
            number is not None for number in (row.numerator, row.value, row.low, row.high, measure.limits)
        ):
            message = f"is {row.status}, yet the row carries a number."
            yield Problem("measures.csv", where, "", message, _REMEDY)


def _figure_problems(release: NationalRelease) -> Iterable[Problem]:
    for figure in release.figures:
        if not str(figure.get("alt", "")).strip():
            yield Problem("figures.json", figure["id"], "", "has no text alternative.", _REMEDY)
        if not (release.folder / figure["file"]).is_file():
            message = f"names the file {figure['file']}, which is not there."
            yield Problem("figures.json", figure["id"], figure["file"], message, _REMEDY)
