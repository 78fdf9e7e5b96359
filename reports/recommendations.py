"""Judgements and recommendations: the author's decisions, checked so that none is left hanging."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from parameters import InspectionError, Problem
from parameters.fields import PILLARS
from reports.release import Finding, Release

__all__ = ["Decisions", "Draft", "Judgement", "Recommendation", "load_catalogue", "load_decisions"]

Kind = Literal["cause of concern", "area for improvement", "promising practice"]
Status = Literal["draft", "accepted", "rejected", "completed", "superseded"]

_REMEDIES = {
    "owner": "Name who should act, for example: the chief constable of Northshire Police.",
    "deadline": "Give the date by which it should be done, for example: 2027-03-31.",
    "act": "Write what should be done, read after 'should make sure': that every file holds a plan.",
    "measure": "Write how a later inspection will see that it has been done.",
    "findings": "List the ids of the findings it rests on; they are in findings.json of the release folder.",
}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Judgement(_Entry):
    """What the inspectorate concludes from its findings; a cause of concern needs a recommendation."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    kind: Kind
    pillar: int = Field(ge=min(PILLARS), le=max(PILLARS))
    text: str = Field(min_length=1)
    findings: list[str] = Field(min_length=1)
    status: Literal["draft", "accepted"] = "accepted"


class Recommendation(_Entry):
    """By ``deadline``, ``owner`` should make sure ``act``; ``measure`` says how that will be seen."""

    number: int = Field(ge=1)
    pillar: int = Field(ge=min(PILLARS), le=max(PILLARS))
    owner: str = Field(min_length=1)
    deadline: date
    act: str = Field(min_length=1)
    measure: str = Field(min_length=1)
    findings: list[str] = Field(min_length=1)
    answers: list[str] = []
    status: Status


class Decisions(_Entry):
    """``recommendations.yml`` of a force: findings to lead with, judgements and recommendations."""

    headlines: list[str] = []
    judgements: list[Judgement] = []
    recommendations: list[Recommendation] = []

    @property
    def published(self) -> list[Recommendation]:
        """Recommendations that appear in the report, in order of their numbers."""
        return sorted(
            (entry for entry in self.recommendations if entry.status != "rejected"),
            key=lambda entry: entry.number,
        )


class Draft(_Entry):
    """One entry of the catalogue: the recommendation usually made where a finding is made.

    It is drafted when the finding's value is above ``above`` and below ``below``. The limits only spare an
    author drafts that are beside the point; they grade nothing. ``months`` run from the day of publication.
    """

    finding: str
    above: float = -math.inf
    below: float = math.inf
    pillar: int = Field(ge=min(PILLARS), le=max(PILLARS))
    owner: str = Field(min_length=1)
    months: int = Field(ge=1)
    act: str = Field(min_length=1)
    measure: str = Field(min_length=1)

    def suits(self, finding: Finding | None) -> bool:
        """Whether the finding was made and its value lies between the limits."""
        return finding is not None and finding.value is not None and self.above < finding.value < self.below


class _Catalogue(_Entry):
    drafts: list[Draft]


def load_decisions(path: Path, *, release: Release) -> Decisions:
    """Read an author's judgements and recommendations and check them against the findings.

    Parameters
    ----------
    path : Path
        ``reports/<force>/recommendations.yml``.
    release : Release
        The release folder on whose findings they rest.

    Raises
    ------
    InspectionError
        When a recommendation lacks its owner, date, measure or findings, numbers do not run from 1, a finding
        or a judgement named is not there, none of the findings named is told, or a cause of concern has no
        recommendation: all at once.
    """
    decisions = Decisions.model_validate(_load(path, Decisions))
    if problems := list(_hanging(decisions, release=release, file=_name(path))):
        raise InspectionError(problems)
    return decisions


def load_catalogue(path: Path) -> list[Draft]:
    """Read the catalogue of draft recommendations, ``reports/recommendations.yml``."""
    return _Catalogue.model_validate(_load(path, _Catalogue)).drafts


def _hanging(decisions: Decisions, *, release: Release, file: str) -> Iterator[Problem]:
    yield from _unknown_findings(decisions, release=release, file=file)
    yield from _resting_on_nothing(decisions, release=release, file=file)
    yield from _wrong_numbers(decisions, file=file)
    yield from _unanswered(decisions, file=file)


def _unknown_findings(decisions: Decisions, *, release: Release, file: str) -> Iterator[Problem]:
    known = {finding.id for finding in release.findings}
    for where, names in _cited(decisions, decisions.recommendations):
        for name in sorted(set(names) - known):
            message = f'names "{name}", which the inspection did not find.'
            remedy = f"Name findings of this force: {', '.join(sorted(known)) or 'there are none'}."
            yield Problem(file, where, name, message, remedy)


def _resting_on_nothing(decisions: Decisions, *, release: Release, file: str) -> Iterator[Problem]:
    """Refuse what is published while none of the findings it names says anything."""
    silent = {finding.id for finding in release.findings if not release.speaks(finding)}
    speaking = ", ".join(finding.id for finding in release.findings if finding.id not in silent)
    for where, names in _cited(decisions, decisions.published):
        if names and set(names) <= silent:
            message = "rests only on findings that are not published, so a reader could not check it."
            remedy = f"Rest it on a finding that is told, or take it out. Told are: {speaking or 'none'}."
            yield Problem(file, where, ", ".join(names), message, remedy)


def _cited(
    decisions: Decisions, recommendations: Iterable[Recommendation]
) -> Iterator[tuple[str, list[str]]]:
    """Give each place that names findings, and the names."""
    yield "headlines", decisions.headlines
    for judgement in decisions.judgements:
        yield f"judgement {judgement.id}.findings", judgement.findings
    for entry in recommendations:
        yield f"recommendation {entry.number}.findings", entry.findings


def _wrong_numbers(decisions: Decisions, *, file: str) -> Iterator[Problem]:
    numbers = [entry.number for entry in decisions.recommendations]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        written = ", ".join(map(str, numbers))
        message = f"are numbered {written}: a number is missing or used twice."
        remedy = f"Number the recommendations from 1 to {len(numbers)}, each number once."
        yield Problem(file, "recommendations", written, message, remedy)


def _unanswered(decisions: Decisions, *, file: str) -> Iterator[Problem]:
    judgements = {entry.id for entry in decisions.judgements}
    for entry in decisions.recommendations:
        for name in sorted(set(entry.answers) - judgements):
            message = f'names "{name}", which is not a judgement.'
            remedy = f"Name judgements of this file: {', '.join(sorted(judgements)) or 'there are none'}."
            yield Problem(file, f"recommendation {entry.number}.answers", name, message, remedy)
    answered = {name for entry in decisions.published for name in entry.answers}
    for judgement in decisions.judgements:
        if judgement.kind == "cause of concern" and judgement.id not in answered:
            message = "is a cause of concern without a recommendation."
            remedy = f"Add 'answers: [{judgement.id}]' to a recommendation that is not rejected."
            yield Problem(file, f"judgement {judgement.id}", "", message, remedy)


def _load(path: Path, model: type[_Entry]) -> Any:
    """Return the parsed file once the model accepts it, so that problems carry the file's own names."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}
        model.model_validate(content)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        remedy = "Check the indentation, and put text that holds a colon in quotation marks."
        raise InspectionError([Problem(_name(path), where, "", "is not valid YAML.", remedy)]) from None
    except ValidationError as error:
        raise InspectionError(
            _invalid(detail, content=content, file=_name(path)) for detail in error.errors()
        ) from None
    return content


def _invalid(detail: Any, *, content: Any, file: str) -> Problem:
    """Say one pydantic error with the entry's own number or id, and a remedy."""
    location = list(detail["loc"])
    where, entry = ".".join(map(str, location)), content
    if len(location) > 1 and isinstance(content, dict):
        entry = content[location[0]][location[1]]
        name = (
            entry.get("number", entry.get("id", location[1] + 1))
            if isinstance(entry, dict)
            else location[1] + 1
        )
        where = ".".join(map(str, [f"{str(location[0]).rstrip('s')} {name}", *location[2:]]))
    field = str(location[2]) if len(location) > 2 else str(location[-1])
    if detail["type"] == "missing" or detail["type"] in ("string_too_short", "too_short"):
        return Problem(file, where, "", "is missing.", _REMEDIES.get(field, "Add it."))
    if detail["type"] == "extra_forbidden":
        return Problem(file, where, "", "is not a field of this file.", "Correct its spelling or remove it.")
    value = str(detail["input"])
    remedy = _REMEDIES.get(field, f"{detail['msg']}.")
    return Problem(file, where, value, f'is "{value}", which cannot be read.', remedy)


def _name(path: Path) -> str:
    return "/".join(path.parts[-3:])
