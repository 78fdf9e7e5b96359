"""What happens when a case file drawn cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from inspections.sampling.allocation import weigh
from inspections.sampling.draw import Sample
from parameters.problems import InspectionError, Problem
from parameters.suggestions import listed

__all__ = ["REPLACEMENT_RULE", "realised_against_planned", "replace_lost"]

REPLACEMENT_RULE = (
    "A case file that cannot be read is replaced by the next case of the same stratum in the order of the "
    "draw, so that which files are read in the end does not depend on the order in which losses come to "
    "light. Where a stratum has no case left, the place stays empty and the files read in it stand for all "
    "its cases; where none of it could be read, the files of the other strata do. Nobody chooses a "
    "replacement."
)


def replace_lost(sample: Sample, lost: Mapping[str, str], *, file: str = "cases lost") -> Sample:
    """Take the next case in the order of the draw for every case that cannot be read.

    Weights count a lost case among those that the files read stand for. That is right if files are lost
    without regard to what is in them; a force that cannot find its worst files makes the sample look better
    than it is, which no weight mends, so reasons are kept and belong in the report.

    Parameters
    ----------
    sample : Sample
        The sample, before or after earlier replacements; a replacement may itself be lost.
    lost : mapping
        Case reference -> reason, in words that may be printed.
    file : str
        Where the list of lost cases came from, for errors.

    Returns
    -------
    Sample
        Replacements are read last: their ``order`` follows all numbers given before. ``lost`` has a row for
        every case lost; ``strata`` has the numbers now read and their weights.

    Raises
    ------
    InspectionError
        When a case is not in the sample, or no reason is given.
    """
    _check_lost(sample, lost, file=file)
    if not lost:
        return sample
    gone = sample.cases[sample.cases["case_id"].isin(list(lost))].sort_values("order")
    turn = gone.groupby("stratum").cumcount()
    waiting = sample.reserve.assign(turn=sample.reserve.groupby("stratum").cumcount())
    log = gone[["case_id", "stratum", "order"]].assign(
        reason=gone["case_id"].map({case_id: reason.strip() for case_id, reason in lost.items()}), turn=turn
    )
    next_in_turn = waiting[["stratum", "turn", "case_id", "reserve_place"]]
    log = log.merge(
        next_in_turn.rename(columns={"case_id": "replaced_by"}), on=["stratum", "turn"], how="left"
    )
    log["reserve_place"] = log["reserve_place"].astype("Int64")
    return _with_replacements(sample, log.drop(columns="turn"))


def realised_against_planned(sample: Sample) -> pd.DataFrame:
    """What was to be read of each stratum, and what was.

    Returns
    -------
    DataFrame
        One row a stratum: ``stratum, frame, wanted, planned, lost, replaced, read, planned_weight, weight``.
    """
    lost = sample.strata["stratum"].map(sample.lost["stratum"].value_counts()).fillna(0).astype("int64")
    filled = sample.lost.loc[sample.lost["replaced_by"].notna(), "stratum"].value_counts()
    replaced = sample.strata["stratum"].map(filled).fillna(0).astype("int64")
    planned = sample.strata["sample"] + lost - replaced
    return pd.DataFrame(
        {
            "stratum": sample.strata["stratum"],
            "frame": sample.strata["frame"],
            "wanted": sample.strata["wanted"],
            "planned": planned,
            "lost": lost,
            "replaced": replaced,
            "read": sample.strata["sample"],
            "planned_weight": sample.strata["frame"] / planned.where(planned > 0),
            "weight": sample.strata["weight"],
        }
    )


def _check_lost(sample: Sample, lost: Mapping[str, str], *, file: str) -> None:
    unknown = [case_id for case_id in lost if case_id not in set(sample.cases["case_id"])]
    problems = []
    if unknown:
        message = f"names {listed(unknown)}, not among the cases to be read."
        remedy = "Check the references against the sample; a case replaced before needs no second entry."
        problems.append(Problem(file, "case_id", listed(unknown), message, remedy))
    problems += [
        Problem(file, f"reason of {case_id}", "", "is empty.", "Write why the case file could not be read.")
        for case_id, reason in lost.items()
        if not reason.strip()
    ]
    if problems:
        raise InspectionError(problems)


def _with_replacements(sample: Sample, log: pd.DataFrame) -> Sample:
    taken = log["replaced_by"].dropna()
    last = max(sample.cases["order"].max(), sample.lost["order"].max() if len(sample.lost) else 0)
    waiting = sample.reserve.set_index("case_id", drop=False)
    called = waiting.loc[list(taken)].assign(order=range(int(last) + 1, int(last) + 1 + len(taken)))
    kept = sample.cases[~sample.cases["case_id"].isin(log["case_id"])]
    cases = pd.concat([kept, called.reindex(columns=sample.cases.columns)], ignore_index=True)
    unfilled = log.loc[log["replaced_by"].isna(), "stratum"].value_counts()
    fewer = sample.strata["stratum"].map(unfilled).fillna(0).astype("int64")
    strata = weigh(sample.strata.assign(sample=sample.strata["sample"] - fewer))
    cases["weight"] = cases["stratum"].map(strata.set_index("stratum")["weight"]).astype(float)
    return replace(
        sample,
        cases=cases,
        strata=strata,
        remarks=(*sample.remarks, *_shortfalls(strata, unfilled)),
        reserve=sample.reserve[~sample.reserve["case_id"].isin(taken)].reset_index(drop=True),
        lost=pd.concat([sample.lost, log], ignore_index=True) if len(sample.lost) else log,
    )


def _shortfalls(strata: pd.DataFrame, unfilled: pd.Series) -> list[str]:
    """One remark for every stratum that lost more files than its reserve could replace."""
    missing = strata["stratum"].map(unfilled).fillna(0).astype("int64")
    return [
        f"Stratum '{stratum}' has no case left to replace {count} lost: "
        + (
            f"the {read} read stand for all."
            if read
            else "none of it could be read, and the files of the other strata stand for it."
        )
        for stratum, read, count in zip(strata["stratum"], strata["sample"], missing, strict=True)
        if count
    ]
