"""What the methodology annex says of the draw: strata planned and read, files replaced, dip samples."""

from __future__ import annotations

from reports.labels import group_label, typeset
from reports.release import Design, Release
from reports.tables import Column, escape_note, note_below, pipe_table, status_note

__all__ = ["dip_samples", "replacements", "strata"]

_SUPPRESSED = "Suppressed"


def strata(release: Release) -> str:
    """Return the strata with what was planned and what was read."""
    columns = (
        Column("Stratum", 36),
        Column("In the population", 18, numeric=True),
        Column("Planned", 14, numeric=True),
        Column("Read", 14, numeric=True),
        Column("Weight", 18, numeric=True),
    )
    rows = [
        (
            _label(row.stratum, release.facts.design),
            _shown(row.frame, ",d"),
            _shown(row.planned, ",d"),
            _shown(row.sample, ",d"),
            _shown(row.weight, ".2f"),
        )
        for row in release.facts.strata
    ]
    table = pipe_table(columns, rows, caption="Case files by stratum", label="strata")
    hidden = any(_SUPPRESSED in row for row in rows)
    return f"{table}\n{note_below([status_note(['suppressed'])])}" if hidden else table


def _label(stratum: str, design: Design) -> str:
    """Return the words for a stratum; of two fields crossed, ``charged / 16``, those for each."""
    groups = [stratum] if design.crossed_with == "none" else stratum.split(" / ", maxsplit=1)
    return " / ".join(
        group_label(group, indicator="outcomes" if field == "outcome_type" else "")
        for group, field in zip(groups, (design.strata, design.crossed_with), strict=False)
    )


def _shown(number: float | None, form: str) -> str:
    return _SUPPRESSED if number is None else format(number, form)


def replacements(release: Release) -> str:
    """Return the rule for files that could not be read, and how many there were of each reason."""
    rule = f"{escape_note(typeset(release.facts.replacement_rule))}\n"
    if not release.replacements:
        return f"{rule}\nEvery case file drawn could be read.\n"
    columns = (Column("Why it could not be read", 70), Column("Case files", 30, numeric=True))
    rows = [
        (
            row["reason"][:1].upper() + row["reason"][1:],
            f"{round(float(row['cases'])):,}" if row["status"] == "shown" else _SUPPRESSED,
        )
        for row in release.replacements
    ]
    table = pipe_table(columns, rows, caption="Case files that could not be read", label="replacements")
    note = status_note(row["status"] for row in release.replacements)
    return "\n".join([rule, table, *([note_below([note])] if note else [])])


def dip_samples(release: Release) -> str:
    """Return the dip samples by outcome, and that they stand apart."""
    if not release.facts.dip_samples:
        return "No dip sample was drawn.\n"
    columns = (Column("Outcome type", 70), Column("Case files asked for", 30, numeric=True))
    rows = [
        (typeset(f"{dip.outcome}: {dip.label}"), dip.asked if isinstance(dip.asked, int) else "All")
        for dip in release.facts.dip_samples
    ]
    about = (
        "Beside the sample, inspectors read case files of each outcome below, to see whether that outcome "
        "was right. They are drawn from the same frozen list in an order of their own. Where there were "
        "fewer than asked for, all were taken. No number in this report counts them: what reviewers answered "
        "on so few files is kept by the inspectorate and is not published.\n"
    )
    table = pipe_table(columns, rows, caption="Dip samples by outcome", label="dip-samples")
    return f"{about}\n{table}"
