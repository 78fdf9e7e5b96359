"""The workbook in which a coder codes: the codebook, and a row a unit with the note above it.

What the machine said of a unit, and why it was drawn, stands nowhere in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from inspections.audit.rounds import Round
from inspections.reviews.allotment import slug
from inspections.reviews.forms import UNANSWERED
from inspections.reviews.workbooks import (
    finish_sheet,
    fit_row,
    head_row,
    new_workbook,
    put,
    put_formula,
    put_input,
    save,
    write_facts,
)
from nlp.audit.draw import in_order
from nlp.codebook import ATTRIBUTES as VALUES
from nlp.codebook import Code, Codebook

__all__ = [
    "ATTRIBUTES",
    "CODES_A_UNIT",
    "FLAGS",
    "HEAD",
    "UNITS",
    "Layout",
    "build_workbook",
    "fill_units",
    "make_workbooks",
    "unit_order",
    "workbook_facts",
    "workbook_path",
]

FORM = "coding workbook, layout 1"
UNITS, GUIDANCE, CONTEXT = "Units", "Codebook", "Context"
ATTRIBUTES = ("polarity", "voice", "status", "frame", "purpose")
FLAGS = ("boilerplate", "quote", "role-unclear", "bad-unit")
CODES_A_UNIT = 4
HEAD = 4
LONGEST = 30_000
"""Characters of the note above a unit that are shown; a cell holds 32,767."""
HELP = (
    "Code the sheet Units from top to bottom; the notes of a case file stand together. Read the note above a "
    "unit first: code only from it and the unit.",
    "Code 1 to Code 4: choose from the list. Every unit gets at least one code, unless who is meant stays "
    "open: then set role-unclear to yes and give no victim-credibility or suspect-focus code.",
    "Polarity, voice, status, frame and purpose belong to the code on their left. Leave one empty where the "
    "usual value holds; the sheet Context says which it is, and when another holds.",
    "Codes that begin with oth- take neither of them, but oth-account-content takes a voice. The three "
    "residual codes (account content, neutral evidence, admin) stand alone.",
    "boilerplate, quote, role-unclear, bad-unit: yes where it holds. bad-unit: the unit is cut wrongly; code "
    "what is there.",
    "Confidence: low where you hesitated. It counts all the same.",
    "Comment: what a third person would need to follow you. It is case material: keep it in this workbook.",
    "Save and go on whenever you like. The second line of the sheet Units says where you stopped.",
    "Only white cells with a border can be changed. Please do not add, copy, rename, sort or delete.",
    "Work alone: do not discuss a unit with another coder before all workbooks are in. In a training round, "
    "discuss every unit once you have coded it.",
    "Hand the workbook in under its own name, in Excel format (.xlsx). Keep one version only.",
)
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "polarity": {
        "affirmed": "Usual. The stance is taken or the work done or planned, also where its result is nil.",
        "rebutted": "The doubt is denied, explained in the victim's favour, or not to be used.",
        "not-done": "The work is noted as not done, or refused as unnecessary.",
    },
    "voice": {
        "police": "Usual. Police hold it, or adopt what somebody else says.",
        "suspect": "The suspect says so.",
        "defence": "The defence says so.",
        "cps": "The prosecutor says so. A task that police take on from the CPS is police.",
        "victim": "The victim says so.",
        "other": "Anybody else says so.",
    },
    "status": {
        "done": "Usual. Done, or a stance held now; a condition put to the victim, too.",
        "planned": "A task for this case that is still to be done.",
        "hypothetical": "Only if, might, or would need to. A hedge inside a reason is not hypothetical.",
    },
    "frame": {
        "current": "Usual. It is about this investigation.",
        "historical": "It is about an earlier investigation or event.",
    },
    "purpose": {
        "credibility": "Records of the victim are sought to test the victim.",
        "unstated": "Usual for vic-records-trawl, the one code that takes a purpose. No reason is given.",
        "limited": "The request is limited to what links it to the suspect.",
    },
    "confidence": {"high": "Usual.", "low": "You hesitated."},
}


@dataclass(frozen=True)
class Layout:
    """Columns of the sheet of units; one for what coders said where differences are settled."""

    settling: bool = False

    @cached_property
    def headings(self) -> dict[str, str]:
        """Column letter -> heading."""
        heads = ["No.", "Case file and entry", "The note above the unit", "Unit"]
        heads += ["What the coders said", "Why"] if self.settling else []
        for number in range(1, CODES_A_UNIT + 1):
            heads += [f"Code {number}", *(f"{name} {number}" for name in ATTRIBUTES)]
        heads += [*FLAGS, "confidence", "Comment", "Still to do"]
        return {get_column_letter(at): head for at, head in enumerate(heads, start=1)}

    @cached_property
    def column(self) -> dict[str, str]:
        """Heading -> column letter."""
        return {head: column for column, head in self.headings.items()}

    @property
    def inputs(self) -> list[str]:
        """Columns to fill in."""
        fixed = ("No.", "Case file and entry", "The note above the unit", "Unit", "What the coders said")
        return [column for column, head in self.headings.items() if head not in (*fixed, "Still to do")]

    @cached_property
    def widths(self) -> dict[str, float]:
        """Column letter -> width."""
        wide = {
            "No.": 5,
            "Case file and entry": 17,
            "The note above the unit": 44,
            "Unit": 40,
            "What the coders said": 44,
            "Why": 34,
            "Comment": 34,
        }
        return {
            column: wide.get(head, 26 if head.startswith("Code") else 11)
            for column, head in self.headings.items()
        }

    def codes(self) -> list[tuple[str, dict[str, str]]]:
        """For each place of a code its column, and the columns of its attributes."""
        return [
            (self.column[f"Code {at}"], {name: self.column[f"{name} {at}"] for name in ATTRIBUTES})
            for at in range(1, CODES_A_UNIT + 1)
        ]


def make_workbooks(held: Round, codebook: Codebook) -> tuple[list[Path], list[Path]]:
    """Write the workbook of every coder who has none yet; those that are there are left as they are.

    Returns
    -------
    tuple of list of Path
        Those written, and those left.
    """
    held.workbooks.mkdir(parents=True, exist_ok=True)
    written, left = [], []
    for coder in held.coders:
        path = workbook_path(held, coder)
        if path.exists():
            left.append(path)
            continue
        save(build_workbook(held, codebook, coder), path, dated=held.dated)
        written.append(path)
    return written, left


def workbook_path(held: Round, coder: str) -> Path:
    """File of a coder's workbook."""
    return held.workbooks / f"{held.name}-{slug(coder)}.xlsx"


def workbook_facts(held: Round, coder: str) -> dict[str, str]:
    """What a workbook is recognised by when it comes back."""
    return {
        "form": FORM,
        "round": held.name,
        "seed": held.seed,
        "codebook": held.codebook,
        "coder": coder,
        **{str(at): unit for at, unit in enumerate(unit_order(held, coder)["unit_id"], start=1)},
    }


def unit_order(held: Round, coder: str) -> pd.DataFrame:
    """The units in a coder's order: case files as they fall for the coder, the units of a file as written."""
    cases = in_order(sorted(set(held.units["case_id"])), f"{held.seed} {held.name} {slug(coder)}")
    place = {case: at for at, case in enumerate(cases)}
    ordered = held.units.assign(place=held.units["case_id"].map(place))
    return ordered.sort_values(["place", "entry_no", "unit_no"], ignore_index=True).drop(columns="place")


def build_workbook(held: Round, codebook: Codebook, coder: str) -> Workbook:
    """The empty workbook of a coder, in memory; reading one back compares it with this, cell by cell."""
    title = f"Coding of investigation notes: {held.name} round"
    workbook, sheets = new_workbook(title, ["Help", GUIDANCE, CONTEXT, UNITS])
    fill_help(sheets["Help"], title, f"Coder: {coder}", HELP)
    fill_guidance(sheets, codebook)
    fill_units(sheets[UNITS], Layout(), unit_order(held, coder), held.notes, codebook)
    write_facts(workbook, workbook_facts(held, coder))
    return workbook


def fill_help(sheet: Worksheet, title: str, who: str, lines: Sequence[str]) -> None:
    """What to do, a line a row."""
    put(sheet, "A1", title, bold=True, size=16, wrapped=False)
    put(sheet, "A2", who, wrapped=False)
    for row, line in enumerate(lines, start=4):
        put(sheet, f"A{row}", str(row - 3))
        put(sheet, f"B{row}", line)
        fit_row(sheet, row, (line, 110, 11))
    finish_sheet(sheet, widths={"A": 6, "B": 110})


def fill_guidance(sheets: Mapping[str, Worksheet], codebook: Codebook) -> None:
    """The codebook's guidance, and what the context attributes mean."""
    sheet = sheets[GUIDANCE]
    put(sheet, "A1", f"{codebook.title}, version {codebook.version}", bold=True, size=16, wrapped=False)
    put(sheet, "A2", codebook.measures, wrapped=False)
    heads = (
        "Code",
        "Title",
        "Definition",
        "Include",
        "Exclude",
        "Examples that have it",
        "Examples that do not",
    )
    widths = dict(zip("ABCDEFG", (30, 26, 50, 50, 50, 60, 60), strict=True))
    head_row(sheet, HEAD, dict(zip("ABCDEFG", heads, strict=True)))
    for row, code in enumerate(codebook.codes, start=HEAD + 1):
        texts = (code.id, code.title, code.definition, *_guidance(code))
        for column, text in zip("ABCDEFG", texts, strict=True):
            put(sheet, f"{column}{row}", text, grid=True)
        fit_row(
            sheet, row, *((text, widths[column], 11) for column, text in zip("ABCDEFG", texts, strict=True))
        )
    finish_sheet(sheet, widths=widths, freeze=f"B{HEAD + 1}", titles=f"{HEAD}:{HEAD}")
    sheet = sheets[CONTEXT]
    put(sheet, "A1", "Context of a code", bold=True, size=16, wrapped=False)
    head_row(sheet, HEAD, {"A": "What", "B": "Value", "C": "When"})
    contexts = [(name, value, when) for name, values in MEANINGS.items() for value, when in values.items()]
    for row, context in enumerate(contexts, start=HEAD + 1):
        for column, text in zip("ABC", context, strict=True):
            put(sheet, f"{column}{row}", text, grid=True)
    finish_sheet(sheet, widths={"A": 14, "B": 16, "C": 110}, freeze=f"A{HEAD + 1}")


def _guidance(code: Code) -> tuple[str, str, str, str]:
    given = [example.text for example in code.examples if code.id in {one.code for one in example.codes}]
    others = [example.text for example in code.examples if example.text not in given]
    return "\n".join(code.include), "\n".join(code.exclude), "\n".join(given), "\n".join(others)


def fill_units(
    sheet: Worksheet,
    layout: Layout,
    units: pd.DataFrame,
    notes: pd.DataFrame,
    codebook: Codebook,
    said: Mapping[str, str] | None = None,
) -> None:
    """A row a unit, with what to fill in; `said`, what coders said of each, to settle differences."""
    column, last = layout.column, HEAD + max(len(units), 1)
    to_do = f"{column['Still to do']}{HEAD + 1}:{column['Still to do']}{last}"
    put(sheet, "A1", "Units", bold=True, size=16, wrapped=False)
    left = f'COUNTIF({to_do},"code")'
    stopped = f'IF({left}=0,"All are coded.","Go on in row "&(MATCH("code",{to_do},0)+{HEAD})&".")'
    put_formula(sheet, "A2", f'={len(units)}-{left}&" of {len(units)} units coded. "&{stopped}', bold=True)
    head_row(sheet, HEAD, layout.headings)
    note_of = notes.set_index(["case_id", "entry_no"])
    for row, unit in enumerate(units.to_dict("records"), start=HEAD + 1):
        note = note_of.loc[(unit["case_id"], unit["entry_no"])]
        told = [f"entry {unit['entry_no']}"]
        told += [str(note[name]) for name in ("author_role", "entry_type") if note.get(name)]
        texts = {
            "No.": str(row - HEAD),
            "Case file and entry": f"{unit['case_id']}\n{', '.join(told)}",
            "The note above the unit": _above(note["text"][: unit["start"]]),
            "Unit": note["text"][unit["start"] : unit["end"]],
        }
        if said is not None:
            texts["What the coders said"] = said[unit["unit_id"]]
        for head, text in texts.items():
            put(sheet, f"{column[head]}{row}", text, grid=True)
        for letter in layout.inputs:
            put_input(sheet, f"{letter}{row}")
        open_cells = f'AND({column["Code 1"]}{row}="",{column["role-unclear"]}{row}<>"yes")'
        put_formula(sheet, f"{column['Still to do']}{row}", f'=IF({open_cells},"code","")')
        shown = ("The note above the unit", "Unit", "What the coders said")
        fit_row(sheet, row, *((texts[h], layout.widths[column[h]], 11) for h in shown if h in texts))
        sheet.row_dimensions[row].height = min(sheet.row_dimensions[row].height, 400)  # Excel's most is 409
    _add_choices(sheet, layout, last=last, codes=len(codebook.codes))
    rule = FormulaRule([f'${column["Still to do"]}{HEAD + 1}="code"'], fill=UNANSWERED)
    sheet.conditional_formatting.add(f"{column['Code 1']}{HEAD + 1}:{column['Code 1']}{last}", rule)
    finish_sheet(sheet, widths=layout.widths, freeze=f"E{HEAD + 1}", titles=f"{HEAD}:{HEAD}")


def _add_choices(sheet: Worksheet, layout: Layout, *, last: int, codes: int) -> None:
    lists: list[tuple[str, list[str]]] = [
        (f"'{GUIDANCE}'!$A${HEAD + 1}:$A${HEAD + codes}", [code for code, _ in layout.codes()])
    ]
    for name in ATTRIBUTES:
        lists.append((f'"{",".join(VALUES[name])}"', [columns[name] for _, columns in layout.codes()]))
    lists.append(('"yes"', [layout.column[flag] for flag in FLAGS]))
    lists.append((f'"{",".join(VALUES["confidence"])}"', [layout.column["confidence"]]))
    for formula, columns in lists:
        choices = DataValidation("list", formula1=formula, allow_blank=True)
        choices.showErrorMessage, choices.error = True, "Choose one from the list in the cell."
        for letter in columns:
            choices.add(f"{letter}{HEAD + 1}:{letter}{last}")
        sheet.add_data_validation(choices)


def _above(text: str) -> str:
    above = text.rstrip()
    return above if len(above) <= LONGEST else f"[...] {above[-LONGEST:]}"
