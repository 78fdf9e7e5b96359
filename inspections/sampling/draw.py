"""The draw: case files in an order made of the seed and the frozen list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from inspections.columns import column
from inspections.hashing import keyed_hash
from inspections.sampling.allocation import allot, allotment_remarks, weigh
from inspections.sampling.frame import Frame, frame_hash, list_hash
from parameters import models
from parameters.problems import InspectionError, Problem

__all__ = [
    "NOT_RECORDED",
    "Sample",
    "cases_by_stratum",
    "draw_dip_samples",
    "draw_sample",
    "reading_list",
    "reserve_list",
    "strata_hash",
]

NOT_RECORDED = "not recorded"


def _nothing_in_reserve() -> pd.DataFrame:
    return pd.DataFrame({"case_id": [], "stratum": [], "reserve_place": []})


def _nothing_lost() -> pd.DataFrame:
    columns = ["case_id", "stratum", "order", "reason", "replaced_by", "reserve_place"]
    return pd.DataFrame({name: [] for name in columns})


@dataclass(frozen=True)
class Sample:
    """The cases drawn.

    Attributes
    ----------
    cases : DataFrame
        Columns of the frame plus ``stratum``, ``weight`` (cases of the frame it stands for) and ``order``
        (1 is read first). In a dip sample also ``drawn_for``.
    strata : DataFrame
        One row a stratum: ``stratum, frame, wanted, sample, weight``.
    remarks : tuple of str
        What a reader must know about the draw, such as a stratum that ran out.
    frame_hash, effective_seed : str
        The frozen list's fingerprint, and the seed made of it and the inspection's own.
    reserve : DataFrame
        Cases not drawn, in the order of the draw: columns of the frame plus ``stratum`` and
        ``reserve_place`` (1 takes the place of the first case lost in its stratum).
    lost : DataFrame
        Cases drawn that could not be read: ``case_id, stratum, order, reason, replaced_by, reserve_place``;
        the last two are blank where the reserve had run out.
    """

    cases: pd.DataFrame
    strata: pd.DataFrame
    remarks: tuple[str, ...]
    frame_hash: str
    effective_seed: str
    reserve: pd.DataFrame = field(default_factory=_nothing_in_reserve)
    lost: pd.DataFrame = field(default_factory=_nothing_lost)


def draw_sample(
    frame: Frame, sample: models.Sample, *, seed: str, file: str = "parameters/inspection.yml"
) -> Sample:
    """Draw the case files to read, the same way on every machine.

    Cases are ordered by a hash of the effective seed and their reference; each stratum gives its first ones,
    and the next ones are its reserve.

    Parameters
    ----------
    frame : Frame
        The frozen list.
    sample : parameters.models.Sample
        Design, strata, allocation and size.
    seed : str
        The inspection's seed.
    file : str
        Parameter file named in an error.

    Raises
    ------
    InspectionError
        When the sample is larger than the frame or too small to reach every stratum, or when strata are
        crossed with a field that the force does not record.
    """
    cases = frame.cases.assign(stratum=_strata(frame.cases, sample, file=file))
    sizes = {str(name): int(count) for name, count in cases["stratum"].value_counts().items()}
    strata = allot(sizes, sample, file=file)
    fingerprint = frame_hash(frame)
    return _draw(
        cases, strata, remarks=allotment_remarks(strata, sample),
        fingerprint=fingerprint, effective=keyed_hash(seed, fingerprint),
    )  # fmt: skip


def draw_dip_samples(frame: Frame, sample: models.Sample, *, seed: str) -> dict[str, Sample]:
    """Draw case files by outcome type, beside the main sample and apart from it.

    Each dip sample comes from the same frozen list in an order of its own, so whether a case is in the main
    sample tells nothing about whether it is in this one; a case may be in both. A dip sample speaks for the
    cases of its outcome type only. Pooled with the main sample it would count that outcome too often, so its
    cases say in ``drawn_for`` what they are for.

    Parameters
    ----------
    frame : Frame
        The frozen list.
    sample : parameters.models.Sample
        ``dip_samples``: outcome type -> number of case files, or all.
    seed : str
        The inspection's seed.

    Returns
    -------
    dict
        Outcome type -> sample of one stratum. An outcome type with fewer cases than asked for gives all it
        has, and says so in its remarks.
    """
    fingerprint = frame_hash(frame)
    effective = keyed_hash(seed, fingerprint)
    return {
        code: _dip_sample(
            frame.cases, code, size, fingerprint=fingerprint, effective=keyed_hash(effective, "dip", code)
        )
        for code, size in sample.dip_samples.items()
    }


def reading_list(sample: Sample, dips: Mapping[str, Sample]) -> pd.DataFrame:
    """Every case file to read, once, and which samples it was drawn for.

    Parameters
    ----------
    sample : Sample
        The main sample; its cases come first, in their order.
    dips : mapping
        Outcome type -> dip sample.

    Returns
    -------
    DataFrame
        ``place`` (1 is read first)``, case_id, main_sample`` (bool)``, dip_samples`` (outcome types,
        separated by "; "; empty if none)``, stratum`` (empty outside the main sample). No weights: each
        sample keeps its own.
    """
    main = dict(zip(sample.cases["case_id"], sample.cases["stratum"], strict=True))
    drawn_for: dict[str, list[str]] = {case_id: [] for case_id in main}
    for code, dip in dips.items():
        for case_id in dip.cases["case_id"]:
            drawn_for.setdefault(case_id, []).append(code)
    return pd.DataFrame(
        {
            "place": range(1, len(drawn_for) + 1),
            "case_id": list(drawn_for),
            "main_sample": [case_id in main for case_id in drawn_for],
            "dip_samples": ["; ".join(codes) for codes in drawn_for.values()],
            "stratum": [main.get(case_id, "") for case_id in drawn_for],
        }
    )


def reserve_list(sample: Sample, dips: Mapping[str, Sample]) -> pd.DataFrame:
    """The next cases in the order of the draw: of each stratum as many as are read in it.

    Returns
    -------
    DataFrame
        ``drawn_for, stratum, reserve_place, case_id``. Place 1 is taken first.
    """
    parts = {"main sample": sample, **{f"dip sample of outcome {code}": dip for code, dip in dips.items()}}
    lists = []
    for name, part in parts.items():
        turn = part.reserve.groupby("stratum").cumcount()
        read = part.reserve["stratum"].map(part.strata.set_index("stratum")["sample"]).astype("int64")
        lists.append(part.reserve[turn < read].assign(drawn_for=name))
    return pd.concat(lists, ignore_index=True)[["drawn_for", "stratum", "reserve_place", "case_id"]]


def _draw(
    cases: pd.DataFrame, strata: pd.DataFrame, *, remarks: tuple[str, ...], fingerprint: str, effective: str
) -> Sample:
    cases = cases.assign(draw=[keyed_hash(effective, ref) for ref in cases["case_id"]]).sort_values("draw")
    in_stratum = strata.set_index("stratum")
    places = cases["stratum"].map(in_stratum["sample"]).astype("int64")
    turn = cases.groupby("stratum").cumcount()
    drawn = cases[turn < places].drop(columns="draw").reset_index(drop=True)
    drawn["weight"] = drawn["stratum"].map(in_stratum["weight"]).astype(float)
    drawn["order"] = range(1, len(drawn) + 1)
    reserve = cases.assign(reserve_place=turn - places + 1)[turn >= places]
    reserve = reserve.drop(columns="draw").sort_values(["stratum", "reserve_place"], ignore_index=True)
    return Sample(drawn, strata, remarks, fingerprint, effective, reserve)


def _dip_sample(
    cases: pd.DataFrame, code: str, size: int | str, *, fingerprint: str, effective: str
) -> Sample:
    drawn_for = f"dip sample of outcome {code}"
    of_type = cases[column(cases, "outcome_type") == code]
    available = len(of_type)
    wanted = available if isinstance(size, str) else size
    strata = weigh(
        pd.DataFrame(
            {
                "stratum": [f"outcome {code}"],
                "frame": [available],
                "wanted": [wanted],
                "sample": [min(wanted, available)],
            }
        )
    )
    remarks = _dip_remarks(code, wanted=wanted, available=available)
    return _draw(
        of_type.assign(stratum=f"outcome {code}", drawn_for=drawn_for), strata,
        remarks=remarks, fingerprint=fingerprint, effective=effective,
    )  # fmt: skip


def _dip_remarks(code: str, *, wanted: int, available: int) -> tuple[str, ...]:
    if available == 0:
        return (f"The frame holds no case of outcome {code}: its dip sample is empty.",)
    if available < wanted:
        return (
            f"The frame holds {available} cases of outcome {code}, fewer than the {wanted} asked for: "
            "all were taken.",
        )
    return ()


def cases_by_stratum(
    cases: pd.DataFrame, sample: models.Sample, *, file: str = "parameters/inspection.yml"
) -> dict[str, frozenset[str]]:
    """References of the cases of every stratum, drawn or not.

    Parameters
    ----------
    cases : DataFrame
        The cases of the frame.
    sample : parameters.models.Sample
        Design and strata.
    file : str
        Parameter file named in an error.
    """
    strata = _strata(cases, sample, file=file)
    return {str(name): frozenset(found) for name, found in cases["case_id"].groupby(strata)}


def strata_hash(frame: Frame, sample: models.Sample, *, file: str = "parameters/inspection.yml") -> str:
    """Fingerprint of how the frozen list is grouped: SHA-256 of every reference with its stratum, in order.

    Where dip samples are drawn, the outcome type that they go by stands beside the stratum. The draw does not
    depend on this hash; it shows whether a group was changed after the seed was used.

    Parameters
    ----------
    frame : Frame
        The frozen list.
    sample : parameters.models.Sample
        Design, strata and dip samples.
    file : str
        Parameter file named in an error.
    """
    cases = frame.cases
    groups = [cases["case_id"].astype(str), _strata(cases, sample, file=file)]
    if sample.dip_samples:
        groups.append(_groups(cases, "outcome_type"))
    return list_hash(sorted(zip(*groups, strict=True)))


def _strata(cases: pd.DataFrame, sample: models.Sample, *, file: str) -> pd.Series:
    if sample.design == "simple":
        return pd.Series("all cases", index=cases.index)
    first = _groups(cases, sample.strata)
    if sample.crossed_with == "none":
        return first
    if len(cases) and column(cases, sample.crossed_with).isna().all():
        message = f'is "{sample.crossed_with}", which is empty in every case of the frame.'
        remedy = "Map it to the force's column, or write sample: {crossed_with: none} for this force."
        raise InspectionError([Problem(file, "sample.crossed_with", sample.crossed_with, message, remedy)])
    return first + " / " + _groups(cases, sample.crossed_with)


def _groups(cases: pd.DataFrame, name: str) -> pd.Series:
    return column(cases, name).astype(object).fillna(NOT_RECORDED).astype(str)
