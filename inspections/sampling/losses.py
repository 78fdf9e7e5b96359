"""The record of case files that could not be read: who found so, when, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path

import pandas as pd

from inspections.sampling.draw import Sample
from inspections.sampling.replacement import replace_lost
from parameters.disk import whole_file
from parameters.models import Parameters
from parameters.paths import PROJECT, shown_path
from parameters.problems import InspectionError, Problem, as_written
from parameters.suggestions import listed

__all__ = [
    "Loss",
    "LossReason",
    "losses_by_reason",
    "losses_table",
    "lost_cases_file",
    "read_losses",
    "record_loss",
    "replace_losses",
]


class LossReason(StrEnum):
    """Why a case file could not be read: a short list, so that reasons can be counted and published."""

    NOT_FOUND = "not found"
    HELD_ELSEWHERE = "held elsewhere"
    ACCESS_REFUSED = "access refused"
    INCOMPLETE = "damaged or incomplete"
    OTHER = "other"


@dataclass(frozen=True)
class Loss:
    """One case file drawn that could not be read.

    Attributes
    ----------
    case_id : str
        Reference of the case.
    reason : LossReason
        The only part that is published, as a count.
    note : str
        More, in the inspector's words; restricted.
    recorded_by : str
        Name of the inspector.
    recorded_on : date
        Day of the entry.
    """

    case_id: str
    reason: LossReason
    note: str
    recorded_by: str
    recorded_on: date


COLUMNS = tuple(field.name for field in fields(Loss))


def lost_cases_file(parameters: Parameters) -> Path:
    """Where the record of a force's lost case files is kept: beside its parameter file."""
    return (PROJECT / parameters.file).with_name(f"{parameters.force.force}-lost-cases.csv")


def read_losses(path: Path) -> tuple[Loss, ...]:
    """Read a force's record of lost case files; without the file, none were lost.

    Parameters
    ----------
    path : Path
        CSV file with the columns of `Loss`, as `record_loss` writes it.

    Raises
    ------
    InspectionError
        With every entry that cannot be used.
    """
    if not path.is_file():
        return ()
    shown = shown_path(path)
    remedy = "Save it as CSV UTF-8; losses are recorded with: inspection replace"
    with as_written(shown, remedy=remedy), path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, restval="", strict=True)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            message = f"must have the columns {', '.join(COLUMNS)}."
            raise InspectionError([Problem(shown, "", "", message, "Record losses with: inspection replace")])
        entries = [{name: (row[name] or "").strip() for name in COLUMNS} for row in rows]
    problems = [
        problem for line, entry in enumerate(entries, start=2) for problem in _problems(entry, line, shown)
    ]
    references = [entry["case_id"] for entry in entries]
    if twice := sorted({reference for reference in references if references.count(reference) > 1}):
        message = f"names {listed(twice)} more than once."
        problems.append(Problem(shown, "case_id", "", message, "Keep the first entry of each."))
    if problems:
        raise InspectionError(problems)
    return tuple(
        Loss(
            entry["case_id"],
            LossReason(entry["reason"]),
            entry["note"],
            entry["recorded_by"],
            date.fromisoformat(entry["recorded_on"]),
        )
        for entry in entries
    )


def _problems(entry: Mapping[str, str], line: int, shown: str) -> list[Problem]:
    found = [
        Problem(shown, f"line {line}: {name}", "", "is empty.", "Fill it in.")
        for name in COLUMNS
        if name != "note" and not entry[name]
    ]
    if entry["reason"] and entry["reason"] not in set(LossReason):
        message = "is not one of the reasons that are counted."
        remedy = f"Write one of: {', '.join(LossReason)}. The rest belongs in note."
        found.append(Problem(shown, f"line {line}: reason", "", message, remedy))
    if entry["recorded_on"] and not _is_day(entry["recorded_on"]):
        message = "is not a day written as year-month-day."
        found.append(Problem(shown, f"line {line}: recorded_on", "", message, "Write 2026-10-05."))
    return found


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def record_loss(path: Path, loss: Loss) -> None:
    """Add an entry to a force's record; what stands in it already is never changed."""
    losses = (*read_losses(path), loss)
    with whole_file(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(astuple, losses))


def replace_losses(
    sample: Sample, dips: Mapping[str, Sample], losses: Iterable[Loss], *, file: str
) -> tuple[Sample, dict[str, Sample]]:
    """Replace every lost case in whichever samples it was drawn for, entry by entry.

    A case lost from one sample is passed over in the reserve of another: it cannot be read there either.

    Parameters
    ----------
    sample : Sample
        The main sample, as drawn.
    dips : mapping
        Outcome type -> dip sample, as drawn.
    losses : iterable of Loss
        In the order in which they were recorded; a replacement may be lost in its turn.
    file : str
        The record, for errors.

    Raises
    ------
    InspectionError
        When an entry names a case that was not to be read.
    """
    parts, known, unknown = {"": sample, **dips}, dict[str, str](), []
    for loss in losses:
        if not any((part.cases["case_id"] == loss.case_id).any() for part in parts.values()):
            unknown.append(loss.case_id)
        known[loss.case_id] = loss.reason
        for name in parts:
            while gone := known.keys() & set(parts[name].cases["case_id"]):
                lost = {case_id: known[case_id] for case_id in gone}
                parts[name] = replace_lost(parts[name], lost, file=file)
    if unknown:
        message = f"names {listed(unknown)}, not among the cases to be read."
        remedy = (
            "Check the references against the reading list. If the force's list of cases has changed since, "
            "take them out."
        )
        raise InspectionError([Problem(file, "case_id", listed(unknown), message, remedy)])
    return parts.pop(""), parts


def losses_table(sample: Sample, dips: Mapping[str, Sample], losses: Iterable[Loss]) -> pd.DataFrame:
    """Every loss with what became of it, by sample. Restricted.

    Returns
    -------
    DataFrame
        ``drawn_for, case_id, stratum, order, reason, note, recorded_by, recorded_on, replaced_by,
        reserve_place``; the last two are blank where no case was left.
    """
    record = pd.DataFrame([vars(loss) for loss in losses], columns=list(COLUMNS)).drop(columns="reason")
    record = record.astype({"case_id": "str"})
    parts = {"main sample": sample, **{f"dip sample of outcome {code}": dip for code, dip in dips.items()}}
    lost = pd.concat([part.lost.assign(drawn_for=name) for name, part in parts.items()], ignore_index=True)
    lost = lost.astype({"case_id": "str"}).merge(record, on="case_id", how="left")
    lost["reserve_place"] = lost["reserve_place"].astype("Int64")
    lost["order"] = lost["order"].astype("Int64")
    texts = ["drawn_for", "case_id", "stratum", "reason", "note", "recorded_by", "replaced_by"]
    lost = lost.astype(dict.fromkeys(texts, "str")).assign(recorded_on=pd.to_datetime(lost["recorded_on"]))
    columns = ["drawn_for", "case_id", "stratum", "order", "reason", "note", "recorded_by", "recorded_on"]
    return lost[[*columns, "replaced_by", "reserve_place"]]


def losses_by_reason(losses: Iterable[Loss]) -> pd.DataFrame:
    """Case files lost by reason, each once whatever it was drawn for: ``reason, cases``."""
    counts = pd.Series([loss.reason.value for loss in losses], dtype="str").value_counts()
    reasons = [reason.value for reason in LossReason if reason.value in counts]
    return pd.DataFrame({"reason": reasons, "cases": [int(counts[reason]) for reason in reasons]})
