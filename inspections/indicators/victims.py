"""Pillar 3: how victims were supported, and how the notes write of their cooperation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inspections.indicators.coded_files import acted, files_with_counted, units_by_case
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, SampledFiles, column, median_days, not_recorded, share_of_cases
from inspections.indicators.timeliness import days_between

_IN_FRAME = "cases in the frame"

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
    referred = column(material.frame.set_index("case_id"), "isva_referral_on").notna()
    yield share_of_cases(referred, _IN_FRAME, family="isva") if referred.any() else not_recorded(_IN_FRAME)


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
    days = days_between(material.frame, "reported_on", "isva_referral_on")
    if days.isna().all():
        yield not_recorded(_IN_FRAME)
        return
    row = median_days(days, _IN_FRAME, seed=f"{material.seed} days-report-to-isva")
    yield replace(row, family="isva")


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
