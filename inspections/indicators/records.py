"""Pillar 6: requests for the victim's records and devices, by the purpose the notes give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inspections.indicators.coded_files import acted, files_with_counted, share_of_files, units_by_case
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, SampledFiles

__all__ = ["PURPOSES", "TRAWL"]

TRAWL = "vic-records-trawl"

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
        source=f"Codebook, code {TRAWL} and section 9",
        direction="Higher: more of the requests have this purpose.",
        about="files",
        divides=True,
    )
)
def _requests_by_purpose(material: Material) -> Iterator[Row]:
    coding = material.coding
    requests = acted(coding, TRAWL)
    files = SampledFiles.of(material.sample, material.frame)
    for purpose in PURPOSES:
        yield files.ratio(
            units_by_case(coding, requests & coding["purpose"].eq(purpose)),
            units_by_case(coding, requests),
            units="units about the victim's records",
            group=purpose,
            seed=f"{material.seed} records-requests-purpose {purpose}",
        )


_REQUESTED = Indicator(
    id="records-requests-files",
    label="Case files with a request for the victim's records",
    pillar=6,
    unit="per cent",
    definition="Share of case files in which police seek or read the victim's records or devices without "
    "limiting this to the suspect's conduct.",
    formula=f"files with a counted unit of {TRAWL} / sampled files",
    denominator="Sampled case files.",
    caveat="Planned requests count as made ones do. The notes need not name every request.",
    source=f"Codebook, code {TRAWL}",
    direction="Higher: in more files, the victim's records or devices were sought or read.",
    about="files",
)

indicator(_REQUESTED)(files_with_counted(TRAWL))


@indicator(
    replace(
        _REQUESTED,
        id="records-requests-limited-files",
        label="Case files with a request limited to the suspect's conduct",
        definition="Share of case files in which police limit a request for the victim's records or devices "
        "to evidence of the suspect's conduct.",
        formula="files with a request whose purpose is limited / sampled files",
        caveat="Errs low: a limited capture of the suspect's messages is often coded as work on the suspect "
        "(sus-digital) and not seen here. Where no request was made, there was nothing to limit.",
        direction="Higher: in more files, a request was limited to the suspect's conduct.",
    )
)
def _limited_requests(material: Material) -> Iterator[Row]:
    coding = material.coding
    yield share_of_files(material, acted(coding, TRAWL) & coding["purpose"].eq("limited"))
