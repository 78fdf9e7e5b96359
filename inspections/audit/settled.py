"""What a settled round of the audit says of one force, for its findings and its report.

The round is named in the force's parameters. It is only taken for the coding it was drawn from: the balance
put right is of those case files and that coding, and errors of another coding are not known from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from inspections.audit.adjudication import settling_workbook
from inspections.audit.rounds import ROUND, Round, open_round
from inspections.disclosure import Decision
from inspections.rounding import half_up
from nlp.audit.accuracy import accuracy, corrected_balance
from nlp.audit.agreement import ORIENTATIONS
from nlp.audit.gold import read_gold_codings
from parameters import PROJECT, InspectionError, Parameters, Problem

__all__ = ["AuditOfForce", "audit_facts", "check_audit", "read_audit"]

CORRECTED = "indicators", "effort-balance-corrected: force"
"""The row whose release decides whether anything of an audit is told."""
_CODED = ["case_id", "entry_no", "unit_no", "code", "counts"]
_FIELD = "audit.round"
_ALPHA = ("alpha", "alpha_low", "alpha_high")
_SHARES = tuple(f"{name}{end}" for name in ("precision", "recall") for end in ("", "_low", "_high"))


@dataclass(frozen=True)
class AuditOfForce:
    """A settled round as far as it is about one force. Restricted.

    Attributes
    ----------
    held : Round
        The round.
    units : DataFrame
        The force's units that people coded, ``orientations`` (words, of what the machine or people counted
        there) among the columns.
    adjudicated : bool
        Whether a third person settled differences.
    balance : dict
        As `nlp.audit.accuracy.corrected_balance` gives it.
    accuracy : DataFrame
        As `nlp.audit.accuracy.accuracy` gives it of the force's units, a row an orientation.
    alpha : mapping of str to (float, float, float)
        Krippendorff's alpha of the coders by orientation, with its ends, over the whole round.
    """

    held: Round
    units: pd.DataFrame
    adjudicated: bool
    balance: dict[str, float]
    accuracy: pd.DataFrame
    alpha: Mapping[str, tuple[float, float, float]]


def check_audit(parameters: Parameters) -> Round | None:
    """Open the settled round that a force's parameters name, without its units; None where they name none.

    Raises
    ------
    InspectionError
        When it is not there, not settled or scored, a training round, or of other forces.
    """
    named = parameters.force.audit
    if named is None:
        return None
    folder = PROJECT / named.round
    held = open_round(folder)
    problems = []

    def refuse(message: str, remedy: str) -> None:
        problems.append(Problem(parameters.file, _FIELD, named.round, message, remedy))

    match = ROUND.fullmatch(held.name)
    if match and match[1] == "training":
        refuse("is a training round, in which coders still learn.", "Name a pilot or main round.")
    if parameters.force.force not in held.forces:
        refuse("holds no units of this force.", "Name a round drawn from its notes, or leave audit out.")
    if not (held.gold / "gold.jsonl").is_file():
        refuse("is not settled.", "Settle it first: inspection audit settle")
    elif any(not (held.folder / "results" / name).is_file() for name in _results(held)):
        refuse("has not been scored since it was settled.", "Score it: inspection audit score")
    if problems:
        raise InspectionError(problems)
    return held


def read_audit(parameters: Parameters, *, coding: pd.DataFrame, sample: pd.DataFrame) -> AuditOfForce | None:
    """Read the audit that a force's parameters name, and put its balance right; None where they name none.

    Parameters
    ----------
    parameters : Parameters
        The force's; its ``audit`` names the round.
    coding : DataFrame
        The force's coding as it stands.
    sample : DataFrame
        Its sampled case files: ``case_id, weight, stratum``.

    Raises
    ------
    InspectionError
        As `check_audit`; and when the round was drawn from another coding or other case files, or was settled
        anew since it was scored.
    """
    held = check_audit(parameters)
    if held is None:
        return None
    force = parameters.force.force
    frame, units, cases = (
        table[table["force"] == force].reset_index(drop=True)
        for table in (held.frame, held.units, held.cases)
    )
    own = held.coding[held.coding["unit_id"].isin(frame["unit_id"])]
    gold = read_gold_codings(held.gold / "gold.jsonl")
    if problem := _stale(parameters, held, gold):
        raise InspectionError([problem])
    if _rows(own) != _rows(coding) or _weights(cases) != _weights(sample):
        message = "was drawn from another coding of this force's notes, or from other case files."
        remedy = "What is known of errors is of that coding. Draw and settle a new round, or leave audit out."
        raise InspectionError([Problem(parameters.file, _FIELD, "", message, remedy)])
    return AuditOfForce(
        held=held,
        units=_with_orientations(units, own, gold),
        adjudicated=settling_workbook(held).is_file(),
        balance=corrected_balance(frame, own, units, gold, cases),
        accuracy=accuracy(frame, own, units, gold, codes=()),
        alpha=_alpha(held),
    )


def audit_facts(
    audit: AuditOfForce | None, decision: Decision, parameters: Parameters
) -> dict[str, Any] | None:
    """What may be told of the audit: which it was, how coders agreed, and how right the coding is by it.

    No count of an audit is told but that of units people coded. Precision and recall are told where the
    balance put right is, each in whole per cent, and of an orientation only where as many case files are
    behind it as disclosure control asks for.

    Parameters
    ----------
    audit : AuditOfForce or None
        None where there was none.
    decision : Decision
        What disclosure control decided on the indicators, the balance put right among them.
    parameters : Parameters
        The checked parameters of the run.

    Returns
    -------
    dict or None
        ``round, settled_on, coders, adjudicated, units, all_units, all_forces, orientations``; these with
        ``name, alpha, alpha_low, alpha_high, precision, precision_low, ..., recall_high, enough, status``.
    """
    named = parameters.force.audit
    if audit is None or named is None:
        return None
    policy, hidden = decision.policy, CORRECTED in decision.rules
    rows = []
    for row in audit.accuracy.to_dict("records"):
        behind = audit.units.loc[audit.units["orientations"].str.contains(row["name"]), "case_id"].nunique()
        alpha = audit.alpha.get(row["name"], (math.nan,) * 3)
        told: dict[str, Any] = {"name": row["name"], "status": "shown", "enough": bool(row["enough"])}
        told |= {name: _two_places(value) for name, value in zip(_ALPHA, alpha, strict=True)}
        secret = hidden or policy.is_small(behind)
        told |= {name: None if secret else _two_places(row[name]) for name in _SHARES}
        rows.append(told | ({"status": "suppressed", "enough": False} if secret else {}))
    return {
        "round": audit.held.name,
        "settled_on": named.settled_on.isoformat(),
        "coders": len(audit.held.coders),
        "adjudicated": audit.adjudicated,
        "units": int(policy.rounded(len(audit.units))),
        "all_units": int(policy.rounded(len(audit.held.units))),
        "all_forces": len(audit.held.forces),
        "orientations": rows,
    }


def _two_places(value: float) -> float | None:
    return None if pd.isna(value) else half_up(value, places=2)


def _results(held: Round) -> tuple[str, ...]:
    return ("accuracy.csv", "agreement.csv") if len(held.coders) > 1 else ("accuracy.csv",)


def _stale(parameters: Parameters, held: Round, gold: pd.DataFrame) -> Problem | None:
    """The results of a round, agreement among them, are of the gold that there is now, or made anew."""
    now = accuracy(held.frame, held.coding, held.units, gold, codes=()).set_index("name")["gold"]
    scored = pd.read_csv(held.folder / "results" / "accuracy.csv").set_index("name")["gold"]
    if now.to_dict() == scored.reindex(now.index).to_dict():
        return None
    message, remedy = "has been settled anew since it was scored.", "Score it again: inspection audit score"
    return Problem(parameters.file, _FIELD, held.name, message, remedy)


def _rows(coding: pd.DataFrame) -> set[tuple[Any, ...]]:
    counted = coding[_CODED].astype({"entry_no": int, "unit_no": int, "counts": bool})
    return set(counted.itertuples(index=False, name=None))


def _weights(cases: pd.DataFrame) -> dict[str, float]:
    return dict(zip(cases["case_id"], cases["weight"].astype(float).round(9), strict=True))


def _with_orientations(units: pd.DataFrame, coding: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """The units with the orientations that the machine or people counted there, parted by blanks."""
    counted = pd.concat(
        [table.loc[table["counts"].astype(bool), ["unit_id", "code"]] for table in (coding, gold)]
    )
    words = pd.Series("", index=units.index)
    for prefix, name in ORIENTATIONS.items():
        here = units["unit_id"].isin(counted.loc[counted["code"].str.startswith(prefix), "unit_id"])
        words = words.mask(here, words + f" {name}")
    return units.assign(orientations=words.str.strip())


def _alpha(held: Round) -> dict[str, tuple[float, float, float]]:
    path = held.folder / "results" / "agreement.csv"
    if not path.is_file():
        return {}
    table = pd.read_csv(path).query("about == 'orientation'").set_index("name")
    return {str(name): tuple(row) for name, row in table[list(_ALPHA)].iterrows()}
