"""Where coders differ on a unit, a third person decides; what all agree on in the end is the gold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook

from inspections.audit.reading import Coded, described, read_rows, sheet_problems
from inspections.audit.rounds import Round
from inspections.audit.workbooks import (
    CONTEXT,
    GUIDANCE,
    HEAD,
    UNITS,
    Layout,
    fill_guidance,
    fill_help,
    fill_units,
)
from inspections.reviews.allotment import slug
from inspections.reviews.workbooks import (
    cell_list,
    is_formula,
    new_workbook,
    open_returned,
    plain,
    put,
    put_input,
    read_facts,
    save,
    write_facts,
)
from nlp.audit.gold import ATTRIBUTES, write_corpus
from nlp.codebook import Codebook
from parameters import InspectionError, Problem, shown_path
from parameters.suggestions import listed

__all__ = ["Settled", "differing_units", "read_settled", "settle", "settling_workbook"]

FORM = "settling of codings, layout 1"
DECIDED_BY = "B3"
HELP = (
    "Each row of the sheet Units is a unit on which coders differ; who said what is not told.",
    "Give every unit its final codes, as a coder does. They need not be those of either.",
    "Why is needed in every row: the decision is kept with it.",
    "Write your name in cell B3 of the sheet Units. A third person decides: none of the coders.",
    "Only white cells with a border can be changed. Hand the workbook in as Excel workbook (.xlsx).",
)
LAYOUT = Layout(settling=True)


@dataclass(frozen=True, repr=False)
class Settled:
    """The final coding of a round. Restricted.

    Attributes
    ----------
    units : DataFrame
        The drawn units with ``flags`` and ``coding``: "one coder", "agreed" or "adjudicated".
    codings : DataFrame
        Their codes.
    coded_by : str
        Who coded and who settled, in words.
    """

    units: pd.DataFrame
    codings: pd.DataFrame
    coded_by: str


def differing_units(coded: Coded) -> pd.DataFrame:
    """What coders said of the units on which those who finished them differ, in codes, context or flags.

    Confidence and comments are no difference.

    Returns
    -------
    DataFrame
        ``unit_id, said``: a line a coder, in an order that tells nothing about who it was.
    """
    context = [name for name in ATTRIBUTES if name != "confidence"]
    given: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in coded.codings.to_dict("records"):
        given.setdefault((row["unit_id"], row["coder"]), []).append(row)
    answers: dict[str, set[tuple[Any, ...]]] = {}
    words: dict[str, list[str]] = {}
    for unit in coded.units.to_dict("records"):
        rows = given.get((unit["unit_id"], unit["coder"]), [])
        codes = tuple(sorted((row["code"], *(row[name] for name in context)) for row in rows))
        flags = unit["flags"].split()
        answers.setdefault(unit["unit_id"], set()).add((codes, tuple(flags)))
        words.setdefault(unit["unit_id"], []).append(described(rows, flags))
    differing = [(unit, "\n".join(sorted(words[unit]))) for unit in answers if len(answers[unit]) > 1]
    return pd.DataFrame(sorted(differing), columns=["unit_id", "said"])


def settle(held: Round, coded: Coded, codebook: Codebook) -> Path | None:
    """Write the workbook in which differences are settled, unless it is there or there are none.

    Returns
    -------
    Path or None
        The workbook just made; None where coders differ on no unit, or it is there and may be read.

    Raises
    ------
    InspectionError
        When a coder has not finished.
    """
    _refuse_unfinished(held, coded)
    path = settling_workbook(held)
    if path.exists() or differing_units(coded).empty:
        return None
    save(_build(held, coded, codebook), path, dated=held.dated)
    return path


def read_settled(held: Round, coded: Coded, codebook: Codebook) -> Settled:
    """Read the decisions and write the gold of a round, a corpus in the round's folder ``gold``.

    Raises
    ------
    InspectionError
        With everything that is wrong or not decided, by cell; what was typed is never repeated.
    """
    _refuse_unfinished(held, coded)
    differing = set(differing_units(coded)["unit_id"])
    first = coded.units.drop_duplicates("unit_id").set_index("unit_id")
    units = held.units.assign(
        flags=first["flags"].reindex(held.units["unit_id"]).to_numpy(),
        coding="agreed" if len(held.coders) > 1 else "one coder",
    )
    same = coded.codings[~coded.codings["unit_id"].isin(differing)]
    keys = ["unit_id", "code"]
    # of coders who agree, the least sure speaks
    codings = same.sort_values([*keys, "confidence"], ascending=[True, True, False]).drop_duplicates(keys)
    coded_by = listed(held.coders)
    if differing:
        decided, flags, by = _decisions(held, coded, codebook)
        chosen = units["unit_id"].isin(differing)
        units.loc[chosen, "flags"] = units.loc[chosen, "unit_id"].map(flags)
        units.loc[chosen, "coding"] = "adjudicated"
        codings = pd.concat([codings, decided], ignore_index=True)
        coded_by = f"{coded_by}, settled by {by}"
    codings = codings.sort_values(keys, ignore_index=True)
    write_corpus(held.gold, units, codings, held.notes, coded_by=coded_by)
    return Settled(units, codings, coded_by)


def _decisions(held: Round, coded: Coded, codebook: Codebook) -> tuple[pd.DataFrame, Mapping[str, str], str]:
    """Codes and flags of the units decided, and who decided."""
    path = settling_workbook(held)
    workbook = open_returned(path)
    if isinstance(workbook, Problem):
        raise InspectionError([workbook])
    if read_facts(workbook) != _facts(held, coded):
        remedy = "Move it away and make it anew: codings have changed since, or it is of another round."
        raise InspectionError([Problem(shown_path(path), "", "", "was made from other codings.", remedy)])
    if problems := sheet_problems(path, workbook, _build(held, coded, codebook)):
        raise InspectionError(problems)
    sheet, units = workbook[UNITS], _units(held, coded)
    rows = read_rows(sheet, LAYOUT, units, coder="gold", codebook=codebook)
    problems = rows.problems(path)
    why = LAYOUT.column["Why"]
    reasons = [sheet[f"{why}{row}"] for row in range(HEAD + 1, HEAD + 1 + len(units))]
    by = sheet[DECIDED_BY]
    coders = {slug(coder) for coder in held.coders}
    for cells, message, remedy in (
        (
            [f"{LAYOUT.column['Code 1']}{row}" for row in rows.open_rows],
            "not decided.",
            "Give the final codes.",
        ),
        (
            [cell.coordinate for cell in reasons if not plain(cell)],
            "do not say why.",
            "Write the reason as text; it is kept with the decision.",
        ),
        (
            [DECIDED_BY] if not plain(by) or is_formula(by) or slug(plain(by)) in coders else [],
            "names nobody, or a coder.",
            "Write the name of the third person who decides.",
        ),
    ):
        if cells:
            problems.append(Problem(shown_path(path), f"{UNITS}, {cell_list(cells)}", "", message, remedy))
    if problems:
        raise InspectionError(problems)
    flags = {row["unit_id"]: row["flags"] for row in rows.units}
    return pd.DataFrame(rows.codings, columns=coded.codings.columns), flags, plain(by)


def _refuse_unfinished(held: Round, coded: Coded) -> None:
    if not coded.finished:
        behind = coded.progress.loc[coded.progress["coded"] < coded.progress["units"], "coder"]
        message = f"has units that {listed(behind)} did not code yet."
        remedy = (
            "Finish all workbooks first: differences are settled on whole rounds, or weights would not hold."
        )
        raise InspectionError([Problem(f"audit round {held.name}", "", "", message, remedy)])


def settling_workbook(held: Round) -> Path:
    """Where differences of a round are settled; there is none where coders differ on nothing."""
    return held.folder / f"{held.name}-settling.xlsx"


def _facts(held: Round, coded: Coded) -> dict[str, str]:
    said = differing_units(coded).to_json(orient="values", force_ascii=False)
    return {
        "form": FORM,
        "round": held.name,
        "codebook": held.codebook,
        "codings": hashlib.sha256(said.encode("utf-8")).hexdigest(),
    }


def _units(held: Round, coded: Coded) -> pd.DataFrame:
    chosen = held.units[held.units["unit_id"].isin(differing_units(coded)["unit_id"])]
    return chosen.sort_values(["case_id", "entry_no", "unit_no"], ignore_index=True)


def _build(held: Round, coded: Coded, codebook: Codebook) -> Workbook:
    """The empty workbook, in memory."""
    title = f"Settling differences: {held.name} round"
    workbook, sheets = new_workbook(title, ["Help", GUIDANCE, CONTEXT, UNITS])
    fill_help(sheets["Help"], title, "", HELP)
    fill_guidance(sheets, codebook)
    differing = differing_units(coded)
    said = dict(zip(differing["unit_id"], differing["said"], strict=True))
    fill_units(sheets[UNITS], LAYOUT, _units(held, coded), held.notes, codebook, said)
    put(sheets[UNITS], "A3", "By", bold=True)
    put_input(sheets[UNITS], DECIDED_BY)
    write_facts(workbook, _facts(held, coded))
    return workbook
