"""Tables of measures: what was measured, the result, how sure it is, and what it was counted over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from parameters.fields import PILLARS
from reports.labels import group_label, lower_first
from reports.release import Indicator, Release
from reports.tables import (
    SMALL_BASE,
    WEIGHTED,
    Column,
    counts_alone,
    escape_note,
    format_base,
    format_interval,
    format_result,
    note_below,
    pipe_table,
    status_note,
    weights_note,
)

__all__ = ["definitions", "measures", "table_of"]

_FEW_GROUPS = 4
_COUNTS_ALONE = f"A share behind which fewer than {SMALL_BASE} cases stand is given in counts alone."


def measures(release: Release, pillar: int) -> str:
    """Show the measures of a pillar in one table, and each measure of many groups in a table of its own.

    Parameters
    ----------
    pillar : int
        1 to 6, or 0 for outcomes and timeliness.

    Returns
    -------
    str
        Markdown; empty when the pillar has no measure.
    """
    rows = [row for row in release.indicators if row.pillar == pillar]
    tables: dict[str, list[Indicator]] = {}
    for row in rows:
        tables.setdefault(table_of(row, release=release), []).append(row)
    shared = f"pillar-{pillar}"
    parts = [
        _table(label, tables[label], shared=label == shared) for label in sorted(tables, key=shared.__ne__)
    ]
    return "\n".join([*parts, *([_notes(rows)] if rows else [])])


def table_of(row: Indicator, *, release: Release) -> str:
    """Return the label of the table that shows a row."""
    groups = sum(other.id == row.id for other in release.indicators)
    return row.id if groups > _FEW_GROUPS else f"pillar-{row.pillar}"


def definitions(release: Release) -> str:
    """List every measure once with its definition and the method of its intervals."""
    methods: dict[tuple[str, str], list[str]] = {}
    for row in release.indicators:
        known = methods.setdefault((row.label, row.definition), [])
        if row.interval and row.interval not in known:
            known.append(row.interval)
    columns = (Column("Measure", 30), Column("Definition", 43), Column("Interval", 27))
    rows = ((*measure, "; ".join(known) or "\N{EN DASH} none shown") for measure, known in methods.items())
    return pipe_table(columns, rows, caption="How each measure is defined", label="definitions")


def _table(label: str, rows: Sequence[Indicator], *, shared: bool) -> str:
    """Write one table; a column of intervals only where some row has one."""
    pillar = PILLARS.get(rows[0].pillar, "Outcomes and timeliness")
    sampled = any(row.low is not None for row in rows)
    columns = [Column("Measure" if shared else "Group", 38), Column("Result", 15), Column("Counted over", 29)]
    if sampled:
        columns.insert(2, Column("95% interval", 18))
    return pipe_table(
        columns,
        (
            (
                _measure(row) if shared else _group(row),
                format_result(row),
                *([format_interval(row)] if sampled else []),
                WEIGHTED.sub("", format_base(row)),
            )
            for row in rows
        ),
        caption=f"Measures: {lower_first(pillar)}" if shared else rows[0].label,
        label=label,
    )


def _measure(row: Indicator) -> str:
    return row.label if row.whole_force else f"{row.label}: {_group(row)}"


def _group(row: Indicator) -> str:
    return "All" if row.whole_force else group_label(row.group, indicator=row.id)


def _notes(rows: Sequence[Indicator]) -> str:
    """Explain, below the tables of a pillar, hidden values, weights and each caveat once."""
    notes = [
        status_note(row.status for row in rows),
        weights_note(rows),
        _COUNTS_ALONE if any(map(counts_alone, rows)) else "",
        *_caveats(rows),
    ]
    return note_below([note for note in notes if note])


def _caveats(rows: Iterable[Indicator]) -> list[str]:
    """Write each caveat once, after the measures it is about."""
    about: dict[str, list[str]] = {}
    for row in rows:
        if row.caveat and row.label not in about.setdefault(row.caveat, []):
            about[row.caveat].append(row.label)
    return [
        f"**{escape_note('; '.join(labels))}:** {escape_note(caveat)}" for caveat, labels in about.items()
    ]
