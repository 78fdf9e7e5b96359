"""Figures in a report, each with its words for who cannot see it and a link to the table behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.labels import typeset
from reports.measures import table_of
from reports.release import Release, read_rows
from reports.tables import Column, attribute, escape_note, format_number, pipe_table

__all__ = ["figure_data", "figures", "show_figure"]


def figures(release: Release, pillar: int) -> str:
    """Show the figures of a pillar."""
    return "\n".join(
        show_figure(figure, f"Numbers: {_referred(behind)}" if behind else "")
        for figure in release.figures
        if int(figure["pillar"]) == pillar
        for behind in [_tables_behind(figure, release=release)]
    )


def figure_data(release: Release) -> str:
    """Give the numbers behind each figure, or name the table that has them already."""
    parts = []
    for figure in release.figures:
        rows = _rows(figure, release=release)
        tables = _tables_behind(figure, release=release)
        if tables == [_own_table(figure)]:
            parts.append(_data_table(figure, rows))
        elif tables:
            parts.append(f"The numbers in @fig-{figure['id']} are in {_referred(tables)}.\n")
    return "\n".join(parts) or "No figure was published.\n"


def show_figure(figure: Mapping[str, Any], numbers: str) -> str:
    """Write a figure, and below it where its numbers are; Markdown.

    Parameters
    ----------
    figure : mapping
        An entry of ``figures.json``.
    numbers : str
        Markdown with a link to the table behind it, without a full stop; empty for none.
    """
    picture = (
        f"![{escape_note(figure['caption'])}](_generated/figures/{Path(figure['file']).name})"
        f"{{#fig-{figure['id']} fig-alt={attribute(figure['alt'])}}}\n"
    )
    return f"{picture}\n::: {{.base}}\n{numbers}.\n:::\n" if numbers else picture


def _tables_behind(figure: Mapping[str, Any], *, release: Release) -> list[str]:
    """Labels of the tables that hold the numbers of a figure."""
    rows = _rows(figure, release=release)
    if not rows:
        return []
    if "indicator" in rows[0]:
        drawn = {row["indicator"] for row in rows}
        return sorted({table_of(row, release=release) for row in release.indicators if row.id in drawn})
    return ["codes"] if "code" in rows[0] else [_own_table(figure)]


def _own_table(figure: Mapping[str, Any]) -> str:
    return f"data-{figure['id']}"


def _rows(figure: Mapping[str, Any], *, release: Release) -> Sequence[Mapping[str, Any]]:
    rows = figure.get("table") or []
    return read_rows(release.folder / rows) if isinstance(rows, str) else rows


def _referred(tables: Iterable[str]) -> str:
    return " and ".join(f"@tbl-{table}" for table in tables)


def _data_table(figure: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    names = [name for name in rows[0] if name != "status"]
    columns = [Column(name.replace("_", " ").capitalize(), 1) for name in names]
    cells = ([_cell(row, name) for name in names] for row in rows)
    caption = f"Data behind the figure: {figure['caption']}"
    return pipe_table(columns, cells, caption=caption, label=_own_table(figure))


def _cell(row: Mapping[str, Any], name: str) -> str:
    """Return a value behind a figure, or the row's status where the value is hidden or cannot be given."""
    value = row[name]
    if value in (None, ""):
        status = row.get("status") or "missing"
        return "Missing" if status == "shown" else str(status).capitalize()
    if name == "balance":
        return format_number(float(value), "balance")
    if re.fullmatch(r"-?\d+\.\d+", str(value)):
        return typeset(f"{float(value):,.2f}")
    return typeset(str(value))
