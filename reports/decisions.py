"""Judgements, recommendations, their plan and their follow-up as a reader of the report meets them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from parameters.fields import PILLARS
from reports.changes import read_again
from reports.labels import lower_first
from reports.recommendations import (
    OPEN,
    Decisions,
    EarlierRecommendation,
    FollowUp,
    Judgement,
    Recommendation,
    StatusEntry,
    brought_up_to_date,
)
from reports.release import Finding, Release
from reports.tables import Column, escape_note, format_date, pipe_table

__all__ = [
    "finding_links",
    "full_stop",
    "improvement_plan",
    "judgements",
    "recommendations",
    "status_line",
]

_ENDED = re.compile(r"[.!?][\\\"'”’)\]*_]*$")
_DRAFT = "*Draft, not yet a {kind}: for the author to accept, change or reject.*\n\n"


def judgements(
    entries: Iterable[Judgement], *, release: Release, stale: Mapping[str, str] | None = None
) -> str:
    """Write judgements with what they rest on and who made them when.

    Parameters
    ----------
    entries : iterable of Judgement
        In the order in which they are to stand.
    release : Release
        Holds the findings they rest on.
    stale : mapping, optional
        Ids to clear, by the name of what leans on a finding that has changed, such as ``judgement no-plan``.
    """
    return "\n".join(_judgement(entry, release=release, stale=stale or {}) for entry in entries)


def recommendations(
    decisions: Decisions,
    *,
    release: Release,
    earlier: Sequence[EarlierRecommendation] = (),
    stale: Mapping[str, str] | None = None,
) -> str:
    """Write the recommendations and, below them, what became of those of the last inspection."""
    kinds = {
        entry.id: f"{entry.kind} ({lower_first(PILLARS[entry.pillar])})" for entry in decisions.judgements
    }
    made = [
        _recommendation(entry, release=release, kinds=kinds, stale=stale or {})
        for entry in decisions.published
    ]
    parts = made or ["We make no recommendation.\n"]
    return "\n".join([*parts, *_followed_up(decisions.earlier, earlier, release=release, stale=stale or {})])


def improvement_plan(
    decisions: Decisions, *, release: Release, earlier: Sequence[EarlierRecommendation] = ()
) -> str:
    """Put what is still to be done, also of earlier inspections, in the order of its dates."""
    names: list[tuple[str, Recommendation | EarlierRecommendation]]
    names = [(str(entry.number), entry) for entry in decisions.published]
    names += [
        (f"{entry.number} of {entry.inspection}", entry) for entry in brought_up_to_date(earlier, decisions)
    ]
    still = [(name, entry) for name, entry in names if entry.status in OPEN]
    if not still:
        return "No recommendation is open.\n"
    columns = (
        Column("By when", 12),
        Column("Who", 17),
        Column("What should be different", 38),
        Column("How we will know", 27),
        Column("No.", 6),
    )
    today = release.facts.published
    rows = (
        (
            f"{format_date(entry.deadline)}{' (overdue)' if entry.deadline < today else ''}",
            _capital(entry.owner),
            _capital(_plain(entry.act).removeprefix("that ")),
            _capital(_plain(entry.measure)),
            name,
        )
        for name, entry in sorted(still, key=lambda row: row[1].deadline)
    )
    caption = f"Improvement plan for {release.facts.name}, in order of date"
    return pipe_table(columns, rows, caption=caption, label="plan")


def finding_links(names: Sequence[str], *, release: Release) -> str:
    """Link to findings by their titles."""
    return "; ".join(_link(release.finding(name)) for name in names)


def status_line(history: Sequence[StatusEntry]) -> str:
    """Say the last status, since when, by whom and why; Markdown."""
    if not history:
        return "**Not yet followed up:** for the author to say what became of it."
    last = history[-1]
    why = f" {full_stop(last.note)}" if last.note.strip() else ""
    return f"**{last.status.capitalize()}**, {format_date(last.date)} \\({escape_note(last.by)}\\).{why}"


def full_stop(text: str) -> str:
    """Return an author's Markdown on one line, ended by a full stop."""
    line = _plain(text)
    return line if _ENDED.search(line) else f"{line}."


def _judgement(entry: Judgement, *, release: Release, stale: Mapping[str, str]) -> str:
    return (
        f"::: {{#judgement-{entry.id} .judgement .{entry.kind.replace(' ', '-')}}}\n"
        f"{_draft_mark(entry.status, kind='judgement')}"
        f"**{entry.kind.capitalize()}.** {full_stop(entry.text)}{_flag(f'judgement {entry.id}', stale)}\n\n"
        f"**Why:** {full_stop(entry.reasons)}\n\n"
        f"**Rests on:** {finding_links(entry.findings, release=release)}.\n\n"
        f"{escape_note(entry.author)}, {format_date(entry.date)}\n:::\n"
    )


def _recommendation(
    entry: Recommendation, *, release: Release, kinds: Mapping[str, str], stale: Mapping[str, str]
) -> str:
    answers = "; ".join(f"[{escape_note(kinds[name])}](#judgement-{name})" for name in entry.answers)
    status = f"**Status:** {status_line(entry.history)}\n\n" if len(entry.history) > 1 else ""
    evidence = "; ".join(
        f"{_link(finding)}{_weight(finding)}" for finding in map(release.finding, entry.findings) if finding
    )
    return (
        "::: {.recommendation}\n"
        f"### Recommendation {entry.number} {{#recommendation-{entry.number}}}\n\n"
        f"{_draft_mark(entry.status, kind='recommendation')}"
        f"By {format_date(entry.deadline)}, {entry.owner.strip()} should make sure "
        f"{full_stop(entry.act)}{_flag(f'recommendation {entry.number}', stale)}\n\n"
        f"**How we will know:** {full_stop(entry.measure)}\n\n"
        f"{f'**Answers:** {answers}.{chr(10)}{chr(10)}' if answers else ''}"
        f"**Rests on:** {evidence}.\n\n{status}:::\n"
    )


def _followed_up(
    entries: Sequence[FollowUp],
    earlier: Sequence[EarlierRecommendation],
    *,
    release: Release,
    stale: Mapping[str, str],
) -> list[str]:
    """Say of each recommendation that was open what became of it; nothing where none was."""
    if not earlier:
        return []
    later = {(entry.inspection, entry.number): entry for entry in entries}
    parts = ["### What became of earlier recommendations {#earlier-recommendations}\n"]
    for entry in earlier:
        name = f"earlier {entry.inspection} {entry.number}"
        follow_up = later.get((entry.inspection, entry.number))
        found = finding_links(follow_up.findings if follow_up else (), release=release)
        bears = f"\n\n**What we found now:** {found}." if found else ""
        parts.append(
            "::: {.recommendation}\n"
            f"**Recommendation {entry.number} of {escape_note(entry.inspection)}.** By "
            f"{format_date(entry.deadline)}, {escape_note(entry.owner)} should make sure "
            f"{full_stop(escape_note(entry.act))}{_flag(name, stale)}\n\n"
            f"{status_line(follow_up.history if follow_up else ())}{bears}\n:::\n"
        )
    return parts


def _draft_mark(status: str, *, kind: str) -> str:
    return _DRAFT.format(kind=kind) if status == "draft" else ""


def _flag(name: str, stale: Mapping[str, str]) -> str:
    return f" {read_again(stale[name])}" if name in stale else ""


def _link(finding: Finding | None) -> str:
    return f"[{escape_note(finding.title)}](#finding-{finding.id})" if finding else ""


def _weight(finding: Finding) -> str:
    return f" \\({escape_note(finding.strength)} evidence\\)" if finding.strength else ""


def _plain(text: str) -> str:
    return " ".join(text.split())


def _capital(text: str) -> str:
    line = _plain(text)
    return line[:1].upper() + line[1:]
