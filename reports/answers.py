"""What reviewers found, question by question: how many files got each answer, and what share that is."""

from __future__ import annotations

from collections.abc import Sequence

from reports.release import Indicator, Release
from reports.tables import (
    Column,
    counts_alone,
    escape_note,
    format_interval,
    format_number,
    format_result,
    note_below,
    pipe_table,
    status_note,
    weights_note,
)

__all__ = ["answers"]

_FOUND = ("yes", "partly", "no", "not recorded")
_NOT_ARISING = "not applicable"
_PREFIX = "answer-"

_NOTES = (
    "Shares are of the files in which the question arises. **Not applicable** counts the files in which it "
    "does not, and is in no share.",
    "**Not recorded** means that the file does not say. It may have been done; it is never counted as no.",
)


def answers(release: Release, pillar: int) -> str:
    """Show what reviewers answered to the questions of a pillar.

    Returns
    -------
    str
        Markdown; empty when no question of the pillar was answered.
    """
    rows = [row for row in release.answers if row.pillar == pillar]
    if not rows:
        return ""
    by_question: dict[str, list[Indicator]] = {}
    for row in rows:
        by_question.setdefault(row.id, []).append(row)
    shown = [question for question in by_question.values() if not _hidden(question)]
    untold = [_name(question) for question in by_question.values() if _hidden(question)]
    notes = [*_NOTES, status_note(row.status for row in rows), weights_note(rows)]
    if untold:
        notes.append(f"**Every answer suppressed:** {' '.join(map(escape_note, untold))}")
    below = note_below([note for note in notes if note])
    if not shown:
        return below
    columns = (
        Column("Question", 31),
        Column("Yes (95% interval)", 17),
        Column("Partly", 13),
        Column("No", 13),
        Column("Not recorded", 13),
        Column("Not applicable", 13),
    )
    table = pipe_table(
        columns,
        (_cells(question) for question in shown),
        caption="What reviewers found: number of case files with each answer, and its share",
        label=f"answers-{pillar}",
    )
    return f"{table}\n{below}"


def _hidden(rows: Sequence[Indicator]) -> bool:
    return all(row.status == "suppressed" for row in rows if row.group in _FOUND)


def _name(rows: Sequence[Indicator]) -> str:
    return f"{rows[0].id.removeprefix(_PREFIX)}: {rows[0].label}"


def _cells(rows: Sequence[Indicator]) -> list[str]:
    by_answer = {row.group: row for row in rows}
    shares = [_share(by_answer[answer], with_interval=answer == "yes") for answer in _FOUND]
    arises_always = _NOT_ARISING not in by_answer
    return [_name(rows), *shares, "\N{EN DASH}" if arises_always else _count(by_answer[_NOT_ARISING])]


def _share(row: Indicator, *, with_interval: bool) -> str:
    """The number of files and their share, or the reason why there is none; few files in counts alone."""
    if row.numerator is None or row.value is None or counts_alone(row):
        return format_result(row)
    interval = f", {format_interval(row)}" if with_interval and row.low is not None else ""
    return f"{row.numerator:,} ({format_number(row.value, row.unit)}{interval})"


def _count(row: Indicator) -> str:
    return format_result(row) if row.numerator is None else f"{row.numerator:,}"
