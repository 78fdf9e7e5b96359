"""Judgements and recommendations: the author's decisions, checked so that none is left hanging."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from parameters import InspectionError, Problem
from parameters.fields import PILLARS
from reports.authors_yaml import file_name, read_authors_yaml
from reports.release import Release
from reports.source import with_values

__all__ = [
    "OPEN",
    "Decisions",
    "EarlierRecommendation",
    "FollowUp",
    "Judgement",
    "Recommendation",
    "Status",
    "StatusEntry",
    "brought_up_to_date",
    "load_decisions",
    "read_decisions",
]

Kind = Literal["cause of concern", "area for improvement", "promising practice"]
Status = Literal["draft", "accepted", "in progress", "completed", "superseded", "rejected"]

OPEN: tuple[Status, ...] = ("draft", "accepted", "in progress")
"""Statuses of a recommendation on which something is still to be done."""

_NEEDS_A_NOTE = ("completed", "superseded", "rejected")
_STATUS_REMEDY = (
    "Give it as the last line of its history: "
    '- {date: 2026-11-02, status: accepted, by: "Ruth Marlowe"}; without a history it is a draft.'
)
_REMEDIES = {
    "owner": "Name who should act, for example: the chief constable of Northshire Police.",
    "deadline": "Give the date by which it should be done, for example: 2027-03-31.",
    "act": "Write what should be done, read after 'should make sure': that every file holds a plan.",
    "measure": "Write how a later inspection will see that it has been done.",
    "findings": "List the ids of the findings it rests on; they are in findings.json of the release folder.",
    "reasons": "Write why the findings lead to this judgement.",
    "author": "Name the person who makes the judgement.",
    "date": "Give the day, for example: 2026-11-02.",
    "by": "Name the person who decided.",
    "status": _STATUS_REMEDY,
}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Judgement(_Entry):
    """What a person concludes from findings, and why; a cause of concern needs a recommendation."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    kind: Kind
    pillar: int = Field(ge=min(PILLARS), le=max(PILLARS))
    text: str = Field(min_length=1)
    reasons: str = Field(min_length=1)
    findings: list[str] = Field(min_length=1)
    author: str = Field(min_length=1)
    date: date
    status: Literal["draft", "accepted"] = "accepted"


class StatusEntry(_Entry):
    """What somebody decided about a recommendation, on which day; ``note`` says why."""

    date: date
    status: Literal["accepted", "in progress", "completed", "superseded", "rejected"]
    by: str = Field(min_length=1)
    note: str = ""


def _status(history: Sequence[StatusEntry]) -> Status:
    return history[-1].status if history else "draft"


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
    history: list[StatusEntry] = []

    @property
    def status(self) -> Status:
        """The last status of the history; a recommendation without any is a draft."""
        return _status(self.history)

    @property
    def is_made(self) -> bool:
        """Whether it stands in the report: not when its author rejected it before it was ever accepted."""
        return not self.history or any(entry.status != "rejected" for entry in self.history)


class FollowUp(_Entry):
    """What became of a recommendation of an earlier inspection since that inspection's register was made.

    ``findings`` are those of this inspection that bear on it.
    """

    inspection: str
    number: int = Field(ge=1)
    findings: list[str] = []
    history: list[StatusEntry] = []


class EarlierRecommendation(_Entry):
    """A recommendation that an earlier inspection's register holds of this force."""

    inspection: str
    number: int
    pillar: int
    owner: str
    deadline: date
    act: str
    measure: str
    judgements: list[str]
    findings: list[str]
    evidence: str
    history: list[StatusEntry]

    @property
    def status(self) -> Status:
        """The last status of the history."""
        return _status(self.history)


class Decisions(_Entry):
    """``recommendations.yml`` of a force: findings to lead with, judgements, recommendations, follow-up."""

    headlines: list[str] = []
    judgements: list[Judgement] = []
    recommendations: list[Recommendation] = []
    earlier: list[FollowUp] = []

    @property
    def published(self) -> list[Recommendation]:
        """Recommendations that appear in the report, in order of their numbers."""
        return sorted(
            (entry for entry in self.recommendations if entry.is_made), key=lambda entry: entry.number
        )

    def with_values(self, values: Mapping[str, str]) -> Decisions:
        """Return them with the values that their words cite put in, for what is not read as Markdown.

        Parameters
        ----------
        values : mapping of str to str
            Metadata by dotted names, as :func:`reports.changes.flat` gives them.
        """
        return Decisions.model_validate(_with_values(self.model_dump(), values))

    def unsettled(self, *, file: str) -> list[Problem]:
        """Return what an author must still decide before the report may be released."""
        drafts = [
            (f"judgement {entry.id}", "Accept it or delete it.")
            for entry in self.judgements
            if entry.status == "draft"
        ]
        drafts += [
            (f"recommendation {entry.number}", "Accept it, or reject it with a reason, in its history.")
            for entry in self.published
            if entry.status == "draft"
        ]
        drafts += [
            (f"earlier {entry.inspection} {entry.number}", "Say in its history what became of it.")
            for entry in self.earlier
            if not entry.history
        ]
        return [Problem(file, where, "", "is still a draft.", remedy) for where, remedy in drafts]


def _with_values(content: Any, values: Mapping[str, str]) -> Any:
    if isinstance(content, dict):
        return {name: _with_values(entry, values) for name, entry in content.items()}
    if isinstance(content, list):
        return [_with_values(entry, values) for entry in content]
    return with_values(content, values) if isinstance(content, str) else content


def brought_up_to_date(
    earlier: Iterable[EarlierRecommendation], decisions: Decisions
) -> list[EarlierRecommendation]:
    """Return earlier recommendations with what their follow-up adds to their histories."""
    later = {(entry.inspection, entry.number): entry.history for entry in decisions.earlier}
    return [
        entry.model_copy(
            update={"history": [*entry.history, *later.get((entry.inspection, entry.number), [])]}
        )
        for entry in earlier
    ]


def load_decisions(
    path: Path, *, release: Release, earlier: Sequence[EarlierRecommendation] | None = None
) -> Decisions:
    """Read an author's judgements and recommendations and check them against the findings.

    Parameters
    ----------
    path : Path
        ``reports/<force>/recommendations.yml``.
    release : Release
        The release folder on whose findings they rest.
    earlier : sequence of EarlierRecommendation, optional
        Those of the last inspection's register that were still open; each must be followed up, and nothing
        else. Left out, the follow-up is not compared with a register.

    Raises
    ------
    InspectionError
        When a judgement lacks its findings, reasons, author or date, a recommendation its owner, date,
        measure or findings, numbers do not run from 1, a status is out of order or lacks its reason, a
        finding or a judgement named is not there, none of the findings named is told, a cause of concern has
        no recommendation, or an earlier recommendation no follow-up: all at once.
    """
    decisions = read_decisions(path)
    if problems := list(_hanging(decisions, release=release, earlier=earlier, file=file_name(path))):
        raise InspectionError(problems)
    return decisions


def read_decisions(path: Path) -> Decisions:
    """Read an author's judgements and recommendations alone, whatever findings they rest on."""
    return Decisions.model_validate(read_authors_yaml(path, Decisions, remedies=_REMEDIES))


def _hanging(
    decisions: Decisions, *, release: Release, earlier: Sequence[EarlierRecommendation] | None, file: str
) -> Iterator[Problem]:
    yield from _unknown_findings(decisions, release=release, file=file)
    yield from _resting_on_nothing(decisions, release=release, file=file)
    yield from _wrong_numbers(decisions, file=file)
    yield from _wrong_ids(decisions, file=file)
    yield from _wrong_histories(decisions, file=file)
    yield from _unanswered(decisions, file=file)
    if earlier is not None:
        yield from _not_followed_up(decisions, earlier, file=file)


def _unknown_findings(decisions: Decisions, *, release: Release, file: str) -> Iterator[Problem]:
    known = {finding.id for finding in release.findings}
    cited = [*_cited(decisions, decisions.recommendations)]
    cited += [(f"{_called(entry)}.findings", entry.findings) for entry in decisions.earlier]
    for where, names in cited:
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
        yield f"{_called(entry)}.findings", entry.findings


def _called(entry: Recommendation | FollowUp) -> str:
    if isinstance(entry, FollowUp):
        return f"earlier {entry.inspection} {entry.number}"
    return f"recommendation {entry.number}"


def _wrong_numbers(decisions: Decisions, *, file: str) -> Iterator[Problem]:
    """Want the recommendations made to be numbered through; those still in draft keep their numbers free."""
    numbers = [entry.number for entry in decisions.published]
    drafts = any(entry.status == "draft" for entry in decisions.published)
    written = ", ".join(map(str, numbers))
    if len(set(numbers)) < len(numbers):
        message = f"are numbered {written}: a number is used twice."
        remedy = "Give each recommendation that is not rejected a number of its own."
        yield Problem(file, "recommendations", written, message, remedy)
    elif not drafts and numbers != list(range(1, len(numbers) + 1)):
        message = f"are numbered {written}: a number is missing."
        remedy = f"Number those that are not rejected from 1 to {len(numbers)}."
        yield Problem(file, "recommendations", written, message, remedy)


def _wrong_ids(decisions: Decisions, *, file: str) -> Iterator[Problem]:
    names = [entry.id for entry in decisions.judgements]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(file, f"judgement {name}", name, "is there twice.", "Give each judgement its own id.")


def _wrong_histories(decisions: Decisions, *, file: str) -> Iterator[Problem]:
    entries: list[Recommendation | FollowUp] = [*decisions.recommendations, *decisions.earlier]
    for entry in entries:
        where = f"{_called(entry)}.history"
        for before, after in pairwise(entry.history):
            if after.date < before.date:
                message = f"says {after.status} on {after.date}, after what it says of {before.date}."
                yield Problem(file, where, str(after.date), message, "Put its lines in the order of dates.")
        for step in entry.history:
            if step.status in _NEEDS_A_NOTE and not step.note.strip():
                message = f"says {step.status} on {step.date} without a reason."
                remedy = f'Say in its note why: {{..., status: {step.status}, note: "..."}}.'
                yield Problem(file, where, step.status, message, remedy)
        if (
            isinstance(entry, Recommendation)
            and entry.history
            and entry.history[0].status not in ("accepted", "rejected")
        ):
            message = f"begins with {entry.history[0].status}, before it was accepted."
            remedy = "Give first the day on which it was accepted, and by whom."
            yield Problem(file, where, entry.history[0].status, message, remedy)


def _unanswered(decisions: Decisions, *, file: str) -> Iterator[Problem]:
    judgements = {entry.id for entry in decisions.judgements}
    for entry in decisions.recommendations:
        for name in sorted(set(entry.answers) - judgements):
            message = f'names "{name}", which is not a judgement.'
            remedy = f"Name judgements of this file: {', '.join(sorted(judgements)) or 'there are none'}."
            yield Problem(file, f"{_called(entry)}.answers", name, message, remedy)
    answered = {name for entry in decisions.published if entry.status != "rejected" for name in entry.answers}
    for judgement in decisions.judgements:
        if judgement.kind == "cause of concern" and judgement.id not in answered:
            message = "is a cause of concern without a recommendation."
            remedy = f"Add 'answers: [{judgement.id}]' to a recommendation that is not rejected."
            yield Problem(file, f"judgement {judgement.id}", "", message, remedy)


def _not_followed_up(
    decisions: Decisions, earlier: Sequence[EarlierRecommendation], *, file: str
) -> Iterator[Problem]:
    asked = {(entry.inspection, entry.number) for entry in earlier}
    named = [(entry.inspection, entry.number) for entry in decisions.earlier]
    for inspection, number in sorted(asked - set(named)):
        message = "was open in the register of the last inspection and is not followed up."
        remedy = (
            "Say under 'earlier' what became of it; to leave that for later: "
            f"- {{inspection: {inspection}, number: {number}, history: []}}."
        )
        yield Problem(file, f"earlier {inspection} {number}", "", message, remedy)
    listed = ", ".join(f"{inspection} {number}" for inspection, number in sorted(asked))
    for inspection, number in sorted({pair for pair in named if pair not in asked or named.count(pair) > 1}):
        twice = (inspection, number) in asked
        message = "is there twice." if twice else "was not open in the register of the last inspection."
        remedy = f"Follow up each of these once: {listed}." if listed else "Take it out."
        yield Problem(file, f"earlier {inspection} {number}", "", message, remedy)
