"""Pillar 6: requests for the victim's records and devices, by the purpose the notes give."""

from __future__ import annotations

from collections.abc import Iterator

from inspections.indicators.effort import units_by_case
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, SampledFiles

__all__ = ["PURPOSES"]

PURPOSES = ("credibility", "unstated", "limited")
"""Purposes a request may state: to test the victim; none given; limited to the suspect's conduct."""


@indicator(
    Indicator(
        id="records-requests-purpose",
        label="Requests for the victim's records, by stated purpose",
        pillar=6,
        unit="per cent",
        definition="The reason the notes give for seeking or reading the victim's records or devices.",
        formula="units about the victim's records with this purpose / all units about the victim's records",
        denominator="Units in which police seek, plan to seek, or read the victim's records or devices.",
        caveat="Requests limited to the suspect's conduct are listed here but count for neither orientation.",
        source="Codebook, code vic-records-trawl and section 9",
        direction="Higher: more of the requests have this purpose.",
        about="files",
        divides=True,
    )
)
def _requests_by_purpose(material: Material) -> Iterator[Row]:
    coding = material.coding
    requests = (
        coding["code"].eq("vic-records-trawl")
        & coding["polarity"].eq("affirmed")
        & coding["voice"].eq("police")
        & coding["status"].isin(["done", "planned"])
        & coding["frame"].eq("current")
        & ~coding["flags"].astype(str).str.contains("boilerplate", regex=False)
    )
    files = SampledFiles.of(material.sample, material.frame)
    for purpose in PURPOSES:
        yield files.ratio(
            units_by_case(coding, requests & coding["purpose"].eq(purpose)),
            units_by_case(coding, requests),
            units="units about the victim's records",
            group=purpose,
            seed=f"{material.seed} records-requests-purpose {purpose}",
        )
