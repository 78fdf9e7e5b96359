"""The release folder of a force: the only evidence a report may read, checked as it is read."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from parameters import InspectionError, Problem
from parameters.problems import as_written
from parameters.spreadsheet_text import unguarded
from reports.labels import method_label, typeset

__all__ = [
    "CORRECTED",
    "COUNTED",
    "STATUSES",
    "Audit",
    "Finding",
    "ForceFacts",
    "Indicator",
    "Release",
    "Strand",
    "indicator_of",
    "read_release",
    "read_rows",
]

COUNTED, CORRECTED = "effort-balance", "effort-balance-corrected"
"""The balance of effort as the program counts it, and as a settled audit puts it right."""
STATUSES = ("shown", "suppressed", "zero", "missing", "not recorded")

_FORCE_GROUP = "force"
_REMEDY = "Run the findings notebook of the force again; the release folder is never edited by hand."


class _Facts(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Named(_Facts):
    """A thing with a short id for folders and a name for print."""

    id: str
    name: str


class Period(_Facts):
    """First and last day inspected."""

    start: date
    end: date


class ReportDetails(_Facts):
    """Who publishes the report and how to reach them."""

    publisher: str
    contact: str = ""


class Counts(_Facts):
    """How many cases could be drawn, how many were, and what was read in them."""

    frame: int
    sample: int
    notes: int
    units: int


class Frame(_Facts):
    """Which cases could be drawn."""

    date_basis: str
    offence_codes: list[str] | str
    outcome_types: list[str] | str


class Design(_Facts):
    """Which fields the cases were grouped by before files were drawn; ``none`` where only one was used."""

    strata: str
    crossed_with: str = "none"


class Stratum(_Facts):
    """A group of the frame: its length, the files planned and read, their weight; None where suppressed."""

    stratum: str
    frame: int | None
    planned: int | None
    sample: int | None
    weight: float | None


class DipSample(_Facts):
    """Case files of one outcome type, read beside the sample."""

    outcome: str
    label: str
    asked: int | str


class TrailStep(_Facts):
    """Rows in and out of one operation, and why rows left."""

    step: str
    rows_in: int
    rows_out: int
    why: str = ""


class CodebookIdentity(_Facts):
    """Which codebook was used, to the byte."""

    version: str
    hash: str


class CodeError(_Facts):
    """How often one code, or any of an orientation, was right on coded case files; shares from 0 to 1."""

    code: str
    title: str
    precision: float | None
    recall: float | None
    f1: float | None
    low: float | None
    high: float | None
    gold: int
    found: int


class CodingError(_Facts):
    """How often the coding was right on coded case files, and who had coded those."""

    warning: str
    writers: int
    cases: int
    units: int
    codes: list[CodeError]


class Coding(_Facts):
    """Who read the notes and how the readings were joined; `reader` is empty where the rules stood alone."""

    combine: str
    reader_from: float
    reader: str
    error: CodingError | None


class AuditedOrientation(_Facts):
    """How coders agreed on an orientation, and how right the program is by them; None where not told."""

    name: str
    status: str
    enough: bool
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None


class Audit(_Facts):
    """A settled audit of the coding of the force's notes."""

    round: str
    settled_on: date
    coders: int
    adjudicated: bool
    units: int
    all_units: int
    all_forces: int
    orientations: list[AuditedOrientation]


class PublishedByDecision(_Facts):
    """A row published whatever its counts: of which table, why, and who decided it when."""

    table: str
    row: str
    reason: str
    approved_by: str
    approved_on: date


class Disclosure(_Facts):
    """Smallest number of cases shown and why, what counts are rounded to, and rows a person had published."""

    threshold: int
    reason: str
    rounded_to: int
    exceptions: list[PublishedByDecision]


class ForceFacts(_Facts):
    """``force.json``: names, dates, counts, design and provenance of one force's inspection."""

    force: str
    name: str
    fictional: bool
    inspection: Named
    period: Period
    published: date
    report: ReportDetails
    counts: Counts
    frame: Frame
    design: Design
    strata: list[Stratum]
    replacement_rule: str
    dip_samples: list[DipSample]
    trail: list[TrailStep]
    codebook: CodebookIdentity
    coding: Coding
    audit: Audit | None = None
    seed_hash: str
    frame_hash: str
    strata_hash: str
    disclosure: Disclosure


@dataclass(frozen=True)
class Indicator:
    """One row of ``indicators.csv``: a measure, for the whole force or for one group of its case files.

    ``numerator`` and ``denominator`` are counts; ``value``, ``low`` and ``high`` are in ``unit`` (per cent,
    balance, days or count) and are None unless ``status`` is shown or zero. ``cases`` is how many cases stand
    behind the number, which counts units of several from one case.
    """

    id: str
    label: str
    pillar: int
    group: str
    unit: str
    numerator: int | None
    denominator: int | None
    value: float | None
    low: float | None
    high: float | None
    interval: str
    base: str
    status: str
    caveat: str
    definition: str
    cases: int | None

    @property
    def whole_force(self) -> bool:
        """Whether the row speaks of all case files of the force rather than of a group."""
        return self.group == _FORCE_GROUP

    @property
    def finding_id(self) -> str:
        """Id of the finding about this row, whether or not the inspection made one."""
        return f"{self.id}-{self.group}".replace(" ", "-")


@dataclass(frozen=True)
class Finding:
    """One finding the inspection draws from its indicators; numbers are None where they may not be told."""

    id: str
    pillar: int
    title: str
    statement: str
    quantifier: str
    indicators: tuple[str, ...]
    codes: tuple[str, ...]
    questions: tuple[str, ...]
    numerator: int | None
    denominator: int | None
    value: float | None
    strength: str

    @property
    def told(self) -> bool:
        """Whether the finding has a number, rather than a reason why there is none."""
        return self.value is not None


@dataclass(frozen=True)
class Strand:
    """What reviewers found of a matter beside what the notes or the records show of it.

    ``verdict`` is differ, agree or open, or why the two are not compared; ``says`` is the sentence for it,
    and ``apart`` says what each of the two asks.
    """

    title: str
    pillar: int
    question: str
    answer: str
    strand: str
    indicator: str
    group: str
    verdict: str
    says: str
    apart: str


@dataclass(frozen=True)
class Release:
    """Everything a report may say about a force.

    Parameters
    ----------
    folder : Path
        Where it was read from; figures are copied from here.
    facts : ForceFacts
        Names, period, counts, strata, row trail, codebook, disclosure.
    indicators, findings : tuple
        In file order.
    answers : tuple
        What reviewers answered: a row a question and answer, which is the group. Empty without a review.
    strands : tuple of Strand
        What can be set side by side; empty without a review.
    codes, gaps, quality, completeness, replacements : list of dict
        Rows of the CSV files, as text.
    extracts, figures : list of dict
        As written in the JSON files.
    """

    folder: Path
    facts: ForceFacts
    indicators: tuple[Indicator, ...]
    answers: tuple[Indicator, ...]
    findings: tuple[Finding, ...]
    strands: tuple[Strand, ...]
    codes: list[dict[str, str]]
    gaps: list[dict[str, str]]
    quality: list[dict[str, str]]
    completeness: list[dict[str, str]]
    replacements: list[dict[str, str]]
    extracts: list[dict[str, Any]]
    figures: list[dict[str, Any]]

    def finding(self, name: str) -> Finding | None:
        """Return the finding with this id, if the inspection made it."""
        return next((finding for finding in self.findings if finding.id == name), None)

    def stands_for(self, name: str) -> Finding | None:
        """Return the finding to be told in this one's place: a balance put right, where it can be told."""
        if name == f"{COUNTED}-{_FORCE_GROUP}":
            corrected = self.finding(f"{CORRECTED}-{_FORCE_GROUP}")
            if corrected is not None and corrected.told:
                return corrected
        return self.finding(name)

    def speaks(self, finding: Finding) -> bool:
        """Whether a finding says something about the force: a number, or that it keeps no such record."""
        return finding.told or self.status(finding) == "not recorded"

    def status(self, finding: Finding) -> str:
        """Return the status of the row a finding is about; empty when it is about no single row."""
        own = (row for row in self.indicators if row.id in finding.indicators)
        return next((row.status for row in own if finding.id == row.finding_id), "")


def read_release(folder: Path) -> Release:
    """Read and check the release folder of a force.

    Parameters
    ----------
    folder : Path
        ``evidence/<inspection>/<force>/release``.

    Returns
    -------
    Release

    Raises
    ------
    InspectionError
        When a file is absent or cannot be read, a status is unknown, a hidden value carries a number, or a
        figure has no file or no text alternative: every such problem at once.
    """
    required = ("force.json", "indicators.csv", "findings.json")
    if absent := [name for name in required if not (folder / name).is_file()]:
        remedy = "Run the notebooks of the force first, for example: inspection run parameters/northshire.yml"
        raise InspectionError(
            Problem(str(folder / name), "", "", "is not there, so there is nothing to report.", remedy)
            for name in absent
        )
    with as_written(f"the release folder of {folder.parent.name}", remedy=_REMEDY):
        release = Release(
            folder=folder,
            facts=_facts(folder / "force.json"),
            indicators=tuple(indicator_of(row) for row in read_rows(folder / "indicators.csv")),
            answers=tuple(indicator_of(row) for row in read_rows(folder / "answers.csv")),
            findings=tuple(_finding(entry) for entry in _json(folder / "findings.json")),
            strands=tuple(
                _strand(entry, other)
                for entry in _json(folder / "strands.json", default=[])
                for other in entry["others"]
            ),
            codes=[{**row, "title": typeset(row["title"])} for row in read_rows(folder / "codes.csv")],
            gaps=read_rows(folder / "gaps.csv"),
            quality=read_rows(folder / "data_quality.csv"),
            completeness=read_rows(folder / "completeness.csv"),
            replacements=read_rows(folder / "replacements.csv"),
            extracts=_json(folder / "extracts.json", default=[]),
            figures=[
                {**figure, "caption": typeset(figure["caption"]), "alt": typeset(figure["alt"])}
                for figure in _json(folder / "figures.json", default=[])
            ],
        )
        problems = [
            *_indicator_problems(release),
            *_finding_problems(release),
            *_strand_problems(release),
            *_figure_problems(release),
        ]
    if problems:
        raise InspectionError(problems)
    return release


def _facts(path: Path) -> ForceFacts:
    try:
        return ForceFacts.model_validate(_json(path))
    except ValidationError as error:
        raise InspectionError(
            Problem(
                "force.json", ".".join(map(str, detail["loc"])), "", f"is wrong: {detail['msg']}.", _REMEDY
            )
            for detail in error.errors()
        ) from None


def _indicator_problems(release: Release) -> list[Problem]:
    problems = []
    files = [("indicators.csv", row) for row in release.indicators]
    files += [("answers.csv", row) for row in release.answers]
    for file, row in files:
        where = f"{row.id}, {row.group}"
        if row.status not in STATUSES:
            message = f'has the status "{row.status}", which is not one of: {", ".join(STATUSES)}.'
            problems.append(Problem(file, where, row.status, message, _REMEDY))
        elif row.status not in ("shown", "zero") and any(
            number is not None for number in (row.numerator, row.value, row.low, row.high)
        ):
            message = f"is {row.status}, yet the row carries a number."
            problems.append(Problem(file, where, "", message, _REMEDY))
        elif row.unit == "per cent" and row.status == "shown" and not row.denominator:
            message = "is a percentage without a base."
            problems.append(Problem(file, where, "", message, _REMEDY))
    return problems


def _finding_problems(release: Release) -> list[Problem]:
    known = {row.id for row in release.indicators}
    return [
        Problem(
            "findings.json",
            finding.id,
            name,
            f'rests on the indicator "{name}", which is not there.',
            _REMEDY,
        )
        for finding in release.findings
        for name in finding.indicators
        if name not in known
    ]


def _strand_problems(release: Release) -> list[Problem]:
    answers = {(row.id, row.group) for row in release.answers}
    rows = {(row.id, row.group) for row in release.indicators}
    return [
        Problem("strands.json", strand.title, name, f'compares "{name}", which is not there.', _REMEDY)
        for strand in release.strands
        for name, there in (
            (strand.question, (f"answer-{strand.question}", strand.answer) in answers),
            (strand.indicator, (strand.indicator, strand.group) in rows),
        )
        if not there
    ]


def _figure_problems(release: Release) -> list[Problem]:
    problems = []
    for figure in release.figures:
        if not str(figure.get("alt", "")).strip():
            problems.append(Problem("figures.json", figure["id"], "", "has no text alternative.", _REMEDY))
        if not (release.folder / figure["file"]).is_file():
            message = f"names the file {figure['file']}, which is not there."
            problems.append(Problem("figures.json", figure["id"], figure["file"], message, _REMEDY))
    return problems


def indicator_of(row: dict[str, str]) -> Indicator:
    """Read a row of a table with the columns of ``indicators.csv``."""
    return Indicator(
        id=row["indicator"],
        label=typeset(row["label"]),
        pillar=int(row["pillar"]),
        group=row["group"],
        unit=row["unit"],
        numerator=_whole(row["numerator"]),
        denominator=_whole(row["denominator"]),
        value=_number(row["value"]),
        low=_number(row["low"]),
        high=_number(row["high"]),
        interval=method_label(row["interval"]),
        base=typeset(row["base"]),
        status=row["status"],
        caveat=typeset(row["caveat"]),
        definition=typeset(row["definition"]),
        cases=_whole(row.get("cases")) if row.get("cases") else _whole(row["denominator"]),
    )


def _finding(entry: dict[str, Any]) -> Finding:
    return Finding(
        id=entry["id"],
        pillar=int(entry["pillar"]),
        title=typeset(entry["title"]),
        statement=typeset(entry["statement"]),
        quantifier=entry.get("quantifier") or "",
        indicators=tuple(entry["indicators"]),
        codes=tuple(entry.get("codes", ())),
        questions=tuple(entry.get("questions", ())),
        numerator=_whole(entry.get("numerator")),
        denominator=_whole(entry.get("denominator")),
        value=_number(entry.get("value")),
        strength=entry.get("strength") or "",
    )


def _strand(entry: dict[str, Any], other: dict[str, Any]) -> Strand:
    return Strand(
        title=typeset(entry["title"]),
        pillar=int(entry["pillar"]),
        question=entry["question"],
        answer=entry["answer"],
        strand=other["strand"],
        indicator=other["indicator"],
        group=other["group"],
        verdict=other["verdict"],
        says=typeset(other["says"]),
        apart=typeset(entry["apart"]),
    )


def _number(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def _whole(value: Any) -> int | None:
    return None if value in (None, "") else round(float(value))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file of the release folder as text; an absent optional file has no rows."""
    if not path.is_file():
        return []
    with as_written(path.name, remedy=_REMEDY), path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, restval="", strict=True)
        return [{name: unguarded(cell) for name, cell in row.items()} for row in rows]


def _json(path: Path, default: Any = None) -> Any:
    with as_written(path.name, remedy=_REMEDY):
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default
