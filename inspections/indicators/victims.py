"""Pillar 3: how victims were supported, and how the notes write of their cooperation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from inspections.columns import column, is_kept
from inspections.indicators.coded_files import (
    acted,
    files_with_acted,
    files_with_counted,
    units_by_case,
)
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, SampledFiles, median_days, not_recorded, share_of_cases
from inspections.indicators.timeliness import days_between

_IN_FRAME = "cases in the frame"
_ISVA = "referral to an ISVA"

_REFERRED = Indicator(
    id="isva-referral",
    label="Cases with a referral to an independent sexual violence adviser",
    pillar=3,
    unit="per cent",
    definition="Share of cases with a date of referral to an independent sexual violence adviser (ISVA).",
    formula="cases with isva_referral_on / cases of the frame",
    denominator="Cases of the frame.",
    caveat="An empty date may mean that no referral was offered, that the victim declined it or came with "
    "an adviser, or that the date was not entered.",
    source="The force's case files; Operation Soteria Bluestone, pillar 3",
    direction="Higher: more cases with a referral on record.",
    about="people",
)


@indicator(_REFERRED)
def _isva_referral(material: Material) -> Iterator[Row]:
    if not material.keeps("isva_referral_on"):
        yield not_recorded(_IN_FRAME)
        return
    referred = column(material.frame.set_index("case_id"), "isva_referral_on").notna()
    yield share_of_cases(referred, _IN_FRAME, apart=_ISVA)


@indicator(
    replace(
        _REFERRED,
        id="days-report-to-isva",
        label="Days from report to referral to an independent sexual violence adviser",
        unit="days",
        definition="Median number of whole days from report to referral.",
        formula="median of isva_referral_on - reported_on over cases with both dates",
        caveat="Every case is counted, so the interval shows chance from year to year, not sampling. Cases "
        "without a referral, or with a referral dated before the report, are left out.",
        direction="Higher: support was arranged later.",
    )
)
def _days_to_isva(material: Material) -> Iterator[Row]:
    if not material.keeps("reported_on", "isva_referral_on"):
        yield not_recorded(_IN_FRAME)
        return
    days = days_between(material.frame, "reported_on", "isva_referral_on")
    row = median_days(days, _IN_FRAME, seed=f"{material.seed} days-report-to-isva")
    yield replace(row, apart=_ISVA)


@indicator(
    Indicator(
        id="victim-care-units",
        label="Units about the victim's care per 100 coding units",
        pillar=3,
        unit="per cent",
        definition="How much of the notes is about contact with the victim, information, support or needs.",
        formula="100 x units in which police give or plan care of the victim / coding units",
        denominator="All coding units of the sampled case files, coded or not.",
        caveat="Measures what was written, not what the victim was told or felt. Where care is logged in "
        "another system, little of it shows here.",
        source="Codebook, code oth-victim-care and section 9",
        direction="Higher: more of the notes is about the victim's care.",
        about="files",
    )
)
def _victim_care(material: Material) -> Iterator[Row]:
    yield SampledFiles.of(material.sample, material.frame).ratio(
        units_by_case(material.coding, acted(material.coding, "oth-victim-care")),
        material.entries.groupby("case_id")["units"].sum(),
        units="coding units",
        seed=f"{material.seed} victim-care-units",
    )


indicator(
    Indicator(
        id="victim-contact-files",
        label="Case files with contact with the victim, or care of them",
        pillar=3,
        unit="per cent",
        definition="Share of case files in which police write of contact with the victim, information, "
        "support or needs, given or planned, at least once.",
        formula="files with a unit in which police give or plan care of the victim / sampled files",
        denominator="Sampled case files.",
        caveat="Measures what was written. Where contact is logged in another system, little of it shows "
        "here.",
        source="Codebook, code oth-victim-care",
        direction="Higher: in more files, contact with the victim or care of them is on record.",
        about="files",
    )
)(files_with_acted("oth-victim-care"))


@indicator(
    Indicator(
        id="days-without-contact",
        label="Longest stretch without contact with the victim on record",
        pillar=3,
        unit="days",
        definition="Median over case files of the longest stretch, in whole days, without an entry on "
        "contact with the victim or their care, between the report and the closing of the case.",
        formula="weighted median of the longest stretch between report, entries with such a unit, closure",
        denominator="Sampled case files with dates of report and closure.",
        caveat="Contact that is logged in another system is not seen, and stretches then look longer than "
        "they were. A case that lasted longer can have longer stretches.",
        source="Codebook, code oth-victim-care; Joint thematic inspection of rape, phase one: keeping the "
        "victim informed",
        direction="Higher: victims went longer without contact on record.",
        about="files",
    )
)
def _days_without_contact(material: Material) -> Iterator[Row]:
    sample = material.sample.set_index("case_id")
    ends = [pd.to_datetime(column(sample, name)) for name in ("reported_on", "closed_on")]
    entered = pd.to_datetime(column(material.notes, "entered_at"))
    if entered.isna().all() or not material.keeps("reported_on", "closed_on"):
        yield not_recorded("sampled case files")
        return
    days = material.notes.assign(day=entered.dt.normalize()).set_index(["case_id", "entry_no"])["day"]
    contact = material.coding[acted(material.coding, "oth-victim-care")].join(
        days, on=["case_id", "entry_no"]
    )
    by_case = contact.groupby("case_id")["day"]
    stretches = pd.Series(
        {
            case: _longest_stretch(first, last, by_case.get_group(case) if case in by_case.groups else [])
            for case, first, last in zip(sample.index, *ends, strict=True)
        },
        dtype=float,
    )
    yield SampledFiles.of(material.sample, material.frame).median_days(
        stretches, seed=f"{material.seed} days-without-contact"
    )


def _longest_stretch(first: pd.Timestamp, last: pd.Timestamp, between: Iterable[pd.Timestamp]) -> float:
    """Whole days of the longest stretch; nan where an end is missing or they are out of order."""
    if pd.isna(first) or pd.isna(last) or last < first:
        return math.nan
    days = sorted({first, last, *(day for day in between if first < day < last)})
    return float(max(((later - earlier).days for earlier, later in pairwise(days)), default=0))


_RIGHT_TO_REVIEW = Indicator(
    id="review-right-told",
    label="Cases ended without charge in which the victim was told of the right to review",
    pillar=3,
    unit="per cent",
    definition="Share of cases that police or the CPS decided to take no further in which there is a date "
    "when the victim was told of the right to have that decision reviewed.",
    formula="cases with review_right_told_on / cases with the decision police NFA or CPS NFA",
    denominator="Cases of the frame with a decision by police or the CPS to take no further action.",
    caveat="An empty date counts as not told, though it may only not have been entered.",
    source="Joint thematic inspection of rape, phase one: appeals and the right to review",
    direction="Higher: more victims were told that they could have the decision reviewed.",
    about="people",
)


@indicator(_RIGHT_TO_REVIEW)
def _told_of_the_right_to_review(material: Material) -> Iterator[Row]:
    base = "cases in the frame ended without charge by police or the CPS"
    if not material.keeps("review_right_told_on", "decision"):
        yield not_recorded(base)
        return
    frame = material.frame.set_index("case_id")
    told = column(frame, "review_right_told_on").notna()
    yield share_of_cases(told[column(frame, "decision").isin(["police NFA", "CPS NFA"])], base)


@indicator(
    replace(
        _RIGHT_TO_REVIEW,
        id="bail-changes-told",
        label="Cases in which the victim was told of changes of bail",
        definition="Share of cases with bail made, changed or ended in which the victim was told of it for "
        "every suspect concerned.",
        formula="cases with victim_told_on for every suspect with bail_changed_on / cases with any such",
        denominator="Cases of the frame in which a suspect's bail or its conditions changed.",
        caveat="Looks at the last change for each suspect. An empty date counts as not told; a date before "
        "the change counts as told.",
        source="Joint thematic inspection of rape, phase one: keeping the victim informed; safeguarding",
        direction="Higher: more victims were told when a suspect's bail changed.",
    )
)
def _told_of_changes_of_bail(material: Material) -> Iterator[Row]:
    base = "cases in the frame with a change of bail"
    suspects, needed = material.further.get("suspects"), ("bail_changed_on", "victim_told_on")
    if suspects is None or not all(is_kept(suspects, name) for name in needed):
        yield not_recorded(base)
        return
    in_frame = suspects["case_id"].isin(material.frame["case_id"])
    changed = suspects[in_frame & column(suspects, "bail_changed_on").notna()]
    told = changed["victim_told_on"].notna().groupby(changed["case_id"]).all()
    yield share_of_cases(told, base, apart="changes of bail")


indicator(
    Indicator(
        id="victim-cooperation-doubt",
        label="Case files with doubt about the victim's cooperation",
        pillar=3,
        unit="per cent",
        definition="Share of case files in which the victim's engagement is treated as the problem, or as a "
        "condition to be met before police act.",
        formula="files with a counted unit of vic-cooperation-doubt / sampled files",
        denominator="Sampled case files.",
        caveat="A victim's decision not to go on, written down neutrally, does not count.",
        source="Codebook, code vic-cooperation-doubt",
        direction="Higher: more files hold doubt about the victim's cooperation.",
        about="files",
    )
)(files_with_counted("vic-cooperation-doubt"))
