"""What reviewers found beside what the notes and the force's records show of the same matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.labels import lower_first
from reports.release import Indicator, Release, Strand
from reports.tables import (
    WEIGHTED,
    Column,
    escape_note,
    format_base,
    format_interval,
    format_result,
    note_below,
    pipe_table,
    weights_note,
)

__all__ = ["strands"]

_COMPARED = ("differ", "agree", "open")
_WHY_NOT = {
    "not published": "one of the two numbers is not published",
    "few cases": "one of the two rests on too few cases",
    "not recorded": "there is nothing to count on one side",
}


def strands(release: Release, pillar: int) -> str:
    """Show what can be set side by side in a pillar, and say what differs, agrees or stays open.

    Returns
    -------
    str
        Markdown; empty when reviewers and the notes or records speak of no matter in common.
    """
    found = [strand for strand in release.strands if strand.pillar == pillar]
    if not found:
        return ""
    compared = [strand for strand in found if strand.verdict in _COMPARED]
    whys = {strand.title: strand.apart for strand in compared}
    notes = [f"**{escape_note(title)}:** {escape_note(apart)}" for title, apart in whys.items()]
    behind = [row for strand in compared for row in _rows_of(strand, release)]
    notes += [*filter(None, [weights_note(behind)]), *_left_out(found)]
    if compared:
        notes.append("How the two are compared is said below @tbl-words.")
    if not compared:
        return note_below(notes)
    columns = (
        Column("Matter", 20),
        Column("What reviewers found", 26),
        Column("What the notes or records show", 28),
        Column("Read together", 26),
    )
    table = pipe_table(
        columns,
        (_cells(strand, release) for strand in compared),
        caption="What reviewers found beside what the notes and records show",
        label=f"strands-{pillar}",
    )
    return f"{table}\n{note_below(notes)}"


def _cells(strand: Strand, release: Release) -> tuple[str, str, str, str]:
    reviewers, other = _rows_of(strand, release)
    return (
        strand.title,
        f"{strand.question}, {strand.answer}: {_told(reviewers)}",
        f"{strand.strand.capitalize()}: {_told(other)}",
        strand.says,
    )


def _told(row: Indicator) -> str:
    interval = format_interval(row)
    if row.low is not None:
        interval = f"95% interval {interval}"
    return f"{format_result(row)} ({lower_first(interval)}; {WEIGHTED.sub('', format_base(row))})"


def _rows_of(strand: Strand, release: Release) -> tuple[Indicator, Indicator]:
    reviewers = next(
        row for row in release.answers if (row.id, row.group) == (f"answer-{strand.question}", strand.answer)
    )
    other = next(row for row in release.indicators if (row.id, row.group) == (strand.indicator, strand.group))
    return reviewers, other


def _left_out(found: Sequence[Strand]) -> Iterator[str]:
    """Name what is not compared, once for each reason."""
    for verdict, reason in _WHY_NOT.items():
        titles = dict.fromkeys(strand.title for strand in found if strand.verdict == verdict)
        if titles:
            yield f"**Not compared, as {reason}:** {escape_note('; '.join(titles))}."
