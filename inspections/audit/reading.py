"""Read coders' workbooks back: strictly, all mistakes at once, by file, sheet and cell.

Nothing that somebody typed is repeated in a message: it may be the wording of a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from inspections.audit.projects import brought_path, read_brought
from inspections.audit.rounds import Round, check_codebook
from inspections.audit.workbooks import (
    FLAGS,
    HEAD,
    UNITS,
    Layout,
    build_workbook,
    unit_order,
    workbook_facts,
    workbook_path,
)
from inspections.reviews.workbooks import (
    BEYOND,
    cell_list,
    changed_cells,
    is_formula,
    open_returned,
    plain,
    read_facts,
)
from nlp.audit.gold import CODING_COLUMNS, coding_row
from nlp.codebook import ATTRIBUTES as VALUES
from nlp.codebook import FOCUS, Codebook
from nlp.context import DEFAULTS
from parameters import InspectionError, Problem, shown_path

__all__ = ["Coded", "Rows", "described", "read_coded", "read_rows", "sheet_problems"]

MOST_CHANGED_CELLS = 6
UNIT_COLUMNS = ("unit_id", "case_id", "coder", "flags", "comment")


@dataclass(frozen=True, repr=False)
class Coded:
    """What coders have coded so far. Restricted: comments are case text.

    Attributes
    ----------
    units : DataFrame
        ``unit_id, case_id, coder, flags, comment``: a row for each unit a coder finished.
    codings : DataFrame
        ``unit_id, coder, code``, the attributes, ``counts``: a row a code given.
    progress : DataFrame
        ``coder, coded, units, next_row``: how far each coder is; ``next_row`` is 0 where all is done, and
        of coding from another program.
    """

    units: pd.DataFrame
    codings: pd.DataFrame
    progress: pd.DataFrame

    @property
    def finished(self) -> bool:
        """Whether every coder has coded every unit."""
        return bool((self.progress["coded"] == self.progress["units"]).all())

    def __repr__(self) -> str:
        """Sizes only: the tables hold case text."""
        return f"Coded({len(self.units)} units, {len(self.codings)} codes)"


@dataclass(frozen=True)
class _Mistake:
    message: str
    remedy: str


FORMULA = _Mistake(
    "holds a formula, or the error of one.",
    "Type it again as text; begin with a letter, not with =, +, - or @.",
)
UNKNOWN_CODE = _Mistake("holds something that is not a code.", "Choose one from the list in the cell.")
UNKNOWN_VALUE = _Mistake("holds a value that is not offered.", "Choose one from the list in the cell.")
NOT_YES = _Mistake("holds something other than yes.", "Write yes where it holds, or leave it empty.")
TWICE = _Mistake("gives the unit a code that it has already.", "Give a code once; take the second away.")
NO_CODE = _Mistake("belongs to a code that was not given.", "Choose the code on its left, or empty the cell.")
GAP = _Mistake(
    "is filled in though a place for a code before it is empty.", "Move the code to the first free place."
)
PURPOSE = _Mistake(
    "gives a purpose to a code that has none.", "Only vic-records-trawl takes a purpose; empty the cell."
)
OTHER = _Mistake(
    "gives context to a code that takes none.",
    "Codes that begin with oth- take no polarity, status or frame, and only oth-account-content a voice.",
)
RESIDUAL = _Mistake(
    "gives a residual code beside another code.",
    "Account content, neutral evidence and admin stand alone: take the residual code away.",
)
UNCLEAR = _Mistake(
    "gives a victim or suspect code though role-unclear is set.",
    "Take the code away, or empty role-unclear.",
)


@dataclass
class Rows:
    """What the rows of a sheet hold, as they are read."""

    units: list[dict[str, Any]] = field(default_factory=list)
    codings: list[dict[str, Any]] = field(default_factory=list)
    open_rows: list[int] = field(default_factory=list)
    mistakes: dict[_Mistake, list[str]] = field(default_factory=dict)

    def add(self, mistake: _Mistake, cell: Cell) -> None:
        """Note a mistake; a cell is named once for each."""
        cells = self.mistakes.setdefault(mistake, [])
        if cell.coordinate not in cells:
            cells.append(cell.coordinate)

    def problems(self, path: Path) -> list[Problem]:
        """The mistakes, cells of a kind together."""
        found = []
        for mistake, cells in self.mistakes.items():
            message = mistake.message
            if len(cells) > 1:  # "E7 holds", but "E7 and E9 hold"
                message = re.sub(r"^(hold|give|belong)s\b", r"\1", message)
                message = re.sub(r"^is\b", "are", message)
            place = f"{UNITS}, {cell_list(cells)}"
            found.append(Problem(shown_path(path), place, "", message, mistake.remedy))
        return found


def read_coded(held: Round, codebook: Codebook) -> Coded:
    """Read the workbooks of all coders of a round, as far as they are, and what came from other programs.

    Raises
    ------
    InspectionError
        With everything that is wrong in any workbook: another round's, a changed unit, an unknown code or
        value, context without a code. A unit not yet coded is no mistake.
    """
    check_codebook(held, codebook)
    problems: list[Problem] = []
    units: list[dict[str, Any]] = []
    codings: list[dict[str, Any]] = []
    progress = []
    for path in _strangers(held):
        remedy = "Take it out of the folder, or add its coder with inspection audit sample."
        problems.append(
            Problem(shown_path(path), "", "", "is the workbook of no coder of this round.", remedy)
        )
    for coder in held.coders:
        path = workbook_path(held, coder)
        order = unit_order(held, coder)
        rows = Rows(open_rows=list(range(HEAD + 1, HEAD + 1 + len(order))))
        if path.exists():
            workbook = open_returned(path)
            if isinstance(workbook, Problem):
                problems.append(workbook)
                continue
            wrong = _recognise(path, workbook, held, coder)
            made = build_workbook(held, codebook, coder)
            wrong = wrong or sheet_problems(path, workbook, made)
            if wrong:
                problems += wrong
                continue
            rows = read_rows(workbook[UNITS], Layout(), order, coder=coder, codebook=codebook)
            problems += rows.problems(path)
        if (brought := read_brought(held, coder)) is not None:
            if rows.units:
                problems.append(_coded_twice(held, coder, path))
            rows = _brought_rows(brought, order, coder=coder)
        units += rows.units
        codings += rows.codings
        next_row = rows.open_rows[0] if rows.open_rows else 0
        progress.append((coder, len(order) - len(rows.open_rows), len(order), next_row))
    if problems:
        raise InspectionError(problems)
    return Coded(
        pd.DataFrame(units, columns=list(UNIT_COLUMNS)),
        pd.DataFrame(codings, columns=list(CODING_COLUMNS)).astype({"counts": bool}),
        pd.DataFrame(progress, columns=["coder", "coded", "units", "next_row"]),
    )


def read_rows(
    sheet: Worksheet, layout: Layout, units: pd.DataFrame, *, coder: str, codebook: Codebook
) -> Rows:
    """Read a sheet of units, a row each, in the order of `units`."""
    rows = Rows()
    for row, unit in enumerate(units.to_dict("records"), start=HEAD + 1):
        _read_row(sheet, layout, row, unit, rows, coder=coder, codebook=codebook)
    return rows


def sheet_problems(path: Path, workbook: Workbook, made: Workbook) -> list[Problem]:
    """What was changed in a workbook besides the cells to fill in."""
    shown = shown_path(path)
    missing = [name for name in made.sheetnames if name not in workbook.sheetnames]
    extra = len([name for name in workbook.sheetnames if name not in made.sheetnames])
    if missing or extra:
        message = f"lacks {len(missing)} of its sheets and has {extra} more."
        remedy = "Restore it from an earlier copy; what is on sheets added belongs into the comments."
        return [Problem(shown, "sheets", "", message, remedy)]
    sheet = workbook[UNITS]
    if sheet.max_row > made[UNITS].max_row + BEYOND:
        remedy = "Delete the rows below the units; if they hold anything, move it into comments."
        return [Problem(shown, UNITS, "", f"reaches down to row {sheet.max_row}.", remedy)]
    cells = changed_cells(sheet, made[UNITS])
    if len(cells) > MOST_CHANGED_CELLS:
        message = f"differs from the workbook in {len(cells)} cells: rows were moved, sorted or deleted."
        remedy = "Copy the codes into a fresh workbook; the units must stay in their rows."
        return [Problem(shown, f"{UNITS}, {cells[0]}", "", message, remedy)]
    if cells:
        message = "no longer holds what the workbook was made with."
        remedy = "Put back the unit, heading or note as it stands in a fresh workbook."
        return [Problem(shown, f"{UNITS}, {cell_list(cells)}", "", message, remedy)]
    return []


def _coded_twice(held: Round, coder: str, path: Path) -> Problem:
    message = f"is filled in, and coding of {coder} was brought in from another program as well."
    remedy = f"Keep one: empty the workbook, or delete {shown_path(brought_path(held, coder))}."
    return Problem(shown_path(path), "", "", message, remedy)


def _brought_rows(brought: Sequence[Mapping[str, Any]], order: pd.DataFrame, *, coder: str) -> Rows:
    """What was coded in another program; where a coder goes on there, no row says."""
    cases = dict(zip(order["unit_id"], order["case_id"], strict=True))
    rows = Rows(open_rows=[0] * (len(order) - len(brought)))
    for row in brought:
        unit, flags = row["unit_id"], row["flags"]
        found = (unit, cases[unit], coder, " ".join(flags), row["comment"])
        rows.units.append(dict(zip(UNIT_COLUMNS, found, strict=True)))
        rows.codings += [coding_row(unit, coder, one["code"], one, flags=flags) for one in row["codes"]]
    return rows


def _strangers(held: Round) -> list[Path]:
    known = {workbook_path(held, coder).name for coder in held.coders}
    there = sorted(held.workbooks.glob("*")) if held.workbooks.is_dir() else []
    return [path for path in there if path.name not in known and not path.name.startswith((".", "~$"))]


def _recognise(path: Path, workbook: Workbook, held: Round, coder: str) -> list[Problem]:
    facts, expected = read_facts(workbook), workbook_facts(held, coder)
    if facts.get("form") != expected["form"]:
        remedy = "Hand in the workbook that inspection audit sample made."
        return [Problem(shown_path(path), "", "", "is not a coding workbook.", remedy)]
    if facts != expected:
        remedy = "Hand in the workbook made for this coder and round, under its own name."
        return [Problem(shown_path(path), "", "", "is of another coder, round or draw.", remedy)]
    return []


def _read_row(
    sheet: Worksheet,
    layout: Layout,
    row: int,
    unit: Mapping[Any, Any],
    rows: Rows,
    *,
    coder: str,
    codebook: Codebook,
) -> None:
    cells = {head: sheet[f"{column}{row}"] for head, column in layout.column.items()}
    for letter in layout.inputs:
        if is_formula(sheet[f"{letter}{row}"]):
            rows.add(FORMULA, sheet[f"{letter}{row}"])
            return
    flags = []
    for flag in FLAGS:
        if plain(cells[flag]).casefold() == "yes":
            flags.append(flag)
        elif plain(cells[flag]):
            rows.add(NOT_YES, cells[flag])
    confidence = _value(cells["confidence"], "confidence", rows)
    given = _given(sheet, layout, row, rows, codebook=codebook)
    codes = [code for code, _, _ in given]
    residual = {code.id for code in codebook.codes if code.residual}
    for code, cell, _ in given:
        if code in residual and len(codes) > 1:
            rows.add(RESIDUAL, cell)
        if code.startswith(FOCUS) and "role-unclear" in flags:
            rows.add(UNCLEAR, cell)
    if not codes and "role-unclear" not in flags:
        rows.open_rows.append(row)
        return
    comment = plain(cells["Comment"])
    rows.units.append(
        dict(
            zip(
                UNIT_COLUMNS, (unit["unit_id"], unit["case_id"], coder, " ".join(flags), comment), strict=True
            )
        )
    )
    rows.codings += [
        coding_row(unit["unit_id"], coder, code, {**values, "confidence": confidence}, flags=flags)
        for code, _, values in given
    ]


def _given(
    sheet: Worksheet, layout: Layout, row: int, rows: Rows, *, codebook: Codebook
) -> list[tuple[str, Cell, dict[str, str]]]:
    """Codes of a row with their cells and attributes, mistakes noted."""
    given: list[tuple[str, Cell, dict[str, str]]] = []
    gap = False
    for letter, columns in layout.codes():
        cell = sheet[f"{letter}{row}"]
        places = {name: sheet[f"{column}{row}"] for name, column in columns.items()}
        values = {name: _value(place, name, rows) for name, place in places.items()}
        code = plain(cell).casefold()
        if not code:
            gap = True
            for place in places.values():
                if plain(place):
                    rows.add(NO_CODE, place)
            continue
        if code not in codebook.by_id:
            rows.add(UNKNOWN_CODE, cell)
            continue
        if gap:
            rows.add(GAP, cell)
        if code in [known for known, _, _ in given]:
            rows.add(TWICE, cell)
        if values["purpose"] and code != "vic-records-trawl":
            rows.add(PURPOSE, places["purpose"])
        if not code.startswith(FOCUS):
            allowed = ("voice", "purpose") if code == "oth-account-content" else ("purpose",)
            for name, place in places.items():
                if values[name] and name not in allowed:
                    rows.add(OTHER, place)
        given.append((code, cell, values))
    return given


def _value(cell: Cell, name: str, rows: Rows) -> str:
    value = plain(cell).casefold()
    if value and value not in VALUES[name]:
        rows.add(UNKNOWN_VALUE, cell)
        return ""
    return value


def described(codings: Iterable[Mapping[Any, Any]], flags: Sequence[str] = ()) -> str:
    """What a coder said of a unit, in words, usual values left out."""
    parts = []
    for row in codings:
        unusual = [str(row[name]) for name in VALUES if row.get(name) and row[name] != DEFAULTS[name]]
        parts.append(f"{row['code']} ({', '.join(unusual)})" if unusual else str(row["code"]))
    return "; ".join([*sorted(parts), *flags])
